"""The mirror as a paper source, as it stood when it was opened."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache
from pathlib import Path

from retest.domain.line import Window
from retest.domain.paper import Lookup, Missing, Paper, Query, Unknown
from retest.errors import SearchFailed
from retest.papers.index import Place
from retest.papers.index_schema import issued
from retest.papers.mirror_folder import Unreadable, check_format, intact, open_index
from retest.papers.source import Ranked, Seen
from retest.papers.synced import Synced, load_synced

DRIFT = 1.02
"""Papers change places as others come in, since words become more or less rare. Until a mirror has
grown by this factor that is left out of account."""
WHOLE = 0.95
"""The share of a month's numbers from which a mirror counts as whole: a few are never announced."""


class MirrorSource:
    """The mirror as a paper source, as it stood when this was made: an import that goes on
    meanwhile is not seen.

    Raises UsageError for a folder without a mirror, with an empty one, or with one that this
    version cannot read.
    """

    name = "mirror"

    def __init__(self, folder: Path) -> None:
        self._index = open_index(folder)
        self._newest = self._index.newest_id()
        self._id, self._mark = check_format(folder), self._index.last_writing()
        self._held = self._index.index.searcher().num_docs
        self.until: date | None = self._index.days()[1]
        self._unread = (load_synced(folder) or Synced()).unread
        self._came = lru_cache(maxsize=64)(
            self._index.came
        )  # most claims were last searched on the same nights

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        with _searched():
            return self._index.search(query, window, limit)

    def search_all(self, queries: Sequence[Query], window: Window, limit: int) -> list[list[Paper]]:
        return [self.search(query, window, limit) for query in queries]

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[list[Ranked], Seen]:
        with _searched():
            lists = [
                Ranked(self._index.ranked(query, window, limit).places, self._paper)
                for query in queries
            ]
            last = tuple(papers[-1].id if len(papers) == limit else None for papers in lists)
        return lists, Seen(
            mirror=self._id, mark=self._mark, held=self._held, window=window, last=last
        )

    def _paper(self, place: Place) -> Paper:
        with _searched():
            return self._index.paper(place)

    def unchanged(self, queries: Sequence[Query], window: Window, seen: Seen) -> Seen | None:
        same = (
            seen.mirror == self._id and seen.mark <= self._mark and len(seen.last) == len(queries)
        )
        if (
            not same
            or self._held > DRIFT * seen.held
            or seen.window.opens != window.opens
            or seen.window.as_of > window.as_of
        ):
            return None
        with _searched():
            came = self._came(seen.mark, seen.window.as_of, window.as_of)
            if came is not None and any(
                self._index.reaches(query, window, last, came)
                for query, last in zip(queries, seen.last, strict=True)
            ):
                return None
        return seen.model_copy(update={"mark": self._mark, "window": window})

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """A paper newer than the newest one here may well exist: it is Unknown, not Missing."""
        try:
            with intact():
                found = self._index.get(ids)
        except Unreadable as error:
            return {i: Unknown(id=i, reason=f"the mirror could not be read: {error}") for i in ids}
        return {i: found.get(i) or self._absent(i) for i in ids}

    def _absent(self, arxiv_id: str) -> Missing | Unknown:
        if arxiv_id in self._unread:
            return Unknown(
                id=arxiv_id,
                reason="arXiv has it, but its record could not be read when it was synced",
            )
        if issued(arxiv_id) > issued(self._newest):
            return Unknown(id=arxiv_id, reason=f"the mirror ends at {self._newest}")
        return Missing(id=arxiv_id, detail=self._gaps(arxiv_id))

    def _gaps(self, arxiv_id: str) -> str:
        """Says so where the mirror holds only a part of the papers of an id's month."""
        month = issued(arxiv_id) // 100_000
        if not month:
            return ""
        count, last = self._index.numbered(month * 100_000, month * 100_000 + 99_999)
        if count >= WHOLE * (last % 100_000):
            return ""
        return f"of the {last % 100_000} or more papers of {month:04} the mirror holds {count}"

    def titled(self, titles: Sequence[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
        try:
            with intact():
                return {title: self._index.titled(title) for title in titles}
        except Unreadable as error:
            return {
                title: Unknown(id="", reason=f"the mirror could not be read: {error}")
                for title in titles
            }

    def other_titles(self, papers: Sequence[Paper]) -> dict[str, tuple[str, ...] | Unknown]:
        del papers  # they hold every title that is known here
        return {}


@contextmanager
def _searched() -> Iterator[None]:
    try:
        with intact():
            yield
    except Unreadable as error:
        raise SearchFailed(
            f"the mirror could not be read: {error}",
            "see what is damaged with retest mirror check; make it anew: retest mirror import FILE",
        ) from error
