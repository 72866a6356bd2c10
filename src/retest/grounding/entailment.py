"""Rung 6: does the quote entail the stance? Another model call sees claim, stance, quote and context, no more."""

from __future__ import annotations

from collections.abc import Sequence

from retest.domain.answers import Check, Entailment
from retest.domain.evidence import Evidence, Rejection
from retest.grounding.ids import parse_id
from retest.grounding.ladder import reject
from retest.grounding.prose import clean


def sift(items: Sequence[Evidence], answer: Entailment) -> tuple[list[Evidence], list[Rejection]]:
    """The items that the verifier lets pass, with their last rung, and the rest. A "no" is final; an item that the
    verifier says nothing of, or speaks of twice with different answers, is unverifiable, and no evidence."""
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
                reject(item.arxiv_id, "entails", "unverifiable", "the verifier said nothing of it", item.title)
            )
        else:
            passed.append(item.model_copy(update={"rungs": (*item.rungs, "entails")}))
    return passed, rejected
