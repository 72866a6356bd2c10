"""A harness that cannot be shown wrong measures nothing: models of known temperament, and what it
says of them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import pytest

from retest.domain.paper import Paper
from retest.evaluation.claims.result import Result
from tests.evaluation.conftest import Bench
from tests.evaluation.world import KNOWN, TOPICS
from tests.temperaments import (
    AlwaysHolds,
    AsGoodAsItsWord,
    ConfidentAndRandom,
    FirstShown,
    Known,
    Noisy,
    RightWhenShown,
    RightWith,
    Slip,
)

EVERY = len(TOPICS)


def lost(result: Result) -> dict[str, str | None]:
    return {claim.id: claim.lost for claim in result.claims}


def test_who_is_right_when_shown_is_right_everywhere(bench: Bench) -> None:
    measures = bench.result(RightWhenShown(KNOWN)).measures
    assert (measures.scores.right, measures.scores.claims) == (EVERY, EVERY)
    assert [step.claims for step in measures.funnel.steps] == [EVERY] * 8
    assert (
        measures.funnel.right,
        measures.funnel.right_by_other_evidence,
        measures.funnel.lost,
    ) == (EVERY, 0, ())
    accuracy = measures.scores.accuracy
    assert accuracy.value == 1
    assert 0.9 < (accuracy.low or 0) < 1, "forty-eight of forty-eight is not a proof of perfection"


@pytest.mark.parametrize(("p", "seed"), [(0.7, 1), (0.5, 2)])
def test_who_is_right_with_probability_p_is_found_to_be(bench: Bench, p: float, seed: int) -> None:
    brain = RightWith(KNOWN, p, seed)
    planted = {topic.id for topic in TOPICS if brain.verdict(topic.known) == topic.expected}
    result = bench.result(brain)
    assert {claim.id for claim in result.claims if claim.right} == planted
    accuracy = result.measures.scores.accuracy
    assert accuracy.value == pytest.approx(len(planted) / EVERY, abs=1e-4)
    assert (accuracy.low or 0) <= p <= (accuracy.high or 0)
    assert (accuracy.high or 0) - (accuracy.low or 0) < 0.35, (
        "an interval that holds everything says nothing"
    )
    assert {claim.lost for claim in result.claims} == {None, "verdict"}


def test_who_always_says_holds_is_found_to_be(bench: Bench) -> None:
    scores = bench.result(AlwaysHolds(KNOWN)).measures.scores
    third = EVERY // 3
    assert {(cell.expected, cell.got): cell.count for cell in scores.confusion if cell.count} == {
        ("holds", "holds"): third,
        ("relaxed", "holds"): third,
        ("overturned", "holds"): third,
    }
    assert [one.recall.value for one in scores.verdicts] == [1, 0, 0, None]
    assert scores.macro_f1.value == pytest.approx(0.5 / 3, abs=1e-4), (
        "F1 is 0.5 for holds and 0 for the other two"
    )
    assert (scores.wrong, scores.abstained, scores.failed) == (2 * third, 0, 0)


def test_who_is_sure_of_what_it_draws_at_random_is_badly_calibrated(bench: Bench) -> None:
    calibration = bench.result(ConfidentAndRandom(KNOWN, seed=1)).measures.calibration
    assert (calibration.ece.low or 0) > (calibration.chance_ece or 1)
    assert (calibration.chance_ece or 1) < 0.15, (
        "who is right in 95 of 100 cases is seldom far off in 48"
    )
    assert (calibration.ece.value or 0) == pytest.approx(0.95 - 1 / 3, abs=0.15)
    assert (calibration.brier.value or 0) > (calibration.base_brier or 1), (
        "its confidence is worse than none"
    )
    (used,) = [one for one in calibration.bins if one.claims]
    assert (used.low, used.claims, used.confidence) == (0.8, EVERY, 0.95)


@pytest.mark.parametrize("seed", [1])
def test_who_is_right_as_often_as_it_says_is_well_calibrated(bench: Bench, seed: int) -> None:
    calibration = bench.result(AsGoodAsItsWord(KNOWN, seed)).measures.calibration
    assert (calibration.ece.value or 1) <= (calibration.chance_ece or 0)
    assert (calibration.brier.value or 1) < (calibration.base_brier or 0), (
        "its confidence tells right from wrong"
    )


PLANTED: dict[Slip, str | None] = {
    "overlooks": "shown",
    "blind": "found",
    "misquotes": "grounded",
    "refuses": "entailed",
    "cites another": "judged",
    "wrong": "verdict",
    "cites nothing": "settled",
    "breaks": "failed",
    "by another": None,
}


def test_every_planted_loss_is_charged_to_its_station(bench: Bench) -> None:
    """One claim is lost at each station, and one is right without its gold paper; all others are
    right."""
    topics = {slip: TOPICS[number] for number, slip in enumerate(PLANTED)}
    absent, unreached, cut, untraced = TOPICS[10:14]
    beyond = Paper(
        id="2604.00001",
        version=1,
        published=date(2026, 4, 1),
        title="Sunsets over unnamed hills",
        abstract="Colours above hills were painted. Painters saw more red than before. Nothing "
        "else was seen.",
    )
    crowd = [
        cut.gold.model_copy(update={"id": f"2605.{n:05}", "title": f"{cut.word} {cut.word} {n}"})
        for n in range(1, 12)
    ]
    told = f"Many a crop is grown. {'Other matters are told. ' * 60}One field had {cut.word}."
    faint = cut.gold.model_copy(
        update={"id": "2606.00001", "title": "Many crops", "abstract": told}
    )
    bench.workspace.mirror(beyond, faint, *crowd)
    moved = {
        absent.id: ["2604.09999"],
        unreached.id: [beyond.id],
        cut.id: [faint.id],
        untraced.id: [],
    }
    bench.write([t.row(gold_ids=moved.get(t.id, [t.gold.id])) for t in TOPICS[:16]])
    known = {topic.id: topic.known for topic in TOPICS}
    for name, gold in moved.items():
        known[name] = Known(known[name].claim, known[name].expected, tuple(gold))
    brain = RightWhenShown(known.values(), {topic.claim: slip for slip, topic in topics.items()})
    result = bench.result(brain)
    planted = {topic.id: PLANTED[slip] for slip, topic in topics.items()}
    planted |= {
        absent.id: "source",
        unreached.id: "searched",
        cut.id: "shown",
        untraced.id: "untraced",
    }
    assert lost(result) == {topic.id: planted.get(topic.id) for topic in TOPICS[:16]}

    funnel = result.measures.funnel
    assert funnel.claims == 15, "a claim without gold papers is in no funnel"
    assert {step.step: step.claims for step in funnel.steps} == {
        "source": 14,
        "searched": 13,
        "listed": 13,
        "shown": 11,
        "found": 9,
        "grounded": 8,
        "entailed": 7,
        "cited": 4,
    }
    assert (funnel.right, funnel.right_by_other_evidence) == (3, 1)
    assert {one.station: set(one.claims) for one in funnel.lost} == {
        station: {name for name, lost_at in planted.items() if lost_at == station}
        for station in planted.values()
        if station
    }
    details = {
        claim.id: claim.gold[0].detail.partition(":")[0] for claim in result.claims if claim.gold
    }
    assert details[absent.id] == "not-found"
    assert details[topics["misquotes"].id] == "no-such-sentence"
    assert details[topics["refuses"].id] == "not-entailed"
    assert {(one.rung, one.reason): one.citations for one in result.measures.fallen} == {
        ("quote", "no-such-sentence"): 1,
        ("entails", "not-entailed"): 1,
    }
    scores = result.measures.scores
    assert (scores.right, scores.wrong, scores.failed, scores.abstained) == (4, 2, 1, 9)
    assert scores.accuracy.value == pytest.approx(4 / 16, abs=1e-4), (
        "what could not be judged is not right"
    )


def test_a_gold_paper_that_ranks_behind_the_first_hundred_is_charged_to_the_ranking(
    bench: Bench,
) -> None:
    topic = TOPICS[0]

    def crowd(first: int, count: int, text: str) -> list[Paper]:
        many = [topic.gold.model_copy(update={"id": f"2605.{first + n:05}"}) for n in range(count)]
        return [one.model_copy(update={"title": text, "abstract": f"{text}."}) for one in many]

    words = f"{topic.word} raises the yield of barley"
    faint = topic.gold.model_copy(
        update={"id": "2606.00001", "title": "Notes", "abstract": "One field of larch is noted."}
    )
    bench.workspace.mirror(faint, *crowd(1, 120, words), *crowd(500, 40, "Larch and larch"))
    bench.write([topic.row(gold_ids=[faint.id])])
    brain = RightWhenShown([Known(topic.claim, topic.expected, (faint.id,))])

    def planning(schema: str, system: str, user: str) -> Any:
        said = brain(schema, system, user)
        if schema == "QueryPlan" and isinstance(said, dict):
            said["queries"].append({"all_of": ["larch"], "any_of": []})
        return said

    (claim,) = bench.result(planning).claims
    assert (claim.gold[0].reached, claim.lost) == ("searched", "listed")


def test_of_several_gold_papers_the_one_that_came_furthest_counts_and_all_are_listed(
    bench: Bench,
) -> None:
    topic = TOPICS[0]
    bench.write([topic.row(gold_ids=["2604.09999", topic.gold.id, topic.others[0].id])])
    (claim,) = bench.result(RightWhenShown([topic.known])).claims
    assert [(paper.id, paper.reached) for paper in claim.gold] == [
        ("2604.09999", None),
        (topic.gold.id, "cited"),
        (topic.others[0].id, "shown"),
    ]
    assert (claim.reached, claim.lost) == ("cited", None)


def test_contested_claims_are_counted_apart(bench: Bench) -> None:
    bench.write([topic.row(contested=topic.number < 3) for topic in TOPICS[:9]])
    measures = bench.result(AlwaysHolds(KNOWN)).measures
    assert (measures.scores.claims, measures.scores.right) == (6, 2)
    assert measures.contested is not None
    assert (measures.contested.claims, measures.contested.right) == (3, 1)
    assert measures.funnel.claims == 9


def test_undetermined_can_be_the_right_answer(bench: Bench) -> None:
    topic, other = TOPICS[:2]
    bench.write(
        [
            topic.row(expected_verdict="undetermined", gold_ids=[]),
            other.row(expected_verdict="undetermined"),
        ]
    )
    result = bench.result(RightWhenShown([Known(topic.claim, "undetermined", ()), other.known]))
    assert [(claim.got, claim.right) for claim in result.claims] == [
        ("undetermined", True),
        (other.expected, False),
    ]
    assert result.measures.scores.abstained == 0
    bench.workspace.environment["RETEST_RETRY_ATTEMPTS"] = "1"
    broken = RightWhenShown([other.known], {other.claim: "breaks"})
    claim = bench.result(broken, "--only", other.id, "--model", "anthropic:broken").claims[0]
    assert (claim.got, claim.right, claim.lost) == ("undetermined", False, "failed"), (
        "a failure is no abstention"
    )


ROUNDS = ("--repeat", "4", "--limit", "24")


@pytest.mark.parametrize("at", ["judge", "extract"])
def test_who_goes_by_what_is_shown_first_is_found_out(bench: Bench, at: str) -> None:
    steady = bench.result(
        FirstShown(KNOWN, "judge" if at == "judge" else "extract"), *ROUNDS
    ).steadiness
    assert steady is not None
    assert steady.orders == ("same", "same", "shuffled", "shuffled")
    assert steady.noise.value == 0, "in the same order it says the same"
    assert steady.order_decides
    stations = Counter(claim.station for claim in steady.claims if claim.station)
    assert stations.keys() == {at}, "the disagreement is charged to the station that it comes from"
    assert stations.total() >= 5


@pytest.mark.parametrize("seed", [1])
def test_noise_is_not_taken_for_the_order(bench: Bench, seed: int) -> None:
    steady = bench.result(Noisy(KNOWN, 0.6, seed), *ROUNDS).steadiness
    assert steady is not None
    assert (steady.noise.low or 0) > 0.1
    assert not steady.order_decides
    assert (steady.kappa.value or 0) < 0.6
    assert {claim.station for claim in steady.claims if claim.agreement < 1} == {"extract"}
    assert all(claim.gold for claim in steady.claims if claim.station)


def test_who_is_steady_is_found_to_be(bench: Bench) -> None:
    result = bench.result(RightWith(KNOWN, 0.7, 1), "--repeat", "3", "--limit", "12")
    steady = result.steadiness
    assert steady is not None
    assert (steady.agreement.value, steady.kappa.value, steady.difference.value) == (1, 1, 0)
    assert not steady.order_decides
    assert {claim.station for claim in steady.claims} == {None}
