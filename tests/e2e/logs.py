#!/usr/bin/env python3
"""What an app says: all of it, the end of it, since a time, as it happens; and what its builds said."""

import re
import time

import apps
from story import tell
from testbed import docker, wait_until

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 app\[web\.1\]: (.*)$")


def texts(done):
    lines = [line for line in done.out.splitlines() if " app[minpaas]: " not in line]
    for line in lines:
        assert LINE.match(line), f"not a log line: {line!r}"
    return [LINE.match(line).group(1) for line in lines]


def all_tail_and_since(server):
    apps.serving(server, "speaks")
    for number in range(5):
        server.get("speaks", f"/page{number}")
    last = wait_until(lambda: [text for text in texts(server.ssh("logs", "speaks")) if "page4" in text],
                      "the last request is in the log")
    assert last == ["GET /page4"]
    everything = texts(server.ssh("logs", "speaks"))
    assert "version one starts" in everything and everything.index("GET /page0") < everything.index("GET /page1")
    assert texts(server.ssh("logs", "speaks", "--tail", "2", "--process", "web")) == ["GET /page3", "GET /page4"]
    assert texts(server.ssh("logs", "speaks", "-n", "1", "-p", "web")) == ["GET /page4"]
    assert "GET /page4" in texts(server.ssh("logs", "speaks", "--since", "10m"))
    time.sleep(1.1)  # --since has a resolution of a second
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    server.get("speaks", "/later")
    later = wait_until(lambda: texts(server.ssh("logs", "speaks", "--since", now)), "a line since then")
    assert "GET /later" in later and "GET /page4" not in later, later
    bad = server.ssh("logs", "speaks", "--since", "yesteryear")
    assert bad.status == 2 and "yesteryear" in bad.err, bad


def as_it_happens(server):
    """--follow goes on across a redeploy, and ends when the reader leaves."""
    app = apps.serving(server, "followed")
    follower = server.start_ssh("logs", "followed", "--follow", "--tail", "0")
    try:
        seen = []

        def reads(text):
            while not any(text in line for line in seen):
                line = follower.stdout.readline()
                assert line, f"the follower ended with {follower.wait()}: {follower.stderr.read()}"
                seen.append(line)

        # --tail 0 shows nothing of before: ask until the follower is there.
        import threading
        stop = threading.Event()

        def ask():
            while not stop.wait(0.2):
                server.serves("followed", "version", "/ping")

        asking = threading.Thread(target=ask)
        asking.start()
        reads("GET /ping")
        stop.set()
        asking.join()
        assert not any("version one starts" in line for line in seen), seen
        apps.python(app, "version two")
        assert app.push().status == 0
        reads("version two starts")
    finally:
        follower.kill()
        follower.wait()


def what_becomes_of_an_app(server):
    """Its processes and releases, beside what it says; also when no process of it ever ran, and not after its end."""
    app = apps.serving(server, "lives")
    follower = server.start_ssh("logs", "lives", "-f", "--process", "minpaas")

    seen = []

    def told(*parts):
        while not any(all(part in line for part in parts) for line in seen):
            seen.append(follower.stdout.readline())
            assert seen[-1], f"the follower ended with {follower.wait()}: {follower.stderr.read()}"

    try:
        told("v1 is live")
        assert re.search(r"app\[minpaas\]: v1 is live: Deploy [0-9a-f]{7} \(by tester\)\n$", seen[-1]), seen
        docker("kill", server.containers("lives")[0])
        told("web.1 of v1 has ", "with status 137")
        seen.clear()
        told("web.1 of v1 has started")
        apps.python(app, "version two", before="sys.exit(9)")
        assert app.push().status == 1
        told("has failed: ", "(by tester)")
        assert server.ssh("config:set", "lives", "KEY=the-secret-value").status == 0
        told(" is live: ", "KEY")
        told("web.1 of v1 has stopped")
        assert server.ssh("ps:scale", "lives", "web=2").status == 0
        told("web.2 of v", "has started")
    finally:
        follower.kill()
        follower.wait()
    everything = server.ssh("logs", "lives", "--process", "minpaas").out
    assert "the-secret-value" not in everything and "v1 is live" in everything
    server.kill()
    server.start()
    assert everything in server.ssh("logs", "lives", "--process", "minpaas").out, "it outlives the server"
    assert server.ssh("apps:destroy", "lives", "--confirm", "lives").status == 0
    assert server.ssh("apps:create", "lives").status == 0
    assert "v1" not in server.ssh("logs", "lives").text

    broken = server.new_app(name="never-up")
    apps.python(broken, "no", before="sys.exit(9)")
    assert broken.push().status == 1
    assert "deploy " in server.ssh("logs", "never-up").out and "has failed: " in server.ssh("logs", "never-up").out


def of_an_app_that_never_ran(server):
    assert server.ssh("apps:create", "silent").status == 0
    done = server.ssh("logs", "silent")
    assert done.status != 0 and not done.out and "silent" in done.err and "push" in done.err, done


def of_builds(server):
    app = apps.serving(server, "built")
    apps.python(app, "version two", before="sys.exit(9)")
    assert app.push().status == 1
    output = server.ssh("builds:output", "built")
    assert "-----> " in output.out and "exited with status 9" in output.out, output
    assert server.ssh("logs", "built", "--build").out == output.out
    listed = server.ssh("builds", "built").out.splitlines()
    assert len(listed) == 3, listed
    first = listed[-1].split()[0].lstrip("#")
    assert "v1" in server.ssh("builds:output", "built", first).out
    assert server.ssh("builds:output", "built", "999999").status == 3


def processes(server):
    """ps:restart makes a new container of the same release, ps:rebuild a new image of the same commit."""
    app = apps.serving(server, "moved")
    before = server.settled("moved")
    done = server.ssh("ps:restart", "moved")
    assert done.status == 0 and server.serves("moved", "version one"), done
    assert server.settled("moved") != before
    done = server.ssh("ps:rebuild", "moved")
    assert done.status == 0 and "built" in done.text and server.serves("moved", "version one"), done
    assert app.remote_head() == app.head() and server.settled("moved")
    assert server.ssh("apps:create", "never-pushed").status == 0
    for command in ("ps:restart", "ps:rebuild"):
        done = server.ssh(command, "never-pushed")
        assert done.status != 0 and "push" in done.err, done


def values_of_config_vars_where_they_are_masked(server):
    """With [containers] mask_logs, also those that are set while someone follows, and in a line that the engine keeps in pieces."""
    app = server.new_app(name="chatty")
    apps.python(app, "chatty", before='print("x" * 16380 + os.environ.get("SECRET", "nothing") + "y" * 20000, flush=True)')
    assert app.push().status == 0
    follower = server.start_ssh("logs", "chatty", "--follow", "--tail", "0")
    try:
        changed = server.ssh("config:set", "chatty", "SECRET=correct-horse-battery")
        assert changed.status == 0, changed
        line = wait_until(lambda: [text for text in texts(server.ssh("logs", "chatty")) if "xxxx[SECRET]yyyy" in text], "the value is masked")[0]
        assert len(line) == 16380 + len("[SECRET]") + 20000
        assert "correct-horse" not in server.ssh("logs", "chatty").out
        seen = ""
        while "[SECRET]" not in seen:
            seen = follower.stdout.readline()
            assert seen and "correct-horse" not in seen
    finally:
        follower.kill()


if __name__ == "__main__":
    tell(all_tail_and_since, as_it_happens, what_becomes_of_an_app, of_an_app_that_never_ran, of_builds, processes, values_of_config_vars_where_they_are_masked,
         settings={"containers": {"mask_logs": "yes"}})
