#!/usr/bin/env python3
"""Config vars: set without a build, exact to the byte, never shown, refused when they are no names."""

import json

import apps
from http_api import Api, token
from story import tell
from testbed import run

# Tells the value of a variable byte for byte.
SHOW = 'VALUE = os.environb.get(b"SECRET", b"(none)").hex()'


def showing(server, name):
    app = apps.serving(server, name)
    apps.python(app, "version two", before=SHOW)
    with open(app.path("app.py"), encoding="utf-8") as file:
        source = file.read()
    app.write("app.py", source.replace('b"version two"', "VALUE.encode()"))
    app.git("commit", "-qa", "--amend", "-m", "shows it")
    pushed = app.push()
    assert pushed.status == 0, pushed
    return app



def a_restart_without_a_build(server):
    app = showing(server, "restarts")
    image, container = server.images("restarts"), server.containers("restarts")
    builds = server.ssh("builds", "restarts").out.count("\n")
    done = server.ssh("config:set", "restarts", "SECRET=quiet")
    assert done.status == 0 and "quiet" not in done.text, done
    assert "v3" in done.text, done
    assert server.get("restarts") == b"quiet".hex()
    assert server.images("restarts") == image, "something was built"
    assert server.ssh("builds", "restarts").out.count("\n") == builds
    assert server.settled("restarts") != container
    assert server.ssh("config:get", "restarts", "SECRET").out == "quiet\n"
    done = server.ssh("config:unset", "restarts", "SECRET")
    assert done.status == 0 and server.get("restarts") == b"(none)".hex(), done
    assert server.ssh("config:get", "restarts", "SECRET").status == 3
    assert app.remote_head() == app.head()


def before_the_first_push(server):
    assert server.ssh("apps:create", "early").status == 0
    assert server.ssh("config:set", "early", "SECRET=first", "OTHER=second").status == 0
    app = server.new_app(name="early")
    apps.python(app, "version one", before='assert os.environ["SECRET"] == "first"')
    pushed = app.push()
    assert pushed.status == 0 and server.serves("early", "version one"), pushed
    assert "OTHER" in server.ssh("config", "early").out


def values_of_every_kind(server):
    """Quotes, $, newlines, UTF-8 on the command line; 64 KiB on stdin."""
    showing(server, "values")
    for value in ("a b  c", "it's \"so\"", "$HOME `id` $(id) \\n", "Grüße, 世界 🚀", "a=b=c", "",
                  "line 1\nline 2"):
        quoted = "'" + value.replace("'", "'\\''") + "'"
        done = server.ssh("config:set", "values", f"SECRET={quoted}")
        assert done.status == 0, f"{value!r}: {done}"
        assert server.get("values") == value.encode().hex(), f"{value!r} became {server.get('values')}"
        assert server.ssh("config:get", "values", "SECRET").out == value + "\n"
    largest = "x" * (64 * 1024)
    done = server.ssh("config:set", "values", "-", stdin=f"SECRET={largest}\n")
    assert done.status == 0 and server.get("values") == largest.encode().hex(), done
    done = server.ssh("config:set", "values", "-", stdin=f"SECRET={largest}x\n")
    assert done.status == 2 and "65536" in done.err and "xxxx" not in done.text, done
    assert server.get("values") == largest.encode().hex()


def keys_that_are_no_names(server):
    apps.serving(server, "keys")
    before = server.containers("keys")
    for pair in ("2FAST=1", "A-B=1", "'A B=1'", "=1", "A.B=1", "ÄRGER=1"):
        done = server.ssh("config:set", "keys", pair)
        assert done.status == 2 and ("A-Z" in done.err or "name" in done.err), f"{pair}: {done}"
    done = server.ssh("config:set", "keys", "GOOD=1", "BAD-ONE=2")
    assert done.status == 2 and server.ssh("config:get", "keys", "GOOD").status == 3, "all or nothing"
    done = server.ssh("config:set", "keys", "PORT=1")
    assert done.status == 2 and "PORT" in done.err, done
    done = server.ssh("config:set", "keys", "NOVALUE")
    assert done.status == 2, done
    assert server.containers("keys") == before


def a_value_that_breaks_the_app(server):
    app = server.new_app(name="breakable")
    apps.python(app, "version one", before='if os.environ.get("BREAK"): sys.exit("broken by config")')
    assert app.push().status == 0
    before = apps.Untouched(app)
    done = server.ssh("config:set", "breakable", "BREAK=yes-please")
    assert done.status == 1 and "broken by config" in done.text and "yes-please" not in done.text, done
    before.check()
    assert server.ssh("config:get", "breakable", "BREAK").status == 3, "the config is as before"


def a_secret_is_nowhere(server):
    """Not in the log, the database, the builds folder, the image's history or the build's output."""
    secret = "hunter2-Tr0ub4dor"
    assert server.ssh("apps:create", "secretive").status == 0
    assert server.ssh("config:set", "secretive", f"SECRET={secret}").status == 0
    app = server.new_app(name="secretive")
    apps.python(app, "version one")
    pushed = app.push()
    assert pushed.status == 0 and secret not in pushed.text, pushed
    for command in ("apps:info", "builds:output", "builds", "releases", "logs", "ps"):
        done = server.ssh(command, "secretive")
        assert done.status == 0 and secret not in done.text, f"{command}: {done}"
    for image in server.images("secretive"):
        assert secret not in run(["docker", "history", "--no-trunc", image]).out
        assert secret not in run(["docker", "inspect", image]).out
    assert secret not in server.log()
    found = run(["grep", "-rlaF", secret, server.data])
    assert found.status == 1, f"the secret is readable in {found.out}"
    assert run(["stat", "-c", "%a", server.data + "/secret.key"]).out.strip() == "600"


def an_app_that_prints_its_secrets(server):
    """What is said of a deploy names the key; the app's own log is its own."""
    secret, second = "hunter2-and-more", "second line of a key"
    assert server.ssh("apps:create", "chatty").status == 0
    assert server.ssh("config:set", "chatty", f"TOKEN={secret}", f"PEM='begin\n{second}'").status == 0
    app = server.new_app(name="chatty")
    apps.python(app, "version one")
    app.write("Procfile", 'web: python app.py\nrelease: echo "token $TOKEN"; echo "$PEM"\n')
    app.commit("prints")
    pushed = app.push()
    assert pushed.status == 0 and "token [TOKEN]" in pushed.err and "[PEM]" in pushed.err, pushed
    apps.python(app, "version two", before='sys.exit("cannot log in with " + os.environ["TOKEN"])')
    failed = app.push()
    assert failed.status == 1 and "cannot log in with [TOKEN]" in failed.err, failed
    stored = "".join(server.ssh("builds:output", "chatty", number).out for number in ("1", "2"))
    for text in (pushed.text, failed.text, stored, server.log()):
        assert secret not in text and second not in text, text


def answers_about_an_app(server):
    """Values that stand in a Procfile and an app.json too: whatever shows them names the key, over SSH and HTTP."""
    password, key = 'hunter2-"in"-quotes', "a-key-in-a-path"
    assert server.ssh("apps:create", "careless").status == 0
    assert server.ssh("config:set", "careless", "-", stdin=f"PASSWORD='{password}'\nKEY={key}\n").status == 0
    app = server.new_app(name="careless")
    app.write("Procfile", f"web: python app.py --password '{password}'\nworker: sleep '{password}'\n")
    app.write("app.json", json.dumps({"healthchecks": {"web": [{"type": "startup", "path": f"/?key={key}"}]},
                                      "cron": [{"command": f"echo '{password}'", "schedule": "0 4 1 1 *"}]}))
    apps.python(app, "version one")
    pushed = app.push("-o", f"note=with {key}", "main")
    assert pushed.status == 0, pushed
    shown = [password, json.dumps(password)[1:-1], key]

    def has_none(text, what):
        assert not any(value in text for value in shown), f"{what}: {text}"

    for words in (["ps"], ["releases"], ["releases:info", "v1"], ["builds"], ["builds:output"], ["apps:info"], ["checks"], ["cron"],
                  ["domains"], ["certs"], ["events"], ["resources"], ["access"], ["ps:scale"], ["storage"]):
        for form in ([], ["--json"]):
            verb, *more = words
            said = server.ssh(verb, "careless", *more, *form)
            assert said.status == 0, said
            has_none(said.text, words + form)
    has_none(server.ssh("doctor").text + server.ssh("apps", "--json").text, "doctor, apps")
    assert "--password '[PASSWORD]'" in server.ssh("ps", "careless").out, server.ssh("ps", "careless")
    processes = json.loads(server.ssh("ps", "careless", "--json").out)
    assert processes[0]["command"] == "python app.py --password '[PASSWORD]'", processes
    assert "/?key=[KEY]" in server.ssh("checks", "careless").out
    api = Api(server, token(server, "careful"))
    for path in ("ps", "releases", "releases/v1", "builds", "builds/output", "checks", "cron", "domains", "resources", "certs"):
        answer = api.ask("GET", f"/apps/careless/{path}")
        assert answer.status == 200 and answer.json is not None, answer
        has_none(answer.text, path)
    has_none(api.ask("GET", "/apps/careless").text + api.ask("GET", "/events?app=careless").text, "the app, its events")
    assert api.ask("GET", "/apps/careless/ps").json == processes
    assert api.ask("GET", "/apps/careless/config/vars/PASSWORD").json["value"] == password
    assert server.ssh("config:get", "careless", "PASSWORD").out == password + "\n"
    assert key in server.ssh("run", "careless", "--", "env").out, "its own programs say what they like"


if __name__ == "__main__":
    tell(a_restart_without_a_build, before_the_first_push, values_of_every_kind, keys_that_are_no_names,
         a_value_that_breaks_the_app, a_secret_is_nowhere, an_app_that_prints_its_secrets, answers_about_an_app)
