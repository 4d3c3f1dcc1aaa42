#!/usr/bin/env python3
"""The SSH server beside OpenSSH's sshd: a short command, 100 MB up at 0 and 50 ms, memory.

usage: ssh.py MINPAASD [ROUNDS]
"""

import os
import subprocess
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
minpaasd = os.path.abspath(sys.argv[1])
os.environ["MINPAASD"] = minpaasd

from measure import amount, interleave, milliseconds, row, say, timed  # noqa: E402
from openssh import OpenSsh, client, make_key  # noqa: E402
from testbed import Server  # noqa: E402
from transport import PACK_BYTES, DelayProxy, plain_rate, upload  # noqa: E402

SINK = os.path.join(os.path.dirname(minpaasd), "../../bench/ssh_sink")
IDLE_SESSIONS = 200


def quiet(command):
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)


def short_command(sshd, rounds):
    """Whole commands with the stock client: connect, keys, login, answer, end."""
    with Server() as server:
        ours = [*server.ssh_command(), "minpaas@127.0.0.1", "version"]
        theirs = sshd.command("true")
        mine, other, ratio = interleave(lambda: timed(lambda: quiet(ours)),
                                        lambda: timed(lambda: quiet(theirs)), rounds, warm_up=2)
    return row("ssh minpaas version, whole command", milliseconds(mine), "sshd: ssh HOST true",
               milliseconds(other), ratio, 0.25)


class Sink:
    """bench/ssh_sink: minpaasd's SSH library with a handler that only counts."""

    def __init__(self, base, key):
        self.base, self.key = base, key
        self.process = subprocess.Popen([SINK, base, key + ".pub"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        port = self.process.stdout.readline()
        if not port:
            raise SystemExit(f"{SINK} ended with status {self.process.wait()}")
        self.port = int(port)

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.stdin.close()
        self.process.wait()

    def command(self, port):
        return [*client(self.key, port, self.base), "bench@127.0.0.1", "git-receive-pack 'bench'"]


def uploads(sshd, base, key, rounds):
    """The same bytes, the same client, the same counting loop behind both servers."""
    content = os.urandom(PACK_BYTES)
    met = []
    with Sink(base, key) as sink:
        theirs = f"{SINK} --stdin"
        for round_trip, bound in ((0, 1.0), (50, 0.7)):
            if round_trip == 0:
                mine, other, ratio = interleave(
                    lambda: upload(sink.command(sink.port), content),
                    lambda: upload(sshd.command(theirs), content), rounds)
            else:
                with DelayProxy(sink.port, round_trip) as near, DelayProxy(sshd.port, round_trip) as far:
                    mine, other, ratio = interleave(
                        lambda: upload(sink.command(near.port), content),
                        lambda: upload(sshd.command(theirs, port=far.port), content), rounds)
                say(f"the delay proxy by itself: {plain_rate(round_trip, content):.0f} MB/s")
            met.append(row(f"100 MB up, round trip {round_trip} ms, to a counting sink", rate(mine),
                           "sshd, the same sink", rate(other), ratio, bound))
    return all(met)


def rate(seconds):
    return f"{PACK_BYTES / 1e6 / seconds:.0f} MB/s"


def resident_mb(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS:")) * 1024 / 1e6


def open_idle(server):
    """A client that is logged in and asks for nothing; it says so by its local command."""
    return subprocess.Popen(
        [*server.ssh_command(), "-N", "-o", "PermitLocalCommand=yes", "-o", "LocalCommand=echo up",
         "minpaas@127.0.0.1"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)


def memory():
    """Resident memory after a first command, then with IDLE_SESSIONS clients logged in."""
    settings = {"ssh": {"max_sessions_per_address": IDLE_SESSIONS + 10, "penalties": "false"}}
    clients = []
    with Server(settings) as server:
        server.ssh("version")
        idle = resident_mb(server.process.pid)
        try:
            while len(clients) < IDLE_SESSIONS:
                batch = [open_idle(server) for _ in range(8)]
                clients += batch
                if any(one.stdout.readline() != b"up\n" for one in batch):
                    raise SystemExit(f"an idle session could not log in:\n{server.log()[-2000:]}")
            full = resident_mb(server.process.pid)
            if any(one.poll() is not None for one in clients):
                raise SystemExit("an idle session was cut while memory was measured")
        finally:
            for one in clients:
                one.terminate()
            for one in clients:
                one.wait()
    return all([
        amount("minpaasd resident, idle", round(idle, 1), "MB", 25),
        amount(f"more with {IDLE_SESSIONS} idle sessions", round(full - idle, 1), "MB", 20),
    ])


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 11
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base:
        key = os.path.join(base, "id_ed25519")
        make_key(key)
        with OpenSsh(base, key) as sshd:
            met = [short_command(sshd, rounds), uploads(sshd, base, key, rounds)]
    met.append(memory())
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
