"""The arithmetic, against numbers worked out by hand or known from the literature."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.line import Window
from retest.domain.verdict import Verdict
from retest.errors import UsageError
from retest.evaluation.claims.compare import compare, least_to_tell, mcnemar, seen_from
from retest.evaluation.claims.measures import confident, measures, scores
from retest.evaluation.claims.result import ClaimResult, Cost, Result
from retest.evaluation.claims.steadiness import kappa, orders
from retest.evaluation.statistics import bootstrap
from retest.evaluation.statistics.bootstrap import estimates
from retest.evaluation.statistics.calibration import calibration, ece
from tests.temperaments import drawn


def claim(number: int, expected: Verdict, got: Verdict, **more: Any) -> ClaimResult:
    values: dict[str, Any] = {
        "id": f"c{number}",
        "claim": f"Claim {number}.",
        "topic": "",
        "contested": False,
        "expected": expected,
        "window": Window(opens=date(2025, 1, 1), as_of=date(2026, 1, 1)),
        "got": got,
        "why": None,
        "detail": "",
        "right": expected == got,
        "confidence": None,
        "judged": got,
        "cites": (),
        "evidence": {},
        "gold": (),
        "reached": None,
        "lost": None if expected == got else "untraced",
        "rationale": "",
        "fallen": (),
        "spent": Cost(),
    }
    return ClaimResult(**{**values, **more})


def result(*claims: ClaimResult) -> Result:
    return Result(
        gold="some",
        gold_digest="0" * 12,
        as_of=date(2026, 1, 1),
        model="m",
        verifier=None,
        source="mirror",
        prompts={},
        candidates=32,
        ladder="2",
        seed=1,
        claims=claims,
        measures=measures(claims, 1),
    )


def rights(*right: bool) -> Result:
    return result(
        *(claim(n, "holds", "holds" if one else "relaxed") for n, one in enumerate(right))
    )


def test_f1_is_taken_over_the_verdicts_that_are_expected() -> None:
    found = scores(
        [
            claim(0, "holds", "holds"),
            claim(1, "holds", "relaxed"),
            claim(2, "relaxed", "relaxed"),
            claim(3, "relaxed", "undetermined", why="nothing-grounded"),
            claim(4, "overturned", "undetermined", why="not-judged"),
        ],
        seed=1,
    )
    by = {one.verdict: one for one in found.verdicts}
    assert (by["holds"].precision.value, by["holds"].recall.value) == (1, 0.5)
    assert (by["relaxed"].precision.value, by["relaxed"].recall.value, by["relaxed"].f1.value) == (
        0.5,
        0.5,
        0.5,
    )
    assert by["undetermined"].f1.value is None
    assert found.macro_f1.value == pytest.approx((2 / 3 + 1 / 2 + 0) / 3, abs=1e-4)
    assert (found.right, found.wrong, found.abstained, found.failed) == (2, 1, 1, 1)
    assert (found.accuracy.value, found.coverage.value) == (0.4, 0.6)
    assert found.selective_accuracy.value == pytest.approx(2 / 3, abs=1e-4)


def test_where_all_are_right_the_interval_is_that_of_clopper_and_pearson() -> None:
    found = rights(*[True] * 10).measures.scores.accuracy
    assert (found.value, found.low, found.high) == (1, 0.6915, 1)
    found = rights(*[False] * 10).measures.scores.accuracy
    assert (found.value, found.low, found.high) == (0, 0, 0.3085)


def test_nothing_to_reckon_from_is_none_and_no_number() -> None:
    found = result().measures
    assert found.scores.accuracy.value is None
    assert (found.calibration.ece.value, found.calibration.chance_ece) == (None, None)


def test_intervals_hold_the_truth_as_often_as_they_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "RESAMPLES", 200)
    within = 0
    for seed in range(200):
        chance = drawn("coverage", seed)
        rows = [chance.random() < 0.7 for _ in range(40)]
        found = estimates(rows, _mean, seed)["mean"]
        within += (found.low or 0) <= 0.7 <= (found.high or 0)
    assert 176 <= within <= 199, "of 200 intervals that promise 95 in 100"


def _mean(rows: Sequence[bool]) -> Mapping[str, float | None]:
    return {"mean": sum(rows) / len(rows)}


def test_the_same_seed_gives_the_same_interval_and_another_one_another() -> None:
    rows = [True] * 20 + [False] * 21
    assert estimates(rows, _mean, 1) == estimates(rows, _mean, 1)
    assert bootstrap.resamples(rows, 1) != bootstrap.resamples(rows, 7)


def test_calibration_error_is_the_gap_weighted_by_bin() -> None:
    assert ece([(0.9, True), (0.9, True), (0.9, False), (0.3, False)]) == pytest.approx(
        3 / 4 * abs(0.9 - 2 / 3) + 1 / 4 * 0.3
    )
    assert ece([(1.0, True), (0.0, False)]) == 0
    assert ece([(0.9, False), (0.1, True)]) == pytest.approx(0.9), (
        "too much in one bin does not make up for another"
    )


def test_a_calibrated_model_stays_below_what_chance_gives_nineteen_times_in_twenty(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("retest.evaluation.statistics.bootstrap.RESAMPLES", 2)
    monkeypatch.setattr("retest.evaluation.statistics.calibration.RESAMPLES", 400)
    below = 0
    for seed in range(40):
        chance = drawn("calibrated", seed)
        said = [round(chance.uniform(0.2, 1), 2) for _ in range(40)]
        claims = [
            claim(n, "holds", "holds" if chance.random() < c else "relaxed", confidence=c)
            for n, c in enumerate(said)
        ]
        found = calibration(confident(claims), seed)
        below += (found.ece.value or 0) <= (found.chance_ece or 0)
    assert below >= 34


@pytest.mark.parametrize(
    ("only_a", "only_b", "p"),
    [
        (0, 0, 1),
        (2, 0, 0.5),
        (5, 0, 0.0625),
        (6, 0, 0.03125),
        (1, 1, 1),
        (10, 2, 0.03857421875),
        (2, 10, 0.03857421875),
    ],
)
def test_mcnemars_exact_p_is_that_of_fair_coins(only_a: int, only_b: int, p: float) -> None:
    assert mcnemar(only_a, only_b) == pytest.approx(p)


def test_two_of_twenty_is_not_sold_as_progress() -> None:
    found = compare(
        rights(*[True] * 10, *[False] * 10), rights(*[True] * 12, *[False] * 8), ("old", "new"), 1
    )
    assert found.sentence == (
        "2 of 20 claims differ (A alone is right on 0, B alone on 2): that is what chance alone "
        "gives, p = 0.50."
    )
    assert (found.both, found.only_a, found.only_b, found.neither) == (10, 0, 2, 8)
    assert (found.difference.low or 0) <= 0 < (found.difference.high or 0)
    assert [one.id for one in found.changed] == ["c10", "c11"]
    assert {one.better for one in found.changed} == {True}
    assert found.seen_from is not None
    assert found.seen_from > 0.1


def test_a_difference_that_chance_seldom_gives_is_said_to_be_one() -> None:
    found = compare(rights(*[False] * 20), rights(*[True] * 8, *[False] * 12), ("a", "b"), 1)
    assert "B is better" in found.sentence
    assert (found.difference.low or 0) > 0
    same = compare(rights(*[True] * 10), rights(*[True] * 10), ("a", "b"), 1)
    assert "no difference was found" in same.sentence
    assert (same.difference.low, same.difference.high) == (-0.3085, 0.3085), (
        "ten claims do not show that there is none"
    )


def test_only_the_same_claims_are_compared() -> None:
    ours = result(
        claim(0, "holds", "holds"), claim(1, "holds", "holds"), claim(2, "holds", "holds")
    )
    reworded, other = (
        claim(1, "holds", "relaxed", claim="Another wording."),
        claim(2, "relaxed", "relaxed"),
    )
    found = compare(ours, result(claim(0, "holds", "relaxed"), reworded, other), ("a", "b"), 1)
    assert (found.claims, found.left_out) == (1, ("c1", "c2"))
    with pytest.raises(UsageError, match="no claim in common"):
        compare(ours, result(claim(9, "holds", "holds")), ("a", "b"), 1)


def test_a_verdict_that_is_wrong_in_another_way_is_listed_and_counts_for_neither() -> None:
    found = compare(
        result(claim(0, "holds", "relaxed")), result(claim(0, "holds", "overturned")), ("a", "b"), 1
    )
    assert [one.better for one in found.changed] == [None]
    assert (found.only_a, found.only_b, found.p) == (0, 0, 1)


def test_what_could_have_been_seen_shrinks_with_more_claims() -> None:
    assert least_to_tell() == 6
    found = [seen_from(n, n // 10) for n in (24, 40, 100, 1000)]
    assert found == sorted((one or 1 for one in found), reverse=True)
    assert seen_from(24, 2) == 0.3
    assert (seen_from(100, 50) or 0) > (seen_from(100, 0) or 0), (
        "the more claims differ by chance, the less is seen"
    )
    assert seen_from(3, 0) is None


def test_kappa_is_that_of_fleiss() -> None:
    assert kappa([["holds"] * 3, ["relaxed", "relaxed", "holds"]]) == pytest.approx(0.25)
    assert kappa([["holds"] * 3, ["relaxed"] * 3]) == 1
    assert kappa([["holds"] * 3] * 4) is None, (
        "with one verdict only there is nothing to agree beyond"
    )


@given(st.integers(2, 50))
def test_two_rounds_at_least_have_the_same_order(rounds: int) -> None:
    kinds = orders(rounds)
    assert len(kinds) == rounds
    assert kinds.count("same") >= 2
    assert ("shuffled" in kinds) == (rounds > 2)


def test_a_comparison_of_thousands_of_claims_has_a_p_value_too() -> None:
    assert mcnemar(1200, 1200) == 1
    assert mcnemar(0, 2000) == 0
    assert mcnemar(500, 600) == pytest.approx(0.0028, abs=1e-4)


def test_an_f1_of_a_few_claims_that_are_all_right_or_all_wrong_is_no_certainty() -> None:
    found = scores([claim(0, "holds", "holds"), claim(1, "relaxed", "undetermined")], seed=1)
    by = {one.verdict: one.f1 for one in found.verdicts}
    assert (by["holds"].value, by["holds"].low, by["holds"].high) == (1, 0.025, 1)
    assert (by["relaxed"].value, by["relaxed"].low, by["relaxed"].high) == (0, 0, 0.975)
    every = scores([claim(n, "holds", "holds") for n in range(10)], seed=1).macro_f1
    assert (every.value, every.low, every.high) == (1, 0.6915, 1)
