"""What a night costs in searches: many claims against the papers that came since the last one. No
model.

    python -m benchmarks.new_papers --mirror FOLDER [--claims 1000] [--new 600 ...] [--exact 100]
    [--threads N]

The claims are sentences of abstracts and titles of papers spread over the mirror, half of each,
with the paper as their anchor; a claim's first round of searches is the rule's, through `round_of`
with a SearchMemory in a folder of its own. The first night searches for all of them. A quiet night
finds the mirror as it was. For each `--new`, a copy of the mirror is given so many new papers,
dated the day after the newest that is there, and a night goes over it with the memory of the first.
They are real ones, none of them a claim's, whose sentences come from others around them. Printed
are seconds, how many claims were searched anew, for how many of these a new paper is among the
candidates, and, of `--exact` claims, for how many a search without memory would give other
candidates: a paper that comes in makes its words less rare for all, and memory leaves that out of
account until the mirror has grown by `retest.papers.mirror.DRIFT`.

`--threads` is how many claims are searched at a time, as a run does (default: one for each core).
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks import verify
from benchmarks.growth import Searched, deps, sentences
from retest.cache import AnswerCache
from retest.domain.line import Claim, Window
from retest.domain.paper import Paper, Query
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.source import Ranked, Seen
from retest.pipeline.plan import by_rule
from retest.pipeline.remembered import SearchMemory
from retest.pipeline.search import round_of
from retest.pipeline.state import Subject


class Counted(MirrorSource):
    """A reader of a mirror that is open, which tells whether a round of searches was really
    made."""

    def __init__(self, source: MirrorSource) -> None:
        self.__dict__.update(source.__dict__)
        self.searched = False

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[list[Ranked], Seen]:
        self.searched = True
        return super().search_noted(queries, window, limit)


@dataclass
class Night:
    """What a night took, and each claim's candidates."""

    wall: float
    cpu: float
    anew: list[bool]
    candidates: list[list[str]]


def claims(papers: Sequence[Paper], as_of: date) -> list[Searched]:
    """A claim of each paper, searched for from the paper's day on."""
    made = []
    for number, paper in enumerate(papers):
        said = max(sentences(paper.abstract), key=len) if number % 2 else paper.title
        claim = Claim(
            id=f"c{number}", text=said, dated=paper.published.isoformat(), anchors=(paper.id,)
        )
        subject = Subject(
            claim=claim, window=Window(opens=paper.published, as_of=as_of), excluded=(paper.id,)
        )
        made.append((subject, by_rule(subject, [paper])))
    return made


def night(folder: Path, memory: Path | None, rounds: Sequence[Searched], threads: int) -> Night:
    kept = AnswerCache(memory) if memory else None
    began, cpu = time.perf_counter(), time.process_time()
    source = MirrorSource(folder)

    def one(number: int) -> tuple[bool, list[str]]:
        subject, searches = rounds[number]
        counted = Counted(source)
        found = round_of(deps(counted, SearchMemory(kept) if kept else None), subject, searches, [])
        return counted.searched, [candidate.paper.id for candidate in found.candidates]

    with ThreadPoolExecutor(threads) as pool:
        done = list(pool.map(one, range(len(rounds))))
    made = Night(
        time.perf_counter() - began,
        time.process_time() - cpu,
        [a for a, _ in done],
        [c for _, c in done],
    )
    if kept:
        kept.close()
    return made


def coming(papers: Sequence[Paper], day: date) -> list[Paper]:
    """New papers of a day, made of the sentences of real ones."""
    chance = random.Random(0)  # noqa: S311 - not for secrets
    made = []
    for number, paper in enumerate(papers):
        around = papers[max(0, number - 20) : number + 20]
        said = [
            chance.choice(sentences(chance.choice(around).abstract))
            for _ in sentences(paper.abstract)
        ]
        new = {
            "id": f"{day:%y%m}.{90_001 + number}",
            "abstract": " ".join(said),
            "published": day,
            "updated": day,
        }
        made.append(paper.model_copy(update={**new, "version": 1, "other_titles": ()}))
    return made


def show(name: str, made: Night, new: set[str]) -> None:
    gained = sum(bool(new & set(found)) for found in made.candidates)
    print(
        f"| {name} | {made.wall:.1f} | {made.cpu:.1f} | {sum(made.anew):,} | {gained:,} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--claims", type=int, default=1000)
    parser.add_argument("--new", type=int, nargs="+", default=[600])
    parser.add_argument("--exact", type=int, default=100)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    papers = verify.papers(options.mirror, options.claims)
    anchors = {paper.id for paper in papers}
    stats = Mirror.stats(options.mirror)
    tomorrow = stats.last + timedelta(days=1)
    tonight, later = claims(papers, stats.last), claims(papers, tomorrow)
    print(f"{len(papers):,} claims, {stats.records:,} papers, {options.threads} at a time")
    print("| night | seconds | CPU s | searched anew | with a new paper among the candidates |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as scratch:
        memory = Path(scratch) / "memory"
        show("the first", night(options.mirror, memory, tonight, options.threads), set())
        show("a quiet one", night(options.mirror, memory, later, options.threads), set())
        for count in options.new:
            mirror, kept = Path(scratch) / f"mirror-{count}", Path(scratch) / f"memory-{count}"
            shutil.copytree(options.mirror, mirror)
            shutil.copytree(memory, kept)
            others = [
                paper
                for paper in verify.papers(options.mirror, 3 * count)
                if paper.id not in anchors
            ]
            came = coming(others[:: len(others) // count][:count], tomorrow)
            with Mirror(mirror) as writer:
                writer.upsert(came)
            new = {paper.id for paper in came}
            made = night(mirror, kept, later, options.threads)
            show(f"{count:,} new papers", made, new)
            step = max(1, len(later) // options.exact) if options.exact else 0
            fresh = night(mirror, None, later[::step], options.threads).candidates if step else []
            told = made.candidates[::step] if step else []
            other = [(a, b) for a, b in zip(told, fresh, strict=True) if a != b]
            reordered = sum(set(a) == set(b) for a, b in other)
            missed = sum(bool(new & set(b) - set(a)) for a, b in other)
            print(
                f"of {len(fresh)} claims {len(other)} other than without memory: {reordered} in "
                f"order alone, {missed} without a new paper that belongs there",
                flush=True,
            )
            shutil.rmtree(mirror)


if __name__ == "__main__":
    main()
