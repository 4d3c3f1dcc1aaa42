#!/usr/bin/env python3
"""Folders that outlive releases, and their app."""

import itertools
import json

import apps
from story import tell
from testbed import docker

SETTINGS = {"containers": {"stop_timeout": "5s"}}

KEEPER = """import pathlib
notes = pathlib.Path("/data/notes")
if pathlib.Path("/data").is_dir():
    with notes.open("a") as file:
        file.write("{text}\\n")
"""


def keeping(app, text):
    """An app that adds a line to a file of its storage when it starts."""
    apps.python(app, text, before=KEEPER.replace("{text}", text))


def notes(server, name):
    """The lines, without those that are as the one before: a release of the direct router starts twice."""
    done = server.ssh("run", name, "--", "cat", "/data/notes")
    assert done.status == 0, done
    return [text for text, _ in itertools.groupby(done.out.split("\n")[:-1])]


def volumes_of(server):
    return docker("volume", "ls", "-q", "--filter", f"label=minpaas.instance={server.instance()}").split()


def data_outlives_releases_and_the_app(server):
    app = apps.serving(server, "diary", "version one", write=keeping)
    done = server.ssh("storage:mount", "diary", "data:/data")
    assert done.status == 0 and "Mounted data at /data: v2" in done.err, done
    assert notes(server, "diary") == ["version one"], "the app's user may write"
    keeping(app, "version two")
    assert app.push().status == 0
    assert server.ssh("rollback", "diary", "v2").status == 0
    assert notes(server, "diary") == ["version one", "version two", "version one"]
    listed = json.loads(server.ssh("storage", "diary", "--json").out)
    assert [(row["name"], row["path"]) for row in listed] == [("data", "/data")]
    done = server.ssh("apps:destroy", "diary")
    assert done.status == 2 and "stays without --with-storage" in done.err, done
    assert server.ssh("apps:destroy", "diary", "--confirm", "diary").status == 0
    assert volumes_of(server) == [listed[0]["volume"]]
    assert "(app is gone)" in server.ssh("storage").out
    assert "left by apps that are gone" in server.ssh("doctor").text
    assert server.ssh("apps:create", "diary").status == 0
    assert server.ssh("storage:mount", "diary", "data:/data").status == 0
    keeping(app, "version three")
    assert app.push().status == 0
    assert notes(server, "diary")[-2:] == ["version one", "version three"]
    assert server.ssh("storage:unmount", "diary", "data").status == 0
    assert server.ssh("run", "diary", "--", "ls", "/data").status != 0
    assert server.ssh("apps:destroy", "diary", "--confirm", "diary", "--with-storage").status == 0
    assert volumes_of(server) == []


def storage_that_is_refused(server):
    apps.serving(server, "careful")
    for words, status in ((["/srv/x:/data"], 2), (["data:/etc"], 2), (["data:/a/../b"], 2), (["data"], 2),
                          (["data:/data,ro"], 2)):
        done = server.ssh("storage:mount", "careful", *words)
        assert done.status == status and done.err.count("error: ") == 1 and not done.out, (words, done)
    assert server.ssh("storage:unmount", "careful", "data").status == 3
    assert server.ssh("storage:mount", "nobody", "data:/data").status == 3
    assert server.ssh("releases", "careful", "--json").out.count('"v1"') == 1
    assert volumes_of(server) == []


if __name__ == "__main__":
    tell(data_outlives_releases_and_the_app, storage_that_is_refused, settings=SETTINGS)
