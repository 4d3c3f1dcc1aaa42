"""Small apps for the stories, written into a working copy."""

import json
import os
import re
import uuid

from testbed import fetch

# Served by the 2 MB base image of the static runtime: the quickest thing that is an app.
DOCKERFILE = """FROM localhost/minpaas/static-base
RUN mkdir -p /app && echo '{text}' >/app/index.html{more}
USER 10001
CMD ["busybox", "httpd", "-f", "-p", "8080", "-h", "/app"]
"""

PYTHON = '''"""{text}"""
import http.server, os, signal, sys, threading, time
{before}
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"{text}"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        print("GET", self.path, flush=True)
print("{text} starts", flush=True)
http.server.ThreadingHTTPServer(({address!r}, {port}), Answer).serve_forever()
'''


def python(app, text, before="", address="", port='int(os.environ["PORT"])'):
    """An app.py that answers `text` to every GET; `before` is code that runs first."""
    app.write("app.py", PYTHON.format(text=text, before=before, address=address, port=port))
    app.write("requirements.txt", "")
    return app.commit(text)


def dockerfile(app, text, more=""):
    """A Dockerfile app that answers `text`; `more` is what its RUN line goes on with."""
    app.write("Dockerfile", DOCKERFILE.format(text=text, more=more))
    return app.commit(text)


def slow_build(app, text, seconds):
    """The same with a build that takes its time, every time: its step is in no cache."""
    return dockerfile(app, text, f" && echo {text} begins {uuid.uuid4()} && sleep {seconds}")


def serving(server, name, text="version one", write=python):
    """A new app that is live, a Python one unless `write` makes another kind."""
    app = server.new_app(name=name)
    write(app, text)
    pushed = app.push()
    assert pushed.status == 0, pushed
    assert server.serves(name, text), "the app does not answer after a successful push"
    return app


def serving_dockerfile(server, name, text="version one"):
    """A new Dockerfile app that is live. The server must have [runtimes] allow_dockerfile."""
    return serving(server, name, text, write=dockerfile)


def files_of(server, name):
    """Names in the data folder that a failure could leave something among: not the objects themselves nor the logs of builds,
    and the account at a certificate authority is made once."""
    repository = os.path.join(server.data, "repos", name + ".git")
    folders = [server.data, repository, os.path.join(server.data, "router")]
    objects = [one for one in os.listdir(os.path.join(repository, "objects")) if not re.fullmatch("[0-9a-f]{2}", one)]
    found = [entry.path for folder in folders if os.path.isdir(folder) for entry in os.scandir(folder) if entry.name != "acme"]
    return sorted(found + objects)


def serves_on_its_port(port, text):
    try:
        return text in fetch(f"http://127.0.0.1:{port}")
    except OSError:
        return False


class Untouched:
    """What a failure must leave as it was: the ref, the live release, its config, what is served, what there is of it in the
    engine and in files."""

    def __init__(self, app, text="version one"):
        self.app, self.text = app, text
        self.before = self.now()

    def now(self):
        server, name = self.app.server, self.app.name
        info = json.loads(server.ssh("apps:info", name, "--json").out)
        return {"ref": self.app.remote_head(), "live": (info["release"], info["status"]),
                "config": server.ssh("config:export", name).out, "serves": serves_on_its_port(info["port"], self.text),
                "containers": sorted(server.containers(name)), "images": sorted(set(server.images(name))),
                "volumes": server.volumes(), "files": files_of(server, name)}

    def check(self):
        now = self.now()
        changed = {what: (self.before[what], now[what]) for what in now if now[what] != self.before[what]}
        assert not changed, f"a failure changed something, from and to: {changed}"
        assert now["serves"], "the old release does not answer"


def ends_on_record(app):
    """How the deploys ended whose end nobody was told: the results of their rows of `events`, oldest first."""
    rows = [json.loads(line) for line in app.server.ssh("events", app.name, "--json").out.splitlines()]
    return [row["result"] for row in rows if (row["action"], row["actor"]) == ("deploy", "minpaas")]
