"""What a claim's searches found before: a search that nothing new could change is not made again.

Losing it costs time, never an answer; it is kept in the state folder, and what the folder holds is
checked on reading.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from pydantic import ValidationError

from retest.domain import Frozen
from retest.domain.paper import Query
from retest.papers.source import Seen

if TYPE_CHECKING:
    from retest.cache import AnswerCache  # it loads diskcache

RANKING_VERSION = "2"
"""Raised whenever the same papers would be ranked otherwise: what an older ranking found is
searched for again."""


class Remembered(Frozen):
    """One round of searches: what it had before it, how much each query found, and the candidates,
    best first."""

    seen: Seen
    found: tuple[int, ...]
    candidates: tuple[tuple[str, tuple[str, ...]], ...]
    """Ids, each with the queries that found it."""
    note: str


class Searched(Frozen):
    """One round of searches of a run: what was asked, and what it had before it."""

    queries: tuple[Query, ...]
    opens: date
    seen: Seen


class SearchMemory:
    """Rounds of searches by what was asked. Safe to use from several threads.

    `made` has the rounds of the line that is run, None for each of which the source cannot tell
    what it had before it."""

    def __init__(self, kept: AnswerCache) -> None:
        self._kept = kept
        self.made: list[Searched | None] = []

    def of_a_line(self) -> SearchMemory:
        """The same memory, with no round made yet."""
        return SearchMemory(self._kept)

    def note(self, queries: Sequence[Query], opens: date, seen: Seen | None) -> None:
        """Take down a round that was made, or was not made since nothing could change it."""
        done = Searched(queries=tuple(queries), opens=opens, seen=seen) if seen else None
        self.made.append(done)

    def key(
        self,
        queries: Sequence[Query],
        opens: date,
        excluded: Sequence[str],
        each: int,
        most: int,
        also: Sequence[str],
    ) -> str:
        """What a round's result depends on, besides the papers that there are."""
        asked = [query.model_dump() for query in queries]
        parts = [RANKING_VERSION, asked, opens.isoformat(), sorted(excluded), each, most, also]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def get(self, key: str) -> Remembered | None:
        text = self._kept.get(key)
        try:
            return Remembered.model_validate_json(text) if text is not None else None
        except ValidationError:
            return None

    def put(self, key: str, round_: Remembered) -> None:
        self._kept.put(key, round_.model_dump_json())
