#!/usr/bin/env python3
"""A one-file change from the start of the push to the first answer of the new code: MinPaas beside raw
Engine API calls on the same tree, and beside sshd with a post-receive hook and the docker CLI.
Also counts the processes that minpaasd spawns in a deploy.

usage: redeploy.py MINPAASD [ROUNDS]
"""

import itertools
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

import engine_api  # noqa: E402
from home_made import HomeMade  # noqa: E402
from measure import amount, interleave, row, skipped, timed  # noqa: E402
from openssh import OpenSsh, free_port, make_key  # noqa: E402
from testbed import ROOT, Server  # noqa: E402

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


class Theirs:
    """The same working copy's twin, pushed to the home-made server."""

    def __init__(self, server, home, url, change):
        self.app, self.home, self.url, self.change = server.new_app(EXAMPLE, "twin"), home, url, change
        home.push(self.app.folder)

    def redeploy(self):
        greeting = self.change.write(self.app.folder)
        self.app.commit(greeting)
        return push_and_wait(lambda: self.home.push(self.app.folder), self.url, greeting)


class ByHand:
    """Raw Engine API calls; remembers how long each part took."""

    def __init__(self, folder, change):
        self.folder, self.change, self.parts = folder, change, []

    def redeploy(self):
        greeting = self.change.write(self.folder)
        tar, port = engine_api.context(DOCKERFILE, self.folder), free_port()
        container = None
        try:
            built = timed(lambda: engine_api.build(tar, "minpaas-bench-by-hand"))
            begin = time.perf_counter()
            container = engine_api.start("minpaas-bench-by-hand", INSIDE, port)
            started = time.perf_counter() - begin
            answered = timed(lambda: engine_api.wait_for_answer(f"http://127.0.0.1:{port}/", greeting))
        finally:
            if container:
                engine_api.remove(container)
        self.parts.append((built, started, answered))
        return built + started + answered

    def words(self):
        built, started, answered = (statistics.median(part) for part in zip(*self.parts))
        return f"build {built:.2f}, create and start {started:.2f}, first answer {answered:.2f}"


def redeploys(rounds):
    change = Change()
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base, Server() as server:
        folder = os.path.join(base, "by-hand")
        shutil.copytree(os.path.join(ROOT, "examples", EXAMPLE), folder)
        make_key(os.path.join(base, "id_ed25519"))
        port = free_port()
        with OpenSsh(base, os.path.join(base, "id_ed25519")) as sshd:
            home = HomeMade(sshd, base, DOCKERFILE, INSIDE, port, engine_api.LABEL)
            ours, hand = Ours(server, change), ByHand(folder, change)
            mine, other, ratio = interleave(ours.redeploy, hand.redeploy, rounds)
            row("redeploy of a one-file change, to the first answer", f"{mine:.2f} s",
                f"raw Engine API ({hand.words()})", f"{other:.2f} s", ratio)
            theirs = Theirs(server, home, f"http://127.0.0.1:{port}/", change)
            mine, other, ratio = interleave(ours.redeploy, theirs.redeploy, rounds)
            return row("the same", f"{mine:.2f} s", "sshd, post-receive hook, docker CLI", f"{other:.2f} s",
                       ratio, 1)


def spawned_processes():
    """Every execve, fork and clone of minpaasd that makes no thread, as the kernel tells strace."""
    measure = "processes that minpaasd spawns in a deploy"
    if not shutil.which("strace"):
        return skipped(measure, "strace is not installed")
    with Server() as server:
        trace = os.path.join(server.base, "trace")
        tracer = subprocess.Popen(
            ["strace", "-f", "-o", trace, "-e", "trace=execve,execveat,fork,vfork,clone,clone3",
             "-p", str(server.process.pid)], stderr=subprocess.PIPE, text=True)
        if "attached" not in tracer.stderr.readline():
            return skipped(measure, "strace may not attach to processes here")
        Ours(server, Change()).redeploy()
        tracer.terminate()
        tracer.wait()
        with open(trace, encoding="utf-8", errors="replace") as file:
            calls = [line for line in file if re.match(r"\d+ +(execve|execveat|fork|vfork|clone|clone3)\(", line)]
    threads = [line for line in calls if "CLONE_THREAD" in line]
    if not threads:
        raise SystemExit("strace saw no thread start in a deploy: it did not watch")
    return amount(measure, len(calls) - len(threads), "", 0)


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    try:
        met = [redeploys(rounds), spawned_processes()]
    finally:
        engine_api.clean_up()
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
