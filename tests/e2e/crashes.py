#!/usr/bin/env python3
"""kill -9 of minpaasd in every stage of a deploy, then a restart: what is live, what the ref says and
what is stored agree, the app answers, and nothing is left over."""

import time

import apps
from story import tell
from testbed import docker, fetch, wait_until

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "containers": {"stop_timeout": "5s"}}


def settled(app, old, new, old_head):
    """After a restart: exactly one release is live, and everything says which. Returns its text."""
    server, name = app.server, app.name
    text = wait_until(lambda: next((text for text in (old, new) if server.serves(name, text)), None),
                      f"{name} answers after the restart")
    expected = old_head if text == old else app.head()
    wait_until(lambda: app.remote_head() == expected, f"the ref of {name} is what is served ({text})")
    wait_until(lambda: len(server.containers(name)) == 1, f"one container of {name} is left")
    time.sleep(0.3)  # what is settled stays so
    assert server.serves(name, text) and len(server.containers(name)) == 1
    releases = [line for line in server.ssh("releases", name).out.splitlines()[1:] if line]
    images = set(server.images(name))
    assert len(images) <= len(releases), f"an image without a release: {images}, {releases}"
    running = docker("ps", "--format", "{{.State}}", "--filter", f"id={server.containers(name)[0]}").split()
    assert running == ["running"], running
    return text


def crash(app, pushing, old, new, old_head):
    """Kills minpaasd, restarts it, checks that all is settled and that pushing again works."""
    app.server.kill()
    said = pushing.communicate(timeout=60)[1]
    assert pushing.returncode != 0, f"the pusher of a killed server was told success:\n{said}"
    app.server.start()
    text = settled(app, old, new, old_head)
    pushed = app.push()
    assert pushed.status == 0 and app.server.serves(app.name, new), pushed
    assert app.server.settled(app.name) and app.remote_head() == app.head()
    return text


def in_the_build(server):
    app = apps.serving_dockerfile(server, "crash-build")
    old_head = app.head()
    apps.slow_build(app, "version-two", 4)
    pushing = app.start_push()
    for line in pushing.stderr:
        if "version-two begins" in line:
            break
    text = crash(app, pushing, "version one", "version-two", old_head)
    assert text == "version one"
    assert apps.ends_on_record(app) == ["failed"], "what the crash has ended is on record"


def while_the_new_release_is_checked(server):
    app = apps.serving(server, "crash-check")
    old_head, containers = app.head(), server.containers("crash-check")
    apps.python(app, "version two", before="time.sleep(4)")
    pushing = app.start_push()
    wait_until(lambda: len(server.containers("crash-check", running_only=True)) > len(containers),
               "the new container runs beside the old one")
    text = crash(app, pushing, "version one", "version two", old_head)
    assert text == "version one"


def in_the_switch(server):
    """The old release takes its time to stop, and the new one gets its port only then."""
    stubborn = ("signal.signal(signal.SIGTERM, lambda *_: "
                "(print('stopping', flush=True), time.sleep(3), os._exit(0)))")
    app = server.new_app(name="crash-switch")
    apps.python(app, "version one", before=stubborn)
    assert app.push().status == 0
    old_head, old = app.head(), server.containers("crash-switch")[0]
    apps.python(app, "version two")
    pushing = app.start_push()
    wait_until(lambda: "stopping" in docker("logs", old, check=False), "the old container is being stopped")
    crash(app, pushing, "version one", "version two", old_head)


def at_any_instant(server):
    """Kills spread over the whole of a deploy that takes about a second."""
    app = apps.serving_dockerfile(server, "crash-any", "version 0")
    start = time.monotonic()
    apps.dockerfile(app, "version 1")
    assert app.push().status == 0
    whole = time.monotonic() - start
    seen = set()
    for number in range(2, 10):
        old, new, old_head = f"version {number - 1}", f"version {number}", app.head()
        apps.dockerfile(app, new)
        pushing = app.start_push()
        time.sleep(whole * (number - 1) / 8)
        if pushing.poll() is None:
            server.kill()
            said = pushing.communicate(timeout=60)[1]
            server.start()
            text = settled(app, old, new, old_head)
            assert pushing.returncode != 0 or text == new, f"told success, but {text} is live:\n{said}"
            seen.add("old" if text == old else "new")
        pushed = app.push()
        assert pushed.status == 0 and server.serves("crash-any", new), pushed
    assert seen, "no kill hit a deploy"


def stopped_by_hand(server):
    """`docker stop` on an app's container: the app gets SIGTERM and the time to end its work, whatever
    shells and package managers stand in between; and the server starts it again."""
    python = server.new_app(name="ends-python")
    apps.python(python, "version one", before="signal.signal(signal.SIGTERM, lambda *_: "
                "(time.sleep(1), print('work is done', flush=True), os._exit(0)))")
    node = server.new_app("hello-node", "ends-node")
    with open(node.path("server.js"), encoding="utf-8") as file:
        source = file.read()
    work = "setTimeout(() => { console.log('work is done'); process.exit(0); }, 1000)"
    assert "() => server.close()" in source
    node.write("server.js", source.replace("() => server.close()", f"() => {work}"))
    node.commit("ends its work")
    for app in (python, node):
        pushed = app.push()
        assert pushed.status == 0, pushed
        container = server.containers(app.name)[0]
        docker("stop", "-t", "10", container)
        said = docker("logs", container)
        assert "work is done" in said, f"{app.name} was cut off: {said}"
        wait_until(lambda name=app.name: server.containers(name, running_only=True),
                   f"{app.name} is started again")


def a_clean_stop(server):
    """SIGTERM ends it with status 0; the apps serve on, and are known again after the start."""
    app = apps.serving_dockerfile(server, "serves-on")
    before = apps.Untouched(app)
    url = server.url("serves-on")
    assert server.stop() == 0
    assert "version one" in fetch(url)
    server.start()
    before.check()
    assert "running" in server.ssh("apps").out


if __name__ == "__main__":
    tell(in_the_build, while_the_new_release_is_checked, in_the_switch, at_any_instant, stopped_by_hand,
         a_clean_stop, settings=SETTINGS)
