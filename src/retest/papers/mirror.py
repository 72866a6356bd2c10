"""A local index of arXiv's metadata: one writer at a time, any number of readers, also while it is written.

FOLDER/format.json    what made the folder, and the version of its form
FOLDER/index/         the index; a commit replaces its meta.json at once, so a killed writer leaves the last one
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from retest.domain.line import Window
from retest.domain.paper import Lookup, Missing, Paper, Query, Unknown
from retest.errors import SearchFailed, UsageError
from retest.papers.index import PaperIndex, document, issued

FORMAT = {"made_by": "retest mirror", "format": 2}
"""Raised by one whenever an index made before could not be read or would rank otherwise."""
HEAP = 200_000_000
"""Bytes that the writer may hold before it puts a segment on disk. With it 2.8 million papers, all of arXiv, go in with
0.7 GiB of memory, beside the mapped files of the index, which the system takes back when it needs to."""
THREADS = 2
BATCH = 1000
"""Papers whose ids are looked up at once."""


@dataclass(frozen=True, slots=True)
class MirrorStats:
    """`first` and `last` are v1 days; `years` counts papers by the year of v1; `bytes` are those on disk."""

    records: int
    first: date
    last: date
    bytes: int
    years: dict[int, int]


class MirrorSource:
    """The mirror as a paper source, as it stood when this was made: an import that goes on meanwhile is not seen.

    Raises UsageError for a folder without a mirror, with an empty one, or with one that this version cannot read.
    """

    name = "mirror"

    def __init__(self, folder: Path) -> None:
        self._index = _open(folder)
        self._newest = self._index.newest_id()
        self.until: date | None = self._index.days()[1]

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        try:
            return self._index.search(query, window, limit)
        except (ValueError, OSError) as error:
            raise SearchFailed(
                f"the mirror could not be read: {error}", "make it anew: retest mirror import FILE"
            ) from error

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """A paper newer than the newest one here may well exist: it is Unknown, not Missing."""
        try:
            found = self._index.get(ids)
        except (ValueError, OSError) as error:
            return {i: Unknown(id=i, reason=f"the mirror could not be read: {error}") for i in ids}
        return {i: found.get(i) or self._absent(i) for i in ids}

    def _absent(self, arxiv_id: str) -> Missing | Unknown:
        if issued(arxiv_id) > issued(self._newest):
            return Unknown(id=arxiv_id, reason=f"the mirror ends at {self._newest}")
        return Missing(id=arxiv_id)


class Mirror:
    """The mirror's writer, a context manager. The folder is made if need be.

    Raises UsageError where another writer is at work, and for a folder that is not a mirror of this format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "format.json").exists():
            _found(folder)
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

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Waits for the index to settle and lets the next writer in."""
        self._writer.wait_merging_threads()

    @staticmethod
    def stats(folder: Path) -> MirrorStats:
        """What is in the mirror, also while it is written. Raises UsageError as MirrorSource does."""
        index = _open(folder)
        first, last = index.days()
        years = index.years()
        size = sum(file.stat().st_size for file in (folder / "index").iterdir())
        return MirrorStats(sum(years.values()), first, last, size, years)

    def upsert(self, papers: Iterable[Paper]) -> int:
        """Put papers in, all or, if `papers` raises, none. Returns how many were new or changed.

        A paper that is already here keeps its first v1 day and every title that it has had.
        """
        written: set[str] = set()
        with tempfile.TemporaryFile() as repeated:
            try:
                for batch in _batches(papers):
                    for paper in batch:
                        if paper.id in written:  # what is not committed yet cannot be looked up, so not be merged with
                            repeated.write(paper.model_dump_json().encode() + b"\n")
                    written.update(self._put([paper for paper in batch if paper.id not in written]))
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
        """Write papers, merged with what is committed and with each other; the ids of those new or changed."""
        before = self._index.get([paper.id for paper in batch])
        now = dict(before)
        for paper in batch:
            now[paper.id] = merge(now[paper.id], paper) if paper.id in now else paper
        changed = [arxiv_id for arxiv_id, paper in now.items() if paper != before.get(arxiv_id)]
        for arxiv_id in changed:
            if arxiv_id in before:
                self._writer.delete_documents_by_term("id", arxiv_id)
            self._writer.add_document(document(now[arxiv_id]))
        return changed

    def _commit(self) -> None:
        self._writer.commit()
        self._index.index.reload()


def merge(before: Paper, now: Paper) -> Paper:
    """What is known of a paper after `now` came in: the newer version, the earlier v1 day, all titles."""
    older = now.version is not None and before.version is not None and now.version < before.version
    newest, other = (before, now) if older else (now, before)
    titles = dict.fromkeys((*before.other_titles, other.title, *now.other_titles))
    titles.pop(newest.title, None)
    return newest.model_copy(
        update={
            "published": min(before.published, now.published),
            "other_titles": tuple(titles),
            "authors": newest.authors or other.authors,
            "categories": newest.categories or other.categories,
        },
    )


def _batches(papers: Iterable[Paper]) -> Iterator[list[Paper]]:
    rest = iter(papers)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _found(folder: Path) -> None:
    """Make the folder a mirror, unless something else is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise UsageError(f"{folder} holds files, but no mirror", "name an empty folder, or one that does not exist")
    draft = folder / f"format.json.{os.getpid()}"
    draft.write_text(json.dumps(FORMAT) + "\n", encoding="utf-8")
    draft.replace(folder / "format.json")


def _check_format(folder: Path) -> None:
    try:
        found = json.loads((folder / "format.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"there is no mirror in {folder}", "make one: retest mirror import FILE") from None
    except (OSError, ValueError) as error:
        raise _damaged(folder, error) from error
    if found != FORMAT:
        raise UsageError(
            f"the mirror in {folder} was made by another version of retest, or by something else",
            "remove the folder and make it anew: retest mirror import FILE",
        )


def _open(folder: Path) -> PaperIndex:
    _check_format(folder)
    try:
        index = PaperIndex.open(folder / "index")
        if index.index.searcher().num_docs:
            return index
    except ValueError as error:
        if (folder / "index" / "meta.json").exists():
            raise _damaged(folder, error) from error
    raise UsageError(
        f"the mirror in {folder} is empty: no import has come to its end", "fill it: retest mirror import FILE"
    )


def _damaged(folder: Path, error: Exception) -> UsageError:
    if "PermissionDenied" in str(error) or isinstance(error, PermissionError):
        return UsageError(
            f"the mirror in {folder} may not be read and locked by this user: {error}",
            "give this user the right to read and write the folder and the files in it",
        )
    return UsageError(
        f"the mirror in {folder} is damaged: {error}", "remove the folder and make it anew: retest mirror import FILE"
    )
