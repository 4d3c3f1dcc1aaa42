#!/usr/bin/env python3
"""Certificates: fetched from a real authority and renewed, sent by a person, refused."""

import http.client
import json
import os
import signal
import socket
import ssl

import apps
from authority import Authority, is_installed, self_signed
from failures import refuses
from story import need_for_all, tell_alone
from testbed import Server, fetch, run, wait_until

DOMAIN = "apps.test"


class Site:
    """A server whose apps are below apps.test, and the authority that signs for it."""

    def __init__(self, lifetime_s=3600, **certs):
        self.server = Server({"router": {"kind": "haproxy", "domain": DOMAIN, "hsts": "1h"}})
        self.http, self.https = (int(self.server.sections["router"][key].rpartition(":")[2])
                                 for key in ("http_listen", "https_listen"))
        self.authority = Authority(self.http, lifetime_s)
        self.server.write_settings({"certs": {**self.authority.settings, **certs}})

    def __enter__(self):
        self.authority.__enter__()
        self.server.__enter__()
        return self

    def __exit__(self, *reason):
        self.server.__exit__(*reason)
        self.authority.__exit__(*reason)

    def serve(self, name, text):
        """A new app that answers the text."""
        app = self.server.new_app(name=name)
        apps.python(app, text)
        pushed = app.push()
        assert pushed.status == 0, pushed
        assert text in fetch(f"http://127.0.0.1:{self.http}", headers={"Host": f"{name}.{DOMAIN}"})
        return app

    def connect(self, app, root=None):
        """An open TLS connection to the app's name, verified when the root is given."""
        context = ssl.create_default_context(cafile=root) if root else ssl._create_unverified_context()
        connection = Named(f"{app}.{DOMAIN}", self.https, context)
        connection.connect()
        return connection

    def shown(self, app):
        """The certificate that visitors see."""
        connection = self.connect(app)
        try:
            return connection.sock.getpeercert(binary_form=True)
        finally:
            connection.close()

    def certs(self, app):
        done = self.server.ssh("certs", app, "--json")
        assert done.status == 0, done
        return json.loads(done.out)["hosts"][0]


class Named(http.client.HTTPSConnection):
    """Goes to 127.0.0.1 whatever the name says."""

    def __init__(self, name, port, context):
        super().__init__(name, port, context=context, timeout=10)
        self._create_connection = lambda address, *rest: socket.create_connection(("127.0.0.1", port), *rest)

    def get(self, path="/"):
        self.request("GET", path)
        answer = self.getresponse()
        return answer, answer.read().decode()


def a_certificate_is_fetched_and_renewed():
    """Nobody who is connected notices; http leads to https meanwhile."""
    with Site(lifetime_s=40) as site:
        server = site.server
        site.serve("blog", "the blog")
        by_http = f"http://127.0.0.1:{site.http}/a?b"
        assert "the blog" in site.connect("blog").get()[1], "there is no https before the first certificate"
        fetched = server.ssh("certs:auto", "blog", "on")
        assert fetched.status == 0 and "https://blog.apps.test has a certificate of Pebble" in fetched.err, fetched
        root = site.authority.root()
        open_connection = site.connect("blog", root)
        answer, body = open_connection.get()
        assert "the blog" in body and answer.headers["Strict-Transport-Security"] == "max-age=3600", answer.headers
        led = run(["curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code} %{redirect_url}", "-H",
                   f"Host: blog.{DOMAIN}", by_http])
        assert led.out == f"308 https://blog.{DOMAIN}:{site.https}/a?b", led
        injected = run(["curl", "-sSi", "--noproxy", "*", "-H", f"Host: blog.{DOMAIN}", f"http://127.0.0.1:{site.http}/a%0d%0aSet-Cookie:%20x=y"])
        assert "%0d%0aSet-Cookie" in injected.out and "\nset-cookie" not in injected.out.lower(), injected
        told = site.certs("blog")
        assert told["state"] == "valid" and told["source"] == "auto" and not told["last_error"], told
        first = site.shown("blog")
        connection = open_connection.sock
        wait_until(lambda: site.shown("blog") != first, "the certificate is renewed", timeout=90, interval=0.5)
        assert "the blog" in open_connection.get()[1] and open_connection.sock is connection, "it was cut"
        site.connect("blog", root).close()
        keys = run(["find", server.data, "-name", "*.key", "-not", "-name", "secret.key", "-o", "-name", "*.pem",
                    "-perm", "/077"])
        assert not [path for path in keys.out.split() if "/accounts/" not in path], keys


def certificates_outlive_every_crash():
    with Site() as site:
        server, root = site.server, site.authority.root()
        site.serve("blog", "the blog")
        assert server.ssh("certs:auto", "blog", "on").status == 0
        first = site.shown("blog")
        server.kill()
        assert site.shown("blog") == first
        server.start()
        # It answers once it has taken HAProxy over.
        assert server.ssh("version").status == 0
        assert site.shown("blog") == first
        pid = server.router_pid()
        os.kill(pid, signal.SIGKILL)

        def is_back():
            try:
                return server.router_pid() != pid and site.shown("blog") == first
            except OSError:
                return False

        wait_until(is_back, "HAProxy is back with the certificate", timeout=30)
        assert "the blog" in site.connect("blog", root).get()[1]
        assert server.ssh("apps:destroy", "blog", "--confirm", "blog").status == 0
        wait_until(lambda: site.shown("blog") != first, "the certificate is gone with its app", timeout=20)


def the_authority_refuses():
    """One clear line, the app goes on, and doctor tells; once it is mended, `on` tries again."""
    with Site() as site:
        server, name = site.server, f"lost.{DOMAIN}"
        app = site.serve("lost", "still here")
        site.authority.set_address(name, "127.0.0.9")
        refuses(app, ["certs:auto", "lost", "on"], 1, f"no certificate for {name}: ", "(connection)",
                before=apps.Untouched(app, "still here"))
        told = site.certs("lost")
        assert told["state"] == "failing" and "connection" in told["last_error"], told
        assert "LAST ERROR" in server.ssh("certs", "lost").out
        doctor = server.ssh("doctor")
        assert f"certificate of {name}" in doctor.out and "the authority gave none" in doctor.out, doctor
        assert "still here" in fetch(f"http://127.0.0.1:{site.http}", headers={"Host": name})
        site.authority.forget_address(name)
        assert server.ssh("certs:auto", "lost", "on").status == 0
        assert site.certs("lost")["state"] == "valid"


def a_person_sends_a_certificate():
    with Site() as site:
        server = site.server
        app = site.serve("shop", "the shop")
        untouched = apps.Untouched(app, "the shop")
        before = site.shown("shop")
        certificate, key = (open(path, encoding="ascii").read() for path in
                            self_signed(site.authority.base, f"shop.{DOMAIN}", "elsewhere.test"))
        other = open(self_signed(site.authority.base, "elsewhere.test")[0], encoding="ascii").read()
        for pair, why in ((certificate, "there is no private key in the input"),
                          (other + key, "the private key does not belong to the certificate"),
                          ("nonsense", "there is no certificate in the input")):
            refuses(app, ["certs:add", "shop"], 2, why, stdin=pair, before=untouched)
        assert site.shown("shop") == before
        added = server.ssh("certs:add", "shop", stdin=certificate + key)
        assert added.status == 0 and "https://shop.apps.test has a certificate until" in added.err, added
        assert site.shown("shop") == ssl.PEM_cert_to_DER_cert(certificate)
        assert "PRIVATE KEY" not in server.log()
        assert server.ssh("certs:remove", "shop", f"shop.{DOMAIN}").status == 0
        assert site.shown("shop") == before


def a_name_is_proved_in_the_dns():
    """lego's provider `exec` stands for all others; no request comes from outside."""
    with Site(dns_provider="exec") as site:
        script = os.path.join(site.authority.base, "provider")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"""#!/bin/sh
case "$1" in present) path=set-txt ;; *) path=clear-txt ;; esac
exec curl -sS --noproxy '*' -d "{{\\"host\\":\\"$2\\",\\"value\\":\\"$3\\"}}" \\
  http://127.0.0.1:{site.authority.names_management}/$path
""")
        os.chmod(script, 0o700)
        variables = os.path.join(site.authority.base, "environment")
        with open(variables, "w", encoding="utf-8") as file:
            file.write(f"# for lego\nEXEC_PATH={script}\nEXEC_POLLING_INTERVAL=1\n")
        site.server.change_settings({"certs": {"dns_environment": variables,
                                               "dns_resolver": f"127.0.0.1:{site.authority.names}"}})
        site.serve("blog", "the blog")
        site.authority.set_address(f"blog.{DOMAIN}", "127.0.0.9")
        fetched = site.server.ssh("certs:auto", "blog", "on")
        assert fetched.status == 0, fetched
        assert "the blog" in site.connect("blog", site.authority.root()).get()[1]


if __name__ == "__main__":
    need_for_all(is_installed(), "pebble, lego and haproxy")
    tell_alone(a_certificate_is_fetched_and_renewed, certificates_outlive_every_crash, the_authority_refuses,
               a_person_sends_a_certificate, a_name_is_proved_in_the_dns)
