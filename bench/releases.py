#!/usr/bin/env python3
"""Releases behind HAProxy, from the start of the command to the first answer of what it brings:
`rollback` and `config:set` beside raw Engine API calls.

usage: releases.py MINPAASD [ROUNDS]
"""

import itertools
import os
import sys
import threading
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

import engine_api  # noqa: E402
from measure import interleave, row  # noqa: E402
from one_change import EXAMPLE, INSIDE, Change, Ours  # noqa: E402
from testbed import Server  # noqa: E402

def command_and_wait(server, url, text, *command):
    """Seconds from the start of the ssh command to the first answer with `text` in it."""
    def run():
        done = server.ssh(*command)
        if done.status != 0:
            raise SystemExit(f"{' '.join(command)}: {done}")

    start = time.perf_counter()
    running = threading.Thread(target=run)
    running.start()
    engine_api.wait_for_answer(url, text)
    took = time.perf_counter() - start
    running.join()
    return took


def start_by_hand(image, text, live):
    """Seconds to create and start a container of the image and to its first answer, at its own address."""
    container = None
    with engine_api.visited(live) as over:
        begin = time.perf_counter()
        try:
            container = engine_api.start(image, INSIDE)
            over.set()
            engine_api.wait_for_answer(f"http://{engine_api.address(container)}:{INSIDE}/", text)
            return time.perf_counter() - begin
        finally:
            if container:
                engine_api.remove(container)


class BackAndForth:
    """`rollback` goes to the release before the live one: each time to the other of two."""

    def __init__(self, server, ours):
        self.server, self.url = server, ours.url
        self.greetings = []
        for _ in range(2):
            greeting = ours.change.write(ours.app.folder)
            ours.app.commit(greeting)
            ours.push()
            self.greetings.append(greeting)
        self.next = itertools.cycle(self.greetings)

    def roll_back(self):
        return command_and_wait(self.server, self.url, next(self.next), "rollback", EXAMPLE)


def measure(server, rounds):
    change = Change()
    ours = Ours(server, change)
    back = BackAndForth(server, ours)
    image = server.images(EXAMPLE)[0]
    mine, other, ratio = interleave(back.roll_back, lambda: start_by_hand(image, "Release", ours.url), rounds)
    met = [row("rollback, to the first answer of the old code", f"{mine:.2f} s",
               "raw Engine API: create, start, first answer", f"{other:.2f} s", ratio, 1.15)]
    greetings = itertools.count(1)

    def change_config():
        greeting = f"Greeting-{next(greetings)}-of-{os.getpid()}"
        return command_and_wait(server, ours.url, greeting, "config:set", EXAMPLE, f"GREETING={greeting}")

    mine, other, ratio = interleave(change_config, lambda: start_by_hand(image, "Release", ours.url), rounds)
    met.append(row("config:set of one key, to the first answer with it", f"{mine:.2f} s",
                   "raw Engine API: create, start, first answer", f"{other:.2f} s", ratio, 1.2))
    return all(met)


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 7
    settings = {"router": {"kind": "haproxy", "drain_timeout": "5s"}}
    try:
        with Server(settings) as server:
            met = measure(server, rounds)
    finally:
        engine_api.clean_up()
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
