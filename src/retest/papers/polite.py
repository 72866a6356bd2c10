"""One polite client for all processes of the machine: one request at a time, never closer than an
interval."""

from __future__ import annotations

import hashlib
import json
import math
import os
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from retest.errors import FileError, UsageError
from retest.files.read import read_bytes
from retest.files.replace import replace
from retest.retry import Transient

QUEUE = 600.0
"""Seconds to wait for other processes' requests before giving up."""


def default_lock_folder(environment: Mapping[str, str]) -> Path:
    """A folder that all of a user's processes share, whatever workspace they run in. A user without
    a home has one beside other temporary files, which is refused if somebody else has laid it."""
    if cache := environment.get("XDG_CACHE_HOME"):
        return Path(cache) / "retest"
    with suppress(RuntimeError):  # no HOME, and no entry in the system's list of users
        return Path("~/.cache").expanduser() / "retest"
    folder = Path(tempfile.gettempdir()) / f"retest-{os.getuid()}"
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise UsageError(
            f"{folder} is somebody else's, and this user has no home",
            "set XDG_CACHE_HOME to a folder of this user",
        )
    return folder


def site(url: str) -> str:
    """Whose turns a request to `url` takes: the host's, and for all of arXiv's interfaces the same,
    since its terms of use allow one connection and one request every 3 seconds to its API, OAI-PMH
    and RSS together."""
    parts = urlsplit(url)
    name = (parts.hostname or "").casefold()
    return (
        "arxiv.org"
        if name == "arxiv.org" or name.endswith(".arxiv.org")
        else parts.netloc.casefold()
    )


class Turns:
    """Turns to ask a host, kept in two small files that its name's hash names.

    The clock must be shared by the machine's processes, as the monotonic clock is. After a reboot
    it starts anew: a note from its future is from before, and costs one interval at most.
    """

    def __init__(
        self,
        folder: Path,
        host: str,
        interval: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        name = hashlib.sha256(host.encode()).hexdigest()[:16]
        self._lock, self._note = folder / f"{name}.lock", folder / f"{name}.json"
        self._interval, self._clock, self._sleep = interval, clock, sleep

    @contextmanager
    def turn(self, longest: float) -> Iterator[None]:
        """Hold the turn while the block asks. No wait that another process was told to keep is over
        `longest` seconds.

        A Transient that leaves the block with a `retry_after` makes all processes wait so long.
        Raises Transient if no turn comes, OSError if the folder cannot be written.
        """
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._lock, timeout=QUEUE):
                self._sleep(self._due(longest))
                pause = self._interval
                self._write(pause)  # for those that come if this process is killed while it asks
                try:
                    yield
                except Transient as error:
                    pause = max(pause, min(error.retry_after or 0.0, longest))
                    raise
                finally:
                    self._write(
                        pause
                    )  # counted from the end: the next request cannot overtake this one
        except Timeout:
            raise Transient(f"other processes have been asking for {QUEUE:.0f} s") from None

    def _due(self, longest: float) -> float:
        """Seconds until the next request may go out."""
        if not os.path.lexists(self._note):
            return 0.0
        try:
            note = json.loads(read_bytes(self._note, "a note of turns", 10_000))
            written, then = float(note["written"]), float(note["next"])
        except (FileError, ValueError, KeyError, TypeError, RecursionError):
            return self._interval
        now = self._clock()
        if not (math.isfinite(then) and written <= now):
            return self._interval
        return min(max(0.0, then - now), max(self._interval, longest))

    def _write(self, pause: float) -> None:
        now = self._clock()
        note = json.dumps({"written": now, "next": now + pause})
        replace(self._note, note, mode=0o600, durable=False)  # it tells of seconds, not of days
