#!/usr/bin/env python3
"""An app gets another name while it serves: nobody notices, and nothing of it is left behind."""

import os
import threading

import apps
from domains import by_name
from load import Load
from router import new_release, port_of, swap_app
from story import tell


def moved(app, name):
    """The working copy pushes to the new name."""
    app.git("remote", "set-url", "minpaas", app.server.remote(name))


def a_rename_under_load_loses_nothing(server):
    """By its port and by a name of its own; containers stay, storage, config, releases and rollback too."""
    app = swap_app(server, "blog")
    assert server.ssh("config:set", "blog", "A=1").status == 0
    assert server.ssh("storage:mount", "blog", "data:/data").status == 0
    assert server.ssh("domains:add", "blog", "www.example.org").status == 0
    assert server.ssh("exec", "blog", "web.1", "--", "sh", "-c", "'echo kept >/data/file'").status == 0
    server.settled("blog")
    containers = server.containers("blog")
    host, port = server.sections["router"]["http_listen"].split(":")
    with Load("127.0.0.1", port_of(server, "blog"), clients=8, web_sockets=3) as by_port, \
            Load(host, int(port), clients=8, web_sockets=3, name="www.example.org") as by_domain:
        for old, new in (("blog", "journal"), ("journal", "blog"), ("blog", "shop")):
            done = server.ssh("apps:rename", old, new)
            assert done.status == 0, done
            assert "release one" in by_name(server, f"{new}.localhost")
            assert "There is no app here" in by_name(server, f"{old}.localhost")
    for load in (by_port, by_domain):
        assert not load.failures and not load.cut, (load.failures[:5], load.cut)
        assert load.requests > 50, load.requests
    assert server.containers("blog") == containers, "a container was made anew"
    assert server.ssh("ps", "blog").status == 3 and server.ssh("ps", "shop").status == 0
    assert "no app blog" in server.ssh("apps:info", "blog").err
    assert server.ssh("logs", "shop").status == 0
    assert server.ssh("config:get", "shop", "A").out.strip() == "1"
    assert server.ssh("exec", "shop", "web.1", "--", "cat", "/data/file").out.strip() == "kept"
    moved(app, "shop")
    with Load("127.0.0.1", port_of(server, "shop"), clients=8, web_sockets=0) as load:
        new_release(app, "release two")
        assert server.ssh("rollback", "shop", "v1").status == 0
    assert not load.failures, load.failures[:5]
    server.settled("blog")
    assert "release one" in by_name(server, "shop.localhost")


def the_old_name_is_free(server):
    """A new app of that name has nothing of the renamed one, and its end takes nothing from it."""
    renamed = swap_app(server, "first")
    os.rename(renamed.folder, renamed.folder + "-renamed")
    assert server.ssh("apps:rename", "first", "second").status == 0
    apps.serving(server, "first", "another app")
    assert "another app" in by_name(server, "first.localhost")
    assert "release one" in by_name(server, "second.localhost")
    assert "another app" not in server.ssh("logs", "second").out
    assert "another app" in server.ssh("logs", "first").out
    server.kill()
    server.start()
    assert "another app" in by_name(server, "first.localhost")
    assert "release one" in by_name(server, "second.localhost")
    assert server.ssh("apps:destroy", "first", "--confirm", "first").status == 0
    assert "release one" in by_name(server, "second.localhost")
    assert "There is no app here" in by_name(server, "first.localhost")


def the_server_dies_in_the_middle(server):
    """Whenever: afterwards the app has one of the two names, with its files, and serves by it."""
    app = swap_app(server, "torn")
    name, other = "torn", "torn2"
    for pause in (0.0, 0.02, 0.04, 0.08, 0.12, 0.2):
        renaming = server.start_ssh("apps:rename", name, other)
        timer = threading.Event()
        timer.wait(pause)
        server.kill()
        renaming.communicate(timeout=60)
        server.start()
        if server.ssh("apps:info", name).status != 0:
            name, other = other, name
        assert server.ssh("apps:info", name).status == 0 and server.ssh("apps:info", other).status == 3
        assert "release one" in by_name(server, f"{name}.localhost"), (pause, name)
        assert "There is no app here" in by_name(server, f"{other}.localhost"), (pause, other)
        repos = os.listdir(os.path.join(server.data, "repos"))
        assert f"{name}.git" in repos and f"{other}.git" not in repos, (pause, name, repos)
    moved(app, name)
    new_release(app, "release two")
    assert "release two" in by_name(server, f"{name}.localhost")


def what_cannot_be_is_refused(server):
    app = apps.serving(server, "stays")
    apps.serving(server, "taken")
    for words, status in ((["stays", "taken"], 5), (["stays", "stays"], 5), (["stays", "Not_a_name"], 2),
                          (["nobody", "free"], 3), (["stays"], 2)):
        done = server.ssh("apps:rename", *words)
        assert done.status == status and done.err.count("error: ") == 1 and not done.out, (words, done)
    app.write("app.json", '{"scripts": {"predeploy": "sleep 8"}}')
    app.commit("takes its time")
    pushing = app.start_push()
    while True:
        if "deploying" in server.ssh("apps").out:
            break
    done = server.ssh("apps:rename", "stays", "gone")
    assert done.status == 5 and "under way" in done.err, done
    assert pushing.communicate(timeout=120) and pushing.returncode == 0
    assert server.serves("stays", "version one")


if __name__ == "__main__":
    tell(a_rename_under_load_loses_nothing, the_old_name_is_free, the_server_dies_in_the_middle, what_cannot_be_is_refused,
         settings={"router": {"kind": "haproxy"}})
