#!/usr/bin/env python3
"""The HTTP API beside SSH: a token made by a person, used by a program, and what it cannot do."""

import http.client
import json
import os
import re
import shlex
import threading

import apps
from story import tell
from testbed import wait_until

SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "containers": {"stop_timeout": "5s"}}


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.text = response.read().decode()

    @property
    def json(self):
        return json.loads(self.text)

    def __repr__(self):
        return f"status {self.status}\n{self.text}"


class Api:
    """A program with a token."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.address = server.sections["http"]["listen"]

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=120)
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        connection.request(method, path, body, sent)
        answer = Answer(connection.getresponse())
        connection.close()
        return answer


def token(server, name, *options):
    done = server.ssh("tokens:create", name, *options)
    assert done.status == 0 and done.out.startswith("mp_"), done
    return done.out.strip()


def events(text):
    """(event, data) of a whole stream."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if fields:
            found.append((fields["event"], json.loads(fields["data"])))
    return found


def everything_with_a_token(server):
    apps.serving_dockerfile(server, "api")
    api = Api(server, token(server, "everything"))
    assert api.ask("GET", "/healthz").json == {"status": "ok"}
    listed = api.ask("GET", "/apps")
    assert listed.status == 200 and [app["name"] for app in listed.json] == ["api"], listed
    assert listed.json == json.loads(server.ssh("apps", "--json").out)
    done = api.ask("PATCH", "/apps/api/config", {"vars": {"GREETING": "hello"}})
    assert done.status == 200 and done.json["release"] == "v2", done
    assert server.ssh("config:get", "api", "GREETING").out == "hello\n"
    deeds = [json.loads(line) for line in server.ssh("events", "api", "--json").out.splitlines()]
    assert [deed["credential"] for deed in deeds if deed["action"] == "config:set"] == ["token " + api.token.split("_")[1]], deeds
    streamed = api.ask("POST", "/apps/api/rollback", {"release": "v1"}, {"Accept": "text/event-stream"})
    told = events(streamed.text)
    assert told[0][0] == "deploy" and told[1][0] == "progress" and told[-1] == ("outcome", {**told[-1][1], "release": "v3"}), streamed
    ran = api.ask("POST", "/apps/api/run", {"command": ["cat"], "input": "piped"})
    assert ran.json == {"status": 0, "stdout": "piped", "stderr": "", "truncated": False}, ran
    assert "--json" not in api.ask("GET", "/openapi.json").text
    once = [api.ask("POST", "/apps", {"name": "once"}, {"Idempotency-Key": "k1"}) for _ in range(2)]
    assert [answer.status for answer in once] == [201, 201] and once[0].text == once[1].text, once
    assert api.ask("POST", "/apps", {"name": "twice"}, {"Idempotency-Key": "k1"}).status == 422
    assert api.ask("DELETE", "/apps/once").status == 200
    assert api.ask("DELETE", "/apps/api").status == 200
    assert api.ask("GET", "/apps/api").status == 404


def logs_that_are_followed(server):
    apps.serving_dockerfile(server, "lines")
    api = Api(server, token(server, "follower"))
    connection = http.client.HTTPConnection(api.address, timeout=60)
    connection.request("GET", "/apps/lines/logs?follow=true", headers={"Authorization": f"Bearer {api.token}"})
    response = connection.getresponse()
    assert response.headers["Content-Type"] == "text/event-stream"
    seen = []
    threading.Thread(target=lambda: seen.extend(iter(response.readline, b"")), daemon=True).start()
    ended = server.ssh("exec", "lines", "web.1", "--", "sh", "-c", "'echo from-inside >/proc/1/fd/1'")
    assert ended.status == 0, ended
    wait_until(lambda: any(b"from-inside" in line for line in seen), "the line comes")
    last = [line for line in seen if line.startswith(b"id: ")][-1].decode().removeprefix("id: ").strip()
    connection.close()
    assert server.ssh("exec", "lines", "web.1", "--", "sh", "-c", "'echo while-away >/proc/1/fd/1'").status == 0

    def missed():
        text = api.ask("GET", "/apps/lines/logs", headers={"Accept": "text/event-stream", "Last-Event-ID": last}).text
        assert "from-inside" not in text, text
        return "while-away" in text

    wait_until(missed, "the line that was missed comes")


def a_deploy_whose_stream_is_cut(server):
    """It goes on, its lines are read on where it says, and the same request again has how it ended."""
    apps.serving_dockerfile(server, "cut")
    api = Api(server, token(server, "deployer"))
    wanted = {"Accept": "text/event-stream", "Idempotency-Key": "restart-1"}
    connection = http.client.HTTPConnection(api.address, timeout=60)
    connection.request("POST", "/apps/cut/ps/restart", headers={"Authorization": f"Bearer {api.token}", **wanted})
    response = connection.getresponse()
    begun = b""
    while b"event: progress" not in begun:
        begun += response.readline()
    begun += response.readline() + response.readline()
    response.close()
    connection.close()
    told = events(begun.decode())
    assert [event for event, _ in told] == ["deploy", "progress"] and "id: 1\n" in begun.decode(), begun
    rest = api.ask("GET", told[0][1]["output"], headers={"Accept": "text/event-stream", "Last-Event-ID": "1"})
    lines = [data for event, data in events(rest.text) if event == "line"]
    assert lines[-1]["build"]["status"] == "succeeded" and lines[0] != told[1][1], rest
    again = wait_until(lambda: [answer for answer in [api.ask("POST", "/apps/cut/ps/restart", headers=wanted)] if answer.status != 409],
                       "the restart has ended")[0]
    assert [(event, data["deploy"], data["status"]) for event, data in events(again.text)] == [
        ("outcome", told[0][1]["deploy"], "succeeded")], again
    kinds = [build["kind"] for build in api.ask("GET", "/apps/cut/builds?all=true").json]
    assert kinds.count("restart") == 1, kinds


def what_is_refused(server):
    apps.serving_dockerfile(server, "closed")
    api = Api(server, token(server, "narrow", "--scope", "'ps*@closed'"))
    assert api.ask("GET", "/apps/closed/ps").status == 200
    assert api.ask("GET", "/apps").status == 403
    assert api.ask("GET", "/apps/closed/config").status == 403
    assert api.ask("POST", "/tokens", {"name": "more"}).status == 403
    nobody = Api(server, "mp_0000000000_" + "0" * 64).ask("GET", "/apps")
    assert nobody.status == 401 and nobody.headers["WWW-Authenticate"].startswith("Bearer"), nobody
    assert server.ssh("tokens:revoke", "narrow").status == 0
    assert api.ask("GET", "/apps/closed/ps").status == 401
    api = Api(server, token(server, "wide"))
    for method, path, body, status in (
            ("POST", "/apps", "{", 400), ("POST", "/apps", {"name": "x", "namex": "y"}, 422),
            ("POST", "/apps", {"name": "../etc"}, 422), ("GET", "/apps/..%2f..%2fetc", None, 400),
            ("GET", "/apps/a%0d%0aSet-Cookie:x", None, 400), ("POST", "/apps", "x" * (10 << 20), 413),
            ("PUT", "/apps", {}, 405), ("GET", "/nothing", None, 404),
            ("POST", "/apps", {"name": "closed"}, 409),
            ("POST", "/deploy", {"app": "closed", "repo": "file:///etc"}, 422), ("POST", "/deploy", {"app": "closed"}, 422)):
        answer = api.ask(method, path, body)
        assert answer.status == status and answer.json["status"] == status, (method, path, answer)
        assert answer.headers["Content-Type"] == "application/problem+json", answer.headers
    assert api.ask("GET", "/apps", headers={"Host": "evil.example"}).status == 421


def numbers_for_prometheus(server):
    apps.serving_dockerfile(server, "counted")
    answer = Api(server, token(server, "prometheus", "--scope", "metrics")).ask("GET", "/metrics")
    assert answer.status == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4"), answer
    for name in ("minpaas_deploy_seconds_bucket{kind=\"push\",result=\"succeeded\",le=\"+Inf\"}", "minpaas_ssh_sessions ",
                 "minpaas_http_connections ", "minpaas_http_streams ", "minpaas_push_received_bytes_total ",
                 "minpaas_process_restarts_total{app=\"counted\",process=\"web.1\",release=\"v1\","):
        assert name in answer.text, (name, answer)
    received = [line for line in answer.text.splitlines() if line.startswith("minpaas_push_received_bytes_total ")][0]
    assert float(received.split()[1]) > 200, received


def lists_in_parts(server):
    apps.serving_dockerfile(server, "parts")
    for value in "abcd":
        assert server.ssh("config:set", "parts", f"KEY={value}").status == 0
    api = Api(server, token(server, "reader"))
    seen, path = [], "/apps/parts/releases?limit=2"
    while path:
        answer = api.ask("GET", path)
        assert answer.status == 200 and len(answer.json) <= 2, answer
        seen += [release["release"] for release in answer.json]
        link = answer.headers.get("Link")
        path = link.split("<")[1].split(">")[0] if link else None
    assert seen == ["v5", "v4", "v3", "v2", "v1"], seen
    assert server.ssh("releases", "parts", "--before", "v3", "-n", "1", "--json").out.count('"release"') == 1
    events = api.ask("GET", "/events?app=parts&limit=2")
    link = events.headers["Link"]
    assert "app=parts&limit=2&before=" in link and int(link.split("before=")[1].split(">")[0]) == events.json[0]["seq"], (link, events)
    older = api.ask("GET", link.split("<")[1].split(">")[0])
    assert max(row["seq"] for row in older.json) < events.json[0]["seq"], older
    names = [app["name"] for app in api.ask("GET", "/apps").json]
    assert [app["name"] for app in api.ask("GET", "/apps?limit=1").json] == names[:1]
    assert api.ask("GET", "/apps?limit=1").headers["Link"] == f'</apps?limit=1&after={names[0]}>; rel="next"'
    assert [app["name"] for app in json.loads(server.ssh("apps", "--after", "parts", "--json").out)] == names[names.index("parts") + 1:]
    assert api.ask("GET", f"/apps?after={names[-1]}").json == []
    assert api.ask("GET", "/apps/parts/releases?limit=0").status == 422
    assert api.ask("GET", "/apps/parts/builds?before=x").status == 422


PATHS = ("..", "../../../etc/passwd", "/etc/passwd", "a/../../b")


def words_of(command):
    """Of its example, without a program of its own and what goes to or comes from a file."""
    words = shlex.split(re.split("[<>]", command["example"])[0])[2:]
    return words[:words.index("--")] if "--" in words else words


def with_paths(command):
    """The command's example with each word and each value of an option, also one that the example does not have, in turn a path."""
    words = words_of(command)
    for path in PATHS:
        for place, word in enumerate(words[1:], 1):
            if not word.startswith("-") and not words[place - 1].startswith("-"):
                yield words[:place] + [path + "=1" if "=" in word else path] + words[place + 1:]
        for option, value in re.findall(r"--([a-z-]+)(?:\|-\w)? ([^\]\s]+)", command["usage"].split(" -- ")[0]):
            # One source at a time, and none that is far away.
            others = ["deploy", "--app", "blog"] if command["verb"] == "deploy" else list(words)
            if option in ("ref", "runtime", "env"):
                others += ["--repo", "https://127.0.0.1:1/acme/blog"] if command["verb"] == "deploy" else []
            if "--" + option in others:
                place = others.index("--" + option)
                others[place:place + 2] = []
            yield others + ["--" + option, path + "=1" if "=" in value else path]


def no_name_is_a_path(server):
    """Over HTTP the same commands stand behind the routes."""
    if server.ssh("apps:info", "blog").status != 0:
        apps.serving_dockerfile(server, "blog")
    before = sorted(os.listdir(server.data)), sorted(os.listdir(os.path.join(server.data, "repos")))
    tried = set()
    for command in json.loads(server.ssh("help", "--json").out):
        for asked in with_paths(command):
            said = server.ssh(*asked, *(["--", "true"] if command["verb"] in ("run", "exec") else []), stdin="")
            assert said.status in (2, 3, 4, 5), (asked, said)
            tried |= {word for word in asked if word.startswith("--")} | {"words"}
    assert tried >= {"words", "--app", "--confirm", "--image", "--repo", "--ref", "--archive", "--runtime", "--process", "--format"}, tried
    assert before == (sorted(os.listdir(server.data)), sorted(os.listdir(os.path.join(server.data, "repos"))))


def a_stop_with_an_open_stream(server):
    apps.serving_dockerfile(server, "stopping")
    api = Api(server, token(server, "stopper"))
    connection = http.client.HTTPConnection(api.address, timeout=60)
    connection.request("GET", "/apps/stopping/logs?follow=true", headers={"Authorization": f"Bearer {api.token}"})
    connection.sock.settimeout(60)
    assert server.stop() == 0
    server.start()
    assert api.ask("GET", "/apps/stopping").status == 200


if __name__ == "__main__":
    tell(everything_with_a_token, logs_that_are_followed, a_deploy_whose_stream_is_cut, what_is_refused, numbers_for_prometheus, lists_in_parts, no_name_is_a_path,
         a_stop_with_an_open_stream,
         settings=SETTINGS)
