#!/usr/bin/env python3
"""Taking in a pack of more than 100,000 objects: `minpaasd receive-pack` (parse, index, check every
object and the connectivity, fsync) beside `git index-pack` with 1 and 2 threads (index only).

usage: index_pack.py MINPAASD [ROUNDS]
"""

import os
import random
import shutil
import subprocess
import sys
import tempfile

from measure import interleave, row, timed
from receive_pack import git, pkt, serve

COMMITS = 400
FILES_PER_COMMIT = 240


def fast_import_stream():
    """History in which every commit changes FILES_PER_COMMIT of 6,000 text files."""
    source = random.Random(7)
    words = [f"word{number}" for number in range(5000)]
    for commit in range(COMMITS):
        yield (f"commit refs/heads/main\ncommitter bench <bench@localhost> {1_700_000_000 + commit} +0000\n"
               f"data 6\ncommit\n").encode()
        for number in source.sample(range(6000), FILES_PER_COMMIT):
            text = " ".join(source.choices(words, k=60)).encode()
            yield b"M 644 inline src/%d/file%d.txt\ndata %d\n%s\n" % (number % 60, number, len(text), text)
    yield b"done\n"


def make_pack(base):
    """(path of the pack, its head) with full deltas, as a client sends it on a first push."""
    source = os.path.join(base, "source.git")
    git("init", "-q", "--bare", source, cwd=base)
    importer = subprocess.Popen(["git", "fast-import", "--quiet", "--done"], cwd=source, stdin=subprocess.PIPE)
    for piece in fast_import_stream():
        importer.stdin.write(piece)
    importer.stdin.close()
    if importer.wait() != 0:
        raise SystemExit("git fast-import failed")
    head = git("rev-parse", "refs/heads/main", cwd=source).decode().strip()
    pack = os.path.join(base, "big.pack")
    with open(pack, "wb") as file:
        subprocess.run(["git", "pack-objects", "--revs", "--stdout", "-q", "--delta-base-offset"],
                       cwd=source, input=head.encode() + b"\n", stdout=file, check=True)
    return pack, head


def main():
    minpaasd = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    with tempfile.TemporaryDirectory(prefix="minpaas-bench-") as base:
        pack, head = make_pack(base)
        with open(pack, "rb") as file:
            content = file.read()
        objects = int.from_bytes(content[8:12], "big")
        command = f"{'0' * 40} {head} refs/heads/main\0 report-status side-band-64k agent=bench"
        sent = pkt(command) + b"0000" + content

        def fresh(name):
            folder = os.path.join(base, name)
            shutil.rmtree(folder, ignore_errors=True)
            git("init", "-q", "--bare", "-b", "main", folder, cwd=base)
            return folder

        def ours():
            folder = fresh("ours.git")
            return timed(lambda: serve([minpaasd, "receive-pack", folder], sent))

        def indexer(threads):
            def run():
                folder = fresh("git.git")
                return timed(lambda: subprocess.run(
                    ["git", "index-pack", "--stdin", f"--threads={threads}"], cwd=folder,
                    input=content, stdout=subprocess.DEVNULL, check=True))
            return run

        for threads in (1, 2):
            mine, other, ratio = interleave(ours, indexer(threads), rounds, warm_up=0)
            row(f"take in {objects:,} objects, {len(content) / 1e6:.0f} MB (with all checks)",
                f"{mine:.2f} s", f"git index-pack, {threads} thread{'s' if threads > 1 else ''} (index only)",
                f"{other:.2f} s", ratio)


if __name__ == "__main__":
    main()
