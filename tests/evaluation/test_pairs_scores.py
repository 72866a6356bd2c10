"""The scores of readers of known temperament, against numbers that were worked out by hand."""

from __future__ import annotations

from retest.domain.verdict import NotedStance, Stance
from retest.evaluation.claims.result import Cost
from retest.evaluation.pairs.measures import measures, missed
from retest.evaluation.pairs.result import (
    PairClaimResult,
    PairFate,
    PairResult,
    PairScores,
)
from tests.evaluation.pairs_world import (
    LABELS,
    ONE,
    PERFECT,
    PairsBench,
    Reader,
    misses,
    prf,
)


def near(value: float) -> float:
    """As a result has it."""
    return round(value, 4)


def stances(scores: PairScores) -> dict[str, tuple[float | None, float | None, float | None]]:
    return {one.stance: prf(one.scored) for one in scores.stances}


NOTHING = (None, 0, 0)


def test_who_reads_perfectly_has_all_scores_perfect(pairs_bench: PairsBench) -> None:
    result = pairs_bench.result(Reader(PERFECT))
    m = result.measures
    assert (result.kind, m.claims, m.pairs, m.failed, m.strays) == ("scifact", 4, 6, 0, 0)
    for scores in (m.before, m.after):
        assert scores.macro_f1.value == 1
        assert (scores.macro_f1.low or 1) < 0.4, (
            "three claims of three are not a proof of perfection"
        )
        assert stances(scores) == {
            "supports": ONE,
            "qualifies": (None, None, None),
            "contradicts": ONE,
            "unrelated": ONE,
        }
        for scored in (
            scores.abstract_label,
            scores.abstract_rationale,
            scores.selection,
            scores.selection_label,
            scores.overlap,
        ):
            assert prf(scored) == ONE
        assert (scores.abstained.value, scores.overlooked.value) == (near(2 / 6), 0)
    assert misses(result) == {}


def test_who_says_nothing_scores_nothing_and_is_found_to_abstain(pairs_bench: PairsBench) -> None:
    result = pairs_bench.result(Reader({}))
    after = result.measures.after
    assert after.macro_f1.value == 0
    assert stances(after) == {
        "supports": NOTHING,
        "qualifies": (None, None, None),
        "contradicts": NOTHING,
        "unrelated": (near(2 / 6), 1, 0.5),
    }
    assert prf(after.abstract_label) == prf(after.selection) == prf(after.overlap) == NOTHING
    assert (after.abstained.value, after.overlooked.value) == (1, 1)
    assert misses(result) == dict.fromkeys(("11", "13", "14", "15"), "silent")
    assert result.measures.entailed.lost.value is None, "nothing came to the verifier"


def test_who_inverts_stances_has_the_sentences_right_and_no_label(pairs_bench: PairsBench) -> None:
    turned = {"supports": "contradicts", "contradicts": "supports"}
    result = pairs_bench.result(
        Reader({doc: (turned[stance], at) for doc, (stance, at) in PERFECT.items()})
    )
    after = result.measures.after
    assert after.macro_f1.value == 0
    cells = {(cell.expected, cell.got): cell.pairs for cell in after.confusion if cell.pairs}
    assert cells == {
        ("supports", "contradicts"): 2,
        ("contradicts", "supports"): 2,
        ("unrelated", "none"): 2,
    }
    assert prf(after.selection) == prf(after.overlap) == ONE
    assert (
        prf(after.selection_label)
        == prf(after.abstract_label)
        == prf(after.abstract_rationale)
        == (0, 0, 0)
    )
    assert misses(result) == dict.fromkeys(("11", "13", "14", "15"), "stance")


def test_who_points_at_the_wrong_sentences_has_the_label_right_and_no_rationale(
    pairs_bench: PairsBench,
) -> None:
    """Of 11 half a rationale (2 without 3) and a wrong sentence; 5 sentences pointed at, 1 of them
    gold, of 6."""
    said = {11: [2, 4], 13: [2], 14: [1], 15: [1]}
    result = pairs_bench.result(Reader({doc: (PERFECT[doc][0], at) for doc, at in said.items()}))
    after = result.measures.after
    assert after.macro_f1.value == 1
    assert prf(after.abstract_label) == ONE
    assert (
        prf(after.abstract_rationale)
        == prf(after.selection)
        == prf(after.selection_label)
        == (0, 0, 0)
    )
    assert prf(after.overlap) == (0.2, near(1 / 6), near(2 / 11))
    assert misses(result) == dict.fromkeys(("11", "13", "14", "15"), "sentences")
    assert [one.passed for one in result.measures.entailed.kinds] == [0, 4, 0, 0]


def test_who_finds_too_much_loses_precision_alone(pairs_bench: PairsBench) -> None:
    """Supports: 2 right of 4. Abstracts: 4 right of 6. Sentences: 6 right of 8."""
    result = pairs_bench.result(Reader({**PERFECT, 12: ("supports", [1]), 16: ("supports", [1])}))
    after = result.measures.after
    assert stances(after)["supports"] == (0.5, 1, near(2 / 3))
    assert stances(after)["unrelated"] == (None, 0, 0)
    assert after.macro_f1.value == near((2 / 3 + 1) / 2)
    assert prf(after.abstract_label) == (near(4 / 6), 1, 0.8)
    assert prf(after.selection) == (0.75, 1, near(12 / 14))
    assert (after.abstained.value, misses(result)) == (0, {"12": "unrelated", "16": "unrelated"})


def test_a_verifier_that_refuses_everything_is_charged_with_it(pairs_bench: PairsBench) -> None:
    result = pairs_bench.result(Reader(PERFECT, refuses=range(11, 17)))
    m = result.measures
    assert (m.before.macro_f1.value, m.after.macro_f1.value) == (1, 0)
    assert (m.entailed.lost.value, m.entailed.stopped.value) == (1, None)
    assert [(one.passed, one.refused) for one in m.entailed.kinds] == [
        (0, 4),
        (0, 0),
        (0, 0),
        (0, 0),
    ]
    assert misses(result) == dict.fromkeys(("11", "13", "14", "15"), "refused")


def test_a_mixed_reader_gets_the_numbers_that_are_worked_out_by_hand(
    pairs_bench: PairsBench,
) -> None:
    """11 right, 13 overlooked, 14 right with one sentence too many, 15 `qualifies`, 12 found though
    unrelated; the verifier refuses 14 and 12: one gain, one loss."""
    said = {
        11: ("supports", [2, 3]),
        14: ("supports", [4, 1]),
        15: ("qualifies", [3]),
        12: ("contradicts", [1]),
    }
    result = pairs_bench.result(Reader(said, refuses=(12, 14)))
    before, after, entailed = (
        result.measures.before,
        result.measures.after,
        result.measures.entailed,
    )
    third, two_thirds = near(1 / 3), near(2 / 3)
    assert stances(before) == {
        "supports": ONE,
        "qualifies": (0, None, 0),
        "contradicts": (0, 0, 0),
        "unrelated": (0.5, 0.5, 0.5),
    }
    assert before.macro_f1.value == 0.5
    assert before.macro_f1_read_so is not None, "the gold has no `qualifies`"
    assert before.macro_f1_read_so.value == 0.75, (
        "read so, 1 of 2 contradicts is right, and 1 of 2 found"
    )
    assert prf(before.abstract_label) == prf(before.abstract_rationale) == (0.5, 0.5, 0.5)
    assert prf(before.selection) == prf(before.overlap) == (two_thirds, two_thirds, two_thirds)
    assert prf(before.selection_label) == (0.5, 0.5, 0.5)
    assert (before.abstained.value, before.overlooked.value) == (third, 0.25)

    assert stances(after)["supports"] == (1, 0.5, two_thirds)
    assert after.macro_f1.value == third
    assert after.macro_f1_read_so is not None
    assert after.macro_f1_read_so.value == two_thirds
    assert prf(after.abstract_label) == (0.5, 0.25, third)
    assert prf(after.selection) == (1, 0.5, two_thirds)
    assert prf(after.selection_label) == (two_thirds, third, near(4 / 9))
    assert (after.abstained.value, after.overlooked.value) == (two_thirds, 0.5)

    assert (entailed.lost.value, entailed.stopped.value) == (0.5, 0.5)
    assert {one.kind: (one.passed, one.refused) for one in entailed.kinds} == {
        "right": (1, 1),
        "other sentences": (0, 0),
        "other stance": (1, 0),
        "unrelated": (0, 1),
    }
    assert misses(result) == {"13": "silent", "14": "refused", "15": "stance"}


def pair(
    expected: NotedStance,
    said: Stance | None,
    pointed: tuple[int, ...] = (1,),
    rationales: tuple[tuple[int, ...], ...] = ((1,),),
    fate: PairFate = "passed",
) -> PairResult:
    made = PairResult(
        paper="d",
        arxiv_id=None,
        title="",
        expected=expected,
        rationales=rationales,
        said=said,
        stands=said if fate == "passed" else None,
        pointed=pointed,
        fate=fate,
        detail="",
        missed=None,
    )
    return made.model_copy(update={"missed": missed(made)})


def claim(number: int, *pairs: PairResult) -> PairClaimResult:
    return PairClaimResult(id=str(number), claim="c", strays=0, spent=Cost(), pairs=pairs)


def test_of_an_abstract_only_the_first_three_sentences_count_as_its_rationale() -> None:
    at_the_end = pair("supports", "supports", (1, 4, 2, 3), ((2, 3),))
    after = measures([claim(1, at_the_end)], 1).after
    assert (after.abstract_label.f1.value, after.abstract_rationale.f1.value) == (1, 0)
    assert prf(after.selection) == (0.5, 1, near(2 / 3))


NONE = (None, None, None)


def test_a_gold_of_labels_alone_scores_stances_and_no_sentence(pairs_bench: PairsBench) -> None:
    """One stance of four is turned, and one unrelated paper gets a finding: 4 pairs of 6 right."""
    pairs_bench.write(LABELS)
    said = {**PERFECT, 13: ("supports", [4]), 14: ("supports", [1]), 16: ("supports", [2])}
    result = pairs_bench.result(Reader(said))
    after = result.measures.after
    assert after.micro_f1.value == near(4 / 6)
    assert stances(after)["supports"] == (0.5, 1, near(2 / 3))
    assert prf(after.abstract_label) == (0.6, 0.75, near(6 / 9))
    for scored in (
        after.abstract_rationale,
        after.selection,
        after.selection_label,
        after.overlap,
    ):
        assert prf(scored) == NONE, "the gold has no sentence to be right about"
    assert misses(result) == {"13": "stance", "16": "unrelated"}
    ran, _ = pairs_bench.run(Reader(said))
    assert "micro-F1" in ran.out
    assert "sentences" not in ran.out


def test_micro_f1_is_the_share_of_pairs_that_are_right_and_failures_are_not() -> None:
    scores = measures(
        [
            claim(1, pair("supports", "supports"), pair("contradicts", "qualifies")),
            claim(2, pair("unrelated", None, rationales=(), fate="silent")),
            claim(3, pair("supports", None, fate="not-read")),
        ],
        1,
    ).after
    assert scores.micro_f1.value == 0.5
    assert scores.micro_f1_read_so is not None
    assert scores.micro_f1_read_so.value == 0.75


def test_a_pair_without_sentences_stays_out_of_the_scores_of_sentences() -> None:
    """Beside one that has them: of it nothing but the label is known."""
    told, untold = pair("supports", "supports"), pair("supports", "supports", (7,), ())
    after = measures([claim(1, told, untold)], 1).after
    assert prf(after.selection) == prf(after.overlap) == prf(after.abstract_rationale) == ONE
    assert untold.missed is None


def test_claims_are_drawn_anew_and_not_pairs() -> None:
    """Twenty right pairs of one claim and twenty wrong ones of another are two draws, not forty."""
    right = claim(1, *[pair("supports", "supports")] * 20)
    wrong = claim(2, *[pair("supports", None, fate="silent")] * 20)
    (supports, *_) = measures([right, wrong], 1).after.stances
    recall = supports.scored.recall
    assert (recall.value, recall.low, recall.high) == (0.5, 0, 1)


def test_where_the_gold_has_qualifies_it_is_a_stance_like_the_others() -> None:
    scores = measures(
        [claim(1, pair("qualifies", "qualifies"), pair("supports", "qualifies"))], 1
    ).after
    assert scores.macro_f1_read_so is None
    assert scores.macro_f1.value == near((2 / 3 + 0) / 2)
