#!/usr/bin/env python3
"""What happens to apps from outside: their containers restarted or out of memory, the host started anew, and a process that
cannot run for a while. They serve again by themselves, what was stopped stays so, and the log says what it was."""

import json

import apps
from story import tell
from testbed import docker, wait_until

ROUTER = {"router": {"kind": "haproxy", "drain_timeout": "2s"}}
# Uses memory until it is killed.
GREEDY = 'b"x" * (400 << 20)'


def told(server, app, *parts):
    """Waits for a line of the app's log about what became of it."""
    return wait_until(lambda: [line for line in server.ssh("logs", app, "-n", "1000", "-p", "minpaas").out.splitlines()
                               if all(part in line for part in parts)], f"the log of {app} says: {' '.join(parts)}")


def state(server, app):
    return {process["process"]: process["state"] for process in json.loads(server.ssh("ps", app, "--json").out)}


def its_container_is_restarted(server):
    apps.serving(server, "restarted")
    container = server.settled("restarted")[0]
    docker("restart", "-t", "1", container)
    wait_until(lambda: server.serves("restarted", "version one"), "it serves again")
    told(server, "restarted", "web.1 of v1 has stopped")
    assert server.containers("restarted") == [container] or server.settled("restarted")
    assert state(server, "restarted")["web.1"] == "up"


EATER = """import http.server, os
class Eater(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/eat":
            print(len(b"x" * (400 << 20)), flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"version one")
http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Eater).serve_forever()
"""


def an_app_eats_more_than_its_memory(server):
    app = server.new_app(name="hungry")
    app.write("app.py", EATER)
    app.write("requirements.txt", "")
    app.commit("hungry")
    assert app.push().status == 0
    assert server.ssh("resources:set", "hungry", "memory=64m").status == 0
    container = server.settled("hungry")[0]
    assert "version one" not in server.get("hungry", "/eat", timeout=30), "it was not ended"
    told(server, "hungry", "has used more memory than its limit")
    wait_until(lambda: server.serves("hungry", "version one"), "it serves again")
    assert "419430400" not in docker("logs", container), "the memory was there"


def its_memory_is_used_up(server):
    apps.serving(server, "greedy")
    assert server.ssh("resources:set", "greedy", "memory=64m").status == 0
    server.settled("greedy")
    done = server.ssh("exec", "greedy", "web.1", "--", "python3", "-c", f"'{GREEDY}'")
    assert done.status == 137, done
    told(server, "greedy", "has used more memory than its limit")
    wait_until(lambda: server.serves("greedy", "version one"), "it serves again")


def the_host_starts_anew(server):
    """Everything ends at once; only minpaasd is started. What was stopped stays stopped."""
    for name in ("wakes", "sleeps"):
        apps.serving(server, name)
    assert server.ssh("ps:scale", "wakes", "web=2").status == 0
    assert server.ssh("ps:stop", "sleeps").status == 0
    server.settled("wakes", 2)
    server.kill()
    server.stop_router()
    docker("kill", *server.containers(running_only=True))
    server.start()
    wait_until(lambda: server.serves("wakes", "version one"), "it serves after the boot", timeout=60)
    wait_until(lambda: set(state(server, "wakes").values()) == {"up"}, "both processes run")
    assert not server.containers("sleeps", running_only=True), "what was stopped runs"
    assert server.ssh("ps:start", "sleeps").status == 0 and server.serves("sleeps", "version one")


def a_cause_of_crashes_goes_away(server):
    """A process in a crash loop is tried again, and stays when it can."""
    app = apps.serving(server, "waits")
    assert server.ssh("storage:mount", "waits", "data:/data").status == 0
    app.write("Procfile", "web: python3 app.py\nworker: test -e /data/ready && exec sleep 1000\n")
    app.commit("with a worker that needs something")
    assert server.ssh("exec", "waits", "web.1", "--", "touch", "/data/ready").status == 0
    pushed = app.push()
    assert pushed.status == 0, pushed
    assert server.ssh("ps:scale", "waits", "worker=1").status == 0
    server.settled("waits", 2)
    assert server.ssh("exec", "waits", "web.1", "--", "rm", "/data/ready").status == 0
    worker = [one for one in server.containers("waits") if "worker" in docker("inspect", "-f", "{{.Name}}", one)][0]
    docker("restart", "-t", "0", worker)
    wait_until(lambda: state(server, "waits")["worker.1"] == "crashed", "the crash loop is seen", timeout=90)
    told(server, "waits", "worker.1 of v", "ends again and again", "it is started in 10 s")
    assert server.ssh("exec", "waits", "web.1", "--", "touch", "/data/ready").status == 0
    wait_until(lambda: state(server, "waits")["worker.1"] == "up", "it is tried again", timeout=60)
    assert server.serves("waits", "version one")


if __name__ == "__main__":
    tell(its_container_is_restarted, an_app_eats_more_than_its_memory, its_memory_is_used_up, the_host_starts_anew, a_cause_of_crashes_goes_away, settings=ROUTER)
