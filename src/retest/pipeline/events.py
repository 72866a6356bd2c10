"""What the stations say of themselves while a line is on its way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StationEntered:
    """A claim has come to a station of the picture; stations of the whole line have the claim
    ""."""

    line: str
    claim: str
    station: str


@dataclass(frozen=True, slots=True)
class StationDone:
    """A claim has left a station, however it went there."""

    line: str
    claim: str
    station: str


StationEvent = StationEntered | StationDone
StationSink = Callable[[StationEvent], None]


def ignore(event: object) -> None:
    """A sink that does nothing with an event."""
