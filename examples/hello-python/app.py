"""Greets every visitor. Nothing but the standard library."""

import os
import sys
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = """<!doctype html>
<meta charset="utf-8"><title>hello-python</title>
<style>body {{ font: 1.4rem system-ui; margin: 20vh auto; max-width: 34rem }}</style>
<h1>{greeting}</h1>
<p>Deployed by git push. Change the greeting with
<code>ssh minpaas config:set hello-python GREETING=Bonjour</code></p>
"""


class Server(ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        # A visitor who leaves, as a proxy does with connections it no longer needs, is no error.
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Hello(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        greeting = os.environ.get("GREETING", "Hello from MinPaas!")
        body = PAGE.format(greeting=escape(greeting)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "8000"))
    print(f"hello-python listens on port {port}", flush=True)
    Server(("", port), Hello).serve_forever()
