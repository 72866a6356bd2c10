"""What changed between two versions of a line's record, for people who review it. From the two
records alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Literal

from retest.domain import Frozen
from retest.domain.evidence import Evidence
from retest.domain.line import COUNTER_THESIS
from retest.domain.question import on_question
from retest.domain.record import AnchorRecord, AnchorStatus, ClaimRecord, Record
from retest.domain.verdict import Condition, Mark, Verdict, Why

FAILED: frozenset[Why | None] = frozenset({"search-failed", "not-judged"})
Kind = Literal["known", "new", "gone", "reworded"]


class EvidenceNews(Frozen):
    """A piece of evidence that the earlier record has not; `was` is the mark that the same paper
    had there."""

    evidence: Evidence
    was: Mark | None


class ClaimNews(Frozen):
    """What became of a claim, or of the counter-thesis. `notes` says in words what the other fields
    do not."""

    id: str
    text: str
    kind: Kind
    was: Verdict | None
    """Its last verdict, before a night that could not decide; None for a claim without a past."""
    now: Verdict | None
    turned: bool
    """Whether the verdict is another one. A night that could not search or judge turns nothing."""
    failed: Why | None
    """Why it could not be searched or judged, if that is new."""
    detail: str
    moved: Condition | None
    rationale: str
    """Of a verdict that is another one."""
    evidence: tuple[EvidenceNews, ...]
    pending: Verdict | None
    """The verdict of a flip that has become pending."""
    notes: tuple[str, ...]

    @property
    def is_news(self) -> bool:
        """Whether anything of it changed."""
        found = self.turned or self.failed or self.evidence or self.pending or self.notes
        return self.kind != "known" or bool(found)


class AnchorNews(Frozen):
    """An anchor whose record changed. `was` is None for a new one, `now` for one that is gone."""

    anchor: AnchorRecord
    was: AnchorStatus | None
    now: AnchorStatus | None


class Standing(Frozen):
    """A claim that could not be searched or judged before, and still cannot."""

    id: str
    text: str
    why: Why
    detail: str


class LineNews(Frozen):
    """What changed of one line. `details` names what differs without being news."""

    line: str
    kind: Literal["known", "new", "gone"]
    was_as_of: date | None
    as_of: date
    verdicts: dict[Verdict, int]
    """How the line's claims stand now."""
    claims: tuple[ClaimNews, ...]
    anchors: tuple[AnchorNews, ...]
    standing: tuple[Standing, ...]
    synthesis: str
    """Why the synthesis could not be written, if it could be before."""
    notes: tuple[str, ...]
    details: tuple[str, ...]

    @property
    def is_news(self) -> bool:
        """Whether anything changed that a reviewer would want to see."""
        return self.kind != "known" or bool(
            self.claims or self.anchors or self.synthesis or self.notes
        )


def compared(before: Record | None, after: Record | None) -> LineNews:
    """What changed from `before` to `after`. One of them may be missing: a new line, or one that is
    gone."""
    here = after or before
    if here is None:
        raise ValueError("one of the two records must be there")
    if after is None or before is None:
        everything = (
            []
            if after is None
            else [_new(claim, "new") for claim in (*after.claims, after.counter_thesis)]
        )
        return LineNews(
            line=here.line,
            kind="gone" if after is None else "new",
            as_of=here.as_of,
            was_as_of=before.as_of if before else None,
            verdicts=_verdicts(after),
            claims=tuple(everything),
            anchors=tuple(
                news for news in _anchors((), after.anchors if after else ()) if news.now != "ok"
            ),
            standing=(),
            synthesis=_unwritten(after),
            notes=(),
            details=(),
        )
    old = {claim.id: claim for claim in (*before.claims, before.counter_thesis)}
    new = {claim.id: claim for claim in (*after.claims, after.counter_thesis)}
    claims = [_claim(old.get(name), claim) for name, claim in new.items()]
    claims += [_gone(claim) for name, claim in old.items() if name not in new]
    before_now = {(claim.id, claim.why, claim.text) for claim in old.values()}
    standing = [
        Standing(id=claim.id, text=claim.text, why=claim.why, detail=claim.detail)
        for claim in new.values()
        if claim.why and claim.why in FAILED and (claim.id, claim.why, claim.text) in before_now
    ]
    news = LineNews(
        line=after.line,
        kind="known",
        was_as_of=before.as_of,
        as_of=after.as_of,
        verdicts=_verdicts(after),
        claims=tuple(claim for claim in claims if claim.is_news),
        standing=tuple(standing),
        anchors=tuple(_anchors(before.anchors, after.anchors)),
        synthesis="" if _unwritten(before) else _unwritten(after),
        notes=tuple(_frame(before, after)),
        details=tuple(_details(before, after)),
    )
    if before != after and not news.is_news and not news.details:
        return news.model_copy(update={"details": ("wording",)})
    return news


def _claim(before: ClaimRecord | None, now: ClaimRecord) -> ClaimNews:
    if before is None:
        return _new(now, "new")
    if before.text != now.text:
        return _new(now, "reworded")
    was = _last_verdict(before)
    undecided = now.verdict == "undetermined" and now.why in FAILED
    fell = _pending(before)
    pending = _pending(now)
    notes = list(_notes(before, now))
    if fell and fell not in (pending, now.verdict):
        notes.append(f"the pending flip to {fell} is no more")
    if before.why in FAILED and now.why not in FAILED and was == now.verdict:
        notes.append(f"could be searched and judged again, and is {now.verdict} as before")
    return ClaimNews(
        id=now.id,
        text=now.text,
        kind="known",
        was=was,
        now=now.verdict,
        turned=not undecided and was != now.verdict,
        failed=now.why if now.why in FAILED and now.why != before.why else None,
        detail=now.detail,
        moved=now.moved if was != now.verdict else None,
        rationale=now.rationale if was != now.verdict else "",
        evidence=tuple(_evidence(before, now)),
        pending=pending if pending != fell else None,
        notes=tuple(notes),
    )


def _new(claim: ClaimRecord, kind: Kind) -> ClaimNews:
    """A claim without a past: all that is known of it is as new as itself."""
    return ClaimNews(
        id=claim.id,
        text=claim.text,
        kind=kind,
        was=None,
        now=claim.verdict,
        turned=False,
        failed=claim.why if claim.why in FAILED else None,
        detail=claim.detail,
        moved=claim.moved,
        rationale="",
        evidence=(),
        pending=None,
        notes=(),
    )


def _gone(claim: ClaimRecord) -> ClaimNews:
    return ClaimNews(
        id=claim.id,
        text=claim.text,
        kind="gone",
        was=_last_verdict(claim),
        now=None,
        turned=False,
        failed=None,
        detail="",
        moved=None,
        rationale="",
        evidence=(),
        pending=None,
        notes=(),
    )


def _last_verdict(claim: ClaimRecord) -> Verdict:
    """The verdict; where the last night could not search or judge the claim, the last one that was
    decided."""
    if claim.verdict != "undetermined" or claim.why not in FAILED:
        return claim.verdict
    decided = (
        entry.verdict for entry in reversed(claim.history) if entry.verdict != "undetermined"
    )
    return next(decided, "undetermined")


def _pending(claim: ClaimRecord) -> Verdict | None:
    return claim.flip.to if claim.flip and claim.flip.pending else None


def _evidence(before: ClaimRecord, now: ClaimRecord) -> Iterator[EvidenceNews]:
    known = {_key(item) for item in before.evidence}
    marks = {item.arxiv_id: item.mark for item in before.evidence}
    for item in now.evidence:
        if _key(item) not in known:
            yield EvidenceNews(evidence=item, was=marks.get(item.arxiv_id))


def _key(item: Evidence) -> tuple[object, ...]:
    return item.arxiv_id, item.version, tuple((p.side, p.case, p.quote) for p in item.points)


def _notes(before: ClaimRecord, now: ClaimRecord) -> Iterator[str]:
    """What else is news of a claim (retest.reports.news), in words."""
    if before.review != now.review:
        if now.review is None:
            yield "the review is no more"
        else:
            yield f"reviewed by {now.review.by} on {now.review.on}: {now.review.verdict}"
    if before.terms != now.terms:
        yield "its terms are written down" if before.terms is None else "its terms have changed"
    lost = {item.arxiv_id: None for item in before.evidence}.keys() - {
        item.arxiv_id for item in now.evidence
    }
    if lost:
        yield f"no longer evidence: {', '.join(sorted(lost))}"
    if (
        before.why != now.why
        and before.verdict == now.verdict == "undetermined"
        and not {before.why, now.why} & FAILED
    ):
        yield f"undetermined for another reason: {now.why}, was {before.why}"
    if before.bears_on != now.bears_on:
        yield f"bears on {now.bears_on or 'neither side'}, was {before.bears_on or 'neither side'}"
    if before.anchors != now.anchors:
        yield (
            f"rests on {', '.join(now.anchors) or 'no anchor'}, was "
            f"{', '.join(before.anchors) or 'no anchor'}"
        )
    if (
        now.id == COUNTER_THESIS
    ):  # it is always of the last six months: that its dates move is no news
        return
    if before.dated != now.dated:
        yield f"is dated {now.dated}, was {before.dated}"
    if before.window.opens != now.window.opens:
        yield f"newer work is after {now.window.opens}, was {before.window.opens}"


def _anchors(
    before: tuple[AnchorRecord, ...], now: tuple[AnchorRecord, ...]
) -> Iterator[AnchorNews]:
    old, new = {anchor.id: anchor for anchor in before}, {anchor.id: anchor for anchor in now}
    for name, anchor in new.items():
        if old.get(name) != anchor:
            yield AnchorNews(
                anchor=anchor, was=old[name].status if name in old else None, now=anchor.status
            )
    for name, anchor in old.items():
        if name not in new:
            yield AnchorNews(anchor=anchor, was=anchor.status, now=None)


def _frame(before: Record, after: Record) -> Iterator[str]:
    if before.question != after.question:
        yield "the line's question is worded anew"
    if before.thesis != after.thesis:
        yield "the line's thesis is worded anew"
    was, now = on_question(before).verdict, on_question(after).verdict
    if was != now:
        yield f"the verdict on the question is {now}, was {was}"
    if _unwritten(before) and not _unwritten(after):
        yield "the synthesis could be written again"


def _details(before: Record, after: Record) -> Iterator[str]:
    for name in ("model", "verifier", "source"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{name} {new or 'none'}, was {old or 'none'}"
    prompts = [name for name in after.prompts if before.prompts.get(name) != after.prompts[name]]
    if prompts:
        yield f"other prompts for {', '.join(prompts)}"


def _unwritten(record: Record | None) -> str:
    return record.limits if record and record.synthesis_failed else ""


def _verdicts(record: Record | None) -> dict[Verdict, int]:
    return dict(Counter(claim.verdict for claim in record.claims)) if record else {}
