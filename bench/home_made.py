"""The usual home-made way: sshd, a bare repository, a post-receive hook that runs the docker CLI."""

import os
import subprocess

NAME = "minpaas-bench-home-made"
# What guides on the web tell people to write, kind to it: --init lets the app stop at once instead of
# after Docker's ten seconds, -q spares the output, and only the tree of the new commit is written.
HOOK = """#!/bin/sh
set -e
# The status of this hook is nobody's: git push succeeds all the same.
trap '[ $? = 0 ] || echo "ERROR: the hook failed" >&2' EXIT
mkdir -p {work}/app
git --work-tree={work}/app checkout -q -f main
cp {dockerfile} {work}/Dockerfile
docker build -q -t {name} --label {label}=1 {work}
docker stop {name} >/dev/null 2>&1 || true
docker rm {name} >/dev/null 2>&1 || true
docker run -d --init --name {name} --label {label}=1 -p 127.0.0.1:{outside}:{inside} {name}
"""


class HomeMade:
    """What it makes in the engine carries `label`; whoever uses it removes that."""

    def __init__(self, sshd, base, dockerfile, inside, outside, label):
        self.sshd = sshd
        self.bare = os.path.join(base, "home-made.git")
        subprocess.run(["git", "init", "-q", "--bare", "-b", "main", self.bare], check=True)
        hook = os.path.join(self.bare, "hooks/post-receive")
        with open(hook, "w", encoding="utf-8") as file:
            file.write(HOOK.format(work=os.path.join(base, "home-made"), dockerfile=dockerfile, name=NAME,
                                   label=label, inside=inside, outside=outside))
        os.chmod(hook, 0o755)

    def push(self, folder):
        """git push of the working copy's main."""
        environment = dict(os.environ, GIT_SSH_COMMAND=" ".join(self.sshd.command()[:-1]),
                           GIT_CONFIG_GLOBAL="/dev/null", GIT_CONFIG_SYSTEM="/dev/null")
        done = subprocess.run(["git", "push", "-q", f"{self.sshd.user}@127.0.0.1:{self.bare}", "main"],
                              cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise SystemExit(f"home-made push: status {done.returncode}\n{done.stderr}")
