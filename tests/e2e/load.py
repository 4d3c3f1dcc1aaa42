"""Constant load on one address that forgives nothing: no request is sent twice, every failure counts.

    with Load("127.0.0.1", 10123) as load:
        ...                          # what must not be noticed
    assert not load.failures

Clients that keep their connection, keep it idle for a while, open one for each request, POST bodies
both ways, wait for slow answers; and WebSockets that echo.
"""

import base64
import os
import random
import socket
import threading
import time


class Connection:
    def __init__(self, address, name="load"):
        self.name = name
        self.socket = socket.create_connection(address, 10)
        self.socket.settimeout(15)
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def ask(self, method, path, body=b"", close=False):
        """The answer's body, and whether the server keeps the connection."""
        head = f"{method} {path} HTTP/1.1\r\nHost: {self.name}\r\n"
        if body:
            head += f"Content-Length: {len(body)}\r\n"
        if close:
            head += "Connection: close\r\n"
        self.socket.sendall(head.encode() + b"\r\n" + body)
        status = self.file.readline()
        if b" 200 " not in status:
            raise OSError(f"answer {status!r}")
        headers = {}
        while (line := self.file.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            headers[name.lower()] = value.strip().lower()
        answer = self.file.read(int(headers[b"content-length"]))
        if len(answer) != int(headers[b"content-length"]):
            raise OSError("the answer was cut")
        return answer, headers.get(b"connection") != b"close"


class Load:
    def __init__(self, host, port, clients=16, web_sockets=20, name="load"):
        self.address, self.name = (host, port), name
        self.clients, self.web_sockets = clients, web_sockets
        self.ended, self.lock = threading.Event(), threading.Lock()
        self.requests, self.failures, self.cut, self.bodies = 0, [], [], set()
        self.threads = []

    def __enter__(self):
        kinds = (self.keeps, self.idles, self.opens, self.posts, self.waits)
        jobs = [kinds[i % len(kinds)] for i in range(self.clients)] + [self.web_socket] * self.web_sockets
        self.threads = [threading.Thread(target=job, daemon=True) for job in jobs]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        for thread in self.threads:
            thread.join(20)

    def loop(self, kind, request, pause=lambda: 0.002):
        """A connection is used again as long as the server says that it keeps it."""
        connection = None
        while not self.ended.is_set():
            try:
                connection = connection or Connection(self.address, self.name)
                kept = request(connection)
                with self.lock:
                    self.requests += 1
                if not kept:
                    connection.close()
                    connection = None
            except (OSError, ValueError, KeyError) as error:
                with self.lock:
                    self.failures.append(f"{kind} at {time.time():.3f}: {type(error).__name__}: {error}")
                connection = None
            time.sleep(pause())
        if connection:
            connection.close()

    def get(self, connection, path="/", close=False):
        answer, kept = connection.ask("GET", path, close=close)
        with self.lock:
            self.bodies.add(answer)
        return kept and not close

    def keeps(self):
        self.loop("keep-alive", self.get)

    def idles(self):
        self.loop("idle keep-alive", self.get, lambda: random.uniform(0, 0.25))

    def opens(self):
        self.loop("new connection", lambda connection: self.get(connection, close=True))

    def waits(self):
        self.loop("slow", lambda connection: self.get(connection, "/slow"))

    def posts(self):
        body = random.randbytes(2048)

        def post(connection):
            answer, kept = connection.ask("POST", "/", body)
            if answer != body:
                raise OSError("another body came back")
            return kept

        self.loop("POST", post)

    def web_socket(self):
        """One connection for the whole time; an end before is a cut."""
        try:
            connection = Connection(self.address, self.name)
            key = base64.b64encode(os.urandom(16)).decode()
            connection.socket.sendall(
                f"GET /ws HTTP/1.1\r\nHost: {self.name}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
            if b" 101 " not in connection.file.readline():
                raise OSError("no WebSocket")
            while connection.file.readline() != b"\r\n":
                pass
            while not self.ended.is_set():
                connection.socket.sendall(b"\x81\x84\0\0\0\0ping")
                if connection.file.read(6) != b"\x81\x04ping":
                    raise OSError("the WebSocket ended")
                time.sleep(0.05)
            connection.close()
        except OSError as error:
            with self.lock:
                self.cut.append(f"at {time.time():.3f}: {error}")
