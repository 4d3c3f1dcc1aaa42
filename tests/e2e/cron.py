#!/usr/bin/env python3
"""Commands that an app.json wants to be run by the clock."""

import json

import apps
from story import tell

SETTINGS = {"containers": {"stop_timeout": "5s"}}


def with_cron(app, text):
    app.write("app.json", json.dumps({"cron": [
        {"schedule": "30 2 29 2 *", "command": "echo tidied $WORD; echo in $PWD >&2; exit 3"},
        {"schedule": "@yearly", "command": "cat app.py"}]}))
    apps.python(app, text)


def entries_that_are_run_by_hand(server):
    app = server.new_app(name="tidy")
    with_cron(app, "version one")
    pushed = app.push()
    assert pushed.status == 0 and "cron" not in pushed.text, pushed
    assert server.ssh("config:set", "tidy", "WORD=everything").status == 0
    entries = json.loads(server.ssh("cron", "tidy", "--json").out)
    assert [entry["schedule"] for entry in entries] == ["30 2 29 2 *", "@yearly"]
    assert entries[0]["next"].endswith("-02-29T02:30:00.000000+00:00") and entries[0]["last"] is None
    done = server.ssh("cron:run", "tidy", entries[0]["id"])
    assert (done.status, done.out) == (3, "tidied everything\n") and "in /app" in done.err, done
    run = json.loads(server.ssh("cron:history", "tidy", entries[0]["id"], "--json").out)[0]
    assert (run["state"], run["status"], run["started_by"] is None) == ("exited", 3, False), run
    assert "tidied [WORD]" in run["output"], "config is masked in what is kept"
    assert "exited 3" in server.ssh("cron", "tidy").out
    assert server.ssh("cron:run", "tidy", entries[1]["id"]).status == 0
    assert server.ssh("cron:run", "tidy", "nobody").status == 3
    assert len(server.containers("tidy")) == 1, "one-off containers are gone"


if __name__ == "__main__":
    tell(entries_that_are_run_by_hand, settings=SETTINGS)
