"""The same claims asked again: how far the verdicts agree, where rounds come apart, and whether the
order decides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import fmean
from typing import Literal

from retest.domain.record import ClaimRecord
from retest.domain.verdict import Verdict
from retest.evaluation.claims.gold import VERDICTS
from retest.evaluation.claims.result import RepeatedClaim, Steadiness
from retest.evaluation.claims.trace import Trace
from retest.evaluation.statistics.bootstrap import DECIMALS, estimates
from retest.pipeline.weigh import as_said

Order = Literal["same", "shuffled"]
Where = Literal[
    "failed", "plan", "search", "triage", "extract", "ground", "entail", "judge", "settle"
]
LEAST = 2
"""Rounds without which nothing can be said; from three on, some are shuffled."""


def orders(rounds: int) -> tuple[Order, ...]:
    """Which rounds show papers and evidence in their usual order, and which in one of their own:
    half and half, and always two of the first, since what they differ in is plain noise."""
    same = max(LEAST, -(-rounds // 2))
    return tuple("same" if number < same else "shuffled" for number in range(rounds))


@dataclass(frozen=True, slots=True)
class Round:
    """One claim in one round."""

    trace: Trace
    record: ClaimRecord


def steadiness(
    claims: Mapping[str, Sequence[Round]],
    gold: Mapping[str, Sequence[str]],
    kinds: Sequence[Order],
    seed: int,
) -> Steadiness:
    """`claims` has the rounds of each claim, in the order of `kinds`; `gold` its gold papers."""
    same = [
        pair for pair in combinations(range(len(kinds)), 2) if {kinds[i] for i in pair} == {"same"}
    ]
    other = [pair for pair in combinations(range(len(kinds)), 2) if pair not in same]
    verdicts = {name: [one.record.verdict for one in rounds] for name, rounds in claims.items()}

    def values(rows: Sequence[Sequence[Verdict]]) -> Mapping[str, float | None]:
        noise, shuffled = _disagreement(rows, same), _disagreement(rows, other)
        added = None if noise is None or shuffled is None else shuffled - noise
        agreement = fmean(_agreement(row) for row in rows) if rows else None
        return {
            "agreement": agreement,
            "kappa": kappa(rows),
            "noise": noise,
            "shuffled": shuffled,
            "difference": added,
        }

    shares = dict.fromkeys(("agreement", "noise", "shuffled"), len(verdicts))
    found = estimates(list(verdicts.values()), values, seed, shares)
    return Steadiness(
        orders=tuple(kinds),
        agreement=found["agreement"],
        kappa=found["kappa"],
        noise=found["noise"],
        shuffled=found["shuffled"],
        difference=found["difference"],
        claims=tuple(_repeated(name, claims[name], gold[name], verdicts[name]) for name in claims),
    )


def _repeated(
    name: str, rounds: Sequence[Round], gold: Sequence[str], verdicts: Sequence[Verdict]
) -> RepeatedClaim:
    """The station is the one at which most of the pairs of rounds that disagree came apart, the
    earliest of several."""
    apart = Counter(
        _apart(a, b, gold)
        for a, b in combinations(rounds, 2)
        if a.record.verdict != b.record.verdict
    )
    station, by_gold = max(apart, key=lambda place: apart[place], default=(None, False))
    return RepeatedClaim(
        id=name,
        verdicts=tuple(verdicts),
        agreement=round(_agreement(verdicts), DECIMALS),
        station=station,
        gold=by_gold,
    )


def _apart(a: Round, b: Round, gold: Sequence[str]) -> tuple[Where, bool]:
    """Where two rounds with different verdicts came apart, and whether over a gold paper. The
    judgment sees evidence and terms alone: if the evidence is the same, it was the plan, if that
    gave the claim another kind or other parts, or the judgment. Else it is the first station that
    did different things with the papers that are evidence in one round only or with other points;
    with the gold ones, if there are such."""
    if a.record.is_open or b.record.is_open:
        return "failed", False
    one, two = a.trace, b.trace
    every = one.points.keys() | two.points.keys()
    differ = {name for name in every if one.points.get(name) != two.points.get(name)}
    if not differ:
        if _meant(a.record) != _meant(b.record):
            return "plan", False
        judged = [r.trace.judgment and as_said(r.trace.judgment, r.record.terms) for r in (a, b)]
        return ("settle" if judged[0] == judged[1] else "judge"), False
    by_gold = bool(differ & set(gold))
    papers = differ & set(gold) or differ
    if papers & one.listed != papers & two.listed:
        return ("plan" if one.queries != two.queries else "search"), by_gold
    if papers & one.shown != papers & two.shown:
        return "triage", by_gold
    if any(one.found.get(name) != two.found.get(name) for name in papers):
        return "extract", by_gold
    if papers & one.climbed.keys() != papers & two.climbed.keys():
        return "ground", by_gold
    return "entail", by_gold


def _meant(record: ClaimRecord) -> tuple[str, int]:
    """What of a claim's terms the rules look at: its kind, and how many parts it has."""
    return (record.terms.kind, len(record.terms.parts)) if record.terms else ("general", 1)


def _agreement(verdicts: Sequence[Verdict]) -> float:
    """The share of the verdict that most rounds gave."""
    return Counter(verdicts).most_common(1)[0][1] / len(verdicts)


def _disagreement(
    rows: Sequence[Sequence[Verdict]], pairs: Sequence[tuple[int, int]]
) -> float | None:
    """The share of pairs of rounds with different verdicts, over all claims."""
    if not rows or not pairs:
        return None
    return fmean(row[i] != row[j] for row in rows for i, j in pairs)


def kappa(rows: Sequence[Sequence[Verdict]]) -> float | None:
    """Fleiss' kappa (Psychological Bulletin 1971): agreement beyond what the mere frequencies of
    the verdicts give, 1 at most. None where every round gave every claim the same verdict, since
    then there is nothing to agree beyond."""
    if not rows:
        return None
    raters = len(rows[0])
    counts = [Counter(row) for row in rows]
    expected = sum(
        (sum(count[v] for count in counts) / (raters * len(rows))) ** 2 for v in VERDICTS
    )
    if expected == 1:
        return None
    squares = (sum(n * n for n in count.values()) for count in counts)
    observed = fmean((square - raters) / (raters * (raters - 1)) for square in squares)
    return (observed - expected) / (1 - expected)
