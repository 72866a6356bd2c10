"""Rung 6: does the quote entail the point? Another model call sees claim, terms, point, quote and
context, no more.

The context is what tells a result from a belief that the abstract restates in order to refute it:
the sentence before, the sentence after, and what a `...` leaves out.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

from retest.domain.answers import Check, Entailment
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Rejection
from retest.domain.paper import Paper
from retest.grounding.ladder import reject, sentences_of
from retest.grounding.prose import clean


def numbered(items: Sequence[Evidence]) -> dict[str, Evidence]:
    """Evidence of one point each, by the name under which it is asked about: `2401.00001 2` is the
    second point of that paper."""
    found: dict[str, Evidence] = {}
    counts: Counter[str] = Counter()
    for item in items:
        counts[item.arxiv_id] += 1
        found[f"{item.arxiv_id} {counts[item.arxiv_id]}"] = item
    return found


def checks_of(answer: Entailment, names: Sequence[str]) -> dict[str, list[Check]]:
    """What is said of each of the points asked about. Of a paper with one point the number is not
    looked at: there is nothing to mistake it for."""
    papers = [name.partition(" ")[0] for name in names]
    found: dict[str, list[Check]] = {name: [] for name in names}
    for check in answer.checks:
        cited = parse_id(check.arxiv_id)
        if cited is None or cited.base not in papers:
            continue
        only = papers.count(cited.base) == 1
        name = names[papers.index(cited.base)] if only else f"{cited.base} {check.point}"
        if name in found:
            found[name].append(check)
    return found


def sift(
    items: dict[str, Evidence], answer: Entailment
) -> tuple[dict[str, Evidence], list[Rejection]]:
    """The points that the verifier lets pass, with their last rung, and the rest. A "no" is final,
    also beside a "yes" of the same answer; a point that the verifier says nothing of is
    unverifiable, and no evidence."""
    said = checks_of(answer, list(items))
    passed: dict[str, Evidence] = {}
    rejected: list[Rejection] = []
    for name, item in items.items():
        point = item.points[0]
        refusals = [check for check in said[name] if not check.entails]
        if refusals:
            why, _ = clean(refusals[0].why, {item.arxiv_id}, {}, [point.quote])
            detail = f"{point.named}? {why}" if why else f"the quote does not show: {point.named}"
            rejected.append(reject(item.arxiv_id, "entails", "not-entailed", detail, item.title))
        elif not said[name]:
            detail = f"the verifier said nothing of it: {point.named}"
            rejected.append(reject(item.arxiv_id, "entails", "unverifiable", detail, item.title))
        else:
            passed[name] = item.model_copy(update={"rungs": (*item.rungs, "entails")})
    return passed, rejected


def joined(items: Sequence[Evidence]) -> list[Evidence]:
    """One piece of evidence a paper, with all of its points in order."""
    found: dict[str, Evidence] = {}
    for item in items:
        known = found.get(item.arxiv_id)
        points = (*(known.points if known else ()), *item.points)
        found[item.arxiv_id] = item.model_copy(update={"points": points})
    return list(found.values())


def left_out(paper: Paper, numbers: Sequence[int]) -> str:
    """What stands in the gaps of a quote of these sentences: of each gap its first and last
    sentence, so that none can hide what its neighbour goes on to refute."""
    known, gaps = sentences_of(paper), []
    for before, number in itertools.pairwise(sorted(set(numbers))):
        gap = known[before : number - 1]
        gaps += [" ".join(gap if len(gap) <= 2 else (gap[0], "...", gap[-1]))] if gap else []
    return " ... ".join(gaps)
