"""Runs the functions of a story file, one after another, and tells how each went.

    if __name__ == "__main__":
        tell(a_first_push, a_second_push)

Each function gets a Server, by default the same one: stories use apps with names of their own.
"""

import enum
import os
import subprocess
import sys
import time
import traceback

from testbed import Server


class Outcome(enum.IntEnum):
    """Of a story, and the exit status of its program."""

    HELD = 0
    FAILED = 1
    SKIPPED = 77


class Lacking(Exception):
    """What this machine has not, and a story takes."""


def need(has, what):
    """Ends the story where the machine lacks something: a visible SKIP, but a failure in CI."""
    if not has:
        raise Lacking(f"it takes {what}")


def skip(name, why):
    if os.environ.get("CI") == "true":
        print(f"FAILED {name}: {why}, and a CI must have that", flush=True)
        return Outcome.FAILED
    print(f"SKIP {name}: {why}", flush=True)
    return Outcome.SKIPPED


def need_for_all(has, what):
    """The same for all stories of the program."""
    if not has:
        sys.exit(skip(os.path.basename(sys.argv[0]), f"it takes {what}"))


def need_engine():
    try:
        answers = subprocess.run(["docker", "version"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        answers = False
    need_for_all(answers, "a Docker Engine that answers")


def one(story, *arguments):
    """What became of the story."""
    start = time.monotonic()
    try:
        story(*arguments)
    except Lacking as lacking:
        return skip(story.__name__, lacking)
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc(file=sys.stdout)
        print(f"FAILED {story.__name__}", flush=True)
        return Outcome.FAILED
    print(f"ok {story.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
    return Outcome.HELD


def together(outcomes):
    """Of all: FAILED when one has failed or there is none, else SKIPPED when one was, else HELD."""
    if not outcomes or Outcome.FAILED in outcomes:
        return Outcome.FAILED
    return max(outcomes)


def chosen(stories):
    """Names given as arguments choose some."""
    return [story for story in stories if not sys.argv[1:] or story.__name__ in sys.argv[1:]]


def tell(*stories, settings=None):
    """All stories on one server. Exits with what became of them together."""
    need_engine()
    with Server(settings) as server:
        outcome = together([one(story, server) for story in chosen(stories)])
        if outcome == Outcome.FAILED:
            print(f"--- the last lines of minpaasd's log\n{server.last_lines()}")
    sys.exit(outcome)


def tell_alone(*stories):
    """For stories that start servers of their own."""
    need_engine()
    sys.exit(together([one(story) for story in chosen(stories)]))
