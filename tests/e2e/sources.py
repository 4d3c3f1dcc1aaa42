#!/usr/bin/env python3
"""Code that is not pushed: archives as a CI sends them, repositories elsewhere, images, and what is refused of them."""

import contextlib
import gzip
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile

import apps
from failures import one_line, refuses
from http_api import Api, events, token
from story import tell
from team import member
from testbed import ROOT, App, Done, docker, run, wait_until

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "containers": {"stop_timeout": "5s"},
            "git": {"max_pack_bytes": "32m"},
            "sources": {"allow_http": "yes", "allow_private_addresses": "yes", "timeout": "30s"}}


def send(server, archive, *words):
    """deploy --archive - with these bytes on standard input."""
    done = subprocess.run([*server.ssh_command(), "minpaas@127.0.0.1", "deploy", "--archive", "-", *words],
                          input=archive, capture_output=True, timeout=300, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())


def tar(add):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        add(archive)
    return packed.getvalue()


def tar_of_app(server, text):
    """As `tar czf - .` makes it in a checkout, with its .git."""
    app = server.new_app(name=f"checkout-{text}")
    apps.dockerfile(app, text)
    return subprocess.run(["tar", "czf", "-", "-C", app.folder, "."], capture_output=True, check=True).stdout


def file(archive, name, content=b"x", **attributes):
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    for key, value in attributes.items():
        setattr(entry, key, value)
    archive.addfile(entry, io.BytesIO(content))


def an_archive_from_ci(server):
    first = send(server, tar_of_app(server, "one"), "--app", "ci", "--env", "LEVEL=very-secret-level")
    assert first.status == 0, first
    assert "-----> Reading the archive" in first.err and ".git is left out" in first.err, first
    assert "Deployed ci: v1" in first.err and server.serves("ci", "one"), first
    assert server.ssh("config:get", "ci", "LEVEL").out == "very-secret-level\n"
    second = send(server, tar_of_app(server, "two"), "--app", "ci", "--json")
    assert second.status == 0 and json.loads(second.out)["release"] == "v2", second
    assert server.serves("ci", "two")
    listed = json.loads(server.ssh("releases", "ci", "--json").out)
    assert all("from an archive" in release["description"] for release in listed), listed
    copy = os.path.join(server.base, "copy-of-ci")
    cloned = run(["git", "clone", "-q", server.remote("ci"), copy], env=server.environment)
    assert cloned.status == 0 and sorted(os.listdir(copy)) == [".git", "Dockerfile"], cloned
    assert run(["git", "-C", copy, "log", "--format=%s"]).out == "Deploy an archive\n" * 2
    assert server.ssh("rollback", "ci").status == 0 and server.serves("ci", "one")
    told = server.ssh("events", "ci")
    assert "deploy" in told.out and "--archive - --env LEVEL" in told.out, told
    assert "very-secret" not in told.text + server.log(), told


def bad_archives(server):
    assert send(server, tar_of_app(server, "good"), "--app", "stays").status == 0
    head, untouched = json.loads(server.ssh("apps:info", "stays", "--json").out), apps.Untouched(App(server, "stays", ""), "good")
    bomb = gzip.compress(tar_bytes_of_zeros(200 << 20), 6)
    assert len(bomb) < 1 << 20
    good = tar_of_app(server, "cut")
    cases = {
        "nothing": (b"", "no archive on standard input"),
        "no archive": (b"PK\x03\x04 something else" * 100, "no tar archive"),
        "cut": (good[:len(good) // 2], "damaged"),
        "up": (tar(lambda archive: file(archive, "../../etc/cron.d/x")), "leads out of the archive"),
        "absolute": (tar(lambda archive: file(archive, "/etc/cron.d/x")), "absolute path"),
        "link": (tar(lambda archive: (file(archive, "a"), file(archive, "passwd", b"", type=tarfile.SYMTYPE,
                                                               linkname="/etc/passwd"))), "leads out of the archive"),
        "hard link": (tar(lambda archive: file(archive, "passwd", b"", type=tarfile.LNKTYPE, linkname="etc/passwd")),
                      "hard link"),
        "device": (tar(lambda archive: file(archive, "null", b"", type=tarfile.CHRTYPE)), "no file, folder or link"),
        "git": (tar(lambda archive: file(archive, ".GIT/config")), "repository's own files"),
        "bomb": (bomb, "taken for a bomb"),
        "bomb of files": (gzip.compress(empty_files(110_000), 1), "100000"),
    }
    for name, (archive, words) in cases.items():
        one_line(send(server, archive, "--app", "stays"), 2, words)
        one_line(send(server, archive, "--app", "never"), 2, words)
        assert server.ssh("apps:info", "never").status == 3, name
    assert not os.path.exists(os.path.join(server.data, "repos/never.git"))
    assert json.loads(server.ssh("apps:info", "stays", "--json").out) == head
    untouched.check()
    for words in (["--app", "stays"], ["--app", "stays", "--archive", "-", "--image", "x"],
                  ["--app", "stays", "--archive", "app.tar"], ["--archive", "-"]):
        assert server.ssh("deploy", *words).status == 2, words


def tar_bytes_of_zeros(size):
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        file(archive, "zeros", bytes(size))
    return packed.getvalue()


def empty_files(count):
    return tarfile.TarInfo("again").tobuf() * count + bytes(1024)


@contextlib.contextmanager
def git_server():
    """(its URL, the folder of its repositories)."""
    with tempfile.TemporaryDirectory(prefix="minpaas-git-") as folder:
        with subprocess.Popen([sys.executable, os.path.join(ROOT, "tests/support/git_server.py"), folder],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline() == b"ready\n"
            with open(os.path.join(folder, "port"), encoding="ascii") as port:
                yield f"http://127.0.0.1:{port.read()}", folder
            process.kill()


def publish(app, folder):
    cloned = run(["git", "clone", "-q", "--bare", app.folder, os.path.join(folder, "app.git")])
    assert cloned.status == 0, cloned


def a_repository_elsewhere(server):
    with git_server() as (url, folder):
        app = server.new_app(name="elsewhere")
        apps.dockerfile(app, "from-main")
        app.git("tag", "v1")
        app.git("checkout", "-q", "-b", "next")
        apps.dockerfile(app, "from-next")
        app.git("checkout", "-q", "main")
        publish(app, folder)
        first = server.ssh("deploy", "--app", "remote", "--repo", url + "/git/app.git")
        assert first.status == 0 and server.serves("remote", "from-main"), first
        assert "Receiving objects" in first.err and "-----> Fetching" in first.err, first
        named = server.ssh("deploy", "--app", "remote", "--repo", url + "/git/app.git", "--ref", "next")
        assert named.status == 0 and server.serves("remote", "from-next"), named
        assert f"from {url}/git/app.git (next)" in server.ssh("releases", "remote").out
        before = server.ssh("apps:info", "remote", "--json").out

        untouched = apps.Untouched(App(server, "remote", app.folder), "from-next")

        def refused(status, words, *more, path="/git/app.git"):
            one_line(server.ssh("deploy", "--app", "remote", "--repo", url + path, *more), status, words)

        refused(3, "has no branch or tag 'none'", "--ref", "none")
        refused(3, "there is no repository at", path="/git/none.git")
        refused(3, "there is no repository at", path="/page/x")
        refused(124, "takes too long", path="/hang/x")
        refused(2, "the pack is larger than 33.6 MB", path="/endless/x")
        refused(4, "is not followed", path="/loop/x")
        refused(1, "could not be fetched", path="/to/file%3A%2F%2F%2Fetc/x")
        for text in ("file:///etc", "/etc", "../x", "git://127.0.0.1/x"):
            one_line(server.ssh("deploy", "--app", "remote", "--repo", text), 2)
        assert server.ssh("apps:info", "remote", "--json").out == before
        untouched.check()

        refused(4, "is not public", path="/private/app.git")
        secret = url.replace("//", "//ada:s3cret-token@") + "/private/app.git"
        api = Api(server, token(server, "ci", "--scope", "deploy@remote"))
        done = api.ask("POST", "/deploy", {"app": "remote", "repo": secret, "env": {"A": 1}},
                       {"Idempotency-Key": "once"})
        assert done.status == 200 and done.json["release"] == "v3", done
        again = api.ask("POST", "/deploy", {"app": "remote", "repo": secret, "env": {"A": 1}},
                        {"Idempotency-Key": "once"})
        assert again.text == done.text, again
        streamed = api.ask("POST", "/deploy", {"app": "remote", "repo": secret}, {"Accept": "text/event-stream"})
        assert events(streamed.text)[-1][1]["release"] == "v4", streamed
        chosen = api.ask("POST", "/deploy", {"app": "remote", "repo": secret, "runtime": "dockerfile"})
        assert chosen.status == 200 and chosen.json["release"] == "v5", chosen
        info = json.loads(server.ssh("apps:info", "remote", "--json").out)
        assert info["chosen_runtime"] == "dockerfile" == info["runtime"], info
        assert api.ask("POST", "/deploy", {"app": "remote", "repo": secret, "runtime": "cobol"}).status == 422
        unbuilt = api.ask("POST", "/deploy", {"app": "remote", "repo": secret, "runtime": "python"})
        assert unbuilt.status == 422 and unbuilt.json["deploy"], unbuilt
        assert json.loads(server.ssh("apps:info", "remote", "--json").out) == info, "the runtime comes with its release"
        missing = api.ask("POST", "/deploy", {"app": "remote", "image": "localhost/minpaas-e2e/none:1"})
        assert missing.status == 404 and missing.json["code"] == "not_found" and missing.json["deploy"], missing
        assert api.ask("POST", "/deploy", {"app": "other", "repo": secret}).status == 403
        assert api.ask("POST", "/deploy", {"app": "remote", "repo": url + "/git/none.git"}).status == 404
        everything = "".join((server.log(), server.ssh("events").text, server.ssh("releases", "remote", "--json").text,
                              server.ssh("builds:output", "remote").text, streamed.text))
        assert "s3cret" not in everything and "//***@127.0.0.1" in everything


def private_addresses_are_not_reached(server):
    with git_server() as (url, _):
        server.change_settings({"sources": {"allow_private_addresses": "no"}})
        for host in (url, url.replace("127.0.0.1", "localhost"), "http://169.254.169.254", "http://[::1]:80"):
            done = server.ssh("deploy", "--app", "inside", "--repo", host + "/git/app.git")
            assert done.status == 4 and "no address of the public internet" in done.err, done
        server.change_settings({"sources": {"allow_private_addresses": "yes"}})


def a_repository_over_ssh(server):
    """The server's own repositories are as good as any."""
    apps.serving_dockerfile(server, "origin", "by-ssh")
    url = f"ssh://git@127.0.0.1:{server.port}/origin"
    early = server.ssh("deploy", "--app", "copy", "--repo", url)
    assert early.status == 3 and "no deploy key yet" in early.err, early
    assert server.ssh("apps:create", "copy").status == 0
    key = server.ssh("deploy-key", "copy")
    assert key.status == 0 and key.out.startswith("ssh-ed25519 ") and key.out == server.ssh("deploy-key", "copy").out
    denied = server.ssh("deploy", "--app", "copy", "--repo", url)
    assert denied.status == 4 and "does not take the app's key" in denied.err, denied
    member(server, "robot")
    assert server.ssh("keys:add", "robot-key", "--user", "robot", stdin=key.out).status == 0
    hidden = server.ssh("deploy", "--app", "copy", "--repo", url)
    assert hidden.status == 3 and "there is no repository at" in hidden.err, hidden
    assert server.ssh("access:grant", "origin", "robot", "read").status == 0
    done = server.ssh("deploy", "--app", "copy", "--repo", url)
    assert done.status == 0 and server.serves("copy", "by-ssh"), done
    server.stop()
    for name in os.listdir(os.path.join(server.data, "ssh")):
        os.remove(os.path.join(server.data, "ssh", name))
    server.start()
    os.remove(os.path.join(server.base, "known_hosts"))
    changed = server.ssh("deploy", "--app", "copy", "--repo", url)
    assert changed.status == 4 and "another host key" in changed.err, changed
    assert server.ssh("deploy-key", "copy", "--forget-hosts").out == key.out
    assert server.ssh("deploy", "--app", "copy", "--repo", url).status == 0
    assert server.ssh("deploy-key", "copy", "--renew").out != key.out
    assert not os.path.exists(os.path.join(server.data, "deploy-keys")) or \
        not os.listdir(os.path.join(server.data, "deploy-keys"))


def build_image(name, text, more=""):
    built = run(["docker", "build", "-q", "-t", name, "-"],
                stdin=apps.DOCKERFILE.format(text=text, more="").replace("8080", "8090") + more)
    assert built.status == 0, built
    return built.out.strip()


def an_image_that_was_built_elsewhere(server):
    reference = "localhost/minpaas-e2e/shop:1"
    theirs = build_image(reference, "an-image", "EXPOSE 8090\n")
    try:
        done = server.ssh("deploy", "--app", "shop", "--image", reference, "--env", "A=1")
        assert done.status == 0 and server.serves("shop", "an-image"), done
        info = server.ssh("releases:info", "shop", "v1")
        assert info.status == 0 and f"Deploy the image {reference}" in info.out, info
        refuses(App(server, "shop", ""), ["deploy", "--app", "shop", "--image", "localhost/minpaas-e2e/none:1"], 3,
                "there is no image localhost/minpaas-e2e/none:1", before=apps.Untouched(App(server, "shop", ""), "an-image"))
        pushed = send(server, tar_of_app(server, "built-here"), "--app", "shop")
        assert pushed.status == 0 and server.serves("shop", "built-here"), pushed
        assert server.ssh("releases:info", "shop", "v2", "--diff", "v1").status == 0
        assert server.ssh("rollback", "shop", "v1").status == 0 and server.serves("shop", "an-image")
        assert server.ssh("rollback", "shop", "v2").status == 0 and server.serves("shop", "built-here")
        for words in (["ps", "shop"], ["releases", "shop"], ["builds", "shop"], ["builds:output", "shop"]):
            assert server.ssh(*words).status == 0, words
        tag = next(line for line in docker("image", "ls", "--format", "{{.Repository}}:{{.Tag}}").splitlines()
                   if line.startswith("localhost/minpaas/shop:d"))
        stolen = server.ssh("deploy", "--app", "thief", "--image", tag)
        assert stolen.status == 4 and "image of another app" in stolen.err, stolen
        assert server.ssh("apps:destroy", "shop", "--confirm", "shop").status == 0
        wait_until(lambda: not server.images("shop"), "its images go")
        assert docker("image", "inspect", "--format", "{{.Id}}", reference).strip() == theirs
    finally:
        docker("rmi", "-f", reference, check=False)


if __name__ == "__main__":
    tell(an_archive_from_ci, bad_archives, a_repository_elsewhere, private_addresses_are_not_reached,
         a_repository_over_ssh, an_image_that_was_built_elsewhere, settings=SETTINGS)
