#!/usr/bin/env python3
"""The check stage of a big app: ten process types with two replicas each, every one ready a second after its start.

usage: check_stage.py MINPAASD [ROUNDS]
"""

import json
import os
import re
import statistics
import sys

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

import apps  # noqa: E402
from measure import amount, emit  # noqa: E402
from testbed import Server  # noqa: E402

TYPES = ["web"] + [f"part{number}" for number in range(1, 10)]
REPLICAS = 2
READY_AFTER = "sleep 1; exec busybox httpd -f -p $PORT -h /app"


def write(app, text):
    app.write("Procfile", "".join(f"{name}: {READY_AFTER}\n" for name in TYPES))
    app.write("app.json", json.dumps({"formation": {name: {"quantity": REPLICAS} for name in TYPES},
                                      "healthchecks": {name: [{"path": "/"}] for name in TYPES}}))
    return apps.dockerfile(app, text)


def stage(text, word):
    """Seconds that a stage took, as the push says it."""
    return float(re.search(rf"{word} \(([0-9.]+) s\)", text).group(1))


def main():
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    settings = {"router": {"kind": "haproxy", "drain_timeout": "2s"}, "runtimes": {"allow_dockerfile": "true"}, "containers": {"memory_bytes": "64m", "stop_timeout": "2s"}}
    started, healthy = [], []
    with Server(settings) as server:
        app = server.new_app(name="big")
        for number in range(rounds):
            write(app, f"version {number}")
            pushed = app.push()
            if pushed.status != 0:
                raise SystemExit(f"push failed: {pushed}")
            server.settled("big", len(TYPES) * REPLICAS)
            started.append(stage(pushed.err, "Started"))
            healthy.append(stage(pushed.err, "Healthy"))
    emit("start of 10 process types x 2 replicas", f"{statistics.median(started):.1f} s", "", "", None, None, None)
    met = amount("their check stage, each ready 1 s after its start", statistics.median(healthy), "s", 3)
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
