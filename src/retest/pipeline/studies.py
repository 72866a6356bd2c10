"""Which papers report one study: a judgment counts them once.

The rule is plain, and errs towards two studies: the same first author, at least half of the shorter
list of authors in the other, and titles of which the shorter has at least two thirds of its telling
words in the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from retest.domain.evidence import Evidence
from retest.text.form import words

TELLING = 4
"""Letters of the shortest word of a title that tells anything."""


def one_study(evidence: Sequence[Evidence], authors: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Of each paper that reports a study which an earlier one in `evidence` reports: that one's id.
    `authors` are those of each paper, by id."""
    found: dict[str, str] = {}
    firsts: list[Evidence] = []
    for item in evidence:
        for other in firsts:
            if _alike(item, other, authors):
                found[item.arxiv_id] = other.arxiv_id
                break
        else:
            firsts.append(item)
    return found


def _alike(a: Evidence, b: Evidence, authors: Mapping[str, Sequence[str]]) -> bool:
    mine, theirs = (_names(authors.get(item.arxiv_id, ())) for item in (a, b))
    if not mine or not theirs or mine[0] != theirs[0]:
        return False
    told, other = (_telling(item.title) for item in (a, b))
    return _shared(set(mine), set(theirs)) >= 1 / 2 and _shared(told, other) >= 2 / 3


def _shared(one: set[str], other: set[str]) -> float:
    """The share of the smaller set that is in the other; of an empty one nothing is."""
    return len(one & other) / min(len(one), len(other)) if one and other else 0.0


def _names(authors: Sequence[str]) -> list[str]:
    """Each author as initial and surname, so that one who signs with a first name in one paper and
    with its initial in another is the same; "et al." is nobody."""
    folded = [words(author) for author in authors]
    return [f"{name[0][0]} {name[-1]}" for name in folded if name and name != ["et", "al"]]


def _telling(title: str) -> set[str]:
    return {word for word in words(title) if len(word) >= TELLING}
