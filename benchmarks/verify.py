"""How fast citations are checked: `retest verify` on a mirror, and the quote rung by itself.

    python -m benchmarks.verify --mirror WORKSPACE/.retest/mirror [--citations 10000]

Real papers of the mirror, spread over all of it: a third with a quote from the middle of the
abstract, a tenth with another paper's title, a twentieth with a number that is perhaps nobody's.
The command is timed as its user meets it, from the shell; the quote rung cold (every abstract is
new to it) and warm (its abstracts were seen before).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import tantivy

from retest.domain.paper import Paper
from retest.grounding.quote import Place, find_quote
from retest.papers.index import PaperIndex
from retest.text import form

QUOTES = 4000
"""Of the quote rung by itself: as many as the forms that are remembered."""


def papers(folder: Path, count: int) -> list[Paper]:
    """Papers evenly spread over the mirror, in the order of their ids."""
    searcher = PaperIndex.open(folder / "index").index.searcher()
    hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
    step = max(1, len(hits) // count)
    found = [Paper.model_validate_json(searcher.doc(at)["record"][0]) for _, at in hits[::step]]
    return sorted(
        (paper for paper in found if len(paper.abstract.split()) > 60), key=lambda paper: paper.id
    )[:count]


def passage(paper: Paper) -> str:
    said = paper.abstract.split()
    return " ".join(said[len(said) // 2 :][:20])


def written(every: list[Paper]) -> list[str]:
    """A JSONL line each."""
    lines = []
    for number, paper in enumerate(every):
        entry = {"id": paper.id, "title": paper.title, "authors": list(paper.authors[:3])}
        if number % 3 == 0:
            entry["quote"] = passage(paper)
        if number % 10 == 1:
            entry["title"] = every[number - 1].title
        if number % 20 == 2:
            entry["id"] = f"{paper.id[:5]}{number * 7919 % 20000:05}"
        lines.append(json.dumps(entry))
    return lines


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--citations", type=int, default=10_000)
    given = parser.parse_args()
    every = papers(given.mirror, given.citations)

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "citations.jsonl"
        file.write_text("\n".join(written(every)), encoding="utf-8")
        home = {**os.environ, "RETEST_HOME": str(given.mirror.resolve().parent)}
        command = [
            sys.executable,
            "-m",
            "retest",
            "verify",
            "--source",
            "mirror",
            "--json",
            str(file),
        ]
        began = time.perf_counter()
        ended = subprocess.run(command, capture_output=True, text=True, check=False, env=home)
        seconds = time.perf_counter() - began
    if ended.returncode not in (0, 1, 3):
        sys.exit(ended.stderr)
    said = Counter(json.loads(line)["status"] for line in ended.stdout.splitlines())
    print(f"{sum(said.values()):,} citations in {seconds:.1f} s: {dict(said)}")

    pairs = [(passage(paper), [("abstract", paper.abstract)]) for paper in every]
    other = [(pairs[number - 1][0], texts) for number, (_, texts) in enumerate(pairs)]
    for name, those in (("that stand there", pairs), ("that do not", other)):
        for state in ("cold", "warm"):
            if state == "cold":
                form.canonical.cache_clear()
                form.spaced.cache_clear()
            began = time.process_time()
            found = sum(
                isinstance(find_quote(quote, texts), Place) for quote, texts in those[:QUOTES]
            )
            rate = len(those[:QUOTES]) / (time.process_time() - began)
            print(f"quotes {name}, {state}: {rate:,.0f} a CPU second ({found:,} found)")


if __name__ == "__main__":
    main()
