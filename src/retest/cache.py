"""Answers that were paid for, kept: text by key in a folder of their own. What the folder holds is
never trusted."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import diskcache

from retest.errors import RunError, UsageError
from retest.files.database import explained
from retest.files.private import private_folder
from retest.files.read import check_regular, read_bytes
from retest.files.replace import replace

MARKER = "retest-answers"
FORMAT = "1\n"
USED = "retest-answers-kept"
"""The file beside the marker that says that something was kept: nothing in it is then a loss."""
SEAL = "retest-sum "
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
    """Text by key, each with a checksum. Several processes may share the folder. Raises UsageError
    for a folder that is not one of these, or is damaged, and RunError where the machine keeps it
    from being used, or where all that it had held is gone."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._noted = folder.absolute(), False
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
            for name in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    (self._folder / f"{diskcache.core.DBNAME}{name}").chmod(0o600)
            self._check()

    def get(self, key: str) -> str | None:
        """The text kept under `key`, or None."""
        with self._explained():
            text: str | None = self._cache.get(key)
            return None if text is None else _unsealed(key, text)

    def put(self, key: str, text: str) -> None:
        """Keep `text` under `key`, in place of what was there."""
        with self._explained():
            if type(key) is not str or type(text) is not str:
                raise TypeError("keys and values are text")
            self._cache.set(key, _sealed(key, text))
            self._used()

    def close(self) -> None:
        """Close the database as far as this thread has it open."""
        self._cache.close()

    def _claim_folder(self) -> None:
        """Mark a new folder as ours before there is a database in it: one without the mark is
        somebody else's."""
        private_folder(self._folder)
        marker = self._folder / MARKER
        if os.path.lexists(marker):
            if read_bytes(marker, "a mark of retest's", 1000) != FORMAT.encode():
                raise ForeignRowError("answers in another format")
        elif (self._folder / diskcache.core.DBNAME).exists():
            raise ForeignRowError("a cache that another program made")
        else:
            replace(marker, FORMAT, mode=0o600)
        if os.path.lexists(self._folder / diskcache.core.DBNAME):
            check_regular(self._folder / diskcache.core.DBNAME, "a database")

    def _check(self) -> None:
        """Whether the database is whole, and holds something if it ever did."""
        found = self._cache._sql("PRAGMA integrity_check(1)").fetchall()
        if found != [("ok",)]:
            raise ForeignRowError(f"a database that is not whole ({str(found[0][0])[:100]})")
        if len(self._cache):
            self._used()
        elif (self._folder / USED).exists():
            raise RunError(
                f"the answers that were paid for are gone: {self._folder / diskcache.core.DBNAME} "
                "was missing or empty",
                "put it back from a backup; or remove the folder, and they are asked for and paid "
                "for again (retest run --explain says what that costs)",
            )

    def _used(self) -> None:
        """Note that something is kept here, so that its loss is noticed."""
        if not self._noted:
            replace(self._folder / USED, FORMAT, mode=0o600)
            self._noted = True

    @contextmanager
    def _explained(self) -> Iterator[None]:
        what = "the cache of answers"
        try:
            yield
        except ForeignRowError as error:
            raise UsageError(
                f"the cache of answers in {self._folder} holds {error}", self._hint()
            ) from error
        except diskcache.Timeout as error:
            # Of all of SQLite's errors diskcache has made this one.
            cause = error.__context__
            known = cause if isinstance(cause, sqlite3.Error) else sqlite3.OperationalError()
            raise explained(known, self._folder, what, self._hint()) from error
        except (sqlite3.Error, OSError) as error:
            raise explained(error, self._folder, what, self._hint()) from error
        except (TypeError, ValueError, AttributeError) as error:
            # What diskcache's constructor makes of settings that it did not write.
            raise UsageError(
                f"the cache of answers in {self._folder} cannot be used: {error}", self._hint()
            ) from error

    def _hint(self) -> str:
        return (
            f"move the folder {self._folder} away and keep it: what was paid for may be saved from "
            "it (sqlite3 cache.db .recover). Without it the answers are asked for again"
        )


def _sealed(key: str, text: str) -> str:
    """The text behind its checksum, which also says under which key it was kept."""
    return f"{SEAL}{_checksum(key, text)} {text}"


def _unsealed(key: str, kept: str) -> str:
    """The text. What older versions kept has no checksum. Raises ForeignRowError."""
    if not kept.startswith(SEAL):
        return kept
    checksum, _, text = kept.removeprefix(SEAL).partition(" ")
    if checksum != _checksum(key, text):
        raise ForeignRowError("an answer that is damaged: its checksum is another one")
    return text


def _checksum(key: str, text: str) -> str:
    whole = f"{key} {text}".encode(errors="surrogatepass")
    return hashlib.sha256(whole).hexdigest()[:16]
