#!/usr/bin/env python3
"""Builds that are left, overtaken, cancelled, too slow, or lose the engine or the disk."""

import os
import signal
import tempfile
import time

import apps
from engine_proxy import EngineProxy
from story import Outcome, one, tell_alone, together
from testbed import Server, docker, wait_until

DOCKERFILES = {"runtimes": {"allow_dockerfile": "true"}}


def read_until(pushing, text):
    """Reads what the pusher sees until a line holds `text`; returns everything so far."""
    said = ""
    for line in pushing.stderr:
        said += line
        if text in line:
            return said
    raise AssertionError(f"{text!r} was never said; status {pushing.wait()}:\n{said}")


def leave(pushing):
    """Ctrl-C: SIGINT to git and the ssh it has started."""
    os.killpg(pushing.pid, signal.SIGINT)
    pushing.stderr.close()
    assert pushing.wait(20) != 0


def ctrl_c_detaches_and_a_new_push_attaches(server):
    app = apps.serving_dockerfile(server, "left")
    apps.slow_build(app, "version-two", 6)
    pushing = app.start_push()
    read_until(pushing, "version-two begins")
    leave(pushing)
    assert server.serves("left", "version one") and app.remote_head() != app.head()
    again = app.push()
    assert again.status == 0 and "version-two begins" in again.err, f"not replayed from the start: {again}"
    assert server.serves("left", "version-two") and app.remote_head() == app.head()
    builds = [line for line in server.ssh("builds", "left").out.splitlines()[1:] if line]
    assert len(builds) == 2, f"the second push built again: {builds}"


def ctrl_c_and_the_deploy_goes_on(server):
    app = apps.serving_dockerfile(server, "goes-on")
    apps.slow_build(app, "version-two", 3)
    pushing = app.start_push()
    read_until(pushing, "version-two begins")
    leave(pushing)
    wait_until(lambda: server.serves("goes-on", "version-two"), "the deploy ends without its pusher")
    wait_until(lambda: app.remote_head() == app.head(), "the ref follows")
    wait_until(lambda: apps.ends_on_record(app) == ["ok"], "its end is on record")
    again = app.push()
    assert again.status == 0 and "up-to-date" in again.err, again


def a_newer_push_supersedes_a_waiting_one(server):
    """The first builds, the second waits, the third takes its place; each pusher learns its fate."""
    app = apps.serving_dockerfile(server, "queue")
    pushes = []
    for number in (2, 3, 4):
        apps.slow_build(app, f"version-{number}", 4 if number == 2 else 0)
        pushing = app.start_push("+HEAD:main")
        if number == 2:
            read_until(pushing, "version-2 begins")
        elif number == 3:
            read_until(pushing, "Waiting for deploy")
        pushes.append((pushing, app.head()))
    ends = [(pushing.communicate(timeout=120)[1], pushing.returncode) for pushing, _ in pushes]
    assert ends[0][1] == 0, ends[0]
    assert ends[1][1] == 1 and "supersede" in ends[1][0], ends[1]
    assert ends[2][1] == 0, ends[2]
    assert server.serves("queue", "version-4") and app.remote_head() == pushes[2][1]
    server.settled("queue")


def two_first_pushes_at_once(server):
    """Different commits to an app that neither has seen: both end, and what is told is true."""
    works = []
    for number in (1, 2):
        app = server.new_app(name=f"race-{number}")
        app.git("remote", "set-url", "minpaas", server.remote("race"))
        apps.dockerfile(app, f"version {number}")
        works.append(app)
    pushes = [app.start_push("+main") for app in works]
    ends = [(pushing.communicate(timeout=120)[1], pushing.returncode) for pushing in pushes]
    won = [number for number, end in enumerate(ends, 1) if end[1] == 0]
    assert won, ends
    told = [number for number in won if server.serves("race", f"version {number}")]
    assert len(told) == 1 and server.settled("race"), ends


def builds_cancel(server):
    app = apps.serving_dockerfile(server, "cancelled")
    before = apps.Untouched(app)
    apps.slow_build(app, "version-two", 60)
    pushing = app.start_push()
    read_until(pushing, "version-two begins")
    start = time.monotonic()
    done = server.ssh("builds:cancel", "cancelled")
    said, _ = pushing.communicate(timeout=30)[1], pushing.wait()
    assert done.status == 0 and pushing.returncode == 1 and "cancel" in said, (done, said)
    assert time.monotonic() - start < 20
    before.check()
    none = server.ssh("builds:cancel", "cancelled")
    assert none.status == 3, none


STORIES = [ctrl_c_detaches_and_a_new_push_attaches, ctrl_c_and_the_deploy_goes_on,
           a_newer_push_supersedes_a_waiting_one, two_first_pushes_at_once, builds_cancel]


def on_one_server():
    with Server(DOCKERFILES) as server:
        results = [one(story, server) for story in STORIES]
        assert together(results) == Outcome.HELD, results


def a_build_past_its_timeout():
    with Server({**DOCKERFILES, "build": {"timeout": "3s"}}) as server:
        app = apps.serving_dockerfile(server, "slow")
        before = apps.Untouched(app)
        apps.slow_build(app, "version-two", 60)
        start = time.monotonic()
        pushed = app.push()
        assert pushed.status == 1 and "longer than 3.0 s" in pushed.err and "[build] timeout" in pushed.err, pushed
        assert time.monotonic() - start < 30
        before.check()


def the_engine_stops_in_the_middle_of_a_build():
    with tempfile.TemporaryDirectory(prefix="minpaas-e2e-") as folder:
        path = os.path.join(folder, "engine.sock")
        proxy = EngineProxy(path)
        with Server(DOCKERFILES, docker_socket=path) as server:
            app = apps.serving_dockerfile(server, "cut-off")
            before = apps.Untouched(app)
            apps.slow_build(app, "version-two", 20)
            pushing = app.start_push()
            read_until(pushing, "version-two begins")
            proxy.cut()
            said = pushing.communicate(timeout=60)[1]
            assert pushing.returncode == 1 and "ngine" in said, said
            again = app.push()
            assert again.status == 1 and "ngine" in again.err, again
            doctor = server.ssh("doctor")
            assert doctor.status == 1 and "ngine" in doctor.text, doctor
            proxy.restore()
            before.check()
            apps.dockerfile(app, "version three")
            pushed = app.push()
            assert pushed.status == 0 and server.serves("cut-off", "version three"), pushed


def a_disk_that_is_nearly_full():
    """There is less room than the reserve that the settings ask for."""
    reserve = str(1 << 60)
    with Server(DOCKERFILES) as server:
        app = apps.serving_dockerfile(server, "full")
        before = apps.Untouched(app)
        apps.dockerfile(app, "version two")
        for section in ("git", "build"):
            server.change_settings({section: {"reserve_bytes": reserve}})
            pushed = app.push()
            assert pushed.status == 1 and "disk is nearly full" in pushed.err, pushed
            before.check()
            server.change_settings({section: {"reserve_bytes": None}})
        pushed = app.push()
        assert pushed.status == 0 and server.serves("full", "version two"), pushed


def the_engine_starts_anew():
    """All containers end with it, and minpaasd finds them so when it answers again."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "docker.sock")
        proxy = EngineProxy(path)
        with Server({}, docker_socket=path) as server:
            apps.serving(server, "outlives")
            apps.serving(server, "stays-down")
            assert server.ssh("ps:stop", "stays-down").status == 0
            proxy.cut()
            docker("kill", *server.containers(running_only=True))
            proxy.restore()
            wait_until(lambda: server.serves("outlives", "version one"), "it serves again", timeout=90)
            assert not server.containers("stays-down", running_only=True)


if __name__ == "__main__":
    tell_alone(on_one_server, a_build_past_its_timeout, the_engine_stops_in_the_middle_of_a_build, the_engine_starts_anew,
               a_disk_that_is_nearly_full)
