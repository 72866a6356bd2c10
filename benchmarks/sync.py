"""How fast, and in how much memory, a mirror is harvested by OAI-PMH, from a loopback server in
another process.

    python -m benchmarks.sync SNAPSHOT [--records N ...] [--page N] [--night N] [--mirror FOLDER]

SNAPSHOT is a file in the format of arXiv's metadata snapshot. Its records are served in arXiv's raw
form under ids of their own, as often as it takes to have N of them, 2,000 changed on a day. Then
one more day brings `--night` others. Prints records a second (the server's share of the time
included), the peak of resident memory, which counts the mapped files of the index too, and the
bytes of the index for a record.
"""

from __future__ import annotations

import argparse
import multiprocessing
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path

import orjson

from retest.papers.harvest import Harvest
from retest.papers.mirror import Mirror
from retest.papers.oai import Oai
from retest.papers.polite import Turns
from retest.papers.snapshot import paper_of
from retest.retry import Patience
from tests.fakes.oai import FakeOai
from tests.fakes.oai_records import Entry

A_DAY, A_MONTH = 2000, 20_000
FIRST = date(2015, 1, 1)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("snapshot")
    parser.add_argument("--records", type=int, nargs="+", default=[15_000])
    parser.add_argument("--page", type=int, default=1300, help="records of a page (arXiv: 1300)")
    parser.add_argument("--night", type=int, default=600, help="records that change afterwards")
    parser.add_argument(
        "--mirror", type=Path, help="where to leave the last mirror (default: nowhere)"
    )
    options = parser.parse_args()
    for count in options.records:
        with tempfile.TemporaryDirectory() as scratch:
            folder = (
                options.mirror
                if options.mirror and count == options.records[-1]
                else Path(scratch) / "mirror"
            )
            measure("harvest", folder, options.snapshot, range(count), options.page)
            measure(
                "a night",
                folder,
                options.snapshot,
                range(count, count + options.night),
                options.page,
            )
            stats = Mirror.stats(folder)
            print(
                f"{stats.records:,} papers, {stats.bytes / stats.records:,.0f} bytes of index each"
            )


def measure(title: str, folder: Path, snapshot: str, numbers: range, page: int) -> None:
    with served(snapshot, numbers, page) as url, tempfile.TemporaryDirectory() as locks:
        began = time.perf_counter()
        oai = Oai(url, Turns(Path(locks), "loopback", 0.0), Patience())
        with Mirror(folder) as mirror:
            harvest = Harvest(
                mirror, oai, lambda _: None, lambda *_: None, lambda: datetime.now(UTC)
            )
            harvest.sync()
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{title}: {harvest.records:,} records, {harvest.changed:,} new or changed, in "
        f"{seconds:.1f} s, {harvest.records / seconds:,.0f} a second, peak {peak:,.0f} MiB",
        flush=True,
    )


@contextmanager
def served(snapshot: str, numbers: range, page: int) -> Iterator[str]:
    """The records with these numbers, by a server of their own; its address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    server = context.Process(target=serve, args=(theirs, snapshot, numbers, page))
    server.start()
    try:
        yield ours.recv()
    finally:
        ours.send("over")
        server.join()


def serve(pipe: Connection, snapshot: str, numbers: range, page: int) -> None:
    with FakeOai(entries(snapshot, numbers), page=page) as fake:
        pipe.send(fake.url)
        pipe.recv()


def entries(snapshot: str, numbers: range) -> Iterator[Entry]:
    with Path(snapshot).open("rb") as file:
        lines = list(islice(file, numbers.stop))
    for number, line in zip(numbers, islice(cycle(lines), numbers.start, None), strict=False):
        month, serial = divmod(number, A_MONTH)
        name = f"{15 + month // 12:02}{month % 12 + 1:02}.{serial + 1:05}"
        paper = paper_of(orjson.loads(line)).model_copy(update={"id": name})
        yield Entry(paper, FIRST + timedelta(days=number // A_DAY))


if __name__ == "__main__":
    main()
