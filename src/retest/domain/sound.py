"""What is always so in a record that retest wrote. A record of which it is not so was written by
hand, or is damaged: nothing may be drawn from it, and no run may go on from it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from retest.domain.arxiv_id import parse_id
from retest.domain.line import COUNTER_THESIS, EARLIEST, FIRST_DAY
from retest.domain.record import ClaimRecord, Record


def fault(record: Record) -> str | None:
    """The first thing in a record that cannot be so, with where it stands; None if it is sound."""
    return next(_faults(record), None)


def _faults(record: Record) -> Iterator[str]:
    if record.as_of < FIRST_DAY:
        yield f"as_of {record.as_of}, which is before arXiv's first day, {FIRST_DAY}"
    ids = [claim.id for claim in record.every]
    if twice := next((name for name in ids if ids.count(name) > 1), None):
        yield f"two claims with the id {twice}"
    if record.counter_thesis.id != COUNTER_THESIS:
        yield f"counter_thesis with the id {record.counter_thesis.id[:80]}"
    for claim in record.every:
        for found in _faults_of(claim, record.as_of):
            yield f"{claim.id}: {found}"


def _faults_of(claim: ClaimRecord, as_of: date) -> Iterator[str]:
    if claim.window.opens < EARLIEST:
        yield f"a window that opens on {claim.window.opens}"
    if claim.window.as_of > as_of:
        yield f"a window up to {claim.window.as_of}, after the record's own day, {as_of}"
    if claim.confidence is not None and not 0 <= claim.confidence <= 1:
        yield f"the confidence {claim.confidence}; it is from 0 to 1"
    yield from _verdict(claim)
    yield from _history(claim, as_of)
    for item in claim.evidence:
        parsed = parse_id(item.arxiv_id)
        if parsed is None or parsed.base != item.arxiv_id:
            yield f"evidence with the id {item.arxiv_id[:80]}, which is no arXiv id"
        if item.arxiv_id in claim.anchors:
            yield f"{item.arxiv_id} as evidence, which is an anchor of the claim"
        if item.published not in claim.window:
            window = f"{claim.window.opens} to {claim.window.as_of}"
            yield f"evidence of {item.published}, outside the window, {window}"


def _verdict(claim: ClaimRecord) -> Iterator[str]:
    if claim.review is not None:
        if claim.verdict != claim.review.verdict:
            yield f"the verdict {claim.verdict} beside a review that says {claim.review.verdict}"
        return
    if (claim.verdict == "undetermined") != (claim.why is not None):
        yield f"the verdict {claim.verdict} with {claim.why or 'no reason'} as `why`"
    if claim.awaits and claim.why != "not-judged":
        yield f"an answer that is awaited, with {claim.why or 'nothing'} as `why`"
    pending = claim.flip is not None and claim.flip.pending
    if claim.verdict != "undetermined" and not claim.evidence and not pending:
        yield f"the verdict {claim.verdict} without any evidence"


def _history(claim: ClaimRecord, as_of: date) -> Iterator[str]:
    days = [entry.on for entry in claim.history]
    if late := next((later for sooner, later in pairwise(days) if later < sooner), None):
        yield f"a history in which {late} stands behind a later day"
    if days[0] < EARLIEST or max(days) > as_of:
        yield f"a history with a day that is not from {EARLIEST} to {as_of}"
    if claim.history[-1].verdict != claim.verdict:
        yield (
            f"the verdict {claim.verdict} with a history that ends in {claim.history[-1].verdict}"
        )
