"""What a walk through time found: the record that its table, its page and its numbers are made
from."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from statistics import median
from typing import Literal

from pydantic import Field

from retest.domain import Frozen
from retest.domain.verdict import Verdict

STATES: tuple[Verdict, ...] = ("holds", "relaxed", "overturned")
"""Verdicts that decide something."""


WalkFate = Literal[
    "noticed",
    "right before",
    "settled before",
    "missed",
    "not settled yet",
    "not tested",
    "not in the mirror",
    "no gold",
]
"""What became of a claim of known fate. `settled before`: its settling paper was out when the walk
first tested it, so no day of noticing can be told. `right before`: it had the expected verdict when
that paper came out. `not settled yet`: that paper is of after the walk. `not in the mirror`: none
of its gold papers was, with a text of a known day, by the end of the walk. `missed`: the walk had
one, and it never came to the expected verdict."""


class Step(Frozen):
    """One night of the walk. `papers` were known then, of which `came` since the step before;
    `changed` are claims whose verdict is another than at the step before, `failed` those that could
    not be searched or judged."""

    as_of: date
    papers: int
    came: int
    calls: int = 0
    tokens: int = 0
    news: bool = False
    verdicts: dict[str, Verdict] = Field(default_factory=dict)
    pending: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class SettlingPaper(Frozen):
    """A paper that settles a claim: its v1 day, and the day from which its known text existed.
    Neither is known where the mirror does not have the paper, the second not where a text is a
    later version's of an unknown day."""

    id: str
    published: date | None
    known: date | None


class State(Frozen):
    """A verdict, from the first step that has it until the next state."""

    on: date
    verdict: Verdict


class ClaimHistory(Frozen):
    """One claim's way through the walk."""

    id: str
    text: str
    dated: str
    expected: Verdict | None
    gold: tuple[SettlingPaper, ...]
    states: tuple[State, ...]
    decided_by: tuple[tuple[date, str, date], ...]
    """For each change to a verdict: its day, the newest of the papers that decided it, and that
    paper's v1 day."""
    last: date | None
    """The last step that tested it."""

    @property
    def flips(self) -> int:
        """Changes from one verdict to another; `undetermined` in between counts for nothing."""
        return max(0, len(self._decided) - 1)

    @property
    def taken_back(self) -> int:
        """Flips to a verdict that a later flip left again for the one before it."""
        kept = self._decided
        return sum(kept[n] == kept[n + 2] for n in range(len(kept) - 2))

    @property
    def _decided(self) -> list[Verdict]:
        return [
            state.verdict
            for state in changes((s.on, s.verdict) for s in self.states if s.verdict in STATES)
        ]

    def decider(self, on: date) -> tuple[date, str, date] | None:
        """What decided the change of that day, if it was to a verdict that papers decide."""
        return next((entry for entry in self.decided_by if entry[0] == on), None)

    @property
    def first(self) -> SettlingPaper | None:
        """The first of its gold papers that the mirror has."""
        return min(
            (p for p in self.gold if p.published), key=lambda p: (p.published, p.id), default=None
        )

    @property
    def settled(self) -> date | None:
        """The v1 day of that paper."""
        return self.first.published if self.first else None

    @property
    def could(self) -> date | None:
        """The first day on which the known text of one of its gold papers existed."""
        return min((paper.known for paper in self.gold if paper.known), default=None)

    @property
    def was_right(self) -> bool:
        """Whether it had the expected verdict already when its settling paper came out: there was
        nothing to notice."""
        before = [state for state in self.states if self.settled and state.on < self.settled]
        return bool(before) and before[-1].verdict == self.expected

    @property
    def was_settled(self) -> bool:
        """Whether the settling paper was out before the step that first tested the claim; a step on
        its day counts."""
        return bool(self.states) and self.settled is not None and self.settled < self.states[0].on

    @property
    def noticed(self) -> date | None:
        """The first step with the expected verdict, from the settling paper's day on."""
        if self.settled is None or self.was_right or self.was_settled:
            return None
        after = (
            state.on
            for state in self.states
            if state.on >= self.settled and state.verdict == self.expected
        )
        return next(after, None)

    @property
    def fate(self) -> WalkFate:
        """What became of a claim of known fate."""
        if not self.expected or not self.gold:
            return "no gold"
        if self.last is None:
            return "not tested"
        if self.settled is None:
            return "not in the mirror"
        if self.settled > self.last:
            return "not settled yet"
        if self.was_settled:
            return "settled before"
        if self.was_right:
            return "right before"
        if self.noticed:
            return "noticed"
        return "missed" if self.could and self.could <= self.last else "not in the mirror"

    @property
    def delay(self) -> int | None:
        """Days from the settling paper's v1 to the step that noticed it."""
        return (self.noticed - self.settled).days if self.noticed and self.settled else None


class Backtest(Frozen):
    """A whole walk. `undated` papers of the mirror were left out, since the day of their text is
    not known."""

    format: Literal[1] = 1
    line: str
    model: str
    verifier: str | None
    undated: int
    steps: tuple[Step, ...]
    claims: tuple[ClaimHistory, ...]

    @property
    def delays(self) -> list[int]:
        """Days, of the claims that were noticed, in order of size."""
        return sorted(claim.delay for claim in self.claims if claim.delay is not None)

    @property
    def median_delay(self) -> float | None:
        return median(self.delays) if self.delays else None

    @property
    def late(self) -> list[ClaimHistory]:
        """Claims whose settling paper came into the walk after its v1, or not at all."""
        return [one for one in self.claims if one.first and one.first.known != one.first.published]

    @property
    def calls(self) -> int:
        return sum(step.calls for step in self.steps)


def changes(states: Iterable[tuple[date, Verdict]]) -> list[State]:
    """States as they change: of several in a row that are the same, the first."""
    kept: list[State] = []
    for on, verdict in states:
        if not kept or kept[-1].verdict != verdict:
            kept.append(State(on=on, verdict=verdict))
    return kept
