"""A local index of arXiv's metadata: one writer at a time, any number of readers, also while it is
written.

FOLDER/format.json    what made the folder, and the version of its form FOLDER/harvest.json   how
far it is in step with arXiv (retest.papers.synced) FOLDER/index/         the index; a commit
replaces its meta.json at once, so a killed writer leaves the last one
"""

from __future__ import annotations

import json
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from retest.domain.line import Window
from retest.domain.paper import Lookup, Missing, Paper, Query, Unknown
from retest.errors import SearchFailed, UsageError
from retest.files.replace import replace
from retest.papers.index import PaperIndex, Place, document, issued
from retest.papers.source import Ranked, Seen
from retest.papers.synced import Synced, load_synced

FORMAT = {"made_by": "retest mirror", "format": 3}
"""Raised by one whenever an index made before could not be read or would rank otherwise."""
HEAP = 400_000_000
"""Bytes that the writer may hold before it puts a segment on disk. With half as many 1.5 million
papers went in with 0.4 GiB of memory, beside the mapped files of the index, which the system takes
back when it needs to; with these it is a twentieth faster (benchmarks/growth.py)."""
THREADS = 2
DRIFT = 1.02
"""Papers change places as others come in, since words become more or less rare. Until a mirror has
grown by this factor that is left out of account."""
WHOLE = 0.95
"""The share of a month's numbers from which a mirror counts as whole: a few are never announced."""
BATCH = 1000
"""Papers whose ids are looked up at once."""


@dataclass(frozen=True, slots=True)
class MirrorStats:
    """`first` and `last` are v1 days; `years` counts papers by the year of v1; `bytes` are those on
    disk; `synced` says how far it is in step with arXiv."""

    records: int
    first: date
    last: date
    bytes: int
    years: dict[int, int]
    synced: Synced


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
        self._id, self._mark = _check_format(folder), self._index.last_writing()
        self._held = self._index.index.searcher().num_docs
        self.until: date | None = self._index.days()[1]
        self._unread = (load_synced(folder) or Synced()).unread
        self._came = lru_cache(maxsize=64)(
            self._index.came
        )  # most claims were last searched on the same nights

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        try:
            return self._index.search(query, window, limit)
        except (ValueError, OSError) as error:
            raise _unreadable(error) from error

    def search_all(self, queries: Sequence[Query], window: Window, limit: int) -> list[list[Paper]]:
        return [self.search(query, window, limit) for query in queries]

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[list[Ranked], Seen]:
        try:
            lists = [
                Ranked(self._index.ranked(query, window, limit).places, self._paper)
                for query in queries
            ]
            last = tuple(papers[-1].id if len(papers) == limit else None for papers in lists)
        except (ValueError, OSError) as error:
            raise _unreadable(error) from error
        return lists, Seen(
            mirror=self._id, mark=self._mark, held=self._held, window=window, last=last
        )

    def _paper(self, place: Place) -> Paper:
        try:
            return self._index.paper(place)
        except (ValueError, OSError) as error:
            raise _unreadable(error) from error

    def unchanged(self, queries: Sequence[Query], window: Window, seen: Seen) -> bool:
        same = (
            seen.mirror == self._id and seen.mark <= self._mark and len(seen.last) == len(queries)
        )
        if (
            not same
            or self._held > DRIFT * seen.held
            or seen.window.opens != window.opens
            or seen.window.as_of > window.as_of
        ):
            return False
        try:
            came = self._came(seen.mark, seen.window.as_of, window.as_of)
            return came is None or not any(
                self._index.reaches(query, window, last, came)
                for query, last in zip(queries, seen.last, strict=True)
            )
        except (ValueError, OSError) as error:
            raise _unreadable(error) from error

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """A paper newer than the newest one here may well exist: it is Unknown, not Missing."""
        try:
            found = self._index.get(ids)
        except (ValueError, OSError) as error:
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
            return {title: self._index.titled(title) for title in titles}
        except (ValueError, OSError) as error:
            return {
                title: Unknown(id="", reason=f"the mirror could not be read: {error}")
                for title in titles
            }

    def other_titles(self, papers: Sequence[Paper]) -> dict[str, tuple[str, ...] | Unknown]:
        del papers  # they hold every title that is known here
        return {}


class Mirror:
    """The mirror's writer, a context manager. The folder is made if need be.

    Raises UsageError where another writer is at work, and for a folder that is not a mirror of this
    format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "format.json").exists():
            _create(folder)
        _check_format(folder)
        (folder / "index").mkdir(exist_ok=True)
        try:
            self._index = PaperIndex.create(folder / "index")
            self._writer = self._index.index.writer(HEAP, THREADS)
        except ValueError as error:
            if "LockBusy" in str(error):
                raise UsageError(
                    f"another process is writing the mirror in {folder}", "wait until it is done"
                ) from error
            raise _damaged(folder, error) from error
        self._writing = self._index.last_writing() + 1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Waits for the index to settle and lets the next writer in."""
        self._writer.wait_merging_threads()

    @staticmethod
    def stats(folder: Path) -> MirrorStats:
        """What is in the mirror, also while it is written. Raises UsageError as MirrorSource
        does."""
        index = open_index(folder)
        first, last = index.days()
        years = index.years()
        size = sum(map(_size, (folder / "index").iterdir()))
        return MirrorStats(
            sum(years.values()), first, last, size, years, load_synced(folder) or Synced()
        )

    def held(self) -> tuple[int, date] | None:
        """How many papers are here, and the last v1 day of them; None if there are none."""
        count = self._index.index.searcher().num_docs
        return (count, self._index.days()[1]) if count else None

    def get(self, ids: Sequence[str]) -> dict[str, Paper]:
        """Those of `ids` that are here."""
        return self._index.get(ids)

    def upsert(self, papers: Iterable[Paper]) -> int:
        """Put papers in, all or, if `papers` raises, none. Returns how many were new or changed.

        A paper that is already here keeps its first v1 day and every title that it has had.
        """
        written = _Ids()
        with tempfile.TemporaryFile() as repeated:
            try:
                for batch in _batches(papers):
                    for paper in batch:
                        if (
                            paper.id in written
                        ):  # what is not committed yet cannot be looked up, so not be merged with
                            repeated.write(paper.model_dump_json().encode() + b"\n")
                    for arxiv_id in self._put(
                        [paper for paper in batch if paper.id not in written]
                    ):
                        written.add(arxiv_id)
            except BaseException:  # whatever stops the papers, the mirror stays as it was
                self._writer.rollback()
                raise
            changed = len(written)
            if written:
                self._commit()
            repeated.seek(0)
            for batch in _batches(map(Paper.model_validate_json, repeated)):
                changed += len(self._put(batch))
                self._commit()
        return changed

    def _put(self, batch: list[Paper]) -> list[str]:
        """Write papers, merged with what is committed and with each other; the ids of those new or
        changed."""
        before = self._index.get([paper.id for paper in batch])
        now = dict(before)
        for paper in batch:
            now[paper.id] = merge(now[paper.id], paper) if paper.id in now else paper
        changed = [arxiv_id for arxiv_id, paper in now.items() if paper != before.get(arxiv_id)]
        for arxiv_id in changed:
            if arxiv_id in before:
                self._writer.delete_documents_by_term("id", arxiv_id)
            self._writer.add_document(document(now[arxiv_id], self._writing))
        return changed

    def _commit(self) -> None:
        self._writer.commit()
        self._index.index.reload()
        self._writing += 1


class _Ids:
    """A set of ids in a few bits each, so that an import takes no more memory the more papers it
    brings: the ids of a thousand papers that differ in the last three figures are one row of bits.
    """

    def __init__(self) -> None:
        self._rows: dict[str, bytearray] = {}
        self._other: set[str] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count + len(self._other)

    def __contains__(self, arxiv_id: str) -> bool:
        head, tail = arxiv_id[:-3], arxiv_id[-3:]
        if not (len(tail) == 3 and tail.isascii() and tail.isdecimal()):
            return arxiv_id in self._other
        row = self._rows.get(head)
        return row is not None and bool(row[int(tail) >> 3] >> (int(tail) & 7) & 1)

    def add(self, arxiv_id: str) -> None:
        head, tail = arxiv_id[:-3], arxiv_id[-3:]
        if not (len(tail) == 3 and tail.isascii() and tail.isdecimal()):
            self._other.add(arxiv_id)
        elif arxiv_id not in self:
            self._rows.setdefault(head, bytearray(125))[int(tail) >> 3] |= 1 << (int(tail) & 7)
            self._count += 1


def merge(before: Paper, now: Paper) -> Paper:
    """What is known of a paper after `now` came in: the newer version, the earlier v1 day, all
    titles.

    One that was withdrawn stays so until a newer version says otherwise: a snapshot from before
    must not undo it.
    """
    older = now.version is not None and before.version is not None and now.version < before.version
    newest, other = (before, now) if older else (now, before)
    titles = dict.fromkeys((*before.other_titles, other.title, *now.other_titles))
    titles.pop(newest.title, None)
    newer = None not in (now.version, before.version) and now.version != before.version
    return newest.model_copy(
        update={
            "published": min(before.published, now.published),
            "other_titles": tuple(titles),
            "authors": newest.authors or other.authors,
            "categories": newest.categories or other.categories,
            "withdrawn": newest.withdrawn or (other.withdrawn and not newer),
        },
    )


def _batches(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    rest = iter(papers)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _unreadable(error: Exception) -> SearchFailed:
    return SearchFailed(
        f"the mirror could not be read: {error}", "make it anew: retest mirror import FILE"
    )


def _size(file: Path) -> int:
    """Bytes of a file, 0 if a writer that tidies up has just removed it."""
    with suppress(FileNotFoundError):
        return file.stat().st_size
    return 0


def _create(folder: Path) -> None:
    """Make the folder a mirror, unless something else is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(
            f"{folder} holds files, but no mirror",
            "name an empty folder, or one that does not exist",
        )
    # The id tells a mirror from one that was made anew in its place: what was noted of the other is
    # void then.
    replace(folder / "format.json", json.dumps({**FORMAT, "id": secrets.token_hex(8)}) + "\n")


def _check_format(folder: Path) -> str:
    """The mirror's own id. Raises UsageError where there is no mirror of this format."""
    try:
        found = json.loads((folder / "format.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(
            f"there is no mirror in {folder}",
            "make one: retest mirror import FILE, and then retest mirror sync",
        ) from None
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from error
    if not isinstance(found, dict) or {**found, "id": ""} != {**FORMAT, "id": ""}:
        raise UsageError(
            f"the mirror in {folder} was made by another version of retest, or by something else",
            "remove the folder and make it anew: retest mirror import FILE",
        )
    return str(found.get("id", ""))


def open_index(folder: Path) -> PaperIndex:
    """The mirror's index as of its last commit. Raises UsageError as MirrorSource does."""
    _check_format(folder)
    try:
        index = PaperIndex.open(folder / "index")
        if index.index.searcher().num_docs:
            return index
    except ValueError as error:
        if (folder / "index" / "meta.json").exists():
            raise _damaged(folder, error) from error
    raise UsageError(
        f"the mirror in {folder} is empty: no import has come to its end, and nothing is synced",
        "fill it: retest mirror import FILE, and then retest mirror sync",
    )


def _damaged(folder: Path, error: Exception) -> UsageError:
    if "PermissionDenied" in str(error) or isinstance(error, PermissionError):
        return UsageError(
            f"the mirror in {folder} may not be read and locked by this user: {error}",
            "give this user the right to read and write the folder and the files in it",
        )
    return UsageError(
        f"the mirror in {folder} is damaged: {error}",
        "remove the folder and make it anew: retest mirror import FILE",
    )
