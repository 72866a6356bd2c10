"""Station: which searches to make for a claim. A model plans; a rule plans beside it, and alone
where it cannot.

What was tried, what it gained and what did not help: docs/benchmarks.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langgraph.runtime import Runtime

from retest.domain.answers import QueryPlan
from retest.domain.arxiv_id import find_ids
from retest.domain.evidence import Rejection
from retest.domain.line import Claim, Line
from retest.domain.paper import Paper, Query
from retest.domain.record import Record
from retest.domain.terms import Proposer, Terms
from retest.errors import ModelFailed, Waiting
from retest.grounding.prose import clean, to_look_up
from retest.llm.model import Facts, Request
from retest.pipeline.calls import dated, request, rests_on, shown_terms
from retest.pipeline.state import ClaimState, Deps, Failure, PlannedSearch, Subject
from retest.prompts import Prompt

NO_REFERENT = Failure(
    why="no-referent",
    detail=(
        "The plan finds nothing that its words name, so no paper could be about it: word it anew, "
        "or fix its terms with `refers: true` in the claims file."
    ),
)


async def plan(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """The claim's terms, and its searches: hand-written queries, the model's plan with its
    counter-statement, and the rule's queries, in this order.

    Terms are proposed once. Those of the claims file or of the last report stand, whatever a plan
    that is asked for again says."""
    deps, subject = runtime.context, state["subject"]
    papers = state["anchor_papers"]
    terms, by = known_terms(deps.previous, subject.claim)
    update: ClaimState = {"terms": terms, "terms_by": by, "round": 1, "failure": None}
    if subject.unasked:
        detail = (
            f"The source could not be asked for {', '.join(subject.unasked)}, so where the window "
            "opens is unknown."
        )
        return {**update, "failure": Failure(why="search-failed", detail=detail)}
    if terms and not terms.refers:
        return {**update, "failure": NO_REFERENT}
    searches, note = by_hand(subject), ""
    try:
        fixed = terms if by == "curator" else None
        asked = plan_request(deps.prompts, deps.line, subject, papers, fixed)
        answer = await deps.asker.ask(asked, QueryPlan)
        if terms is None:
            terms, rejected = await _grounded(deps, answer.terms, subject)
            update |= {"terms": terms, "terms_by": "model", "plan_rejected": rejected}
            if not terms.refers:
                return {**update, "failure": NO_REFERENT}
        by_model = planned(answer)
        if not by_model:
            raise ModelFailed("the model planned no queries")
        searches += by_model
    except Waiting as waiting:
        return {**update, "failure": Failure.of(waiting)}
    except ModelFailed as failed:
        note = f"planned by rule: {failed.message}"
    return {**update, "searches": searches + by_rule(subject, papers), "plan_note": note}


def known_terms(previous: Record | None, claim: Claim) -> tuple[Terms | None, Proposer | None]:
    """The terms that a claim has before it is planned, and who fixed them: those of the claims
    file; else those of the last report, if it spoke of the same text. What a model proposed stays
    its own where the claims file only repeats it."""
    kept: tuple[Terms | None, Proposer | None] = (None, None)
    for record in previous.every if previous else ():
        if record.id == claim.id and record.text == claim.text and record.terms:
            kept = (record.terms, record.terms_by)
    return kept if claim.terms in (None, kept[0]) else (claim.terms, "curator")


async def _grounded(deps: Deps, proposed: Terms, subject: Subject) -> tuple[Terms, list[Rejection]]:
    """Proposed terms without the sentences that cite what nobody has shown, and those citations.
    Nothing is evidence yet, so only the claim's own anchors may be named."""
    known = set(subject.claim.anchors)
    strange = to_look_up(known, *(said for _, said in proposed.lines()), *proposed.parts)
    looked_up = await deps.in_thread(deps.source.get, strange) if strange else {}
    fallen: list[Rejection] = []

    def cleaned(text: str) -> str:
        kept, rejected = clean(text, known, looked_up)
        fallen.extend(rejected)
        return kept

    terms = Terms.model_validate(proposed.model_dump())
    return terms.rewritten(cleaned, subject.claim.text), fallen


def by_hand(subject: Subject) -> list[PlannedSearch]:
    """The searches that the claims file asks for."""
    return [
        PlannedSearch(query=Query(all_of=q.all_of, any_of=q.any_of), by="hand")
        for q in subject.claim.queries
    ]


def plan_request(
    prompts: Mapping[str, Prompt],
    line: Line,
    subject: Subject,
    papers: Sequence[Paper],
    fixed: Terms | None,
) -> Request:
    """What a model is asked for its plan; `fixed` are terms that a curator wrote otherwise than a
    model had proposed."""
    values = {
        "claim": subject.claim.text,
        "dated": dated(subject),
        "levers": subject.claim.levers,
        "anchors": rests_on(line, subject, papers),
        "terms": shown_terms(fixed),
    }
    facts = Facts(line=line.line, claim=subject.claim.id, text=subject.claim.text)
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
