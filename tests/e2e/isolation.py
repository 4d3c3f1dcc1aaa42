#!/usr/bin/env python3
"""Apps do not reach each other, nor what listens on the host's loopback; the router reaches them all."""

import json
import os
import socket

import apps
from story import tell
from testbed import Server, docker, wait_until

SETTINGS = {"containers": {"stop_timeout": "5s"}}

CONNECT = """import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)
    print("open")
except OSError as error:
    print("closed", type(error).__name__)
"""


def network_of(container):
    """(name, address, gateway)"""
    networks = json.loads(docker("inspect", container))[0]["NetworkSettings"]["Networks"]
    assert len(networks) == 1, networks
    (name, network), = networks.items()
    return name, network["IPAddress"], network["Gateway"]


def tries(server, how, address, port):
    done = server.ssh(*how, "--", "python3", "-", address, str(port), stdin=CONNECT)
    assert done.status == 0, done
    return done.out.split()[0]


def apps_do_not_reach_each_other(server):
    apps.serving(server, "here")
    apps.serving(server, "there")
    name, address, gateway = network_of(server.containers("there")[0])
    assert name == "minpaas", name
    for how in (["exec", "here", "web.1"], ["run", "here"]):
        assert tries(server, how, address, 8000) == "closed", how
    with socket.create_server(("127.0.0.1", 0)) as private:
        assert tries(server, ["exec", "here", "web.1"], gateway, private.getsockname()[1]) == "closed"
    with socket.create_server(("0.0.0.0", 0)) as public:
        assert tries(server, ["exec", "here", "web.1"], gateway, public.getsockname()[1]) == "open", "the way out is open"
    with socket.create_connection((address, 8000), 5):
        pass  # the host reaches it, and so does the router:
    assert server.serves("there", "version one") and server.serves("here", "version one")


def networks():
    return docker("network", "ls", "--format", "{{.Name}}").split()


def a_network_that_was_half_made(_):
    """A server ended while it made the network of the apps: the next one leaves nothing of that behind."""
    name = f"minpaas-half-{os.getpid()}"
    docker("network", "create", "--label", "minpaas.network=apps", f"{name}-subnet")
    try:
        with Server({"containers": {"network": name}}):
            wait_until(lambda: name in networks(), "the network")
            assert f"{name}-subnet" not in networks()
    finally:
        for left in {name, f"{name}-subnet"}.intersection(networks()):
            docker("network", "rm", left)


if __name__ == "__main__":
    tell(apps_do_not_reach_each_other, a_network_that_was_half_made, settings=SETTINGS)
