#!/usr/bin/env python3
"""The disk of the server's data is full in the middle of a deploy: one clear line, the old release serves."""

import os
import subprocess
import sys

import apps
from story import SKIPPED, one, need_engine
from testbed import Server, wait_until

SETTINGS = {"checks": {"timeout": "15s"}, "git": {"reserve_bytes": "1m"}, "containers": {"stop_timeout": "5s"}}
# It takes its time before it listens: the deploy is being checked meanwhile.
SLOW_START = "time.sleep(4)"


class SmallDisk:
    """A server whose data folder has a disk of its own."""

    def __init__(self):
        self.server = Server(SETTINGS)

    def __enter__(self):
        os.mkdir(self.server.data)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=0700", "tmpfs", self.server.data], check=True)
        return self.server.__enter__()

    def __exit__(self, *failure):
        self.free()
        self.server.__exit__(*failure)
        subprocess.run(["umount", "-l", self.server.data], check=False)

    def fill(self):
        try:
            with open(os.path.join(self.server.data, "filler"), "wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        except OSError:
            pass

    def free(self):
        filler = os.path.join(self.server.data, "filler")
        if os.path.exists(filler):
            os.remove(filler)


def in_the_middle_of_a_start():
    disk = SmallDisk()
    with disk as server:
        app = apps.serving(server, "roomy")
        before = server.containers("roomy")
        apps.python(app, "version two", before=SLOW_START)
        pushing = app.start_push()
        wait_until(lambda: len(server.containers("roomy")) > len(before), "the new release starts")
        disk.fill()
        _, out = pushing.communicate(timeout=120)
        assert server.serves("roomy", "version two" if pushing.returncode == 0 else "version one"), out
        if pushing.returncode != 0:
            assert "no space" in out.lower() or "full" in out.lower(), out
        disk.free()
        apps.python(app, "version three")
        pushed = app.push()
        assert pushed.status == 0, pushed
        assert server.serves("roomy", "version three")
        wait_until(lambda: len(server.containers("roomy")) == 1, "nothing is left over")
        states = [line.split()[1] for line in server.ssh("releases", "roomy").out.splitlines()[1:]]
        assert "pending" not in states, states


if __name__ == "__main__":
    need_engine()
    if os.geteuid() != 0:
        print("SKIP full_disk.py: it takes the rights to mount a small disk")
        sys.exit(SKIPPED)
    sys.exit(0 if one(in_the_middle_of_a_start) else 1)
