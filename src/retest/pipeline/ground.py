"""Station: findings climb the citation ladder. What passes is evidence; what falls off is kept with
its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from langgraph.runtime import Runtime
from pydantic import ValidationError

from retest.domain.answers import Check, Entailment, Finding
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Rejection
from retest.domain.paper import Candidate, Lookup, Paper
from retest.errors import ModelFailed, Waiting
from retest.grounding.entailment import joined, left_out, numbered, sift
from retest.grounding.ladder import climb, context, firsthand, points_apart, reject
from retest.grounding.prose import clean, ids_in
from retest.llm.model import Facts
from retest.llm.parts import parts_of
from retest.pipeline.calls import request, rests_on, shown_terms
from retest.pipeline.state import Around, Beside, ClaimState, Deps, Failure


async def ground(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Rungs 1 to 5 by code, rung 6 by the verifier in one call for all that is left. Each point of
    a paper climbs by itself."""
    deps, subject = runtime.context, state["subject"]
    shown = {candidate.paper.id: candidate for candidate in state["candidates"]}
    findings = points_apart(state["findings"])
    looked_up = await _look_up(deps, findings, set(shown))
    known = {**looked_up, **{name: candidate.paper for name, candidate in shown.items()}}
    climbed: list[Evidence] = []
    around: list[Around] = []
    rejected: list[Rejection] = []
    for finding in findings:
        result = climb(
            finding, shown, looked_up, subject.claim.text, subject.window, subject.excluded
        )
        if isinstance(result, Rejection):
            rejected.append(result)
        else:
            cleaned, fallen = _cleaned(result, known)
            rejected += fallen
            climbed.append(cleaned)
            paper = shown[result.arxiv_id].paper
            around.append(_around(paper, firsthand(paper, finding.sentences)))
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
    points = numbered(climbed)
    contexts = dict(zip(points, around, strict=True))
    try:
        answer = await _verify(deps, state, points, contexts)
    except ModelFailed as failed:
        failure = Failure.of(failed)
        if not isinstance(failed, Waiting):
            detail = f"the quotes could not be verified: {failure.detail}"
            failure = failure.model_copy(update={"detail": detail})
        unverified = [
            reject(e.arxiv_id, "entails", "unverifiable", failed.message, e.title) for e in climbed
        ]
        return {**update, "rejected": rejected + unverified, "failure": failure}
    passed, refused = sift(points, answer)
    evidence = joined(list(passed.values()))
    beside = [
        Beside(
            arxiv_id=item.arxiv_id,
            authors=shown[item.arxiv_id].paper.authors,
            around=tuple(contexts[n] for n, one in passed.items() if one.arxiv_id == item.arxiv_id),
        )
        for item in evidence
    ]
    return {**update, "evidence": evidence, "beside": beside, "rejected": rejected + refused}


def _cleaned(item: Evidence, known: Mapping[str, Lookup]) -> tuple[Evidence, list[Rejection]]:
    """The one point of a piece of evidence with its prose grounded, and what that cited falsely."""
    (point,) = item.points
    why, fallen = clean(point.why, {item.arxiv_id}, known, [point.quote])
    which, more = clean(point.which, {item.arxiv_id}, known, [point.quote])
    kept = point.model_copy(update={"why": why, "which": which})
    return item.model_copy(update={"points": (kept,)}), fallen + more


async def _look_up(deps: Deps, findings: Sequence[Finding], shown: set[str]) -> dict[str, Lookup]:
    """Ids that were cited, or named in prose, without having been shown, asked of the source in one
    call."""
    cited = {
        parsed.base for finding in findings if (parsed := parse_id(finding.arxiv_id)) is not None
    }
    prose = [text for finding in findings for text in (finding.why, finding.which)]
    strange = sorted((cited | ids_in(*prose)) - shown)
    return await deps.in_thread(deps.source.get, strange) if strange else {}


def _around(paper: Paper, numbers: Sequence[int]) -> Around:
    before, after = context(paper, numbers)
    return Around(before=before, between=left_out(paper, numbers), after=after)


async def _verify(
    deps: Deps,
    state: ClaimState,
    points: Mapping[str, Evidence],
    contexts: Mapping[str, Around],
) -> Entailment:
    """One call for all points that this claim has not been asked about before; what was answered
    then is remembered."""
    subject, prompt = state["subject"], deps.prompts["entail"].hash
    anchors = rests_on(deps.line, subject, state["anchor_papers"])
    terms = shown_terms(state.get("terms"))
    common = [subject.claim.text, *anchors, *(said for term in terms for said in term)]
    about = {name: [*common, *_asked(item, contexts[name])] for name, item in points.items()}
    remembered = {name: _remembered(deps, asked, name) for name, asked in about.items()}
    checks = [check for said in remembered.values() for check in said or ()]
    waiting = {
        name: error
        for name, asked in about.items()
        if remembered[name] is None and (error := _awaits(deps, asked))
    }
    # In an order of their own, so that the question is the same whichever findings came from
    # memory.
    unasked = sorted(
        (name for name in points if remembered[name] is None and name not in waiting),
        key=lambda name: (points[name].published, name),
    )
    if not unasked:
        for error in waiting.values():
            raise error
        return Entailment(checks=checks)
    values = {
        "claim": subject.claim.text,
        "anchors": anchors,
        "terms": terms,
        "items": [_shown(name, points[name], contexts[name]) for name in unasked],
    }
    facts = Facts(
        line=deps.line.line,
        claim=subject.claim.id,
        text=subject.claim.text,
        evidence=tuple(points[name] for name in unasked),
    )
    parts = {name: about[name] for name in unasked}
    asked = replace(request(deps.prompts, "entail", Entailment, values, facts), parts=parts)
    answer = await deps.verifier.ask(asked, Entailment)
    said = parts_of(answer, list(parts))  # not what it says of quotes that it was not shown
    for name in parts.keys() - said.keys():
        deps.verifier.keep("check", prompt, about[name], _silence(deps))
    for error in waiting.values():
        raise error
    return Entailment(checks=[*checks, *(_check(text, name) for name, text in said.items())])


def _shown(name: str, item: Evidence, around: Around) -> dict[str, object]:
    """A point as prompts/entail.md shows it."""
    (point,) = item.points
    return {
        "arxiv_id": item.arxiv_id,
        "point": name.rpartition(" ")[2],
        "side": point.side,
        "case": point.case,
        "which": point.which,
        "quote": point.quote,
        **around.model_dump(),
    }


def _asked(item: Evidence, around: Around) -> list[str]:
    (point,) = item.points
    said = [point.side, point.case, point.which, point.quote]
    return [item.arxiv_id, *said, around.before, around.between, around.after]


def _check(text: str, name: str) -> Check:
    """A check that was kept, as one of the point that is asked about now: points are numbered anew
    in every call."""
    paper, _, point = name.rpartition(" ")
    found = Check.model_validate_json(text)
    return found.model_copy(update={"arxiv_id": paper, "point": int(point)})


def _remembered(deps: Deps, asked: Sequence[str], name: str) -> list[Check] | None:
    """What the verifier said of an item: nothing, if it was asked on this very day and passed it
    over; None, if it is to be asked."""
    text = deps.verifier.recall("check", deps.prompts["entail"].hash, asked)
    if text == _silence(deps):
        return []
    try:
        return [_check(text, name)] if text is not None else None
    except ValidationError:
        return None


def _silence(deps: Deps) -> str:
    return f"nothing was said of it, as of {deps.as_of}"


def _awaits(deps: Deps, asked: Sequence[str]) -> Waiting | None:
    return deps.verifier.awaits("check", deps.prompts["entail"].hash, asked)
