"""Station: a model reads the candidates, several papers a call, and points at sentences that bear
on the claim."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

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
    deps, subject = runtime.context, state["subject"]
    anchors = rests_on(deps.line, subject, state["anchor_papers"])
    pairs = _Pairs(deps, subject.claim.text, anchors, shown_terms(state.get("terms")))
    said: dict[str, list[Finding]] = {}
    failed: list[ModelFailed] = []
    unread: list[Candidate] = []
    for candidate in state["candidates"]:
        remembered = pairs.recall(candidate.paper)
        if remembered is not None:
            said[candidate.paper.id] = remembered
        elif waiting := pairs.awaits(candidate.paper):
            failed.append(waiting)
        else:
            unread.append(candidate)
    calls = [
        _read(deps, subject, pairs, batch) for batch in batches(unread, deps.limits, deps.order)
    ]
    for answer in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(answer, ModelFailed):
            failed.append(answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            said |= answer
    if failed:  # what only waits is told last: the rest wants something done
        first = min(failed, key=lambda error: isinstance(error, Waiting))
        return {"failure": Failure.of(first)}
    found: list[Finding] = []
    rejected: list[Rejection] = []
    for candidate in ordered(state["candidates"], deps.order):
        for finding in said[candidate.paper.id]:
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
    return {"findings": found, "rejected": rejected, "seen": sorted(said)}


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What the model said of a paper with respect to a claim. It holds for the very words of both
    and of the claim's terms, for the model, the prompt and the ladder: a change of any of them and
    the paper is read again."""

    deps: Deps
    claim: str
    anchors: tuple[str, ...]
    terms: list[tuple[str, str]]

    def recall(self, paper: Paper) -> list[Finding] | None:
        text = self.deps.asker.recall("pair", self.deps.prompts["extract"].hash, self.about(paper))
        try:
            return _findings(text) if text is not None else None
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
) -> dict[str, list[Finding]]:
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
                "sentences": sentences_of(candidate.paper),
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
    return {name: _findings(text) for name, text in parts_of(answer, list(parts)).items()}


def _findings(text: str) -> list[Finding]:
    return list(Extraction.model_validate_json(text).findings)


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
