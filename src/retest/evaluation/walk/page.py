"""backtest.md and what a terminal shows of a walk, made from its record alone."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from retest.evaluation.claims.files import as_json, written
from retest.evaluation.claims.markdown import rendered
from retest.evaluation.walk.chart import chart, outcome
from retest.evaluation.walk.history import Backtest


def write_backtest(folder: Path, walk: Backtest) -> list[Path]:
    """backtest.md, timeline.svg and last backtest.json; the paths of those whose bytes changed."""
    files = {"backtest.md": page(walk), "timeline.svg": chart(walk), "backtest.json": as_json(walk)}
    return written(folder, files)


def page(walk: Backtest) -> str:
    """The whole of backtest.md."""
    return rendered(
        "backtest.md.j2",
        walk=walk,
        headline=headline(walk),
        late=walk.late,
        every=_step(walk),
        known=any(one.fate != "no gold" for one in walk.claims),
    )


def headline(walk: Backtest) -> str:
    """What a reader must know who reads one sentence."""
    fates = Counter(claim.fate for claim in walk.claims)
    flips, back = (
        sum(claim.flips for claim in walk.claims),
        sum(claim.taken_back for claim in walk.claims),
    )
    turned = f"{flips} flip{'' if flips == 1 else 's'}, {back} of them taken back"
    known = fates["noticed"] + fates["right before"] + fates["missed"]
    if fates["no gold"] == len(walk.claims):
        return f"{len(walk.claims)} claims, of none of which the fate is known: {turned}."
    delay = (
        f", after {walk.median_delay:g} days in the median" if walk.median_delay is not None else ""
    )
    parts = [
        f"Of {known} claims that were settled meanwhile {fates['noticed']} were noticed{delay}"
    ]
    parts += [
        f"{fates[fate]} {fate}"
        for fate in (
            "right before",
            "missed",
            "settled before",
            "not settled yet",
            "not tested",
            "not in the mirror",
        )
        if fates[fate]
    ]
    return f"{'; '.join(parts)}; {turned}."


def rows(walk: Backtest) -> list[tuple[str, ...]]:
    """A row a claim: its id, the verdict expected and at the end, what became of it, its flips."""
    return [
        (
            claim.id,
            claim.expected or "",
            claim.states[-1].verdict if claim.states else "not tested",
            str(claim.flips),
            outcome(claim),
        )
        for claim in walk.claims
    ]


def _step(walk: Backtest) -> int:
    """Days between two steps."""
    return (walk.steps[1].as_of - walk.steps[0].as_of).days if len(walk.steps) > 1 else 0
