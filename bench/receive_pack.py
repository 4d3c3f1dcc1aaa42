#!/usr/bin/env python3
"""A small push into `minpaasd receive-pack DIR` beside the same push into `git receive-pack DIR`.

Only the server side is timed: from the start of the server process to its end, with the client's
bytes prepared beforehand. Both make what they store durable (git: core.fsync=all).

usage: receive_pack.py MINPAASD [PUSHES]
"""

import os
import subprocess
import sys
import tempfile

from measure import interleave, milliseconds, row, timed

FILES = 2000


def git(*arguments, cwd, stdin=None):
    environment = dict(os.environ, GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
    for who in ("AUTHOR", "COMMITTER"):
        environment[f"GIT_{who}_NAME"] = "bench"
        environment[f"GIT_{who}_EMAIL"] = "bench@localhost"
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, env=environment, input=stdin, capture_output=True, check=True
    )
    return done.stdout


def pkt(text):
    data = text if isinstance(text, bytes) else text.encode()
    return b"%04x" % (len(data) + 4) + data


def make_source(folder):
    """A repository of FILES files with one commit."""
    git("init", "-q", "-b", "main", ".", cwd=folder)
    for number in range(FILES):
        path = os.path.join(folder, f"src/{number % 40}/file{number}.txt")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"line {number}\n" * 20)
    git("add", "-A", cwd=folder)
    git("commit", "-qm", "start", cwd=folder)
    return git("rev-parse", "HEAD", cwd=folder).decode().strip()


def next_push(folder, old, number):
    """A commit that changes one file: its id and the bytes a client sends."""
    with open(os.path.join(folder, "src/0/file0.txt"), "w", encoding="utf-8") as file:
        file.write(f"change {number}\n")
    git("commit", "-qam", f"change {number}", cwd=folder)
    new = git("rev-parse", "HEAD", cwd=folder).decode().strip()
    pack = git("pack-objects", "--revs", "--stdout", "-q", "--delta-base-offset",
               cwd=folder, stdin=f"{new}\n^{old}\n".encode())
    command = f"{old} {new} refs/heads/main\0 report-status side-band-64k agent=bench"
    return new, pkt(command) + b"0000" + pack


def serve(command, sent):
    done = subprocess.run(command, input=sent, capture_output=True, check=True)
    if b"ok refs/heads/main" not in done.stdout:
        raise SystemExit(f"{command[0]} did not take the push: {done.stdout[-300:]!r} {done.stderr!r}")


def main():
    minpaasd = sys.argv[1]
    pushes = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base:
        source = os.path.join(base, "source")
        os.mkdir(source)
        head = make_source(source)
        bares = {}
        for name in ("ours", "git"):
            bares[name] = os.path.join(base, f"{name}.git")
            git("clone", "-q", "--bare", source, bares[name], cwd=base)
            git("config", "core.fsync", "all", cwd=bares[name])
        prepared = []
        for number in range(pushes + 3):
            head, sent = next_push(source, head, number)
            prepared.append(sent)
        queues = {name: iter(prepared) for name in bares}

        def ours():
            return timed(lambda: serve([minpaasd, "receive-pack", bares["ours"]], next(queues["ours"])))

        def theirs():
            return timed(lambda: serve(["git", "receive-pack", bares["git"]], next(queues["git"])))

        mine, other, ratio = interleave(ours, theirs, pushes, warm_up=3)
    ok = row("small push, server side, with fsync", milliseconds(mine), "git receive-pack",
             milliseconds(other), ratio, 0.5)
    sys.exit(0 if ok else 1)


if __name__ == "__main__":
    main()
