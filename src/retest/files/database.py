"""SQLite's errors in words: what is in use, what is full, what may not be written and what is
damaged are four things, and only of the last it may be said that something has to be replaced."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from retest.errors import RetestError, RunError, UsageError
from retest.files.machine import in_words

_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)
_NOT_OURS = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT)
_CLOSED_TO_US = (
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_AUTH,
)


def explained(error: sqlite3.Error | OSError, path: Path, what: str, damaged: str) -> RetestError:
    """An error of a database as one of ours. `what` names the database; `damaged` is the hint for
    one that cannot be read as a database of ours any more."""
    if isinstance(error, OSError):
        return in_words(error.errno, f"{what} in {path}", error.strerror or str(error))
    code = getattr(error, "sqlite_errorcode", None)
    primary = code & 0xFF if code is not None else None
    if primary in _IN_USE:
        return RunError(
            f"{what} in {path} is in use by another process", "run again when that has ended"
        )
    if primary == sqlite3.SQLITE_FULL:
        return in_words(errno.ENOSPC, f"{what} in {path}", str(error))
    if primary in _CLOSED_TO_US or primary == sqlite3.SQLITE_IOERR:
        return in_words(_why_closed(path), f"{what} in {path}", str(error))
    return UsageError(
        f"{what} in {path} is damaged, or was made by something else ({error})", damaged
    )


def _why_closed(path: Path) -> int | None:
    """What keeps SQLite from a file, which does not say it: too many open files, a full disk, or
    None for all else."""
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as error:
        return error.errno
    try:
        there = os.statvfs(path if path.exists() else path.parent)
    except OSError as error:
        return error.errno
    return errno.ENOSPC if there.f_bavail == 0 or there.f_favail == 0 < there.f_files else None
