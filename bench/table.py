#!/usr/bin/env python3
"""Prints the rows that the benchmarks wrote (one JSON object a line) as a Markdown table."""

import json
import sys

HEAD = ("measure", "MinPaas", "beside", "", "ratio", "must reach", "met")


def cells(row):
    ratio, bound, met = row["ratio"], row["bound"], row["met"]
    return (
        row["measure"],
        row["ours"],
        row["beside"],
        row["other"],
        "" if ratio is None else f"{ratio:.2f}",
        "reported" if bound is None else str(bound),
        {None: "", True: "yes", False: "NO"}[met],
    )


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        table = [HEAD] + [cells(json.loads(line)) for line in file if line.startswith("{")]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEAD))]
    for number, line in enumerate(table):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |")
        if number == 0:
            print("|" + "|".join("-" * (width + 2) for width in widths) + "|")


if __name__ == "__main__":
    main()
