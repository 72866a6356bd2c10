"""The verdict on a line's question, from the claims that the line names as bearing on it: the
tables of docs/settling.md, as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Literal, get_args

from retest.domain import Frozen
from retest.domain.record import ClaimRecord, Record
from retest.domain.verdict import Condition, State, Verdict

Answered = Literal["thesis stands", "counter-thesis stands", "divided", "open"]
WhyOpen = Literal["nothing-bears", "untested", "neither-stands"]
"""nothing-bears: no claim is said to bear on the thesis. untested: newer work decides too few of
the claims of either side. neither-stands: it speaks against both, or against the one that it
tests."""
STATES: tuple[State, ...] = get_args(State)


def _answered(thesis: State, counter: State) -> Answered:
    if thesis == counter == "stands":
        return "divided"
    if thesis == "stands":
        return "thesis stands"
    if counter == "stands":
        return "counter-thesis stands"
    return "divided" if "divided" in (thesis, counter) else "open"


ANSWERED: dict[State, dict[State, Answered]] = {
    thesis: {counter: _answered(thesis, counter) for counter in STATES} for thesis in STATES
}
"""What follows for the question from how the thesis fares, and the counter-thesis."""


class Side(Frozen):
    """How the thesis, or the counter-thesis, fares, and the claims that bear on it by verdict."""

    state: State
    claims: dict[Verdict, tuple[str, ...]]


class OnQuestion(Frozen):
    """The verdict on the question. `turns_on` counts on what the points of all evidence for these
    claims turn, the most frequent first."""

    verdict: Answered
    why: WhyOpen | None
    thesis: Side
    counter_thesis: Side
    turns_on: tuple[tuple[Condition, int], ...]


def fares(verdicts: Sequence[Verdict]) -> State:
    """How a side fares by the verdicts on the claims that bear on it: untested if fewer than half
    of them are decided; it stands, or fails, if more than half of the decided ones hold, or are
    overturned; else it is divided."""
    counts = Counter(verdict for verdict in verdicts if verdict != "undetermined")
    decided = counts.total()
    if not decided or 2 * decided < len(verdicts):
        return "untested"
    if 2 * counts["holds"] > decided:
        return "stands"
    return "fails" if 2 * counts["overturned"] > decided else "divided"


def on_question(record: Record) -> OnQuestion:
    """The verdict on the record's question. The counter-thesis itself bears on its own side."""
    thesis = [claim for claim in record.claims if claim.bears_on == "thesis"]
    counter = [claim for claim in record.claims if claim.bears_on == "counter-thesis"]
    counter.append(record.counter_thesis)
    sides = _side(thesis), _side(counter)
    verdict = ANSWERED[sides[0].state][sides[1].state] if thesis else "open"
    why: WhyOpen | None = None
    if not thesis:
        why = "nothing-bears"
    elif verdict == "open":
        both = {side.state for side in sides}
        why = "untested" if both == {"untested"} else "neither-stands"
    levers = Counter(
        point.lever
        for claim in (*thesis, *counter)
        for item in claim.evidence
        for point in item.points
        if point.lever
    )
    turns_on = sorted(levers.items(), key=lambda one: (-one[1], one[0]))
    return OnQuestion(
        verdict=verdict,
        why=why,
        thesis=sides[0],
        counter_thesis=sides[1],
        turns_on=tuple(turns_on),
    )


def _side(claims: Sequence[ClaimRecord]) -> Side:
    by: dict[Verdict, tuple[str, ...]] = {}
    for claim in claims:
        by[claim.verdict] = (*by.get(claim.verdict, ()), claim.id)
    return Side(state=fares([claim.verdict for claim in claims]), claims=by)
