"""Station: a model reads the candidates, several papers a call, and points at sentences that bear on the claim."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from dataclasses import dataclass

from langgraph.runtime import Runtime
from pydantic import ValidationError

from retest.domain.answers import Extraction, Finding
from retest.domain.evidence import Rejection
from retest.domain.paper import Candidate, Paper
from retest.errors import ModelFailed
from retest.grounding.ids import parse_id
from retest.grounding.ladder import reject, sentences_of
from retest.llm.model import Facts
from retest.pipeline.calls import estimated_tokens, request
from retest.pipeline.state import ClaimState, Deps, Failure, Limits, Subject

NOT_IN_CALL = "not among the papers shown in that call"


async def extract(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Findings of all candidates: what was said of a paper before is remembered, and only the others are shown to the
    model. A call that fails fails the claim, since the papers it was shown stay unread; the other calls are finished
    first, so that what is paid for is kept."""
    deps, subject = runtime.context, state["subject"]
    pairs = _Pairs(deps, subject.claim.text, tuple(paper.title for paper in state["anchor_papers"]))
    found: list[Finding] = []
    unread: list[Candidate] = []
    for candidate in state["candidates"]:
        remembered = pairs.recall(candidate.paper)
        if remembered is None:
            unread.append(candidate)
        else:
            found += remembered
    batched = batches(unread, deps.limits)
    calls = [_read(deps, subject, pairs.anchors, batch) for batch in batched]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for answer in answers:
        if isinstance(answer, BaseException) and not isinstance(answer, ModelFailed):
            raise answer
    every = {candidate.paper.id for candidate in state["candidates"]}
    rejected: list[Rejection] = []
    for batch, answer in zip(batched, answers, strict=True):
        if not isinstance(answer, Extraction):
            continue
        shown: dict[str, list[Finding]] = {candidate.paper.id: [] for candidate in batch}
        for finding in answer.findings:
            cited = parse_id(finding.arxiv_id)
            if cited and cited.base in shown:
                shown[cited.base].append(finding)
            if cited and cited.base in every - shown.keys():
                rejected.append(reject(finding.arxiv_id, "id", "not-shown", NOT_IN_CALL))
            else:
                found.append(finding)
        for candidate in batch:
            pairs.keep(candidate.paper, shown[candidate.paper.id])
    failed = [answer for answer in answers if isinstance(answer, ModelFailed)]
    if failed:
        return {"failure": Failure(why="not-judged", detail=failed[0].told)}
    return {"findings": found, "rejected": rejected, "seen": sorted(every)}


@dataclass(frozen=True, slots=True)
class _Pairs:
    """What the model said of a paper with respect to a claim. It holds for the very words of both, for the model, the
    prompt and the ladder: a change of any of them and the paper is read again."""

    deps: Deps
    claim: str
    anchors: tuple[str, ...]

    def recall(self, paper: Paper) -> list[Finding] | None:
        text = self.deps.asker.recall("pair", self.deps.prompts["extract"].hash, self._about(paper))
        try:
            return list(Extraction.model_validate_json(text).findings) if text is not None else None
        except ValidationError:
            return None

    def keep(self, paper: Paper, findings: Sequence[Finding]) -> None:
        text = Extraction(findings=list(findings)).model_dump_json()
        self.deps.asker.keep("pair", self.deps.prompts["extract"].hash, self._about(paper), text)

    def _about(self, paper: Paper) -> list[str]:
        return [self.claim, *self.anchors, paper.id, str(paper.version), paper.title, *sentences_of(paper)]


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
