"""How far the papers that settle a claim came, and what a wrong verdict is charged to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Rejection
from retest.domain.paper import Lookup, Paper
from retest.domain.record import ClaimRecord
from retest.domain.verdict import Verdict
from retest.evaluation.claims.gold import GoldClaim
from retest.evaluation.claims.result import (
    ClaimResult,
    Cost,
    Fallen,
    Funnel,
    FunnelStep,
    GoldPaper,
    Lost,
    LostAt,
    Reached,
    Reasons,
)
from retest.evaluation.claims.trace import Trace
from retest.grounding.ladder import place
from retest.pipeline.weigh import as_said

STEPS: tuple[Reached, ...] = get_args(Reached)
STATIONS: tuple[LostAt, ...] = get_args(LostAt)
_NEXT: dict[Reached | None, LostAt] = {
    None: "source",
    "source": "searched",
    "searched": "listed",
    "listed": "shown",
    "shown": "found",
    "found": "grounded",
    "grounded": "entailed",
    "entailed": "judged",
    "cited": "verdict",
}


def claim_result(
    claim: GoldClaim, trace: Trace, record: ClaimRecord, known: Mapping[str, Lookup]
) -> ClaimResult:
    """What became of a claim; `known` is what the source says of its gold papers."""
    gold = tuple(_gold_paper(name, trace, record, known.get(name)) for name in claim.gold_ids)
    reached = max((paper.reached for paper in gold), key=_depth, default=None)
    right = record.verdict == claim.expected_verdict and not record.is_open
    return ClaimResult(
        id=claim.id,
        claim=claim.claim,
        topic=claim.topic,
        contested=claim.contested,
        window=record.window,
        expected=claim.expected_verdict,
        got=record.verdict,
        why=record.why,
        detail=record.detail,
        right=right,
        confidence=record.confidence,
        judged=_as_said(trace, record),
        cites=tuple(sorted(trace.cited)),
        evidence=dict(sorted(trace.evidence.items())),
        gold=gold,
        reached=reached,
        lost=None if right else _charged(claim, trace, record, reached),
        rationale=record.rationale,
        fallen=tuple(Fallen(cited=r.cited, rung=r.rung, reason=r.reason) for r in record.rejected),
        spent=Cost(),
    )


def _as_said(trace: Trace, record: ClaimRecord) -> Verdict | None:
    """The verdict that follows from the judgment as it was given, before its evidence is looked
    at."""
    return as_said(trace.judgment, record.terms) if trace.judgment else None


def _depth(step: Reached | None) -> int:
    return -1 if step is None else STEPS.index(step)


def _gold_paper(name: str, trace: Trace, record: ClaimRecord, found: Lookup | None) -> GoldPaper:
    placed = place(name, found, record.window, record.anchors)
    came: dict[Reached, bool] = {
        "source": isinstance(placed, Paper),
        "searched": name in trace.returned,
        "listed": name in trace.listed,
        "shown": name in trace.shown,
        "found": name in trace.found,
        "grounded": name in trace.climbed,
        "entailed": name in trace.evidence,
        "cited": name in trace.evidence and name in trace.cited,
    }
    reached = max((step for step in STEPS if came[step]), key=_depth, default=None)
    return GoldPaper(id=name, reached=reached, detail=_detail(name, reached, placed, record))


def _detail(
    name: str, reached: Reached | None, placed: Paper | Rejection, record: ClaimRecord
) -> str:
    """Why a paper went no further, where something says so."""
    if reached is None:
        return f"{placed.reason}: {placed.detail}" if isinstance(placed, Rejection) else ""
    if reached in ("found", "grounded"):
        for fallen in record.rejected:
            cited = parse_id(fallen.cited)
            if cited and cited.base == name:
                return f"{fallen.reason}: {fallen.detail}"
    return ""


def _charged(
    claim: GoldClaim, trace: Trace, record: ClaimRecord, reached: Reached | None
) -> LostAt:
    """The one station that a wrong verdict is charged to, as `LostAt` says."""
    if record.is_open:
        return "failed"
    judged = _as_said(trace, record)
    if judged == claim.expected_verdict != record.verdict:
        return "settled"
    return _NEXT[reached] if claim.gold_ids else "untraced"


def funnel(claims: Sequence[ClaimResult]) -> Funnel:
    """The counts of all claims."""
    traced = [claim for claim in claims if claim.gold]
    lost = {
        station: tuple(claim.id for claim in claims if claim.lost == station)
        for station in STATIONS
    }
    return Funnel(
        claims=len(traced),
        steps=tuple(
            FunnelStep(
                step=step, claims=sum(_depth(claim.reached) >= _depth(step) for claim in traced)
            )
            for step in STEPS
        ),
        right=sum(claim.right and claim.reached == "cited" for claim in traced),
        right_by_other_evidence=sum(claim.by_other_evidence for claim in traced),
        lost=tuple(Lost(station=station, claims=names) for station, names in lost.items() if names),
    )


def reasons(claims: Sequence[ClaimResult]) -> tuple[Reasons, ...]:
    """Citations that fell off the ladder, by rung and reason, the most frequent first."""
    counts: dict[tuple[str, str], Reasons] = {}
    for fallen in (fallen for claim in claims for fallen in claim.fallen):
        key = (fallen.rung, fallen.reason)
        before = counts.get(key) or Reasons(rung=fallen.rung, reason=fallen.reason, citations=0)
        counts[key] = before.model_copy(update={"citations": before.citations + 1})
    return tuple(sorted(counts.values(), key=lambda one: (-one.citations, one.rung, one.reason)))
