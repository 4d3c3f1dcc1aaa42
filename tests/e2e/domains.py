#!/usr/bin/env python3
"""Host names of apps: added and removed while connections go on, kept over every restart."""

import json
import os
import signal

import apps
from failures import refuses
from load import Load
from router import new_release, swap_app
from story import tell
from testbed import fetch, wait_until


def by_name(server, host, path="/"):
    return fetch(f"http://{server.sections['router']['http_listen']}{path}", headers={"Host": host})


def listed(server, app):
    return [domain["host"] for domain in json.loads(server.ssh("domains", app, "--json").out)]


def names_come_and_go_unnoticed(server):
    """No connection ends, no WebSocket is cut, and no release is made."""
    app = swap_app(server, "named")
    host, port = server.sections["router"]["http_listen"].split(":")
    with Load(host, int(port), clients=10, web_sockets=5, name="named.localhost") as load:
        for number in range(10):
            done = server.ssh("domains:add", "named", f"WWW{number}.Example.org", f"*.shop{number}.example")
            assert done.status == 0, done
            assert "release one" in by_name(server, f"www{number}.example.org")
            assert "release one" in by_name(server, f"any.shop{number}.example:8080")
            assert "There is no app here" in by_name(server, f"a.b.shop{number}.example")
        for number in range(10):
            assert server.ssh("domains:remove", "named", f"www{number}.example.org").status == 0
            assert "There is no app here" in by_name(server, f"www{number}.example.org")
    assert not load.failures and not load.cut, (load.failures[:5], load.cut)
    assert load.requests > 100, load.requests
    assert "v1" in server.ssh("apps:info", "named").out
    new_release(app, "release two")
    assert "release two" in by_name(server, "any.shop3.example")


def names_outlive_everything(server):
    swap_app(server, "kept")
    assert server.ssh("domains:add", "kept", "kept.example.org").status == 0

    def answers():
        try:
            return "release one" in by_name(server, "kept.example.org")
        except OSError:
            return False

    server.kill()
    assert answers(), "HAProxy knows it without the server"
    server.start()
    assert answers()
    os.kill(server.router_pid(), signal.SIGKILL)
    wait_until(answers, "HAProxy is back with the name", timeout=20)
    server.stop()
    server.stop_router()
    server.start()
    wait_until(answers, "all is started anew", timeout=20)
    assert listed(server, "kept") == ["kept.localhost", "kept.example.org"]


def a_name_belongs_to_one_app(server):
    apps.serving(server, "owner")
    rival = apps.serving(server, "rival", "the rival")
    assert server.ssh("domains:add", "owner", "one.example").status == 0
    before = apps.Untouched(rival, "the rival")
    for words, status, said in ((["rival", "two.example", "one.example"], 5, "one.example belongs to owner"),
                                (["rival", "owner.localhost"], 5, "owner.localhost is kept for the apps"),
                                (["rival", "*.localhost"], 5, "*.localhost is kept for the apps"), (["rival", "http://x.example"], 2, "is no host name"),
                                (["rival", "10.0.0.1"], 2, "is an address"), (["rival", "x.example:80"], 2, "is no host name"),
                                (["nobody", "x.example"], 3, "there is no app nobody"), (["rival"], 2, "a HOST is missing")):
        refuses(rival, ["domains:add", *words], status, said, before=before)
    assert "version one" in by_name(server, "one.example") and "There is no app here" in by_name(server, "two.example")
    assert listed(server, "rival") == ["rival.localhost"]
    assert server.ssh("domains:remove", "rival", "one.example").status == 3
    assert server.ssh("apps:destroy", "owner", "--confirm", "owner").status == 0
    assert "There is no app here" in by_name(server, "one.example")
    assert server.ssh("domains:add", "rival", "one.example").status == 0
    assert "the rival" in by_name(server, "one.example")


def a_name_before_the_first_push(server):
    assert server.ssh("apps:create", "early").status == 0
    assert server.ssh("domains:add", "early", "early.example").status == 0
    assert "There is no app here" in by_name(server, "early.example")
    apps.serving(server, "early", "good morning")
    assert "good morning" in by_name(server, "early.example")


def a_page_in_place_of_an_app(server):
    """Who is connected notices nothing, everyone else sees the page, over restarts and through a push."""
    app = swap_app(server, "upkeep")
    with Load("127.0.0.1", int(server.url("upkeep").rpartition(":")[2]), clients=0, web_sockets=3) as load:
        wait_until(lambda: server.serves("upkeep", "release one"), "it is served")
        assert server.ssh("maintenance:on", "upkeep").status == 0
        assert "Back in a moment" in server.get("upkeep")
        assert "Back in a moment" in by_name(server, "upkeep.localhost")
        assert "running (maintenance)" in server.ssh("apps:info", "upkeep").out
    assert not load.cut, load.cut
    server.kill()
    server.start()
    server.stop()
    server.stop_router()
    server.start()
    wait_until(lambda: server.serves("upkeep", "Back in a moment"), "the page is back", timeout=20)
    new_release(app, "release two")
    assert "Back in a moment" in server.get("upkeep")
    assert server.ssh("maintenance:off", "upkeep").status == 0
    assert "release two" in server.get("upkeep")


def without_haproxy_there_are_no_names(server):
    apps.serving(server, "direct")
    server.change_settings({"router": {"kind": "direct"}})
    done = server.ssh("domains:add", "direct", "x.example")
    assert done.status == 5 and "its router is not HAProxy" in done.err, done
    done = server.ssh("maintenance:on", "direct")
    assert done.status == 5 and "its router is not HAProxy" in done.err, done
    server.change_settings({"router": {"kind": "haproxy"}})


if __name__ == "__main__":
    tell(names_come_and_go_unnoticed, names_outlive_everything, a_name_belongs_to_one_app, a_name_before_the_first_push, a_page_in_place_of_an_app,
         without_haproxy_there_are_no_names, settings={"router": {"kind": "haproxy", "drain_timeout": "2s"}})
