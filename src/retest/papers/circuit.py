"""An outage is met once a run, not once a claim (Nygard, Release It!, Circuit Breaker)."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

from retest.retry import Transient

T = TypeVar("T")
REST, LONGEST_REST = 60.0, 900.0
"""Seconds between two tries of a service that is down: doubled each time, up to the second."""


class Circuit:
    """Whether a service counts as down. One question at a time passes, whatever thread asks it.

    After a question on which patience was spent in vain, the next one is tried once. If that fails
    too, questions fail at once with what was seen, and one of them is tried now and then. An answer
    of whatever kind ends it.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock = clock, threading.Lock()
        self._down = ""
        self._falls, self._due = 0, 0.0

    def ask(self, patiently: Callable[[], T], once: Callable[[], T]) -> T:
        """What `patiently` gives, or `once` where the service is down and a try is due. Raises what
        they raise, and the Transient that the service went down with where none is due."""
        with self._lock:
            if self._down and self._clock() < self._due:
                raise Transient(self._down)
            try:
                answer = once() if self._down else patiently()
            except Transient as error:
                self._fell(error)
                raise Transient(self._down, error.retry_after) from error
            except OSError:
                raise  # this machine's, not the service's
            except Exception:
                self._down, self._falls = "", 0  # a refusal is an answer
                raise
            self._down, self._falls = "", 0
            return answer

    def _fell(self, error: Transient) -> None:
        self._down = self._down or str(error)  # the same for whoever asks, in whatever order
        rest = min(REST * 2 ** (self._falls - 1), LONGEST_REST) if self._falls else 0.0
        self._falls += 1
        self._due = self._clock() + rest
