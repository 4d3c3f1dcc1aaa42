#!/usr/bin/env python3
"""kill -9 of minpaasd while a command is at work, then a restart: the app serves or is stopped, as the table says, nothing is
left over, and the command can be given again."""

import concurrent.futures
import json
import time

import apps
from story import tell
from testbed import docker, fetch, run, wait_until

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "router": {"kind": "haproxy", "drain_timeout": "1s"},
            "containers": {"stop_timeout": "5s"}}
# So long that a kill hits the stop or the start, and no longer.
SLOW_STOP = ("signal.signal(signal.SIGTERM, lambda *_: "
             "(print('stopping', flush=True), time.sleep(1), os._exit(0)))")
SLOW_START = "time.sleep(1)"
ENDED = {"succeeded", "failed", "cancelled", "superseded"}


def table(server, verb, name):
    return json.loads(server.ssh(verb, name, "--json").out)


def quantity(server, name):
    return int(server.ssh("ps:scale", name).out.partition("web=")[2].split()[0])


def now(server, name, texts):
    """`stopped` or the text that is served, once the table, the engine and the router say the same; else None."""
    running, every = server.containers(name, running_only=True), server.containers(name)
    served = next((text for text in texts if server.serves(name, text)), None)
    if table(server, "apps:info", name)["status"] == "stopped":
        return "stopped" if not running and not served else None
    rows = {row["container"][:12]: row["state"] for row in table(server, "ps", name)}
    same = set(rows) == set(running) == set(every) and set(rows.values()) == {"up"} and len(rows) == quantity(server, name)
    return served if same else None


def comes_to(server, name, state):
    """What a command leaves to be done is done after its end."""
    texts = [] if state == "stopped" else [state]
    wait_until(lambda: now(server, name, texts) == state, f"{name} is {state}")


def settled(server, name, texts):
    state = wait_until(lambda: now(server, name, texts), f"{name} is settled after the restart", timeout=90)
    time.sleep(0.3)  # what is settled stays so
    assert now(server, name, texts) == state, f"{name} was {state}, and is not any more"
    deploys = {row["status"] for row in table(server, "builds", name)}
    assert deploys <= ENDED, deploys
    states = [row["state"] for row in table(server, "releases", name)]
    assert states.count("live") == 1 and "pending" not in states, states
    assert len(set(server.images(name))) <= len(states), "an image without a release"
    return state


def crash(server, doing, reached):
    """Kills minpaasd once `reached()`, and starts it again. Whether the command was at work then."""
    wait_until(lambda: doing.poll() is not None or reached(), "the command is in its midst")
    at_work = doing.poll() is None
    server.kill()
    said = doing.communicate(timeout=60)[1]
    server.start()
    assert not at_work or doing.returncode != 0, f"a killed server told success:\n{said}"
    return at_work


def after(seconds):
    end = time.monotonic() + seconds
    return lambda: time.monotonic() > end


def killed_at_several_instants(server, name, texts, words, back, midst):
    """`words` again and again, each time after `back`: killed where `midst` tells, then spread over the whole."""
    start = time.monotonic()
    done = server.ssh(*words)
    whole = time.monotonic() - start
    assert done.status == 0, done
    ends, hits = [], 0
    for part in (None, 0.2, 0.7):
        done = server.ssh(*back)
        assert done.status == 0, f"{back} after {ends}: {done}"
        wait_until(lambda: now(server, name, texts), f"{name} is as it was")
        reached = midst(server, name) if part is None else after(whole * part)
        hits += crash(server, server.start_ssh(*words), reached)
        ends.append(settled(server, name, texts))
    assert hits, f"no kill hit {words}"
    done = server.ssh(*words)
    assert done.status == 0, f"{words} after {ends}: {done}"
    print(f"   {' '.join(words)}: {hits} of 3 kills hit it; then {', '.join(ends)}")


def another_runs(server, name):
    before = set(server.containers(name, running_only=True))
    return lambda: set(server.containers(name, running_only=True)) - before


def none_runs(server, name):
    return lambda: not server.containers(name, running_only=True)


def one_stops(server, name):
    def stops():
        return sum(docker("logs", one, check=False).count("stopping") for one in server.containers(name))
    before = stops()
    return lambda: stops() > before


def slow(server, name):
    app = server.new_app(name=name)
    apps.python(app, "version one", before=SLOW_STOP + "\n" + SLOW_START)
    pushed = app.push()
    assert pushed.status == 0, pushed
    return app


def while_it_scales(server):
    slow(server, "scaled")
    killed_at_several_instants(server, "scaled", ["version one"], ["ps:scale", "scaled", "web=2"], ["ps:scale", "scaled", "web=1"],
                               another_runs)
    comes_to(server, "scaled", "version one")
    assert len(server.containers("scaled")) == 2


def while_it_stops(server):
    slow(server, "halted")
    killed_at_several_instants(server, "halted", ["version one"], ["ps:stop", "halted"], ["ps:start", "halted"], one_stops)
    comes_to(server, "halted", "stopped")


def while_it_starts(server):
    slow(server, "begun")
    assert server.ssh("ps:stop", "begun").status == 0
    killed_at_several_instants(server, "begun", ["version one"], ["ps:start", "begun"], ["ps:stop", "begun"], another_runs)
    comes_to(server, "begun", "version one")


def image(reference, text):
    """An image that takes its time before it listens, as it was built elsewhere."""
    recipe = apps.DOCKERFILE.format(text=text, more="").partition("CMD")[0]
    command = 'CMD ["busybox", "sh", "-c", "sleep 1; exec busybox httpd -f -p 8080 -h /app"]\n'
    built = run(["docker", "build", "-q", "-t", reference, "-"], stdin=recipe + command)
    assert built.status == 0, built


def while_an_image_is_deployed(server):
    references = [f"localhost/minpaas-e2e/crashed:{server.port}-{number}" for number in (1, 2)]
    try:
        for reference, text in zip(references, ("image-one", "image-two")):
            image(reference, text)
        deploy = [["deploy", "--app", "imaged", "--image", reference] for reference in references]
        done = server.ssh(*deploy[0])
        assert done.status == 0, done
        killed_at_several_instants(server, "imaged", ["image-one", "image-two"], deploy[1], deploy[0], another_runs)
        comes_to(server, "imaged", "image-two")
    finally:
        docker("rmi", "-f", *references, check=False)


def while_one_writer_makes_way(server):
    """overlap=off: the old container has stopped when the new one starts, so a kill leaves the app without any."""
    app = slow(server, "alone")
    assert server.ssh("apps:set", "alone", "overlap=off").status == 0
    old, hits = "version one", 0
    for new, midst in (("version two", one_stops), ("version three", none_runs), ("version four", another_runs)):
        comes_to(server, "alone", old)
        old_head, instant = app.head(), midst(server, "alone")
        apps.python(app, new, before=SLOW_STOP + "\n" + SLOW_START)
        hits += crash(server, app.start_push(), instant)
        state = settled(server, "alone", [old, new])
        expected = old_head if state == old else app.head()
        wait_until(lambda: app.remote_head() == expected, f"the ref is what is served ({state})")
        pushed = app.push()
        assert pushed.status == 0 and server.serves("alone", new), pushed
        old = new
    assert hits >= 2, f"{hits} of 3 kills hit the push"


def visitors_wait_on_while_one_writer_makes_way(server):
    """Those whom the router holds when minpaasd is killed are served when it is back, and do not wait for the end of a hold."""
    slow(server, "held")
    assert server.ssh("apps:set", "held", "overlap=off").status == 0
    url = server.url("held")
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        doing = server.start_ssh("ps:restart", "held")
        wait_until(none_runs(server, "held"), "the old container has stopped")
        start = time.monotonic()
        visits = [pool.submit(fetch, url, timeout=100) for _ in range(8)]
        time.sleep(0.3)
        waited = not any(visit.done() for visit in visits)
        crash(server, doing, lambda: True)
        answers = [visit.result() for visit in visits]
        took = time.monotonic() - start
    assert waited, "nobody was held"
    assert all("version one" in answer for answer in answers), f"after {took:.1f} s: {answers[0]}"
    assert took < 60, f"the held waited {took:.0f} s"
    settled(server, "held", ["version one"])


if __name__ == "__main__":
    tell(while_it_scales, while_it_stops, while_it_starts, while_an_image_is_deployed, while_one_writer_makes_way,
         visitors_wait_on_while_one_writer_makes_way,
         settings=SETTINGS)
