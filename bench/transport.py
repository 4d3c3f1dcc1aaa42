"""100 MB through `ssh HOST sink`, timed from the moment the sink is ready until it has counted all."""

import fcntl
import os
import subprocess
import threading
import time

PACK_BYTES = 100_000_000
F_SETPIPE_SZ = 1031


def upload(command, content):
    """Seconds from the first byte given to the client until the far side's count is back.

    `command` is an ssh client whose far side says `ready`, reads to the end and prints how much it got.
    Setting up the connection is not in it: that is the measure of `version` beside `true`.
    """
    client = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    fcntl.fcntl(client.stdin.fileno(), F_SETPIPE_SZ, 1 << 20)
    if client.stdout.readline() != b"ready\n":
        raise SystemExit(f"{command[-1]}: no sink answers, status {client.wait()}")
    start = time.perf_counter()
    client.stdin.write(content)
    client.stdin.close()
    counted = client.stdout.readline()
    took = time.perf_counter() - start
    if client.wait() != 0 or counted != b"%d\n" % len(content):
        raise SystemExit(f"the sink counted {counted!r} of {len(content)} bytes")
    return took


class DelayProxy:
    """bench/delay_proxy.py in a process of its own, for as long as the block."""

    def __init__(self, target, round_trip_ms):
        script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "delay_proxy.py")
        self.process = subprocess.Popen(["python3", script, str(target), str(round_trip_ms / 2)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.process.stdin.close()
        self.process.wait()


def plain_rate(round_trip_ms, content):
    """MB/s of bare TCP through the proxy, the answer's way back included: what it costs by itself."""
    import socket

    def count(listener):
        peer, _ = listener.accept()
        got = 0
        while piece := peer.recv(1 << 18):
            got += len(piece)
        peer.sendall(b"%d\n" % got)
        peer.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=count, args=(listener,), daemon=True).start()
        with DelayProxy(listener.getsockname()[1], round_trip_ms) as proxy:
            with socket.create_connection(("127.0.0.1", proxy.port)) as near:
                start = time.perf_counter()
                near.sendall(content)
                near.shutdown(socket.SHUT_WR)
                counted = near.makefile("rb").readline()
                took = time.perf_counter() - start
    if counted != b"%d\n" % len(content):
        raise SystemExit(f"the proxy lost bytes: {counted!r} of {len(content)}")
    return len(content) / 1e6 / took
