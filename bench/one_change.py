"""A one-file change of an app, deployed by MinPaas and by raw Engine API calls on the same tree."""

import itertools
import os
import statistics
import sys
import threading
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))

import engine_api  # noqa: E402
from measure import timed  # noqa: E402
from openssh import free_port  # noqa: E402
from testbed import ROOT  # noqa: E402

EXAMPLE = "hello-python"
INSIDE = 8000
DOCKERFILE = os.path.join(ROOT, "runtimes/python/Dockerfile")


class Change:
    """Writes a greeting that was never seen before into the app's one source file."""

    def __init__(self):
        self.numbers = itertools.count(1)
        with open(os.path.join(ROOT, "examples", EXAMPLE, "app.py"), encoding="utf-8") as file:
            self.source = file.read()

    def write(self, folder):
        greeting = f"Release {next(self.numbers)} of {os.getpid()}"
        with open(os.path.join(folder, "app.py"), "w", encoding="utf-8") as file:
            file.write(self.source.replace("Hello from MinPaas!", greeting))
        return greeting


def push_and_wait(push, url, greeting):
    """Both at once: the answer may come before the push has said its last word."""
    def work():
        pushing = threading.Thread(target=push)
        pushing.start()
        engine_api.wait_for_answer(url, greeting)
        took = time.perf_counter() - start
        pushing.join()
        return took

    start = time.perf_counter()
    return work()


class Ours:
    def __init__(self, server, change):
        self.app, self.change = server.new_app(EXAMPLE), change
        self.push()
        self.url = server.url(EXAMPLE)

    def push(self):
        pushed = self.app.push()
        if pushed.status != 0:
            raise SystemExit(f"push failed: {pushed}")

    def redeploy(self):
        greeting = self.change.write(self.app.folder)
        self.app.commit(greeting)
        return push_and_wait(self.push, self.url, greeting)


class ByHand:
    """Raw Engine API calls while the app at `live` serves; remembers how long each part took."""

    def __init__(self, folder, change, live):
        self.folder, self.change, self.live, self.parts = folder, change, live, []

    def redeploy(self):
        greeting = self.change.write(self.folder)
        tar, port = engine_api.context(DOCKERFILE, self.folder), free_port()
        container = None
        with engine_api.visited(self.live) as over:
            try:
                built = timed(lambda: engine_api.build(tar, "minpaas-bench-by-hand"))
                begin = time.perf_counter()
                container = engine_api.start("minpaas-bench-by-hand", INSIDE, port)
                started = time.perf_counter() - begin
                over.set()
                answered = timed(lambda: engine_api.wait_for_answer(f"http://127.0.0.1:{port}/", greeting))
            finally:
                if container:
                    engine_api.remove(container)
        self.parts.append((built, started, answered))
        return built + started + answered

    def words(self):
        built, started, answered = (statistics.median(part) for part in zip(*self.parts))
        return f"build {built:.2f}, create and start {started:.2f}, first answer {answered:.2f}"
