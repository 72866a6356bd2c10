"""Station: findings climb the citation ladder. What passes is evidence; what falls off is kept with its reason."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from langgraph.runtime import Runtime
from pydantic import ValidationError

from retest.domain.answers import Check, Entailment, Finding
from retest.domain.evidence import Evidence, Rejection
from retest.domain.paper import Candidate, Lookup, Paper
from retest.errors import ModelFailed, Waiting
from retest.grounding.entailment import left_out, sift
from retest.grounding.ids import parse_id
from retest.grounding.ladder import climb, context, one_per_paper
from retest.grounding.prose import clean, ids_in
from retest.llm.model import Facts
from retest.pipeline.calls import request
from retest.pipeline.state import ClaimState, Deps, Failure, Subject


async def ground(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Rungs 1 to 5 by code, rung 6 by the verifier in one call for all that is left."""
    deps, subject = runtime.context, state["subject"]
    shown = {candidate.paper.id: candidate for candidate in state["candidates"]}
    findings = one_per_paper(state["findings"])
    looked_up = await _look_up(deps, findings, set(shown))
    known = {**looked_up, **{name: candidate.paper for name, candidate in shown.items()}}
    climbed: list[Evidence] = []
    rejected: list[Rejection] = []
    contexts: dict[str, dict[str, str]] = {}
    for finding in findings:
        result = climb(finding, shown, looked_up, subject.claim.text, subject.window, subject.excluded)
        if isinstance(result, Rejection):
            rejected.append(result)
        else:
            why, fallen = clean(result.why, {result.arxiv_id}, known, [result.quote])
            rejected += fallen
            climbed.append(result.model_copy(update={"why": why}))
            contexts[result.arxiv_id] = _around(shown[result.arxiv_id].paper, finding.sentences)
    suggested = [
        Candidate(paper=paper, found_by=("named by the model",))
        for paper in looked_up.values()
        if isinstance(paper, Paper) and paper.published in subject.window and not paper.withdrawn
    ]
    update: ClaimState = {"rejected": rejected, "suggested": suggested, "candidates": [], "findings": []}
    if not climbed:
        return update
    try:
        answer = await _verify(deps, state, climbed, contexts)
    except ModelFailed as failed:
        detail = failed.told if isinstance(failed, Waiting) else f"the quotes could not be verified: {failed.told}"
        unverified = [
            Rejection(cited=e.arxiv_id, title=e.title, rung="entails", reason="unverifiable", detail=failed.message)
            for e in climbed
        ]
        return {**update, "rejected": rejected + unverified, "failure": Failure(why="not-judged", detail=detail)}
    passed, refused = sift(climbed, answer)
    return {**update, "evidence": passed, "rejected": rejected + refused}


async def _look_up(deps: Deps, findings: Sequence[Finding], shown: set[str]) -> dict[str, Lookup]:
    """Ids that were cited, or named in prose, without having been shown, asked of the source in one call."""
    cited = {parsed.base for finding in findings if (parsed := parse_id(finding.arxiv_id)) is not None}
    strange = sorted((cited | ids_in(*(finding.why for finding in findings))) - shown)
    return await asyncio.to_thread(deps.source.get, strange) if strange else {}


def _around(paper: Paper, numbers: Sequence[int]) -> dict[str, str]:
    """The context of a quote, as prompts/entail.md shows it."""
    before, after = context(paper, numbers)
    return {"before": before, "between": left_out(paper, numbers), "after": after}


async def _verify(
    deps: Deps, state: ClaimState, items: Sequence[Evidence], contexts: dict[str, dict[str, str]]
) -> Entailment:
    """One call for all items that this claim has not been asked about before; what was answered then is remembered."""
    subject, prompt = state["subject"], deps.prompts["entail"].hash
    about = {e.arxiv_id: _asked(subject, e, contexts[e.arxiv_id]) for e in items}
    remembered = {name: _remembered(deps, asked) for name, asked in about.items()}
    checks = [check for check in remembered.values() if check is not None]
    unasked = [e for e in items if remembered[e.arxiv_id] is None]
    if not unasked:
        return Entailment(checks=checks)
    values = {
        "claim": subject.claim.text,
        "items": [
            {"arxiv_id": e.arxiv_id, "stance": e.stance, "quote": e.quote, **contexts[e.arxiv_id]} for e in unasked
        ],
    }  # fmt: skip
    facts = Facts(line=deps.line.line, claim=subject.claim.id, text=subject.claim.text, evidence=tuple(unasked))
    answer = await deps.verifier.ask(request(deps.prompts, "entail", Entailment, values, facts), Entailment)
    for item in unasked:
        said = [check for check in answer.checks if (i := parse_id(check.arxiv_id)) and i.base == item.arxiv_id]
        if said:  # of several, a "no" is final
            check = min(said, key=lambda one: one.entails)
            deps.verifier.keep("check", prompt, about[item.arxiv_id], check.model_dump_json())
    return Entailment(checks=[*checks, *answer.checks])


def _asked(subject: Subject, item: Evidence, around: dict[str, str]) -> list[str]:
    return [subject.claim.text, item.arxiv_id, item.stance, item.quote, *around.values()]


def _remembered(deps: Deps, asked: Sequence[str]) -> Check | None:
    text = deps.verifier.recall("check", deps.prompts["entail"].hash, asked)
    try:
        return Check.model_validate_json(text) if text is not None else None
    except ValidationError:
        return None
