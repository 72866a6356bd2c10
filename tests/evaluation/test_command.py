"""`retest eval` as people and scripts meet it: what it asks, what it writes, what it remembers, how
it ends."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from retest.evaluation.claims.result import Result
from tests.answers import TERMS
from tests.conftest import Workspace
from tests.evaluation.conftest import Bench
from tests.evaluation.world import AS_OF, KNOWN, TOPICS
from tests.fakes.models import FakeModels, status
from tests.temperaments import AlwaysHolds, RightWhenShown, RightWith

FEW = ("--limit", "4")
CALLS = 5
"""Of a claim: plan, triage (its words find more than the four papers that may be read),
extraction, entailment, judgment."""


def test_people_get_a_table_of_eighty_columns_and_the_sentence_that_counts(bench: Bench) -> None:
    ran, _ = bench.run(RightWith(KNOWN, 0.5, 1), "--limit", "12")
    assert ran.status == 0, ran.err
    assert max(len(line) for line in ran.out.splitlines()) <= 80
    assert "of 12 verdicts are right: accuracy 0." in ran.out
    assert "Lost at verdict" in ran.out
    assert "[ 12/12]" in ran.err
    assert "calls" in ran.err


def test_nothing_is_written_under_reports(bench: Bench) -> None:
    ran, _ = bench.run(RightWhenShown(KNOWN), *FEW)
    assert ran.status == 0, ran.err
    assert not (bench.workspace.folder / "reports").exists()


def test_a_claim_is_asked_word_for_word_as_a_night_asks_it(bench: Bench) -> None:
    """So what people have answered for a claims file is found again here, and the other way
    round."""
    topic, anchors = TOPICS[0], [TOPICS[1].anchor.id, TOPICS[0].anchor.id]
    bench.write([topic.row(anchor_ids=anchors)])
    listed = "".join(f'  - {{id: "{name}", dated: 2025-01, about: a}}\n' for name in anchors)
    bench.workspace.claims(
        f"line: gold\nquestion: Q?\nthesis: T.\ncounter_thesis: No field knows anything of that.\n"
        f"anchors:\n{listed}claims:\n"
        f'  - {{id: {topic.id}, text: "{topic.claim}", dated: 2025-01, anchors: '
        f"{json.dumps(anchors)}}}\n",
        name="gold",
    )
    _, ours = bench.run(RightWhenShown(KNOWN), "--only", topic.id)
    shutil.rmtree(bench.workspace.folder / ".retest" / "answers")
    with FakeModels(RightWhenShown(KNOWN)) as fake:
        bench.workspace.model(fake)
        bench.workspace.retest("run", "--line", "gold", "--as-of", AS_OF)
        theirs = fake.requests
    of_the_line = ("Synthesis", "Essay")
    about = [one for one in theirs if topic.claim in one.user and one.schema not in of_the_line]
    assert {(one.schema, one.system, one.user) for one in ours.requests} == {
        (one.schema, one.system, one.user) for one in about
    }
    assert len(ours.requests) == CALLS


def test_a_claim_alone_is_asked_as_it_is_among_all(bench: Bench) -> None:
    shared = ["2501.00002", "2501.00001"]
    bench.write([TOPICS[0].row(anchor_ids=shared[::-1]), TOPICS[1].row(anchor_ids=shared)])
    bench.run(RightWhenShown(KNOWN))
    _, alone = bench.run(RightWhenShown(KNOWN), "--only", TOPICS[1].id)
    assert alone.requests == [], "its answers are those that are kept"


def test_prompts_of_a_person_are_named_after_gold_and_claim_and_their_answers_are_found(
    bench: Bench,
) -> None:
    arguments = ("eval", str(bench.gold), "--as-of", AS_OF, "--model", "manual", "--limit", "1")
    ran = bench.workspace.retest(*arguments)
    assert ran.status == 3
    folder = bench.workspace.folder / ".retest" / "manual"
    assert "1 prompt waits in" in ran.err
    queries = [{"all_of": [], "any_of": ["barley"]}]
    plan = {"terms": TERMS, "queries": queries, "counter_statement": "No."}
    for schema, answer in (("QueryPlan", plan), ("Triage", {"picks": [TOPICS[0].gold.id]})):
        (prompt,) = folder.glob(f"gold--c00--{schema}-*.prompt.md")
        prompt.with_name(prompt.name.replace(".prompt.md", ".answer.json")).write_text(
            json.dumps(answer), encoding="utf-8"
        )
        assert bench.workspace.retest(*arguments).status == 3
    (reading,) = folder.glob("gold--c00--Extraction-*.prompt.md")
    assert f"<paper {TOPICS[0].gold.id}>" in reading.read_text(encoding="utf-8")


def test_the_same_inputs_give_the_same_bytes_and_cost_nothing_twice(bench: Bench) -> None:
    ran, first = bench.run(RightWith(KNOWN, 0.5, 1), "--limit", "6", "--out", "kept")
    assert ran.status == 0, ran.err
    folder = bench.workspace.folder / "kept"
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(files) == [
        "confusion.svg",
        "eval.json",
        "eval.md",
        "funnel.svg",
        "reliability.svg",
    ]
    assert len(first.requests) >= 6 * CALLS
    assert f"{len(first.requests)} calls" in files["eval.md"].decode()
    ran, again = bench.run(RightWith(KNOWN, 0.5, 1), "--limit", "6", "--out", "elsewhere")
    assert again.requests == []
    elsewhere = {
        path.name: path.read_bytes() for path in (bench.workspace.folder / "elsewhere").iterdir()
    }
    assert elsewhere == files, "what was paid the first time is said the second time too"
    ran, _ = bench.run(RightWith(KNOWN, 0.5, 1), "--limit", "6", "--out", "kept")
    assert "nothing new in kept" in ran.err


def test_what_cannot_be_written_is_known_before_anything_is_paid(bench: Bench) -> None:
    (bench.workspace.folder / "kept").write_text("mine", encoding="utf-8")
    ran, fake = bench.run(RightWhenShown(KNOWN), "--out", "kept")
    assert (ran.status, fake.requests) == (2, [])
    assert "is a file" in ran.err


def test_a_budget_leaves_the_rest_unjudged_and_says_so(bench: Bench) -> None:
    ran, fake = bench.run(RightWhenShown(KNOWN), "--limit", "6", "--max-tokens", "12000", "--json")
    assert ran.status == 3
    result = Result.model_validate_json(ran.out)
    assert 0 < len(fake.requests) < 6 * CALLS
    assert any(claim.lost == "failed" and "--max-tokens" in claim.detail for claim in result.claims)
    assert result.measures.scores.failed == sum(claim.lost == "failed" for claim in result.claims)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--only", "nobody"), "has no claim 'nobody'"),
        (("--as-of", "2026-02-30"), "--as-of is '2026-02-30'"),
        (("--model", "annotations"), "there is no annotated library"),
        (("--model", "anthropic:nobody-knows-me", "--max-usd", "1"), "no price is known"),
        (("--model", "openai:x"), "needs OPENAI_API_KEY"),
        (("--compare", "model=anthropic:a", "modle=x"), "--compare has 'modle=x'"),
        (("--compare", "as-is", "prompts=nowhere"), "there is no prompt in nowhere"),
        (("--compare", "as-is", "source=moon"), "unknown source 'moon'"),
        (("--compare", "as-is", "model=openai:x"), "needs OPENAI_API_KEY"),
        (("--compare", "as-is", "as-is", "--repeat", "2"), "do not go together"),
        (("--compare", "a.json", "b.json"), "saved results are compared as they are"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_asked(
    bench: Bench, arguments: tuple[str, ...], told: str
) -> None:
    ran, fake = bench.run(RightWhenShown(KNOWN), *arguments)
    assert (ran.status, fake.requests) == (2, []), ran.err
    assert told in ran.err


def test_without_claims_it_says_what_it_takes(bench: Bench) -> None:
    ran = bench.workspace.retest("eval")
    assert ran.status == 2
    assert "name the claims" in ran.err


def test_the_day_is_that_on_which_the_source_ends_unless_another_is_named(bench: Bench) -> None:
    with FakeModels(RightWhenShown(KNOWN)) as fake:
        bench.workspace.model(fake)
        ran = bench.workspace.retest("eval", str(bench.gold), "--limit", "1", "--json")
    assert json.loads(ran.out)["as_of"] == "2026-05-04"
    result = bench.result(RightWhenShown(KNOWN), "--limit", "1", "--as-of", "2026-03-09")
    (claim,) = result.claims
    assert (claim.lost, claim.gold[0].reached) == ("source", None), (
        "on that day the gold paper does not exist"
    )
    assert claim.gold[0].detail.startswith("after-as-of")


def test_two_settings_are_compared_on_the_same_claims(bench: Bench) -> None:
    def brain(schema: str, system: str, user: str) -> Any:
        careful = "Read with care." in system
        return (RightWhenShown(KNOWN) if careful else AlwaysHolds(KNOWN))(schema, system, user)

    prompts = bench.workspace.folder / "next"
    prompts.mkdir()
    for name in ("extract", "judge"):
        text = (Path(__file__).parents[2] / "prompts" / f"{name}.md").read_text(encoding="utf-8")
        (prompts / f"{name}.md").write_text(
            text.replace("%}\nYou ", "%}\nRead with care. You ", 1), encoding="utf-8"
        )
    ran, _ = bench.run(
        brain, "--compare", "as-is", "prompts=next", "--limit", "12", "--out", "kept"
    )
    assert ran.status == 0, ran.err
    assert (
        "8 of 12 claims differ (A alone is right on 0, B alone on 8): B is better"
        in ran.out.replace("\n  ", " ")
    )
    folder = bench.workspace.folder / "kept"
    found = json.loads((folder / "compare.json").read_text(encoding="utf-8"))
    assert (found["a"], found["b"], found["only_b"], found["p"]) == (
        "as-is",
        "prompts=next",
        8,
        0.0078,
    )
    assert {path.name for path in folder.iterdir()} == {"a", "b", "compare.json", "compare.md"}
    saved = [str(folder / side / "eval.json") for side in ("a", "b")]
    again = bench.workspace.retest("eval", "--compare", *saved, "--json")
    assert again.status == 0, again.err
    assert json.loads(again.out)["only_b"] == 8
    assert {**json.loads(again.out), "a": "", "b": ""} == {**found, "a": "", "b": ""}


def test_a_saved_result_of_another_form_is_a_fault_of_the_file(bench: Bench) -> None:
    for name in ("a.json", "b.json"):
        (bench.workspace.folder / name).write_text('{"format": 9}', encoding="utf-8")
    ran = bench.workspace.retest("eval", "--compare", "a.json", "b.json")
    assert ran.status == 2
    assert "a.json: found format" in ran.err


def test_repeated_rounds_ask_anew_and_leave_the_memory_of_the_nights_alone(bench: Bench) -> None:
    ran, first = bench.run(RightWhenShown(KNOWN), *FEW, "--json")
    before = Result.model_validate_json(ran.out)
    _, repeated = bench.run(AlwaysHolds(KNOWN), *FEW, "--repeat", "3")
    assert len(repeated.requests) == 3 * len(first.requests)
    ran, after = bench.run(AlwaysHolds(KNOWN), *FEW, "--json")
    assert after.requests == []
    assert Result.model_validate_json(ran.out).claims == before.claims


def test_an_interrupted_repetition_goes_on_where_it_stood(bench: Bench) -> None:
    whole = RightWhenShown(KNOWN)
    answered = Counter[str]()

    def breaking(schema: str, system: str, user: str) -> Any:
        answered[schema] += 1
        return status(401) if answered.total() > 20 else whole(schema, system, user)

    ran, _ = bench.run(breaking, *FEW, "--repeat", "3")
    assert ran.status == 1
    _, rest = bench.run(whole, *FEW, "--repeat", "3")
    assert 0 < len(rest.requests) <= 3 * 4 * CALLS - 20 + 8, (
        "at most what was under way is asked twice"
    )


def test_a_refused_key_ends_it_at_once(bench: Bench) -> None:
    ran, fake = bench.run(lambda *_: status(401))
    assert ran.status == 1
    assert "Traceback" not in ran.err
    assert len(fake.requests) <= 8


def test_help_names_every_option(workspace: Workspace) -> None:
    ran = workspace.retest("eval", "--help")
    for option in (
        "--compare",
        "--repeat",
        "--only",
        "--limit",
        "--out",
        "--seed",
        "--max-usd",
        "--json",
    ):
        assert option in ran.out
