"""How far a run is, summed up from its events, and in words that fit 40 columns."""

from __future__ import annotations

import textwrap
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from retest.llm.model import Usage
from retest.pipeline.events import StationDone, StationEntered
from retest.run.events import Called, ClaimSettled, LineStarted, Progress
from retest.text.harmless import one_line

if TYPE_CHECKING:
    from retest.llm.budget import Prices

SHORT = 39
"""Columns. What is drawn in place is no wider, whatever the window is: then a window that is made
narrower, down to 40, breaks no line of it, and no half line stays behind."""
STATIONS = (
    "anchors",
    "plan",
    "search",
    "triage",
    "extract",
    "ground",
    "widen",
    "judge",
    "deepen",
    "settle",
    "synthesize",
    "essay",
)
"""In the order of the picture."""
GROUND, LEAST = 3, 2.0
"""What an estimate of the time left needs: claims that were settled with paid calls, and seconds
since the first."""


class Tally:
    """The line that is under way. `clock` counts seconds; not for several threads at once."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begin("")

    def _begin(self, line: str) -> None:
        self.line, self.claims, self.settled = line, 0, 0
        self._began = self._clock()
        self._at: Counter[str] = Counter()
        self._used: dict[Prices, Usage] = {}
        self._remembered, self._failed = 0, 0
        self._paid: set[str] = set()
        self._worked: list[float] = []  # when claims that something was paid for were settled

    def take(self, event: Progress) -> None:
        match event:
            case LineStarted(line=line, claims=claims, settled=settled):
                if (
                    line != self.line or self.claims
                ):  # what batches brought may have been told before
                    self._begin(line)
                self.claims, self.settled = claims, settled
            case StationEntered(station=station):
                self._at[station] += 1
            case StationDone(station=station):
                self._at[station] -= 1
            case Called(call=call, prices=prices):
                if call.line != self.line:
                    self._begin(call.line)
                self._remembered += call.cached
                self._failed += event.failed
                if not call.cached:
                    self._paid.add(call.claim)
                    self._used[prices] = self._used.get(prices, Usage()) + call.usage
            case ClaimSettled(claim=claim, settled=settled):
                self.settled = settled
                if claim.id in self._paid:
                    self._worked.append(self._clock())
            case _:
                pass

    def left(self) -> float | None:
        """Seconds that the line still needs, at the pace since the first claim that took any; None
        while nothing can be said. Claims that are answered from memory say nothing of the pace."""
        since = self._clock() - self._worked[0] if self._worked else 0.0
        if len(self._worked) < GROUND or since < LEAST or self.settled >= self.claims:
            return None
        return since / (len(self._worked) - 1) * (self.claims - self.settled)

    def block(self, width: int) -> list[str]:
        """A few short lines, to be drawn in place."""
        if not self.claims:
            return []
        wide = max(10, min(width - 1, SHORT))
        count = f"{self.settled} of {self.claims} settled"
        name = one_line(self.line)
        room = wide - len(count) - 2
        head = f"{name if len(name) <= room else name[: max(room - 1, 0)] + '…'}: {count}"
        lines = [head[:wide]]
        for said in (self._standing(), self._calls(), self._tokens(), self._time()):
            lines += textwrap.wrap(said, wide, initial_indent="  ", subsequent_indent="  ")
        return lines

    def sentence(self) -> str:
        """All of it on one line, for logs."""
        count = f"{self.settled} of {self.claims} claims settled"
        parts = (count, self._standing(), self._calls(), self._tokens(), self._time())
        return f"{one_line(self.line)}: " + "; ".join(filter(None, parts))

    def _standing(self) -> str:
        return ", ".join(
            f"{self._at[station]} at {station}" for station in STATIONS if self._at[station] > 0
        )

    def _calls(self) -> str:
        calls = sum(usage.calls for usage in self._used.values())
        parts = [counted(calls, "call")] if calls else []
        parts += [f"{self._remembered} from memory"] if self._remembered else []
        return ", ".join(parts + ([f"{self._failed} failed"] if self._failed else []))

    def _tokens(self) -> str:
        tokens = sum(usage.input + usage.output for usage in self._used.values())
        costs = [prices.of(usage) for prices, usage in self._used.items()]
        cost = sum((cost for cost in costs if cost is not None), Decimal(0))
        return (f"{tokens:,} tokens" if tokens else "") + (
            f", ${cost:.4f}" if cost and None not in costs else ""
        )

    def _time(self) -> str:
        left = self.left()
        return clocked(self._clock() - self._began) + (
            f", about {_rounded(left)} left" if left is not None else ""
        )


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def clocked(seconds: float) -> str:
    """Seconds as `1:20` or `1:02:03`."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _rounded(seconds: float) -> str:
    """No more digits than an estimate deserves."""
    if seconds < 55:
        return f"{max(5, round(seconds / 5) * 5)} s"
    minutes = max(1, round(seconds / 60))
    return f"{minutes} min" if minutes < 120 else f"{round(minutes / 60)} h"
