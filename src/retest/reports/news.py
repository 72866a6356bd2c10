"""What is news. A run that brings none leaves the record as it was: promise three of
docs/settling.md."""

from __future__ import annotations

from typing import Any

from retest.domain.line import COUNTER_THESIS
from retest.domain.record import ClaimRecord, Record


def merged(previous: Record | None, new: Record) -> tuple[Record, bool]:
    """The record to keep, and whether the new run brought news.

    Claims without news stay as the last report has them, with the `searched` and the window of the
    run that brought theirs, and so do claims that only wait. Another wording of the same verdict on
    the same evidence is no news, nor are a rejected citation, a model's name or a prompt's hash
    alone.
    """
    if previous is None:
        return new, True
    before = {record.id: record for record in previous.claims}
    claims = tuple(_kept(before.get(record.id), record) for record in new.claims)
    counter = _kept(previous.counter_thesis, new.counter_thesis)
    update: dict[str, Any] = {"claims": claims, "counter_thesis": counter}
    answer = new.model_copy(update=update).stated().answer
    same = (
        claims == previous.claims
        and counter == previous.counter_thesis
        and _frame(previous) == _frame(new)
        and not (previous.synthesis_failed and not new.synthesis_failed)
        and answer.sentences == previous.answer.sentences
        and not (previous.answer.failed and not answer.failed)
    )
    if same:
        return previous, False
    update["answer"] = answer
    if any(record.awaits == "batch" for record in new.every):  # until there is a new synthesis
        known = {record.id for record in (*claims, counter)}
        update["superseding"] = tuple(item for item in previous.superseding if item.claim in known)
        update["questions"] = previous.questions
    return new.model_copy(update=update), True


def _kept(before: ClaimRecord | None, now: ClaimRecord) -> ClaimRecord:
    waits = now.awaits == "batch"
    if before is None or (before.awaits == "batch" and not waits):
        return now
    return before if _news(before) == _news(now) or (waits and before.text == now.text) else now


def _news(record: ClaimRecord) -> tuple[Any, ...]:
    evidence = frozenset(
        (e.arxiv_id, e.version, *((p.side, p.case, p.quote) for p in e.points))
        for e in record.evidence
    )
    pending = record.flip.to if record.flip and record.flip.pending else None
    # The counter-thesis is always of the last six months: that its dates move with the day is no
    # news.
    dated = None if record.id == COUNTER_THESIS else (record.dated, record.window.opens)
    return (
        record.text,
        dated,
        record.anchors,
        record.bears_on,
        record.verdict,
        record.why,
        pending,
        record.review,
        record.terms,
        evidence,
    )


def _frame(record: Record) -> tuple[Any, ...]:
    return record.line, record.question, record.thesis, record.anchors
