"""Station: a verdict from evidence only, and a second, independent one where it would flip the last
report's."""

from __future__ import annotations

from langgraph.runtime import Runtime

from retest.domain.answers import Judgment
from retest.errors import ModelFailed
from retest.llm.ask import Asker
from retest.llm.model import Facts
from retest.pipeline.calls import dated, request, shuffled
from retest.pipeline.settle import settled_verdict
from retest.pipeline.state import ClaimState, Deps, Failure


async def judge(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """One judgment, or two. The second question goes to the verifier; where that is the same model,
    it is asked afresh, past the memory of the first answer."""
    deps, subject = runtime.context, state["subject"]
    try:
        first = await _ask(deps.asker, state, deps, ask=1)
        verdict, _ = settled_verdict(first, state["evidence"])
        last = deps.last(subject.claim.id, subject.claim.text)
        before = last.last_decided if last else None
        if verdict == "undetermined" or before in (None, verdict):
            return {"judgment": first, "second": None}
        return {"judgment": first, "second": await _ask(deps.verifier, state, deps, ask=2)}
    except ModelFailed as failed:
        return {
            "failure": Failure.of(failed),
            "judgment": None,
            "second": None,
        }


async def _ask(asker: Asker, state: ClaimState, deps: Deps, ask: int) -> Judgment:
    subject = state["subject"]
    evidence = sorted(state["evidence"], key=lambda item: (item.published, item.arxiv_id))
    if deps.order:
        evidence.sort(key=lambda item: shuffled(deps.order, item.arxiv_id))
    values = {
        "claim": subject.claim.text,
        "dated": dated(subject),
        "levers": subject.claim.levers,
        "anchors": [paper.title for paper in state["anchor_papers"]],
        "evidence": evidence,
    }
    facts = Facts(
        line=deps.line.line,
        claim=subject.claim.id,
        text=subject.claim.text,
        evidence=tuple(evidence),
    )
    return await asker.ask(
        request(deps.prompts, "judge", Judgment, values, facts, ask=ask), Judgment
    )
