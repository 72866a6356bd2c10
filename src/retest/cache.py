"""Answers that were paid for, kept: text by key in a folder of their own. What the folder holds is
never trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import diskcache

from retest.errors import UsageError
from retest.files.replace import replace

MARKER = "retest-answers"
FORMAT = "1\n"
BUSY = 10.0
"""Seconds to wait while another process writes; one write takes milliseconds."""


class ForeignRowError(Exception):
    """A row that this cache cannot have written."""


class TextDisk(diskcache.Disk):  # type: ignore[misc]  # it ships no types
    """Rows are text, in the database. Nothing is ever unpickled, and no row makes a file be read,
    written or removed.

    diskcache's own classes load pickles wherever a row says so (CVE-2025-69872), open the file that
    a row names, and delete it when the row is overwritten.
    """

    def put(self, key: Any) -> tuple[str, bool]:
        if type(key) is not str:
            raise TypeError("keys are text")
        return key, True

    def get(self, key: Any, raw: Any) -> str:
        if not raw or type(key) is not str:
            raise ForeignRowError("a key that is no text")
        return key

    def store(
        self,
        value: Any,
        read: bool,
        key: Any = diskcache.UNKNOWN,  # noqa: ARG002 - diskcache passes it
    ) -> tuple[int, int, None, str]:
        if read or type(value) is not str:
            raise TypeError("values are text")
        return 0, diskcache.core.MODE_RAW, None, value

    def fetch(self, mode: Any, filename: Any, value: Any, read: bool) -> str:
        if (
            read
            or mode != diskcache.core.MODE_RAW
            or filename is not None
            or type(value) is not str
        ):
            raise ForeignRowError("a value that is no text")
        return value

    def remove(self, file_path: Any) -> None:
        """No file is ours to remove."""


class AnswerCache:
    """Text by key. Several processes may share the folder. Raises UsageError for a folder that is
    not one of these, or is damaged, naming the folder to delete."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        with self._explained():
            self._claim_folder()
            self._cache = diskcache.Cache(
                str(self._folder),
                timeout=BUSY,
                disk=TextDisk,
                # Nothing is ever evicted (the default begins at 1 GB); no row of a stranger turns
                # anything else on.
                eviction_policy="none",
                cull_limit=0,
                statistics=0,
                tag_index=0,
            )

    def get(self, key: str) -> str | None:
        """The text kept under `key`, or None."""
        with self._explained():
            text: str | None = self._cache.get(key)
            return text

    def put(self, key: str, text: str) -> None:
        """Keep `text` under `key`, in place of what was there."""
        with self._explained():
            self._cache.set(key, text)

    def close(self) -> None:
        """Close the database as far as this thread has it open."""
        self._cache.close()

    def _claim_folder(self) -> None:
        """Mark a new folder as ours before there is a database in it: one without the mark is
        somebody else's."""
        self._folder.mkdir(parents=True, exist_ok=True)
        marker = self._folder / MARKER
        if marker.exists():
            if marker.read_text(encoding="utf-8") != FORMAT:
                raise ForeignRowError("answers in another format")
        elif (self._folder / diskcache.core.DBNAME).exists():
            raise ForeignRowError("a cache that another program made")
        else:
            replace(marker, FORMAT, mode=0o600)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except ForeignRowError as error:
            raise UsageError(
                f"the cache of answers in {self._folder} holds {error}", self._hint()
            ) from error
        except diskcache.Timeout as error:
            raise UsageError(
                f"the cache of answers in {self._folder} is read-only, or another process holds it",
                "wait for the other run to end, or see to the folder's permissions",
            ) from error
        except (sqlite3.Error, OSError, TypeError, ValueError, AttributeError) as error:
            # The last three: what diskcache's constructor makes of settings that it did not write.
            raise UsageError(
                f"the cache of answers in {self._folder} cannot be used: {error}", self._hint()
            ) from error

    def _hint(self) -> str:
        return f"delete the folder {self._folder}; its answers will be asked for again"
