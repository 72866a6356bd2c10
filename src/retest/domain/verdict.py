"""Verdicts, why a claim has none, and what moved."""

from __future__ import annotations

from typing import Literal

Side = Literal["for", "against", "undercuts"]
"""What a result says of a claim. undercuts: what the claim rests on is explained away, does not
establish it, or was measured against an unfair baseline."""
Case = Literal["ordinary", "special"]
"""Of which case: the claim's ordinary one, instances of it included, or one under a condition that
the ordinary case does not have."""
Mark = Literal["for", "in part", "against"]
"""What people see of a paper at a glance: `domain.evidence.mark_of`."""
Stance = Literal["supports", "qualifies", "contradicts"]
"""The stance of a claim-abstract pair in files of others, and of evidence in records of before
there were points; POINT_OF says which point it is."""
NotedStance = Literal["supports", "qualifies", "contradicts", "unrelated"]
"""What a reader of the library may write down: also that a paper does not bear on a claim."""
POINT_OF: dict[Stance, tuple[Side, Case]] = {
    "supports": ("for", "ordinary"),
    "qualifies": ("against", "special"),
    "contradicts": ("against", "ordinary"),
}
STANCE_OF: dict[Mark, Stance] = {
    "for": "supports",
    "in part": "qualifies",
    "against": "contradicts",
}
State = Literal["stands", "divided", "fails", "untested"]
"""How the ordinary case of a claim, or of a part of it, fares in newer work."""
Bearing = Literal["thesis", "counter-thesis"]
"""The side of a line's question that a claim speaks for, if it holds."""
Verdict = Literal["holds", "relaxed", "overturned", "undetermined"]
ReviewedVerdict = Literal["holds", "relaxed", "overturned"]
Why = Literal[
    "nothing-newer-found",
    "nothing-grounded",
    "undecided",
    "no-referent",
    "search-failed",
    "not-judged",
]
OPEN: tuple[Why, ...] = ("search-failed", "not-judged")
"""What leaves a claim open: the next run takes it up first."""
Condition = Literal[
    "model scale",
    "model family or generation",
    "architecture",
    "training method",
    "inference method",
    "data",
    "evaluation",
    "baseline",
    "domain",
    "metric",
    "magnitude",
    "explanation",
]

MARKS_FOR: dict[Verdict, frozenset[Mark]] = {
    "holds": frozenset({"for"}),
    "relaxed": frozenset({"in part", "against"}),
    "overturned": frozenset({"against"}),
}
"""The marks of papers that speak for a verdict: of a reviewer's, a paper with another mark speaks
against it."""
