"""The protocol of a paper source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Protocol, overload

from retest.domain import Frozen
from retest.domain.line import Window
from retest.domain.paper import Lookup, Paper, Query, Unknown


class Seen(Frozen):
    """What a search had before it, noted so that a later one need only look at papers that have
    come since."""

    mirror: str
    """The mirror's id; `mark`, how often it had been written to, and `held`, how many papers it
    had."""
    mark: int
    held: int
    window: Window
    last: tuple[str | None, ...]
    """For each query the last of the papers that it found; None where it found all that there were.
    """


class Ranked(Sequence[Paper]):
    """Papers, best first, of which each is read only when it is looked at: most of those that a
    search finds are never among the best of several. Places are hashable, and equal ones are the
    same paper."""

    def __init__(self, places: Sequence[Any], read: Callable[[Any], Paper]) -> None:
        self.places, self.read = places, read

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, at: int) -> Paper: ...
    @overload
    def __getitem__(self, at: slice) -> list[Paper]: ...
    def __getitem__(self, at: int | slice) -> Paper | list[Paper]:
        return (
            [self.read(place) for place in self.places[at]]
            if isinstance(at, slice)
            else self.read(self.places[at])
        )


class CitationIndex(Protocol):
    """Knows which papers cite a paper. Blocking, and safe to call from several threads."""

    def citing(self, anchors: Sequence[str], window: Window, limit: int) -> dict[str, list[str]]:
        """For each anchor the base ids of at most `limit` papers that cite it, the most cited
        first, which may have been published in the window. An anchor that is not known there is
        not among the keys. Raises SearchFailed if the index could not be asked, or its answer was
        broken."""
        ...


class Source(Protocol):
    """Blocking, and safe to call from several threads. Calls raise SearchFailed only where
    noted."""

    name: str
    until: date | None
    """The day after which the source knows no papers, where there is one: nothing found later means
    nothing."""

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        """At most `limit` papers of the window, best first. Raises SearchFailed if the source could
        not be asked, or its answer was broken: an empty list means that it was asked and found
        nothing."""
        ...

    def search_all(self, queries: Sequence[Query], window: Window, limit: int) -> list[list[Paper]]:
        """What `search` gives for each query, in as few requests as the source allows. Raises as
        `search` does."""
        ...

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[Sequence[Sequence[Paper]], Seen | None]:
        """As `search_all`, and what `unchanged` is to be asked with later, where the source can
        tell. The lists may all be `Ranked`; reading a paper of them raises as `search` does."""
        ...

    def unchanged(self, queries: Sequence[Query], window: Window, seen: Seen) -> Seen | None:
        """What to ask with the next time, if the queries would find in this window what they had
        found when `seen` was noted: no paper that came since reaches their lists. None if one does,
        or nobody can tell. It costs as much as there are new papers. Raises as `search` does."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """One entry for each base id asked for, in one look-up. Never raises: what could not be
        asked is Unknown."""
        ...

    def titled(self, titles: Sequence[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
        """For each title the papers that may bear it, to be compared: near misses are among them.
        Never raises."""
        ...

    def other_titles(self, papers: Sequence[Paper]) -> dict[str, tuple[str, ...] | Unknown]:
        """By base id the titles of a paper's versions, where more can be known than the paper
        tells. Never raises."""
        ...
