"""What counts as newer work: where a window opens and ends, and which papers are never evidence in
it."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from retest.domain.paper import Paper
from tests.answers import finding
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.papers_small import AGREES, ANCHOR, DENIES, LIMITS

ABSTRACT = (
    "We gauge the tides of small lakes once more. The wind drives the tides of small lakes in all "
    "of the lakes that were gauged."
)


def paper_of(day: date) -> Paper:
    return Paper(
        id=f"{day:%y%m}.{700 + day.day:05}",
        version=1,
        published=day,
        title=f"Wind drives the tides of small lakes: {day}",
        abstract=ABSTRACT,
    )


def reasons(claim: dict[str, Any]) -> dict[str, str]:
    return {rejection["cited"]: rejection["reason"] for rejection in claim["rejected"]}


def evidence(claim: dict[str, Any]) -> set[str]:
    return {item["arxiv_id"] for item in claim["evidence"]}


def test_a_window_is_open_after_its_first_day_and_through_its_last(
    workspace: Workspace, model: Any
) -> None:
    """opens < v1 <= as_of: the anchor's own day is not newer than the anchor, the run's own day
    is."""
    opening, after = paper_of(date(2025, 1, 10)), paper_of(date(2025, 1, 11))
    today, tomorrow = paper_of(date(2026, 8, 21)), paper_of(date(2026, 8, 22))
    every = (opening, after, today, tomorrow)
    workspace.mirror(*every)
    fake = model(Reader(extra=tuple(finding(paper.id, "supports", [2]) for paper in every)))
    assert workspace.run(as_of="2026-08-21").status == 0
    claim = workspace.claim("wind-drives")
    assert claim["window"] == {"opens": "2025-01-10", "as_of": "2026-08-21"}
    assert {after.id, today.id} <= evidence(claim)
    assert {opening.id, tomorrow.id} & evidence(claim) == set()
    fallen = reasons(claim)
    assert (fallen[opening.id], fallen[tomorrow.id]) == ("not-newer", "after-as-of")
    shown = "\n".join(
        asked.user
        for asked in fake.requests
        if asked.schema == "Extraction" and "<claim>\nWind drives" in asked.user
    )
    assert f"<paper {after.id}>" in shown
    assert f"<paper {today.id}>" in shown
    assert f"<paper {opening.id}>" not in shown
    assert f"<paper {tomorrow.id}>" not in shown


@pytest.mark.parametrize("order", [1, -1])
def test_the_newest_of_a_claims_anchors_opens_its_window(
    workspace: Workspace, model: Any, order: int
) -> None:
    both = [ANCHOR.id, AGREES.id][::order]
    more = f'  - {{id: "{AGREES.id}", dated: 2026-03, about: the wind again}}\nclaims:\n'
    workspace.claims(
        CLAIMS.replace("claims:\n", more).replace(
            'anchors: ["2501.00001"]', f"anchors: {json.dumps(both)}"
        )
    )
    model(Reader())
    assert workspace.run().status == 0
    assert workspace.claim("wind-drives")["window"]["opens"] == AGREES.published.isoformat()


@pytest.mark.parametrize(
    ("as_of", "opens"),
    [
        ("2026-08-01", "2026-02-01"),
        ("2026-08-21", "2026-02-01"),
        ("2026-08-31", "2026-02-01"),
        ("2026-09-01", "2026-03-01"),
        ("2026-03-15", "2025-09-01"),
    ],
)
def test_the_last_six_months_begin_on_the_first_of_a_month(
    workspace: Workspace, model: Any, as_of: str, opens: str
) -> None:
    """Were they to begin on another day every night, papers would leave every night."""
    model(Reader())
    workspace.run(as_of=as_of)
    assert workspace.claim("counter-thesis")["window"] == {"opens": opens, "as_of": as_of}


def test_no_anchor_of_the_line_is_evidence_about_the_counter_thesis(
    workspace: Workspace, model: Any
) -> None:
    """Also not one that rests under another claim, or under none, and is of the last six months."""
    more = (
        f'  - {{id: "{DENIES.id}", dated: 2026-05, about: the moon}}\n'
        f'  - {{id: "{LIMITS.id}", dated: 2026-04, about: ice}}\nclaims:\n'
    )
    workspace.claims(
        CLAIMS.replace("claims:\n", more).replace(
            "    dated: 2025\n", f'    dated: 2025\n    anchors: ["{DENIES.id}"]\n'
        )
    )
    said = (finding(DENIES.id, "supports", [2]), finding(LIMITS.id, "contradicts", [3]))
    fake = model(Reader(stances={}, extra=said))
    workspace.run()
    counter = workspace.claim("counter-thesis")
    assert evidence(counter) == set()
    assert reasons(counter) == {DENIES.id: "anchor", LIMITS.id: "anchor"}
    shown = [
        asked.user
        for asked in fake.requests
        if asked.schema == "Extraction" and "<claim>\nThe moon alone" in asked.user
    ]
    assert shown
    assert not any(f"<paper {one.id}>" in user for user in shown for one in (DENIES, LIMITS))
