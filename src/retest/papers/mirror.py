"""A local index of arXiv's metadata: one writer at a time, any number of readers, also while it is
written (retest.papers.mirror_folder has what stands in it)."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

from retest.domain.paper import Paper
from retest.errors import RunError, UsageError
from retest.files.private import private_folder
from retest.papers.index import PaperIndex
from retest.papers.index_schema import document
from retest.papers.mirror_folder import (
    NAME,
    Unreadable,
    check_format,
    check_index,
    create,
    damaged,
    forget_sum,
    intact,
    note_sum,
    open_index,
)
from retest.papers.synced import Synced, load_synced

HEAP = 400_000_000
"""Bytes that the writer may hold before it puts a segment on disk. With half as many 1.5 million
papers went in with 0.4 GiB of memory, beside the mapped files of the index, which the system takes
back when it needs to; with these it is a twentieth faster (benchmarks/growth.py)."""
THREADS = 2
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


class Mirror:
    """The mirror's writer, a context manager. The folder is made if need be.

    Raises UsageError where another writer is at work, and for a folder that is not a mirror of this
    format.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not os.path.lexists(folder / NAME):
            create(folder)
        check_format(folder)
        private_folder(folder / "index")
        try:
            with intact():
                self._index = PaperIndex.create(folder / "index")
                self._writer = self._index.index.writer(HEAP, THREADS)
                check_index(folder)  # a merge would put a new checksum on what is damaged
                self._writing = self._index.last_writing() + 1
            forget_sum(folder)
        except ValueError as error:
            if "LockBusy" in str(error):
                raise UsageError(
                    f"another process is writing the mirror in {folder}", "wait until it is done"
                ) from error
            raise damaged(folder, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with suppress(RunError) if error else nullcontext():
            self.close()

    def close(self) -> None:
        """Waits for the index to settle and lets the next writer in. Raises RunError where the
        disk does not let it."""
        with self._written():
            self._writer.wait_merging_threads()
            for path in (self.folder / "index").iterdir():
                with suppress(FileNotFoundError):
                    path.chmod(0o600)
            if self._index.index.searcher().num_docs:
                note_sum(self.folder)

    @contextmanager
    def _written(self) -> Iterator[None]:
        """What keeps the index from being written: mostly a full disk, in tantivy's words."""
        try:
            with intact():
                yield
        except Unreadable as error:
            raise RunError(
                f"the mirror in {self.folder} could not be written: {error}",
                "if its disk is full, make room; then run again: what was committed is there, and "
                "the rest goes in again",
            ) from error

    @staticmethod
    def stats(folder: Path) -> MirrorStats:
        """What is in the mirror, also while it is written. Raises UsageError as MirrorSource
        does."""
        index = open_index(folder)
        try:
            with intact():
                first, last = index.days()
                years = index.years()
        except Unreadable as error:
            raise damaged(folder, error) from error
        size = sum(map(_size, (folder / "index").iterdir()))
        return MirrorStats(
            sum(years.values()), first, last, size, years, load_synced(folder) or Synced()
        )

    @staticmethod
    def check(folder: Path) -> int:
        """Compare all checksums of the index, and read the note beside it; the bytes that were
        read. Raises UsageError as MirrorSource does."""
        open_index(folder)
        load_synced(folder)
        try:
            return check_index(folder)
        except Unreadable as error:
            raise damaged(folder, error) from error

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
                with suppress(RunError), self._written():
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
        with self._written():
            for arxiv_id in changed:
                if arxiv_id in before:
                    self._writer.delete_documents_by_term("id", arxiv_id)
                self._writer.add_document(document(now[arxiv_id], self._writing))
        return changed

    def _commit(self) -> None:
        with self._written():
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


def _size(file: Path) -> int:
    """Bytes of a file, 0 if a writer that tidies up has just removed it."""
    with suppress(FileNotFoundError):
        return file.stat().st_size
    return 0
