#!/usr/bin/env python3
"""What the router adds to a request: wrk with 32 connections against the container's own address, behind
MinPaas, and behind Caddy.

usage: overhead.py MINPAASD [ROUNDS]
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(1, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tests/e2e"))
os.environ["MINPAASD"] = os.path.abspath(sys.argv[1])

import engine_api  # noqa: E402
import proxies  # noqa: E402
from measure import emit, row, skipped  # noqa: E402
from testbed import Server  # noqa: E402

APP = "hello-node"
INSIDE = 3000
SECONDS = 3
UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1}


def load(url):
    """(requests a second, median seconds of one) with 32 connections that are kept."""
    done = subprocess.run(["wrk", "-t1", "-c32", f"-d{SECONDS}s", "--latency", url], capture_output=True, text=True)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout)
    median = re.search(r"50%\s+([\d.]+)(us|ms|s)", done.stdout)
    if not rate or not median or "Non-2xx" in done.stdout:
        raise SystemExit(f"wrk {url}: {done.stdout}{done.stderr}")
    return float(rate.group(1)), float(median.group(1)) * UNITS[median.group(2)]


def compare(urls, rounds):
    """The median of (rate, latency) of each address, taken in turn."""
    for url in urls:
        load(url)
    runs = [[load(url) for url in urls] for _ in range(rounds)]
    return [tuple(statistics.median(one[i][part] for one in runs) for part in (0, 1)) for i in range(len(urls))]


def measure(rounds):
    caddy = proxies.caddy_program()
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base, \
            Server({"router": {"kind": "haproxy"}}) as server:
        pushed = server.new_app(APP).push()
        if pushed.status != 0:
            raise SystemExit(f"push failed: {pushed}")
        address = f"{engine_api.address(server.containers(APP)[0])}:{INSIDE}"
        urls = [f"http://{address}/", server.url(APP)]
        if not caddy:
            direct, mine = compare(urls, rounds)
            report(direct, mine)
            return skipped("the same beside Caddy", "Debian's caddy cannot be downloaded")
        with proxies.Caddy(caddy, base, address) as beside:
            direct, mine, other = compare([*urls, f"http://127.0.0.1:{beside.port}/"], rounds)
        report(direct, mine)
        met = [row("median of a request through the router, 32 connections", f"{mine[1] * 1000:.2f} ms", "Caddy",
                   f"{other[1] * 1000:.2f} ms", mine[1] / other[1], 1),
               row("time for a request at full load, 32 connections", f"{1e6 / mine[0]:.0f} µs", "Caddy",
                   f"{1e6 / other[0]:.0f} µs", other[0] / mine[0], 1)]
        return all(met)


def report(direct, mine):
    emit("median of a request through the router, 32 connections", f"{mine[1] * 1000:.2f} ms",
         "the container's own address", f"{direct[1] * 1000:.2f} ms", mine[1] / direct[1], None, None)
    emit("requests a second through the router", f"{mine[0]:.0f}", "the container's own address", f"{direct[0]:.0f}",
         direct[0] / mine[0], None, None)


if __name__ == "__main__":
    met_all = measure(int(sys.argv[2]) if len(sys.argv) > 2 else 3)
    sys.exit(0 if met_all else 1)
