#!/usr/bin/env python3
"""The quickstart of a server without a key: it prints a code, whose first user administers the server and pushes an app."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time

from story import tell_alone
from testbed import MINPAASD, ROOT, Server, docker, fetch, free_port, run, take_ports, wait_until


class Checkout:
    """What the quickstart needs of a checkout, with a MinPaas that is built already, and a home that is empty."""

    def __init__(self):
        self.base = tempfile.mkdtemp(prefix="minpaas-e2e-")
        self.root, self.home = os.path.join(self.base, "checkout"), os.path.join(self.base, "home")
        for folder in ("scripts", "examples", "runtimes"):
            shutil.copytree(os.path.join(ROOT, folder), os.path.join(self.root, folder))
        built = os.path.join(self.root, "build/release/cmd/minpaasd")
        os.makedirs(built)
        os.makedirs(self.home)
        os.symlink(os.path.realpath(MINPAASD), os.path.join(built, "minpaasd"))
        self.ports_taken, first = take_ports()
        self.environment = dict(
            os.environ, HOME=self.home, PATH=self.without_building() + ":" + os.environ["PATH"],
            MINPAAS_ROUTER_HTTP_LISTEN=f"127.0.0.1:{free_port()}", MINPAAS_ROUTER_HTTPS_LISTEN=f"127.0.0.1:{free_port()}",
            MINPAAS_ROUTER_PORT_FIRST=str(first), MINPAAS_ROUTER_PORT_LAST=str(first + 98),
            GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null", GIT_TERMINAL_PROMPT="0")
        self.environment.pop("MINPAAS_HOME", None)

    def without_building(self):
        """A folder with a cmake that only says that it was asked."""
        folder = os.path.join(self.base, "bin")
        os.mkdir(folder)
        program = os.path.join(folder, "cmake")
        with open(program, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\necho "$*" >>"{self.base}/cmake.log"\n')
        os.chmod(program, 0o755)
        return folder

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        log = os.path.join(self.state(), "minpaasd.log")
        if kind is not None and os.path.exists(log):
            print(run(["tail", "-n", "30", log]).out, file=sys.stderr)
        instance = self.instance()
        self.quickstart("--stop")
        Server.clean_engine(instance)
        self.ports_taken.close()
        shutil.rmtree(self.base, ignore_errors=True)

    def state(self):
        return os.path.join(self.home, ".minpaas")

    def instance(self):
        try:
            with open(os.path.join(self.state(), "instance"), encoding="ascii") as file:
                return file.read().strip()
        except OSError:
            return None

    def quickstart(self, *words):
        # Output to a file: what it leaves running would hold a pipe open.
        with tempfile.TemporaryFile("w+") as out:
            status = subprocess.run([os.path.join(self.root, "scripts/quickstart"), *words], env=self.environment, cwd="/",
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=300, check=False).returncode
            out.seek(0)
            return status, out.read()

    def running(self):
        return docker("ps", "-q", "--filter", f"label=minpaas.instance={self.instance()}").split()


class Laptop:
    """Another machine's user, with a key that the server has never seen."""

    def __init__(self, checkout, port):
        self.base, self.environment, self.port = checkout.base, checkout.environment, port
        self.key = os.path.join(self.base, "laptop_key")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        self.command = ["ssh", "-F", "/dev/null", "-i", self.key, "-o", "IdentitiesOnly=yes", "-o", "IdentityAgent=none",
                        "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "LogLevel=ERROR",
                        "-o", f"UserKnownHostsFile={self.base}/known_hosts", "-p", port]

    def ssh(self, *words):
        return run([*self.command, "minpaas@127.0.0.1", *words])

    def push(self, name, files):
        folder = os.path.join(self.base, name)
        os.mkdir(folder)
        for path, text in files.items():
            with open(os.path.join(folder, path), "w", encoding="utf-8") as file:
                file.write(text)
        for words in (["init", "-q", "-b", "main"], ["add", "-A"],
                      ["-c", "user.name=Ann", "-c", "user.email=ann@localhost", "commit", "-q", "-m", "first"],
                      ["remote", "add", "minpaas", f"ssh://minpaas@127.0.0.1:{self.port}/{name}"]):
            subprocess.run(["git", *words], cwd=folder, env=self.environment, check=True)
        return run(["git", "push", "minpaas", "main"], cwd=folder,
                   env=dict(self.environment, GIT_SSH_COMMAND=" ".join(self.command)))


def the_first_key_claims_the_server():
    with Checkout() as checkout:
        status, said = checkout.quickstart("--claim")
        assert status == 0 and "Nobody administers this server yet" in said, said
        port, code = re.search(r"ssh -p (\d+) minpaas@\S+ claim (\S+)\n", said).groups()
        ann = Laptop(checkout, port)
        refused = ann.push("early", {"index.html": "too early"})
        assert refused.status != 0 and "no administrator yet" in refused.text, refused
        claimed = ann.ssh("claim", code, "--name", "ann")
        assert claimed.status == 0, claimed
        pushed = ann.push("site", {"index.html": "hello from the quickstart"})
        assert pushed.status == 0, pushed
        url = re.search(r"is live at (http://\S+)", pushed.err).group(1)
        assert "hello from the quickstart" in fetch(url.replace("localhost", "127.0.0.1"))

        before = checkout.running()
        assert len(before) == 1, "the quickstart does not know which containers are its own"
        start = time.monotonic()
        status, said = checkout.quickstart("--claim")
        assert status == 0 and "claim " not in said.replace("claim-code", ""), f"a second code was printed: {said}"
        assert checkout.running() == before and "hello" in fetch(url.replace("localhost", "127.0.0.1"))
        print(f"   the second run took {time.monotonic() - start:.1f} s")
        status, said = checkout.quickstart("--stop")
        assert status == 0 and "minpaasd has stopped" in said and "HAProxy has stopped" in said, said
        wait_until(lambda: not checkout.running(), "its containers have stopped")


if __name__ == "__main__":
    tell_alone(the_first_key_claims_the_server)
