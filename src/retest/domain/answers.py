"""What the seven model calls answer. The class names are the schemas' names; nothing in them is
believed yet."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from retest.domain import Frozen
from retest.domain.terms import Terms
from retest.domain.verdict import Case, Condition, Side, State

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
LONGEST_CASE = 120
"""Characters of the name of a special case."""
Brief = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_CASE)]


class PlannedQuery(Frozen):
    all_of: list[Phrase] = Field(description="phrases that must all occur, 1 or 2, short")
    any_of: list[Phrase] = Field(description="phrases of which at least one occurs, 4 to 8")


class PlannedTerms(Terms):
    """Terms as a model proposes them: it says everything, and leaves nothing to a default."""

    refers: bool = Field(description="whether the claim's words name anything")


class QueryPlan(Frozen):
    terms: PlannedTerms
    queries: list[PlannedQuery] = Field(description="about five, diverse")
    counter_statement: Prose = Field(
        description="the opposite finding, as an abstract would word it"
    )


class Triage(Frozen):
    picks: list[str] = Field(description="arXiv ids of the papers to read; none is an answer too")


class Finding(Frozen):
    """One point of one paper. A paper that says several things has several."""

    arxiv_id: str
    side: Side
    case: Case
    which: Brief = Field(description="the special case in a few words, or empty")
    sentences: list[int] = Field(description="numbers of the sentences that by themselves show it")
    why: Prose = Field(description="one sentence")
    lever: Condition | None = Field(
        description="what differs from the claim's ordinary case, if anything"
    )


class OpenPaper(Frozen):
    arxiv_id: str
    question: Brief = Field(description="what its text must tell, in a few words")


class Extraction(Frozen):
    # Answers from before there was `open` lack it; a model is asked to say it always.
    model_config = ConfigDict(json_schema_extra={"required": ["findings", "open"]})

    findings: list[Finding]
    open: list[OpenPaper] = Field(
        default_factory=list,
        description="papers that test the claim and do not say with what result",
    )


class Check(Frozen):
    arxiv_id: str
    point: int = Field(description="the number of the paper's point")
    entails: bool
    why: Prose = Field(description="one short sentence")


class Entailment(Frozen):
    checks: list[Check]


class JudgedPart(Frozen):
    part: int = Field(description="its number; 1 where the claim has one part")
    ordinary: State = Field(description="how its ordinary case fares in newer work")
    cites: list[str] = Field(description="arXiv ids of the evidence that decides it")


class SpecialCase(Frozen):
    case: Brief
    cites: list[str] = Field(description="arXiv ids of the evidence that shows it")


class Judgment(Frozen):
    parts: list[JudgedPart] = Field(description="one for each part of the claim")
    fails_in: list[SpecialCase] = Field(
        description="special cases of substance in which the claim fails; mostly none"
    )
    rationale: Prose = Field(description="two or three sentences")
    moved: Condition | None = Field(
        description="the condition on which a failure turns, if anything fails"
    )
    artifact: bool = Field(
        description="a title or quote says that the old result came from its period's methods"
    )
    confidence: Annotated[float, Field(ge=0, le=1)]

    @property
    def cites(self) -> tuple[str, ...]:
        """All that it cites, as cited, each once."""
        said = [cite for part in self.parts for cite in part.cites]
        return tuple(dict.fromkeys(said + [cite for case in self.fails_in for cite in case.cites]))


class Superseding(Frozen):
    arxiv_id: str
    argument: Prose


class Question(Frozen):
    question: Prose
    motivated_by: list[str]


class Synthesis(Frozen):
    superseding: list[Superseding]
    questions: list[Question] = Field(description="two")
    limits: Prose


class EssaySentence(Frozen):
    number: int = Field(description="its number in the answer; 0 of a new one")
    claims: list[str] = Field(description="ids of the claims that it leans on")
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=600)] = Field(
        description="one sentence, ids of its evidence as [id]"
    )


class Essay(Frozen):
    sentences: list[EssaySentence]


Answer = QueryPlan | Triage | Extraction | Entailment | Judgment | Synthesis | Essay
