"""Readers of known temperament on pairs: the harness reports what was planted, in numbers worked
out by hand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from retest.domain.verdict import NotedStance, Stance
from retest.evaluation.claims.result import Cost
from retest.evaluation.pairs.measures import measures, missed
from retest.evaluation.pairs.result import (
    PairClaimResult,
    PairFate,
    PairResult,
    PairScores,
    PairsResult,
    Scored,
)
from tests.conftest import Workspace
from tests.evaluation.pairs_world import (
    CLAIMS,
    CORPUS,
    PERFECT,
    Json,
    PairsBench,
    Reader,
    finding,
    write_lines,
)
from tests.fakes.models import status
from tests.fakes.wires import Fault

STAND_IN = re.compile(r"\b99(?:0[1-9]|1[0-2])\.\d{5}\b")


@pytest.fixture
def bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> PairsBench:
    made = PairsBench(Workspace(tmp_path, monkeypatch, capsys))
    made.write()
    return made


def prf(scored: Scored) -> tuple[float | None, float | None, float | None]:
    return scored.precision.value, scored.recall.value, scored.f1.value


def near(value: float) -> float:
    """As a result has it."""
    return round(value, 4)


def stances(scores: PairScores) -> dict[str, tuple[float | None, float | None, float | None]]:
    return {one.stance: prf(one.scored) for one in scores.stances}


def misses(result: PairsResult) -> dict[str, str]:
    return {
        pair.paper: pair.missed for claim in result.claims for pair in claim.pairs if pair.missed
    }


ONE = (1, 1, 1)
NOTHING = (None, 0, 0)


def test_who_reads_perfectly_has_all_scores_perfect(bench: PairsBench) -> None:
    result = bench.result(Reader(PERFECT))
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


def test_who_says_nothing_scores_nothing_and_is_found_to_abstain(bench: PairsBench) -> None:
    result = bench.result(Reader({}))
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


def test_who_inverts_stances_has_the_sentences_right_and_no_label(bench: PairsBench) -> None:
    turned = {"supports": "contradicts", "contradicts": "supports"}
    result = bench.result(
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
    bench: PairsBench,
) -> None:
    """Of 11 half a rationale (2 without 3) and a wrong sentence; 5 sentences pointed at, 1 of them
    gold, of 6."""
    said = {11: [2, 4], 13: [2], 14: [1], 15: [1]}
    result = bench.result(Reader({doc: (PERFECT[doc][0], at) for doc, at in said.items()}))
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


def test_who_finds_too_much_loses_precision_alone(bench: PairsBench) -> None:
    """Supports: 2 right of 4. Abstracts: 4 right of 6. Sentences: 6 right of 8."""
    result = bench.result(Reader({**PERFECT, 12: ("supports", [1]), 16: ("supports", [1])}))
    after = result.measures.after
    assert stances(after)["supports"] == (0.5, 1, near(2 / 3))
    assert stances(after)["unrelated"] == (None, 0, 0)
    assert after.macro_f1.value == near((2 / 3 + 1) / 2)
    assert prf(after.abstract_label) == (near(4 / 6), 1, 0.8)
    assert prf(after.selection) == (0.75, 1, near(12 / 14))
    assert (after.abstained.value, misses(result)) == (0, {"12": "unrelated", "16": "unrelated"})


def test_a_verifier_that_refuses_everything_is_charged_with_it(bench: PairsBench) -> None:
    result = bench.result(Reader(PERFECT, refuses=range(11, 17)))
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


def test_a_mixed_reader_gets_the_numbers_that_are_worked_out_by_hand(bench: PairsBench) -> None:
    """11 right, 13 overlooked, 14 right with one sentence too many, 15 `qualifies`, 12 found though
    unrelated; the verifier refuses 14 and 12: one gain, one loss."""
    said = {
        11: ("supports", [2, 3]),
        14: ("supports", [4, 1]),
        15: ("qualifies", [3]),
        12: ("contradicts", [1]),
    }
    result = bench.result(Reader(said, refuses=(12, 14)))
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


def test_the_library_against_its_own_annotations_is_perfect(bench: PairsBench) -> None:
    ran = bench.workspace.retest(
        "eval", "--pairs", "scale-anticipation", "--model", "annotations", "--json"
    )
    assert ran.status == 0, ran.err
    m = PairsResult.model_validate_json(ran.out).measures
    assert m.pairs > 150
    assert m.claims > 25
    for scores in (m.before, m.after):
        assert (
            scores.macro_f1.value,
            scores.selection_label.f1.value,
            scores.overlap.f1.value,
        ) == (1, 1, 1)
        assert [one.scored.f1.value for one in scores.stances] == [1, 1, 1, 1]
        assert scores.macro_f1_read_so is None
    assert m.entailed.lost.value == 0


def test_a_library_is_asked_as_a_run_asks_with_arxiv_ids_and_what_the_claim_rests_on(
    bench: PairsBench,
) -> None:
    name = "scale-picks-the-format"
    ran, fake = bench.run(Reader({}), "--only", name, "--json", pairs="scale-anticipation")
    result = PairsResult.model_validate_json(ran.out)
    (asked,) = fake.requests
    assert "It rests on: " in asked.user
    shown = re.findall(r"^<paper (\S+)>$", asked.user, re.MULTILINE)
    assert sorted(shown) == sorted(str(pair.arxiv_id) for pair in result.claims[0].pairs)
    assert len(shown) == 4
    assert not any(STAND_IN.fullmatch(name) for name in shown)


def test_documents_travel_under_ids_that_are_no_papers_and_nobody_sees(bench: PairsBench) -> None:
    """The model has them named back, in a refusal and in prose; what it was not shown is counted,
    not looked up."""
    reader = Reader(PERFECT, refuses=(13,), why="THIS measures something else.")

    def brain(schema: str, system: str, user: str) -> Json | Fault:
        answer = reader(schema, system, user)
        if schema == "Extraction" and isinstance(answer, dict) and "Study 16" in user:
            answer["findings"] += [
                finding("2401.00001", "supports", [1]),
                finding("9905.00001", "supports", [1]),
            ]
        return answer

    out = bench.workspace.folder / "out"
    ran, fake = bench.run(brain, "--out", str(out))
    assert ran.status == 0, ran.err
    shown = {name for seen in fake.requests for name in re.findall(r"<paper (\S+)>", seen.user)}
    assert len(shown) == 6
    assert all(STAND_IN.fullmatch(name) for name in shown)
    assert not any("doc_id" in seen.user or "14717500" in seen.user for seen in fake.requests)
    texts = [ran.out, ran.err, *(path.read_text(encoding="utf-8") for path in out.iterdir())]
    assert len(texts) == 5
    for text in texts:
        assert not any(name in text for name in shown)
        assert "arxiv.org" not in text
    result = PairsResult.model_validate_json((out / "pairs.json").read_text(encoding="utf-8"))
    assert result.measures.strays == 2
    assert {pair.arxiv_id for claim in result.claims for pair in claim.pairs} == {None}
    (refused,) = [pair for claim in result.claims for pair in claim.pairs if pair.fate == "refused"]
    assert refused.detail == "contradicts? 13 measures something else."


def test_the_golds_own_sentences_are_shown_and_not_cut_anew(bench: PairsBench) -> None:
    told = [
        "One ends. And goes on, e.g. here. It is one sentence of the gold.",
        "(b) 12.",
        "The second one is this.",
    ]
    documents = [
        {**CORPUS[0], "abstract": [*told, "Four.", "Five is the last one of them."]},
        *CORPUS[1:],
    ]
    bench.write(corpus=documents)
    _, fake = bench.run(Reader(PERFECT))
    (seen,) = [
        seen for seen in fake.requests if "Study 11" in seen.user and seen.schema == "Extraction"
    ]
    assert f"1 {told[0]}\n2 {told[1]}\n3 {told[2]}\n4 Four.\n5 Five" in seen.user


def test_other_cited_papers_of_the_claim_are_shown_in_the_same_call(bench: PairsBench) -> None:
    _, fake = bench.run(Reader(PERFECT))
    calls = [
        re.findall(r"Study (\d+) of lakes$", s.user, re.MULTILINE)
        for s in fake.requests
        if "<paper" in s.user
    ]
    assert sorted(sorted(call) for call in calls) == [["11", "12"], ["13"], ["14", "15"], ["16"]]
    _, fake = bench.run(Reader(PERFECT), "--batch-size", "1", "--model", "anthropic:another")
    assert len([seen for seen in fake.requests if seen.schema == "Extraction"]) == 6


def test_the_verifier_checks_what_the_model_found(bench: PairsBench) -> None:
    _, fake = bench.run(Reader(PERFECT), "--verifier", "anthropic:second")
    assert {(seen.schema, seen.body["model"]) for seen in fake.requests} == {
        ("Extraction", "loopback"),
        ("Entailment", "second"),
    }


def test_an_evaluation_that_is_made_again_costs_nothing_and_says_the_same(
    bench: PairsBench,
) -> None:
    out = bench.workspace.folder / "out"
    first, fake = bench.run(Reader(PERFECT, refuses=(14,)), "--out", str(out))
    assert len(fake.requests) == 4 + 3, "four claims are read, three have something to check"
    assert "7 calls" in first.out
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert files.keys() == {"pairs.json", "pairs.md", "pairs-confusion.svg"}
    again, fake = bench.run(Reader({}), "--out", str(out))
    assert fake.requests == []
    assert (again.out, again.status) == (first.out, 0)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
    assert "nothing new" in again.err


def test_what_is_not_afforded_or_fails_is_failed_and_not_silence(bench: PairsBench) -> None:
    result = bench.result(Reader(PERFECT), "--max-tokens", "10", status=3)
    m = result.measures
    assert (m.failed, m.after.abstained.value, m.after.macro_f1.value) == (6, None, 0)
    assert set(misses(result).values()) == {"failed"}
    assert "budget" in result.claims[0].pairs[0].detail


def test_a_verifier_out_of_reach_leaves_the_scores_before_it(bench: PairsBench) -> None:
    bench.workspace.environment["RETEST_RETRY_ATTEMPTS"] = "1"
    reader = Reader(PERFECT)

    def brain(schema: str, system: str, user: str) -> Json | Fault:
        return status(500) if schema == "Entailment" else reader(schema, system, user)

    m = bench.result(brain, status=3).measures
    assert (m.before.macro_f1.value, m.after.macro_f1.value, m.failed) == (1, 0, 4)
    assert [one.unchecked for one in m.entailed.kinds] == [4, 0, 0, 0]
    assert m.entailed.lost.value is None, "what was not asked is neither lost nor stopped"


def test_what_the_verifier_passes_over_is_not_answered_and_no_refusal(bench: PairsBench) -> None:
    reader = Reader(PERFECT)

    def brain(schema: str, system: str, user: str) -> Json | Fault:
        return {"checks": []} if schema == "Entailment" else reader(schema, system, user)

    result = bench.result(brain)
    assert [one.unanswered for one in result.measures.entailed.kinds] == [4, 0, 0, 0]
    assert set(misses(result).values()) == {"unanswered"}


def test_a_finding_that_falls_off_the_ladder_says_why(bench: PairsBench) -> None:
    result = bench.result(Reader({**PERFECT, 14: ("supports", [6]), 13: ("contradicts", [])}))
    fallen = {
        p.paper: p.detail.partition(":")[0]
        for c in result.claims
        for p in c.pairs
        if p.fate == "ungrounded"
    }
    assert fallen == {"14": "no-such-sentence", "13": "no-quote"}
    assert misses(result) == {"14": "ungrounded", "13": "ungrounded"}


def test_a_person_may_be_the_model(bench: PairsBench) -> None:
    ran = bench.workspace.retest(
        "eval", "--pairs", str(bench.claims), "--limit", "2", "--model", "manual"
    )
    assert ran.status == 3
    prompts = sorted((bench.workspace.folder / ".retest" / "manual").iterdir())
    assert [path.name.rpartition("-")[0] for path in prompts] == [
        "pairs--1--Extraction",
        "pairs--2--Extraction",
    ]


def test_our_own_form_scores_as_scifact_does(bench: PairsBench) -> None:
    rows = []
    for one in CLAIMS:
        for doc in one["cited_doc_ids"]:
            paper = {"title": f"Study {doc} of lakes", "sentences": CORPUS[doc - 11]["abstract"]}
            if doc % 2:
                paper["id"] = f"doc/{doc}"
            stance, numbers = PERFECT.get(doc, ("unrelated", []))
            row = {"id": f"c{one['id']}", "claim": one["claim"], "paper": paper, "stance": stance}
            rows.append({**row, "sentences": [5] if doc == 11 else numbers})
    path = write_lines(bench.workspace.folder / "own.jsonl", rows)
    result = bench.result(Reader({**PERFECT, 11: ("supports", [5])}), pairs=str(path))
    assert (result.kind, result.measures.pairs, result.measures.after.macro_f1.value) == (
        "jsonl",
        6,
        1,
    )
    assert prf(result.measures.after.selection_label) == ONE
    names = [pair.paper for claim in result.claims for pair in claim.pairs]
    assert names[:3] == ["doc/11", "Study 12 of lakes", "doc/13"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("eval", "--corpus", "x.jsonl"), "--corpus is for --pairs"),
        (("eval", "known.jsonl", "--batch-size", "2"), "--batch-size is for --pairs"),
        (("eval", "known.jsonl", "--pairs", "p.jsonl"), "--pairs and GOLD do not go together"),
        (
            ("eval", "--pairs", "p.jsonl", "--repeat", "3"),
            "--pairs and --repeat do not go together",
        ),
        (
            ("eval", "--pairs", "p.jsonl", "--source", "mirror"),
            "--pairs and --source do not go together",
        ),
        (("eval", "--pairs", "nowhere"), "'nowhere' is neither a file nor a bundled library"),
        (("eval", "--pairs", "p.jsonl"), "p.jsonl: found no such file"),
        (
            ("eval", "--pairs", "scale-anticipation", "--corpus", "x"),
            "--corpus is for SciFact's claims",
        ),
        (("eval", "--pairs", "claims_dev.jsonl", "--only", "9"), "has no claim '9'"),
        (("eval", "--pairs", "claims_dev.jsonl", "--model", "annotations"), "no annotated library"),
        (("eval", "--pairs", "claims_dev.jsonl", "--out", "claims_dev.jsonl"), "is a file"),
    ],
)
def test_what_cannot_be_meant_is_said_before_anything_is_asked(
    bench: PairsBench, arguments: tuple[str, ...], said: str
) -> None:
    ran = bench.workspace.retest(*arguments)
    assert ran.status == 2
    assert said in ran.err
    assert ran.out == ""
