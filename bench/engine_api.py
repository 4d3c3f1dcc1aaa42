"""A deploy by hand over the Engine API, with nothing around it: build, create, start, first answer.

It is the floor: the tar is in memory before the clock starts, nothing is checked, logged or stored,
and the old container is removed outside the clock.
"""

import contextlib
import http.client
import io
import json
import os
import socket
import tarfile
import threading
import time
import urllib.parse
import urllib.request

SOCKET = "/var/run/docker.sock"
LABEL = "minpaas.bench"
NETWORK = "minpaas"


class Connection(http.client.HTTPConnection):
    def __init__(self):
        super().__init__("localhost", timeout=120)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)


def call(method, path, body=None, kind="application/json"):
    """The answer's body; SystemExit with the engine's words when it refuses."""
    connection = Connection()
    if isinstance(body, dict):
        body = json.dumps(body)
    connection.request(method, "/v1.41" + path, body, {"Content-Type": kind} if body else {})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    if answer.status >= 400:
        raise SystemExit(f"engine: {method} {path}: {answer.status} {content[:300]!r}")
    return content


def context(dockerfile, app_folder):
    """The tar that minpaasd streams: the runtime's Dockerfile, and the app's files under app/."""
    out = io.BytesIO()
    # Engine 20.10 takes a body that starts with a pax header for a lone Dockerfile.
    with tarfile.open(fileobj=out, mode="w", format=tarfile.GNU_FORMAT) as tar:
        tar.add(dockerfile, "Dockerfile")
        for name in sorted(os.listdir(app_folder)):
            if name != ".git":
                tar.add(os.path.join(app_folder, name), f"app/{name}")
    return out.getvalue()


def build(tar, image):
    """BuildKit without a session, as minpaasd asks for it."""
    path = f"/build?version=2&rm=1&t={image}&labels=%7B%22{LABEL}%22%3A%221%22%7D"
    for line in call("POST", path, tar, "application/x-tar").splitlines():
        said = json.loads(line)
        if "error" in said:
            raise SystemExit(f"engine: build: {said['error']}")


def start(image, inside, outside=None, env=()):
    """A container with the limits and in the network of minpaasd's, which has to be there: a start in it takes 80 ms more
    than in the engine's own. `outside`: the port of loopback that is published."""
    published = {f"{inside}/tcp": [{"HostIp": "127.0.0.1", "HostPort": str(outside)}]} if outside else {}
    answer = call("POST", "/containers/create", {
        "Image": image, "Labels": {LABEL: "1"}, "Env": [f"PORT={inside}", *env],
        "ExposedPorts": {f"{inside}/tcp": {}},
        "HostConfig": {
            "Init": True, "CapDrop": ["ALL"], "SecurityOpt": ["no-new-privileges:true"], "PidsLimit": 512,
            "Memory": 512 << 20, "MemorySwap": 512 << 20, "NanoCpus": 1_000_000_000,
            "PortBindings": published, "NetworkMode": NETWORK}})
    container = json.loads(answer)["Id"]
    call("POST", f"/containers/{container}/start")
    return container


def address(container):
    """Its own, on the bridge."""
    return json.loads(call("GET", f"/containers/{container}/json"))["NetworkSettings"]["Networks"][NETWORK]["IPAddress"]


def stop(container):
    call("POST", f"/containers/{container}/stop?t=10")


def remove(container):
    call("DELETE", f"/containers/{container}?force=1&v=1")


def clean_up():
    """Removes every container and image that carries the label, whoever of the benchmarks made it."""
    mark = urllib.parse.quote(json.dumps({"label": [f"{LABEL}=1"]}))
    for container in json.loads(call("GET", f"/containers/json?all=1&filters={mark}")):
        remove(container["Id"])
    for image in json.loads(call("GET", f"/images/json?all=0&filters={mark}")):
        call("DELETE", f"/images/{image['Id']}?force=1")


def ask_until(url, is_over):
    """Asks again and again, with 2 ms between, until `is_over(answer)`; `answer` is "" when there was none.

    Each try is short: a connection that is made while one container takes the port over from another
    may hang for a second, and says nothing of those after it."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while True:
        text = ""
        try:
            with opener.open(url, timeout=0.2) as answer:
                text = answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException):
            pass
        if is_over(text):
            return
        time.sleep(0.002)


@contextlib.contextmanager
def visited(url):
    """What is live at `url` is asked as by wait_for_answer, until the event that this gives is set. Who waits for the
    answer of a new release asks the old one meanwhile, and takes a part of the machine from the engine: beside that,
    nothing is to have the whole of it."""
    over = threading.Event()
    visitor = threading.Thread(target=ask_until, args=(url, lambda _: over.is_set()))
    visitor.start()
    try:
        yield over
    finally:
        over.set()
        visitor.join()


def wait_for_answer(url, text, seconds=120):
    """Returns when a GET is answered with `text` in it."""
    deadline = time.monotonic() + seconds

    def is_over(answer):
        if time.monotonic() >= deadline:
            raise SystemExit(f"{url} did not answer with {text!r} within {seconds} s")
        return text in answer

    ask_until(url, is_over)
