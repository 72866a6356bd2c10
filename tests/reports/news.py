"""Records between which something is news, made by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from retest.domain.evidence import Evidence
from retest.domain.record import AnchorRecord, ClaimRecord, Flip, HistoryEntry, Record
from tests.answers import point
from tests.reports import records

BEFORE, DAY = date(2026, 8, 20), date(2026, 8, 21)


def claim(name: str = "a-claim", verdict: str = "holds", **more: Any) -> ClaimRecord:
    """A claim that was decided the day before, with one piece of evidence."""
    return records.claim("Plain words", name).model_copy(
        update={
            "verdict": verdict,
            "why": None,
            "flip": None,
            "rejected": (),
            "unread": (),
            "history": (HistoryEntry.model_validate({"on": BEFORE, "verdict": verdict}),),
            **more,
        }
    )


def line(*claims: ClaimRecord, **more: Any) -> Record:
    base = records.record("plain").model_copy(
        update={"anchors": (), "counter_thesis": claim("counter-thesis")}
    )
    return base.model_copy(update={"claims": claims or (claim(),), **more})


def paper(
    arxiv_id: str, stance: str = "qualifies", quote: str = "A paper", **more: Any
) -> Evidence:
    points = (point(stance, quote),)
    return records.evidence("A paper").model_copy(
        update={"arxiv_id": arxiv_id, "points": points, **more}
    )


def anchor(status: str = "ok", **more: Any) -> AnchorRecord:
    base = AnchorRecord(
        id="2501.00001",
        about="wind",
        stated="2025-01",
        version=1,
        title="Wind",
        published=date(2025, 1, 1),
        status="ok",
        detail="",
        claims=("a-claim",),
    )
    return base.model_copy(update={"status": status, **more})


def flip(to: str) -> Flip:
    return Flip.model_validate({"from": "holds", "to": to, "on": DAY, "pending": True})
