#!/usr/bin/env python3
"""The client `minpaas` as it is used on a laptop: with the real ssh and git, from the first `init` to a server
that is away."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import apps
from story import tell
from testbed import ROOT, free_port, run, wait_until

MINPAAS = os.environ.get("MINPAAS", os.path.join(ROOT, "build/dev/cmd/minpaas/minpaas"))
SETTINGS = {"runtimes": {"allow_dockerfile": "true"}}


def environment(server, **changes):
    """The laptop's: its ssh knows the key, and neither the server nor its port."""
    words = server.ssh_command()
    port = words.index("-p")
    ssh = " ".join(words[:port])
    clean = {name: value for name, value in server.environment.items()
             if not name.startswith("MINPAAS") and name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    return dict(clean, GIT_SSH_COMMAND=ssh, **changes)


def minpaas(server, *words, folder=None, stdin="", timeout=120, **changes):
    """minpaas WORDS... in the folder; outside of any repository unless one is given."""
    return run([MINPAAS, *words], cwd=folder or server.base, env=environment(server, **changes), stdin=stdin,
               timeout=timeout)


def start(server, *words, folder, **streams):
    return subprocess.Popen([MINPAAS, *words], cwd=folder, env=environment(server), text=True, errors="replace",
                            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams})


def host(server):
    return f"minpaas@127.0.0.1:{server.port}"


def is_one_error(done, status, about):
    """One clear line, perhaps with a hint below it, and nothing on standard output."""
    assert done.status == status and not done.out and about in done.err, done
    assert re.fullmatch(r"error: [^\n]+\n(hint: [^\n]+\n)?", done.err), done


def from_a_folder_to_an_app(server):
    app = server.new_app(name="My Shop")
    apps.dockerfile(app, "version one")
    app.git("remote", "remove", "minpaas")
    folder = app.folder
    is_one_error(minpaas(server, "init", folder=server.base), 3, "no git repository")
    is_one_error(minpaas(server, "init", "Bad_Name", "--host", host(server), folder=folder), 2, "no valid app name")
    is_one_error(minpaas(server, "init", folder=folder), 3, "no server is known")
    is_one_error(minpaas(server, "deploy", folder=folder), 2, "which app")
    assert app.git("remote").out == ""

    done = minpaas(server, "init", "--host", host(server), folder=folder)
    url = server.remote("my-shop")
    assert done.status == 0 and not done.out and url in done.err and "minpaas deploy" in done.err, done
    assert app.git("remote", "get-url", "minpaas").out.strip() == url
    assert "my-shop" not in minpaas(server, "apps", folder=folder).out, "init makes nothing on the server"
    again = minpaas(server, "init", folder=folder, MINPAAS_HOST=host(server))
    assert again.status == 0 and "already" in again.err, again
    is_one_error(minpaas(server, "init", "other", "--host", host(server), folder=folder), 5, "there is a git remote")
    assert app.git("remote", "get-url", "minpaas").out.strip() == url
    other = minpaas(server, "init", "other", "--host", "127.0.0.1", "--remote", "spare", folder=folder)
    assert other.status == 0 and "minpaas deploy --remote spare" in other.err, other
    assert app.git("remote", "get-url", "spare").out.strip() == "127.0.0.1:other"

    # Whatever branch HEAD is on.
    app.git("checkout", "-q", "-b", "topic")
    plan = minpaas(server, "deploy", "-o", "plan", folder=folder)
    assert plan.status == 1 and "plan only" in plan.err, plan
    done = minpaas(server, "deploy", "--push-option", "note=by hand", folder=folder)
    assert done.status == 0 and "=====> my-shop v1 is live" in done.err and "HEAD -> main" in done.err, done
    assert server.serves("my-shop", "version one")
    assert app.git("rev-parse", "minpaas/main").out == app.git("rev-parse", "HEAD").out
    assert "by hand" in minpaas(server, "builds", folder=folder).out
    assert "up-to-date" in minpaas(server, "deploy", folder=folder).err

    # From below the top, to a deploy branch that the server knows.
    assert minpaas(server, "apps:set", "deploy_branch=live", folder=folder).status == 0
    os.makedirs(app.path("below"))
    apps.dockerfile(app, "version two")
    done = minpaas(server, "deploy", folder=app.path("below"))
    assert done.status == 0 and "HEAD -> live" in done.err and server.serves("my-shop", "version two"), done
    refused = minpaas(server, "deploy", "--branch", "main", folder=folder)
    assert refused.status == 1 and "remote rejected" in refused.err, refused
    apps.dockerfile(app, "version three", more=" && exit 9")
    failed = minpaas(server, "deploy", folder=folder)
    assert failed.status == 1 and "remote rejected" in failed.err and server.serves("my-shop", "version two"), failed

    opened = minpaas(server, "open", folder=folder)
    assert opened.status == 0 and re.fullmatch(r"http://\S+\n", opened.out), opened
    is_one_error(minpaas(server, "open", "nobody", folder=folder), 3, "nobody")


def as_the_server_says(server):
    """Words, streams and exit statuses are those of the server."""
    folder = apps.serving_dockerfile(server, "words").folder
    value = "two  words, 'one' \"two\" $HOME `id` \\ * ; & | > #"
    done = minpaas(server, "config:set", "GREETING=" + value, "LINES=a\nb\n", folder=folder)
    assert done.status == 0 and value not in done.text, done
    assert minpaas(server, "config:get", "GREETING", folder=folder).out == value + "\n"
    assert minpaas(server, "config:get", "words", "LINES", "--host", host(server)).out == "a\nb\n\n"
    done = minpaas(server, "config:set", "-", folder=folder, stdin="FROM_INPUT=1\n")
    assert done.status == 0 and minpaas(server, "config:get", "FROM_INPUT", folder=folder).out == "1\n", done
    assert minpaas(server, "config:get", "NONE", folder=folder).status == 3
    for words in (["apps"], ["ps"], ["releases", "--json"], ["apps:info"]):
        ours = minpaas(server, *words, folder=folder)
        theirs = server.ssh(*words[:1], *([] if words == ["apps"] else ["words"]), *words[1:])
        # A second may have begun between the two.
        without_age = [re.sub(r"\b\d+s ago *", "", done.out) for done in (ours, theirs)]
        assert ours.status == 0 and without_age[0] == without_age[1], (ours, theirs)

    script = "echo out; echo err >&2; exit 3"
    done = minpaas(server, "run", "--", "sh", "-c", script, folder=folder)
    assert (done.status, done.out, done.err) == (3, "out\n", "err\n"), done
    done = minpaas(server, "run", "-a", "words", "--host", host(server), "printf", "%s|", "a b", "$HOME", "--app", "")
    assert (done.status, done.out) == (0, "a b|$HOME|--app||"), done
    done = minpaas(server, "exec", "web.1", "cat", folder=folder, stdin="one\ntwo")
    assert (done.status, done.out, done.err) == (0, "one\ntwo", ""), done
    data = os.urandom(1 << 20)
    sent = subprocess.run([MINPAAS, "run", "cat"], cwd=folder, env=environment(server), input=data, check=True,
                          capture_output=True, timeout=60)
    assert sent.stdout == data

    assert minpaas(server, "ps", "nobody", folder=folder).status == 3
    unknown = minpaas(server, "ps:dance", folder=folder)
    assert unknown.status == 2 and "ps:dance" in unknown.err, unknown
    wrong = minpaas(server, "ps", "nobody", "--json", folder=folder)
    assert wrong.status == 3 and json.loads(wrong.err)["error"]["code"] == "not_found", wrong
    mine = minpaas(server, "--app", "No", "ps", "--json", folder=folder)
    assert mine.status == 2 and json.loads(mine.err)["error"]["code"] == "invalid_input", mine

    # The words of the original program.
    assert "words" in minpaas(server, "apps", folder=folder).out
    assert minpaas(server, "logs", "words", folder=server.base, MINPAAS_HOST=host(server)).status == 0
    unsure = minpaas(server, "delete", folder=folder)
    assert unsure.status == 2 and "--confirm" in unsure.err, unsure
    assert minpaas(server, "delete", "words", folder=folder).status == 0
    assert minpaas(server, "ps", folder=folder).status == 3


def what_is_sent(server):
    """Exactly: `ssh` is a program here that shows its words."""
    ssh = f"{sys.executable} -c 'import sys; print(*sys.argv[1:], sep=chr(10))'"

    def show(*words, **changes):
        done = run([MINPAAS, *words], cwd=server.base, env=dict(environment(server), GIT_SSH_COMMAND=ssh, **changes))
        assert done.status == 0, done
        return done.out.splitlines()

    assert show("--host", "bob@box:22", "apps") == ["-T", "-p", "22", "-l", "bob", "--", "box", "apps"]
    assert show("apps", MINPAAS_HOST="box") == ["-T", "--", "box", "apps"]
    assert show("logs", "-f", MINPAAS_HOST="box", MINPAAS_APP="blog")[-1] == "logs blog -f"
    assert show("logs", "-f", "shop", MINPAAS_HOST="box", MINPAAS_APP="blog")[-1] == "logs -f shop"
    assert show("deploy", "--app", "blog", "--runtime", "python", "--repo", "https://git.example/blog.git", "--env",
                "GREETING=hello world", "--env", "B=2", MINPAAS_HOST="box")[-1] == (
                    "deploy --app blog --runtime python --repo https://git.example/blog.git "
                    "--env 'GREETING=hello world' --env B=2")
    assert show("--batch", "apps", MINPAAS_HOST="box")[1:5] == ["-o", "BatchMode=yes", "-o", "ConnectTimeout=10"]


def until_ctrl_c(server):
    app = apps.serving(server, "followed")
    follower = start(server, "logs", "-f", folder=app.folder)
    try:
        line = ""
        while "version one starts" not in line:
            line = follower.stdout.readline()
            assert line, follower.poll()
        wait_until(lambda: server.serves("followed", "version one", "/seen"), "the app answers")
        while "GET /seen" not in line:
            line = follower.stdout.readline()
            assert line, f"the follower ended with {follower.wait()}"
        begun = time.monotonic()
        follower.send_signal(signal.SIGINT)
        status = follower.wait(10)
        assert status in (-signal.SIGINT, 130, 255) and time.monotonic() - begun < 5, status
    finally:
        follower.kill()
        follower.communicate(timeout=10)


def on_a_terminal(server):
    """`run` has one when there is one here; Ctrl-C is the program's, and its exit status comes back."""
    app = apps.serving_dockerfile(server, "typed")
    master, slave = pty.openpty()
    process = start(server, "run", "sh", folder=app.folder, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    text = ""

    def reads(what):
        nonlocal text
        while what not in text:
            block = os.read(master, 4096)
            assert block, f"ended before {what!r}, after {text!r}"
            text += block.decode(errors="replace")
        text = text.split(what, 1)[1]

    os.write(master, b"PS1='>''> '\r")
    reads(">> ")
    os.write(master, b"test -t 0 && echo a term''inal\r")
    reads("a terminal\r\n")
    reads(">> ")
    os.write(master, b"sleep 1000\r")
    reads("sleep 1000\r\n")
    time.sleep(0.5)
    os.write(master, b"\x03")
    reads(">> ")
    os.write(master, b"exit 5\r")
    assert process.wait(60) == 5
    os.close(master)


def with_no_server(server):
    folder = apps.serving_dockerfile(server, "alone").folder
    is_one_error(minpaas(server, "apps"), 3, "no server is known")
    is_one_error(minpaas(server, "apps", "--remote", "prod", folder=folder), 3, "no git remote prod")
    is_one_error(minpaas(server, "apps", "--remote", "-x", folder=folder), 2, "--remote")
    is_one_error(minpaas(server, "apps", "--host", "-oProxyCommand=touch x"), 2, "--host")
    is_one_error(minpaas(server, "apps", MINPAAS_HOST="a b"), 2, "MINPAAS_HOST")
    run(["git", "remote", "add", "web", "https://git.example/x.git"], cwd=folder)
    is_one_error(minpaas(server, "apps", "--remote", "web", folder=folder), 2, "git remote web")
    away = f"127.0.0.1:{free_port()}"
    for words in (["apps"], ["ps"], ["deploy"], ["open"]):
        done = minpaas(server, *words, "--host", away, folder=folder)
        assert done.status != 0 and not done.out and "Connection refused" in done.err, done
        assert done.err.count("\n") <= 2, done
    lonely = dict(environment(server), PATH="/nonexistent")
    del lonely["GIT_SSH_COMMAND"]
    done = run([MINPAAS, "apps", "--host", "box"], env=lonely)
    is_one_error(done, 3, "the program ssh is not on this machine")


def help_and_version(server):
    listed = minpaas(server, "help")
    assert listed.status == 0 and listed.out == minpaas(server).out == minpaas(server, "--help").out, listed
    commands = json.loads(server.ssh("help", "--json").out)
    for command in commands:
        assert f"\n  {command['verb']}" in listed.out, command["verb"]
        one = minpaas(server, "help", command["verb"])
        assert one.status == 0 and f"minpaas {command['verb']}" in one.out, one
        assert one.out == minpaas(server, command["verb"], "--help").out
    is_one_error(minpaas(server, "help", "nothing"), 2, "no such command")
    assert re.fullmatch(r"minpaas \d+\.\d+\.\d+\n", minpaas(server, "--version").out)
    begun = time.monotonic()
    for _ in range(20):
        minpaas(server, "--version")
    assert time.monotonic() - begun < 2, "it starts at once"
    libraries = run(["ldd", MINPAAS]).out
    assert not re.search(r"ssh|git2|sqlite|curl|crypto", libraries), libraries


if __name__ == "__main__":
    tell(from_a_folder_to_an_app, as_the_server_says, what_is_sent, until_ctrl_c, on_a_terminal, with_no_server,
         help_and_version, settings=SETTINGS)
