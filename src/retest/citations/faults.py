"""What cannot be read is told of, so that the rest is; and how long what is read may be."""

from __future__ import annotations

from collections.abc import Callable

from retest.errors import FileError

Tell = Callable[[FileError], None]
"""Hears of a place that cannot be read. The reader goes on behind it, unless this raises."""

LONGEST = {"id": 10_000, "title": 1_000, "authors": 200_000, "quote": 50_000, "claim": 10_000}
"""Characters of what a citation says. arXiv's longest titles have some 400, its longest abstract
has 15,000, its longest list of authors some 5,000 names."""


def raised(fault: FileError) -> None:
    """Ends the reading with what cannot be read."""
    raise fault
