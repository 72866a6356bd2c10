"""What a run is asked to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from retest.llm.budget import Budget
from retest.masking import Mask
from retest.retry import Patience, no_chance

if TYPE_CHECKING:
    from retest.domain.line import Line
    from retest.settings import Settings

Clock = Callable[[], datetime | None]
"""What time it is, or None where nobody says. Only the front door reads the clock on the wall."""


def no_clock() -> None:
    """The clock of a run whose log says no times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What is asked for. Nothing here is read from the clock or the environment of the process:
    the caller says it all.

    `lines` are run in the order of their need, not in this one. `today` is the day of prices and
    of the answers that services gave; `as_of` is the day that the run stands on. `model` and
    `verifier` are PROVIDER:NAME; with an empty `verifier` the model checks itself. `budget` is
    what may be spent, and counts what has been. With `full` nothing is reused that was found or
    said before `today`. With `batch` questions are queued and sent at the end. `began` names the
    run in the run log. `chance` gives the numbers from 0 to 1 by which calls that failed together
    do not try again together.
    """

    lines: tuple[Line, ...]
    settings: Settings
    environment: Mapping[str, str]
    today: date
    as_of: date
    model: str
    verifier: str = ""
    budget: Budget = field(default_factory=Budget)
    full: bool = False
    batch: bool = False
    clock: Clock = no_clock
    began: datetime | None = None
    chance: Callable[[], float] = no_chance

    @property
    def mask(self) -> Mask:
        """What masks the secrets of the environment."""
        return Mask(self.environment)

    @property
    def patience(self) -> Patience:
        """How often and how long a model is tried."""
        settings = self.settings
        return Patience(settings.retry_attempts, settings.retry_pause, chance=self.chance)

    @property
    def specs(self) -> tuple[str, str]:
        """The model, and the one that checks it."""
        return self.model, self.verifier or self.model
