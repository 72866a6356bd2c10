"""What calls would use: input counted from the questions themselves, output assumed, prices of
genai-prices."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, get_args

from pydantic import BaseModel

from retest.domain.answers import (
    Entailment,
    Essay,
    Extraction,
    Judgment,
    QueryPlan,
    Synthesis,
    Triage,
)
from retest.domain.evidence import Evidence
from retest.explain.dry_run import Note
from retest.llm.batch.state import Kind
from retest.llm.budget import BEYOND, Budget, Prices
from retest.llm.model import Usage
from retest.pipeline.calls import dated, estimated_tokens
from retest.pipeline.essay import MOST_CLAIMS, PAPERS
from retest.pipeline.state import Deps, Limits, Subject

PROMPTS: dict[type[BaseModel], str] = {
    QueryPlan: "plan",
    Triage: "triage",
    Extraction: "extract",
    Entailment: "entail",
    Judgment: "judge",
    Synthesis: "synthesize",
    Essay: "essay",
}
SAID: dict[type[BaseModel], tuple[int, int]] = {
    QueryPlan: (600, 0),
    Triage: (20, 3),
    Extraction: (50, 60),
    Entailment: (50, 45),
    Judgment: (350, 0),
    Synthesis: (900, 0),
    Essay: (900, 0),
}
"""Tokens of an answer, and for each paper that it speaks of: a plan of five queries; the ids of a
third of the titles; a finding for most papers; a check with a sentence for each quote; what a
model thinks without saying it is not in it."""
ASSUMED = (
    "answers are taken to have 600 tokens for a plan, 20 and 3 a title for choosing, 50 and 60 a "
    "paper for reading, 50 and 45 a quote for checking, 350 for a judgment, 900 each for the "
    "synthesis and the answer, without what a model thinks unseen; each to be valid the first time"
)
PAPER = 520
"""Tokens of a paper that is not found yet: arXiv takes abstracts of up to 1,920 characters, and
titles of some 200."""
TERMS = 800
"""Characters of a claim's terms: about 150 tokens with their names."""
CLAIM = 60
"""Tokens of a claim, and of a sentence of the answer that leans on it."""
TITLE = 50
"""Tokens of a title of 200 characters, with its id and year."""
LONGEST = 4000
"""Tokens that an answer may have (Request.max_output_tokens)."""
QUOTE, CHECKED = 150, 300
"""Tokens of a piece of evidence that is not there yet: title and a quote of one or two sentences,
and a quote with the sentences around it."""


@dataclass(frozen=True, slots=True)
class Expected:
    """A call that will be, or may be, made."""

    schema: str
    prices: Prices
    input: int
    output: int
    calls: int = 1
    """0 for what may be added to a call that is counted already."""


@dataclass(frozen=True, slots=True)
class Total:
    """What some calls use together; `usd` is None where a price is not known."""

    calls: Mapping[str, int]
    input: int
    output: int
    usd: Decimal | None

    @property
    def count(self) -> int:
        return sum(self.calls.values())


def total(calls: Iterable[Expected]) -> Total:
    every = list(calls)
    used: dict[Prices, Usage] = {}
    for one in every:
        used[one.prices] = used.get(one.prices, Usage()) + Usage(
            one.calls, one.input, 0, one.output
        )
    costs = [prices.of(usage) for prices, usage in used.items()]
    usd = None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
    kinds: Counter[str] = Counter()
    for one in every:
        kinds[one.schema] += one.calls
    return Total(
        dict(kinds), sum(one.input for one in every), sum(one.output for one in every), usd
    )


@cache
def _schema(schema: type[BaseModel]) -> str:
    return json.dumps(schema.model_json_schema())


def noted(note: Note, today: date, batch: bool = False) -> Expected:
    """The call of a question that is known word for word."""
    asked, facts = note.request, note.request.facts
    sent = estimated_tokens(asked.system + asked.user + _schema(asked.schema))
    about = len(facts.papers) or len(facts.evidence)
    prices = _prices(note.provider, note.model, asked.schema, today, batch)
    return Expected(asked.schema.__name__, prices, sent, _said(asked.schema, about))


def _prices(provider: str, model: str, schema: type[BaseModel], today: date, batch: bool) -> Prices:
    """With `batch`, half for the questions that go through one."""
    return Prices(provider, model, today, batch and schema.__name__ in get_args(Kind))


def _said(schema: type[BaseModel], about: int) -> int:
    base, each = SAID[schema]
    return base + each * about


@dataclass(frozen=True, slots=True)
class Bounds:
    """The calls that a claim may need beyond those that are known, each with the most that it may
    be sent."""

    deps: Deps
    subject: Subject
    anchors: Sequence[str]
    today: date
    batch: bool = False

    def reading(self, papers: int) -> list[Expected]:
        """Extraction calls for papers that are not found yet."""
        count = reading_calls(papers, self.deps.limits)
        each = math.ceil(papers / count) if count else 0
        return [self._call(Extraction, each * PAPER, each) for _ in range(count)]

    def choosing(self) -> Expected:
        """By title, from all that a round of searches may find."""
        titles = self.deps.limits.titles + self.deps.limits.siblings
        return self._call(Triage, TITLE * titles, titles)

    def checking(self, papers: int) -> Expected:
        """Of the quotes of so many papers."""
        return self._call(Entailment, CHECKED * papers, papers)

    def judging(self, papers: int, known: int, *, again: bool = False) -> Expected:
        """On the evidence of so many papers beside that which is known, which has so many
        tokens."""
        return self._call(Judgment, QUOTE * papers + known, 0, verifier=again)

    def added(self, schema: type[BaseModel], papers: int) -> Expected:
        """What the quotes of so many papers add to a call that is certain."""
        whole, without = (self._call(schema, CHECKED * n, n) for n in (papers, 0))
        return Expected(
            schema.__name__,
            whole.prices,
            whole.input - without.input,
            whole.output - without.output,
            0,
        )

    def synthesis(self, evidence: int) -> Expected:
        return self._call(
            Synthesis, QUOTE * min(evidence, self.deps.limits.evidence_a_synthesis), 0
        )

    def essay(self) -> Expected:
        claims = min(len(self.deps.line.claims) + 1, MOST_CLAIMS)
        return self._call(Essay, (QUOTE * PAPERS + CLAIM) * claims, 0)

    def _call(
        self, schema: type[BaseModel], tokens: int, about: int, *, verifier: bool = False
    ) -> Expected:
        asker = self.deps.verifier if verifier or schema is Entailment else self.deps.asker
        prices = _prices(asker.model.provider, asker.model.name, schema, self.today, self.batch)
        return Expected(schema.__name__, prices, self._fixed(schema) + tokens, _said(schema, about))

    def _fixed(self, schema: type[BaseModel]) -> int:
        """The question without papers and evidence; every value that any prompt offers is there
        (docs/prompts.md)."""
        line, claim = self.deps.line, self.subject.claim
        values: dict[str, Any] = {
            "claim": claim.text,
            "dated": dated(self.subject),
            "levers": claim.levers,
            "kind": "general",
            "terms": [("", "x" * TERMS)] if schema is not QueryPlan else [],
            "anchors": list(self.anchors),
            "papers": [],
            "years": [],
            "most": self.deps.limits.candidates,
            "items": [],
            "evidence": [],
            "question": line.question,
            "thesis": line.thesis,
            "counter_thesis": line.counter_thesis,
            "standing": line.questions,
            "verdicts": [{"id": one.id, "verdict": "undetermined"} for one in line.claims],
            "whole": not line.answer,
            "sentences": [],
            "claims": [],
        }
        system, user = self.deps.prompts[PROMPTS[schema]].render(values)
        return estimated_tokens(system + user + _schema(schema))


def reading_calls(papers: int, limits: Limits) -> int:
    """The most calls in which so many papers are read (`extract.batches`)."""
    return max(
        math.ceil(papers * PAPER / limits.tokens_a_call), math.ceil(papers / limits.papers_a_call)
    )


def tokens_of(evidence: Iterable[Evidence]) -> int:
    return sum(estimated_tokens(item.title + item.quote) for item in evidence)


def may_stop(calls: Iterable[Expected], budget: Budget) -> bool:
    """Whether the budget may refuse one of the calls: it counts each with its worst case
    (llm/budget.py) while it goes on, two bytes a token where the estimate here has four and a half,
    and all of an answer that is allowed."""
    worst = [
        (
            one.prices,
            Usage(
                one.calls,
                most := one.input * 9 // 4 + BEYOND * one.calls,
                0,
                LONGEST * one.calls,
                most,
            ),
        )
        for one in calls
    ]
    if (
        budget.max_tokens is not None
        and sum(usage.input + usage.output for _, usage in worst) > budget.max_tokens
    ):
        return True
    return (
        budget.max_usd is not None
        and sum((prices.of(usage) or 0 for prices, usage in worst), Decimal(0)) > budget.max_usd
    )
