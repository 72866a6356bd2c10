"""Rung 6: does the quote entail the stance? Another model call sees claim, stance, quote and
context, no more.

The context is what tells a result from a belief that the abstract restates in order to refute it:
the sentence before, the sentence after, and what a `...` leaves out.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from retest.domain.answers import Check, Entailment
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Rejection
from retest.domain.paper import Paper
from retest.grounding.ladder import reject, sentences_of
from retest.grounding.prose import clean


def sift(items: Sequence[Evidence], answer: Entailment) -> tuple[list[Evidence], list[Rejection]]:
    """The items that the verifier lets pass, with their last rung, and the rest. A "no" is final,
    also beside a "yes" of the same answer; an item that the verifier says nothing of is
    unverifiable, and no evidence."""
    said: dict[str, list[Check]] = {}
    for check in answer.checks:
        cited = parse_id(check.arxiv_id)
        if cited is not None:
            said.setdefault(cited.base, []).append(check)
    passed: list[Evidence] = []
    rejected: list[Rejection] = []
    for item in items:
        checks = said.get(item.arxiv_id, [])
        refusals = [check for check in checks if not check.entails]
        if refusals:
            why, _ = clean(refusals[0].why, {item.arxiv_id}, {}, [item.quote])
            detail = f"{item.stance}? {why}" if why else f"the quote does not show: {item.stance}"
            rejected.append(reject(item.arxiv_id, "entails", "not-entailed", detail, item.title))
        elif not checks:
            rejected.append(
                reject(
                    item.arxiv_id,
                    "entails",
                    "unverifiable",
                    "the verifier said nothing of it",
                    item.title,
                )
            )
        else:
            passed.append(item.model_copy(update={"rungs": (*item.rungs, "entails")}))
    return passed, rejected


def left_out(paper: Paper, numbers: Sequence[int]) -> str:
    """What stands in the gaps of a quote of these sentences: of each gap its first and last
    sentence, so that none can hide what its neighbour goes on to refute."""
    known, gaps = sentences_of(paper), []
    for before, number in itertools.pairwise(sorted(set(numbers))):
        gap = known[before : number - 1]
        gaps += [" ".join(gap if len(gap) <= 2 else (gap[0], "...", gap[-1]))] if gap else []
    return " ... ".join(gaps)
