"""Station: which searches to make for a claim. A model plans; a rule plans beside it, and alone where it cannot."""

from __future__ import annotations

from collections.abc import Sequence

from langgraph.runtime import Runtime

from retest.domain.answers import QueryPlan
from retest.domain.paper import Paper, Query
from retest.errors import ModelFailed, Waiting
from retest.llm.model import Facts
from retest.pipeline.calls import dated, request
from retest.pipeline.state import ClaimState, Deps, Failure, PlannedSearch, Subject


async def plan(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Hand-written queries, the model's plan with its counter-statement, and the rule's queries, in this order."""
    deps, subject = runtime.context, state["subject"]
    papers = state["anchor_papers"]
    searches = [
        PlannedSearch(query=Query(all_of=query.all_of, any_of=query.any_of), by="hand")
        for query in subject.claim.queries
    ]
    note = ""
    try:
        searches += await _by_model(deps, subject, papers)
    except Waiting as waiting:
        return {"failure": Failure(why="not-judged", detail=waiting.told), "round": 1}
    except ModelFailed as failed:
        note = f"planned by rule: {failed.message}"
    return {"searches": searches + by_rule(subject, papers), "plan_note": note, "round": 1, "failure": None}


async def _by_model(deps: Deps, subject: Subject, papers: Sequence[Paper]) -> list[PlannedSearch]:
    values = {
        "claim": subject.claim.text, "dated": dated(subject), "levers": subject.claim.levers,
        "anchors": [paper.title for paper in papers],
    }  # fmt: skip
    facts = Facts(line=deps.line.line, claim=subject.claim.id)
    answer = await deps.asker.ask(request(deps, "plan", QueryPlan, values, facts), QueryPlan)
    searches = [
        PlannedSearch(query=Query(all_of=tuple(q.all_of), any_of=tuple(q.any_of)), by="model")
        for q in answer.queries
        if q.all_of or q.any_of
    ]
    if not searches:
        raise ModelFailed("the model planned no queries")
    if answer.counter_statement:
        searches.append(PlannedSearch(query=Query(any_of=(answer.counter_statement,)), by="counter-statement"))
    return searches


def by_rule(subject: Subject, papers: Sequence[Paper]) -> list[PlannedSearch]:
    """Searches from the claim's own words and its anchors' titles and abstracts: what is tried without any model."""
    texts = [subject.claim.text]
    texts += [f"{paper.title} {subject.claim.text}" for paper in papers]
    texts += [f"{paper.title} {paper.abstract}" for paper in papers]
    return [PlannedSearch(query=Query(any_of=(text,)), by="rule") for text in texts]


def wider(state: ClaimState) -> list[PlannedSearch]:
    """One more round after nothing was grounded: all planned phrases loosened to words, alone and with the claim's."""
    subject = state["subject"]
    planned = [
        p for s in state.get("searches", []) if s.by in ("model", "hand") for p in (*s.query.all_of, *s.query.any_of)
    ]
    words = " ".join(dict.fromkeys(" ".join(planned).split()))
    texts = [text for text in (words, f"{subject.claim.text} {words}") if text]
    return [PlannedSearch(query=Query(any_of=(text,)), by="widened") for text in texts]


async def widen(state: ClaimState) -> ClaimState:
    """The second and last round of searches."""
    return {"searches": wider(state), "round": 2}
