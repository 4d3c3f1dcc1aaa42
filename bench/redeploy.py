#!/usr/bin/env python3
"""A one-file change from the start of the push to the first answer of the new code: MinPaas beside raw
Engine API calls on the same tree, and beside sshd with a post-receive hook and the docker CLI.
Also counts the processes that minpaasd spawns in a deploy.

usage: redeploy.py MINPAASD [ROUNDS]
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

import engine_api  # noqa: E402
from home_made import HomeMade  # noqa: E402
from measure import amount, interleave, row, skipped  # noqa: E402
from one_change import DOCKERFILE, EXAMPLE, INSIDE, ByHand, Change, Ours, push_and_wait  # noqa: E402
from openssh import OpenSsh, free_port, make_key  # noqa: E402
from testbed import ROOT, Server  # noqa: E402


class Theirs:
    """The same working copy's twin, pushed to the home-made server."""

    def __init__(self, server, home, url, change):
        self.app, self.home, self.url, self.change = server.new_app(EXAMPLE, "twin"), home, url, change
        home.push(self.app.folder)

    def redeploy(self):
        greeting = self.change.write(self.app.folder)
        self.app.commit(greeting)
        return push_and_wait(lambda: self.home.push(self.app.folder), self.url, greeting)


def redeploys(rounds):
    change = Change()
    settings = {"router": {"kind": "haproxy"}}
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base, Server(settings) as server:
        folder = os.path.join(base, "by-hand")
        shutil.copytree(os.path.join(ROOT, "examples", EXAMPLE), folder)
        make_key(os.path.join(base, "id_ed25519"))
        port = free_port()
        with OpenSsh(base, os.path.join(base, "id_ed25519")) as sshd:
            home = HomeMade(sshd, base, DOCKERFILE, INSIDE, port, engine_api.LABEL)
            ours = Ours(server, change)
            hand = ByHand(folder, change, ours.url)
            mine, other, ratio = interleave(ours.redeploy, hand.redeploy, rounds)
            met = row("redeploy of a one-file change, to the first answer", f"{mine:.2f} s",
                      f"raw Engine API ({hand.words()})", f"{other:.2f} s", ratio, 1.2)
            theirs = Theirs(server, home, f"http://127.0.0.1:{port}/", change)
            mine, other, ratio = interleave(ours.redeploy, theirs.redeploy, rounds)
            return row("the same", f"{mine:.2f} s", "sshd, post-receive hook, docker CLI", f"{other:.2f} s",
                       ratio, 1) and met


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
