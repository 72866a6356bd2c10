"""The one owner of retries, for paper sources and models alike: tenacity, bounded, honouring
Retry-After."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import tenacity

MAY_PASS = frozenset({408, 425, 429})
"""Client errors of HTTP that the same request may not meet again (RFC 9110, 8470, 6585); so may
every server error."""


class Transient(Exception):
    """A failure that may pass: tried again after `retry_after` seconds, or after a growing
    pause."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BrokeOff(Transient):
    """A connection that failed before the answer was there: the other side may have done, and
    billed, its part."""


def no_chance() -> float:
    """Where every pause is as long as it may be."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try. Pauses grow from `pause` seconds, doubled each time, to
    `longest`.

    `chance` gives numbers from 0 to 1. By them a pause is up to half shorter, and one that a
    service asked for up to `pause` longer: so that calls which failed together do not try again
    together (Brooker, Exponential Backoff and Jitter, AWS, 2015: "equal jitter").
    """

    attempts: int = 4
    pause: float = 2.0
    longest: float = 60.0
    chance: Callable[[], float] = no_chance


def retry_after(
    value: str | None, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> float | None:
    """Seconds to wait as an HTTP Retry-After header says (RFC 9110, 10.2.3: seconds or a date);
    None if it does not."""
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return float(text)
    try:
        then = parsedate_to_datetime(text)
        if then.tzinfo is None:  # no zone, or -0000: HTTP's dates are in UTC
            then = then.replace(tzinfo=UTC)
        return max(0.0, (then - now()).total_seconds())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _wait(patience: Patience) -> Callable[[tenacity.RetryCallState], float]:
    growing = tenacity.wait_exponential(multiplier=patience.pause, max=patience.longest)

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, Transient) else None
        # An hour-long Retry-After must not hold a nightly job: wait as long as we are willing to,
        # then ask once more.
        if asked is None:
            return growing(state) * (1 - patience.chance() / 2)
        return min(asked + patience.chance() * patience.pause, patience.longest)

    return wait


def retrying(patience: Patience) -> tenacity.Retrying:
    """For blocking calls. Raises the last Transient when patience is at its end."""
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception_type(Transient),
        stop=tenacity.stop_after_attempt(patience.attempts),
        wait=_wait(patience),
        reraise=True,
    )


def async_retrying(patience: Patience) -> tenacity.AsyncRetrying:
    """For coroutines. Raises the last Transient when patience is at its end."""
    return tenacity.AsyncRetrying(
        retry=tenacity.retry_if_exception_type(Transient),
        stop=tenacity.stop_after_attempt(patience.attempts),
        wait=_wait(patience),
        reraise=True,
    )
