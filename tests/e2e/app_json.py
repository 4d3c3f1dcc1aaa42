#!/usr/bin/env python3
"""What an app.json and a Procfile say of how an app runs: scripts, quantities, config, and how they fail."""

import contextlib
import json
import socket
import threading

import apps
from failures import fails
from story import tell

SETTINGS = {"checks": {"timeout": "5s", "worker_uptime": "4s"}, "build": {"release_timeout": "4s"}}

# The address of the host inside a container is its default route.
ASK_THE_HOST = """
import socket, struct
for line in open("/proc/net/route").readlines()[1:]:
    words = line.split()
    if words[1] == "00000000":
        gateway = socket.inet_ntoa(struct.pack("<I", int(words[2], 16)))
if socket.create_connection((gateway, {port})).recv(1) == b"d":
    print("I am the one", flush=True)
    sys.exit(3)
"""


def say(app, text, manifest=None, procfile=None, before=""):
    """Commits an app that answers `text`, with an app.json and a Procfile."""
    if manifest is not None:
        app.write("app.json", manifest if isinstance(manifest, str) else json.dumps(manifest))
    if procfile is not None:
        app.write("Procfile", procfile)
    apps.python(app, text, before=before)


def live(server, name):
    return json.loads(server.ssh("apps:info", name, "--json").out)["release"]


def scripts_around_a_release(server):
    """predeploy, the release command, the new processes, postdeploy, the switch; the first deploy alone seeds."""
    app = server.new_app(name="scripted")
    scripts = {"scripts": {"postdeploy": "echo seeding", "dokku": {"predeploy": "echo migrating in $PWD",
                                                                   "postdeploy": "echo telling everybody"}}}
    say(app, "version one", scripts, "web: python app.py\nrelease: echo releasing\n")
    pushed = app.push()
    assert pushed.status == 0, pushed
    places = [pushed.err.find(word) for word in ("migrating in /app", "releasing", "Healthy (", "seeding", "telling everybody", "Live (")]
    assert places == sorted(places) and places[0] > 0, pushed
    apps.python(app, "version two")
    pushed = app.push()
    assert pushed.status == 0 and "telling everybody" in pushed.err and "seeding" not in pushed.err, pushed
    apps.python(app, "version three")
    pushed = app.push("-o", "skip-release", "main")
    assert pushed.status == 0 and "skipped, as asked" in pushed.err, pushed
    assert "migrating in" not in pushed.err.replace("echo migrating in", ""), pushed
    server.settled("scripted")


def a_postdeploy_that_fails(server):
    app = apps.serving(server, "afterwards")
    say(app, "version two", {"scripts": {"dokku": {"postdeploy": "echo oh no; exit 4"}}})
    untouched = apps.Untouched(app)
    fails(app, "oh no", "Healthy (", "(the postdeploy script exited with status 4)", "Nothing was deployed; v1 still serves")
    untouched.check()


def a_release_command_that_fails(server):
    app = apps.serving(server, "unreleased")
    say(app, "version two", procfile="web: python app.py\nrelease: echo no such table; exit 1\n")
    fails(app, "no such table", "(the release command exited with status 1)", "Nothing was deployed; v1 still serves")
    say(app, "version two", {"scripts": {"predeploy": "exit 6"}})
    fails(app, "(the predeploy script exited with status 6)")


def a_release_command_that_hangs(server):
    app = apps.serving(server, "hanging")
    say(app, "version two", procfile="web: python app.py\nrelease: echo thinking; sleep 600\n")
    before = apps.Untouched(app)
    pushing = app.start_push()
    assert any("thinking" in line for line in pushing.stderr), "what it prints is not shown"
    assert pushing.poll() is None and app.remote_head() != app.head(), "it was shown at the end only"
    pushing.communicate(timeout=60)
    fails(app, "thinking", "(the release command took longer than 4.0 s)", before=before)


def a_worker_that_crashes_soon(server):
    app = apps.serving(server, "crashing")
    say(app, "version two", {"formation": {"worker": {"quantity": 1}}},
        "web: python app.py\nworker: echo working; sleep 2; echo the queue is gone; exit 9\n")
    fails(app, "the queue is gone", "(worker.1 exited with status 9)")


def one_replica_of_three_that_dies(server):
    """All or nothing: two that are well do not help."""
    app = apps.serving(server, "trio")
    with socket.create_server(("0.0.0.0", 0)) as listener:
        def answer():
            # The set may be discarded before the last one has asked.
            with contextlib.suppress(OSError):
                for word in (b"l", b"d", b"l"):
                    connection, _ = listener.accept()
                    with connection:
                        connection.sendall(word)

        threading.Thread(target=answer, daemon=True).start()
        say(app, "version two", {"formation": {"web": {"quantity": 3}}},
            before=ASK_THE_HOST.format(port=listener.getsockname()[1]))
        said = fails(app, "I am the one", "exited with status 3")
    assert "Starting web=3" in said, said


def a_procfile_with_a_bad_line(server):
    app = apps.serving(server, "badproc")
    say(app, "version two", procfile="web: python app.py\nworker python work.py\n")
    fails(app, "(Procfile line 2: there is no `:`)")
    say(app, "version two", procfile="web: python app.py\n\nrun: python work.py\n")
    fails(app, "(Procfile line 3: process type run is taken")


def a_broken_app_json(server):
    app = apps.serving(server, "badjson")
    for text, why in (('{\n"formation": }', "app.json is not valid JSON (line 2)"),
                      ('{"formation": {"web": {"quantity": "two"}}}',
                       "app.json: formation.web.quantity must be a whole number from 0 to 100"),
                      ('{"cron": [{"command": "x", "schedule": "at noon"}]}', "app.json: cron[0].schedule: 'at noon'"),
                      ('{"healthchecks": {"web": [{"path": "up"}]}}', "app.json: healthchecks.web[0].path must be a path")):
        say(app, "version two", text)
        said = fails(app, f"main -> main ({why}")
        assert "Building the image" not in said, said


def config_that_an_app_wants(server):
    app = server.new_app(name="wanting")
    say(app, "version one", {"env": {"LEVEL": "info", "SECRET_KEY": {"generator": "secret"}, "STRIPE": {}}})
    pushed = app.push()
    assert pushed.status == 1 and "(app.json wants config that is not set: STRIPE)" in pushed.err, pushed
    assert "config:set wanting STRIPE=..." in pushed.err and "Building" not in pushed.err, pushed
    assert server.ssh("config:set", "wanting", "STRIPE=sk", "LEVEL=debug").status == 0
    pushed = app.push()
    assert pushed.status == 0 and "SECRET_KEY (generated)" in pushed.err, pushed
    secret = server.ssh("config:get", "wanting", "SECRET_KEY").out.strip()
    assert len(secret) == 64 and secret not in pushed.err, pushed
    assert server.ssh("config:get", "wanting", "LEVEL").out.strip() == "debug"
    apps.python(app, "version two")
    assert app.push().status == 0
    assert server.ssh("config:get", "wanting", "SECRET_KEY").out.strip() == secret


def a_plan(server):
    app = apps.serving(server, "planned")
    say(app, "version two", {"formation": {"worker": {"quantity": 2}}, "env": {"LEVEL": "info"},
                             "scripts": {"dokku": {"predeploy": "bin/migrate"}}},
        "web: python app.py\nworker: python work.py\nrelease: bin/seed\n")
    before = apps.Untouched(app)
    planned = app.push("-o", "plan", "main")
    assert planned.status == 1 and "(plan only)" in planned.err, planned
    for words in ("Runtime python", "Dependencies are as in v1", "web x1: python app.py", "worker x2: python work.py",
                  "Config vars set from app.json: LEVEL", "Predeploy script: bin/migrate", "Release command: bin/seed"):
        assert words in planned.err, f"{words!r} is not said: {planned}"
    before.check()
    assert live(server, "planned") == "v1"


if __name__ == "__main__":
    tell(scripts_around_a_release, a_postdeploy_that_fails, a_release_command_that_fails,
         a_release_command_that_hangs, a_worker_that_crashes_soon, one_replica_of_three_that_dies,
         a_procfile_with_a_bad_line, a_broken_app_json, config_that_an_app_wants, a_plan, settings=SETTINGS)
