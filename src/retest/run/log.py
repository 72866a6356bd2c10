"""The run log: one JSON line a line and run with all that the record must not hold (calls, tokens,
cost, times), and one a run with how it ended. docs/nightly.md says what is in them."""

from __future__ import annotations

import io
import json
import logging
import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from retest.files.private import private_append
from retest.files.read import read_bytes
from retest.llm.model import Usage
from retest.llm.spent import Spent, shown
from retest.masking import Mask, MaskedFormatter
from retest.pipeline.events import StationDone, StationEntered
from retest.run.events import Called, Event

NAME, ERRORS = "runs.jsonl", "retest.log"
LARGEST = 1_000_000_000
"""Bytes of the run log that are read. A night adds a few thousand."""


class _PrivateHandler(logging.FileHandler):
    """A log that is its owner's alone. Where it cannot be written, nothing is said of it: what is
    to be told of an error is told to people."""

    def _open(self) -> io.TextIOWrapper:
        return io.TextIOWrapper(private_append(Path(self.baseFilename)), encoding="utf-8")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Drop it."""


@contextmanager
def errors_logged(home: Path, mask: Mask) -> Iterator[None]:
    """Errors that nobody foresaw go to a file of the state folder, with their traces, while a run
    goes on; without the secrets that `mask` knows."""
    handler = _PrivateHandler(home / ERRORS, delay=True, encoding="utf-8")
    handler.setFormatter(MaskedFormatter(mask))
    logger = logging.getLogger("retest")
    propagated, logger.propagate = logger.propagate, False
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.propagate = propagated
        handler.close()


def stamp(time_: datetime | None) -> str | None:
    """A time as the log has it, whole seconds of UTC: `2026-08-21T03:00:00Z`."""
    return None if time_ is None else f"{time_:%Y-%m-%dT%H:%M:%SZ}"


class Account:
    """What one line used and what went wrong, by claim, from its events. Calls and stations of the
    whole line count under the claim ""."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.spent = Spent()
        self._clock, self._began = clock, clock()
        self._entered: dict[tuple[str, str], float] = {}
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._remembered: Counter[str] = Counter()
        self._failed: Counter[tuple[str, int, str]] = Counter()

    def take(self, event: Event) -> None:
        match event:
            case StationEntered(claim=claim, station=station):
                self._entered[claim, station] = self._clock()
            case StationDone(claim=claim, station=station):
                self._seconds[claim] += self._clock() - self._entered[claim, station]
            case Called(call=call, prices=prices):
                self.spent.add(call, prices)
                self._remembered[call.claim] += call.cached
                if event.failed:
                    self._failed[call.schema, call.attempt, call.failed] += 1
            case _:
                pass

    def entry(self) -> dict[str, Any]:
        """For the run log: seconds, tokens and cost, in sum and by claim; and the calls that
        failed, counted."""
        used = self.spent.by_claim()
        names = sorted({*used, *self._seconds, *self._remembered})
        cost = {
            name: {
                **asdict(used.get(name, Usage())),
                "usd": shown(self.spent.usd(name)),
                "remembered": self._remembered[name],
                "seconds": round(self._seconds[name], 3),
            }
            for name in names
        }
        failed = [
            {"schema": schema, "attempt": attempt, "what": what, "count": count}
            for (schema, attempt, what), count in sorted(self._failed.items())
        ]
        return {
            "seconds": round(self._clock() - self._began, 3),
            "usage": asdict(self.spent.usage),
            "usd": shown(self.spent.usd()),
            "remembered": self._remembered.total(),
            "cost": cost,
            "failed": failed,
        }


def add(home: Path, entry: Mapping[str, Any], mask: Mask) -> None:
    """Append an entry, masked, on a line of its own also behind the half line of a run that was
    killed."""
    with private_append(home / NAME) as file:
        file.seek(-min(1, file.tell()), 2)
        whole = file.read() in (b"", b"\n")
        file.write((b"" if whole else b"\n") + mask(json.dumps(entry)).encode() + b"\n")


def last(home: Path, line: str) -> dict[str, Any] | None:
    """The newest entry of a line. What is not one, such as the half line of a run that was killed,
    is passed over."""
    return next(
        (e for e in _newest(home) if e.get("line") == line and isinstance(e.get("usage"), dict)),
        None,
    )


def ended(home: Path, run: object) -> dict[str, Any] | None:
    """How the run of that name ended; None where it was killed, or is under way, or is of before
    this was kept."""
    return (
        next((e for e in _newest(home) if e.get("run") == run and "exit_status" in e), None)
        if run
        else None
    )


def _newest(home: Path) -> Iterator[dict[str, Any]]:
    """The entries, the newest first."""
    if not os.path.lexists(home / NAME):
        return
    raw = read_bytes(home / NAME, "the run log", LARGEST)
    written = raw.decode(encoding="utf-8", errors="replace").splitlines()
    for text in reversed(written):
        try:
            entry = json.loads(text)
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            yield entry
