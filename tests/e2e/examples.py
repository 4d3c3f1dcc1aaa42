#!/usr/bin/env python3
"""The five examples: pushed, answering, changed, pushed again, destroyed without a trace."""

import json
import re
import urllib.request

import apps
from story import tell
from testbed import fetch, run


def deployed(server, name, text):
    app = server.new_app(name)
    pushed = app.push()
    assert pushed.status == 0, pushed
    assert text in server.get(name), server.get(name)
    assert app.remote_head() == app.head()
    return app, pushed


def hello_python(server):
    _, pushed = deployed(server, "hello-python", "Hello from MinPaas!")
    lines = [re.sub(r"^remote: ?", "", line).rstrip() for line in pushed.err.splitlines()]
    said = [line for line in lines if line.startswith(("-----> ", "=====> ", "       ", " !     "))]
    assert any(line.startswith("-----> ") and "ython" in line for line in said), pushed
    url = server.url("hello-python")
    port = url.rstrip("/").rsplit(":", 1)[1]
    assert said[-1].startswith("=====> ") or said[-2].startswith("=====> "), pushed
    final = [line for line in said if line.startswith("=====> ")][-1]
    assert port in final and "v1" in pushed.err, final


def flask_guestbook(server):
    deployed(server, "flask-guestbook", "Hello from Flask!")
    url = server.url("flask-guestbook")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, b"name=Ada&text=First+entry", timeout=5) as answer:
        assert "First entry" in answer.read().decode()


def hello_node(server):
    deployed(server, "hello-node", "Hello from Node.js!")


def express_api(server):
    deployed(server, "express-api", "Hello from Express!")


def static_site(server):
    app, _ = deployed(server, "static-site", "<html")
    assert fetch(server.url("static-site").rstrip("/") + "/style.css") == open(app.path("style.css")).read()


def a_change_is_pushed_again(server):
    app = apps.serving(server, "changing")
    url = server.url("changing")
    apps.python(app, "version two")
    pushed = app.push()
    assert pushed.status == 0 and "v2" in pushed.err, pushed
    assert server.url("changing") == url, "the URL of an app never changes"
    assert server.serves("changing", "version two")
    server.settled("changing")
    again = app.push()
    assert again.status == 0 and "Everything up-to-date" in again.err, again
    app.git("commit", "-q", "--amend", "-m", "rewritten")
    forced = app.push("--force", "main")
    assert forced.status == 0 and app.remote_head() == app.head(), forced


def listings(server):
    """`apps`, `ps`, `releases`, `builds` show it, and --json is JSON."""
    app = apps.serving(server, "listed")
    table = server.ssh("apps").out
    assert table.split("\n")[0].split() == ["NAME", "RUNTIME", "STATUS", "RELEASE", "URL"], table
    mine = next(line for line in table.splitlines() if line.startswith("listed "))
    assert "python" in mine and "running" in mine and "v1" in mine and "http://" in mine, mine
    listed = json.loads(server.ssh("apps", "--json").out)
    assert "listed" in json.dumps(listed)
    for command in ("apps:info", "ps", "releases", "builds"):
        done = server.ssh(command, "listed")
        assert done.status == 0 and done.out, f"{command}: {done}"
        json.loads(server.ssh(command, "listed", "--json").out)
    assert "web" in server.ssh("ps", "listed").out
    assert app.head()[:7] in server.ssh("releases", "listed").out + server.ssh("builds", "listed").out
    failed = server.ssh("apps:info", "nobody", "--json")
    assert failed.status == 3 and set(json.loads(failed.err)["error"]) >= {"code", "message"}, failed


def help_and_version(server):
    for done in (server.ssh(), server.ssh("help")):
        assert "config:set" in done.text and "logs" in done.text, done
    assert re.search(r"\d+\.\d+", server.ssh("version").out)
    for verb in ("apps:create", "config:set", "logs", "ps:restart"):
        assert verb in server.ssh("help", verb).out and server.ssh(verb, "--help").status == 0
    assert server.ssh("doctor").status == 0, server.ssh("doctor")


def destroyed_without_a_trace(server):
    app = apps.serving(server, "doomed")
    port = server.url("doomed").rstrip("/")
    refused = server.ssh("apps:destroy", "doomed")
    assert refused.status == 2 and "--confirm doomed" in refused.err, refused
    assert server.serves("doomed", "version one")
    done = server.ssh("apps:destroy", "doomed", "--confirm", "doomed")
    assert done.status == 0, done
    assert not server.containers("doomed") and not server.images("doomed")
    assert app.remote_head() is None and server.ssh("apps:info", "doomed").status == 3
    try:
        fetch(port)
        raise AssertionError("it still answers")
    except OSError:
        pass
    left = run(["find", server.data, "-name", "*doomed*"]).out
    assert not left, f"left on the disk: {left}"
    assert app.push().status == 0 and server.serves("doomed", "version one"), "the name is free again"


if __name__ == "__main__":
    tell(hello_python, flask_guestbook, hello_node, express_api, static_site, a_change_is_pushed_again,
         listings, help_and_version, destroyed_without_a_trace)
