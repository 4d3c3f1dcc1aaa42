"""Programs of Debian packages that must not be installed: installing nginx or caddy starts a service on port 80."""

import glob
import os
import subprocess

CACHE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../build/bench/programs")


def find(package, path):
    """Path of the package's program, unpacked below build/; None when the package cannot be had."""
    folder = os.path.abspath(os.path.join(CACHE, package))
    program = os.path.join(folder, path)
    if not os.path.exists(program):
        os.makedirs(folder, exist_ok=True)
        done = subprocess.run(["apt-get", "-qq", "download", package], cwd=folder, capture_output=True)
        files = glob.glob(os.path.join(folder, "*.deb"))
        if done.returncode != 0 or not files:
            return None
        subprocess.run(["dpkg-deb", "-x", files[0], folder], check=True)
    return program
