"""Station: findings climb the citation ladder. What passes is evidence; what falls off is kept with
its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from langgraph.runtime import Runtime
from pydantic import ValidationError

from retest.domain.answers import Check, Entailment, Finding
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Rejection
from retest.domain.paper import Candidate, Lookup, Paper
from retest.errors import ModelFailed, Waiting
from retest.grounding.entailment import left_out, sift
from retest.grounding.ladder import climb, context, one_per_paper
from retest.grounding.prose import clean, ids_in
from retest.llm.model import Facts
from retest.llm.parts import parts_of
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
        result = climb(
            finding, shown, looked_up, subject.claim.text, subject.window, subject.excluded
        )
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
    update: ClaimState = {
        "rejected": rejected,
        "suggested": suggested,
        "candidates": [],
        "findings": [],
    }
    if not climbed:
        return update
    try:
        answer = await _verify(deps, state, climbed, contexts)
    except ModelFailed as failed:
        detail = (
            failed.in_one_line
            if isinstance(failed, Waiting)
            else f"the quotes could not be verified: {failed.in_one_line}"
        )
        unverified = [
            Rejection(
                cited=e.arxiv_id,
                title=e.title,
                rung="entails",
                reason="unverifiable",
                detail=failed.message,
            )
            for e in climbed
        ]
        return {
            **update,
            "rejected": rejected + unverified,
            "failure": Failure(why="not-judged", detail=detail),
        }
    passed, refused = sift(climbed, answer)
    return {**update, "evidence": passed, "rejected": rejected + refused}


async def _look_up(deps: Deps, findings: Sequence[Finding], shown: set[str]) -> dict[str, Lookup]:
    """Ids that were cited, or named in prose, without having been shown, asked of the source in one
    call."""
    cited = {
        parsed.base for finding in findings if (parsed := parse_id(finding.arxiv_id)) is not None
    }
    strange = sorted((cited | ids_in(*(finding.why for finding in findings))) - shown)
    return await deps.in_thread(deps.source.get, strange) if strange else {}


def _around(paper: Paper, numbers: Sequence[int]) -> dict[str, str]:
    """The context of a quote, as prompts/entail.md shows it."""
    before, after = context(paper, numbers)
    return {"before": before, "between": left_out(paper, numbers), "after": after}


async def _verify(
    deps: Deps, state: ClaimState, items: Sequence[Evidence], contexts: dict[str, dict[str, str]]
) -> Entailment:
    """One call for all items that this claim has not been asked about before; what was answered
    then is remembered."""
    subject, prompt = state["subject"], deps.prompts["entail"].hash
    about = {e.arxiv_id: _asked(subject, e, contexts[e.arxiv_id]) for e in items}
    remembered = {name: _remembered(deps, asked) for name, asked in about.items()}
    checks = [check for said in remembered.values() for check in said or ()]
    waiting = [
        error
        for name, asked in about.items()
        if remembered[name] is None and (error := _awaits(deps, asked))
    ]
    # In an order of their own, so that the question is the same whichever findings came from
    # memory.
    unasked = sorted(
        (
            e
            for e in items
            if remembered[e.arxiv_id] is None and _awaits(deps, about[e.arxiv_id]) is None
        ),
        key=lambda item: (item.published, item.arxiv_id),
    )
    if not unasked:
        if waiting:
            raise waiting[0]
        return Entailment(checks=checks)
    values = {
        "claim": subject.claim.text,
        "items": [
            {"arxiv_id": e.arxiv_id, "stance": e.stance, "quote": e.quote, **contexts[e.arxiv_id]}
            for e in unasked
        ],
    }
    facts = Facts(
        line=deps.line.line,
        claim=subject.claim.id,
        text=subject.claim.text,
        evidence=tuple(unasked),
    )
    parts = {e.arxiv_id: about[e.arxiv_id] for e in unasked}
    asked = replace(request(deps.prompts, "entail", Entailment, values, facts), parts=parts)
    answer = await deps.verifier.ask(asked, Entailment)
    said = parts_of(answer, list(parts))  # not what it says of quotes that it was not shown
    for name in parts.keys() - said.keys():
        deps.verifier.keep("check", prompt, about[name], _silence(deps))
    if waiting:
        raise waiting[0]
    return Entailment(checks=[*checks, *map(Check.model_validate_json, said.values())])


def _asked(subject: Subject, item: Evidence, around: dict[str, str]) -> list[str]:
    return [subject.claim.text, item.arxiv_id, item.stance, item.quote, *around.values()]


def _remembered(deps: Deps, asked: Sequence[str]) -> list[Check] | None:
    """What the verifier said of an item: nothing, if it was asked on this very day and passed it
    over; None, if it is to be asked."""
    text = deps.verifier.recall("check", deps.prompts["entail"].hash, asked)
    if text == _silence(deps):
        return []
    try:
        return [Check.model_validate_json(text)] if text is not None else None
    except ValidationError:
        return None


def _silence(deps: Deps) -> str:
    return f"nothing was said of it, as of {deps.as_of}"


def _awaits(deps: Deps, asked: Sequence[str]) -> Waiting | None:
    return deps.verifier.awaits("check", deps.prompts["entail"].hash, asked)
