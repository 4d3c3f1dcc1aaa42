#!/usr/bin/env python3
"""What it costs the server that 100 people follow the logs of an app that prints ten lines a second.

usage: followers.py MINPAASD [SECONDS]
"""

import os
import subprocess
import sys
import time

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

from measure import amount, say  # noqa: E402
from testbed import Server, wait_until  # noqa: E402

FOLLOWERS, LINES_A_SECOND = 100, 10
# Answers, and prints a line every 100 ms.
DOCKERFILE = """FROM localhost/minpaas/static-base
RUN mkdir -p /app && echo up >/app/index.html
USER 10001
CMD ["busybox", "sh", "-c", "busybox httpd -p 8080 -h /app; i=0; while :; do i=$((i+1)); echo line $i of what an app says; busybox usleep 97000; done"]
"""


def cpu_seconds(pid):
    """User and system time of the process so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def lines_in(path):
    with open(path, "rb") as file:
        return file.read().count(b"\n")


def main():
    seconds = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    settings = {"server": {"log_level": "info"}, "runtimes": {"allow_dockerfile": "true"},
                "ssh": {"max_sessions_per_address": FOLLOWERS + 10, "penalties": "false"}}
    followers, paths = [], []
    with Server(settings) as server:
        app = server.new_app(name="speaks")
        app.write("Dockerfile", DOCKERFILE)
        app.commit("first")
        pushed = app.push()
        assert pushed.status == 0, pushed
        try:
            while len(followers) < FOLLOWERS:
                begun = []
                for _ in range(5):
                    begun.append(os.path.join(server.base, f"follower-{len(followers)}"))
                    with open(begun[-1], "wb") as file:
                        followers.append(subprocess.Popen(
                            [*server.ssh_command(), "minpaas@127.0.0.1", "logs", "speaks", "-f", "-n", "1"],
                            stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT))
                wait_until(lambda: all(lines_in(path) > 0 for path in begun), "the followers read")  # pylint: disable=cell-var-from-loop
                paths += begun
            time.sleep(2)
            before, start = cpu_seconds(server.process.pid), time.monotonic()
            lines = [lines_in(path) for path in paths]
            time.sleep(seconds)
            used, taken = cpu_seconds(server.process.pid) - before, time.monotonic() - start
            lines = [lines_in(path) - count for path, count in zip(paths, lines)]
        finally:
            for follower in followers:
                follower.terminate()
            for follower in followers:
                follower.wait()
        say(f"each follower read {min(lines) / taken:.1f} to {max(lines) / taken:.1f} lines a second")
        assert min(lines) > 0.8 * LINES_A_SECOND * taken, lines
    met = amount(f"{FOLLOWERS} followers of a log of {LINES_A_SECOND} lines a second, share of a core",
                 round(used / taken * 100, 1), "%", 10)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
