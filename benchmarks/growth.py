"""How import, sync and search grow with the mirror: each size in a fresh mirror, each step in a
process of its own.

    python -m benchmarks.growth SNAPSHOT [--records 15000 150000 1500000] [--sync 15000 150000]
                                [--claims FILE --plans FILE] [--mirrors FOLDER]

SNAPSHOT is a file in the format of arXiv's metadata snapshot. A size below its own takes records
evenly spread over it; a larger one takes all and makes the rest from them: each sentence of an
abstract, and each half of a title, comes from one of the 2,000 records around it, so that words are
as frequent as in real ones and stand together as they do within sentences, but no text is there
twice. (No new words come with them, as they would with real ones.) Their ids count from YYMM.50001,
which no real one reaches, in months from April 2007 on, later ones holding more; their day is in
the month.

Printed for each size are records a second, the peak of resident memory (which counts the mapped
files of the index) and how much of it is the process's own (which is what must not grow), bytes of
index a record; then of a claim's first round of searches CPU and wall milliseconds, median and 95th
percentile, and the memory of the searching process. The claims are those of the files, in the
format of benchmarks/search.py, with their plans, or else 100 made of real titles, searched by rule.
Every claim is searched once to warm the system's page cache, and then measured by a new reader.
Memory is read from /proc, so this runs on Linux.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from benchmarks import search, verify
from retest.domain.line import Claim, Window
from retest.domain.paper import Paper
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.snapshot import import_snapshot
from retest.papers.source import Source
from retest.pipeline.plan import by_rule, planned
from retest.pipeline.remembered import SearchMemory
from retest.pipeline.search import round_of
from retest.pipeline.state import Deps, Limits, PlannedSearch, Subject

AROUND = 2000
FIRST_NUMBER = 50_001
MONTHS = [
    (year, month)
    for year in range(2007, 2027)
    for month in range(1, 13)
    if (year, month) >= (2007, 4)
][:235]
AS_OF = date(2026, 11, 24)
TITLES = 100
"""Claims made of titles, where no others are given."""
Searched = tuple[Subject, list[PlannedSearch]]
Numbers = dict[str, float]


def records(snapshot: Path, count: int) -> Iterator[bytes]:
    """So many records, one a line."""
    with snapshot.open("rb") as file:
        held = sum(1 for _ in file)
    taken = {number * held // count for number in range(count)} if count < held else None
    with snapshot.open("rb") as file:
        yield from (line for number, line in enumerate(file) if taken is None or number in taken)
    chance, given = random.Random(0), dict.fromkeys(MONTHS, 0)  # noqa: S311 - not for secrets
    made = max(0, count - held)
    while made > 0:
        with snapshot.open("rb") as file:
            while made > 0 and (lines := list(islice(file, AROUND))):
                around = [orjson.loads(line) for line in lines]
                yield from (altered(record, around, chance, given) for record in around[:made])
                made -= len(around)


def altered(
    record: dict[str, Any],
    around: list[dict[str, Any]],
    chance: random.Random,
    given: dict[Any, int],
) -> bytes:
    """A record made of the sentences of others, under an id and a day of its own."""
    found = [sentences(chance.choice(around)["abstract"]) for _ in sentences(record["abstract"])]
    head, tail = record["title"].split(), chance.choice(around)["title"].split()
    year, month = MONTHS[int(len(MONTHS) * chance.random() ** 0.5)]
    number = FIRST_NUMBER + given[year, month]
    given[year, month] += 1
    day = date(year, month, chance.randint(1, 28))
    changed = {
        "id": f"{year % 100:02}{month:02}.{number:05}",
        "title": " ".join([*head[: len(head) // 2 + 1], *tail[len(tail) // 2 :]]),
        "abstract": " ".join(chance.choice(said) for said in found),
        "versions": [{"version": "v1", "created": f"{day:%d %b %Y} 00:00:00 GMT"}],
        "update_date": day.isoformat(),
    }
    return orjson.dumps({**record, **changed}) + b"\n"


def sentences(text: str) -> list[str]:
    """The sentences of an abstract, near enough."""
    return re.split(r"(?<=[.!?]) ", text.strip())


def memory(field: str) -> float:
    """MiB of this process by the kernel's account: VmHWM, the peak of all that is resident, or
    RssAnon, its own."""
    found = re.search(
        rf"{field}:\s+(\d+) kB", Path("/proc/self/status").read_text(encoding="ascii")
    )
    assert found, f"/proc/self/status has no {field}"
    return int(found[1]) / 1024


@contextmanager
def watched(numbers: Numbers) -> Iterator[None]:
    """Notes the peaks of memory; of the process's own, the kernel keeps none, so it is looked at
    every 50 ms."""
    over, own = threading.Event(), [memory("RssAnon")]

    def watch() -> None:
        while not over.wait(0.05):
            own.append(memory("RssAnon"))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()
        numbers.update(peak=memory("VmHWM"), own=max(own))


def imported(snapshot: Path, folder: Path) -> Numbers:
    numbers: Numbers = {}
    with watched(numbers):
        began, cpu = time.perf_counter(), time.process_time()
        with Mirror(folder) as mirror:
            changed = import_snapshot(snapshot, mirror, lambda *_: None)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    stats = Mirror.stats(folder)
    assert stats.records == changed
    return {
        **numbers,
        "records": changed,
        "rate": changed / seconds,
        "cpu": cpu / changed * 1e6,
        "bytes": stats.bytes / stats.records,
    }


def on_file(source: MirrorSource, claims: Path, plans: Path) -> list[Searched]:
    """The first rounds of claims that have a plan."""
    found = search.cases(search.read(claims), search.read(plans), source, AS_OF)
    return [
        (case.subject, planned(case.plan) + by_rule(case.subject, case.anchors)) for case in found
    ]


def of_titles(papers: list[Paper]) -> list[Searched]:
    """The first rounds of claims that say what the papers' titles do, each paper its claim's
    anchor."""
    made = []
    for number, paper in enumerate(papers):
        claim = Claim(
            id=f"c{number}",
            text=paper.title,
            dated=paper.published.isoformat(),
            anchors=(paper.id,),
        )
        window = Window(opens=paper.published, as_of=AS_OF)
        subject = Subject(claim=claim, window=window, excluded=(paper.id,))
        made.append((subject, by_rule(subject, [paper])))
    return made


def deps(source: Source, memory: SearchMemory | None = None) -> Deps:
    """What a round of searches needs of a run's parts."""
    return Deps(None, AS_OF, source, None, None, {}, Limits(), None, memory)  # type: ignore[arg-type]  # it asks no model


def searched(folder: Path, claims: Path | None, plans: Path | None) -> Numbers:
    numbers: Numbers = {}
    cpu, wall = [], []
    with watched(numbers):
        source = MirrorSource(folder)
        rounds = (
            on_file(source, claims, plans)
            if claims and plans
            else of_titles(verify.papers(folder, TITLES))
        )
        for subject, searches in rounds:
            round_of(deps(source), subject, searches, [])
        source = MirrorSource(folder)
        for subject, searches in rounds:
            began, spent = time.perf_counter(), time.process_time()
            round_of(deps(source), subject, searches, [])
            cpu.append((time.process_time() - spent) * 1000)
            wall.append((time.perf_counter() - began) * 1000)
    return {
        **numbers,
        "cpu 50": statistics.median(cpu),
        "cpu 95": statistics.quantiles(cpu, n=20)[-1],
        "wall 50": statistics.median(wall),
        "wall 95": statistics.quantiles(wall, n=20)[-1],
        "searches": statistics.mean(len(searches) for _, searches in rounds),
    }


def apart(*arguments: object) -> Numbers:
    """What a step measures in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.growth", *map(str, arguments)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    numbers: Numbers = json.loads(ended.stdout)
    return numbers


def synced(snapshot: Path, count: int) -> str:
    """Of benchmarks/sync.py, records a second and the peak of memory."""
    command = [sys.executable, "-m", "benchmarks.sync", str(snapshot), "--records", str(count)]
    ended = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    found = re.search(r"harvest: .* ([\d,]+) a second, peak ([\d,]+) MiB", ended.stdout)
    assert found, ended.stdout
    return f"{found[1]} a second, peak {found[2]} MiB"


def measure(options: argparse.Namespace, scratch: Path) -> None:
    files = (
        ["--claims", options.claims, "--plans", options.plans]
        if options.claims and options.plans
        else []
    )
    rows = []
    for count in options.records:
        made = scratch / "snapshot.json"
        with made.open("wb") as file:
            file.writelines(records(options.snapshot, count))
        folder = (options.mirrors or scratch) / f"mirror-{count}"
        grown = apart(made, "--into", folder)
        print(f"{count:,}: {grown}", file=sys.stderr, flush=True)
        found = apart(made, "--in", folder, *files)
        print(f"{count:,}: {found}", file=sys.stderr, flush=True)
        rows.append((grown, found))
    print(
        "| records | import, a second | CPU, us a record | peak MiB (own) | index, bytes a record "
        "| claim: CPU ms, median (95 %) | wall ms, median (95 %) | searching, peak MiB (own) |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for grown, found in rows:
        print(
            f"| {grown['records']:,.0f} | {grown['rate']:,.0f} | {grown['cpu']:.0f} "
            f"| {grown['peak']:,.0f} ({grown['own']:,.0f}) | {grown['bytes']:,.0f} "
            f"| {found['cpu 50']:.1f} ({found['cpu 95']:.1f}) | {found['wall 50']:.1f} "
            f"({found['wall 95']:.1f}) "
            f"| {found['peak']:,.0f} ({found['own']:,.0f}) |"
        )
    print(f"{found['searches']:.1f} searches a claim")
    for count in options.sync:
        print(f"sync of {count:,}: {synced(options.snapshot, count)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--records", type=int, nargs="+", default=[15_000, 150_000, 1_500_000])
    parser.add_argument(
        "--sync", type=int, nargs="*", default=[], help="sizes to harvest with benchmarks/sync.py"
    )
    parser.add_argument("--claims", type=Path)
    parser.add_argument("--plans", type=Path)
    parser.add_argument(
        "--mirrors", type=Path, help="where to leave the mirrors, as mirror-N (default: nowhere)"
    )
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--in", dest="folder", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.into:
        print(json.dumps(imported(options.snapshot, options.into)))
    elif options.folder:
        print(json.dumps(searched(options.folder, options.claims, options.plans)))
    else:
        with tempfile.TemporaryDirectory() as scratch:
            measure(options, Path(scratch))


if __name__ == "__main__":
    main()
