"""Intervals by the percentile bootstrap: the claims drawn anew with replacement, again and again.

Efron and Tibshirani, An Introduction to the Bootstrap, 1993, chapter 13. Libraries that do this
bring scipy or scikit-learn along, which are larger than all of retest.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import ceil
from random import Random
from typing import TypeVar

from retest.domain import Frozen

Row = TypeVar("Row")
Values = Mapping[str, float | None]
RESAMPLES = 2000
"""Efron and Tibshirani ask for 1,000 or more for percentiles."""
OUTSIDE = 0.05
"""The chance that is left outside of an interval."""
DECIMALS = 4


class Estimate(Frozen):
    """A share or a score with its interval; None where there is nothing to reckon it from."""

    value: float | None
    low: float | None
    high: float | None


def estimates(
    rows: Sequence[Row],
    statistic: Callable[[Sequence[Row]], Values],
    seed: int,
    shares: Mapping[str, int] | None = None,
) -> dict[str, Estimate]:
    """Each value of the statistic with its interval, from the same resamples.

    `shares` names the values that are shares, each with the number of claims that it is a share of:
    where all or none of them count, every resample says the same, and the interval is the exact one
    of Clopper and Pearson (1934).
    """
    values = statistic(rows)
    drawn: dict[str, list[float]] = {name: [] for name in values}
    for sample in resamples(rows, seed):
        for name, value in statistic(sample).items():
            if value is not None:
                drawn[name].append(value)
    found = {name: _estimate(value, drawn[name]) for name, value in values.items()}
    for name, of in (shares or {}).items():
        if found[name].value in (0, 1) and of:
            found[name] = _certain(found[name].value == 1, of)
    return found


def resamples(rows: Sequence[Row], seed: int) -> list[list[Row]]:
    """As many rows again, drawn with replacement, RESAMPLES times over; none where there are no
    rows."""
    chance = Random(seed)  # noqa: S311 - statistics, no secret: the same seed must give the same interval
    return [chance.choices(rows, k=len(rows)) for _ in range(RESAMPLES)] if rows else []


def bounds(values: Sequence[float]) -> tuple[float, float] | None:
    """The percentiles between which an interval lies."""
    if not values:
        return None
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[int(last * OUTSIDE / 2)], ordered[ceil(last * (1 - OUTSIDE / 2))]


def _estimate(value: float | None, drawn: Sequence[float]) -> Estimate:
    between = bounds(drawn)
    if value is None or between is None:
        return Estimate(value=None, low=None, high=None)
    low, high = between
    return Estimate(
        value=round(value, DECIMALS), low=round(low, DECIMALS), high=round(high, DECIMALS)
    )


def nothing(of: int) -> Estimate:
    """A difference that none of `of` claims shows: it may be as large, either way, as that which
    shows so by chance."""
    high = _certain(False, of).high or 0.0
    return Estimate(value=0, low=-high, high=high)


def _certain(every: bool, of: int) -> Estimate:
    """All or none of `of` claims: the share that would show so with half of the chance that is left
    outside."""
    bound = (OUTSIDE / 2) ** (1 / of)
    if every:
        return Estimate(value=1, low=round(bound, DECIMALS), high=1)
    return Estimate(value=0, low=0, high=round(1 - bound, DECIMALS))
