#!/usr/bin/env python3
"""Releases under constant load: requests that failed, and WebSockets that were cut before the drain time
was over. MinPaas beside nginx, which is reloaded for the same swap of the same containers.

usage: swap.py MINPAASD [RELEASES [RUNS]]
"""

import os
import shutil
import sys
import tempfile
import threading
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

import engine_api  # noqa: E402
import proxies  # noqa: E402
from load import Load  # noqa: E402
from measure import amount, say, skipped  # noqa: E402
from testbed import ROOT, Server  # noqa: E402

# Seconds; the shortest with which a WebSocket can be told from one that is cut at once.
DRAIN = 3
# Between the moment of a swap and that in which a client first sees it.
TOLERANCE = 0.3
INSIDE = 8000


class Watched(Load):
    """WebSockets that connect again, each with the time of its birth and of its end; swaps by their time."""

    def __init__(self, port):
        super().__init__("127.0.0.1", port, clients=15, web_sockets=20)
        self.lives, self.swaps = [], []

    def web_socket(self):
        while not self.ended.is_set():
            born, before = time.monotonic(), len(self.cut)
            super().web_socket()
            if not self.ended.is_set() and len(self.cut) > before:
                self.lives.append((born, time.monotonic()))

    def saw(self, release):
        """Waits for the release's first answer."""
        deadline = time.monotonic() + 60
        while release.encode() not in self.bodies:
            if time.monotonic() > deadline:
                raise SystemExit(f"{release} was never seen; failures: {self.failures[:3]}")
            time.sleep(0.002)
        self.swaps.append(time.monotonic())

    def cut_early(self):
        """WebSockets that ended before the drain time of the swap that replaced their container."""
        early = 0
        for born, died in self.lives:
            swap = next((at for at in self.swaps if at > born), None)
            if swap is None or died < swap + DRAIN - TOLERANCE:
                early += 1
        return early


def run_of(server, releases, run):
    """The load, and what it has seen of so many releases on end."""
    with Watched(int(server.url("swapped").rpartition(":")[2])) as load:
        for number in range(releases):
            release = f"number-{run}-{number}"
            seeing = threading.Thread(target=load.saw, args=(release,))
            seeing.start()
            done = server.ssh("config:set", "swapped", f"RELEASE={release}")
            if done.status != 0:
                raise SystemExit(f"config:set: {done}")
            seeing.join()
        time.sleep(0.5)
    return load


def ours(releases, runs):
    """The loads of the runs, and that of nginx."""
    settings = {"router": {"kind": "haproxy", "drain_timeout": f"{DRAIN}s"}}
    with Server(settings) as server:
        app = server.new_app(name="swapped")
        shutil.copytree(os.path.join(ROOT, "tests/e2e/swap_app"), app.folder, dirs_exist_ok=True)
        app.commit("swap")
        pushed = app.push()
        if pushed.status != 0:
            raise SystemExit(f"push failed: {pushed}")
        loads = [run_of(server, releases, run) for run in range(runs)]
        return loads, with_nginx(server.images("swapped")[0], releases)


def start(image, release):
    return engine_api.start(image, INSIDE, None, [f"RELEASE={release}"])


def with_nginx(image, releases):
    """The same containers and the same patience: start, wait for an answer, reload, drain, stop."""
    program = proxies.nginx_program()
    if not program:
        return None
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base:
        old = start(image, "number-first")
        engine_api.wait_for_answer(f"http://{engine_api.address(old)}:{INSIDE}/", "first")
        with proxies.Nginx(program, base, f"{engine_api.address(old)}:{INSIDE}", DRAIN) as nginx:
            with Watched(nginx.port) as load:
                for number in range(releases):
                    new = start(image, f"number-{number}")
                    engine_api.wait_for_answer(f"http://{engine_api.address(new)}:{INSIDE}/", "number")
                    nginx.reload(f"{engine_api.address(new)}:{INSIDE}")
                    load.saw(f"number-{number}")
                    time.sleep(DRAIN)
                    engine_api.stop(old)
                    engine_api.remove(old)
                    old = new
                time.sleep(0.5)
        engine_api.remove(old)
    return load


def main():
    releases = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    runs = int(sys.argv[3]) if len(sys.argv) > 3 else 3
    try:
        loads, other = ours(releases, runs)
    finally:
        engine_api.clean_up()
    for load in loads:
        say(f"{releases} releases, {load.requests} requests; {load.failures[:3]}")
    words, met = ["", ""], []
    if other:
        words = [f" (nginx reload: {len(other.failures)} of {other.requests})", f" (nginx reload: {other.cut_early()})"]
    else:
        met.append(skipped("the same swaps by nginx reload", "Debian's nginx cannot be downloaded"))
    requests = sum(load.requests for load in loads)
    met += [amount(f"{runs} times {releases} releases under load: failed of {requests} requests{words[0]}",
                   sum(len(load.failures) for load in loads), "", 0),
            amount(f"the same: WebSockets cut within the drain time{words[1]}", sum(load.cut_early() for load in loads), "", 0)]
    sys.exit(0 if all(met) else 1)


if __name__ == "__main__":
    main()
