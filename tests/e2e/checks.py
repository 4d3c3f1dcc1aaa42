#!/usr/bin/env python3
"""What a process must pass before it gets traffic: said in an app.json, set with checks:set, and failed."""

import http.server
import json
import threading
import time

import apps
from failures import fails, one_line, refuses
from story import tell
from testbed import wait_until

SETTINGS = {"checks": {"timeout": "4s", "liveness_wait": "1s", "allow_private_addresses": "yes"}, "containers": {"stop_timeout": "2s"}}
UP = {"healthchecks": {"web": [{"type": "startup", "name": "up", "path": "/up", "attempts": 1, "timeout": 3, "wait": 1}]}}


# In place of serving for ever.
DEAF = """
server = http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
while not os.path.exists("/tmp/deaf"):
    time.sleep(0.1)
os.remove("/tmp/deaf")
server.server_close()
time.sleep(600)
"""


def say(app, text, manifest=None, up=200):
    """Commits an app that answers `text`, and GET /up with the status `up`."""
    if manifest is not None:
        app.write("app.json", json.dumps(manifest))
    apps.python(app, text)
    with open(app.path("app.py"), encoding="utf-8") as file:
        source = file.read()
    app.write("app.py", source.replace("send_response(200)", f'send_response({up} if self.path == "/up" else 200)'))
    app.git("commit", "-qa", "--amend", "--allow-empty", "-m", text)


def rows(server, name):
    return json.loads(server.ssh("checks", name, "--json").out)


def a_path_that_answers_500(server):
    app = apps.serving(server, "sick")
    say(app, "version two", UP, up=500)
    said = fails(app, "(web.1 is not healthy after 4 s: check path /up answered 500)", "GET /up",
                 "Nothing was deployed; v1 still serves")
    assert said.count(" !     web.1 is not healthy") == 1, said
    say(app, "version two", UP)
    pushed = app.push()
    assert pushed.status == 0, pushed
    assert rows(server, "sick")[0]["from"] == "app.json"


def checks_that_are_set(server):
    app = server.new_app(name="chosen")
    say(app, "version one", {}, up=500)
    assert app.push().status == 0
    assert [(row["check"], row["from"]) for row in rows(server, "chosen")] == [("path / below 500", "default"),
                                                                             ("listening", "default")]
    before = server.containers("chosen")
    # It is also the liveness check of what runs, which is not to be restarted meanwhile.
    done = server.ssh("checks:set", "chosen", "path=/up", "deadline=2s", "attempts=100")
    assert done.status == 0 and not done.out, done
    assert server.containers("chosen") == before, "nothing was started anew"
    row = rows(server, "chosen")[0]
    assert (row["check"], row["from"], row["within_seconds"]) == ("path /up below 400", "checks:set", 2), row
    untouched = apps.Untouched(app)
    refuses(app, ["ps:restart", "chosen"], 1, "is not healthy after 2 s: check path /up answered 500", before=untouched)
    assert server.ssh("checks:set", "chosen", "web", "path=", "deadline=", "attempts=").status == 0
    assert server.ssh("ps:restart", "chosen").status == 0
    for words, status in ((["path=up"], 2), (["timeout=0"], 2), (["speed=1"], 2), ([], 2), (["wrker", "path=/up"], 3)):
        one_line(server.ssh("checks:set", "chosen", *words), status)


def a_check_that_would_send_other_headers(server):
    app = apps.serving(server, "injected")
    before = apps.Untouched(app)
    for check, why in (({"path": "/up\r\nX-Evil: 1"}, "healthchecks.web[0].path"), ({"path": "/up HTTP/1.1\nX: y"}, "healthchecks.web[0].path"),
                       ({"path": "/", "httpHeaders": [{"name": "X", "value": "1\r\nX-Evil: 1"}]}, "healthchecks.web[0].httpHeaders[0]"),
                       ({"path": "/", "httpHeaders": [{"name": "X: 1\r\nX-Evil", "value": "1"}]}, "healthchecks.web[0].httpHeaders[0]")):
        say(app, "version two", {"healthchecks": {"web": [check]}})
        fails(app, f"main -> main (app.json: {why}", before=before)
    refuses(app, ["checks:set", "injected", "'path=/up\r\nX-Evil: 1'"], 2, "path", before=before)


def a_command_in_the_container(server):
    app = apps.serving(server, "asked")
    command = {"healthchecks": {"web": [{"command": ["python3", "-c", "import sys; print('no queue'); sys.exit(4)"]}]}}
    say(app, "version two", command)
    fails(app, "check command python3 -c", "ended with status 4: no queue")
    command["healthchecks"]["web"][0]["command"] = ["test", "-e", "/app/app.py"]
    say(app, "version two", command)
    pushed = app.push()
    assert pushed.status == 0, pushed


def content_headers_and_a_warning(server):
    app = apps.serving(server, "wordy")
    wanted = {"healthchecks": {"web": [{"path": "/", "content": "version three", "httpHeaders": [{"name": "X-Check", "value": "1"}]}]}}
    say(app, "version two", wanted)
    fails(app, "check path / answered without the expected content")
    wanted["healthchecks"]["web"][0]["warn"] = True
    say(app, "version two", wanted)
    begin = time.monotonic()
    pushed = app.push()
    assert pushed.status == 0 and "for this check that is only a warning" in pushed.err, pushed
    assert time.monotonic() - begin > 4
    say(app, "version three", {"healthchecks": {"web": [{"listening": True}, {"path": "/", "content": "version three"}]}})
    pushed = app.push()
    assert pushed.status == 0, pushed


class Listener(http.server.BaseHTTPRequestHandler):
    """Somebody who wants to hear of failures."""

    heard = []

    def do_POST(self):
        self.heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


def somebody_is_told_of_failures(server):
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    host = f"127.0.0.1:{listener.server_port}"
    app = apps.serving(server, "told")
    check = {"name": "up", "path": "/up", "attempts": 1, "timeout": 2, "wait": 1,
             "onFailure": {"command": ["sh", "-c", "echo $PORT; exit 7"], "url": f"http://{host}/T0/secret-path"}}
    say(app, "version two", {"healthchecks": {"web": [check]}}, up=500)
    said = fails(app, "check path /up answered 500", "onFailure of web.1: sh -c", "ended with status 7: 8000",
                 f"onFailure of web.1: {host} is told")
    assert "secret-path" not in said, said
    assert Listener.heard == [{"app": "told", "process": "web.1", "type": "startup", "healthcheck_name": "up",
                               "errors": ["check path /up answered 500"]}], Listener.heard
    falls_ill(app, "version two", before='if os.path.exists("/tmp/ill"): os.remove("/tmp/ill")',
              reaction={"url": f"http://{host}/"})
    assert app.push().status == 0
    assert server.ssh("exec", "told", "web.1", "--", "touch", "/tmp/ill").status == 0
    wait_until(lambda: len(Listener.heard) == 2, "to be told of the live process")
    assert Listener.heard[1]["type"] == "liveness", Listener.heard
    wait_until(lambda: f"{host} is told" in server.ssh("logs", "told").out, "the line in the logs")
    listener.shutdown()


def falls_ill(app, text, before="", reaction=None):
    """Commits an app whose /up answers 500 from the moment that /tmp/ill is there, with a liveness check of it."""
    check = {"type": "liveness", "path": "/up", "attempts": 2, "wait": 1, "onFailure": reaction}
    say(app, text, {"healthchecks": {"web": [check]}},
        up='500 if os.path.exists("/tmp/ill") else 200')
    with open(app.path("app.py"), encoding="utf-8") as file:
        source = file.read()
    app.write("app.py", source.replace("class Answer", before + "\nclass Answer"))
    app.git("commit", "-qa", "--amend", "--allow-empty", "-m", text)


def process(server, name):
    return json.loads(server.ssh("ps", name, "--json").out)[0]


def a_live_process_that_keeps_failing_is_restarted(server):
    app = server.new_app(name="relapse")
    falls_ill(app, "version one", before='if os.path.exists("/tmp/ill"): os.remove("/tmp/ill")')
    pushed = app.push()
    assert pushed.status == 0, pushed
    before = process(server, "relapse")
    assert before["state"] == "up" and before["restarts"] == 0, before
    assert [row["kind"] for row in rows(server, "relapse")] == ["startup", "liveness"]
    assert server.ssh("exec", "relapse", "web.1", "--", "touch", "/tmp/ill").status == 0
    wait_until(lambda: process(server, "relapse")["restarts"] == 1, "the restart")
    wait_until(lambda: server.serves("relapse", "version one", "/up"), "the app to be well again")
    after = process(server, "relapse")
    assert (after["state"], after["container"], after["release"]) == ("up", before["container"], "v1"), after
    assert "check path /up answered 500" in server.log()


def a_live_process_that_closes_its_port_is_restarted(server):
    """Nobody said that it is to be looked at."""
    app = server.new_app(name="deaf")
    apps.python(app, "version one")
    with open(app.path("app.py"), encoding="utf-8") as file:
        source = file.read()
    app.write("app.py", source.partition("http.server.ThreadingHTTPServer")[0] + DEAF)
    app.git("commit", "-qa", "--amend", "-m", "version one")
    assert app.push().status == 0
    assert [(row["kind"], row["from"]) for row in rows(server, "deaf")] == [("startup", "default"), ("liveness", "default")]
    assert server.ssh("exec", "deaf", "web.1", "--", "touch", "/tmp/deaf").status == 0
    wait_until(lambda: process(server, "deaf")["restarts"] == 1, "the restart")
    wait_until(lambda: server.serves("deaf", "version one"), "the app to be well again")


def restarts_that_do_not_help(server):
    """It is tried again, less and less often, and said."""
    app = server.new_app(name="hopeless")
    falls_ill(app, "version one")
    assert app.push().status == 0
    assert server.ssh("exec", "hopeless", "web.1", "--", "touch", "/tmp/ill").status == 0
    wait_until(lambda: process(server, "hopeless")["state"] == "crashed (check path /up answered 500)", "the loop", timeout=120)
    assert process(server, "hopeless")["restarts"] >= 3
    listed = {row["name"]: row["status"] for row in json.loads(server.ssh("apps", "--json").out)}
    assert listed["hopeless"] == "crashed", listed
    # The next release is well, and takes over as ever.
    say(app, "version two")
    pushed = app.push()
    assert pushed.status == 0 and process(server, "hopeless")["state"] == "up", pushed


if __name__ == "__main__":
    tell(a_path_that_answers_500, checks_that_are_set, a_check_that_would_send_other_headers, a_command_in_the_container,
         content_headers_and_a_warning, somebody_is_told_of_failures,
         a_live_process_that_keeps_failing_is_restarted,
         a_live_process_that_closes_its_port_is_restarted, restarts_that_do_not_help, settings=SETTINGS)
