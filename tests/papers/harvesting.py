"""What the tests of harvests share: ten papers, a sync without pauses, and what a mirror then
holds."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from retest.domain.line import Window
from retest.domain.paper import Paper
from retest.papers.harvest import Harvest
from retest.papers.index import PaperIndex
from retest.papers.mirror import Mirror
from retest.papers.oai import Oai
from retest.papers.polite import Turns
from retest.papers.synced import Extent, load_synced
from retest.retry import Patience
from tests.fakes.oai import FakeOai
from tests.papers.some import PAPERS, paper

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
EVER = Window(opens=date(1990, 1, 1), as_of=date(2030, 1, 1))
TEN = [
    *PAPERS,
    *(
        paper(f"2404.0000{n}", f"Title {n}").model_copy(update={"categories": ("cs.LG",)})
        for n in range(4)
    ),
    paper("math.GT/0309136", "Knots <&> links").model_copy(
        update={"categories": ("math.GT",), "authors": ("É. N.",)}
    ),
    paper("2405.12345", "Seen everywhere").model_copy(
        update={"categories": ("cs.CL", "hep-th"), "version": 4}
    ),
]
"""Three pages, of four, four and two; five days of two papers each."""


def sync(
    fake: FakeOai, folder: Path, *sets: str, since: date | None = None, **options: Any
) -> Harvest:
    """One run of a sync, without pauses."""
    interval = options.pop("interval", 0.0)
    turns = Turns(
        folder.parent / "locks",
        "loopback",
        interval,
        sleep=time.sleep if interval else lambda _: None,
    )
    patience = options.pop("patience", Patience(3, 0.0, 0.0))
    timeout, sleep = options.pop("timeout", 100.0), options.pop("sleep", lambda _: None)
    tell = options.pop("told", []).append
    progress = options.pop("progress", lambda *_: None)
    now = options.pop("now", NOW)
    oai = Oai(fake.url, turns, patience, timeout=timeout, sleep=sleep)
    with Mirror(folder) as mirror:
        made = Harvest(mirror, oai, tell, progress, lambda: now, **options)
        for name in sets or ("",):
            made.sync(name, since)
    return made


def stored(folder: Path) -> dict[str, Paper]:
    """Every paper of a mirror, by id."""
    index = PaperIndex.open(folder / "index")
    found = index.get([*(one.id for one in TEN), *(f"2406.{n:05}" for n in range(20))])
    assert len(found) == index.index.searcher().num_docs, (
        "there is a paper twice, or one that nobody put in"
    )
    return found


def noted(folder: Path, oai_set: str = "") -> Extent:
    """How far a set is in step."""
    found = load_synced(folder)
    assert found, "nothing is noted"
    return found.sets[oai_set]
