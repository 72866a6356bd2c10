"""Whether `confidence` means what it says: a verdict given with 0.7 is right in 7 of 10 cases.

Expected calibration error over equal bins (Naeini, Cooper and Hauskrecht, AAAI 2015; Guo et al.,
ICML 2017) and Brier score (1950). With few claims the first is well above zero for any model, so it
is set against what chance does to one that is calibrated: outcomes drawn from the confidences
themselves (Broecker and Smith, 2007, consistency resampling).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from statistics import fmean

from retest.domain import Frozen
from retest.evaluation.statistics.bootstrap import DECIMALS, OUTSIDE, RESAMPLES, Estimate, estimates

BINS = 5
"""Gold files have tens of claims: with ten bins, as is usual for thousands, most would hold one or
two."""
Pair = tuple[float, bool]
"""Confidence, and whether the verdict was right."""


class Bin(Frozen):
    """Verdicts given with a confidence from `low` to `high`: how confident, and how often right."""

    low: float
    high: float
    claims: int
    confidence: float | None
    accuracy: Estimate


class Calibration(Frozen):
    """Of decided verdicts. `chance_ece` is what 95 of 100 models as well calibrated as can be would
    stay below on this many claims; `base_brier` the score of one that gives its own accuracy as
    confidence every time."""

    claims: int
    ece: Estimate
    chance_ece: float | None
    brier: Estimate
    base_brier: float | None
    bins: tuple[Bin, ...]


def calibration(pairs: Sequence[Pair], seed: int) -> Calibration:
    """Of decided verdicts that were given with a confidence."""
    found = estimates(pairs, _values, seed)
    accuracy = fmean(right for _, right in pairs) if pairs else 0.0
    return Calibration(
        claims=len(pairs),
        ece=found["ece"],
        chance_ece=_by_chance(pairs, seed),
        brier=found["brier"],
        base_brier=round(accuracy * (1 - accuracy), DECIMALS) if pairs else None,
        bins=tuple(_bin(number, pairs, seed) for number in range(BINS)),
    )


def _values(pairs: Sequence[Pair]) -> Mapping[str, float | None]:
    if not pairs:
        return {"ece": None, "brier": None}
    return {
        "ece": ece(pairs),
        "brier": fmean((confidence - right) ** 2 for confidence, right in pairs),
    }


def ece(pairs: Sequence[Pair]) -> float:
    """The mean gap between confidence and accuracy over the bins, each weighted by what is in
    it."""
    gaps = [0.0] * BINS
    for confidence, right in pairs:
        gaps[_place(confidence)] += confidence - right
    return sum(abs(gap) for gap in gaps) / len(pairs)


def _place(confidence: float) -> int:
    return min(int(confidence * BINS), BINS - 1)


def _by_chance(pairs: Sequence[Pair], seed: int) -> float | None:
    if not pairs:
        return None
    chance = Random(seed)  # noqa: S311 - statistics, no secret
    drawn = sorted(ece([(c, chance.random() < c) for c, _ in pairs]) for _ in range(RESAMPLES))
    return round(drawn[int((RESAMPLES - 1) * (1 - OUTSIDE))], DECIMALS)


def _bin(number: int, pairs: Sequence[Pair], seed: int) -> Bin:
    inside = [pair for pair in pairs if _place(pair[0]) == number]
    accuracy = estimates(inside, _accuracy, seed, {"accuracy": len(inside)})["accuracy"]
    return Bin(
        low=round(number / BINS, DECIMALS),
        high=round((number + 1) / BINS, DECIMALS),
        claims=len(inside),
        confidence=round(fmean(confidence for confidence, _ in inside), DECIMALS)
        if inside
        else None,
        accuracy=accuracy,
    )


def _accuracy(pairs: Sequence[Pair]) -> Mapping[str, float | None]:
    return {"accuracy": fmean(right for _, right in pairs) if pairs else None}
