"""One HTTP/2 stream over a connection without TLS, as a gRPC client holds it: each message comes back before the next is sent."""

import socket
import threading
import time

import h2.connection
import h2.events


class Stream:
    """Open from the beginning of the block; ends with it, or before by the other side (`ended`, by the clock of time.monotonic)."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.settimeout(5)
        self.http = h2.connection.H2Connection()
        self.headers, self.echoed, self.ended, self.failure = {}, b"", None, None
        self.messages = 0
        self.leaving = threading.Event()
        self.thread = threading.Thread(target=self.talk, daemon=True)

    def __enter__(self):
        self.http.initiate_connection()
        self.number = self.http.get_next_available_stream_id()
        self.http.send_headers(self.number, [(":method", "POST"), (":scheme", "http"), (":authority", "stream"),
                                             (":path", "/a.B/C"), ("te", "trailers")])
        self.socket.sendall(self.http.data_to_send())
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.leaving.set()
        self.thread.join(20)
        self.socket.close()

    def talk(self):
        try:
            while not self.leaving.is_set():
                self.send(f"message {self.messages};".encode())
                self.messages += 1
                time.sleep(0.02)
        except OSError as error:
            self.failure = error
        if not self.leaving.is_set():
            self.ended = time.monotonic()

    def send(self, message):
        """Returns when all of it has come back."""
        wanted = len(self.echoed) + len(message)
        self.http.send_data(self.number, message)
        while len(self.echoed) < wanted:
            self.socket.sendall(self.http.data_to_send())
            given = self.socket.recv(1 << 16)
            if not given:
                raise OSError("the connection was closed")
            for event in self.http.receive_data(given):
                self.take(event)
        self.socket.sendall(self.http.data_to_send())
        if not self.echoed.endswith(message):
            raise OSError(f"another message came back: {self.echoed[-40:]!r}")

    def take(self, event):
        if isinstance(event, h2.events.ResponseReceived):
            self.headers = {name.decode(): value.decode() for name, value in event.headers}
        elif isinstance(event, h2.events.DataReceived):
            self.echoed += event.data
            self.http.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, (h2.events.StreamEnded, h2.events.StreamReset)):
            raise OSError("the stream was ended")
