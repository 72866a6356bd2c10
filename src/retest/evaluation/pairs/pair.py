"""Claim-abstract pairs whose stance and sentences are known; the same whatever file they come
from."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from typing import Literal

from retest.domain.line import Claim, Window
from retest.domain.paper import Paper
from retest.domain.verdict import NotedStance
from retest.errors import UsageError
from retest.library.source import Library

Kind = Literal["scifact", "jsonl", "library"]
LINE = "pairs"
"""The line that pairs of files run under; those of a library run under its own."""
DATED, DAY = "2000", date(2000, 1, 1)
"""Claims and papers of files have no date, and no prompt that reads pairs shows one."""
EVER = Window(opens=date.min, as_of=date.max)
"""Every paper is in this window: that a paper is newer is not asked of a pair."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A paper, and what is known of it with respect to a claim. `name` is what the file calls it.
    `rationales` are sets of sentence numbers from 1, each of which shows the stance by itself;
    there is none where it is `unrelated`, and where the gold has labels alone."""

    paper: Paper
    name: str
    stance: NotedStance
    rationales: tuple[tuple[int, ...], ...]
    real: bool = False
    """Whether the paper's id is arXiv's. Else it is a stand-in (`stand_in`), which is shown to
    models alone."""


@dataclass(frozen=True, slots=True)
class PairClaim:
    """A claim, the papers that it rests on where they are known, and all of its pairs."""

    claim: Claim
    anchors: tuple[Paper, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """All claims of a file with at least one pair, in its order; `digest` is the start of the
    SHA-256 of all that was read. `library` is there where `annotations` can answer."""

    name: str
    kind: Kind
    digest: str
    claims: tuple[PairClaim, ...]
    line: str = LINE
    library: Library | None = None

    def chosen(self, only: Sequence[str], limit: int | None) -> tuple[PairClaim, ...]:
        """The claims named by `only`, or all; of them the first `limit`. Raises UsageError for an
        unknown name."""
        known = {one.claim.id for one in self.claims}
        for name in only:
            if name not in known:
                some = ", ".join([one.claim.id for one in self.claims][:10])
                raise UsageError(
                    f"{self.name} has no claim {name!r}", f"its claims are {some} and so on"
                )
        return tuple(one for one in self.claims if not only or one.claim.id in only)[:limit]


def stand_in(name: str, taken: Collection[str]) -> str:
    """An id for a document that has none of arXiv's: the same whenever the name is, and no paper's,
    since it is of 2099 (YYMM.NNNNN has two digits for the year). `taken` are those of the claim's
    other documents."""
    every = (_drawn(f"{attempt} {name}") for attempt in count())
    return next(one for one in every if one not in taken)


def _drawn(word: str) -> str:
    drawn = int(hashlib.sha256(word.encode()).hexdigest()[:16], 16)
    return f"99{drawn % 12 + 1:02}.{drawn // 12 % 99_999 + 1:05}"


def digest_of(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]
