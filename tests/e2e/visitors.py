#!/usr/bin/env python3
"""What visitors get of an app that gives no answer, and of a stream that is open while another release takes over."""

import concurrent.futures
import os
import signal
import time
import urllib.error
import urllib.request

import apps
from story import tell
from testbed import wait_until

DRAIN = 3
# Longer than the server's drain timeout.
SLOW = DRAIN + 4
MUTE = '''import http.server, os, time
class Mute(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/closes":
            self.close_connection = True
        elif self.path == "/garbage":
            self.wfile.write(b"this is no HTTP")
            self.close_connection = True
        else:
            time.sleep({"/silent": 20, "/slow": SLOW}.get(self.path, 0))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"version one")
    do_POST = do_GET
http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Mute).serve_forever()
'''.replace("SLOW", str(SLOW))


def ask(server, name, path, request_id, body=None, timeout=15):
    """Status, headers and text of the answer."""
    url = f"http://{server.sections['router']['http_listen']}{path}"
    request = urllib.request.Request(url, body, {"Host": f"{name}.localhost", "X-Request-Id": request_id})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=timeout) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def mute(server, name):
    app = server.new_app(name=name)
    app.write("app.py", MUTE)
    app.write("requirements.txt", "")
    app.commit("mute")
    pushed = app.push()
    assert pushed.status == 0, pushed
    return app


def is_page(answer, status, title):
    got, headers, text = answer
    assert got == status and headers["Content-Type"] == "text/html; charset=utf-8", (got, dict(headers), text)
    assert headers["Cache-Control"] == "no-store" and f"<h1>{title}</h1>" in text and "Its logs tell more" in text, text


def in_log(server, name, *parts):
    """The request is found in the app's log by its id."""
    wait_until(lambda: any(all(part in line for part in parts) for line in
                           server.ssh("logs", name, "-p", "router").out.splitlines()), f"the log of {name} has {parts}")


def an_app_closes_the_connection(server):
    mute(server, "closes")
    title = "The app gave no valid answer"
    for method, body in (("GET", None), ("POST", b"once")):
        is_page(ask(server, "closes", "/closes", f"id-{method}", body), 502, title)
        in_log(server, "closes", f"{method} /closes 502 ", f"id-{method}", "why=")
    is_page(ask(server, "closes", "/garbage", "id-garbage"), 502, title)
    in_log(server, "closes", "GET /garbage 502 ", "id-garbage")
    assert ask(server, "closes", "/", "id-well")[0] == 200


class Impatient:
    """HAProxy with a second in the place of the 300 that the documents name, until the end of the block."""

    def __init__(self, server):
        self.path = os.path.join(server.data, "router/haproxy.cfg")
        self.pid = server.router_pid()
        with open(self.path, encoding="utf-8") as file:
            self.usual = file.read()

    def __enter__(self):
        assert "\n  timeout server 300s\n" in self.usual
        self.read_again(self.usual.replace("timeout server 300s", "timeout server 1s"))

    def __exit__(self, *_):
        self.read_again(self.usual)

    def read_again(self, text):
        with open(self.path, "w", encoding="utf-8") as file:
            file.write(text)
        os.kill(self.pid, signal.SIGUSR2)


def an_app_does_not_answer_in_time(server):
    mute(server, "silent")
    with Impatient(server):
        answer = wait_until(lambda: gave_up(server), "HAProxy gives up", timeout=60)
        is_page(answer, 504, "The app took too long to answer")
        in_log(server, "silent", "GET /silent 504 ", "id-silent", "why=")
        assert ask(server, "silent", "/", "id-well")[0] == 200


def gave_up(server):
    """Its answer; None while a worker of before has the request."""
    try:
        return ask(server, "silent", "/silent", "id-silent", timeout=4)
    except TimeoutError:
        return None


ECHO = """// {release}
const http2 = require('http2');
const server = http2.createServer();
server.on('stream', (stream) => {
  stream.on('error', () => {});
  stream.respond({':status': 200, 'content-type': 'application/grpc', 'x-release': '{release}'});
  stream.pipe(stream);
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => process.exit(0));
"""


def push_echo(app, release):
    app.write("server.js", ECHO.replace("{release}", release))
    app.commit(release)
    pushed = app.push()
    assert pushed.status == 0, pushed


def release_of_a_new_stream(port):
    from http2_stream import Stream  # pylint: disable=import-outside-toplevel
    with Stream(port) as stream:
        wait_until(lambda: stream.headers or stream.failure, "the stream is answered")
        return stream.headers.get("x-release")


def a_stream_lives_until_the_drain_limit(server):
    """As a gRPC stream: its messages flow through the swap, for as long as the drain timeout allows, and no longer."""
    from http2_stream import Stream  # python3-h2; the other stories do without  # pylint: disable=import-outside-toplevel
    app = server.new_app("hello-node", "streams")
    app.write("app.json", '{"protocol": "h2c"}')
    push_echo(app, "one")
    port = int(server.url("streams").rpartition(":")[2])
    with Stream(port) as stream:
        wait_until(lambda: stream.messages > 5, "messages flow")
        push_echo(app, "two")
        live = time.monotonic()
        assert release_of_a_new_stream(port) == "two"
        at_swap = stream.messages
        assert not stream.ended, f"the deploy ended the stream: {stream.failure}"
        wait_until(lambda: stream.ended, "the drain timeout ends it", timeout=DRAIN + 20)
    assert stream.headers["x-release"] == "one" and stream.messages > at_swap + 5, (stream.headers, stream.messages, at_swap)
    # The pusher is told a moment after the swap.
    assert live + DRAIN - 1.5 < stream.ended < live + DRAIN + 2, f"it ended {stream.ended - live:.1f} s after the deploy"
    print(f"   {stream.messages} messages, the last {stream.ended - live:.1f} s after the deploy")
    server.settled("streams")


def an_app_has_its_own_time_to_end(server):
    """A request that takes longer than the server's drain timeout ends well in an app that has more time."""
    app = mute(server, "patient")
    assert server.ssh("apps:set", "patient", "drain_timeout=1m").status == 0
    with concurrent.futures.ThreadPoolExecutor() as pool:
        slow = pool.submit(ask, server, "patient", "/slow", "id-slow", None, 30)
        time.sleep(0.5)
        app.write("app.py", MUTE + "# two")
        app.commit("two")
        pushed = app.push()
        assert pushed.status == 0 and not slow.done(), pushed
        status, _, text = slow.result()
    assert (status, text) == (200, "version one"), (status, text)
    server.settled("patient")


if __name__ == "__main__":
    tell(an_app_closes_the_connection, an_app_does_not_answer_in_time, a_stream_lives_until_the_drain_limit,
         an_app_has_its_own_time_to_end,
         settings={"router": {"kind": "haproxy", "drain_timeout": f"{DRAIN}s"}})
