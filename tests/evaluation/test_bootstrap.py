"""The bootstrap's percentiles, against those that can be reckoned exactly.

A share of n claims that is drawn anew with replacement is a binomial variable, so its percentiles
are known. scipy.stats.bootstrap, with method="percentile", gives the same intervals; it is no
dependency of the tests, since with numpy it takes 200 MB.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from math import comb

import pytest

from retest.evaluation.statistics.bootstrap import RESAMPLES, bounds, estimates, resamples


def mean(rows: Sequence[bool]) -> Mapping[str, float | None]:
    return {"mean": sum(rows) / len(rows)}


def quantile(right: int, of: int, share: float) -> float:
    """The smallest share of a resample that so many resamples do not exceed."""
    p = right / of
    chances = [comb(of, k) * p**k * (1 - p) ** (of - k) for k in range(of + 1)]
    return next(k for k, sum_ in enumerate(accumulate(chances)) if sum_ >= share) / of


@pytest.mark.parametrize("seed", [1, 7, 2026])
@pytest.mark.parametrize(("right", "of"), [(4, 9), (8, 16), (8, 17), (9, 17), (13, 26)])
def test_an_interval_lies_between_the_exact_percentiles_2_5_and_97_5(
    right: int, of: int, seed: int
) -> None:
    """These shares have no jump of their distribution near either percentile, and other percentiles
    at 5 and 95."""
    low, high = quantile(right, of, 0.025), quantile(right, of, 0.975)
    assert (low, high) != (quantile(right, of, 0.05), quantile(right, of, 0.95))
    rows = [True] * right + [False] * (of - right)
    found = estimates(rows, mean, seed)["mean"]
    assert found.value == round(right / of, 4)
    assert (found.low, found.high) == (round(low, 4), round(high, 4))


def test_of_two_thousand_values_fifty_lie_outside_on_either_side() -> None:
    """With the bounds themselves: where a percentile falls between two values, the outer one."""
    values = [(n * 7919) % 2000 for n in range(2000)]
    assert sorted(values) == list(range(2000))
    assert bounds(values) == (49, 1950)
    assert bounds([-value for value in values]) == (-1950, -49)
    assert bounds([3.0]) == (3, 3)
    assert bounds([2.0, 1.0]) == (1, 2)
    assert bounds([]) is None


def test_a_resample_has_as_many_rows_and_may_have_a_row_twice() -> None:
    drawn = resamples(list(range(12)), seed=3)
    assert len(drawn) == RESAMPLES >= 1000
    assert {len(sample) for sample in drawn} == {12}
    assert all(set(sample) <= set(range(12)) for sample in drawn)
    assert all(len(set(sample)) < 12 for sample in drawn[:20])
    assert resamples([], seed=3) == []
