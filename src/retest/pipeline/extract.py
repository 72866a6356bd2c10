"""Station: a model reads the candidates, several papers a call, and points at sentences that bear on the claim."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence

from langgraph.runtime import Runtime

from retest.domain.answers import Extraction, Finding
from retest.domain.evidence import Rejection
from retest.domain.paper import Candidate
from retest.errors import ModelFailed
from retest.grounding.ids import parse_id
from retest.grounding.ladder import reject, sentences_of
from retest.llm.model import Facts
from retest.pipeline.calls import estimated_tokens, request
from retest.pipeline.state import ClaimState, Deps, Failure, Limits, Subject


async def extract(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Findings of all candidates. A call that fails fails the claim, since the papers it was shown stay unread; the
    other calls are finished first, so that what is paid for is kept."""
    deps, subject = runtime.context, state["subject"]
    titles = [paper.title for paper in state["anchor_papers"]]
    batched = batches(state["candidates"], deps.limits)
    calls = [_read(deps, subject, titles, batch) for batch in batched]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, ModelFailed):
            raise answer
    failed = [answer for answer in answers if isinstance(answer, ModelFailed)]
    if failed:
        return {"failure": Failure(why="not-judged", detail=failed[0].told)}
    every = {candidate.paper.id for candidate in state["candidates"]}
    found: list[Finding] = []
    rejected: list[Rejection] = []
    for batch, answer in zip(batched, answers, strict=True):
        shown = {candidate.paper.id for candidate in batch}
        for finding in answer.findings if isinstance(answer, Extraction) else ():
            cited = parse_id(finding.arxiv_id)
            if cited and cited.base in every - shown:
                detail = "not among the papers shown in that call"
                rejected.append(reject(finding.arxiv_id, "id", "not-shown", detail))
            else:
                found.append(finding)
    return {"findings": found, "rejected": rejected, "seen": sorted(every)}


async def _read(deps: Deps, subject: Subject, anchors: Sequence[str], batch: Sequence[Candidate]) -> Extraction:
    values = {
        "claim": subject.claim.text, "anchors": anchors,
        "papers": [
            {"id": candidate.paper.id, "title": candidate.paper.title, "sentences": sentences_of(candidate.paper)}
            for candidate in batch
        ],
    }  # fmt: skip
    facts = Facts(
        line=deps.line.line,
        claim=subject.claim.id,
        text=subject.claim.text,
        papers=tuple(candidate.paper for candidate in batch),
    )
    return await deps.asker.ask(request(deps.prompts, "extract", Extraction, values, facts), Extraction)


def batches(candidates: Sequence[Candidate], limits: Limits) -> list[list[Candidate]]:
    """The candidates in even batches under the limits, in order of id: a paper that is new tonight then changes the
    last batches only, and the answers to the others are remembered."""
    ordered = sorted(candidates, key=lambda candidate: (candidate.paper.published, candidate.paper.id))
    tokens = [estimated_tokens(c.paper.title + c.paper.abstract) for c in ordered]
    count = max(math.ceil(sum(tokens) / limits.tokens_a_call), math.ceil(len(ordered) / limits.papers_a_call))
    share = sum(tokens) / count if count else 0
    result: list[list[Candidate]] = []
    filled = 0.0
    for candidate, size in zip(ordered, tokens, strict=True):
        if not result or (filled + size / 2 > share * len(result) and len(result) < count):
            result.append([])
        result[-1].append(candidate)
        filled += size
    return result
