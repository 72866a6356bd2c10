"""Answers of a service kept for a day, so that the same question costs it one request a day.

FOLDER/2026-11-24/<hash of the question>.json    {"asked": the question, "answer": text}

Whatever cannot be read, or answers another question, is as good as absent. What the text holds is
for the reader to check. Other days' files are removed when the first answer of a day is kept.
"""

from __future__ import annotations

import hashlib
import logging
import re
import threading
from contextlib import suppress
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from retest.domain import Frozen
from retest.errors import FileError
from retest.files.private import private_folder
from retest.files.read import read_bytes
from retest.files.replace import replace

MOST_KEPT = 2000
"""Answers of a day; those that come later are not kept. A page of 200 papers takes about 0.4 MB."""
LARGEST = 16_000_000
"""Bytes of an answer that are read."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FILE = re.compile(r"\.?[0-9a-f]{64}\.json(?:\.\d+\.[0-9a-f]{8}\.tmp)?", re.ASCII)
log = logging.getLogger("retest")


class _Kept(Frozen):
    asked: str
    answer: str
    sum: str = ""
    """The hash of both; a file without it, or with another one, is not as it was written."""

    @classmethod
    def of(cls, asked: str, answer: str) -> _Kept:
        both = f"{len(asked)} {asked}{answer}".encode(errors="backslashreplace")
        return cls(asked=asked, answer=answer, sum=hashlib.sha256(both).hexdigest()[:16])


class DayCache:
    """Text by question, for one day. Threads and processes may share the folder. Never raises: it
    only saves requests, and what it cannot keep is logged."""

    def __init__(self, folder: Path, day: date) -> None:
        self._folder, self._day = folder, day
        self._lock, self._ready = threading.Lock(), False

    def get(self, asked: str) -> str | None:
        """The answer that was kept today, or None."""
        try:
            kept = _Kept.model_validate_json(read_bytes(self._file(asked), "an answer", LARGEST))
        except (OSError, FileError, ValidationError):
            return None
        return kept.answer if kept == _Kept.of(asked, kept.answer) else None

    def put(self, asked: str, answer: str) -> None:
        """Keep a whole, good answer."""
        file = self._file(asked)
        try:
            with self._lock:
                if not self._ready:
                    self._ready = True
                    private_folder(file.parent)
                    self._sweep()
            if sum(1 for _ in file.parent.iterdir()) < MOST_KEPT:
                kept = _Kept.of(asked, answer).model_dump_json()
                replace(file, kept, mode=0o600, durable=False)
        except OSError as error:
            log.warning("an answer could not be kept in %s (%s)", file.parent, error.strerror)

    def _file(self, asked: str) -> Path:
        name = hashlib.sha256(asked.encode(errors="backslashreplace")).hexdigest()
        return self._folder / self._day.isoformat() / f"{name}.json"

    def _sweep(self) -> None:
        """Remove other days' answers, and nothing that is not named like one."""
        for folder in self._folder.iterdir():
            if (
                folder.name == self._day.isoformat()
                or not _DAY.fullmatch(folder.name)
                or folder.is_symlink()
            ):
                continue
            with suppress(OSError):  # another process is at it, or somebody keeps other files there
                for file in folder.iterdir():
                    if _FILE.fullmatch(file.name):
                        file.unlink()
                folder.rmdir()
