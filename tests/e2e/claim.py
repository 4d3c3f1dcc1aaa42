#!/usr/bin/env python3
"""A server without an administrator: a stranger with the printed code becomes the first one, and nobody else."""

import json
import os
import re
import subprocess

from story import tell
from team import Person
from testbed import MINPAASD, run, wait_until


def printed_code(server):
    found = re.findall(r"become the first one within 24 hours: ssh -p (\d+) HOST claim ([0-9A-Z-]{19})\n", server.log())
    return found[-1] if found else None


def fresh_code(server):
    return run([MINPAASD, "claim-code", "--config", server.config])


def unclaim(server):
    """As a server is that nobody has administered yet."""
    server.stop()
    with open(os.path.join(server.base, "admin_keys"), "w", encoding="ascii"):
        pass
    server.start()


def a_stranger_sees_nothing_but_claim(server):
    assert printed_code(server) is None and fresh_code(server).status == 5
    eve = Person(server, "eve")
    assert eve.ssh("apps").status == 255
    unclaim(server)
    wait_until(lambda: printed_code(server), "the log has a code")  # the port answers before that
    for words in ([], ["apps"], ["help"], ["keys"], ["claims"], ["users", "--json"], ["apps:create", "x"]):
        said = eve.ssh(*words, stdin="")
        assert said.status == 4 and said.out == "" and "no administrator yet" in said.err and "\n" == said.err[-1], (words, said)
        assert "claim CODE" in said.err, said
    pushed = eve.git(server.base, "ls-remote", server.remote("x"))
    assert pushed.status == 128 and "no administrator yet" in pushed.text, pushed
    for code in ("0000-0000-0000-0000", "''", "x" * 3000):
        said = eve.ssh("claim", code)
        assert said.status == 4 and code not in said.text.replace("''", "x"), said


def a_stranger_asks_once_a_connection(server):
    eve = Person(server, "eve2")
    control = os.path.join(server.base, "control")
    command = [*server.ssh_command(eve.key), "-o", f"ControlPath={control}"]
    master = subprocess.Popen([*command, "-o", "ControlMaster=yes", "-N", "127.0.0.1"])
    try:
        wait_until(lambda: os.path.exists(control), "the connection stands")
        answers = [run([*command, "127.0.0.1", "claim", "0000-0000-0000-0000"]) for _ in range(3)]
        assert "not the code" in answers[0].err and all("one try" in later.err for later in answers[1:]), answers
    finally:
        master.terminate()
        master.wait()


def the_code_makes_one_administrator(server):
    port, code = printed_code(server)
    fresh = fresh_code(server)
    assert fresh.status == 0 and port in fresh.err, fresh
    ann, bob = Person(server, "ann"), Person(server, "bob")
    assert ann.ssh("claim", code).status == 4
    done = ann.ssh("claim", fresh.out.strip().lower(), "--name", "ann")
    assert done.status == 0 and ann.fingerprint in done.err, done
    users = json.loads(ann.ssh("users", "--json").out)
    assert [(user["name"], user["role"]) for user in users] == [("ann", "admin")], users
    assert bob.ssh("claim", fresh.out.strip()).status == 255
    assert ann.ssh("claim", fresh.out.strip()).status == 5
    assert fresh_code(server).status == 5
    told = ann.ssh("events").out
    assert re.search(r"stranger: claim \(denied, from 127\.0\.0\.1:", told) and "stranger: claim (ok" in told, told
    assert fresh.out.strip() not in told and fresh.out.strip() not in server.log(), "the code is on record"
    server.stop()
    server.start()
    assert ann.ssh("apps").status == 0 and server.log().count("no administrator has a key yet") == 1


if __name__ == "__main__":
    tell(a_stranger_sees_nothing_but_claim, a_stranger_asks_once_a_connection, the_code_makes_one_administrator)
