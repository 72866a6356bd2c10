"""Station: a verdict from evidence only, and a second, independent one where it would flip the last
report's."""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime

from retest.domain.answers import Judgment
from retest.domain.evidence import Evidence
from retest.errors import ModelFailed
from retest.llm.ask import Asker
from retest.llm.model import Facts
from retest.pipeline.calls import dated, request, rests_on, shown_terms, shuffled
from retest.pipeline.deepen import chosen
from retest.pipeline.state import Around, ClaimState, Deps, Failure
from retest.pipeline.studies import one_study
from retest.pipeline.weigh import weigh


async def judge(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """One judgment, or two. The second question goes to the verifier; where that is the same model,
    it is asked afresh, past the memory of the first answer. A claim that goes on to full texts is
    asked a second time after them."""
    deps, subject = runtime.context, state["subject"]
    try:
        first = await _ask(deps.asker, state, deps, ask=1)
        verdict = weigh(first, state.get("terms"), state["evidence"]).verdict
        last = deps.last(subject.claim.id, subject.claim.text)
        before = last.last_decided if last else None
        deeper = (
            not state.get("deepened") and deps.texts and chosen({**state, "judgment": first}, deps)
        )
        if deeper or verdict == "undetermined" or before in (None, verdict):
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
    beside = {item.arxiv_id: item for item in state["beside"]}
    reports = one_study(evidence, {name: item.authors for name, item in beside.items()})
    values = {
        "claim": subject.claim.text,
        "dated": dated(subject),
        "levers": subject.claim.levers,
        "anchors": rests_on(deps.line, subject, state["anchor_papers"]),
        "terms": shown_terms(terms := state.get("terms")),
        "kind": terms.kind if terms else "general",
        "evidence": [
            _shown(item, beside[item.arxiv_id].around, reports.get(item.arxiv_id, ""))
            for item in evidence
        ],
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


LONGEST_AROUND = 100
"""Characters of the sentences on either side of a quote: enough for their own subject and verb."""


def _shown(item: Evidence, around: Sequence[Around], same_study: str) -> dict[str, object]:
    """A paper as prompts/judge.md shows it: each point with the sentences around its quote."""
    return {
        "arxiv_id": item.arxiv_id,
        "published": item.published,
        "title": item.title,
        "same_study": same_study,
        "points": [
            {
                "side": point.side,
                "case": point.case,
                "which": point.which,
                "lever": point.lever,
                "before": beside.before[-LONGEST_AROUND:],
                "quote": point.quote,
                "after": beside.after[:LONGEST_AROUND],
            }
            for point, beside in zip(item.points, around, strict=True)
        ],
    }
