"""The protocol of a paper source."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from retest.domain.line import Window
from retest.domain.paper import Lookup, Paper, Query


class Source(Protocol):
    """Blocking, and safe to call from several threads. Both calls raise SearchFailed only where noted."""

    name: str
    until: date | None
    """The day after which the source knows no papers, where there is one: nothing found later means nothing."""

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        """At most `limit` papers of the window, best first. Raises SearchFailed if the source could not be asked,
        or its answer was broken: an empty list means that it was asked and found nothing."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """One entry for each base id asked for, in one look-up. Never raises: what could not be asked is Unknown."""
        ...
