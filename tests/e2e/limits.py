#!/usr/bin/env python3
"""What the containers of an app may use: set while they run, kept by every later one."""

import json

import apps
from failures import refuses
from story import tell
from testbed import docker

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "containers": {"stop_timeout": "5s"}}
MEGA = 1 << 20


def host_config(container):
    host = json.loads(docker("inspect", container))[0]["HostConfig"]
    return host["Memory"], host["MemorySwap"], host["NanoCpus"], host["PidsLimit"]


def limits_while_it_runs(server):
    app = apps.serving_dockerfile(server, "limited")
    before = server.containers("limited")
    done = server.ssh("resources:set", "limited", "memory=64m", "cpus=0.5", "pids=50")
    assert done.status == 0 and "web.1 has them now" in done.err, done
    assert server.containers("limited") == before, "nothing was started anew"
    assert host_config(before[0]) == (64 * MEGA, 64 * MEGA, 500_000_000, 50)
    listed = json.loads(server.ssh("ps", "limited", "--json").out)[0]
    assert (listed["memory_bytes"], listed["cpus"], listed["pids"], listed["release"]) == (64 * MEGA, 0.5, 50, "v1")
    done = server.ssh("run", "limited", "--", "cat", "/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/pids.max")
    assert "50" in done.out, done
    apps.dockerfile(app, "version two")
    assert app.push().status == 0
    assert host_config(server.containers("limited")[0]) == (64 * MEGA, 64 * MEGA, 500_000_000, 50)
    assert server.ssh("resources:set", "limited", "memory=", "cpus=", "pids=").status == 0
    assert host_config(server.containers("limited")[0])[0] == 512 * MEGA


def limits_that_are_refused(server):
    app = apps.serving_dockerfile(server, "refused")
    before, untouched = server.ssh("resources", "refused", "--json").out, apps.Untouched(app)
    for words, status, said in ((["memory=5m"], 2, "memory=5m: the engine accepts no limit below 6m"), (["memory=900g"], 2, "memory=900g"),
                                (["cpus=1000"], 2, "cpus=1000"), (["cpus=much"], 2, "much"), (["disk=1g"], 2, "there is no limit 'disk'"),
                                (["wrker", "memory=64m"], 3, "no process type wrker"), ([], 2, "is missing")):
        refuses(app, ["resources:set", "refused", *words], status, said, before=untouched)
    assert server.ssh("resources", "refused", "--json").out == before
    assert host_config(server.containers("refused")[0])[0] == 512 * MEGA


def a_limit_that_the_app_does_not_fit_in(server):
    """What the engine takes, and a Python cannot live with: the live one is left alone, and a new one does not take its place."""
    app = apps.serving(server, "tight")
    done = server.ssh("resources:set", "tight", "memory=6m")
    assert done.status == 0 and "web.1 keeps its old limits until it is started anew: it uses more memory than that" in done.err, done
    refuses(app, ["ps:restart", "tight"], 1, "web.1 was killed because it used more memory than its limit")
    assert server.ssh("resources:set", "tight", "memory=").status == 0
    assert server.ssh("ps:restart", "tight").status == 0 and server.serves("tight", "version one")


if __name__ == "__main__":
    tell(limits_while_it_runs, limits_that_are_refused, a_limit_that_the_app_does_not_fit_in, settings=SETTINGS)
