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
    Check,
    Entailment,
    Extraction,
    Finding,
    Judgment,
    QueryPlan,
    Question,
    Superseding,
    Synthesis,
    Triage,
)
from retest.domain.evidence import Evidence
from retest.domain.verdict import Condition, Verdict
from retest.errors import ModelFailed
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
        """The answer to any of the six calls. Raises ModelFailed where there is no annotation to
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
                checks=[Check(arxiv_id=e.arxiv_id, entails=True, why=why) for e in facts.evidence]
            )
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
                    stance=a.stance,
                    sentences=list(a.sentences),
                    why=a.why,
                    lever=a.lever,
                )
                for paper in facts.papers
                for a in self._library.annotations.get(paper.id, ())
                if a.claim == facts.claim and a.stance != "unrelated"
            ]
        )

    def _synthesis(self, facts: Facts) -> Synthesis:
        strongest = [
            e for e in facts.evidence if e.stance != "qualifies" and e.arxiv_id in facts.against
        ][:5]
        motivating = [e.arxiv_id for e in facts.evidence[:3]]
        return Synthesis(
            superseding=[Superseding(arxiv_id=e.arxiv_id, argument=e.why) for e in strongest],
            questions=[
                Question(question=question, motivated_by=motivating) for question in facts.questions
            ],
            limits=(
                f"Stances are those of a reader's annotations of {len(self._library.papers)} "
                f"papers, known up to {self._library.snapshot}; no model read anything, quotes "
                "are from synopses in the librarian's words, and verdicts follow from the stances "
                "by rule. What is not in the library was not looked at."
            ),
        )


def judged(evidence: Sequence[Evidence]) -> Judgment:
    """A verdict by rule from the stances s (supports), q (qualifies), c (contradicts).

    c > s + q: overturned. Else s > q + c: holds. Else: relaxed. `confidence` is Laplace's rule of
    succession, (agreeing + 1) / (all + 2), over the pieces of evidence.
    """
    count = Counter(item.stance for item in evidence)
    s, q, c = count["supports"], count["qualifies"], count["contradicts"]
    verdict: Verdict
    if c > s + q:
        verdict, agreeing = "overturned", {"contradicts"}
    elif s > q + c:
        verdict, agreeing = "holds", {"supports"}
    elif q + c:
        verdict, agreeing = "relaxed", {"qualifies", "contradicts"}
    else:
        verdict, agreeing = "undetermined", set()
    cited = [item for item in evidence if item.stance in agreeing]
    said = ", ".join(
        f"{n} {stance}" for stance, n in (("support", s), ("qualify", q), ("contradict", c))
    )
    newest = max(cited, key=lambda item: (item.published, item.arxiv_id), default=None)
    rationale = f"Of {len(evidence)} annotated papers, {said}."
    if newest is not None:
        rationale += f" The newest that decides is [{newest.arxiv_id}]: {newest.why}"
    return Judgment(
        verdict=verdict,
        cites=[item.arxiv_id for item in cited],
        rationale=rationale,
        artifact=False,
        moved=_moved(cited) if verdict in ("relaxed", "overturned") else None,
        confidence=round((len(cited) + 1) / (len(evidence) + 2), 2),
    )


def _moved(cited: Sequence[Evidence]) -> Condition | None:
    levers = Counter(item.lever for item in cited if item.lever)
    return min(levers, key=lambda lever: (-levers[lever], lever), default=None)
