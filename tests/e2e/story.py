"""Runs the functions of a story file, one after another, and tells how each went.

    if __name__ == "__main__":
        tell(a_first_push, a_second_push)

Each function gets a Server, by default the same one: stories use apps with names of their own.
"""

import os
import subprocess
import sys
import time
import traceback

from testbed import Server

SKIPPED = 77


def need_engine():
    """Ends the program where no Docker Engine answers: a visible SKIP, but a failure in CI."""
    try:
        done = subprocess.run(["docker", "version"], capture_output=True, check=False)
        if done.returncode == 0:
            return
    except FileNotFoundError:
        pass
    print(f"SKIP {os.path.basename(sys.argv[0])}: no Docker Engine answers")
    sys.exit(1 if os.environ.get("CI") == "true" else SKIPPED)


def one(story, *arguments):
    """Whether the story held."""
    start = time.monotonic()
    try:
        story(*arguments)
    except Exception:  # pylint: disable=broad-except
        traceback.print_exc(file=sys.stdout)
        print(f"FAILED {story.__name__}", flush=True)
        return False
    print(f"ok {story.__name__} ({time.monotonic() - start:.1f} s)", flush=True)
    return True


def tell(*stories, settings=None):
    """All stories on one server; names given as arguments choose some. Exits 1 when one did not hold."""
    need_engine()
    chosen = [story for story in stories if not sys.argv[1:] or story.__name__ in sys.argv[1:]]
    with Server(settings) as server:
        held = [one(story, server) for story in chosen]
        if not all(held):
            print(f"--- the last lines of minpaasd's log\n{server.last_lines()}")
    sys.exit(0 if held and all(held) else 1)


def tell_alone(*stories):
    """For stories that start servers of their own."""
    need_engine()
    chosen = [story for story in stories if not sys.argv[1:] or story.__name__ in sys.argv[1:]]
    held = [one(story) for story in chosen]
    sys.exit(0 if held and all(held) else 1)
