"""What a run says of itself while it goes on: small events, one callable that takes them, and no
harm done by it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from retest.llm.providers import provider_of
from retest.pipeline.events import StationEvent, ignore

if TYPE_CHECKING:
    from pathlib import Path

    from retest.domain.record import ClaimRecord, Record
    from retest.llm.ask import Call
    from retest.llm.budget import Prices
    from retest.llm.model import Usage
    from retest.llm.spent import Spent

log = logging.getLogger("retest")


@dataclass(frozen=True, slots=True)
class LineStarted:
    """A line begins, or goes on where a killed run stood: `settled` of its `claims` are done then.
    The counter-thesis counts as a claim."""

    line: str
    claims: int
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Called:
    """An answer from memory, or one attempt at a model."""

    call: Call
    prices: Prices

    @property
    def usd(self) -> Decimal | None:
        """What the attempt cost; None where no price is known. The first look loads the library of
        prices."""
        return self.prices.of(self.call.usage) if self.call.usage.calls else Decimal(0)

    @property
    def failed(self) -> bool:
        """Whether something went wrong. That the annotated library plans nothing, and that a person
        has not answered yet, is as it should be."""
        return bool(self.call.failed) and not provider_of(self.prices.provider).may_pass


@dataclass(frozen=True, slots=True)
class Notice:
    """One line for people; what is `needed` also for those who want no progress, since somebody
    has to do something."""

    text: str
    needed: bool = False


@dataclass(frozen=True, slots=True)
class ClaimSettled:
    """A claim's record, and that `settled` of its line's `claims` have one now."""

    line: str
    claim: ClaimRecord
    settled: int
    claims: int


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What a run did for one line. `record` is this run's; the report on disk differs where there
    was no news."""

    record: Record
    news: bool
    written: tuple[Path, ...]
    usage: Usage
    usd: Decimal | None
    """What the run cost for this line; None where a model's price is not known."""
    seconds: float = 0.0

    @property
    def complete(self) -> bool:
        """Whether everything could be searched, judged and synthesized, and the
        answer written."""
        record = self.record
        failed = record.synthesis_failed or record.answer.failed
        return not failed and not any(claim.is_open for claim in record.every)


@dataclass(frozen=True, slots=True)
class LineEnded:
    """A line's report is written, or stays as it is."""

    outcome: LineOutcome


Progress = LineStarted | StationEvent | Called | ClaimSettled | LineEnded
Event = Progress | Notice
EventSink = Callable[[Event], None]


def spending(spent: Spent) -> EventSink:
    """A sink that adds up what calls used."""

    def sink(event: Event) -> None:
        if isinstance(event, Called):
            spent.add(event.call, event.prices)

    return sink


class Harmless:
    """A sink that cannot make a run fail: after the first error of its own it is asked no more,
    and the trace goes to the log."""

    def __init__(self, tell: EventSink) -> None:
        self._tell = tell

    def __call__(self, event: Event) -> None:
        try:
            self._tell(event)
        except Exception:  # whatever the display runs into, the run is paid for
            self._tell = ignore
            log.exception("the progress of the run could not be shown; it goes on unseen")
