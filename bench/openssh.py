"""OpenSSH's sshd with a configuration, keys and a port of its own, to stand beside."""

import getpass
import os
import random
import shutil
import socket
import subprocess
import time

CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {base}/host_key
AuthorizedKeysFile {base}/authorized_keys
PidFile none
# What it would lose time with: PAM, a message of the day, a name lookup, checks of the home's modes.
UsePAM no
PrintMotd no
UseDNS no
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
MaxStartups 100
# bash reads ~/.bashrc when sshd starts it, but only on the first level: a full one would flatter us.
SetEnv SHLVL=1
"""


def free_port():
    """One that the kernel gives to no client: those that poll would have it just when it is needed."""
    for port in random.sample(range(12000, 20000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise SystemExit("no port is free between 12000 and 20000")


def wait_for_port(port, process, seconds=10):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended with status {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit(f"nothing listens on port {port}")


def make_key(path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "bench", "-f", path], check=True)


def client(key, port, base):
    """The stock client with nothing of the user's own configuration; add `USER@127.0.0.1 COMMAND`."""
    return ["ssh", "-F", "/dev/null", "-T", "-p", str(port), "-i", key, "-o", "IdentitiesOnly=yes",
            "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
            "-o", "StrictHostKeyChecking=accept-new", "-o", f"UserKnownHostsFile={base}/known_hosts"]


class OpenSsh:
    """Runs for as long as the block. Root or not; as root it needs /run/sshd, which it makes."""

    def __init__(self, base, key):
        self.base, self.key = os.path.join(base, "openssh"), key
        self.port, self.user, self.process = free_port(), getpass.getuser(), None
        os.mkdir(self.base)

    def __enter__(self):
        if os.geteuid() == 0:
            os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
        make_key(os.path.join(self.base, "host_key"))
        shutil.copy(self.key + ".pub", os.path.join(self.base, "authorized_keys"))
        config = os.path.join(self.base, "sshd_config")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG.format(port=self.port, base=self.base))
        # sshd wants its absolute path: it starts itself anew for each connection.
        program = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:" + os.environ["PATH"])
        with open(os.path.join(self.base, "log"), "wb") as log:
            self.process = subprocess.Popen([program, "-D", "-e", "-f", config], stderr=log,
                                            stdin=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)
        return self

    def __exit__(self, kind, error, trace):
        self.process.terminate()
        self.process.wait()

    def command(self, *words, port=None):
        return [*client(self.key, port or self.port, self.base), f"{self.user}@127.0.0.1", *words]
