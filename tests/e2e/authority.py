"""A certificate authority that speaks ACME (pebble) and the DNS that it asks, on free ports.

    with Authority(http_port=8080) as authority:
        authority.settings                 # [certs] of a server that uses it
        authority.set_address("blog.apps.test", "127.0.0.9")

All names lead to 127.0.0.1 unless they are told otherwise.
"""

import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import urllib.request

from testbed import free_port, run, wait_until

SELF_SIGNED = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


def is_installed():
    return all(shutil.which(program) for program in ("pebble", "pebble-challtestsrv", "lego", "haproxy"))


def self_signed(folder, *names):
    """Paths of a certificate for the names and of its key."""
    certificate, key = os.path.join(folder, "cert.pem"), os.path.join(folder, "key.pem")
    alternatives = ",".join("DNS:" + name for name in names)
    done = run([*SELF_SIGNED, "-keyout", key, "-out", certificate, "-days", "30", "-subj", "/CN=test",
                "-addext", f"subjectAltName={alternatives}"])
    assert done.status == 0, done
    return certificate, key


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


class Authority:
    def __init__(self, http_port, lifetime_s=3600):
        self.base = tempfile.mkdtemp(prefix="minpaas-acme-")
        self.certificate, key = self_signed(self.base, "localhost")
        self.port, self.management, self.names, self.names_management = (free_port() for _ in range(4))
        self.config = os.path.join(self.base, "pebble.json")
        with open(self.config, "w", encoding="utf-8") as file:
            json.dump({"pebble": {
                "listenAddress": f"127.0.0.1:{self.port}", "managementListenAddress": f"127.0.0.1:{self.management}",
                "certificate": self.certificate, "privateKey": key, "httpPort": http_port, "tlsPort": 1,
                "certificateValidityPeriod": lifetime_s}}, file)
        self.settings = {"directory": f"https://localhost:{self.port}/dir", "email": "tester@apps.test",
                         "accept_terms": "yes", "ca_file": self.certificate}
        self.processes = []

    def __enter__(self):
        names = f"127.0.0.1:{self.names}"
        self.begin("pebble-challtestsrv", "-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", "",
                   "-dns01", names, "-management", f"127.0.0.1:{self.names_management}")
        self.begin("pebble", "-config", self.config, "-dnsserver", names)
        for port in (self.names_management, self.port, self.management):
            wait_until(lambda port=port: answers(port), "the authority answers", timeout=20)
        return self

    def __exit__(self, kind, error, trace):
        for process in self.processes:
            process.terminate()
            process.wait(10)
        if kind is not None:
            with open(os.path.join(self.base, "log"), encoding="utf-8", errors="replace") as file:
                print(file.read()[-3000:])
        shutil.rmtree(self.base, ignore_errors=True)

    def begin(self, *command):
        environment = dict(os.environ, PEBBLE_VA_NOSLEEP="1", PEBBLE_WFE_NONCEREJECT="0", PEBBLE_AUTHZREUSE="0")
        with open(os.path.join(self.base, "log"), "ab") as log:
            self.processes.append(subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                                   env=environment))

    def root(self):
        """Path of the certificate that a browser would have to trust."""
        trusting = ssl.create_default_context(cafile=self.certificate)
        path = os.path.join(self.base, "root.pem")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusting))
        with opener.open(f"https://localhost:{self.management}/roots/0", timeout=10) as answer, open(path, "wb") as file:
            file.write(answer.read())
        return path

    def tell_names(self, path, **what):
        url = f"http://127.0.0.1:{self.names_management}/{path}"
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(urllib.request.Request(url, json.dumps(what).encode()), timeout=10).close()

    def set_address(self, name, address):
        self.tell_names("add-a", host=name, addresses=[address])

    def forget_address(self, name):
        self.tell_names("clear-a", host=name)
