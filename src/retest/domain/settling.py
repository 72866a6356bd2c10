"""How a verdict follows from a judgment in parts: the tables of docs/settling.md, as data."""

from __future__ import annotations

from collections.abc import Sequence

from retest.domain.terms import KINDS, Kind
from retest.domain.verdict import State, Verdict

_ORDINARY: dict[State, Verdict] = {
    "stands": "holds",
    "divided": "relaxed",
    "fails": "overturned",
    "untested": "undetermined",
}
ORDINARY: dict[Kind, dict[State, Verdict]] = {kind: dict(_ORDINARY) for kind in KINDS}
"""What follows for a part from how its ordinary case fares."""
ORDINARY["universal"]["divided"] = "overturned"  # one counter-case in its domain is enough

_SPECIAL: dict[Verdict, Verdict] = {
    "holds": "relaxed",
    "relaxed": "relaxed",
    "overturned": "overturned",
    "undetermined": "relaxed",
}
SPECIAL: dict[Kind, dict[Verdict, Verdict]] = {kind: dict(_SPECIAL) for kind in KINDS}
"""What becomes of that where a special case of substance fails beside it."""
SPECIAL["existence"]["holds"] = "holds"  # what can be is not undone by where it is not


def verdict_of(kind: Kind, states: Sequence[State], special_fails: bool) -> Verdict:
    """The verdict on a claim of this kind from the states of its parts, the main one first, and
    from whether a special case of substance fails."""
    found = together([ORDINARY[kind][state] for state in states])
    return SPECIAL[kind][found] if special_fails else found


def together(verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict from those on the parts. Untested parts have no say, but for one thing: a claim
    whose main part is untested is relaxed, not overturned, by the fall of the others. Parts that
    differ make it relaxed."""
    tested = {verdict for verdict in verdicts if verdict != "undetermined"}
    if not tested:
        return "undetermined"
    if len(tested) > 1 or (tested == {"overturned"} and verdicts[0] == "undetermined"):
        return "relaxed"
    return tested.pop()
