#!/usr/bin/env python3
"""Settings that decide while the server runs: the router that it takes by itself, and what SIGHUP changes."""

import os
import shutil
import signal

import apps
from story import need, tell_alone
from testbed import Server, docker, fetch, wait_until

DOCKERFILES = {"runtimes": {"allow_dockerfile": "true"}}
AUTO = {"router": {"kind": "auto", "drain_timeout": "2s"}, **DOCKERFILES}
# The program of the arguments, where HAProxy is not installed: also its usual places are looked at.
WITHOUT_HAPROXY = ["unshare", "--mount", "sh", "-c", 'mount --bind /dev/null "$0" && exec "$@"']


def is_published(name):
    # In one question: a container may go between two.
    return "->" in docker("ps", "--filter", f"label=minpaas.app={name}", "--format", "{{.Ports}}")


def haproxy_is_taken_where_it_is_installed():
    with Server(AUTO) as server:
        apps.serving_dockerfile(server, "by-itself")
        assert server.router_pid() and not is_published("by-itself")
        by_name = fetch(f"http://{server.sections['router']['http_listen']}", headers={"Host": "by-itself.localhost"})
        assert "version one" in by_name
        assert "HAProxy is not installed" not in server.log()


def ports_are_published_where_there_is_no_haproxy():
    """And it is said; once HAProxy is installed, a restart takes it."""
    need(os.geteuid() == 0, "root, to hide HAProxy")
    server = Server(AUTO)
    usual = server.program
    server.program = [*WITHOUT_HAPROXY, shutil.which("haproxy", path=os.environ["PATH"] + ":/usr/sbin"), *usual]
    with server:
        apps.serving_dockerfile(server, "by-port")
        assert "HAProxy is not installed: apps are served on published ports" in server.log()
        assert server.router_pid() is None and is_published("by-port")
        server.program = usual
        server.change_settings({})
        wait_until(lambda: not is_published("by-port") and server.serves("by-port", "version one"),
                   "HAProxy serves it", timeout=60)
        assert server.router_pid()


def told_to_read_again(server, settings, answer):
    """Changes the file, sends SIGHUP, waits for the new line of the log that says what came of it."""
    seen = server.log().count(answer)
    server.write_settings(settings)
    server.process.send_signal(signal.SIGHUP)
    wait_until(lambda: server.log().count(answer) > seen, f"the log says: {answer}")


def debug_lines(server):
    assert server.ssh("version").status == 0
    return server.log().count(" debug ")


def a_hangup_reads_the_settings_again():
    """The log level is in force at once, the rest is not, and a file with a mistake changes nothing."""
    with Server({"server": {"log_level": "info"}, **DOCKERFILES}) as server:
        app = apps.serving_dockerfile(server, "hears-nothing")
        process = server.process
        assert debug_lines(server) == 0
        told_to_read_again(server, {"server": {"log_level": "debug"}}, "read the settings again: in force")
        wait_until(lambda: debug_lines(server) > 0, "debug lines are written")
        told_to_read_again(server, {"server": {"log_level": "info"}, "git": {"deploy_branch": "other"}},
                           "the log level is in force, the other changes need a restart")
        wait_until(lambda: debug_lines(server) == debug_lines(server), "no more debug lines are written")
        apps.dockerfile(app, "version two")
        pushed = app.push()
        assert pushed.status == 0 and server.serves("hears-nothing", "version two"), pushed
        told_to_read_again(server, {"server": {"log_level": "loud"}}, "the settings are as before")
        assert server.process is process and process.poll() is None and server.serves("hears-nothing", "version two")
        server.write_settings({"server": {"log_level": "info"}})
        server.change_settings({})
        apps.dockerfile(app, "version three")
        pushed = app.push()
        assert pushed.status == 1 and "other" in pushed.err, f"a restart did not take the other branch: {pushed}"


if __name__ == "__main__":
    tell_alone(haproxy_is_taken_where_it_is_installed, ports_are_published_where_there_is_no_haproxy,
               a_hangup_reads_the_settings_again)
