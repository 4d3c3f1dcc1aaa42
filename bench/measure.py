"""What all benchmarks share: interleaved runs, medians, ratios, and the table that is printed."""

import json
import os
import statistics
import sys
import time


def timed(action):
    """Seconds that `action()` took."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def interleave(ours, other, rounds, warm_up=1):
    """Runs the two in turn, so that a drift of the machine hits both.

    `ours` and `other` do the work and return the seconds that count. Returns (median of ours,
    median of other, median of the ratio of each pair).
    """
    for _ in range(warm_up):
        ours()
        other()
    pairs = [(ours(), other()) for _ in range(rounds)]
    return (
        statistics.median(a for a, _ in pairs),
        statistics.median(b for _, b in pairs),
        statistics.median(a / b for a, b in pairs),
    )


def row(measure, ours, beside, other, ratio=None, bound=None):
    """A line of the table with a ratio to something else; True when the bound, if any, is met."""
    met = None if bound is None else ratio <= bound
    return emit(measure, ours, beside, other, ratio, bound, met)


def amount(measure, value, unit, bound):
    """A line of the table with a bound of its own instead of something to stand beside."""
    shown = f"{value:g} {unit}".strip()
    return emit(measure, shown, "", "", None, f"{bound:g} {unit}".strip(), value <= bound)


def skipped(measure, why):
    """A line that says why a measure is missing; it counts as neither met nor missed, in a CI as missed."""
    say(f"SKIP {measure}: {why}")
    return emit(measure, "not measured", why, "", None, None, False if os.environ.get("CI") == "true" else None)


def emit(measure, ours, beside, other, ratio, bound, met):
    """One line of the table, as JSON on stdout: scripts/bench collects and prints them."""
    print(json.dumps({"measure": measure, "ours": ours, "beside": beside, "other": other,
                      "ratio": ratio, "bound": bound, "met": met}), flush=True)
    return met is not False


def milliseconds(seconds):
    return f"{seconds * 1000:.1f} ms"


def say(text):
    print(text, file=sys.stderr, flush=True)
