"""nginx and Caddy from Debian in front of a container, set up as their manuals say for a reverse proxy."""

import os
import signal
import subprocess
import time

import debian_program
from openssh import free_port, wait_for_port

NGINX = """
daemon off;
pid {base}/nginx.pid;
error_log {base}/nginx.log;
worker_processes auto;
worker_shutdown_timeout {drain}s;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {base}/body; proxy_temp_path {base}/proxy; fastcgi_temp_path {base}/fastcgi;
  uwsgi_temp_path {base}/uwsgi; scgi_temp_path {base}/scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' ''; }}
  upstream app {{ server {server}; keepalive 32; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header X-Request-Id $request_id;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_read_timeout 300s;
    }}
  }}
}}
"""
CADDY = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  reverse_proxy {server}
}}
"""


class Proxy:
    """Runs for as long as the block, on `port` of loopback."""

    def __init__(self, program, base, config, name, command):
        self.base, self.template, self.port = base, config, free_port()
        self.file, self.command, self.program = os.path.join(base, name), command, program
        self.process = None

    def write(self, **values):
        with open(self.file, "w", encoding="utf-8") as file:
            file.write(self.template.format(base=self.base, port=self.port, **values))

    def __enter__(self):
        environment = dict(os.environ, HOME=self.base)
        self.process = subprocess.Popen([self.program, *self.command, self.file], env=environment,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self.process)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


class Nginx(Proxy):
    def __init__(self, program, base, server, drain):
        super().__init__(program, base, NGINX, "nginx.conf", ["-e", f"{base}/nginx.log", "-c"])
        self.drain = drain
        self.write(server=server, drain=drain)

    def reload(self, server):
        """Returns when its old workers take no new connections any more."""
        self.write(server=server, drain=self.drain)
        self.process.send_signal(signal.SIGHUP)
        time.sleep(0.5)


class Caddy(Proxy):
    def __init__(self, program, base, server):
        super().__init__(program, base, CADDY, "Caddyfile", ["run", "--adapter", "caddyfile", "--config"])
        self.write(server=server)


def nginx_program():
    return debian_program.find("nginx", "usr/sbin/nginx")


def caddy_program():
    return debian_program.find("caddy", "usr/bin/caddy")
