#!/usr/bin/env python3
"""Releases behind HAProxy: what clients see of a swap, of a new app, of a crash of anything."""

import concurrent.futures
import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import apps
from failures import one_line, one_reason
from load import Load
from story import tell
from testbed import ROOT, Server, docker, fetch, wait_until

SWAP_APP = os.path.join(ROOT, "tests/e2e/swap_app")


def swap_app(server, name):
    app = server.new_app(name=name)
    shutil.copytree(SWAP_APP, app.folder, dirs_exist_ok=True)
    app.commit("release one")
    pushed = app.push()
    assert pushed.status == 0, pushed
    return app


def write_release(app, text):
    with open(app.path("app.py"), encoding="utf-8") as file:
        source = file.read()
    before = source.partition('RELEASE = "')[2].partition('"')[0]
    app.write("app.py", source.replace(f'RELEASE = "{before}"', f'RELEASE = "{text}"'))
    app.commit(text)


def new_release(app, text):
    write_release(app, text)
    pushed = app.push()
    assert pushed.status == 0, pushed


def port_of(server, name):
    return int(server.url(name).rpartition(":")[2])


def published(server, name):
    return "".join(docker("port", container, check=False) for container in server.containers(name)).strip()


def address_of(server, name):
    return docker("inspect", "-f", "{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}", *server.containers(name)).split()


def a_swap_under_load_loses_nothing(server):
    """Nothing is published, every request is answered, WebSockets live until the drain timeout; and so three times on end."""
    app = swap_app(server, "swapped")
    assert not published(server, "swapped"), "a port is published"
    with Load("127.0.0.1", port_of(server, "swapped"), clients=10, web_sockets=0) as load:
        for release in ("release two", "release three", "release four"):
            new_release(app, release)
        time.sleep(0.5)
    assert not load.failures, load.failures[:5]
    assert load.requests > 100, load.requests
    assert {b"release one", b"release two", b"release three", b"release four"} <= load.bodies, load.bodies
    for number in range(3):
        with Load("127.0.0.1", port_of(server, "swapped"), clients=10, web_sockets=5) as load:
            done = server.ssh("config:set", "swapped", f"RELEASE=round-{number}")
            assert done.status == 0, done
            assert not load.cut, "a WebSocket ended with the deploy"
            server.settled("swapped")
        assert not load.failures, (number, load.failures[:5])
        assert len(load.cut) == 5, "the drain timeout did not end the WebSockets"
        assert f"round-{number}".encode() in load.bodies, load.bodies


def other_apps_come_and_go(server):
    """That HAProxy reads its file again is noticed by nobody, not even by a WebSocket."""
    swap_app(server, "steady")
    with Load("127.0.0.1", port_of(server, "steady"), clients=10, web_sockets=5) as load:
        apps.serving(server, "comes")
        assert server.ssh("apps:destroy", "comes", "--confirm", "comes").status == 0
        time.sleep(1)
    assert not load.failures, load.failures[:5]
    assert not load.cut, load.cut


def a_release_that_fails_is_noticed_by_nobody(server):
    app = swap_app(server, "kept")
    with Load("127.0.0.1", port_of(server, "kept"), clients=5, web_sockets=3) as load:
        app.write("app.py", "import sys\nsys.exit(1)\n")
        app.commit("broken")
        pushed = app.push()
        assert pushed.status == 1 and "exited with status 1" in pushed.err, pushed
    assert not load.failures and not load.cut, (load.failures, load.cut)


def one_writer_at_a_time(server):
    """overlap=off: the lock of the storage is free when the new one starts, and its visitors only wait."""
    lock = ("import fcntl\nlocked = open('/data/lock', 'w')\n"
            "fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)\n")
    app = swap_app(server, "lonely")
    assert server.ssh("storage:mount", "lonely", "data:/data").status == 0
    app.write("app.py", lock + open(app.path("app.py"), encoding="utf-8").read())
    app.commit("takes a lock")
    assert app.push().status == 0
    app.commit("again")
    pushed = app.push()
    assert pushed.status == 1 and "BlockingIOError" in pushed.err, pushed
    done = server.ssh("apps:set", "lonely", "overlap=off")
    assert done.status == 0 and json.loads(server.ssh("apps:info", "lonely", "--json").out)["overlap"] is False, done
    with Load("127.0.0.1", port_of(server, "lonely"), clients=10, web_sockets=0) as load:
        new_release(app, "release two")
        assert server.ssh("ps:restart", "lonely").status == 0
        app.write("app.py", "import sys\nsys.exit(1)\n")
        app.commit("broken")
        pushed = app.push()
        assert pushed.status == 1 and "still serves" in pushed.err, pushed
        time.sleep(0.5)
    assert not load.failures, load.failures[:5]
    assert b"release two" in load.bodies and server.serves("lonely", "release two")


def other_apps_come_and_go_while_it_makes_way(server):
    """What a worker of HAProxy held when it was replaced gets the new container, too."""
    app = server.new_app(name="patient")
    apps.python(app, "the patient one", before="time.sleep(6)")
    assert app.push().status == 0
    assert server.ssh("apps:set", "patient", "overlap=off").status == 0
    apps.serving(server, "leaves")
    url, by_name = server.url("patient"), f"http://{server.sections['router']['http_listen']}"
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        restart = server.start_ssh("ps:restart", "patient")
        wait_until(lambda: not server.containers("patient", running_only=True), "the old container has stopped")
        visits = [pool.submit(fetch, url, timeout=100) for _ in range(6)]
        assert server.ssh("apps:destroy", "leaves", "--confirm", "leaves").status == 0
        assert not any(visit.done() for visit in visits), "nobody is held"
        apps.serving(server, "comes-late")
        assert not any(visit.done() for visit in visits), "the new app did not come meanwhile"
        told = restart.communicate(timeout=60)
        assert restart.returncode == 0, told
        answers = [visit.result() for visit in visits]
    assert all("the patient one" in answer for answer in answers), answers
    assert "no app here" in fetch(by_name, headers={"Host": "leaves.localhost"}), "the destroyed app is there"


class Visitor:
    """Asks on one connection now and then."""

    def __init__(self, server, name):
        self.connection = http.client.HTTPConnection("127.0.0.1", port_of(server, name), timeout=30)

    def ask(self):
        self.connection.request("GET", "/")
        answer = self.connection.getresponse()
        return answer.read().decode()


def an_open_connection_follows_its_app(server):
    """It stays with the worker of HAProxy that was replaced when another app came, and that one changes no server any more."""
    app = swap_app(server, "followed")
    visitors = [Visitor(server, "followed") for _ in range(4)]
    assert all("release one" in visitor.ask() for visitor in visitors)
    apps.serving(server, "comes-between")
    address, old = address_of(server, "followed")[0], server.containers("followed")[0]
    port = next(one for one in json.loads(docker("inspect", "-f", "{{json .Config.Env}}", old)) if one.startswith("PORT="))[5:]
    new_release(app, "release two")
    wait_until(lambda: len(server.containers("followed")) == 1, "the old container is gone")
    assert "release two" in visitors[0].ask() and "release two" in visitors[1].ask()
    alien = docker("run", "-d", "--rm", "--network", "minpaas", "--ip", address, "localhost/minpaas/static-base",
                   "busybox", "httpd", "-f", "-p", port).strip()
    try:
        assert "release two" in visitors[2].ask()
        assert server.ssh("ps:stop", "followed").status == 0
        assert "not running" in visitors[3].ask()
    finally:
        docker("rm", "-f", alien)


def a_web_socket_outlives_a_new_app_and_a_release(server):
    """It is with a worker that was replaced then, and has the drain timeout all the same."""
    app = swap_app(server, "talking")
    with Load("127.0.0.1", port_of(server, "talking"), clients=3, web_sockets=3) as load:
        apps.serving(server, "comes-beside")
        begin = time.monotonic()
        new_release(app, "release two")
        wait_until(lambda: len(load.cut) == 3, "the WebSockets are cut in the end")
        took = time.monotonic() - begin
    assert not load.failures, load.failures[:5]
    assert took >= 2, f"cut after {took:.1f} s, and the drain timeout is 2 s"


def names_headers_and_pages(server):
    swap_app(server, "named")
    by_name = f"http://{server.sections['router']['http_listen']}"
    told = fetch(server.url("named") + "/headers", headers={"X-Forwarded-For": "6.6.6.6", "X-Request-Id": "abc"}).lower()
    assert "x-forwarded-for: 127.0.0.1" in told and "6.6.6.6" not in told, told
    assert "x-forwarded-proto: http" in told and "x-request-id: abc" in told, told
    own = fetch(by_name + "/headers", headers={"Host": "named.localhost"}).lower()
    assert "x-forwarded-host: named.localhost" in own and re.search(r"x-request-id: \S{8}", own), own
    assert "release one" in fetch(by_name, headers={"Host": "named.localhost"})
    assert "There is no app here" in fetch(by_name, headers={"Host": "nobody.localhost"})


def minpaasd_is_killed(server):
    """Traffic goes on without it; the next one takes HAProxy over and goes on swapping."""
    app = swap_app(server, "survivor")
    pid = server.router_pid()
    with Load("127.0.0.1", port_of(server, "survivor"), clients=5, web_sockets=0) as load:
        server.kill()
        time.sleep(0.5)
        server.start()
        new_release(app, "release two")
    assert not load.failures, load.failures[:5]
    assert b"release two" in load.bodies
    assert server.router_pid() == pid, "HAProxy was not taken over"


def minpaasd_is_killed_at_any_instant_of_a_release(server):
    """Visitors notice nothing of it, and afterwards one release is live."""
    app = swap_app(server, "mortal")
    began = time.monotonic()
    new_release(app, "release 0")
    whole = time.monotonic() - began
    kills, most = 0, 8
    with Load("127.0.0.1", port_of(server, "mortal"), clients=5, web_sockets=0) as load:
        for number in range(1, most + 1):
            write_release(app, f"release {number}")
            pushing = app.start_push()
            time.sleep(whole * number / (most + 1))
            if pushing.poll() is None:
                kills += 1
                server.kill()
                server.start()
            pushing.communicate(timeout=60)
            pushed = app.push()
            assert pushed.status == 0 and server.serves("mortal", f"release {number}"), pushed
    assert kills > most / 2, f"{kills} of {most} kills hit a release"
    assert not load.failures, load.failures[:5]
    server.settled("mortal")


def haproxy_is_killed(server):
    app = swap_app(server, "revived")
    pid = server.router_pid()
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: server.serves("revived", "release one"), "HAProxy is back", timeout=3)
    assert server.router_pid() != pid
    new_release(app, "release two")
    assert server.serves("revived", "release two")


def an_address_stays_with_its_app(server):
    """No visitor of an app gets to another one, whatever ends and starts meanwhile, and whoever watches."""
    swap_app(server, "first")
    apps.serving(server, "second", "the second")
    first, second = server.containers("first"), server.containers("second")
    before = address_of(server, "first")
    urls = {name: server.url(name) for name in ("first", "second")}

    def shown(name):
        try:
            return fetch(urls[name])
        except OSError as error:
            return str(error)

    # Nobody watches, and HAProxy goes on with what it knew.
    server.kill()
    docker("stop", "-t", "1", *first, *second)
    docker("start", *second)
    holders = [docker("run", "-d", "--rm", "--network", "minpaas", "localhost/minpaas/static-base", "busybox",
                      "sleep", "90").strip() for _ in range(3)]
    try:
        wait_until(lambda: "the second" in shown("second"), "the second app is back")
        assert "the second" not in shown("first") and "release one" not in shown("first")
        docker("start", *first)
        assert address_of(server, "first") == before
        wait_until(lambda: "release one" in shown("first"), "the first app is back")
    finally:
        docker("rm", "-f", *holders)
    server.start()
    server.settled("first")


def an_address_is_taken_by_hand(server):
    """The app gets another one, and its route follows."""
    swap_app(server, "ousted")
    before = address_of(server, "ousted")
    server.kill()
    docker("stop", "-t", "1", *server.containers("ousted"))
    holder = docker("run", "-d", "--rm", "--network", "minpaas", "--ip", before[0], "localhost/minpaas/static-base",
                    "busybox", "sleep", "90").strip()
    try:
        server.start()
        wait_until(lambda: server.serves("ousted", "release one"), "the app answers at another address", timeout=30)
        assert address_of(server, "ousted") != before
    finally:
        docker("rm", "-f", holder)


def an_app_crashes_and_comes_back(server):
    swap_app(server, "crashing")
    docker("kill", *server.containers("crashing"))
    wait_until(lambda: server.serves("crashing", "release one"), "the app is back", timeout=30)


def another_program_has_a_port(server):
    """One that cannot have its port keeps no other app from being served, and is served once it is free."""
    app = server.new_app(name="late")
    shutil.copytree(SWAP_APP, app.folder, dirs_exist_ok=True)
    app.commit("release one")
    assert server.ssh("apps:create", "late").status == 0
    port = port_of(server, "late")
    with socket.create_server(("0.0.0.0", port)):
        pushed = app.push()
        assert pushed.status == 1 and f"port {port} of this host is taken by another program" in pushed.err, pushed
        assert app.remote_head() is None
        assert not server.containers("late"), "containers were left behind"
    assert app.push().status == 0
    assert server.serves("late", "release one")

    server.stop()
    server.stop_router()
    host, by_name = server.sections["router"]["http_listen"].split(":")
    with socket.create_server((host, int(by_name))):
        server.start()
        wait_until(lambda: server.serves("late", "release one"), "the app is served by its port", timeout=20)
        assert f"port {by_name} is taken by another program" in server.ssh("doctor").out
    server.stop()
    server.stop_router()
    server.start()

    def answers_by_name():
        try:
            return "release one" in fetch(f"http://{host}:{by_name}", headers={"Host": "late.localhost"})
        except OSError:
            return False

    wait_until(answers_by_name, "the app is served by name again", timeout=20)


def serves_by_name(server, name, text):
    try:
        return text in fetch(f"http://{server.sections['router']['http_listen']}", headers={"Host": f"{name}.localhost"})
    except OSError:
        return False


def the_port_of_a_live_app_is_taken(server):
    """While nobody watched. It is said; by name the app is served all the same, and the others are by their ports; a push to it
    is rejected; and once the port is free it is served on it."""
    app = swap_app(server, "parted")
    apps.serving_dockerfile(server, "beside")
    port, containers, live = port_of(server, "parted"), server.settled("parted"), app.remote_head()
    server.stop()
    server.stop_router()
    with socket.create_server(("0.0.0.0", port)):
        server.start()
        wait_until(lambda: serves_by_name(server, "parted", "release one"), "it is served by name", timeout=20)
        assert server.serves("beside", "version one")
        doctor = server.ssh("doctor")
        assert doctor.out.count(f"port {port} is taken by another program") == 1, doctor
        assert f"port {port} is taken by another program: nothing is served on it" in server.log()
        write_release(app, "release two")
        pushed = app.push()
        one_reason(pushed, f"port {port} of this host is taken by another program")
        one_line(server.ssh("config:set", "parted", "A=1"), 1, f"port {port} of this host is taken by another program")
        assert server.containers("parted") == containers and app.remote_head() == live
        assert serves_by_name(server, "parted", "release one") and server.serves("beside", "version one")
        assert server.ssh("config", "parted").out == "", "the config of a failed release stays"
    wait_until(lambda: server.serves("parted", "release one"), "it is served on its port again", timeout=20)
    pushed = app.push()
    assert pushed.status == 0 and server.serves("parted", "release two"), pushed
    assert f"port {port}" not in server.ssh("doctor").out


def a_published_port_is_taken(_):
    """The same without HAProxy: the app itself is down meanwhile, and nobody else."""
    with Server({"router": {"kind": "direct"}, "runtimes": {"allow_dockerfile": "true"}}) as server:
        app = apps.serving_dockerfile(server, "ousted")
        apps.serving_dockerfile(server, "beside")
        port, containers, live = port_of(server, "ousted"), server.containers("ousted"), app.remote_head()
        server.stop()
        docker("stop", "-t", "1", *containers)
        with socket.create_server(("0.0.0.0", port)):
            server.start()
            wait_until(lambda: f"port {port} of this host is taken by another program" in server.log(), "it is said", timeout=30)
            assert "ousted" in server.ssh("doctor").out and server.serves("beside", "version one")
            apps.dockerfile(app, "version two")
            one_reason(app.push(), f"port {port} of this host is taken by another program")
            assert app.remote_head() == live and len(server.containers("ousted")) == 1, "something was left behind"
        wait_until(lambda: server.serves("ousted", "version one"), "the old release is back by itself", timeout=30)
        pushed = app.push()
        assert pushed.status == 0 and server.serves("ousted", "version two"), pushed


H2C = """
const http2 = require('http2');
const server = http2.createServer();
server.on('stream', (stream, headers) => {
  stream.respond({':status': 200, 'content-type': 'application/grpc', 'x-proto': headers['x-forwarded-proto']}, {waitForTrailers: true});
  stream.on('wantTrailers', () => stream.sendTrailers({'grpc-status': '0'}));
  stream.pipe(stream);
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
"""


def curl(*words, given=""):
    done = subprocess.run(["curl", "-skv", "--max-time", "10", *words], input=given, capture_output=True, text=True, check=False)
    return done.stdout, done.stderr


def http2_from_end_to_end(server):
    """What gRPC needs: streams and trailers, on the app's port and by name over TLS. Other apps keep HTTP/1.1 inside."""
    app = server.new_app("hello-node", "speaks-h2c")
    app.write("server.js", H2C)
    app.write("app.json", '{"protocol": "h2c"}')
    app.commit("HTTP/2 only")
    pushed = app.push()
    assert pushed.status == 0, pushed
    swap_app(server, "speaks-h1")
    tls = server.sections["router"]["https_listen"].rpartition(":")[2]

    def by_tls(name, *words, given=""):
        return curl("--http2", "--resolve", f"{name}.localhost:{tls}:127.0.0.1", f"https://{name}.localhost:{tls}/a.B/C", *words, given=given)

    call = ("-H", "te: trailers", "--data-binary", "@-")
    for _ in range(2):
        for body, told in (curl("--http2-prior-knowledge", f"http://127.0.0.1:{port_of(server, 'speaks-h2c')}/a.B/C", *call, given="hello"),
                           by_tls("speaks-h2c", *call, given="hello")):
            assert body == "hello" and "HTTP/2 200" in told and "grpc-status: 0" in told, (body, told)
        assert "x-proto: https" in told, told
        app.write("server.js", H2C + "// another release")
        app.commit("again")
        assert app.push().status == 0
    body, told = by_tls("speaks-h1")
    assert "HTTP/2 200" in told and "release one" in body, (body, told)


def requests_are_in_the_log(server):
    """Without their query, also those of while minpaasd was away, under the app that they were for."""
    swap_app(server, "asked")
    host = server.sections["router"]["http_listen"]

    def lines(app="asked"):
        return [line.partition(" app[router]: ")[2] for line in server.ssh("logs", app, "-p", "router").out.splitlines()]

    fetch(f"http://{host}/hello?token=not-to-be-seen", headers={"Host": "asked.localhost"})
    line = wait_until(lambda: [one for one in lines() if one.startswith("GET /hello 200 ")], "the request is in the log")[0]
    assert "host=asked.localhost from=127.0.0.1 process=web.1" in line and "not-to-be-seen" not in line, line
    follower = server.start_ssh("logs", "asked", "-f", "-p", "router", "-n", "0")
    try:
        seen = ""
        while "/followed" not in seen:
            server.get("asked", "/followed")
            seen = follower.stdout.readline()
    finally:
        follower.kill()
        follower.wait()
    server.kill()
    fetch(f"http://{host}/while-away", headers={"Host": "asked.localhost"})
    server.start()
    wait_until(lambda: any(one.startswith("GET /while-away 200 ") for one in lines()), "the request of before is in the log")
    assert server.ssh("apps:rename", "asked", "answered").status == 0
    fetch(f"http://{host}/renamed", headers={"Host": "answered.localhost"})
    wait_until(lambda: any("/renamed 200" in one for one in lines("answered")), "the log has moved with the app")
    assert server.ssh("ps:stop", "answered").status == 0
    fetch(f"http://{host}/stopped", headers={"Host": "answered.localhost"})
    wait_until(lambda: any("/stopped 503" in one and "why=" in one for one in lines("answered")), "a request that nobody answered")
    assert "release one" not in fetch(f"http://{host}/nobody", headers={"Host": "nobody.localhost"})
    assert not any("/nobody" in one for one in lines("answered"))


def another_router_is_chosen(server):
    swap_app(server, "moved")
    pid = server.router_pid()
    server.change_settings({"router": {"kind": "direct"}})
    wait_until(lambda: server.serves("moved", "release one"), "the app is served by a published port", timeout=60)
    assert published(server, "moved"), "no port is published"
    assert not os.path.exists(f"/proc/{pid}"), "HAProxy was left behind"
    server.change_settings({"router": {"kind": "haproxy"}})
    wait_until(lambda: not published(server, "moved") and server.serves("moved", "release one"),
               "the app is behind HAProxy again", timeout=60)


if __name__ == "__main__":
    tell(a_swap_under_load_loses_nothing, other_apps_come_and_go, a_release_that_fails_is_noticed_by_nobody,
         one_writer_at_a_time, other_apps_come_and_go_while_it_makes_way, an_open_connection_follows_its_app,
         a_web_socket_outlives_a_new_app_and_a_release, names_headers_and_pages, http2_from_end_to_end, requests_are_in_the_log,
         minpaasd_is_killed, minpaasd_is_killed_at_any_instant_of_a_release, haproxy_is_killed,
         an_address_stays_with_its_app, an_address_is_taken_by_hand, an_app_crashes_and_comes_back, another_program_has_a_port,
         the_port_of_a_live_app_is_taken, a_published_port_is_taken, another_router_is_chosen,
         settings={"router": {"kind": "haproxy", "drain_timeout": "2s"}, "runtimes": {"allow_dockerfile": "true"}})
