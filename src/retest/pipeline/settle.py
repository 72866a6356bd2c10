"""Station: the rules of docs/settling.md turn what happened to a claim into its record.
No model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from langgraph.runtime import Runtime

from retest.domain.answers import Judgment
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Rejection
from retest.domain.record import (
    CandidateRecord,
    ClaimRecord,
    Flip,
    HistoryEntry,
    QueryRecord,
    Searched,
    SpecialRecord,
)
from retest.domain.verdict import MARKS_FOR, OPEN, Verdict, Why
from retest.grounding.ladder import reject
from retest.grounding.prose import clean, to_look_up
from retest.papers.source import Source
from retest.pipeline.search import label
from retest.pipeline.state import ClaimState, Deps, Failure, PlannedSearch
from retest.pipeline.weigh import Weighed, weigh


async def settle(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """The claim's record. Prose of the judgment climbs the ladder here; only the source's look-up
    is asked."""
    deps, subject, failure = runtime.context, state["subject"], state.get("failure")
    last = deps.last(subject.claim.id, subject.claim.text)
    evidence = sorted(
        state.get("evidence", []), key=lambda item: (item.published, item.arxiv_id), reverse=True
    )
    judgment = state.get("judgment")
    if failure is not None and last is not None and not evidence:
        # A failed night does not unlearn what was grounded before it.
        kept = [
            e
            for e in last.evidence
            if e.published in subject.window and e.arxiv_id not in subject.excluded
        ]
        evidence = kept
    terms = state.get("terms")
    weighed = weigh(judgment, terms, evidence) if judgment else None
    verdict, why, detail = _outcome(deps, state, evidence, judgment, weighed, failure)
    said = _Said("", ())
    rejected = [*state.get("plan_rejected", []), *state.get("rejected", [])]
    if judgment is not None and weighed is not None:
        said, fallen = await _grounded_prose(deps, judgment, weighed, evidence)
        rejected += fallen
    flip = None
    if judgment is not None and verdict != "undetermined":
        second = state.get("second")
        again = weigh(second, terms, evidence).verdict if second else None
        verdict, flip = _flip(verdict, again, last, deps.as_of)
    review = subject.claim.review
    shown = review.verdict if review else verdict
    # Not where a review stands, or the old verdict while a flip is pending: the judgment said
    # another one.
    own = review is None and weighed is not None and weighed.verdict == shown
    decided_by = weighed.decided_by if own and weighed else ()
    record = ClaimRecord(
        id=subject.claim.id,
        text=subject.claim.text,
        dated=subject.claim.dated,
        bears_on=subject.claim.bears_on,
        anchors=subject.claim.anchors,
        window=subject.window,
        verdict=shown,
        why=why,
        awaits=failure.awaits if failure else None,
        detail=_beside_review(state, verdict, why, detail) if review else detail,
        moved=judgment.moved if judgment and verdict in ("relaxed", "overturned") else None,
        artifact=bool(judgment and judgment.artifact and verdict in ("relaxed", "overturned")),
        # Of annotations the verdict follows by rule: nobody judged, and nobody is more or less
        # sure.
        confidence=judgment.confidence
        if judgment and verdict != "undetermined" and deps.annotated is None
        else None,
        rationale=said.rationale,
        terms=terms,
        terms_by=state.get("terms_by"),
        parts=weighed.parts if weighed else (),
        fails_in=said.fails_in,
        flip=flip,
        review=review,
        evidence=tuple(evidence),
        rejected=_once(rejected),
        unread=_unread(state) if why == "not-judged" else (),
        full_texts=tuple(state.get("full_texts", [])),
        searched=_searched(state, deps),
        history=_history(shown, decided_by, last, deps.as_of, failed=why in OPEN),
    )
    return {"outcomes": [record]}


def _read(deps: Deps, state: ClaimState) -> set[str]:
    """The papers that somebody has read for the claim: the model, or the library's readers."""
    seen = set(state.get("seen", []))
    if deps.annotated is None:
        return seen
    return seen & deps.annotated.get(state["subject"].claim.id, frozenset())


def _outcome(
    deps: Deps,
    state: ClaimState,
    evidence: Sequence[Evidence],
    judgment: Judgment | None,
    weighed: Weighed | None,
    failure: Failure | None,
) -> tuple[Verdict, Why | None, str]:
    if failure is not None:
        return "undetermined", failure.why, failure.detail
    if judgment is not None and weighed is not None:
        if weighed.verdict != "undetermined":
            return weighed.verdict, None, ""
        return "undetermined", "undecided", _undecided(judgment, weighed, evidence)
    read = len(_read(deps, state))
    papers = f"{read} newer {'paper' if read == 1 else 'papers'} read"
    if state.get("rejected"):
        return (
            "undetermined",
            "nothing-grounded",
            f"{papers}; nothing said of them could be grounded.",
        )
    if read:
        return (
            "undetermined",
            "nothing-newer-found",
            f"{papers}; none bears on the claim.",
        )
    if unread := len(state.get("seen", [])):
        return (
            "undetermined",
            "nothing-newer-found",
            f"{unread} newer papers found; the library's readers made no note of any for the "
            "claim.",
        )
    if left := len(state.get("left", {})):
        return (
            "undetermined",
            "nothing-newer-found",
            f"{left} newer papers found; by its title none was worth reading for the claim.",
        )
    return "undetermined", "nothing-newer-found", "The searches worked and found no newer paper."


def _undecided(judgment: Judgment, weighed: Weighed, evidence: Sequence[Evidence]) -> str:
    if weighed.doubts:
        said = "; ".join(weighed.doubts)
        return f"The model said, without citing evidence that shows it: {said}."
    cited = {parsed.base for cite in judgment.cites if (parsed := parse_id(cite)) is not None}
    named = [item.arxiv_id for item in evidence if item.arxiv_id in cited]
    which = f" ({', '.join(named)})" if named else ""
    return f"The grounded evidence{which} does not decide."


def _flip(
    verdict: Verdict,
    again: Verdict | None,
    last: ClaimRecord | None,
    on: date,
) -> tuple[Verdict, Flip | None]:
    """A verdict that differs from the last decided one stands only if the verdict that follows from
    the second answer, `again`, is the same; else it is pending."""
    before = last.last_decided if last else None
    if before in (None, verdict):
        return verdict, None
    agreed = again == verdict
    flip = Flip.model_validate({"from": before, "to": verdict, "on": on, "pending": not agreed})
    return (verdict if agreed else before), flip


@dataclass(frozen=True, slots=True)
class _Said:
    """What of a judgment's prose stands."""

    rationale: str
    fails_in: tuple[SpecialRecord, ...]


async def _grounded_prose(
    deps: Deps, judgment: Judgment, weighed: Weighed, evidence: Sequence[Evidence]
) -> tuple[_Said, list[Rejection]]:
    known = {item.arxiv_id for item in evidence}
    quotes = [point.quote for item in evidence for point in item.points]
    cited = {parsed.base for cite in judgment.cites if (parsed := parse_id(cite)) is not None}
    prose = [judgment.rationale, *(case.case for case in weighed.fails_in)]
    strange = sorted({*to_look_up(known, *prose), *(cited - known)})
    looked_up = await deps.in_thread(deps.source.get, strange) if strange else {}
    rejected: list[Rejection] = []
    kept: list[str] = []
    for text in prose:
        cleaned, fallen = clean(text, known, looked_up, quotes)
        kept.append(cleaned)
        rejected += fallen
    for cite in judgment.cites:
        if parse_id(cite) is None:
            rejected.append(
                reject(cite, "id", "malformed-id", "cited by the judgment; not an arXiv id")
            )
        else:
            rejected += clean(cite, known, looked_up)[1]
    named = zip(weighed.fails_in, kept[1:], strict=True)
    fails_in = tuple(case.model_copy(update={"case": text}) for case, text in named)
    return _Said(kept[0], fails_in), rejected


def _beside_review(state: ClaimState, verdict: Verdict, why: Why | None, detail: str) -> str:
    """What the run itself found, said beside a reviewer's verdict, and whether newer evidence
    speaks against it."""
    review = state["subject"].claim.review
    assert review is not None  # noqa: S101 - the caller asks only for reviewed claims
    against = [
        item.arxiv_id
        for item in state.get("evidence", [])
        if item.published > review.on and item.mark not in MARKS_FOR[review.verdict]
    ]
    said = f"retest itself says {verdict}" + (f" ({why}: {detail})" if why else "")
    return said + (
        f"; evidence newer than the review speaks against it: {', '.join(against)}"
        if against
        else ""
    )


def _searched(state: ClaimState, deps: Deps) -> Searched:
    done, left = state.get("done", []), state.get("left", {})
    queries = tuple(
        QueryRecord(query=label(PlannedSearch(query=d.query, by=d.by)), by=d.by, found=d.found)
        for d in done
    )
    seen, read = set(state.get("seen", [])), _read(deps, state)
    return Searched(
        source=deps.source.name,
        queries=queries,
        candidates=len({*state.get("found", []), *seen}),
        extracted=len(read),
        source_ends=ends(deps.source, deps.as_of),
        detail="; ".join(
            filter(
                None,
                (
                    state.get("plan_note", ""),
                    state.get("triage_note", ""),
                    blind_after(deps.source, deps.as_of),
                ),
            )
        ),
        left={name: left[name] for name in sorted(left) if name not in seen},
    )


def blind_after(source: Source, as_of: date) -> str:
    """What to say of a source that ends before the day the run stands on."""
    last = ends(source, as_of)
    return f"the {source.name} knows no papers after {last}" if last else ""


def ends(source: Source, as_of: date) -> date | None:
    """The day after which a source knows no papers, if that is before `as_of`."""
    return source.until if source.until is not None and source.until < as_of else None


def _unread(state: ClaimState) -> tuple[CandidateRecord, ...]:
    papers = [candidate.paper for candidate in state.get("candidates", [])]
    return tuple(
        CandidateRecord(arxiv_id=p.id, title=p.title, published=p.published) for p in papers
    )


def _once(rejected: Sequence[Rejection]) -> tuple[Rejection, ...]:
    """Each once; two points of a paper that fell for different reasons are two."""
    return tuple({(r.cited, r.rung, r.reason, r.detail): r for r in rejected}.values())


def _history(
    verdict: Verdict,
    decided_by: tuple[str, ...],
    last: ClaimRecord | None,
    on: date,
    *,
    failed: bool,
) -> tuple[HistoryEntry, ...]:
    """A night on which the claim could not be searched or judged stands at the end until one on
    which it could: then it is no state that the claim was in."""
    before = last.history if last else ()
    if last and _ends_in_failure(last):
        before = before[:-1]
    if before and before[-1].verdict == verdict:
        return before
    return (*before, HistoryEntry(on=on, verdict=verdict, decided_by=() if failed else decided_by))


def _ends_in_failure(record: ClaimRecord) -> bool:
    """Whether the last entry is that of a failure, and not of an earlier night that did not
    decide."""
    entry = record.history[-1]
    return record.is_open and entry.verdict == "undetermined" and entry.on == record.window.as_of
