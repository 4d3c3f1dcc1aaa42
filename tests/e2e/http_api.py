#!/usr/bin/env python3
"""The HTTP API beside SSH: a token made by a person, used by a program, and what it cannot do."""

import http.client
import json
import os
import re
import shlex
import socket
import threading
import urllib.parse

import jsonschema

import apps
from failures import one_line
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


def fits(pattern, path):
    """Whether the path of a request is one of `/apps/{name}/ps`."""
    words, wanted = path.split("?")[0].split("/"), pattern.split("/")
    return len(words) == len(wanted) and all(w.startswith("{") or w == word for w, word in zip(wanted, words))


class Api:
    """A program with a token."""

    def __init__(self, server, token):
        self.server, self.token = server, token
        self.address = server.sections["http"]["listen"]
        self.described = None

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection(self.address, timeout=120)
        sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
            body = body if isinstance(body, (str, bytes)) else json.dumps(body)
        connection.request(method, path, body, sent)
        answer = Answer(connection.getresponse())
        connection.close()
        if path != "/openapi.json":
            self.expect_as_described(method, path, answer)
        return answer

    def expect_as_described(self, method, path, answer):
        """Whatever a route answers is what /openapi.json says of it."""
        if self.described is None:
            self.described = self.ask("GET", "/openapi.json").json
        operation = next((operations[method.lower()] for pattern, operations in self.described["paths"].items()
                          if fits(pattern, path) and method.lower() in operations), None)
        content = answer.headers.get_content_type()
        if operation is None or content not in ("application/json", "application/problem+json"):
            return
        said = operation["responses"].get(str(answer.status), {"$ref": "#/components/responses/Problem"})
        if "$ref" in said:
            said = self.described["components"]["responses"]["Problem"]
        jsonschema.Draft202012Validator({**said["content"][content]["schema"], "components": self.described["components"]}).validate(answer.json)


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
    before = files_below(server.data)
    tried = set()
    for command in json.loads(server.ssh("help", "--json").out):
        for asked in with_paths(command):
            said = server.ssh(*asked, *(["--", "true"] if command["verb"] in ("run", "exec") else []), stdin="")
            assert said.status in (2, 3, 4, 5), (asked, said)
            tried |= {word for word in asked if word.startswith("--")} | {"words"}
    assert tried >= {"words", "--app", "--confirm", "--image", "--repo", "--ref", "--archive", "--runtime", "--process", "--format"}, tried
    assert before == files_below(server.data)


def operations(api):
    """(method, path, names of its strings by place: path, query, body) of all that the API describes."""
    for path, by_method in api.ask("GET", "/openapi.json").json["paths"].items():
        for method, operation in by_method.items():
            parameters = operation.get("parameters", [])
            content = operation.get("requestBody", {"content": {"application/json": {"schema": {}}}})["content"]
            yield method.upper(), path, {
                **{place: [one["name"] for one in parameters if one["in"] == place and one["schema"]["type"] == "string"]
                   for place in ("path", "query")},
                "body": content["application/json"]["schema"].get("properties", {})}


# What is no name of anything.
FREE = {"command", "input", "env"}


def wrong_values(schema, path):
    if schema["type"] == "string":
        return path
    return [path] if schema["type"] == "array" else {path: "1"} if schema["type"] == "object" else 1


def no_name_is_a_path_over_http(server):
    """Of each route in turn each name of its target, its query and its body."""
    if server.ssh("apps:info", "blog").status != 0:
        apps.serving_dockerfile(server, "blog")
    api = Api(server, token(server, "traveller"))
    before, tried = files_below(server.data), set()

    def refused(method, path, body=None):
        answer = api.ask(method, path, body)
        assert 400 <= answer.status < 500 and answer.json["status"] == answer.status, (method, path, body, answer)
        assert "root:" not in answer.text, answer
        tried.add(answer.status)

    for method, path, names in operations(api):
        for name in names["path"]:
            for wrong in ("..", "%2e%2e", "..%2f..%2f..%2fetc%2fpasswd", "%2fetc%2fpasswd", "a%2f..%2f..%2fb", "a%00"):
                refused(method, re.sub(r"\{\w+\}", "blog", path.replace("{" + name + "}", wrong)), {} if names["body"] else None)
        filled = re.sub(r"\{\w+\}", "v1", path.replace("{name}", "blog"))
        for wrong in PATHS:
            for name in names["query"]:
                refused(method, f"{filled}?{name}={urllib.parse.quote(wrong, safe='')}")
            wanted = {name: schema for name, schema in names["body"].items() if name not in FREE and schema["type"] in ("string", "array", "object")}
            if wanted:
                refused(method, filled, {name: wrong_values(schema, wrong) for name, schema in wanted.items()})
    assert tried >= {400, 404, 422}, tried
    assert files_below(server.data) == before


def files_below(folder):
    return sorted(os.listdir(folder)), sorted(os.listdir(os.path.join(folder, "repos")))


def raw(server, head):
    """All that is answered to these bytes and a last Connection: close."""
    host, port = server.sections["http"]["listen"].split(":")
    with socket.create_connection((host, int(port)), 20) as peer:
        peer.sendall(head.replace("\n", "\r\n").encode() + f"\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: peer.recv(65536), b"")).decode()


def no_header_is_injected(server):
    """What comes with a request is in no head of the answer as a line of its own, and ends no event of a stream."""
    if server.ssh("apps:info", "blog").status != 0:
        apps.serving_dockerfile(server, "blog")
    secret = token(server, "injector")
    mine = f"\nAuthorization: Bearer {secret}"
    for head, status in ((f"GET /events?app=blog%0d%0aSet-Cookie:%20x=y&limit=1 HTTP/1.1{mine}", (400, 404, 422)),
                         (f"GET /apps/blog/releases?limit=1&before=v1%0aSet-Cookie:x HTTP/1.1{mine}", (400, 422)),
                         (f"GET /apps/blog%0d%0aSet-Cookie:x HTTP/1.1{mine}", (400,)),
                         (f"GET /healthz HTTP/1.1\nX-Request-Id: a\rSet-Cookie: x{mine}", (200, 400)),
                         (f"GET /healthz HTTP/1.1\nX-Request-Id: a\x0bSet-Cookie: x{mine}", (200, 400)),
                         (f"GET /healthz HTTP/1.1\nX-Request-Id: {'a' * 5000}{mine}", (200, 400)),
                         (f"GET /apps HTTP/1.1\nAuthorization: Bearer {secret}\rSet-Cookie: x", (400, 401)),
                         (f"GET /apps/blog/logs?follow=false HTTP/1.1\nAccept: text/event-stream\nLast-Event-ID: 1\revent: forged{mine}", (400, 422))):
        answer = raw(server, head)
        top = answer.partition("\r\n\r\n")[0]
        assert int(answer.split()[1]) in status and answer.startswith("HTTP/1.1 "), (head, answer)
        assert not re.search(r"[\r\n]\s*set-cookie", top, re.I) and "a" * 1000 not in top, (head, answer)
        assert not re.search(r"^event: forged", answer, re.M), answer
    # An app's own lines are no events.
    said = server.ssh("exec", "blog", "web.1", "--", "sh", "-c", "'printf \"\\n\\nevent: forged\\ndata: {}\\n\\n\" >/proc/1/fd/1'")
    assert said.status == 0, said
    api = Api(server, secret)
    wait_until(lambda: "event: forged" in api.ask("GET", "/apps/blog/logs").text, "the app has said it")
    streamed = api.ask("GET", "/apps/blog/logs", headers={"Accept": "text/event-stream"}).text
    assert "event: forged" in streamed and not re.search(r"^event: forged", streamed, re.M), streamed
    for words in (["apps:create", "'a\r\nX: y'"], ["domains:add", "blog", "'a.example\r\nX: y'"], ["checks:set", "blog", "'path=/up\r\nX: y'"]):
        one_line(server.ssh(*words), 2)


def a_key_is_for_one_request(server):
    """Idempotency-Key: the same again is answered again, also by the next server; anything else with it is refused and does nothing."""
    api = Api(server, token(server, "careful"))
    key = {"Idempotency-Key": "k2"}
    once = api.ask("POST", "/apps", {"name": "only-once"}, key)
    assert once.status == 201 and "Idempotent-Replayed" not in once.headers, once
    for method, path, body in (("POST", "/apps", {"name": "not-made"}), ("POST", "/apps", {"name": "only-once", "x": 1}),
                               ("POST", "/apps/only-once/rename", {"new_name": "not-made"}), ("POST", "/apps", "{")):
        refused = api.ask(method, path, body, key)
        assert refused.status in (400, 422) and refused.headers["Content-Type"] == "application/problem+json", (path, body, refused)
    assert "Idempotency-Key" in api.ask("POST", "/apps", {"name": "not-made"}, key).json["detail"]
    server.kill()
    server.start()
    again = api.ask("POST", "/apps", {"name": "only-once"}, key)
    assert (again.status, again.text) == (201, once.text) and again.headers["Idempotent-Replayed"], again
    assert api.ask("GET", "/apps/not-made").status == 404
    longest = api.ask("POST", "/apps", {"name": "not-made"}, {"Idempotency-Key": "k" * 256})
    assert longest.status == 422 and longest.json["field"] == "Idempotency-Key" and api.ask("GET", "/apps/not-made").status == 404, longest


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
    tell(everything_with_a_token, logs_that_are_followed, a_deploy_whose_stream_is_cut, what_is_refused, numbers_for_prometheus, lists_in_parts,
         no_name_is_a_path, no_name_is_a_path_over_http, no_header_is_injected, a_key_is_for_one_request,
         a_stop_with_an_open_stream,
         settings=SETTINGS)
