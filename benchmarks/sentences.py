"""How many cuts between sentences stand inside an open bracket or a formula, over all abstracts of
a snapshot in the format of arXiv's public metadata; and how many sentences a CPU second.

    python -m benchmarks.sentences S
"""

from __future__ import annotations

import argparse
import time
from itertools import accumulate
from pathlib import Path

import orjson

from retest.text.sentences import enclosed, sentences


def cuts_inside(pieces: tuple[str, ...]) -> int:
    """How many cuts between these sentences stand inside what a sign opens and another closes."""
    spans = enclosed(" ".join(pieces))
    ends = list(accumulate(len(piece) + 1 for piece in pieces))[:-1]
    return sum(any(start < end - 1 < stop for start, stop in spans) for end in ends)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot", type=Path)
    options = parser.parse_args()
    abstracts = count = inside = 0
    seconds = 0.0
    with options.snapshot.open("rb") as lines:
        for line in lines:
            abstract = orjson.loads(line)["abstract"]
            began = time.process_time()
            pieces = sentences(abstract)
            seconds += time.process_time() - began
            abstracts += 1
            count += len(pieces)
            inside += cuts_inside(pieces)
    print(f"{abstracts:,} abstracts, {count:,} sentences, {count / seconds:,.0f} a CPU second")
    print(f"{inside:,} cuts inside an open bracket or formula")


if __name__ == "__main__":
    main()
