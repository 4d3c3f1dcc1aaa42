#!/usr/bin/env python3
"""What lists cost as they grow: `GET /apps` and `ssh minpaas apps` with 10 and with 1,000 apps of 50 releases.

usage: listings.py MINPAASD [ROUNDS]

The apps are rows of the database only: so many containers fit on no machine of this size. Both lists look each
of them up all the same, and find it gone.
"""

import http.client
import os
import socket
import sqlite3
import statistics
import sys
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

from measure import amount, milliseconds, row  # noqa: E402
from testbed import Server  # noqa: E402

FEW, MANY, RELEASES = 10, 1000, 50
NOW = int(time.time() * 1e6)


def name_of(number):
    return f"app-{number:04d}"


def grow(server, first, last):
    """Apps `first` to `last`, each with a live release, older ones, and a container. The server sees them at once."""
    with sqlite3.connect(os.path.join(server.data, "minpaas.db"), timeout=30) as database:
        for number in range(first, last + 1):
            app = database.execute("INSERT INTO apps (name, label, port, created_at) VALUES (?, ?, ?, ?)",
                                   (name_of(number), name_of(number), 40000 + number, NOW)).lastrowid
            database.executemany(
                "INSERT INTO releases (app_id, number, state, image, config_version, runtime, internal_port, description,"
                " actor, created_at) VALUES (?, ?, ?, ?, 0, 'python', 8000, 'Deploy 0123456', 'tester', ?)",
                [(app, release, "live" if release == RELEASES else "superseded", f"sha256:{app:032x}{release:032x}", NOW)
                 for release in range(1, RELEASES + 1)])
            database.executemany("INSERT INTO release_processes VALUES (?, ?, ?, 'python app.py', 1)",
                                 [(app, release, process) for release in range(1, RELEASES + 1)
                                  for process in ("web", "worker")])
            database.executemany("INSERT INTO containers VALUES (?, ?, ?, ?, 1)",
                                 [(f"{app:062x}{place:02x}", app, RELEASES, process)
                                  for place, process in enumerate(("web", "worker"))])
    database.close()


class Http:
    """A connection that stays open, as a program's does."""

    def __init__(self, server, token):
        self.connection = http.client.HTTPConnection(server.sections["http"]["listen"], timeout=60)
        self.headers = {"Authorization": f"Bearer {token}"}

    def ask(self):
        """Seconds to the first byte, seconds in all, the text."""
        start = time.perf_counter()
        self.connection.request("GET", "/apps", headers=self.headers)
        answer = self.connection.getresponse()
        first = time.perf_counter() - start
        text = answer.read().decode()
        assert answer.status == 200, text
        return first, time.perf_counter() - start, text


class Ssh:
    """One log-in, a channel for each command: what is left is the server's work and a round trip."""

    def __init__(self, server):
        import paramiko  # Debian's
        link = socket.create_connection(("127.0.0.1", server.port))
        link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as ssh does
        self.transport = paramiko.Transport(link)
        self.transport.connect(username="minpaas", pkey=paramiko.Ed25519Key.from_private_key_file(server.key))

    def ask(self):
        start = time.perf_counter()
        channel = self.transport.open_session()
        channel.exec_command("apps")
        got = channel.recv(1 << 20)
        first = time.perf_counter() - start
        while block := channel.recv(1 << 20):
            got += block
        assert channel.recv_exit_status() == 0
        taken = time.perf_counter() - start
        channel.close()
        return first, taken, got.decode()


def medians(asker, apps, rounds):
    """Of the first byte and of the whole, in seconds."""
    asker.ask()
    runs = [asker.ask() for _ in range(rounds)]
    assert all(name_of(apps) in text and text.count("app-") >= apps for _, _, text in runs)
    return statistics.median(run[0] for run in runs), statistics.median(run[1] for run in runs)


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 31
    met = []
    with Server({"server": {"log_level": "info"}}) as server:
        token = server.ssh("tokens:create", "bench").out.strip()
        askers = {"GET /apps": Http(server, token), "ssh minpaas apps": Ssh(server)}
        grow(server, 1, FEW)
        few = {name: medians(asker, FEW, rounds) for name, asker in askers.items()}
        grow(server, FEW + 1, MANY)
        for name, asker in askers.items():
            first, whole = medians(asker, MANY, rounds)
            met.append(row(f"{name}, {MANY} apps of {RELEASES} releases, a row", f"{whole / MANY * 1e6:.0f} µs",
                           f"{FEW} apps", f"{few[name][1] / FEW * 1e6:.0f} µs",
                           whole / MANY / (few[name][1] / FEW), 1.5))
            met.append(amount(f"the same, to the first byte ({milliseconds(few[name][0])} with {FEW})",
                              round(first * 1000, 1), "ms", 20))
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
