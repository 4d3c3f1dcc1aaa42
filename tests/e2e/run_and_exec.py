#!/usr/bin/env python3
"""Programs that run for someone who sits in front of them: `run` in a container of its own, `exec`
inside one that runs. Streams, exit statuses, a terminal, signals, and what is left when all is over."""

import fcntl
import hashlib
import json
import os
import pty
import re
import signal
import struct
import subprocess
import termios
import time

import apps
from story import tell
from testbed import docker, wait_until

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "containers": {"memory_bytes": "96m", "stop_timeout": "5s"}}
MUCH = 40_000_000


def only_web(server, app):
    """Nothing of a program is left: one container, and `ps` shows it alone."""
    wait_until(lambda: len(server.containers(app)) == 1, f"only the web container of {app} is left", timeout=20)
    listed = server.ssh("ps", app, "--json")
    assert [process["process"] for process in json.loads(listed.out)] == ["web.1"], listed


def one_off(server, app):
    """The one-off container of the app, once it runs, as `docker inspect` tells it."""
    def find():
        found = docker("ps", "-q", "--filter", f"label=minpaas.instance={server.instance()}",
                       "--filter", f"label=minpaas.app={app}", "--filter", "label=minpaas.one-off=1").split()
        return found and json.loads(docker("inspect", found[0]))[0]
    return wait_until(find, "the one-off container runs")


def streams_and_statuses(server):
    untouched = apps.Untouched(apps.serving_dockerfile(server, "streams"))
    for place in (["run", "streams", "--"], ["exec", "streams", "web.1", "--"]):
        done = server.ssh(*place, "cat", stdin="one\ntwo\n", timeout=30)
        assert (done.status, done.out, done.err) == (0, "one\ntwo\n", ""), done
        done = server.ssh(*place, "sh -c 'echo out; echo err >&2; exit 7'")
        assert (done.status, done.out, done.err) == (7, "out\n", "err\n"), done
        done = server.ssh(*place, "sh -c 'kill -TERM $$'")
        assert (done.status, done.out) == (143, ""), done
        # Words are words: nothing between here and the program is a shell.
        done = server.ssh(*place, "printf", "%s,", "'a b'", "'$HOME'", "-n", "--json")
        assert done.out == "a b,$HOME,-n,--json,", done
        done = server.ssh(*place, "no-such-program", "x")
        assert done.status == 127 and not done.out, done
        assert re.fullmatch(r"error: there is no program 'no-such-program' in [^\n]*\n", done.err), done
    assert server.ssh("run", "nobody", "--", "true").status == 3
    assert server.ssh("exec", "streams", "web.7", "--", "true").status == 3
    assert server.ssh("run", "streams").status == 2
    only_web(server, "streams")
    untouched.check()


def environment(server):
    apps.serving_dockerfile(server, "environment")
    assert server.ssh("config:set", "environment", "GREETING=hello", "SECRET=hunter2").status == 0
    done = server.ssh("run", "environment", "--", "env")
    values = dict(line.split("=", 1) for line in done.out.splitlines())
    assert values["GREETING"] == "hello" and values["SECRET"] == "hunter2" and values["PORT"] == "8080", done
    assert "TERM" not in values, values
    done = server.ssh("run", "environment", "--env", "GREETING=moin", "--env", "MORE=1", "--",
                      "sh -c 'echo $GREETING $MORE'")
    assert done.out == "moin 1\n", done
    assert "hello" == server.ssh("config:get", "environment", "GREETING").out.strip()
    done = server.ssh("exec", "environment", "web.1", "--", "sh -c 'echo $GREETING'")
    assert done.out == "hello\n", done
    assert "hunter2" not in server.log()


def as_all_containers(server):
    """Labelled, limited and listed, and gone at its end; a new release does not disturb it."""
    app = apps.serving_dockerfile(server, "listed")
    web = json.loads(docker("inspect", server.containers("listed")[0]))[0]
    running = server.start_ssh("run", "listed", "--", "sh -c 'sleep 2; echo still there; sleep 600'")
    try:
        container = one_off(server, "listed")
        for limit in ("Memory", "MemorySwap", "NanoCpus", "PidsLimit", "CapDrop", "SecurityOpt", "Init"):
            assert container["HostConfig"][limit] == web["HostConfig"][limit], limit
        assert container["HostConfig"]["Memory"] == 96 << 20
        labels = container["Config"]["Labels"]
        assert labels["minpaas.process"] == "run.1" and labels["minpaas.release"] == "v1", labels
        listed = json.loads(server.ssh("ps", "listed", "--json").out)
        assert [(row["process"], row["state"]) for row in listed] == [("web.1", "up"), ("run.1", "up")], listed
        assert "sleep 600" in listed[1]["command"] and listed[1]["release"] == "v1", listed
        second = server.ssh("run", "listed", "--", "hostname")
        assert second.status == 0, second
        inside = server.ssh("exec", "listed", "run.1", "--", "hostname")
        assert inside.out.strip() == container["Config"]["Hostname"], inside
        apps.dockerfile(app, "version two")
        assert app.push().status == 0 and server.serves("listed", "version two")
        assert running.stdout.readline() == "still there\n"
        assert running.poll() is None
        time.sleep(3)  # what ended meanwhile has had the containers reconciled
        assert running.poll() is None and one_off(server, "listed")["Id"] == container["Id"]
        assert "still there" not in server.ssh("logs", "listed").text
    finally:
        running.kill()
        running.communicate()
    only_web(server, "listed")


class Terminal:
    """`ssh -t` on a terminal of ours."""

    def __init__(self, server, *words, columns=90, rows=30):
        self.master, slave = pty.openpty()
        self.resize(columns, rows)
        command = [*server.ssh_command(tty=True), "minpaas@127.0.0.1", *words]
        self.process = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave,
                                        env=dict(os.environ, TERM="vt220"), start_new_session=True)
        os.close(slave)
        self.text = ""

    def resize(self, columns, rows):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text):
        os.write(self.master, text.encode())

    def reads(self, text):
        """Reads on until `text` has come, and forgets up to there."""
        while text not in self.text:
            try:
                block = os.read(self.master, 4096)
            except OSError:
                block = b""
            assert block, f"ended before {text!r}, after {self.text!r}"
            self.text += block.decode(errors="replace")
        before, self.text = self.text.split(text, 1)
        return before

    def ends(self):
        status = self.process.wait(60)
        os.close(self.master)
        return status


def on_a_terminal(server):
    apps.serving_dockerfile(server, "typed")
    for place in (["run", "typed", "--"], ["exec", "typed", "web.1", "--"]):
        terminal = Terminal(server, *place, "sh")
        terminal.type("PS1='>''> '\r")
        terminal.reads(">> ")
        terminal.type("echo size $(stty size), $TERM, $((6 * 7)).\r")
        said = terminal.reads(", vt220, 42.\r\n")
        assert said.endswith("size 30 90"), said
        terminal.resize(101, 44)
        os.kill(terminal.process.pid, signal.SIGWINCH)
        terminal.type("while [ \"$(stty size)\" != '44 101' ]; do sleep 0.1; done; echo re''sized\r")
        terminal.reads("resized")
        # Ctrl-C is for what runs in the shell, Ctrl-D ends the shell.
        terminal.type("sleep 1000\r")
        terminal.reads("sleep 1000\r\n")
        time.sleep(0.5)
        terminal.type("\x03")
        terminal.reads("^C")
        # At a prompt: what is typed while the shell changes the terminal's mode can be lost.
        terminal.reads(">> ")
        terminal.type("(exit 5)\r")
        terminal.reads(">> ")
        terminal.type("\x04")
        status = terminal.ends()
        assert status == 5, (status, terminal.text)
    terminal = Terminal(server, "run", "typed", "--", "no-such-program")
    said = terminal.reads("in the image of typed v1\r\n")
    assert "there is no program 'no-such-program'" in said and terminal.ends() == 127
    only_web(server, "typed")


def when_the_client_goes(server):
    apps.serving_dockerfile(server, "left")

    def sleepers():
        listed = docker("top", server.containers("left")[-1], "-eo", "pid,args")
        return sum("sleep 98" in line for line in listed.splitlines())

    running = server.start_ssh("run", "left", "--", "sleep 9876")
    one_off(server, "left")
    running.kill()
    running.communicate()
    only_web(server, "left")

    # On a terminal, with a shell, which ignores SIGTERM.
    terminal = Terminal(server, "run", "left", "--", "sh")
    terminal.type("echo re''ady\r")
    terminal.reads("ready")
    terminal.process.kill()
    terminal.ends()
    only_web(server, "left")

    for command in ("sleep 9876", "sh -c 'sleep 9876; true'"):
        running = server.start_ssh("exec", "left", "web.1", "--", command)
        wait_until(sleepers, "the program runs beside the web process")
        running.kill()
        running.communicate()
        wait_until(lambda: sleepers() == 0, "the program has ended", timeout=20)
    terminal = Terminal(server, "exec", "left", "web.1", "--", "sh")
    terminal.type("sleep 9877\r")
    wait_until(sleepers, "the program runs beside the web process")
    terminal.process.kill()
    terminal.ends()
    wait_until(lambda: sleepers() == 0, "what the shell has begun has ended", timeout=20)
    assert server.serves("left", "version one")


def rss(server):
    """What minpaasd holds in memory, in bytes."""
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as file:
        return int(re.search(r"VmRSS:\s+(\d+) kB", file.read()).group(1)) << 10


def large_streams(server):
    """All of it arrives, and a client that does not read makes nobody hold it."""
    apps.serving_dockerfile(server, "large")
    data = os.urandom(1 << 16) * (MUCH >> 16)
    sent = subprocess.run([*server.ssh_command(), "minpaas@127.0.0.1", "run large -- md5sum"], input=data,
                          capture_output=True, timeout=120, check=True)
    assert sent.stdout.split()[0].decode() == hashlib.md5(data).hexdigest()
    got = subprocess.run([*server.ssh_command(), "minpaas@127.0.0.1", f"run large -- head -c {MUCH} /dev/zero"],
                         stdin=subprocess.DEVNULL, capture_output=True, timeout=120, check=True)
    assert len(got.stdout) == MUCH and not got.stdout.strip(b"\0")
    both = subprocess.run([*server.ssh_command(), "minpaas@127.0.0.1", "exec large web.1 -- cat"], input=data,
                          capture_output=True, timeout=120, check=True)
    assert both.stdout == data

    before = rss(server)
    # The client's own window and pipes take 2 MB and a little, then everything stands still.
    lazy = server.start_ssh("run", "large", "--", "yes")
    try:
        one_off(server, "large")
        for _ in range(20):
            time.sleep(0.2)
            assert rss(server) - before < 32 << 20, f"{before} bytes became {rss(server)}"
        assert lazy.poll() is None
        assert lazy.stdout.readline() == "y\n"
    finally:
        lazy.kill()
        lazy.communicate()
    only_web(server, "large")


def signals(server):
    import paramiko  # Debian's
    apps.serving_dockerfile(server, "signalled")
    transport = paramiko.Transport(("127.0.0.1", server.port))
    transport.connect(username="x", pkey=paramiko.Ed25519Key.from_private_key_file(server.key))

    def send(channel, name):
        message = paramiko.Message()
        message.add_byte(paramiko.common.cMSG_CHANNEL_REQUEST)
        message.add_int(channel.remote_chanid)
        message.add_string("signal")
        message.add_boolean(False)
        message.add_string(name)
        transport._send_user_message(message)  # pylint: disable=protected-access

    script = "sh -c 'trap \"echo caught; exit 9\" INT; echo up; while :; do sleep 0.1; done'"
    for place in ("run signalled --", "exec signalled web.1 --"):
        for name, command, said, status in (("INT", script, b"up\ncaught\n", 9),
                                            ("KILL", "sh -c 'echo up; exec sleep 600'", b"up\n", 137)):
            channel = transport.open_session()
            channel.settimeout(60)
            channel.exec_command(f"{place} {command}")
            got = channel.recv(100)
            send(channel, name)
            while len(got) < len(said):
                got += channel.recv(100)
            assert got == said and channel.recv_exit_status() == status, (name, got, channel.exit_status)
    transport.close()
    only_web(server, "signalled")


def after_a_crash(server):
    """kill -9 of minpaasd: what it ran is removed by the next one, and `ps` does not show it."""
    apps.serving_dockerfile(server, "crashed")
    running = server.start_ssh("run", "crashed", "--", "sleep 9876")
    left = one_off(server, "crashed")["Id"]
    server.kill()
    assert running.wait(30) != 0
    assert left in docker("ps", "-q", "--no-trunc"), "the container outlives the server"
    server.start()
    only_web(server, "crashed")
    assert server.serves("crashed", "version one")


def when_the_server_stops(server):
    apps.serving_dockerfile(server, "stopped")
    running = server.start_ssh("run", "stopped", "--", "sh -c 'trap \"exit 0\" TERM; echo up; while :; do sleep 0.1; done'")
    assert running.stdout.readline() == "up\n"
    server.stop()
    assert running.wait(30) != 0
    server.start()
    only_web(server, "stopped")


if __name__ == "__main__":
    tell(streams_and_statuses, environment, as_all_containers, on_a_terminal, when_the_client_goes, large_streams,
         signals, after_a_crash, when_the_server_stops, settings=SETTINGS)
