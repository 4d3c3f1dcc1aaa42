#!/usr/bin/env python3
"""A small push beside the same push into `git receive-pack DIR`, which sshd starts for each push:
into the running server, and into `minpaasd receive-pack DIR` as a process of its own.

Only the server side is timed, with the client's bytes prepared beforehand: from the start of the
process (or the connection) to its end. Both make what they store durable (git: core.fsync=all).

usage: receive_pack.py MINPAASD [PUSHES]
"""

import os
import socket
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


class Running:
    """bench/push_server: the receive-pack of minpaasd in a process that is there already."""

    def __init__(self, minpaasd, base):
        program = os.path.join(os.path.dirname(minpaasd), "../../bench/push_server")
        self.path = os.path.join(base, "socket")
        self.process = subprocess.Popen([program, self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != b"ready\n":
            raise SystemExit(f"{program} ended with status {self.process.wait()}")

    def serve(self, folder, sent):
        with socket.socket(socket.AF_UNIX) as near:
            near.connect(self.path)
            near.sendall(folder.encode() + b"\n" + sent)
            near.shutdown(socket.SHUT_WR)
            answer = b"".join(iter(lambda: near.recv(65536), b""))
        if b"ok refs/heads/main" not in answer:
            raise SystemExit(f"the running server did not take the push: {answer[-300:]!r}")

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def prepare(base, names, pushes):
    """Bare repositories that are equal, and the bytes of each push: {name: (folder, iterator)}."""
    source = os.path.join(base, "source")
    os.mkdir(source)
    head = make_source(source)
    folders = {name: os.path.join(base, f"{name}.git") for name in names}
    for folder in folders.values():
        git("clone", "-q", "--bare", source, folder, cwd=base)
        git("config", "core.fsync", "all", cwd=folder)
    prepared = []
    for number in range(pushes):
        head, sent = next_push(source, head, number)
        prepared.append(sent)
    return {name: (folder, iter(prepared)) for name, folder in folders.items()}


def main():
    minpaasd = sys.argv[1]
    pushes = int(sys.argv[2]) if len(sys.argv) > 2 else 40
    warm_up = 3
    met = []
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base:
        places = prepare(base, ("server", "process", "git-1", "git-2"), pushes + warm_up)
        running = Running(minpaasd, base)

        def process(name, *command):
            folder, sent = places[name]
            return lambda: timed(lambda: serve([*command, folder], next(sent)))

        def server():
            folder, sent = places["server"]
            return timed(lambda: running.serve(folder, next(sent)))

        measures = (("small push, server side, with fsync, in the running server", server, "git-1"),
                    ("the same, minpaasd receive-pack as a process",
                     process("process", minpaasd, "receive-pack"), "git-2"))
        for measure, ours, theirs in measures:
            mine, other, ratio = interleave(ours, process(theirs, "git", "receive-pack"), pushes, warm_up)
            met.append(row(measure, milliseconds(mine), "git receive-pack", milliseconds(other), ratio, 0.5))
        running.stop()
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
