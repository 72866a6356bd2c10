"""Station: a model reads the candidates, several papers a call, and points at sentences that bear
on the claim."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from langgraph.runtime import Runtime
from pydantic import ValidationError

from retest.domain.answers import Extraction, Finding
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Rejection
from retest.domain.paper import Candidate, Paper
from retest.errors import ModelFailed, Waiting
from retest.grounding.ladder import reject, sentences_of
from retest.llm.model import Facts
from retest.llm.parts import parts_of
from retest.pipeline.calls import estimated_tokens, request, rests_on, shown_terms, shuffled
from retest.pipeline.state import ClaimState, Deps, Failure, Limits, Subject


async def extract(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Findings of all candidates: what was said of a paper before is remembered, and only the
    others are shown to the model. A call that fails fails the claim, since the papers it was shown
    stay unread; the other calls are finished first, so that what is paid for is kept."""
    deps = runtime.context
    try:
        said = await said_of(
            deps, state, state["candidates"], partial(batches, limits=deps.limits, order=deps.order)
        )
    except ModelFailed as failed:
        return {"failure": Failure.of(failed)}
    found, rejected = findings_of(said, ordered(state["candidates"], deps.order))
    left = {name: answer.open[0].question for name, answer in said.items() if answer.open}
    telling = [c for c in state["candidates"] if c.paper.id in left or said[c.paper.id].findings]
    return {
        "findings": found,
        "rejected": rejected,
        "seen": sorted(said),
        "open": left,
        "telling": telling,
    }


async def said_of(
    deps: Deps,
    state: ClaimState,
    candidates: Sequence[Candidate],
    together: Callable[[Sequence[Candidate]], list[list[Candidate]]],
) -> dict[str, Extraction]:
    """What the model says of each paper, from memory or asked now, those in one call that
    `together` puts there. Raises ModelFailed once all calls have ended."""
    subject = state["subject"]
    anchors = rests_on(deps.line, subject, state["anchor_papers"])
    pairs = _Pairs(deps, subject.claim.text, anchors, shown_terms(state.get("terms")))
    said: dict[str, Extraction] = {}
    failed: list[ModelFailed] = []
    unread: list[Candidate] = []
    for candidate in candidates:
        remembered = pairs.recall(candidate.paper)
        if remembered is not None:
            said[candidate.paper.id] = remembered
        elif waiting := pairs.awaits(candidate.paper):
            failed.append(waiting)
        else:
            unread.append(candidate)
    calls = [_read(deps, subject, pairs, batch) for batch in together(unread)]
    for answer in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(answer, ModelFailed):
            failed.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            said |= answer
    if failed:  # what only waits is told last: the rest wants something done
        raise min(failed, key=lambda error: isinstance(error, Waiting))
    return said


def findings_of(
    said: Mapping[str, Extraction], candidates: Sequence[Candidate]
) -> tuple[list[Finding], list[Rejection]]:
    """The findings in the order of the candidates, and those that speak of a paper of another
    call."""
    found: list[Finding] = []
    rejected: list[Rejection] = []
    for candidate in candidates:
        for finding in said[candidate.paper.id].findings:
            cited = parse_id(finding.arxiv_id)
            if cited and cited.base in said and cited.base != candidate.paper.id:
                rejected.append(
                    reject(
                        finding.arxiv_id,
                        "id",
                        "not-shown",
                        "not among the papers shown in that call",
                    )
                )
            else:
                found.append(finding)
    return found, rejected


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What the model said of a paper with respect to a claim. It holds for the very words of both
    and of the claim's terms, for the model, the prompt and the ladder: a change of any of them and
    the paper is read again."""

    deps: Deps
    claim: str
    anchors: tuple[str, ...]
    terms: list[tuple[str, str]]

    def recall(self, paper: Paper) -> Extraction | None:
        text = self.deps.asker.recall("pair", self.deps.prompts["extract"].hash, self.about(paper))
        try:
            return Extraction.model_validate_json(text) if text is not None else None
        except ValidationError:
            return None

    def awaits(self, paper: Paper) -> Waiting | None:
        return self.deps.asker.awaits("pair", self.deps.prompts["extract"].hash, self.about(paper))

    def about(self, paper: Paper) -> list[str]:
        """All that what is said of a paper depends on, beside model, prompt and ladder."""
        return [
            self.claim,
            *self.anchors,
            *(said for term in self.terms for said in term),
            paper.id,
            str(paper.version),
            paper.title,
            *sentences_of(paper),
        ]


async def _read(
    deps: Deps, subject: Subject, pairs: _Pairs, batch: Sequence[Candidate]
) -> dict[str, Extraction]:
    """What the model says of each paper of a batch; a finding that cites none of them stands with
    the first."""
    values = {
        "claim": subject.claim.text,
        "anchors": pairs.anchors,
        "terms": pairs.terms,
        "papers": [
            {
                "id": candidate.paper.id,
                "title": candidate.paper.title,
                "sentences": _shown(candidate.paper),
            }
            for candidate in batch
        ],
    }
    facts = Facts(
        line=deps.line.line,
        claim=subject.claim.id,
        text=subject.claim.text,
        papers=tuple(candidate.paper for candidate in batch),
    )
    parts = {candidate.paper.id: pairs.about(candidate.paper) for candidate in batch}
    asked = replace(request(deps.prompts, "extract", Extraction, values, facts), parts=parts)
    answer = await deps.asker.ask(asked, Extraction)
    return {
        name: Extraction.model_validate_json(text)
        for name, text in parts_of(answer, list(parts)).items()
    }


def _shown(paper: Paper) -> tuple[str, ...]:
    return tuple(sentence.shown for sentence in paper.body) or sentences_of(paper)


def batches(
    candidates: Sequence[Candidate], limits: Limits, order: str = ""
) -> list[list[Candidate]]:
    """The candidates in even batches under the limits, in order of id: a paper that is new tonight
    then changes the last batches only, and the answers to the others are remembered. With `order`,
    shuffled by that word."""
    papers = ordered(candidates, order)
    tokens = [estimated_tokens(c.paper.title + c.paper.abstract) for c in papers]
    count = max(
        math.ceil(sum(tokens) / limits.tokens_a_call), math.ceil(len(papers) / limits.papers_a_call)
    )
    share = sum(tokens) / count if count else 0
    result: list[list[Candidate]] = []
    filled = 0.0
    for candidate, size in zip(papers, tokens, strict=True):
        if not result or (filled + size / 2 > share * len(result) and len(result) < count):
            result.append([])
        result[-1].append(candidate)
        filled += size
    return result


def ordered(candidates: Sequence[Candidate], order: str) -> list[Candidate]:
    """By day and id, or shuffled by the word."""
    if order:
        return sorted(candidates, key=lambda candidate: shuffled(order, candidate.paper.id))
    return sorted(candidates, key=lambda candidate: (candidate.paper.published, candidate.paper.id))
