"""Station: papers whose abstract does not decide are read in full. What is found there climbs the
ladder as all else does, and the claim is judged once more."""

from __future__ import annotations

import asyncio

from langgraph.runtime import Runtime

from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence
from retest.domain.paper import BodySentence, Candidate, Paper
from retest.domain.record import FullTextRecord
from retest.errors import ModelFailed
from retest.fulltext.document import NoText, Texts
from retest.pipeline.calls import shown_terms
from retest.pipeline.extract import findings_of, said_of
from retest.pipeline.state import ClaimState, Deps, Failure
from retest.pipeline.weigh import Weighed, weigh

MOST = 3
"""Papers of a claim that are read in full."""
SURE = 0.6
"""The confidence of a judgment from which on no full text is read for it."""


async def deepen(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Fetch, and read by sentences. Without a full text there is the abstract, and the record says
    so; a model that does not answer fails the claim, as in `extract`."""
    deps = runtime.context
    wanted = chosen(state, deps)
    update: ClaimState = {"deepened": True, "findings": [], "full_texts": wanted}
    texts = deps.texts
    if texts is None or not wanted:
        return update
    papers = {candidate.paper.id: candidate for candidate in state["telling"]}
    asked = [one for one in wanted[:MOST] if one.arxiv_id in papers]
    bodies = await asyncio.gather(
        *(_body(deps, texts, state, papers[one.arxiv_id].paper, one.question) for one in asked)
    )
    outcomes = {one.arxiv_id: _outcome(one, body) for one, body in zip(asked, bodies, strict=True)}
    update["full_texts"] = [outcomes.get(one.arxiv_id, one) for one in wanted]
    read = [
        _with_body(papers[one.arxiv_id], body)
        for one, body in zip(asked, bodies, strict=True)
        if isinstance(body, tuple) and body
    ]
    try:
        said = await said_of(deps, state, read, lambda unread: [[one] for one in unread])
    except ModelFailed as failed:
        return {**update, "failure": Failure.of(failed)}
    found, rejected = findings_of(said, read)
    return {**update, "candidates": read, "findings": found, "rejected": rejected}


def chosen(state: ClaimState, deps: Deps) -> list[FullTextRecord]:
    """The papers that would be read in full, the weightiest first: those that were before, so
    that a night does not unlearn what their texts say; open ones; those on which the verdict turns.

    Unless `always`, the last two only where the judgment leaves the claim open, is not sure of
    it, or would flip it.
    """
    evidence = state.get("evidence", [])
    judgment = state.get("judgment")
    weighed = weigh(judgment, state.get("terms"), evidence) if judgment else None
    last = deps.last(state["subject"].claim.id, state["subject"].claim.text)
    before = [one for one in last.full_texts if one.outcome == "read"] if last else []
    telling = {candidate.paper.id for candidate in state.get("telling", [])}
    found = {one.arxiv_id: one for one in before if one.arxiv_id in telling}
    left = state.get("open", {})
    turns = _turning(state, weighed, evidence)
    sure = deps.read_in_full != "always" and not _is_unsure(state, deps, weighed)
    for name in [] if sure else [*sorted(left, reverse=True), *turns]:
        because = "open" if name in left else "turns"
        one = FullTextRecord.model_validate(
            {
                "arxiv_id": name,
                "because": because,
                "question": left.get(name, ""),
                "outcome": "not asked",
            }
        )
        if name in left or deps.texts is not None:
            found.setdefault(name, one)
    return [one.model_copy(update={"outcome": "not asked"}) for one in found.values()]


def _is_unsure(state: ClaimState, deps: Deps, weighed: Weighed | None) -> bool:
    judgment = state.get("judgment")
    if judgment is None or weighed is None or weighed.verdict == "undetermined":
        return True
    last = deps.last(state["subject"].claim.id, state["subject"].claim.text)
    before = last.last_decided if last else None
    return judgment.confidence < SURE or before not in (None, weighed.verdict)


def _turning(state: ClaimState, weighed: Weighed | None, evidence: list[Evidence]) -> list[str]:
    """What decided the verdict; where nothing did, what the judgment cites of the evidence."""
    judgment = state.get("judgment")
    if judgment is None or weighed is None:
        return []
    known = {item.arxiv_id for item in evidence}
    cited = [parsed.base for cite in judgment.cites if (parsed := parse_id(cite)) is not None]
    return list(weighed.decided_by) or [name for name in dict.fromkeys(cited) if name in known]


async def _body(
    deps: Deps, texts: Texts, state: ClaimState, paper: Paper, question: str
) -> tuple[BodySentence, ...] | NoText:
    about = [state["subject"].claim.text, question]
    about += [said for _, said in shown_terms(state.get("terms"))]
    return await deps.in_thread(_read, texts, paper, about)


def _read(texts: Texts, paper: Paper, about: list[str]) -> tuple[BodySentence, ...] | NoText:
    from retest.fulltext.body import body_of  # it loads the index

    text = texts.get(paper)
    return text if isinstance(text, NoText) else body_of(text, about)


def _outcome(one: FullTextRecord, body: tuple[BodySentence, ...] | NoText) -> FullTextRecord:
    outcome = "read"
    if isinstance(body, NoText):
        outcome = "abstract only" if body.asked else "not asked"
    return one.model_copy(update={"outcome": outcome})


def _with_body(candidate: Candidate, body: tuple[BodySentence, ...]) -> Candidate:
    paper = candidate.paper.model_copy(update={"body": body})
    return candidate.model_copy(update={"paper": paper})
