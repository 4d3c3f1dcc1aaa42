#!/usr/bin/env python3
"""dulwich and pygit2 (libgit2) push to `minpaasd receive-pack`.

Both keep the connection open after the pack and wait for the report. A small git daemon on loopback
stands where the SSH server stands otherwise: it reads the request line and runs the program with the
socket as its input and output.

usage: clients.py MINPAASD dulwich|pygit2
Exit status 77: the client is not installed.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading

ENVIRONMENT = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


class Daemon:
    """Serves git-receive-pack for the bare repositories below `root` on a free loopback port."""

    def __init__(self, minpaasd, root):
        self.minpaasd = minpaasd
        self.root = root
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            connection, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        with connection:
            length = int(self.read(connection, 4), 16)
            request = self.read(connection, length - 4).split(b"\0")[0].decode()
            service, path = request.split(" ", 1)
            assert service == "git-receive-pack", service
            server = subprocess.Popen([self.minpaasd, "receive-pack", self.root + path],
                                      stdin=connection.fileno(), stdout=subprocess.PIPE)
            self.relay(server.stdout, connection)
            server.wait(timeout=60)

    @staticmethod
    def relay(source, connection):
        """Passes packets on and puts the keep-alives of a long build before the report."""
        flushes = 0
        while length := source.read(4):
            size = int(length, 16)
            if flushes == 1 and size:
                connection.sendall(b"0005\1" * 3)
                flushes = 2
            flushes += size == 0
            connection.sendall(length + source.read(max(size - 4, 0)))

    @staticmethod
    def read(connection, count):
        data = b""
        while len(data) < count:
            piece = connection.recv(count - len(data))
            if not piece:
                raise EOFError("the client left")
            data += piece
        return data


def git(*arguments, cwd):
    done = subprocess.run(["git", "-c", "user.name=A", "-c", "user.email=a@b", *arguments], cwd=cwd,
                          env=ENVIRONMENT, capture_output=True, check=True, text=True)
    return done.stdout.strip()


def make_work(base):
    work = os.path.join(base, "work")
    git("init", "-q", "-b", "main", work, cwd=base)
    for number in range(50):
        with open(os.path.join(work, f"file{number}"), "w", encoding="utf-8") as file:
            file.write(f"content {number}\n" * 100)
    git("add", "-A", cwd=work)
    git("commit", "-qm", "first", cwd=work)
    return work


def remote_ref(bare, name):
    done = subprocess.run(["git", "rev-parse", "-q", "--verify", name], cwd=bare, capture_output=True,
                          check=False, text=True)
    return done.stdout.strip()


def check_dulwich(work, bare, url):
    from dulwich import porcelain

    def push(refspec):
        out, err = tempfile.TemporaryFile(), tempfile.TemporaryFile()
        try:
            porcelain.push(work, url, refspec, outstream=out, errstream=err)
        finally:
            err.seek(0)
            push.progress = err.read().decode()

    push("refs/heads/main:refs/heads/main")
    assert remote_ref(bare, "refs/heads/main") == git("rev-parse", "HEAD", cwd=work)
    git("commit", "-qm", "second", "--allow-empty", cwd=work)
    push("refs/heads/main:refs/heads/main")
    assert remote_ref(bare, "refs/heads/main") == git("rev-parse", "HEAD", cwd=work)
    push("refs/heads/main:refs/heads/other")
    push(":refs/heads/other")
    assert remote_ref(bare, "refs/heads/other") == ""
    push(":refs/heads/main")
    assert "deletion of the current branch prohibited" in push.progress, push.progress
    assert remote_ref(bare, "refs/heads/main") != ""


def check_pygit2(work, bare, url):
    import pygit2

    remote = pygit2.Repository(work).remotes.create("server", url)

    class Answers(pygit2.RemoteCallbacks):
        def __init__(self):
            super().__init__()
            self.refused = {}

        def push_update_reference(self, refname, message):
            if message is not None:
                self.refused[refname] = message

    def push(*refspecs):
        answers = Answers()
        remote.push(list(refspecs), callbacks=answers)
        return answers.refused

    assert push("refs/heads/main:refs/heads/main") == {}
    assert remote_ref(bare, "refs/heads/main") == git("rev-parse", "HEAD", cwd=work)
    git("commit", "-qm", "second", "--allow-empty", cwd=work)
    assert push("refs/heads/main:refs/heads/main", "refs/heads/main:refs/heads/other") == {}
    assert remote_ref(bare, "refs/heads/other") == git("rev-parse", "HEAD", cwd=work)
    assert push(":refs/heads/other") == {}
    assert remote_ref(bare, "refs/heads/other") == ""
    refused = push(":refs/heads/main")
    assert refused == {"refs/heads/main": "deletion of the current branch prohibited"}, refused
    # A commit over nothing that the server knows: a refused pack is an answer too.
    git("commit", "-q", "--amend", "--allow-empty", "-m", "rewritten", cwd=work)
    assert push("+refs/heads/main:refs/heads/main") == {}


def main():
    minpaasd, client = sys.argv[1], sys.argv[2]
    try:
        __import__(client)
    except ImportError:
        print(f"{client} is not installed")
        return 77
    base = tempfile.mkdtemp(prefix="minpaas-clients-")
    try:
        bare = os.path.join(base, "app.git")
        git("init", "-q", "--bare", "-b", "main", bare, cwd=base)
        work = make_work(base)
        daemon = Daemon(minpaasd, base)
        {"dulwich": check_dulwich, "pygit2": check_pygit2}[client](
            work, bare, f"git://127.0.0.1:{daemon.port}/app.git")
        subprocess.run(["git", "fsck", "--strict"], cwd=bare, check=True, capture_output=True)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"{client}: all pushes as expected")
    return 0


if __name__ == "__main__":
    sys.exit(main())
