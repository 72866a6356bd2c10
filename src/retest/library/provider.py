"""Provider `annotations`: answers from what careful readers of the bundled library wrote down.
Nothing is called.

It does not plan (the rule does) and chooses nothing by title (the order does). It points at the
annotated sentences, trusts them at rung 6, and derives the verdict by rule.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from pydantic import BaseModel

from retest.domain.answers import (
    LONGEST_CASE,
    Check,
    Entailment,
    Essay,
    Extraction,
    Finding,
    JudgedPart,
    Judgment,
    QueryPlan,
    Question,
    SpecialCase,
    Superseding,
    Synthesis,
    Triage,
)
from retest.domain.evidence import Evidence
from retest.domain.line import COUNTER_THESIS
from retest.domain.verdict import Condition, Mark, State
from retest.errors import ModelFailed
from retest.grounding.ladder import MOST_POINTS
from retest.library.source import Library
from retest.llm.model import Facts, Reply, Request


class AnnotationsModel:
    """Answers for the line whose annotated library it is given."""

    provider, name = "annotations", "library"

    def __init__(self, library: Library, texts: Mapping[str, str]) -> None:
        """`texts` are the claims as they were worded when they were annotated, by id."""
        self._library, self._texts = library, texts
        self._claims = {
            a.claim for annotations in library.annotations.values() for a in annotations
        }

    async def complete(self, request: Request) -> Reply:
        """The answer to any of the seven calls. Raises ModelFailed where there is no annotation to
        answer from."""
        answer = self._answer(request.schema, request.facts)
        return Reply(answer.model_dump_json())

    async def aclose(self) -> None:
        """Nothing to close."""

    def _answer(self, schema: type[BaseModel], facts: Facts) -> BaseModel:
        if schema is QueryPlan:
            raise ModelFailed("annotations plan no queries")
        if schema is Triage:
            raise ModelFailed("annotations choose nothing by title")
        if schema is Extraction:
            return self._findings(facts)
        if schema is Entailment:
            why = "annotated by a reader of the paper"
            return Entailment(
                checks=[
                    Check(arxiv_id=paper, point=number, entails=True, why=why)
                    for paper in dict.fromkeys(e.arxiv_id for e in facts.evidence)
                    for number in range(1, MOST_POINTS + 1)
                ]
            )
        if schema is Essay:
            raise ModelFailed("annotations write no prose")
        if schema is Judgment:
            return judged(facts.evidence)
        return self._synthesis(facts)

    def _findings(self, facts: Facts) -> Extraction:
        if facts.claim not in self._claims:
            raise ModelFailed(
                "the library has no annotation for this claim", "run with a model, or annotate it"
            )
        if self._texts.get(facts.claim) != facts.text:
            raise ModelFailed(
                "the library's annotations are of another wording of this claim", "run with a model"
            )
        return Extraction(
            findings=[
                Finding(
                    arxiv_id=paper.id,
                    side=a.side,
                    case=a.case,
                    which=a.which[:LONGEST_CASE],
                    sentences=list(a.sentences),
                    why=a.why,
                    lever=a.lever,
                )
                for paper in facts.papers
                for a in self._library.annotations.get(paper.id, ())
                if a.claim == facts.claim and a.side is not None
            ]
        )

    def _synthesis(self, facts: Facts) -> Synthesis:
        whole = [e for e in facts.evidence if e.mark != "in part" and e.arxiv_id in facts.against]
        # What the library's readers found for the counter-thesis argues for it; the rest speaks
        # against some claim of the line, whatever that is about.
        argues = self._library.annotated.get(COUNTER_THESIS, frozenset())
        strongest = sorted(whole, key=lambda e: e.arxiv_id not in argues)[:5]
        return Synthesis(
            superseding=[
                Superseding(arxiv_id=e.arxiv_id, argument=e.points[0].why) for e in strongest
            ],
            questions=[
                # Which evidence raises a question is nothing that a rule can tell.
                Question(question=question, motivated_by=[])
                for question in facts.questions
            ],
            limits=(
                f"Stances are those of a reader's annotations of {len(self._library.papers)} "
                f"papers, known up to {self._library.snapshot}; no model read anything, quotes "
                "are from synopses in the librarian's words, and verdicts follow from the stances "
                "by rule. What is not in the library was not looked at."
            ),
        )


def judged(evidence: Sequence[Evidence]) -> Judgment:
    """A judgment by rule from the papers' marks: f are for the claim, p in part, a against it.

    The ordinary case stands if f > 2a, fails if a > 2f, is untested if both are 0, and else is
    divided. Those in part show special cases, which are of substance where p + a >= f.
    `confidence` is Laplace's rule of succession, (agreeing + 1) / (all + 2), over the papers:
    agreeing are those for it where it stands and no special case of substance fails, else the
    others that are cited.
    """
    by: dict[Mark, list[Evidence]] = {"for": [], "in part": [], "against": []}
    for item in evidence:
        by[item.mark].append(item)
    for_, part, against = by["for"], by["in part"], by["against"]
    state: State = "divided"
    if not for_ and not against:
        state = "untested"
    elif len(for_) > 2 * len(against):
        state = "stands"
    elif len(against) > 2 * len(for_):
        state = "fails"
    sides = {"stands": for_, "fails": against, "divided": [*for_, *against], "untested": []}
    limits = part if len(part) + len(against) >= len(for_) and state != "fails" else []
    opposing = [*limits, *(against if state != "stands" else ())]
    agreeing = opposing or sides[state]
    said = ", ".join(f"{len(papers)} {mark}" for mark, papers in by.items())
    newest = max(agreeing, key=lambda item: (item.published, item.arxiv_id), default=None)
    rationale = f"Of {len(evidence)} annotated papers, {said}."
    if newest is not None:
        rationale += f" The newest that decides is [{newest.arxiv_id}]: {newest.points[0].why}"
    return Judgment(
        parts=[JudgedPart(part=1, ordinary=state, cites=[i.arxiv_id for i in sides[state]])],
        fails_in=[SpecialCase(case=_which(i), cites=[i.arxiv_id]) for i in limits],
        rationale=rationale,
        artifact=False,
        moved=_moved(opposing),
        confidence=round((len(agreeing) + 1) / (len(evidence) + 2), 2),
    )


def _which(item: Evidence) -> str:
    return next((p.which[:LONGEST_CASE] for p in item.points if p.side != "for" and p.which), "")


def _moved(cited: Sequence[Evidence]) -> Condition | None:
    levers = Counter(point.lever for item in cited for point in item.points if point.lever)
    return min(levers, key=lambda lever: (-levers[lever], lever), default=None)
