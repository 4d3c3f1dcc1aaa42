"""A Docker Engine that a story may kill, beside the machine's own. It and everything of the story live in namespaces:
bridges, firewall rules, mounts and processes of its own, which end with the story and touch nothing of the other engine's.

    if __name__ == "__main__":
        apart()
        with Engine() as engine, Server(docker_socket=engine.socket) as server:
            ...
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile

from story import need_engine, need_for_all
from testbed import docker, fetch, is_running, run, wait_until

INSIDE = "MINPAAS_E2E_APART"
IMAGE = "localhost/minpaas/static-base"


def apart():
    """Returns inside of the namespaces only; outside the program ends with the status of what went on inside."""
    if INSIDE in os.environ:
        be_init()
        for command in (["ip", "link", "set", "lo", "up"], ["mount", "-t", "tmpfs", "tmpfs", "/run/containerd"]):
            subprocess.run(command, check=True)
        return
    need_engine()
    unshare = ["unshare", "--mount", "--net", "--pid", "--fork", "--mount-proc", "--kill-child"]
    os.makedirs("/run/containerd", exist_ok=True)
    need_for_all(os.geteuid() == 0 and shutil.which("dockerd") and run([*unshare, "true"]).status == 0,
                 "root, dockerd and the right to make namespaces")
    neighbour, url = start_neighbour()
    try:
        with tempfile.TemporaryDirectory(prefix="minpaas-e2e-") as folder:
            done = subprocess.run([*unshare, sys.executable, *sys.argv], env=dict(os.environ, **{INSIDE: folder}), check=False)
        assert "still here" in fetch(url), "a container of the machine's own engine is not reached any more"
    finally:
        docker("rm", "-f", neighbour)
    sys.exit(done.returncode)


def start_neighbour():
    """A container of the machine's engine that must notice nothing, and its URL."""
    one = docker("run", "-d", IMAGE, "busybox", "sh", "-c",
                 "mkdir /tmp/www && echo still here >/tmp/www/index.html && exec busybox httpd -f -p 8080 -h /tmp/www").strip()
    address = docker("inspect", "-f", "{{.NetworkSettings.IPAddress}}", one).strip()
    return one, f"http://{address}:8080/"


def be_init():
    """The first process of its namespace takes in the orphans; the story goes on in a child of it."""
    child = os.fork()
    if child == 0:
        return
    while True:
        pid, status = os.wait()
        if pid == child:
            os._exit(os.waitstatus_to_exitcode(status) & 0xFF)


class Engine:
    """A dockerd with a containerd of its own, its data in memory, and the smallest of the base images."""

    def __init__(self):
        self.folder = os.environ[INSIDE]
        self.state = os.path.join(self.folder, "state")
        self.data = os.path.join(self.folder, "data")
        self.socket = os.path.join(self.folder, "docker.sock")
        self.log_path = os.path.join(self.folder, "dockerd.log")
        self.process = None

    def __enter__(self):
        os.mkdir(self.data)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=512m", "tmpfs", self.data], check=True)
        image = subprocess.run(["docker", "save", IMAGE], capture_output=True, check=True).stdout
        os.environ["DOCKER_HOST"] = "unix://" + self.socket  # for the testbed's docker(), too
        self.start()
        subprocess.run(["docker", "load", "-q"], input=image, check=True, stdout=subprocess.DEVNULL)
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            with open(self.log_path, encoding="utf-8", errors="replace") as file:
                print("--- the last lines of dockerd's log\n" + "".join(file.readlines()[-30:]), file=sys.stderr)
        self.stop()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                ["dockerd", "--data-root", self.data, "--exec-root", self.state, "-H", "unix://" + self.socket,
                 "--pidfile", os.path.join(self.folder, "dockerd.pid")], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_until(lambda: run(["docker", "version"]).status == 0, "the engine answers", timeout=120)

    def stop(self):
        """As its service manager does: it ends the containers first."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(120)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def lose_power(self):
        """Every process of the engine and of its containers ends at once, and nothing of /run is left."""
        self.kill()
        others = [int(pid) for pid in os.listdir("/proc") if pid.isdigit() and int(pid) not in (1, os.getpid())]
        for pid in others:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_until(lambda: not any(is_running(pid) for pid in others), "all have ended")
        with open("/proc/mounts", encoding="utf-8") as file:
            mounts = [line.split()[1] for line in file]
        for path in reversed([path for path in mounts if path.startswith((self.data + "/", self.state))]):
            subprocess.run(["umount", "-l", path], check=True)
        for path in (self.state, "/run/containerd/s"):
            shutil.rmtree(path, ignore_errors=True)

