"""A server for load: answers its release, echoes POST bodies, takes its time, speaks WebSocket. It
exits at once on SIGTERM, as careless apps do."""

import base64
import hashlib
import os
import signal
import socketserver
import time
from http.server import BaseHTTPRequestHandler

RELEASE = "release one"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.headers.get("Upgrade", "").lower() == "websocket":
            return self.web_socket()
        if self.path == "/slow":
            time.sleep(0.3)
        if self.path == "/headers":
            return self.answer(str(self.headers).encode())
        return self.answer(os.environ.get("RELEASE", RELEASE).encode())

    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers["Content-Length"])))

    def web_socket(self):
        """RFC 6455: echoes short text frames of a client."""
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        self.close_connection = True
        while True:
            head = self.rfile.read(2)
            if len(head) < 2 or head[0] & 0x0F == 8:
                return
            length = head[1] & 0x7F
            mask, text = self.rfile.read(4), self.rfile.read(length)
            text = bytes(byte ^ mask[i % 4] for i, byte in enumerate(text))
            self.wfile.write(bytes([0x81, length]) + text)

    def log_message(self, *_):
        pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    Server(("0.0.0.0", int(os.environ["PORT"])), Handler).serve_forever()
