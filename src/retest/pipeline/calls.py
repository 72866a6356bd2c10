"""How the stations word a model call: a prompt by name, its values, and what the call is about."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from retest.domain.line import COUNTER_THESIS, Line
from retest.domain.paper import Paper
from retest.domain.terms import Terms
from retest.llm.model import Facts, Request
from retest.pipeline.state import Subject
from retest.prompts import Prompt


def request(
    prompts: Mapping[str, Prompt],
    prompt: str,
    schema: type[BaseModel],
    values: Mapping[str, Any],
    facts: Facts,
    ask: int = 1,
) -> Request:
    """A request from the prompt of that name."""
    template = prompts[prompt]
    system, user = template.render(values)
    return Request(
        schema=schema, system=system, user=user, prompt_hash=template.hash, facts=facts, ask=ask
    )


def rests_on(line: Line, subject: Subject, papers: Sequence[Paper]) -> tuple[str, ...]:
    """The claim's anchors as prompts name them: by title, or, where the source does not have one,
    by its id and what the line says of it."""
    titles = {paper.id: paper.title for paper in papers}
    about = {anchor.id: anchor.about for anchor in line.anchors}

    def named() -> Iterator[str]:
        for name in subject.claim.anchors:
            said = about.get(name)
            yield titles.get(name) or (f"arXiv:{name}, {said}" if said else f"arXiv:{name}")

    return tuple(named())


def shown_terms(terms: Terms | None) -> list[tuple[str, str]]:
    """A claim's terms as prompts show them: each with its name; none where there are none."""
    return list(terms.lines()) if terms else []


def dated(subject: Subject) -> str:
    """The claim's date as prompts state it. The counter-thesis's moves with the day, so it is
    named, not given: a prompt that changes every night would be paid for every night."""
    return "the last six months" if subject.claim.id == COUNTER_THESIS else subject.claim.dated


def shuffled(word: str, name: str) -> str:
    """What to sort by for an order that looks like chance, and is the same whenever the word is."""
    return hashlib.sha256(f"{word} {name}".encode()).hexdigest()


def estimated_tokens(text: str) -> int:
    """A cautious estimate, in tokens: English abstracts run at about 5 characters a token, formulas
    at fewer."""
    return int(len(text) / 4.5) + 1
