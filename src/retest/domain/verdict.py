"""Verdicts, why a claim has none, and what moved."""

from __future__ import annotations

from typing import Literal

Stance = Literal["supports", "qualifies", "contradicts"]
NotedStance = Literal["supports", "qualifies", "contradicts", "unrelated"]
"""What a reader of the library may write down: also that a paper does not bear on a claim."""
Verdict = Literal["holds", "relaxed", "overturned", "undetermined"]
ReviewedVerdict = Literal["holds", "relaxed", "overturned"]
Why = Literal["nothing-newer-found", "nothing-grounded", "undecided", "search-failed", "not-judged"]
OPEN: tuple[Why, ...] = ("search-failed", "not-judged")
"""What leaves a claim open: the next run takes it up first."""
Condition = Literal[
    "model scale", "training method", "data", "evaluation", "domain", "metric", "magnitude"
]

EVIDENCE_FOR: dict[Verdict, frozenset[Stance]] = {
    "holds": frozenset({"supports"}),
    "relaxed": frozenset({"qualifies", "contradicts"}),
    "overturned": frozenset({"contradicts"}),
}
"""The kinds of evidence without at least one of which a verdict does not stand
(docs/settling.md)."""
