"""What is asked about pairs, and what becomes of answers that fail or are not believed."""

from __future__ import annotations

import re

import pytest

from retest.evaluation.pairs.result import (
    PairsResult,
)
from tests.answers import finding
from tests.evaluation.pairs_world import (
    CLAIMS,
    CORPUS,
    ONE,
    PERFECT,
    Json,
    PairsBench,
    Reader,
    misses,
    prf,
    write_lines,
)
from tests.fakes.models import status
from tests.fakes.wires import Fault

STAND_IN = re.compile(r"\b99(?:0[1-9]|1[0-2])\.\d{5}\b")


def test_the_library_against_its_own_annotations_is_perfect(pairs_bench: PairsBench) -> None:
    ran = pairs_bench.workspace.retest(
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
    pairs_bench: PairsBench,
) -> None:
    name = "scale-picks-the-format"
    ran, fake = pairs_bench.run(Reader({}), "--only", name, "--json", pairs="scale-anticipation")
    result = PairsResult.model_validate_json(ran.out)
    (asked,) = fake.requests
    assert "It rests on: " in asked.user
    shown = re.findall(r"^<paper (\S+)>$", asked.user, re.MULTILINE)
    assert sorted(shown) == sorted(str(pair.arxiv_id) for pair in result.claims[0].pairs)
    assert len(shown) == 4
    assert not any(STAND_IN.fullmatch(name) for name in shown)


def test_documents_travel_under_ids_that_are_no_papers_and_nobody_sees(
    pairs_bench: PairsBench,
) -> None:
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

    out = pairs_bench.workspace.folder / "out"
    ran, fake = pairs_bench.run(brain, "--out", str(out))
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
    assert refused.detail == "against? 13 measures something else."


def test_the_golds_own_sentences_are_shown_and_not_cut_anew(pairs_bench: PairsBench) -> None:
    told = [
        "One ends. And goes on, e.g. here. It is one sentence of the gold.",
        "(b) 12.",
        "The second one is this.",
    ]
    documents = [
        {**CORPUS[0], "abstract": [*told, "Four.", "Five is the last one of them."]},
        *CORPUS[1:],
    ]
    pairs_bench.write(corpus=documents)
    _, fake = pairs_bench.run(Reader(PERFECT))
    (seen,) = [
        seen for seen in fake.requests if "Study 11" in seen.user and seen.schema == "Extraction"
    ]
    assert f"1 {told[0]}\n2 {told[1]}\n3 {told[2]}\n4 Four.\n5 Five" in seen.user


def test_other_cited_papers_of_the_claim_are_shown_in_the_same_call(
    pairs_bench: PairsBench,
) -> None:
    _, fake = pairs_bench.run(Reader(PERFECT))
    calls = [
        re.findall(r"Study (\d+) of lakes$", s.user, re.MULTILINE)
        for s in fake.requests
        if "<paper" in s.user
    ]
    assert sorted(sorted(call) for call in calls) == [["11", "12"], ["13"], ["14", "15"], ["16"]]
    _, fake = pairs_bench.run(Reader(PERFECT), "--batch-size", "1", "--model", "anthropic:another")
    assert len([seen for seen in fake.requests if seen.schema == "Extraction"]) == 6


def test_the_verifier_checks_what_the_model_found(pairs_bench: PairsBench) -> None:
    _, fake = pairs_bench.run(Reader(PERFECT), "--verifier", "anthropic:second")
    assert {(seen.schema, seen.body["model"]) for seen in fake.requests} == {
        ("Extraction", "loopback"),
        ("Entailment", "second"),
    }


def test_an_evaluation_that_is_made_again_costs_nothing_and_says_the_same(
    pairs_bench: PairsBench,
) -> None:
    out = pairs_bench.workspace.folder / "out"
    first, fake = pairs_bench.run(Reader(PERFECT, refuses=(14,)), "--out", str(out))
    assert len(fake.requests) == 4 + 3, "four claims are read, three have something to check"
    assert "7 calls" in first.out
    files = {path.name: path.read_bytes() for path in out.iterdir()}
    assert files.keys() == {"pairs.json", "pairs.md", "pairs-confusion.svg"}
    again, fake = pairs_bench.run(Reader({}), "--out", str(out))
    assert fake.requests == []
    assert (again.out, again.status) == (first.out, 0)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == files
    assert "nothing new" in again.err


def test_what_is_not_afforded_or_fails_is_failed_and_not_silence(pairs_bench: PairsBench) -> None:
    result = pairs_bench.result(Reader(PERFECT), "--max-tokens", "10", status=3)
    m = result.measures
    assert (m.failed, m.after.abstained.value, m.after.macro_f1.value) == (6, None, 0)
    assert set(misses(result).values()) == {"failed"}
    assert "budget" in result.claims[0].pairs[0].detail


def test_a_verifier_out_of_reach_leaves_the_scores_before_it(pairs_bench: PairsBench) -> None:
    pairs_bench.workspace.environment["RETEST_RETRY_ATTEMPTS"] = "1"
    reader = Reader(PERFECT)

    def brain(schema: str, system: str, user: str) -> Json | Fault:
        return status(500) if schema == "Entailment" else reader(schema, system, user)

    m = pairs_bench.result(brain, status=3).measures
    assert (m.before.macro_f1.value, m.after.macro_f1.value, m.failed) == (1, 0, 4)
    assert [one.unchecked for one in m.entailed.kinds] == [4, 0, 0, 0]
    assert m.entailed.lost.value is None, "what was not asked is neither lost nor stopped"


def test_what_the_verifier_passes_over_is_not_answered_and_no_refusal(
    pairs_bench: PairsBench,
) -> None:
    reader = Reader(PERFECT)

    def brain(schema: str, system: str, user: str) -> Json | Fault:
        return {"checks": []} if schema == "Entailment" else reader(schema, system, user)

    result = pairs_bench.result(brain)
    assert [one.unanswered for one in result.measures.entailed.kinds] == [4, 0, 0, 0]
    assert set(misses(result).values()) == {"unanswered"}


def test_a_finding_that_falls_off_the_ladder_says_why(pairs_bench: PairsBench) -> None:
    result = pairs_bench.result(Reader({**PERFECT, 14: ("supports", [6]), 13: ("contradicts", [])}))
    fallen = {
        p.paper: p.detail.partition(":")[0]
        for c in result.claims
        for p in c.pairs
        if p.fate == "ungrounded"
    }
    assert fallen == {"14": "no-such-sentence", "13": "no-quote"}
    assert misses(result) == {"14": "ungrounded", "13": "ungrounded"}


def test_a_person_may_be_the_model(pairs_bench: PairsBench) -> None:
    ran = pairs_bench.workspace.retest(
        "eval", "--pairs", str(pairs_bench.claims), "--limit", "2", "--model", "manual"
    )
    assert ran.status == 3
    prompts = sorted((pairs_bench.workspace.folder / ".retest" / "manual").iterdir())
    assert [path.name.rpartition("-")[0] for path in prompts] == [
        "pairs--1--Extraction",
        "pairs--2--Extraction",
    ]


def test_our_own_form_scores_as_scifact_does(pairs_bench: PairsBench) -> None:
    rows = []
    for one in CLAIMS:
        for doc in one["cited_doc_ids"]:
            paper = {"title": f"Study {doc} of lakes", "sentences": CORPUS[doc - 11]["abstract"]}
            if doc % 2:
                paper["id"] = f"doc/{doc}"
            stance, numbers = PERFECT.get(doc, ("unrelated", []))
            row = {"id": f"c{one['id']}", "claim": one["claim"], "paper": paper, "stance": stance}
            rows.append({**row, "sentences": [5] if doc == 11 else numbers})
    path = write_lines(pairs_bench.workspace.folder / "own.jsonl", rows)
    result = pairs_bench.result(Reader({**PERFECT, 11: ("supports", [5])}), pairs=str(path))
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
    pairs_bench: PairsBench, arguments: tuple[str, ...], said: str
) -> None:
    ran = pairs_bench.workspace.retest(*arguments)
    assert ran.status == 2
    assert said in ran.err
    assert ran.out == ""
