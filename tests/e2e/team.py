"""Several people on one server: roles, rights to single apps, and the record of what they did."""

import http.client
import json
import os
import re
import subprocess
import sqlite3
import time

import apps
from http_api import Api
from story import tell
from testbed import run, wait_until


class Person:
    """Someone with a key of their own."""

    def __init__(self, server, name):
        self.server, self.name = server, name
        self.key = os.path.join(server.base, name)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.key], check=True)
        self.environment = dict(server.environment,
                                GIT_SSH_COMMAND=" ".join(server.ssh_command(self.key)))

    @property
    def public_key(self):
        with open(self.key + ".pub", encoding="ascii") as file:
            return file.read()

    @property
    def fingerprint(self):
        return run(["ssh-keygen", "-lf", self.key + ".pub"]).out.split()[1]

    def ssh(self, *words, **more):
        return self.server.ssh(*words, key=self.key, **more)

    def git(self, folder, *arguments):
        return run(["git", *arguments], cwd=folder, env=self.environment)


def member(server, name):
    person = Person(server, name)
    added = server.ssh("users:add", name, "--role", "member")
    assert added.status == 0, added
    let_in = server.ssh("keys:add", name, "--user", name, stdin=person.public_key)
    assert let_in.status == 0 and "a member" in let_in.err, let_in
    return person


def a_member_sees_only_what_was_granted(server):
    app = apps.serving_dockerfile(server, "shared")
    apps.serving_dockerfile(server, "hidden")
    bob = member(server, "bob")
    assert json.loads(bob.ssh("apps", "--json").out) == []
    hidden, missing = bob.ssh("apps:info", "hidden"), bob.ssh("apps:info", "missing")
    assert hidden.status == missing.status == 3, (hidden, missing)
    assert hidden.text.replace("hidden", "missing") == missing.text, (hidden, missing)

    assert server.ssh("access:grant", "shared", "bob", "read").status == 0
    assert [row["name"] for row in json.loads(bob.ssh("apps", "--json").out)] == ["shared"]
    denied = bob.ssh("config:set", "shared", "A=hunter2hunter2")
    assert denied.status == 4 and "deploy" in denied.err and "hunter2" not in denied.text, denied
    assert bob.ssh("config", "shared").status == 4
    apps.dockerfile(app, "version two")
    pushed = bob.git(app.folder, "push", "minpaas", "main")
    assert pushed.status != 0 and "may push" in pushed.text, pushed
    copy = os.path.join(server.base, "bobs-copy")
    assert bob.git(server.base, "clone", "-q", server.remote("shared"), copy).status == 0

    assert server.ssh("access:grant", "shared", "bob", "deploy").status == 0
    pushed = bob.git(app.folder, "push", "minpaas", "main")
    assert pushed.status == 0 and server.serves("shared", "version two"), pushed
    assert bob.ssh("apps:destroy", "shared", "--confirm", "shared").status == 4
    assert server.ssh("access:revoke", "shared", "bob").status == 0
    assert bob.ssh("apps:info", "shared").status == 3


def a_member_administers_what_they_have_made(server):
    eve = member(server, "eve")
    assert eve.ssh("apps:create", "eves").status == 0
    assert eve.ssh("access:grant", "eves", "nobody", "read").status == 3
    assert eve.ssh("users").status == 4
    assert eve.ssh("keys:add", "second", stdin=Person(server, "second").public_key).status == 0
    assert len(json.loads(eve.ssh("keys", "--json").out)) == 2
    taken = eve.ssh("apps:create", "hidden")
    assert taken.status == 5, taken
    assert eve.ssh("apps:destroy", "eves", "--confirm", "eves").status == 0


def a_key_that_is_removed_ends_what_it_has_opened(server):
    mallory = member(server, "mallory")
    assert server.ssh("access:grant", "shared", "mallory", "read").status == 0
    following = server.start_ssh("events", "shared", "-f", key=mallory.key)
    assert "shared" in following.stdout.readline()
    assert server.ssh("keys:remove", mallory.fingerprint).status == 0
    assert following.wait(timeout=60) != 0
    assert mallory.ssh("apps").status == 255


def a_key_that_is_removed_begins_nothing_more_in_its_session(server):
    """One connection, several requests: each is asked for its rights anew."""
    import paramiko  # Debian's  # pylint: disable=import-outside-toplevel
    peggy = member(server, "peggy")
    transport = paramiko.Transport(("127.0.0.1", server.port))
    transport.connect(username="x", pkey=paramiko.Ed25519Key.from_private_key_file(peggy.key))

    def asks(command):
        """Status and output, or None when the session has ended."""
        try:
            channel = transport.open_session(timeout=10)
            channel.settimeout(10)
            channel.exec_command(command)
            said = b"".join(iter(lambda: channel.recv(4096), b""))
            return channel.recv_exit_status(), said
        except (paramiko.SSHException, EOFError, OSError):
            return None

    assert asks("apps --json") == (0, b"[]\n")
    assert asks("apps:create peggys-own")[0] == 0
    assert server.ssh("keys:remove", peggy.fingerprint).status == 0
    for command in ("apps --json", "apps:create peggys-next", "git-upload-pack /peggys-own"):
        answer = asks(command)
        assert answer is None or (answer[0] not in (0, None) and answer[1] == b""), (command, answer)
    wait_until(lambda: not transport.is_active(), "the session ends", timeout=20)
    assert server.ssh("apps:info", "peggys-next").status == 3


def a_right_that_is_taken_away_ends_what_is_followed(server):
    app = apps.serving(server, "talkative")
    app.write("app.py", 'import os, threading, http.server\n'
              'def talk():\n    print("still here", flush=True)\n    threading.Timer(0.5, talk).start()\n'
              'talk()\nhttp.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), http.server.SimpleHTTPRequestHandler)'
              '.serve_forever()\n')
    app.commit("talk")
    assert app.push().status == 0
    carol = member(server, "carol")
    assert server.ssh("access:grant", "talkative", "carol", "read").status == 0
    following = server.start_ssh("logs", "talkative", "-f", key=carol.key)
    assert following.stdout.readline()
    assert server.ssh("access:revoke", "talkative", "carol").status == 0
    following.communicate(timeout=30)


def a_right_that_is_taken_away_ends_a_fetch(server):
    """Of what was asked for before, not one object is sent."""
    frank = member(server, "frank")
    assert server.ssh("access:grant", "talkative", "frank", "read").status == 0

    def pkt(text):
        return f"{len(text) + 4:04x}{text}".encode()

    def fetch(before_done):
        fetching = subprocess.Popen([*server.ssh_command(frank.key), "minpaas@127.0.0.1", "git-upload-pack '/talkative'"],
                                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        advertised = fetching.stdout.read(4 + 40)
        before_done()
        return fetching.communicate(pkt(f"want {advertised[4:].decode()} side-band-64k\n") + b"0000" + pkt("done\n"), timeout=60)[0]

    assert b"PACK" in fetch(lambda: None)

    def revoke():
        assert server.ssh("access:revoke", "talkative", "frank").status == 0
        time.sleep(5)  # standing looks every two seconds

    assert b"PACK" not in fetch(revoke)


def what_is_followed_over_http_ends_too(server):
    dora = member(server, "dora")
    assert server.ssh("access:grant", "talkative", "dora", "deploy").status == 0

    def token(name, *options):
        return Api(server, dora.ssh("tokens:create", name, *options).out.strip())

    def begin(api, method, path, body=None):
        connection = http.client.HTTPConnection(api.address, timeout=60)
        connection.request(method, path, json.dumps(body) if body else None,
                           {"Authorization": f"Bearer {api.token}", "Accept": "text/event-stream", "Content-Type": "application/json"})
        response = connection.getresponse()
        assert response.status == 200, response.read()
        return response

    def ends_within(response, most, because):
        begun = time.monotonic()
        text = response.read().decode()
        assert time.monotonic() - begun < most and "event: problem" in text and because in text, (time.monotonic() - begun, text)

    brief, logs = token("brief", "--expires", "1m"), token("logs")
    follow = "/apps/talkative/logs?follow=true"
    expiring, revoked = begin(brief, "GET", follow), begin(logs, "GET", follow)
    began = time.monotonic()
    sleeper = begin(logs, "POST", "/apps/talkative/run", {"command": ["sleep", "600"]})
    beside = begin(token("other"), "POST", "/apps/talkative/exec", {"process": "web.1", "command": ["sleep", "600"]})
    assert dora.ssh("tokens:revoke", "logs").status == 0
    ends_within(revoked, 10, "revoked")
    ends_within(sleeper, 20, "revoked")
    assert server.ssh("access:grant", "talkative", "dora", "read").status == 0
    ends_within(beside, 20, "right")
    left = 60 - (time.monotonic() - began)
    ends_within(expiring, max(left, 0) + 10, "expired")
    late = brief.ask("GET", "/apps/talkative/ps")
    assert late.status == 401 and "expired" in late.json["detail"] and late.headers["WWW-Authenticate"].startswith("Bearer"), late
    row = [json.loads(line) for line in server.ssh("events", "--json").out.splitlines()][-1]
    assert row["actor"] == "dora" and row["credential"].startswith("token ") and row["detail"] == "the token brief has expired", row
    rights = begin(token("third"), "GET", follow)
    assert server.ssh("access:revoke", "talkative", "dora").status == 0
    ends_within(rights, 10, "right")
    assert "logs talkative (cut" in server.ssh("events").out
    stranger = dora.ssh("keys:remove", Person(server, "nobody-yet").fingerprint)
    assert stranger.status == 3 and dora.ssh("keys:remove", run(["ssh-keygen", "-lf", server.key + ".pub"]).out.split()[1]).status == 3
    told = server.ssh("events").out
    assert told.count("dora: keys:remove (denied") == 1 and told.count("dora: keys:remove (failed") == 1, told


def a_deploy_key_can_do_nothing_else(server):
    app = apps.serving_dockerfile(server, "built")
    apps.serving_dockerfile(server, "built-too")
    ci = Person(server, "ci")
    added = server.ssh("keys:add", "ci", "--scope", "git:push@built", "--expires", "90d", stdin=ci.public_key)
    assert added.status == 0 and "a member" in added.err, added
    assert server.ssh("access:grant", "built", "ci", "deploy").status == 0
    assert server.ssh("access:grant", "built-too", "ci", "deploy").status == 0
    row = [key for key in json.loads(server.ssh("keys", "--json").out) if key["name"] == "ci"][0]
    assert row["scope"] == ["git:push@built"] and row["expires_at"] and row["from"] == [], row
    apps.dockerfile(app, "by the CI")
    pushed = ci.git(app.folder, "push", "minpaas", "main")
    assert pushed.status == 0 and server.serves("built", "by the CI"), pushed

    others = [ci.git(app.folder, "push", server.remote(name), "main") for name in ("built-too", "not-there")]
    assert all(other.status == 128 for other in others), others
    assert others[0].text.replace("built-too", "not-there") == others[1].text, others
    fetched = ci.git(server.base, "clone", "-q", server.remote("built"), os.path.join(server.base, "stolen"))
    assert fetched.status == 128 and "that you may fetch" in fetched.text, fetched
    for words in (["config", "built"], ["logs", "built"], ["apps"], ["keys"], ["tokens:create", "t"], ["ps", "built"], ["ps", "not-there"],
                  ["run", "built", "--", "env"], ["keys:add", "x"], ["help"]):
        said = ci.ssh(*words, stdin=Person(server, "-".join(words).replace(":", "_")).public_key)
        assert said.status == 4 and said.out == "" and "scope" in said.err, (words, said)
    assert "ci: git push built-too (denied" in server.ssh("events", "built-too").out


def refused_logins(server, person):
    rows = [json.loads(line) for line in server.ssh("events", "-n", "1000", "--json").out.splitlines()]
    return [row["detail"] for row in rows
            if row["action"] == "ssh login" and row["result"] == "denied" and row["credential"] == person.fingerprint]


def a_key_ends_when_it_is_to_and_comes_from_where_it_may(server):
    elsewhere, here = Person(server, "elsewhere"), Person(server, "here")
    for person, addresses in ((elsewhere, "192.0.2.0/24"), (here, "192.0.2.0/24,127.0.0.0/8,::1")):
        added = server.ssh("keys:add", person.name, "--role", "admin", "--from", addresses, stdin=person.public_key)
        assert added.status == 0, added
    assert elsewhere.ssh("apps").status == 255 and here.ssh("apps").status == 0
    wait_until(lambda: refused_logins(server, elsewhere) == ["the key of elsewhere may not come from there"], "the refused key is on record")
    assert here.ssh("keys:add", "more", stdin=Person(server, "more").public_key).status == 4
    brief = Person(server, "brief")
    assert server.ssh("keys:add", "brief", "--role", "admin", "--expires", "1m", stdin=brief.public_key).status == 0
    assert brief.ssh("tokens:create", "for-ever").status == 4
    assert brief.ssh("tokens:create", "for-ever", "--expires", "30m").status == 4
    begun = time.monotonic()
    following = server.start_ssh("events", "-f", key=brief.key)
    out, err = following.communicate(timeout=90)
    took = time.monotonic() - begun
    assert following.returncode != 0 and 50 < took < 75, (took, out, err)
    assert brief.ssh("apps").status == 255 and Person(server, "nobody").ssh("apps").status == 255
    wait_until(lambda: refused_logins(server, brief) == ["the key of brief has expired"], "the expired key is on record")


def what_was_done_is_on_record(server):
    told = server.ssh("events", "shared")
    assert told.status == 0, told
    for line in [r"bob: config:set shared A \(denied, from 127\.0\.0\.1:\d+\)", r"bob: git push shared \(denied",
                 r"bob: git push shared [0-9a-f]+ v\d+ \(ok", r"tester: access:grant shared bob deploy \(ok"]:
        assert re.search(line, told.out), (line, told)
    assert "hunter2" not in server.ssh("events", "-n", "1000", "--json").out
    assert "bob: apps:info hidden (denied" in server.ssh("events", "-n", "1000").out
    following = server.start_ssh("events", "shared", "-f", "-n", "1")
    assert following.stdout.readline()
    assert server.ssh("config:set", "shared", "SEEN_LIVE=yes").status == 0
    while "config:set shared SEEN_LIVE" not in following.stdout.readline():
        assert following.poll() is None, "the follower was not told of a change"
    following.terminate()
    following.communicate(timeout=10)
    verified = server.ssh("events:verify")
    assert verified.status == 0, verified


def a_record_that_was_changed_is_found(server):
    server.stop()
    with sqlite3.connect(os.path.join(server.data, "minpaas.db")) as database:
        database.execute("DROP TRIGGER events_never_change")
        database.execute("UPDATE events SET result = 'ok' WHERE seq = (SELECT min(seq) FROM events WHERE result = 'denied')")
    server.start()
    verified = server.ssh("events:verify", "--json")
    assert verified.status == 1 and "was changed" in json.loads(verified.out)["fault"], verified


if __name__ == "__main__":
    tell(a_member_sees_only_what_was_granted, a_member_administers_what_they_have_made,
         a_key_that_is_removed_ends_what_it_has_opened, a_key_that_is_removed_begins_nothing_more_in_its_session,
         a_right_that_is_taken_away_ends_what_is_followed, a_right_that_is_taken_away_ends_a_fetch,
         what_is_followed_over_http_ends_too, a_deploy_key_can_do_nothing_else,
         a_key_ends_when_it_is_to_and_comes_from_where_it_may, what_was_done_is_on_record,
         a_record_that_was_changed_is_found, settings={"runtimes": {"allow_dockerfile": "yes"}})
