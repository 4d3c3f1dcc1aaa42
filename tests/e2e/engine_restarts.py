#!/usr/bin/env python3
"""The Docker Engine itself ends while apps serve, by a clean restart, by SIGKILL, with the whole machine: afterwards what
the table says, what runs and what the router leads to are the same, and the server has stayed."""

import json
import os
import sys

import apps
from own_engine import Engine, apart
from story import Outcome, chosen, one, together
from testbed import Server, docker, wait_until

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "build": {"reserve_bytes": "64m"}, "router": {"kind": "haproxy", "drain_timeout": "2s"},
            "containers": {"stop_timeout": "3s"}}
SERVING = {"wakes": 1, "pair": 2}


def table(server, name):
    return json.loads(server.ssh("ps", name, "--json").out)


def agree(server, texts):
    """One after another, as each is true only after a while: it serves, what runs is what the table has, and no more is there."""
    for name, count in SERVING.items():
        wait_until(lambda name=name: server.serves(name, texts[name]), f"{name} serves again", timeout=120)
        wait_until(lambda name=name: {row["state"] for row in table(server, name)} == {"up"}, f"{name} is up", timeout=120)
        wait_until(lambda name=name, count=count: same_in_engine(server, name, count), f"{name} has {count} containers", timeout=120)
    rows = table(server, "sleeps")
    assert not server.containers("sleeps", running_only=True), f"what was stopped runs: {rows}"
    assert not server.serves("sleeps", "sleeps one")
    assert "stopped" in json.loads(server.ssh("apps:info", "sleeps", "--json").out)["status"], rows


def same_in_engine(server, name, count):
    wanted = {row["container"][:12] for row in table(server, name)}
    running = {container[:12] for container in server.containers(name, running_only=True)}
    return len(running) == count and wanted == running and len(server.containers(name)) == count


def a_push_works(server, works, texts, text):
    apps.dockerfile(works["wakes"], text)
    pushed = works["wakes"].push()
    assert pushed.status == 0, pushed
    texts["wakes"] = text
    agree(server, texts)


def the_engine_is_killed(engine, server):
    engine.kill()
    doctor = server.ssh("doctor")
    assert doctor.status == 1 and "ngine" in doctor.text, doctor
    engine.start()


def the_engine_is_restarted(engine, _server):
    engine.stop()
    engine.start()


def the_machine_is_restarted(engine, server):
    """The engine is the first to stop and the first to come."""
    engine.stop()
    server.stop()
    server.stop_router()
    engine.start()
    server.start()


def the_machine_loses_power(engine, server):
    server.kill()
    engine.lose_power()
    engine.start()
    server.start()


STORIES = [the_engine_is_killed, the_engine_is_restarted, the_machine_is_restarted, the_machine_loses_power]


def held(story, engine, server, works, texts):
    process = server.process
    story(engine, server)
    agree(server, texts)
    if not story.__name__.startswith("the_machine"):
        assert server.process is process and process.poll() is None, "minpaasd has ended"
    a_push_works(server, works, texts, f"after {story.__name__}")


def all_of_them():
    with Engine() as engine, Server(SETTINGS, docker_socket=engine.socket) as server:
        texts = {name: f"{name} one" for name in (*SERVING, "sleeps")}
        works = {name: apps.serving_dockerfile(server, name, text) for name, text in texts.items()}
        assert server.ssh("ps:scale", "pair", "web=2").status == 0
        assert server.ssh("ps:stop", "sleeps").status == 0
        agree(server, texts)
        # One after another on one server: each finds what the one before has left.
        results = [one(tale(story), engine, server, works, texts) for story in chosen(STORIES)]
        assert together(results) == Outcome.HELD, results
        assert server.ssh("ps:start", "sleeps").status == 0 and server.serves("sleeps", "sleeps one")


def tale(story):
    def told(*parts):
        held(story, *parts)
    told.__name__ = story.__name__
    return told


if __name__ == "__main__":
    apart()
    sys.exit(one(all_of_them))
