#!/usr/bin/env python3
"""The disk of the server's data is full in the middle of a deploy: one clear line, the old release serves."""

import json
import os
import shutil
import subprocess
import sys

import apps
from failures import refuses
from story import need_engine, need_for_all, one
from testbed import Server, wait_until

SETTINGS = {"checks": {"timeout": "15s"}, "git": {"reserve_bytes": "1m"}, "containers": {"stop_timeout": "5s"}}
# It takes its time before it listens: the deploy is being checked meanwhile.
SLOW_START = "time.sleep(4)"


class SmallDisk:
    """A server whose data folder has a disk of its own."""

    def __init__(self):
        self.server = Server(SETTINGS)
        self.filler = os.path.join(self.server.data, "filler/file")

    def __enter__(self):
        os.mkdir(self.server.data)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m,mode=0700", "tmpfs", self.server.data], check=True)
        os.mkdir(os.path.dirname(self.filler))
        return self.server.__enter__()

    def __exit__(self, *failure):
        self.free()
        self.server.__exit__(*failure)
        subprocess.run(["umount", "-l", self.server.data], check=False)
        shutil.rmtree(self.server.base, ignore_errors=True)

    def fill(self):
        try:
            with open(self.filler, "wb", buffering=0) as file:
                while True:
                    file.write(bytes(4096))
        except OSError:
            pass

    def free(self):
        if os.path.exists(self.filler):
            os.remove(self.filler)


def in_the_middle_of_a_start():
    """The deploy fails, since what it does cannot be written down any more; what was live is as before, also while the disk is full."""
    disk = SmallDisk()
    with disk as server:
        app = apps.serving(server, "roomy")
        before = apps.Untouched(app)
        apps.python(app, "version two", before=SLOW_START)
        pushing = app.start_push()
        wait_until(lambda: len(server.containers("roomy")) > 1, "the new release starts")
        disk.fill()
        said = pushing.communicate(timeout=120)[1]
        assert pushing.returncode == 1, said
        for part in (" !     no space left to change ", " !     free some disk space and try again", "Nothing was deployed; v1 still serves",
                     "! [remote rejected] main -> main (no space left to change "):
            assert said.count(part) == 1, (part, said)
        before.check()
        # One that needs no build does not get as far.
        refuses(app, ["config:set", "roomy", "A=1"], 1, "no space left to change ", before=before)
        refuses(app, ["ps:scale", "roomy", "web=2"], 1, "no space left to change ", before=before)
        assert "running" in server.ssh("apps").out and server.process.poll() is None
        disk.free()
        wait_until(lambda: listed(server, "builds")[0]["status"] == "failed", "the end of the deploy to be stored")
        assert listed(server, "releases")[0]["state"] == "failed"
        apps.python(app, "version three")
        pushed = app.push()
        assert pushed.status == 0 and server.serves("roomy", "version three") and app.remote_head() == app.head(), pushed
        server.settled("roomy")
        assert [row["state"] for row in listed(server, "releases")] == ["live", "failed", "superseded"]
        assert [row["status"] for row in listed(server, "builds")] == ["succeeded", "failed", "succeeded"]
        assert len(set(server.images("roomy"))) == 2, "an image of the failed deploy is left"


def listed(server, verb):
    return json.loads(server.ssh(verb, "roomy", "--json").out)


if __name__ == "__main__":
    need_engine()
    need_for_all(os.geteuid() == 0, "root, to mount a small disk")
    sys.exit(one(in_the_middle_of_a_start))
