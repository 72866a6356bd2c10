"""A small literature with 48 claims of known fate: each about a word of its own, by which its
papers are found.

For each claim there is an anchor, a gold paper that settles it, and others that speak of the same
word.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path

from retest.domain.paper import Paper
from tests.temperaments import DECIDED, Known

WORDS = [
    "".join(parts)
    for parts in product(("zar", "mib", "kol", "dun"), ("ta", "vo", "ri", "gu"), ("nk", "sp", "ld"))
]
AS_OF = "2026-08-21"
OTHERS = 3


@dataclass(frozen=True)
class Topic:
    """The papers and the claim of one word."""

    number: int
    word: str

    @property
    def id(self) -> str:
        return f"c{self.number:02}"

    @property
    def claim(self) -> str:
        return f"{self.word.capitalize()} raises the yield of barley."

    @property
    def expected(self) -> str:
        return DECIDED[self.number % 3]

    @property
    def anchor(self) -> Paper:
        return _paper(f"2501.{self.number + 1:05}", date(2025, 1, 10), f"On {self.word}", self.word)

    @property
    def gold(self) -> Paper:
        return _paper(
            f"2603.{self.number + 1:05}", date(2026, 3, 10), f"Trials of {self.word}", self.word
        )

    @property
    def others(self) -> list[Paper]:
        start, days = (
            1 + self.number * OTHERS,
            (date(2025, 9, 3), date(2026, 2, 2), date(2026, 5, 4)),
        )
        return [
            _paper(
                f"{day:%y%m}.{start + n + 30000:05}",
                day,
                f"{self.word.capitalize()} in field {n}",
                self.word,
            )
            for n, day in enumerate(days)
        ]

    @property
    def known(self) -> Known:
        return Known(
            self.claim, self.expected, (self.gold.id,), tuple(paper.id for paper in self.others)
        )

    def row(self, **changes: object) -> dict[str, object]:
        """The claim as a line of a gold file."""
        return {
            "id": self.id,
            "claim": self.claim,
            "claim_date": "2025-01",
            "anchor_ids": [self.anchor.id],
            "expected_verdict": self.expected,
            "gold_ids": [self.gold.id],
            "topic": "barley",
            **changes,
        }


def _paper(arxiv_id: str, day: date, title: str, word: str) -> Paper:
    abstract = (
        f"Barley is grown with {word} in many places. With {word} we measure what barley yields "
        "on ninety fields. All fields and all seasons are reported."
    )
    return Paper(id=arxiv_id, version=1, published=day, title=title, abstract=abstract)


TOPICS = [Topic(number, word) for number, word in enumerate(WORDS)]
KNOWN = [topic.known for topic in TOPICS]


def papers(topics: Iterable[Topic] = TOPICS) -> list[Paper]:
    return [paper for topic in topics for paper in (topic.anchor, topic.gold, *topic.others)]


def write_gold(path: Path, rows: Sequence[dict[str, object]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path
