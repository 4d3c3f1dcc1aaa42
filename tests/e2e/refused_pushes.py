#!/usr/bin/env python3
"""Pushes and commands that are refused before anything is built, each with one clear line."""

import os
import subprocess

import apps
from story import tell
from testbed import run, wait_until


def refused(pushed, *words):
    assert pushed.status != 0, f"the push should have failed: {pushed}"
    for word in words:
        assert word in pushed.text, f"{word!r} is not said: {pushed}"


def an_unknown_app(server):
    for command in ("logs", "config", "apps:info", "ps", "releases", "builds"):
        done = server.ssh(command, "nobody")
        assert done.status == 3, f"{command}: {done}"
        assert "nobody" in done.err and len(done.err.strip().splitlines()) <= 2, done


def an_unknown_command(server):
    done = server.ssh("frobnicate")
    assert done.status == 2 and "frobnicate" in done.err and "help" in done.err, done


def a_bad_app_name(server):
    app = server.new_app(name="name-to-break")
    apps.python(app, "never")
    for name in ("Upper", "9lives", "a_b", "ends-", "x" * 31, "../../etc/passwd", "a/b"):
        app.git("remote", "set-url", "minpaas", server.remote(name))
        refused(app.push(), "a-z")
        done = server.ssh("apps:create", name)
        assert done.status == 2 and "a-z" in done.err, done


def an_app_that_may_not_be_made_by_a_push(server):
    """[apps] create_on_push is on here; the command makes one as well, and twice is a conflict."""
    done = server.ssh("apps:create", "made-by-hand")
    assert done.status == 0, done
    done = server.ssh("apps:create", "made-by-hand")
    assert done.status == 5 and "made-by-hand" in done.err, done


def a_first_push_that_does_not_deploy(server):
    app = server.new_app(name="typo")
    apps.python(app, "never")
    apps.python(app, "nor this")
    app.git("branch", "other")
    refused(app.push("other"), "[remote rejected] other -> other")
    refused(app.push("-o", "frobnicate", "main"), "frobnicate")
    refused(app.push("-o", "plan", "main"), "Make the app and its first release", "(plan only)")
    shallow = os.path.join(server.base, "shallow")
    app.git("clone", "-q", "--depth", "1", "file://" + app.folder, shallow)
    refused(run(["git", "push", server.remote("typo"), "main"], cwd=shallow, env=server.environment), "shallow")
    assert "typo" not in server.ssh("apps").out, server.ssh("apps")
    repository = os.path.join(server.data, "repos/typo.git")
    wait_until(lambda: not os.path.exists(repository), "the repository of the refused pushes goes")


def a_key_that_is_not_known(server):
    stranger = os.path.join(server.base, "stranger")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", stranger], check=True)
    done = server.ssh("apps", key=stranger)
    assert done.status == 255 and "denied" in done.err.lower(), done
    added = server.ssh("keys:add", "friend", stdin=open(stranger + ".pub", encoding="ascii").read())
    assert added.status == 0, added
    assert server.ssh("apps", key=stranger).status == 0
    fingerprint = run(["ssh-keygen", "-lf", stranger + ".pub"]).out.split()[1]
    assert fingerprint in server.ssh("keys").out
    removed = server.ssh("keys:remove", fingerprint)
    assert removed.status == 0, removed
    assert server.ssh("apps", key=stranger).status == 255


def another_branch_than_the_deploy_branch(server):
    app = apps.serving(server, "branches")
    before = apps.Untouched(app)
    app.git("checkout", "-q", "-b", "feature")
    apps.python(app, "version two")
    refused(app.push("feature"), "[remote rejected] feature -> feature", "main")
    assert app.remote_head("refs/heads/feature") is None
    before.check()


def deleting_the_deploy_branch(server):
    app = apps.serving(server, "deleted-branch")
    before = apps.Untouched(app)
    refused(app.push(":main"), "[remote rejected] main", "apps:destroy")
    before.check()


def a_tag_alone(server):
    app = apps.serving(server, "tagged")
    before = apps.Untouched(app)
    app.git("tag", "v1")
    refused(app.push("v1"), "[remote rejected] v1 -> v1", "main")
    assert app.remote_head("refs/tags/v1") is None
    before.check()


def refs_that_follow_the_releases(server):
    """They are fetched, and neither written nor deleted by a push, whatever else is in it."""
    app = apps.serving(server, "release-refs")
    before = apps.Untouched(app)
    app.git("fetch", "-q", "minpaas", "refs/live:refs/live", "refs/releases/v1:refs/releases/v1")
    refs = app.git("ls-remote", "minpaas").out
    assert "refs/live" in refs and "refs/releases/v1" in refs, refs
    apps.python(app, "version two")
    for ref in ("refs/releases/v1", "refs/releases/v2", "refs/live"):
        for source in ("HEAD", ""):
            refused(app.push("--force", f"{source}:{ref}"), "(releases are not pushed)", *([] if ref == "refs/live" else ["follows the releases", "rollback release-refs vN"]))
    refused(app.push("--force", "HEAD:refs/releases/v9", "main"), "releases are not pushed", "[remote rejected] main -> main")
    before.check()
    assert app.git("ls-remote", "minpaas").out == refs
    gone = app.push(":refs/heads/never-there")
    assert gone.status == 0 and "does not exist" in gone.text, gone


def an_unknown_push_option(server):
    app = apps.serving(server, "options")
    before = apps.Untouched(app)
    apps.python(app, "version two")
    refused(app.push("-o", "frobnicate", "main"), "frobnicate")
    before.check()
    planned = app.push("-o", "plan", "main")
    assert "version two" not in server.get("options"), planned
    before.check()


def a_file_of_300_megabytes(server):
    app = apps.serving(server, "big-file")
    before = apps.Untouched(app)
    app.git("config", "core.compression", "0")
    with open(app.path("dump.bin"), "wb") as file:
        for _ in range(300):
            file.write(os.urandom(1 << 20))
    app.commit("a dump")
    refused(app.push(), "314.6 MB", "268.4 MB", "out of git")
    before.check()
    quarantines = [name for name in os.listdir(os.path.join(server.data, "repos/big-file.git/objects"))
                   if "tmp" in name or "incoming" in name]
    assert not quarantines, f"the refused objects are still there: {quarantines}"


def a_submodule(server):
    app = apps.serving(server, "with-submodule")
    before = apps.Untouched(app)
    head = app.head()
    app.git("update-index", "--add", "--cacheinfo", f"160000,{head},vendor/library")
    app.git("commit", "-qm", "a submodule")
    pushed = app.push()
    refused(pushed, "vendor/library", "submodule", ".minpaasignore")
    before.check()
    app.write(".minpaasignore", "vendor\n")
    app.git("add", ".minpaasignore")
    app.git("commit", "-qm", "the app runs without it")
    pushed = app.push()
    assert pushed.status == 0, pushed


def a_git_lfs_pointer(server):
    app = apps.serving(server, "with-lfs")
    before = apps.Untouched(app)
    app.write("model.bin", "version https://git-lfs.github.com/spec/v1\n"
              "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n")
    app.commit("a pointer")
    refused(app.push(), "model.bin", "LFS")
    before.check()


if __name__ == "__main__":
    tell(an_unknown_app, an_unknown_command, a_bad_app_name, an_app_that_may_not_be_made_by_a_push,
         a_first_push_that_does_not_deploy, a_key_that_is_not_known, another_branch_than_the_deploy_branch,
         deleting_the_deploy_branch, a_tag_alone, refs_that_follow_the_releases, an_unknown_push_option, a_file_of_300_megabytes, a_submodule, a_git_lfs_pointer)
