"""A run on this machine: one at a time on a workspace, interruptible, and on record with how it
ended."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from retest.cli.show import say
from retest.errors import RetestError

if TYPE_CHECKING:
    from retest.run.job import Job
    from retest.settings import Settings

T = TypeVar("T")
INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""


class only_run:  # noqa: N801 - used as a function, in a `with`
    """One run at a time on a workspace: a second one says so, and waits."""

    def __init__(self, settings: Settings) -> None:
        from filelock import FileLock

        from retest.files.private import private_folder

        self._settings, home = settings, settings.path("home")
        private_folder(home, tighten=False)
        self._lock = FileLock(home / "run.lock", mode=0o600)

    def __enter__(self) -> None:
        from filelock import Timeout

        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            say(
                "another run works on this workspace; waiting for it to end (Ctrl-C to leave)",
                needed=True,
            )
            self._lock.acquire(poll_interval=0.2)
        self._sweep()

    def _sweep(self) -> None:
        """Tidy away what killed runs had begun to write."""
        from retest.files.replace import sweep_all

        home = self._settings.path("home")
        for folder in (home, home / "manual", home / "written", self._settings.path("reports")):
            sweep_all(folder)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


@dataclass(slots=True)
class Ended:
    """How a run ends, to be said before it is left."""

    exit_status: int = 0


@contextmanager
def recorded(job: Job) -> Iterator[Ended]:
    """Write into the run log how the run ended, also where it fails."""
    from retest.run.log import add, stamp

    ended, first = Ended(), time.monotonic()

    def write(exit_status: int, error: str = "") -> None:
        entry = {
            "run": stamp(job.began),
            "lines": [line.line for line in job.lines],
            "started": stamp(job.began),
            "ended": stamp(job.clock()),
            "seconds": round(time.monotonic() - first, 3),
            "exit_status": exit_status,
            "error": error,
        }
        add(job.settings.path("home"), entry, job.mask)

    try:
        yield ended
    except BaseException as error:
        interrupted = isinstance(error, KeyboardInterrupt)
        status = (
            error.exit_status
            if isinstance(error, RetestError)
            else INTERRUPTED
            if interrupted
            else 1
        )
        said = error.message if isinstance(error, RetestError) else type(error).__name__
        with suppress(OSError):  # the disk may be full: that is what is told then
            write(status, said)
        raise
    write(ended.exit_status)


def interruptible(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end, or leave at once on Ctrl-C."""
    try:
        return to_the_end(work)
    except KeyboardInterrupt:
        leave()


def to_the_end(work: Coroutine[Any, Any, T]) -> T:
    """Run to the end. On Ctrl-C KeyboardInterrupt is raised with all tasks still under way: `leave`
    then."""
    import asyncio

    loop = asyncio.new_event_loop()
    try:
        result = loop.run_until_complete(work)
    except Exception:
        loop.close()
        raise
    loop.close()
    return result


def leave() -> NoReturn:
    """Leave now. What is settled is in the checkpoints, what is paid for in the answers; a thread
    that waits for the network is not waited for."""
    say("interrupted; the same command goes on from here and pays for no answer twice", needed=True)
    sys.stdout.flush()
    os._exit(INTERRUPTED)
