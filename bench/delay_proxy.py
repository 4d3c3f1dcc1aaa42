#!/usr/bin/env python3
"""A TCP proxy on loopback that holds every byte back for a while, as a long way would.

Only latency is added: no loss, no bandwidth limit, and each side's TCP sees a peer on loopback. What
is left is the windows of the protocol above TCP, which is what the SSH benchmark wants to see.
Per direction one thread reads and stamps, one writes when the time has come.

usage: delay_proxy.py TARGET_PORT ONE_WAY_MS     prints its own port, serves until stdin ends
"""

import collections
import os
import socket
import sys
import threading
import time

READ_BYTES = 1 << 18
# Bytes that may be on their way in one direction; far above any window that is measured.
IN_FLIGHT_BYTES = 128 << 20


class Way:
    """One direction of a connection: bytes with the time at which they may arrive."""

    def __init__(self, source, sink, delay):
        self.source, self.sink, self.delay = source, sink, delay
        self.pieces = collections.deque()
        self.held = 0
        self.changed = threading.Condition()

    def start(self):
        for work in (self.read, self.write):
            threading.Thread(target=work, daemon=True).start()

    def read(self):
        while True:
            try:
                piece = self.source.recv(READ_BYTES)
                # A client's small packets must not wait for our delayed ACK.
                self.source.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
            except OSError:
                piece = b""
            with self.changed:
                self.changed.wait_for(lambda: self.held < IN_FLIGHT_BYTES)
                self.pieces.append((time.monotonic() + self.delay, piece))
                self.held += len(piece)
                self.changed.notify_all()
            if not piece:
                return

    def write(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.pieces)
                due, piece = self.pieces.popleft()
                self.held -= len(piece)
                self.changed.notify_all()
            wait = due - time.monotonic()
            if wait > 0:
                time.sleep(wait)
            try:
                if not piece:
                    self.sink.shutdown(socket.SHUT_WR)
                    return
                self.sink.sendall(piece)
            except OSError:
                self.close()
                return

    def close(self):
        """The sink is gone: the source learns of it, so that its reader ends too."""
        try:
            self.source.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def serve(listener, target, delay):
    while True:
        near, _ = listener.accept()
        far = socket.create_connection(("127.0.0.1", target))
        for end in (near, far):
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        Way(near, far, delay).start()
        Way(far, near, delay).start()


def main():
    target, one_way = int(sys.argv[1]), float(sys.argv[2]) / 1000
    listener = socket.create_server(("127.0.0.1", 0), backlog=64)
    print(listener.getsockname()[1], flush=True)
    threading.Thread(target=serve, args=(listener, target, one_way), daemon=True).start()
    sys.stdin.read()
    os._exit(0)


if __name__ == "__main__":
    main()
