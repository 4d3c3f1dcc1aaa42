#!/usr/bin/env python3
"""A build gets no more of the machine than it may, with either builder of the engine. Nothing may be built beside these
stories: the builds of BuildKit, whoever asks for them, are in one control group."""

import os
import re

import apps
from failures import fails
from story import tell
from testbed import wait_until

MEMORY, CPUS = 128 << 20, 0.5
SETTINGS = {"runtimes": {"allow_dockerfile": "true"}, "build": {"memory_bytes": "128m", "cpus": CPUS}}
GROUPS = "/sys/fs/cgroup"
# Two loops that would like a processor each for two seconds, then what they got.
BURN = " && (timeout 2 busybox yes >/dev/null & timeout 2 busybox yes >/dev/null & wait; echo burnt; times)"
# Has all of it in memory at once.
TAKE_300_MB = " && echo before && dd if=/dev/zero of=/dev/null bs=300M count=1"


def groups_of(pid, controller):
    """Folders of the control groups that the process is in, from its own to the outermost."""
    with open(f"/proc/{pid}/cgroup", encoding="ascii") as file:
        places = {name: path for _, names, path in (line.strip().split(":", 2) for line in file)
                  for name in names.split(",")}
    root = GROUPS if os.path.exists(f"{GROUPS}/cgroup.controllers") else f"{GROUPS}/{controller}"
    folder = root + places[controller if controller in places else ""]
    while folder.startswith(root):
        yield folder
        folder = os.path.dirname(folder)


def tightest(pid, controller, limit_of):
    return min(limit_of(folder) for folder in groups_of(pid, controller))


def words(path):
    """Of a file that not each group has."""
    try:
        with open(path, encoding="ascii") as file:
            return file.read().split()
    except OSError:
        return []


def memory_limit(folder):
    number = (words(f"{folder}/memory.max") or words(f"{folder}/memory.limit_in_bytes") or ["max"])[0]
    return float("inf") if number == "max" else int(number)


def task_limit(folder):
    number = (words(f"{folder}/pids.max") or ["max"])[0]
    return float("inf") if number == "max" else int(number)


def cpu_limit(folder):
    quota, period = words(f"{folder}/cpu.max") or \
        (words(f"{folder}/cpu.cfs_quota_us") or ["-1"]) + (words(f"{folder}/cpu.cfs_period_us") or ["1"])
    return float("inf") if quota in ("max", "-1") else int(quota) / int(period)


def process_with(mark):
    """Of the machine, by its arguments."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        if any(mark in word for word in words(f"/proc/{pid}/cmdline")):
            return pid
    return None


def seconds_of_processor(said):
    """Of all children, as `times` tells it in its second line."""
    lines = said.partition("burnt")[2].splitlines()
    told = [line for line in lines if len(re.findall(r"\d+m[\d.]+s", line)) == 2]
    return sum(60 * int(minutes) + float(seconds) for minutes, seconds in re.findall(r"(\d+)m([\d.]+)s", told[1]))


def has_its_limits(app, most_tasks):
    """The groups that the engine has its steps in say so, and the steps feel it."""
    apps.slow_build(app, "version two", f"2{BURN}")
    mark = re.search(r"begins (\S+)", open(app.path("Dockerfile"), encoding="utf-8").read()).group(1)
    pushing = app.start_push()
    pid = wait_until(lambda: process_with(mark), "the step of the build runs")
    limits = tightest(pid, "memory", memory_limit), tightest(pid, "cpu", cpu_limit)
    tasks = tightest(pid, "pids", task_limit)
    said = pushing.communicate(timeout=60)[1]
    assert limits == (MEMORY, CPUS) and tasks <= most_tasks, (limits, tasks)
    assert pushing.returncode == 0, said
    took = seconds_of_processor(said)
    assert 0 < took < 2 * CPUS * 1.5, f"{took} s of processor in 2 s"
    print(f"   {took:.2f} s of processor in 2 s")


def may_not_take_more(app):
    apps.dockerfile(app, "version three", TAKE_300_MB)
    said = fails(app, "before", "exited with status 137", before=apps.Untouched(app, "version two"))
    assert "records out" not in said, said


def builds_are_limited(server, builder, most_tasks):
    server.change_settings({"build": {"builder": builder}})
    app = apps.serving_dockerfile(server, builder)
    has_its_limits(app, most_tasks)
    may_not_take_more(app)
    doctor = server.ssh("doctor").out
    assert "with 128m of memory and 0.5 processors" in doctor, doctor


def with_buildkit(server):
    builds_are_limited(server, "buildkit", 8192)


def with_the_classic_builder(server):
    builds_are_limited(server, "classic", float("inf"))


if __name__ == "__main__":
    tell(with_buildkit, with_the_classic_builder, settings=SETTINGS)
