"""A private MinPaas for one user story: real minpaasd, real Docker Engine, real git and ssh.

    with Server() as server:
        app = server.new_app("hello-python")          # a git repository with a copy of the example
        pushed = app.push()
        assert pushed.status == 0, pushed.text
        assert "Hello" in server.get("hello-python")

Everything lives in a temporary folder and on free ports; leaving the block stops the server and
destroys what it made in the engine.
"""

import os
import random
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
MINPAASD = os.environ.get("MINPAASD", os.path.join(ROOT, "build/dev/cmd/minpaasd/minpaasd"))
DOCKER_SOCKET = "/var/run/docker.sock"


class Done:
    """A command that has ended: status, stdout, stderr, and both as `text`."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err

    @property
    def text(self):
        return self.out + self.err

    def __repr__(self):
        return f"status {self.status}\n--- stdout\n{self.out}\n--- stderr\n{self.err}"


def run(command, cwd=None, env=None, stdin="", timeout=300):
    done = subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True, text=True,
                          errors="replace", timeout=timeout)
    return Done(done.returncode, done.stdout, done.stderr)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def take_ports():
    """A slice of ports for the apps of one server, below those that the kernel gives to clients.

    Returns (the socket that marks it as taken while it is open, the first port, 99 in all)."""
    slices = list(range(20000, 32000, 100))
    random.shuffle(slices)
    for first in slices:
        try:
            return socket.create_server(("127.0.0.1", first)), first + 1
        except OSError:
            continue
    raise AssertionError("no slice of ports is free")


def wait_until(condition, what, timeout=60, interval=0.05):
    """The first true answer of `condition()`. Fails loudly at the deadline."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        answer = condition()
        if answer:
            return answer
        time.sleep(interval)
    raise AssertionError(f"did not happen within {timeout} s: {what}")


def is_running(pid):
    """False for a process that is gone or only waits for its parent to notice."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def docker(*arguments, check=True):
    done = run(["docker", *arguments])
    if check and done.status != 0:
        raise AssertionError(f"docker {' '.join(arguments)}: {done}")
    return done.out


class App:
    """A working copy whose `minpaas` remote is an app of the server."""

    def __init__(self, server, name, folder):
        self.server, self.name, self.folder = server, name, folder

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, content, mode=None):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        kind = "wb" if isinstance(content, bytes) else "w"
        with open(self.path(name), kind) as file:
            file.write(content)
        if mode is not None:
            os.chmod(self.path(name), mode)

    def remove(self, name):
        os.remove(self.path(name))

    def git(self, *arguments, check=True, timeout=300):
        done = run(["git", *arguments], cwd=self.folder, env=self.server.environment, timeout=timeout)
        if check and done.status != 0:
            raise AssertionError(f"git {' '.join(arguments)}: {done}")
        return done

    def commit(self, message="change"):
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.head()

    def head(self):
        return self.git("rev-parse", "HEAD").out.strip()

    def push(self, *arguments, timeout=300):
        """git push minpaas main, or with the given arguments. stderr holds what the user sees."""
        return self.git("push", "minpaas", *(arguments or ("main",)), check=False, timeout=timeout)

    def start_push(self, *arguments):
        """The same in the background: a Popen with stderr as a text pipe, in its own process group."""
        return subprocess.Popen(["git", "push", "minpaas", *(arguments or ("main",))], cwd=self.folder,
                                env=self.server.environment, stdout=subprocess.DEVNULL,
                                stderr=subprocess.PIPE, text=True, errors="replace",
                                start_new_session=True)

    def remote_head(self, ref="refs/heads/main"):
        done = run(["git", "--git-dir", os.path.join(self.server.data, "repos", self.name + ".git"),
                    "rev-parse", "--verify", "-q", ref])
        return done.out.strip() or None


class Server:
    """minpaasd with a data folder, keys and ports of its own. `settings` are lines of the ini by
    section: {"checks": {"timeout": "5s"}}."""

    def __init__(self, settings=None, docker_socket=DOCKER_SOCKET):
        self.base = tempfile.mkdtemp(prefix="minpaas-e2e-")
        self.data = os.path.join(self.base, "data")
        self.port = free_port()
        self.process, self.program = None, [MINPAASD]
        self.log_path = os.path.join(self.base, "minpaasd.log")
        self.key = os.path.join(self.base, "id_ed25519")
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tester", "-f", self.key], check=True)
        shutil.copy(self.key + ".pub", os.path.join(self.base, "admin_keys"))
        self.ports_taken, first = take_ports()
        self.sections = {
            "server": {"data_dir": self.data, "log_level": "debug"},
            "ssh": {"listen": f"127.0.0.1:{self.port}", "penalties": "false"},
            "http": {"listen": f"127.0.0.1:{free_port()}"},
            "docker": {"host": "unix://" + docker_socket},
            "router": {"kind": "direct", "port_first": first, "port_last": first + 98,
                       "http_listen": f"127.0.0.1:{free_port()}",
                       "https_listen": f"127.0.0.1:{free_port()}"},
            "access": {"admin_keys": os.path.join(self.base, "admin_keys")},
        }
        self.config = os.path.join(self.base, "minpaas.ini")
        self.write_settings(settings or {})
        self.environment = dict(
            os.environ, GIT_SSH_COMMAND=" ".join(self.ssh_command()), GIT_CONFIG_GLOBAL="/dev/null",
            GIT_CONFIG_SYSTEM="/dev/null", GIT_AUTHOR_NAME="Tester", GIT_AUTHOR_EMAIL="t@localhost",
            GIT_COMMITTER_NAME="Tester", GIT_COMMITTER_EMAIL="t@localhost", GIT_TERMINAL_PROMPT="0")

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, kind, error, trace):
        if kind is not None:
            print(f"--- the last lines of minpaasd's log\n{self.last_lines()}", file=sys.stderr)
        instance = self.instance()
        self.stop()
        self.stop_router()
        self.clean_engine(instance)
        self.ports_taken.close()
        shutil.rmtree(self.base, ignore_errors=True)

    def write_settings(self, settings):
        """Adds to the ini file; a value of None takes the key out."""
        for section, values in settings.items():
            self.sections.setdefault(section, {}).update(values)
        with open(self.config, "w", encoding="utf-8") as file:
            for section, values in self.sections.items():
                file.write(f"[{section}]\n")
                file.writelines(f"{key} = {value}\n" for key, value in values.items() if value is not None)

    def change_settings(self, settings):
        """Restarts the server with other settings."""
        self.stop()
        self.write_settings(settings)
        self.start()

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([*self.program, "--config", self.config], stderr=log,
                                            stdout=log, stdin=subprocess.DEVNULL)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"minpaasd ended with {self.process.returncode}:\n{self.log()[-3000:]}")
            try:
                for port in (self.port, int(self.sections["http"]["listen"].rpartition(":")[2])):
                    socket.create_connection(("127.0.0.1", port), 1).close()
                return True
            except OSError:
                return False

        wait_until(ready, "minpaasd listens for SSH and HTTP")

    def stop(self, timeout=60):
        """SIGTERM, and the exit status."""
        if self.process is None:
            return None
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout)
        self.process = None
        return status

    def kill(self):
        """As a power loss would: SIGKILL."""
        self.process.kill()
        self.process.wait()
        self.process = None

    def router_pid(self):
        """Of the HAProxy that outlives minpaasd; None: there is none."""
        try:
            with open(os.path.join(self.data, "router/haproxy.pid"), encoding="ascii") as file:
                return int(file.read())
        except (OSError, ValueError):
            return None

    def stop_router(self):
        pid = self.router_pid()
        if pid and os.path.exists(f"/proc/{pid}"):
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not is_running(pid), "HAProxy ends", timeout=10)

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def last_lines(self, most=60):
        """The end of the log without who logged in and what is for debugging."""
        told = [line for line in self.log().splitlines() if " debug " not in line and " logged in " not in line]
        return "\n".join(told[-most:])

    def instance(self):
        """The id that labels everything this server made in the engine."""
        import sqlite3  # only here: stories do not look into the database
        try:
            with sqlite3.connect(f"file:{self.data}/minpaas.db?mode=ro", uri=True) as database:
                return database.execute("SELECT value FROM settings WHERE name = 'instance_id'").fetchone()[0]
        except (sqlite3.Error, TypeError):
            return None

    def containers(self, app=None, running_only=False):
        """Ids of this server's containers."""
        filters = ["--filter", f"label=minpaas.instance={self.instance()}"]
        if app:
            filters += ["--filter", f"label=minpaas.app={app}"]
        return docker("ps", "-q", *([] if running_only else ["-a"]), *filters).split()

    def settled(self, app, count=1):
        """Its containers, once the old ones have gone: that goes on after a deploy has succeeded."""
        wait_until(lambda: len(self.containers(app)) == count, f"{app} has {count} container(s)", timeout=40)
        return self.containers(app)

    def images(self, app=None):
        filters = ["--filter", f"label=minpaas.instance={self.instance()}"]
        if app:
            filters += ["--filter", f"label=minpaas.app={app}"]
        return docker("images", "-q", "--no-trunc", *filters).split()

    def volumes(self):
        return sorted(docker("volume", "ls", "-q", "--filter", f"label=minpaas.instance={self.instance()}").split())

    @staticmethod
    def clean_engine(instance):
        if not instance:
            return
        mark = f"label=minpaas.instance={instance}"
        containers = docker("ps", "-aq", "--filter", mark, check=False).split()
        if containers:
            docker("rm", "-f", "-v", *containers, check=False)
        images = docker("images", "-q", "--filter", mark, check=False).split()
        if images:
            docker("rmi", "-f", *set(images), check=False)
        volumes = docker("volume", "ls", "-q", "--filter", mark, check=False).split()
        if volumes:
            docker("volume", "rm", *volumes, check=False)

    def ssh_command(self, key=None, tty=False):
        return ["ssh", "-F", "/dev/null", "-i", key or self.key, "-o", "IdentitiesOnly=yes",
                "-o", "IdentityAgent=none", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new",
                "-o", f"UserKnownHostsFile={self.base}/known_hosts", "-o", "LogLevel=ERROR",
                "-p", str(self.port), *(["-tt"] if tty else ["-T"])]

    def ssh(self, *words, stdin="", key=None, timeout=120):
        """ssh minpaas WORDS..."""
        return run([*self.ssh_command(key), "minpaas@127.0.0.1", *words], stdin=stdin, timeout=timeout)

    def start_ssh(self, *words, key=None):
        return subprocess.Popen([*self.ssh_command(key), "minpaas@127.0.0.1", *words], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")

    def remote(self, app):
        return f"ssh://minpaas@127.0.0.1:{self.port}/{app}"

    def new_app(self, example=None, name=None):
        """A git repository with one commit: a copy of examples/EXAMPLE, or an empty folder."""
        name = name or example
        folder = os.path.join(self.base, "work", name)
        if example:
            shutil.copytree(os.path.join(ROOT, "examples", example), folder)
        else:
            os.makedirs(folder)
        app = App(self, name, folder)
        app.git("init", "-q", "-b", "main")
        app.git("remote", "add", "minpaas", self.remote(name))
        if example:
            app.commit("first")
        return app

    def url(self, app):
        """The URL as `apps:info` tells it."""
        done = self.ssh("apps:info", app)
        found = re.search(r"https?://\S+", done.out)
        assert found, f"no URL in apps:info {app}: {done}"
        return re.sub(r"//[^:/]+", "//127.0.0.1", found.group(0))

    def get(self, app, path="/", timeout=5):
        """Body of the app's answer to GET; the text of an error status too."""
        return fetch(self.url(app).rstrip("/") + path, timeout)

    def serves(self, app, text, path="/"):
        """Whether the app answers with `text` now."""
        try:
            return text in self.get(app, path)
        except OSError:
            return False


def fetch(url, timeout=5, headers=None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(urllib.request.Request(url, headers=headers or {}), timeout=timeout) as answer:
            return answer.read().decode(errors="replace")
    except urllib.error.HTTPError as error:
        return error.read().decode(errors="replace")
