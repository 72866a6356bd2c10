"""A mirror that grows day by day as it would have grown: what a run could have known on a past day,
and nothing else.

Reading a mirror of today with an early `as_of` is not enough. A paper's title and abstract may be
those of a later version, how rare a word is depends on papers that came later, and what a run
remembers of a mirror holds for that one. So the papers are put into a second mirror in the order in
which their texts came out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from retest.domain.paper import Paper
from retest.papers.index import Place
from retest.papers.mirror import Mirror
from retest.papers.mirror_folder import open_index


def known_from(paper: Paper) -> date | None:
    """The first day on which the text that is known of a paper existed: its version's day, not
    v1's. None where the text is a later version's and its day is not known."""
    if paper.updated is not None:
        return max(paper.published, paper.updated)
    return paper.published if (paper.version or 1) == 1 else None


class Growing:
    """Puts the papers of the mirror in `source` into a new one in `folder`, up to one day after the
    other.

    `undated` papers are left out: the day of their text is not known. `arrived` says when a paper
    of `source` comes in. Opening it reads every paper once. Raises UsageError as MirrorSource does.
    """

    def __init__(self, source: Path, folder: Path) -> None:
        self._index, self._folder = open_index(source), folder
        self._waiting: list[tuple[date, str, Place]] = []
        self.undated = 0
        self.held = 0
        for place, paper in self._index.every():
            if (day := known_from(paper)) is None:
                self.undated += 1
            else:
                self._waiting.append((day, paper.id, place))
        self._waiting.sort(reverse=True)

    def until(self, day: date) -> int:
        """Let in all papers whose texts came out by `day`; returns how many came in. Days must not
        go back."""
        before = self.held
        with Mirror(self._folder) as mirror:
            mirror.upsert(self._coming(day))
        return self.held - before

    def _coming(self, day: date) -> Iterator[Paper]:
        while self._waiting and self._waiting[-1][0] <= day:
            self.held += 1
            yield _first_seen(self._index.read(self._waiting.pop()[2]))

    def get(self, ids: list[str]) -> dict[str, Paper]:
        """Papers of `source` as they are known today."""
        return self._index.get(ids)


def _first_seen(paper: Paper) -> Paper:
    """Without the titles of other versions: of which day they are is not known."""
    return paper.model_copy(update={"other_titles": ()})
