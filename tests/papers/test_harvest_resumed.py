"""A harvest that is stopped or killed at any page goes on, and loses and doubles nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retest.domain.paper import Paper, Query
from retest.errors import RunError
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.synced import load_synced, save_synced
from retest.retry import Patience
from tests.fakes.oai import FakeOai, Fault
from tests.papers.harvesting import EVER, noted, stored, sync


class Stopped(BaseException):
    """What stops a harvest as Ctrl-C does."""


POINTS = ("before the index", "between index and note", "after the note")


def stop_at(
    monkeypatch: pytest.MonkeyPatch, number: int, point: str, stop: Callable[[], None]
) -> None:
    """Have `stop` called at the numbered page."""
    page = 0
    upsert, save = Mirror.upsert, save_synced

    def upserting(self: Mirror, papers: Any) -> int:
        nonlocal page
        page += 1
        if page == number and point == POINTS[0]:
            stop()
        return upsert(self, papers)

    def saving(folder: Path, noted: Any) -> None:
        if page == number and point == POINTS[1]:
            stop()
        save(folder, noted)
        if page == number and point == POINTS[2]:
            stop()

    monkeypatch.setattr(Mirror, "upsert", upserting)
    monkeypatch.setattr("retest.papers.harvest.save_synced", saving)


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("point", POINTS)
def test_a_harvest_stopped_at_any_page_goes_on_without_loss(
    fake: FakeOai,
    folder: Path,
    undisturbed: dict[str, Paper],
    number: int,
    point: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def stop() -> None:
        raise Stopped

    with monkeypatch.context() as patched:
        stop_at(patched, number, point, stop)
        with pytest.raises(Stopped):
            sync(fake, folder)
    first = len(fake.requests)
    done = sync(fake, folder)
    assert stored(folder) == undisturbed
    assert len(fake.requests) - first <= (1 if number == 3 else 4 - number), (
        "pages that were in came again"
    )
    assert done.changed == max(0, 10 - 4 * (number - (point == POINTS[0])))
    extent = noted(folder)
    assert (extent.since, extent.until, extent.under_way) == (None, date(2026, 1, 5), None)


KILLED = """
import os, sys
from pathlib import Path
import pytest
from tests.fakes.oai import FakeOai
from tests.papers.harvesting import sync
from tests.papers.test_harvest_resumed import stop_at
class Elsewhere: url = sys.argv[1]
stop_at(pytest.MonkeyPatch(), int(sys.argv[3]), sys.argv[4], lambda: os._exit(9))
sync(Elsewhere(), Path(sys.argv[2]))
"""


@pytest.mark.parametrize(("number", "point"), [(2, POINTS[1]), (3, POINTS[0])])
def test_a_killed_harvest_goes_on_without_loss(
    fake: FakeOai, folder: Path, undisturbed: dict[str, Paper], number: int, point: str
) -> None:
    command = [sys.executable, "-c", KILLED, fake.url, str(folder), str(number), point]
    assert subprocess.run(command, check=False, cwd=Path(__file__).parents[2]).returncode == 9
    sync(fake, folder)
    assert stored(folder) == undisturbed


def test_a_harvest_that_loses_its_connection_over_and_over_gets_there(
    fake: FakeOai, folder: Path, undisturbed: dict[str, Paper]
) -> None:
    fake.faults = {number: Fault("reset") for number in range(1, 40, 2)}
    for _ in range(10):
        try:
            sync(fake, folder, patience=Patience(1, 0.0, 0.0))
        except RunError:
            continue
        break
    assert stored(folder) == undisturbed


def test_searches_see_the_pages_that_are_in_and_go_on(fake: FakeOai, folder: Path) -> None:
    counts: list[int] = []

    def progress(records: int, *_: object) -> None:
        source = MirrorSource(folder)
        assert source.search(Query(any_of=("scaling", "models")), EVER, 10)
        counts.append(Mirror.stats(folder).records)
        assert counts[-1] == records

    ticks = iter(range(0, 1000, 60))
    sync(fake, folder, progress=progress, clock=lambda: float(next(ticks)))
    assert counts == [4, 8, 10]


def test_statistics_are_told_while_a_harvest_removes_files(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder)
    listed = Path.iterdir
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            Path, "iterdir", lambda self: iter([*listed(self), self / "merged-away.term"])
        )
        assert Mirror.stats(folder).records == 10


def test_a_set_that_arxiv_does_not_have_leaves_no_trace(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder, "cs")
    with pytest.raises(RunError, match="Set does not exist"):
        sync(fake, folder, "cs:cs:XX")
    assert set((load_synced(folder) or pytest.fail("nothing noted")).sets) == {"cs"}
