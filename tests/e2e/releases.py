#!/usr/bin/env python3
"""Releases: going back to one, what `releases:info` tells of them, images that are kept or gone; then what
runs of a release: scaling, stopping, starting, and locks."""

import json
import os
import shutil
import threading
import time

import apps
from failures import refuses
from story import need, tell
from testbed import Server, docker, fetch, wait_until


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
    assert app.remote_head() == first and server.settled("back")
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
    before = apps.Untouched(app)
    for version, status, said in (([], 5, "stuck has no release to go back to"), (["v0"], 2, "'v0' is no release number"),
                                  (["v9"], 3, "there is no release v9 of 'stuck'"), (["v1"], 5, "v1 of stuck is live already")):
        refuses(app, ["rollback", "stuck", *version], status, said, before=before)
    first = app.head()
    change(app, "version two")
    gone = json.loads(server.ssh("releases:info", "stuck", "v1", "--json").out)["image"]
    docker("rmi", "-f", gone)
    server.settled("stuck")
    done = refuses(app, ["rollback", "stuck", "v1"], 3, "the image of v1 is gone", before=apps.Untouched(app, "version two"))
    assert first[:7] in done.err, done
    assert "(gone)" in server.ssh("releases:info", "stuck", "v1").out


def while_a_deploy_runs(server):
    """What is live in a moment is not known: the release must be named, and then waits for its turn."""
    app = apps.serving_dockerfile(server, "busy")
    apps.dockerfile(app, "version two")
    assert app.push().status == 0
    server.settled("busy")
    apps.slow_build(app, "version three", 8)
    pushing = app.start_push()
    wait_until(lambda: server.ssh("builds", "busy", "-n", "1").out.find("building") > 0, "the build runs")
    refuses(app, ["rollback", "busy"], 5, "a deploy of busy is under way", before=apps.Untouched(app, "version two"))
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


WORKING = """import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("working", flush=True)
while True: time.sleep(0.1)
"""


def with_worker(server, name):
    app = server.new_app(name=name)
    app.write("worker.py", WORKING)
    app.write("Procfile", "web: python app.py\nworker: python worker.py\nbroken: python missing.py\n")
    apps.python(app, "version one")
    pushed = app.push()
    assert pushed.status == 0 and server.serves(name, "version one"), pushed
    return app


def processes(server, name):
    """Process name to (state, release, container)."""
    listed = json.loads(server.ssh("ps", name, "--json").out)
    return {one["process"]: (one["state"], one["release"], one["container"]) for one in listed}


def more_and_fewer_processes(server):
    app = with_worker(server, "scales")
    assert server.ssh("ps:scale", "scales").out == "broken=0 web=1 worker=0\n"
    web = processes(server, "scales")["web.1"][2]
    done = server.ssh("ps:scale", "scales", "worker=2")
    assert done.status == 0 and "v2" in done.err, done
    now = processes(server, "scales")
    assert set(now) == {"web.1", "worker.1", "worker.2"}, now
    assert now["web.1"] == ("up", "v2", web), "the web process was touched"
    assert "working" in server.ssh("logs", "scales", "--process", "worker.2").out
    first = now["worker.1"][2]
    assert server.ssh("ps:scale", "scales", "worker=1").status == 0
    now = processes(server, "scales")
    assert now == {"web.1": ("up", "v3", web), "worker.1": ("up", "v3", first)}, now
    server.settled("scales", 2)
    done = server.ssh("ps:restart", "scales", "worker")
    assert done.status == 0 and processes(server, "scales")["worker.1"][2] != first, done
    assert processes(server, "scales")["web.1"] == ("up", "v3", web), "a restart makes no release"
    apps.python(app, "version two")
    assert app.push().status == 0 and set(processes(server, "scales")) == {"web.1", "worker.1"}
    done = server.ssh("rollback", "scales", "v1")
    assert done.status == 0 and set(processes(server, "scales")) == {"web.1"}, done


def scaled_under_load(_):
    """Behind HAProxy no request is lost while web processes come and go, the serving ones untouched."""
    need(shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin"), "haproxy")
    with Server({"router": {"kind": "haproxy"}}) as server:
        with_worker(server, "busyweb")
        url, lost, answered, over = server.url("busyweb"), [], [], threading.Event()

        def ask():
            while not over.is_set():
                try:
                    answered.append(fetch(url))
                except OSError as error:
                    lost.append(error)

        threads = [threading.Thread(target=ask) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            first = processes(server, "busyweb")["web.1"][2]
            for words in (["web=3"], ["worker=1"], ["web=1"]):
                done = server.ssh("ps:scale", "busyweb", *words)
                assert done.status == 0, done
            assert processes(server, "busyweb")["web.1"][2] == first
            assert server.ssh("ps:restart", "busyweb").status == 0
        finally:
            over.set()
            for thread in threads:
                thread.join()
        assert not lost and set(answered) == {"version one"}, (lost[:3], set(answered))
        print(f"   {len(answered)} requests answered")
        assert server.ssh("ps:scale", "busyweb", "web=0").status == 0
        assert not server.serves("busyweb", "version one") and set(processes(server, "busyweb")) == {"worker.1"}
        assert server.ssh("ps:scale", "busyweb", "web=1").status == 0 and server.serves("busyweb", "version one")
        assert server.ssh("ps:stop", "busyweb").status == 0 and not server.serves("busyweb", "version one")
        assert server.ssh("ps:start", "busyweb").status == 0 and server.serves("busyweb", "version one")


def what_cannot_be_scaled(server):
    app = with_worker(server, "unscaled")
    before = apps.Untouched(app)
    for words, status, said in ((["clock=1"], 3, "no process type clock"), (["web=101"], 2, "100"),
                                (["web"], 2, "TYPE=N"), (["web=-1"], 2, "quantity"), (["web=2", "clock=1"], 3, "no process type clock"),
                                (["web=2", "web=3"], 2, "twice"), (["release=1"], 2, "release command")):
        refuses(app, ["ps:scale", "unscaled", *words], status, said, before=before)
    done = refuses(app, ["ps:scale", "unscaled", "web=2", "broken=1"], 1, "broken.1 exited with status 2", before=before)
    assert "missing.py" in done.err, done
    assert server.ssh("ps:scale", "unscaled").out == "broken=0 web=1 worker=0\n"


def status_of(server, name):
    return json.loads(server.ssh("apps:info", name, "--json").out)["status"]


def stopped_until_it_is_started(server):
    app = apps.serving(server, "sleepy")
    done = server.ssh("ps:stop", "sleepy")
    assert done.status == 0 and "is stopped" in done.err, done
    assert not server.serves("sleepy", "version one") and status_of(server, "sleepy") == "stopped"
    assert "version one starts" in server.ssh("logs", "sleepy").out, "the logs are still there"
    server.kill()
    server.start()
    time.sleep(4)
    assert status_of(server, "sleepy") == "stopped" and not server.containers("sleepy", running_only=True)
    assert server.ssh("config:set", "sleepy", "A=1").status == 0
    assert status_of(server, "sleepy") == "stopped" and server.settled("sleepy", 0) == []
    done = server.ssh("ps:start", "sleepy")
    assert done.status == 0 and server.serves("sleepy", "version one"), done
    assert processes(server, "sleepy")["web.1"][1] == "v2"
    assert "started already" in server.ssh("ps:start", "sleepy").err
    assert server.ssh("ps:stop", "sleepy").status == 0
    apps.python(app, "version two")
    pushed = app.push()
    assert pushed.status == 0 and "sleepy is stopped; this starts it" in pushed.text, pushed
    assert server.serves("sleepy", "version two") and status_of(server, "sleepy") == "running"
    server.settled("sleepy")


def locked(server):
    app = apps.serving(server, "closed")
    assert server.ssh("apps:lock", "closed").status == 0
    assert server.ssh("apps:lock", "closed").status == 5
    apps.python(app, "version two")
    before = apps.Untouched(app)
    pushed = app.push()
    assert pushed.status != 0 and "[remote rejected] main -> main (closed is locked by" in pushed.err, pushed
    for command in (["config:set", "closed", "A=1"], ["ps:scale", "closed", "web=2"], ["ps:restart", "closed"],
                    ["ps:stop", "closed"], ["ps:rebuild", "closed"], ["rollback", "closed"],
                    ["apps:set", "closed", "runtime=python"], ["apps:destroy", "closed", "--confirm", "closed"]):
        done = server.ssh(*command)
        assert done.status == 5 and "locked by" in done.err, f"{command}: {done}"
    before.check()
    assert server.ssh("apps:unlock", "closed").status == 0
    assert app.push().status == 0 and server.serves("closed", "version two")


if __name__ == "__main__":
    tell(back_and_forth, what_a_release_was, where_there_is_no_way_back, while_a_deploy_runs,
         only_so_many_images_are_kept, more_and_fewer_processes, scaled_under_load, what_cannot_be_scaled,
         stopped_until_it_is_started, locked,
         settings={"build": {"keep_releases": 2}, "runtimes": {"allow_dockerfile": "true"}})
