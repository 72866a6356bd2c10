"""Superseding work speaks against the line and is of the last six months; nothing else is called
so."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from retest.domain.paper import Paper
from tests.brains import SYNTHESIS, Reader
from tests.conftest import Workspace
from tests.papers_small import AGREES, DENIES, LIMITS

OPENS = date(2026, 2, 1)
"""The first of the six months up to the day of these runs."""


def against(day: date) -> Paper:
    return Paper(
        id=f"{day:%y%m}.{800 + day.day:05}",
        version=1,
        published=day,
        title=f"No wind in the tides of small lakes, {day}",
        abstract="We gauge small lakes without wind. Their tides are as high as ever without it.",
    )


OLD, EDGE, NEW = (
    against(date(2026, 1, 15)),
    against(OPENS),
    against(date(2026, 2, 2)),
)


def test_superseding_work_is_of_the_stated_months_and_against_the_line(
    workspace: Workspace, model: Any
) -> None:
    workspace.mirror(OLD, EDGE, NEW)
    wind = {one.id: ("contradicts", [2]) for one in (OLD, EDGE, NEW)} | {
        AGREES.id: ("supports", [3])
    }
    named = [
        {"arxiv_id": one.id, "argument": f"It is said to be stronger, of {one.published}."}
        for one in (OLD, EDGE, NEW, AGREES, DENIES, LIMITS)
    ]
    moon = {DENIES.id: ("supports", [2]), LIMITS.id: ("contradicts", [3])}
    reader = Reader(stances={"Wind drives": wind, "The moon": moon})
    fake = model(reader.saying("Synthesis", {**SYNTHESIS, "superseding": named}))
    assert workspace.run().status == 0
    evidence = {item["arxiv_id"] for item in workspace.claim("wind-drives")["evidence"]}
    assert {OLD.id, EDGE.id, NEW.id, AGREES.id} == evidence, "all of them are grounded evidence"
    record = workspace.record()
    assert [item["evidence"]["arxiv_id"] for item in record["superseding"]] == [
        NEW.id,
        DENIES.id,
    ], "against a claim, and for the counter-thesis"
    fallen = {(rejection["cited"], rejection["reason"]) for rejection in record["rejected"]}
    assert {(one.id, "not-newer") for one in (OLD, EDGE, AGREES, LIMITS)} <= fallen
    (asked,) = [seen for seen in fake.requests if seen.schema == "Synthesis"]
    assert re.findall(r"<evidence (\S+) \S+ against>", asked.user) == [DENIES.id, NEW.id]
