#!/usr/bin/env python3
"""Releases: going back to one, what `releases:info` tells of them, and images that are kept or gone."""

import json
import time

import apps
from story import tell
from testbed import docker, wait_until


def change(app, text):
    apps.python(app, text)
    pushed = app.push()
    assert pushed.status == 0, pushed
    return app.head()


def releases(server, app):
    return json.loads(server.ssh("releases", app, "--json").out)


def back_and_forth(server):
    """Code and config go back together, nothing is built, and the branch says what is live."""
    app = apps.serving(server, "back")
    first = app.head()
    second = change(app, "version two")
    assert server.ssh("config:set", "back", "GREETING=hello").status == 0
    builds = server.ssh("builds", "back").out.count("\n")
    start = time.monotonic()
    done = server.ssh("rollback", "back", "v1")
    took = time.monotonic() - start
    assert done.status == 0 and "v4" in done.err and "Rolling back back to v1" in done.err, done
    assert server.serves("back", "version one"), "the old code does not answer"
    assert server.ssh("config:get", "back", "GREETING").status == 3, "the config went back too"
    assert server.ssh("builds", "back").out.count("\n") == builds, "something was built"
    assert app.remote_head() == first and len(server.containers("back")) == 1
    print(f"   a rollback took {took:.2f} s")
    pushed = app.push()
    assert pushed.status == 0 and server.serves("back", "version two"), pushed
    assert app.remote_head() == second
    done = server.ssh("rollback", "back")
    assert done.status == 0 and server.serves("back", "version one"), done
    live = releases(server, "back")[0]
    assert live["description"] == "Rollback to v4" and live["commit"] == first, live


def what_a_release_was(server):
    app = apps.serving(server, "told")
    assert server.ssh("config:set", "told", "TOKEN=s3cret-one", "LEVEL=1").status == 0
    second = change(app, "version two")
    assert server.ssh("config:set", "told", "TOKEN=s3cret-two").status == 0
    info = server.ssh("releases:info", "told", "v3")
    assert info.status == 0 and second in info.out and "LEVEL TOKEN" in info.out, info
    assert "web=1" in info.out and "(kept)" in info.out, info
    diff = server.ssh("releases:info", "told", "v4", "--diff", "v1")
    assert diff.status == 0 and "version two" in diff.out and "Config added:" in diff.out, diff
    found = json.loads(server.ssh("releases:info", "told", "v4", "--diff", "v2", "--json").out)
    assert found["config"] == {"added": [], "changed": ["TOKEN"], "removed": []}, found
    assert [commit["subject"] for commit in found["commits"]["added"]] == ["version two"], found
    assert "s3cret" not in info.text + diff.text + json.dumps(found)


def where_there_is_no_way_back(server):
    app = apps.serving(server, "stuck")
    done = server.ssh("rollback", "stuck")
    assert done.status == 5 and "no release to go back to" in done.err, done
    assert server.ssh("rollback", "stuck", "v0").status == 2
    assert server.ssh("rollback", "stuck", "v9").status == 3
    assert server.ssh("rollback", "stuck", "v1").status == 5, "it is live"
    first = app.head()
    change(app, "version two")
    gone = json.loads(server.ssh("releases:info", "stuck", "v1", "--json").out)["image"]
    docker("rmi", "-f", gone)
    before = apps.Untouched(app, "version two")
    done = server.ssh("rollback", "stuck", "v1")
    assert done.status == 3 and "the image of v1 is gone" in done.err and first[:7] in done.err, done
    before.check()
    assert "(gone)" in server.ssh("releases:info", "stuck", "v1").out


def while_a_deploy_runs(server):
    """What is live in a moment is not known: the release must be named, and then waits for its turn."""
    app = apps.serving_dockerfile(server, "busy")
    apps.dockerfile(app, "version two")
    assert app.push().status == 0
    apps.slow_build(app, "version three", 8)
    pushing = app.start_push()
    wait_until(lambda: server.ssh("builds", "busy", "-n", "1").out.find("building") > 0, "the build runs")
    done = server.ssh("rollback", "busy")
    assert done.status == 5 and "a deploy of busy is under way" in done.err, done
    done = server.ssh("rollback", "busy", "v1")
    assert done.status == 0 and "Waiting for deploy" in done.err, done
    assert pushing.wait(60) == 0, "the push is live first"
    assert server.serves("busy", "version one") and releases(server, "busy")[0]["release"] == "v4"


def only_so_many_images_are_kept(server):
    app = server.new_app(name="keeps")
    apps.python(app, "version 1")
    assert app.push().status == 0
    for number in range(2, 5):
        change(app, f"version {number}")
    wait_until(lambda: len(set(server.images("keeps"))) == 2, "images beyond the kept releases are removed")
    done = server.ssh("rollback", "keeps", "v1")
    assert done.status == 3 and "those of the last 2 releases are kept" in done.err, done
    done = server.ssh("rollback", "keeps", "v3")
    assert done.status == 0 and server.serves("keeps", "version 3"), done


if __name__ == "__main__":
    tell(back_and_forth, what_a_release_was, where_there_is_no_way_back, while_a_deploy_runs,
         only_so_many_images_are_kept,
         settings={"build": {"keep_releases": 2}, "runtimes": {"allow_dockerfile": "true"}})
