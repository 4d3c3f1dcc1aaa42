#!/usr/bin/env python3
"""Other people's clients: git over dbclient and plink, libgit2, dulwich, paramiko, a fresh known host."""

import os
import subprocess
import sys

import apps
from story import tell
from testbed import run


def first_deploy(server, name):
    app = server.new_app(name=name)
    apps.python(app, "version one")
    return app


def live(app):
    assert app.server.serves(app.name, "version one") and app.remote_head() == app.head()


def git_over_dbclient(server):
    key = os.path.join(server.base, "dropbear_key")
    subprocess.run(["dropbearconvert", "openssh", "dropbear", server.key, key], check=True, capture_output=True)
    app = first_deploy(server, "by-dbclient")
    # dbclient knows no -o BatchMode: `ssh` as variant sends it only -p.
    environment = dict(server.environment, GIT_SSH_COMMAND=f"dbclient -y -y -i {key}", GIT_SSH_VARIANT="ssh")
    pushed = run(["git", "push", "minpaas", "main"], cwd=app.folder, env=environment)
    assert pushed.status == 0, pushed
    live(app)
    done = run(["dbclient", "-y", "-y", "-T", "-i", key, "-p", str(server.port), "minpaas@127.0.0.1",
                "apps:info", "nobody"])
    assert done.status == 3 and "nobody" in done.err, done


def host_key(server):
    """The server's ed25519 key in the form that plink's -hostkey wants."""
    scanned = run(["ssh-keyscan", "-p", str(server.port), "-t", "ed25519", "127.0.0.1"]).out
    return run(["ssh-keygen", "-lf", "-"], stdin=scanned).out.split()[1]


def git_over_plink(server):
    key = os.path.join(server.base, "putty.ppk")
    subprocess.run(["puttygen", server.key, "-o", key, "-O", "private"], check=True, stdin=subprocess.DEVNULL)
    app = first_deploy(server, "by-plink")
    plink = f"plink -batch -i {key} -hostkey {host_key(server)}"
    environment = dict(server.environment, GIT_SSH_COMMAND=plink, GIT_SSH_VARIANT="putty")
    pushed = run(["git", "push", "minpaas", "main"], cwd=app.folder, env=environment)
    assert pushed.status == 0, pushed
    live(app)
    done = run([*plink.split(), "-P", str(server.port), "minpaas@127.0.0.1", "version"])
    assert done.status == 0 and done.out.strip(), done


LIBGIT2 = """
import sys, pygit2
folder, key = sys.argv[1:]
refused = []
class Callbacks(pygit2.RemoteCallbacks):
    def credentials(self, url, user, types):
        return pygit2.Keypair("minpaas", key + ".pub", key, "")
    def certificate_check(self, certificate, valid, host):
        return True
    def push_update_reference(self, name, message):
        if message:
            refused.append(message)
pygit2.Repository(folder).remotes["minpaas"].push(["refs/heads/main"], callbacks=Callbacks())
sys.exit(", ".join(refused) or 0)
"""

DULWICH = """
import sys
from dulwich import porcelain
from dulwich.client import SSHGitClient
from dulwich.contrib.paramiko_vendor import ParamikoSSHVendor
from dulwich.repo import Repo
folder, key, port, app = sys.argv[1:]
client = SSHGitClient("127.0.0.1", int(port), "minpaas", vendor=ParamikoSSHVendor(key_filename=key))
repo = Repo(folder)
head = repo.refs[b"refs/heads/main"]
result = client.send_pack("/" + app, lambda refs: {b"refs/heads/main": head}, repo.generate_pack_data,
                          progress=lambda text: sys.stderr.buffer.write(text))
bad = {ref: why for ref, why in (result.ref_status or {}).items() if why}
sys.exit(repr(bad) if bad else 0)
"""

PARAMIKO = """
import sys, paramiko
port, key = sys.argv[1:]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect("127.0.0.1", int(port), "minpaas", key_filename=key, allow_agent=False, look_for_keys=False)
for command, status in (("version", 0), ("apps:info nobody", 3), ("frobnicate", 2)):
    _, out, err = client.exec_command(command, timeout=20)
    said = out.read() + err.read()
    got = out.channel.recv_exit_status()
    assert got == status and said, (command, got, said)
"""


def script(text, *arguments):
    return run([sys.executable, "-c", text, *arguments])


def libgit2(server):
    app = first_deploy(server, "by-libgit2")
    done = script(LIBGIT2, app.folder, server.key)
    assert done.status == 0, done
    live(app)
    apps.python(app, "version two", before="sys.exit(1)")
    done = script(LIBGIT2, app.folder, server.key)
    assert done.status == 1 and done.err.strip(), f"a refusal is not told: {done}"
    assert server.serves("by-libgit2", "version one")


def dulwich(server):
    app = first_deploy(server, "by-dulwich")
    done = script(DULWICH, app.folder, server.key, str(server.port), app.name)
    assert done.status == 0 and "-----> " in done.err, done
    live(app)
    apps.python(app, "version two", before="sys.exit(1)")
    done = script(DULWICH, app.folder, server.key, str(server.port), app.name)
    assert done.status != 0, f"a refusal is not told: {done}"


def paramiko(server):
    done = script(PARAMIKO, str(server.port), server.key)
    assert done.status == 0, done


def every_form_of_the_url(server):
    """ssh://USER@HOST:PORT/APP, with .git, with another user; HOST:APP by an alias of ssh's config."""
    app = first_deploy(server, "by-url")
    plain = server.remote("by-url")
    for url in (plain, plain + ".git", plain.replace("minpaas@", "git@")):
        app.commit("another")
        pushed = app.git("push", url, "main", check=False)
        assert pushed.status == 0, f"{url}: {pushed}"
    config = os.path.join(server.base, "ssh_config")
    with open(config, "w", encoding="ascii") as file:
        file.write(f"Host minpaas\n HostName 127.0.0.1\n Port {server.port}\n User minpaas\n"
                   f" IdentityFile {server.key}\n IdentitiesOnly yes\n UserKnownHostsFile {server.base}/known_hosts\n"
                   " StrictHostKeyChecking yes\n")
    app.commit("another")
    pushed = run(["git", "push", "minpaas:by-url", "main"], cwd=app.folder,
                 env=dict(server.environment, GIT_SSH_COMMAND=f"ssh -F {config}"))
    assert pushed.status == 0, pushed
    live(app)


def a_shallow_clone_and_atomic_pushes(server):
    app = first_deploy(server, "by-shallow")
    app.commit("a second commit")
    assert app.push("--atomic", "main").status == 0
    app.git("tag", "v1")
    before = apps.Untouched(app)
    app.commit("a third")
    both = app.push("--atomic", "main", "v1")
    assert both.status == 1 and "v1" in both.err, both
    before.check()
    shallow = os.path.join(server.base, "shallow")
    app.git("clone", "-q", "--depth", "1", f"file://{app.folder}", shallow)
    pushed = run(["git", "push", server.remote("from-shallow"), "main"], cwd=shallow, env=server.environment)
    assert pushed.status == 1 and "git fetch --unshallow" in pushed.err, pushed


def clone_and_fetch(server):
    """A colleague gets the code from the server, whole or shallow, and the releases by their numbers."""
    app = first_deploy(server, "by-clone")
    assert app.push().status == 0
    first = app.head()
    app.commit("a second release")
    assert app.push().status == 0
    copy = os.path.join(server.base, "copy")
    cloned = run(["git", "clone", server.remote("by-clone"), copy], env=server.environment)
    assert cloned.status == 0, cloned
    assert run(["git", "rev-parse", "HEAD"], cwd=copy).out.strip() == app.head()
    assert run(["git", "branch", "--show-current"], cwd=copy).out.strip() == "main"
    fetched = run(["git", "fetch", "origin", "refs/releases/*:refs/releases/*"], cwd=copy, env=server.environment)
    assert fetched.status == 0, fetched
    assert run(["git", "rev-parse", "refs/releases/v1"], cwd=copy).out.strip() == first

    def live():
        assert run(["git", "fetch", "origin", "refs/live"], cwd=copy, env=server.environment).status == 0
        return run(["git", "rev-parse", "FETCH_HEAD"], cwd=copy).out.strip()

    assert live() == app.head()
    assert server.ssh("rollback", "by-clone", "v1").status == 0
    assert live() == first
    shallow = run(["git", "clone", "--depth", "1", server.remote("by-clone"), copy + "-shallow"], env=server.environment)
    assert shallow.status == 0, shallow
    changed = run(["git", "commit", "-q", "--allow-empty", "-m", "by the colleague"], cwd=copy, env=server.environment)
    assert changed.status == 0, changed
    pushed = run(["git", "push", "origin", "main"], cwd=copy, env=server.environment)
    assert pushed.status == 0, pushed
    pulled = app.git("pull", "-q", "minpaas", "main", check=False)
    assert pulled.status == 0 and app.head() == app.remote_head(), pulled
    nobody = run(["git", "clone", server.remote("nobody"), copy + "-none"], env=server.environment)
    assert nobody.status == 128 and "no app nobody that you may fetch" in nobody.err, nobody


if __name__ == "__main__":
    tell(git_over_dbclient, git_over_plink, libgit2, dulwich, paramiko, every_form_of_the_url,
         a_shallow_clone_and_atomic_pushes, clone_and_fetch)
