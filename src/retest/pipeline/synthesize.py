"""Station: the strongest superseding work, two research questions, honest limits. Its ids climb the
ladder too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from langgraph.runtime import Runtime

from retest.domain.answers import Synthesis
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Rejection
from retest.domain.line import COUNTER_THESIS, recent
from retest.domain.paper import Lookup
from retest.domain.record import ClaimRecord, QuestionRecord, SupersedingRecord
from retest.errors import ModelFailed
from retest.grounding.ladder import reject
from retest.grounding.prose import clean, to_look_up
from retest.llm.model import Facts
from retest.llm.providers import waits_for_people
from retest.pipeline.calls import request
from retest.pipeline.state import Deps, LineState, Synthesized

MOST_SUPERSEDING, MOST_QUESTIONS = 5, 2
"""What the report has room for, and what the page that it answers asks for (docs/page.md)."""


async def synthesize(state: LineState, runtime: Runtime[Deps]) -> LineState:
    """One call over the line's evidence; none where there is nothing to say."""
    deps = runtime.context
    standing = tuple(
        QuestionRecord(question=question, motivated_by=()) for question in deps.line.questions
    )
    if waits(deps, state["outcomes"]):
        limits = _unwritten("answers about some claims are still awaited.")
        return {"synthesis": Synthesized(questions=standing, limits=limits, failed=True)}
    told = evidence_to_tell(state["outcomes"], deps.limits.evidence_a_synthesis)
    if not told:
        limits = "No grounded evidence was found, so there is nothing to set against the line."
        return {"synthesis": Synthesized(questions=standing, limits=limits)}
    opens = recent(deps.as_of)
    against = frozenset(
        e.arxiv_id for record, e in told if _is_against(record, e) and e.published > opens
    )
    values = {
        "question": deps.line.question,
        "thesis": deps.line.thesis,
        "counter_thesis": deps.line.counter_thesis,
        "standing": deps.line.questions,
        "verdicts": in_order(state["outcomes"], deps),
        "evidence": [
            {
                "arxiv_id": e.arxiv_id,
                "against": e.arxiv_id in against,
                "published": e.published,
                "title": e.title,
                "claim": record.id,
                "points": [{"said": point.named, "quote": point.quote} for point in e.points],
            }
            for record, e in told
        ],
    }
    evidence = tuple(e for _, e in told)
    facts = Facts(
        line=deps.line.line, evidence=evidence, against=against, questions=deps.line.questions
    )
    try:
        answer = await deps.asker.ask(
            request(deps.prompts, "synthesize", Synthesis, values, facts), Synthesis
        )
    except ModelFailed as failed:
        limits = _unwritten(failed.message)
        return {"synthesis": Synthesized(questions=standing, limits=limits, failed=True)}
    return {"synthesis": await _ground(answer, told, against, state["outcomes"], deps)}


def _unwritten(why: str) -> str:
    return f"The synthesis could not be written: {why}"


def waits(deps: Deps, outcomes: Sequence[ClaimRecord]) -> bool:
    """Whether answers of a person or a batch are awaited: a synthesis of half the claims would have
    to be asked for again."""
    people = waits_for_people((deps.asker.model.provider, deps.verifier.model.provider))
    return any(record.awaits or (people and record.why == "not-judged") for record in outcomes)


def in_order(outcomes: Sequence[ClaimRecord], deps: Deps) -> list[ClaimRecord]:
    """The outcomes as the claims file has them, the counter-thesis last: claims settle in any
    order."""
    order = [*(claim.id for claim in deps.line.claims), COUNTER_THESIS]
    return sorted(outcomes, key=lambda record: order.index(record.id))


def _is_against(record: ClaimRecord, item: Evidence) -> bool:
    """Whether it speaks against the line: against a claim or in part so, or for the
    counter-thesis."""
    return (item.mark == "for") == (record.id == COUNTER_THESIS)


def evidence_to_tell(
    outcomes: Sequence[ClaimRecord], most: int
) -> list[tuple[ClaimRecord, Evidence]]:
    """What speaks against the line, and all that bears on the counter-thesis: one entry a paper, at
    most `most`; what speaks against a claim or for the counter-thesis first, then what does so in
    part, then the rest, the newest first."""

    def weight(pair: tuple[ClaimRecord, Evidence]) -> tuple[object, ...]:
        record, item = pair
        against = _is_against(record, item)
        return (
            against and item.mark != "in part",
            against,
            item.published,
            item.arxiv_id,
            record.id,
        )

    every = [(record, item) for record in outcomes for item in record.evidence]
    told = [pair for pair in every if _is_against(*pair) or pair[0].id == COUNTER_THESIS]
    once: dict[str, tuple[ClaimRecord, Evidence]] = {}
    for record, item in sorted(told, key=weight, reverse=True):
        once.setdefault(item.arxiv_id, (record, item))
    return list(once.values())[:most]


async def _ground(
    answer: Synthesis,
    told: Sequence[tuple[ClaimRecord, Evidence]],
    against: frozenset[str],
    outcomes: Sequence[ClaimRecord],
    deps: Deps,
) -> Synthesized:
    known = {item.arxiv_id for record in outcomes for item in record.evidence}
    quotes = [p.quote for record in outcomes for item in record.evidence for p in item.points]
    by_id = {item.arxiv_id: (record, item) for record, item in told}
    named = [s.arxiv_id for s in answer.superseding] + [
        i for q in answer.questions for i in q.motivated_by
    ]
    prose = (
        [s.argument for s in answer.superseding]
        + [q.question for q in answer.questions]
        + [answer.limits]
    )
    strange = to_look_up(known, *prose, *named)
    looked_up = await deps.in_thread(deps.source.get, strange) if strange else {}
    rejected: list[Rejection] = []

    def prosed(text: str) -> str:
        kept, fallen = clean(text, known, looked_up, quotes)
        rejected.extend(fallen)
        return kept

    superseding: dict[str, SupersedingRecord] = {}
    for item in answer.superseding:
        cited = _evidence_id(item.arxiv_id, known, looked_up, rejected)
        if cited is None:
            continue
        if cited not in against:
            detail = (
                "superseding work speaks against the line and is of the last six months; this is "
                "not both"
            )
            rejected.append(reject(item.arxiv_id, "newer", "not-newer", detail))
            continue
        record, evidence = by_id[cited]
        entry = SupersedingRecord(
            claim=record.id, evidence=evidence, argument=prosed(item.argument)
        )
        superseding.setdefault(cited, entry)
    questions: dict[str, QuestionRecord] = {}
    for question in answer.questions:
        ids = [_evidence_id(cite, known, looked_up, rejected) for cite in question.motivated_by]
        if text := prosed(question.question):
            motivated = tuple(dict.fromkeys(i for i in ids if i))
            questions.setdefault(text, QuestionRecord(question=text, motivated_by=motivated))
    limits = prosed(answer.limits)
    once = {(r.cited, r.rung, r.reason): r for r in rejected}  # after all prose has climbed
    return Synthesized(
        superseding=tuple(superseding.values())[:MOST_SUPERSEDING],
        questions=tuple(questions.values())[:MOST_QUESTIONS],
        limits=limits,
        rejected=tuple(once.values()),
    )


def _evidence_id(
    cite: str, known: set[str], looked_up: Mapping[str, Lookup], rejected: list[Rejection]
) -> str | None:
    parsed = parse_id(cite)
    if parsed is None:
        rejected.append(reject(cite, "id", "malformed-id", "not an arXiv id in any written form"))
        return None
    if parsed.base in known:
        return parsed.base
    rejected += clean(cite, known, looked_up)[1]
    return None
