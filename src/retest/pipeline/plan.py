"""Station: which searches to make for a claim. A model plans; a rule plans beside it, and alone
where it cannot.

What was tried, what it gained and what did not help: docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langgraph.runtime import Runtime

from retest.domain.answers import QueryPlan
from retest.domain.arxiv_id import find_ids
from retest.domain.paper import Paper, Query
from retest.errors import ModelFailed, Waiting
from retest.llm.model import Facts, Request
from retest.pipeline.calls import dated, request
from retest.pipeline.state import ClaimState, Deps, Failure, PlannedSearch, Subject
from retest.prompts import Prompt


async def plan(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Hand-written queries, the model's plan with its counter-statement, and the rule's queries, in
    this order."""
    deps, subject = runtime.context, state["subject"]
    papers = state["anchor_papers"]
    if subject.unasked:
        detail = (
            f"The source could not be asked for {', '.join(subject.unasked)}, so where the window "
            "opens is unknown."
        )
        return {"failure": Failure(why="search-failed", detail=detail), "round": 1}
    searches, note = by_hand(subject), ""
    try:
        answer = await deps.asker.ask(
            plan_request(deps.prompts, deps.line.line, subject, papers), QueryPlan
        )
        by_model = planned(answer)
        if not by_model:
            raise ModelFailed("the model planned no queries")
        searches += by_model
    except Waiting as waiting:
        return {"failure": Failure.of(waiting), "round": 1}
    except ModelFailed as failed:
        note = f"planned by rule: {failed.message}"
    return {
        "searches": searches + by_rule(subject, papers),
        "plan_note": note,
        "round": 1,
        "failure": None,
    }


def by_hand(subject: Subject) -> list[PlannedSearch]:
    """The searches that the claims file asks for."""
    return [
        PlannedSearch(query=Query(all_of=q.all_of, any_of=q.any_of), by="hand")
        for q in subject.claim.queries
    ]


def plan_request(
    prompts: Mapping[str, Prompt], line: str, subject: Subject, papers: Sequence[Paper]
) -> Request:
    """What a model is asked for its plan."""
    values = {
        "claim": subject.claim.text,
        "dated": dated(subject),
        "levers": subject.claim.levers,
        "anchors": [paper.title for paper in papers],
    }
    facts = Facts(line=line, claim=subject.claim.id, text=subject.claim.text)
    return request(prompts, "plan", QueryPlan, values, facts)


def planned(answer: QueryPlan) -> list[PlannedSearch]:
    """The searches of a model's plan, the counter-statement last; none if no query of it has
    words."""
    searches = [
        PlannedSearch(query=query, by="model")
        for q in answer.queries
        if (query := Query(all_of=_words_only(q.all_of), any_of=_words_only(q.any_of))).all_of
        or query.any_of
    ]
    if searches and (counter := _words_only([answer.counter_statement])):
        searches.append(PlannedSearch(query=Query(any_of=counter), by="counter-statement"))
    return searches


def _words_only(phrases: Sequence[str]) -> tuple[str, ...]:
    """Phrases without those that cite: searches are shown in the report, and a cited id there would
    look grounded."""
    return tuple(phrase for phrase in phrases if phrase and not find_ids(phrase))


def by_rule(subject: Subject, papers: Sequence[Paper]) -> list[PlannedSearch]:
    """What is searched without any model: the claim's own words, and the telling ones of its
    anchors and levers. Nothing where there is no word at all."""
    if not papers and not any(character.isalnum() for character in subject.claim.text):
        return []
    levers = (" ".join(subject.claim.levers),) if subject.claim.levers else ()
    return [
        PlannedSearch(
            query=Query(any_of=(subject.claim.text,), like=(*_texts(papers), *levers)), by="rule"
        )
    ]


def _texts(papers: Sequence[Paper]) -> tuple[str, ...]:
    """Papers as `like` takes them; the title counts twice, as in the index."""
    return tuple(f"{paper.title} {paper.title} {paper.abstract}" for paper in papers)


def wider(state: ClaimState) -> list[PlannedSearch]:
    """One more round after nothing was grounded: all planned phrases loosened to words, and the
    claim again, each with the telling words of the nearest candidates."""
    phrases = [
        p
        for s in state.get("searches", [])
        if s.by in ("model", "hand")
        for p in (*s.query.all_of, *s.query.any_of)
    ]
    words = " ".join(dict.fromkeys(" ".join(phrases).split()))
    near = _texts(state.get("nearest", []))
    queries = [Query(any_of=(words,), like=near)] if words else []
    queries.append(Query(any_of=(state["subject"].claim.text,), like=near))
    return [PlannedSearch(query=query, by="widened") for query in queries]


async def widen(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """The second and last round of searches."""
    del runtime  # every station takes it
    return {"searches": wider(state), "round": 2}
