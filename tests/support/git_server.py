"""A web server for tests that fetch repositories: good ones below /git/, and bad ones by name.

  /git/NAME       what lies in the folder, by git http-backend
  /private/NAME   the same, for user ada with password s3cret-token
  /to/URL/...     a redirect to URL (quoted) and what follows
  /loop/          a redirect to itself
  /hang/          takes the request and never answers
  /stall/         begins to answer and stops
  /endless/       a repository whose pack never ends
  /cut/           one whose pack ends too early
  /page/          a web page

Writes its port into FOLDER/port and prints `ready`, then serves until its standard input ends; with TLS
when there is a FOLDER/cert.pem (certificate and key). Usage: git_server.py FOLDER
Listens on 127.0.0.1, or on GIT_SERVER_ADDRESS.
"""

import base64
import http.server
import os
import re
import ssl
import struct
import subprocess
import sys
import threading
import urllib.parse

FOLDER = sys.argv[1]
OID = "1" * 40


def pkt(data):
    return b"%04x" % (len(data) + 4) + data


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, headers=(), body=b""):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            whole = b""
            while size := int(self.rfile.readline(), 16):
                whole += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return whole
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def backend(self, path, query, body):
        environment = dict(os.environ, GIT_PROJECT_ROOT=FOLDER, GIT_HTTP_EXPORT_ALL="1", PATH_INFO=path,
                           QUERY_STRING=query, REQUEST_METHOD=self.command, REMOTE_USER="", REMOTE_ADDR="127.0.0.1",
                           CONTENT_TYPE=self.headers.get("Content-Type", ""), CONTENT_LENGTH=str(len(body)),
                           HTTP_CONTENT_ENCODING=self.headers.get("Content-Encoding", ""))
        said = subprocess.run(["git", "-c", "safe.directory=*", "http-backend"], input=body, env=environment,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False).stdout
        head, _, content = said.partition(b"\r\n\r\n")
        headers = [tuple(line.split(": ", 1)) for line in head.decode().split("\r\n") if ": " in line]
        status = next((int(value[:3]) for name, value in headers if name == "Status"), 200)
        self.answer(status, [one for one in headers if one[0] != "Status"], content)

    def advertise(self):
        capabilities = b"side-band-64k ofs-delta thin-pack"
        lines = pkt(b"# service=git-upload-pack\n") + b"0000"
        lines += pkt(f"{OID} HEAD\0".encode() + capabilities + b"\n") + pkt(f"{OID} refs/heads/main\n".encode()) + b"0000"
        self.answer(200, [("Content-Type", "application/x-git-upload-pack-advertisement")], lines)

    def begin_pack(self, length=None, kind="result"):
        self.send_response(200)
        self.send_header("Content-Type", f"application/x-git-upload-pack-{kind}")
        self.send_header("Connection", "close")
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.close_connection = True

    def endless(self):
        self.begin_pack()
        self.wfile.write(pkt(b"NAK\n"))
        # A blob of 200 MB after another, not compressed: stored blocks of deflate.
        size = 200 << 20
        header = [(3 << 4) | (size & 15) | 128]
        rest = size >> 4
        while rest:
            header.append((rest & 127) | (128 if rest > 127 else 0))
            rest >>= 7
        block = b"\0" + struct.pack("<HH", 65000, 65535 - 65000) + b"x" * 65000
        start = b"PACK" + struct.pack(">II", 2, 1000000) + bytes(header) + b"\x78\x01"
        try:
            self.wfile.write(pkt(b"\1" + start))
            while True:
                for at in range(0, len(block), 60000):
                    self.wfile.write(pkt(b"\1" + block[at:at + 60000]))
        except OSError:
            pass

    def handle_any(self):
        url = urllib.parse.urlsplit(self.path)
        body = self.body()
        kind, _, rest = url.path[1:].partition("/")
        if kind == "git":
            return self.backend("/" + rest, url.query, body)
        if kind == "private":
            wanted = "Basic " + base64.b64encode(b"ada:s3cret-token").decode()
            if self.headers.get("Authorization") != wanted:
                return self.answer(401, [("WWW-Authenticate", 'Basic realm="private"')])
            return self.backend("/" + rest, url.query, body)
        if kind == "to":
            target, _, more = rest.partition("/")
            query = "?" + url.query if url.query else ""
            return self.answer(302, [("Location", urllib.parse.unquote(target) + "/" + more + query)])
        if kind == "loop":
            return self.answer(302, [("Location", self.path)])
        if kind == "hang":
            return STOPPED.wait()
        if kind == "stall":
            self.begin_pack(1000000, "advertisement")
            self.wfile.write(b"001e# service=git-upload-pack\n")
            self.wfile.flush()
            return STOPPED.wait()
        if kind in ("endless", "cut") and self.command == "GET":
            return self.advertise()
        if kind == "endless":
            return self.endless()
        if kind == "cut":
            self.begin_pack()
            return self.wfile.write(pkt(b"NAK\n") + pkt(b"\1PACK" + struct.pack(">II", 2, 3)) + b"0000")
        if kind == "page":
            return self.answer(200, [("Content-Type", "text/html")], b"<html>hello</html>")
        return self.answer(404)

    do_GET = do_POST = handle_any


STOPPED = threading.Event()


def main():
    server = http.server.ThreadingHTTPServer((os.environ.get("GIT_SERVER_ADDRESS", "127.0.0.1"), 0), Handler)
    server.daemon_threads = True
    if os.path.exists(os.path.join(FOLDER, "cert.pem")):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(FOLDER, "cert.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with open(os.path.join(FOLDER, "port"), "w", encoding="ascii") as file:
        file.write(str(server.server_port))
    print("ready", flush=True)
    sys.stdin.read()
    STOPPED.set()


if __name__ == "__main__":
    assert re.fullmatch("/.*", FOLDER)
    main()
