#!/usr/bin/env python3
"""The completions and manual pages that the build makes: shells and manual readers take them, and they complete.

    pages_check.py FOLDER MINPAASD

All of the shells and readers have to be there: scripts/install-packages test."""

import os
import pty
import re
import select
import shutil
import subprocess
import sys
import time

FOLDER, MINPAASD = sys.argv[1:3]
BASH, ZSH, FISH = (os.path.join(FOLDER, name) for name in ("minpaas", "_minpaas", "minpaas.fish"))
MANUALS = [os.path.join(FOLDER, name) for name in ("minpaas.1", "minpaas.ini.5", "minpaasd.8")]
DESCRIBE = ["config:export", "config:get", "config:set", "config:unset"]

# What is typed, and words that must be offered, or None for: nothing at all.
CASES = [
    ("minpaas config:", DESCRIBE),
    ("minpaas --app blog config:", DESCRIBE),
    ("minpaas help config:", DESCRIBE),
    ("minpaas de", ["deploy", "delete"]),
    ("minpaas logs --f", ["--follow"]),
    ("minpaas logs -n 5 --f", ["--follow"]),
    ("minpaas --ho", ["--host"]),
    ("minpaas logs --ho", ["--host"]),
    ("minpaas certs:auto blog o", ["on", "off"]),
    ("minpaas config:export --format ", ["shell", "json", "env"]),
    ("minpaas --remote ", ["prod-1", "prod-2"]),
    ("minpaas run -- ls --f", None),
]


def output(*command, stdin="", cwd=None):
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=60, cwd=cwd, check=False)
    assert done.returncode == 0 and not done.stderr, (command, done)
    return done.stdout


def repository():
    """With two remotes, and one whose name a careless shell would run."""
    folder = os.path.join(FOLDER, "repository")
    shutil.rmtree(folder, ignore_errors=True)
    output("git", "init", "-q", folder)
    for name in ("prod-1", "prod-2", "$(touch${IFS}ran)"):
        output("git", "-C", folder, "config", f"remote.{name}.url", "box:blog")
    return folder


def check_bash(folder):
    output("bash", "-n", BASH)
    for line, wanted in CASES:
        script = f'source "{BASH}"; COMP_LINE=$1 COMP_POINT=${{#1}}; _minpaas; printf "%s\\n" "${{COMPREPLY[@]}}"'
        offered = output("bash", "-c", script, "bash", line, cwd=folder).split("\n")
        typed = line.split(" ")[-1]
        # bash completes what stands behind the last colon.
        offered = [typed[:typed.rfind(":") + 1] + word for word in offered if word]
        assert set(wanted or []) <= set(offered) and bool(wanted) == bool(offered), (line, offered)
    assert not os.path.exists(os.path.join(folder, "ran"))


def check_fish(folder):
    output("fish", "--no-config", "--no-execute", FISH)
    for line, wanted in CASES:
        offered = output("fish", "--no-config", "-c", f"source {FISH}; complete -C '{line}'", cwd=folder)
        words = {each.split("\t")[0] for each in offered.splitlines()}
        assert set(wanted or []) <= words and bool(wanted) == bool(words), (line, words)
    assert not os.path.exists(os.path.join(folder, "ran"))


class Zsh:
    """An interactive one: its completion works nowhere else."""

    def __init__(self, folder):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(["zsh", "-f", "-i"], stdin=slave, stdout=slave, stderr=slave, cwd=folder,
                                        env=dict(os.environ, TERM="dumb", COLUMNS="200"), start_new_session=True)
        os.close(slave)
        self.seen = ""
        self.type(f"PS1='re''ady> '; unsetopt zle_bracketed_paste; fpath=({FOLDER} $fpath); autoload -U compinit; compinit -u -D; "
                  "zstyle ':completion:*' list-separator '#'; LISTMAX=1000\n")
        self.reads("ready> ")

    def type(self, text):
        os.write(self.master, text.encode())

    def reads(self, text):
        """What comes up to `text`, which is read away."""
        deadline = time.monotonic() + 20
        while text not in self.seen:
            assert select.select([self.master], [], [], max(0, deadline - time.monotonic()))[0], (text, self.seen)
            self.seen += os.read(self.master, 4096).decode(errors="replace")
        before, self.seen = self.seen.split(text, 1)
        return before

    def offers(self, line):
        """What a person sees who lists the completions of the line: the line is never run."""
        self.type(line + "\x04")
        self.type("\x15echo d''one\n")
        seen = self.reads("done\r")
        self.reads("ready> ")
        return seen

    def ends(self):
        self.process.kill()
        self.process.wait()
        os.close(self.master)


def check_zsh(folder):
    output("zsh", "-n", ZSH)
    zsh = Zsh(folder)
    try:
        for line, wanted in CASES:
            if wanted is None:  # zsh completes the words of the program itself
                continue
            seen = zsh.offers(line)
            for word in wanted:
                assert re.search(rf"(^|\s){re.escape(word)}(\s|$)", seen), (line, word, seen)
    finally:
        zsh.ends()
    assert not os.path.exists(os.path.join(folder, "ran"))


def check_mandoc(_):
    output("mandoc", "-Tlint", "-Wwarning", *MANUALS)


def check_man(_):
    for manual in MANUALS:
        done = subprocess.run(["man", "--warnings", "-l", "-Tutf8", "-P", "cat", manual], capture_output=True, text=True, check=False,
                              env=dict(os.environ, LC_ALL="C.UTF-8", MANROFFSEQ=""), timeout=60)
        assert done.returncode == 0 and not done.stderr, done


def check_text():
    """The page of the server has what the server takes."""
    with open(MANUALS[2], encoding="utf-8") as file:
        page = file.read().replace("\\-", "-")
    helped = output(MINPAASD, "--help")
    names = re.findall(r"^  (?:-\w,)?(--[a-z-]+|[a-z-]{4,})", helped, re.MULTILINE)
    assert "--config" in names and "receive-pack" in names, helped
    for name in names:
        assert name in page, f"minpaasd.8 does not have {name}"


def main():
    folder = repository()
    missing = []
    check_text()
    for program, check in (("bash", check_bash), ("zsh", check_zsh), ("fish", check_fish), ("mandoc", check_mandoc),
                           ("man", check_man)):
        if shutil.which(program) is None:
            missing.append(program)
            continue
        check(folder)
        print(f"ok {program}", flush=True)
    assert not missing, f"not checked, for they are not installed: {', '.join(missing)}"


if __name__ == "__main__":
    main()
