"""What the six model calls answer. The class names are the schemas' names; nothing in them is
believed yet."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from retest.domain import Frozen
from retest.domain.verdict import Condition, Stance, Verdict

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120)]
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]


class PlannedQuery(Frozen):
    all_of: list[Phrase] = Field(description="phrases that must all occur, 1 or 2, short")
    any_of: list[Phrase] = Field(description="phrases of which at least one occurs, 4 to 8")


class QueryPlan(Frozen):
    queries: list[PlannedQuery] = Field(description="about five, diverse")
    counter_statement: Prose = Field(
        description="the opposite finding, as an abstract would word it"
    )


class Triage(Frozen):
    picks: list[str] = Field(description="arXiv ids of the papers to read; none is an answer too")


class Finding(Frozen):
    arxiv_id: str
    stance: Stance
    sentences: list[int] = Field(
        description="numbers of the sentences that by themselves show the stance"
    )
    why: Prose = Field(description="one sentence")
    lever: Condition | None = Field(
        description="what differs from the claim's setting, if anything"
    )


class Extraction(Frozen):
    findings: list[Finding]


class Check(Frozen):
    arxiv_id: str
    entails: bool
    why: Prose = Field(description="one short sentence")


class Entailment(Frozen):
    checks: list[Check]


class Judgment(Frozen):
    verdict: Verdict
    cites: list[str] = Field(description="arXiv ids of the evidence that decides")
    rationale: Prose = Field(description="two or three sentences")
    moved: Condition | None = Field(
        description="for relaxed and overturned: the condition that moved"
    )
    artifact: bool = Field(
        description="a title or quote says that the old result came from its period's methods"
    )
    confidence: Annotated[float, Field(ge=0, le=1)]


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


Answer = QueryPlan | Triage | Extraction | Entailment | Judgment | Synthesis
