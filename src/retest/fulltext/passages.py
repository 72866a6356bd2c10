"""The passages of a paper that are nearest to a claim, for a reader with little room."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from retest.fulltext.document import FullText, Passage, Role
from retest.text.form import words
from retest.text.sentences import sentences

TOKENS = 2_500
"""Estimated tokens of one paper that a reader is shown."""
K1, B = 1.2, 0.75
"""BM25's usual constants (Robertson and Zaragoza, Foundations and Trends in IR, 2009)."""
WEIGHT: dict[Role, float] = {
    "results": 1.5,
    "discussion": 1.15,
    "limitations": 1.15,
    "abstract": 1.0,
    "conclusion": 1.0,
    "method": 0.9,
    "appendix": 0.9,
    "other": 0.9,
    "introduction": 0.6,
    "related work": 0.3,
}
"""Results before introductions. Related work is about somebody else's results."""
TABLE = 1.2
"""Tables and captions hold the numbers, in few words."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as a reader sees it: its sentences, or a table's rows."""

    passage: Passage
    sentences: tuple[str, ...]


def sentences_of(passage: Passage) -> tuple[str, ...]:
    """The numbered units that a reader points at: sentences, or the rows of a table. Each row of a
    table after the first bears the table's head, so that a quoted number keeps its column."""
    if passage.kind != "table":
        return sentences(passage.text)
    head, *rows = passage.text.split("\n")
    return tuple(f"{head} // {row}" for row in rows) or (head,)


def nearest(text: FullText, about: Sequence[str], tokens: int = TOKENS) -> list[Shown]:
    """The passages that say most of `about` (the claim, its terms, the open question), in the order
    of the paper, within `tokens`. BM25 over the paper's own passages, weighted by role."""
    bags = [Counter(words(passage.text)) for passage in text.passages]
    if not bags:
        return []
    average = sum(bag.total() for bag in bags) / len(bags)
    wanted = Counter(word for said in about for word in words(said))
    found_in = {word: sum(word in bag for bag in bags) for word in wanted}
    scores = [
        _bm25(bag, wanted, found_in, len(bags), average) * _weight(passage)
        for bag, passage in zip(bags, text.passages, strict=True)
    ]
    order = sorted(range(len(bags)), key=lambda n: (-scores[n], n))
    chosen: list[int] = []
    left = tokens
    for number in order:
        if scores[number] <= 0:
            break
        cost = estimated_tokens(text.passages[number].text)
        if cost <= left:
            chosen.append(number)
            left -= cost
    passages = [text.passages[number] for number in sorted(chosen)]
    return [Shown(passage, sentences_of(passage)) for passage in passages]


def estimated_tokens(text: str) -> int:
    """Tokens of a text, estimated: four characters each."""
    return math.ceil(len(text) / 4)


def _weight(passage: Passage) -> float:
    return WEIGHT[passage.role] * (TABLE if passage.kind != "paragraph" else 1.0)


def _bm25(
    bag: Counter[str], wanted: Counter[str], found_in: dict[str, int], number: int, average: float
) -> float:
    score = 0.0
    length = K1 * (1 - B + B * bag.total() / average)
    for word, weight in wanted.items():
        if count := bag[word]:
            rarity = math.log(1 + (number - found_in[word] + 0.5) / (found_in[word] + 0.5))
            score += weight * rarity * count * (K1 + 1) / (count + length)
    return score
