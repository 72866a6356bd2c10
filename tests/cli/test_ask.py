"""`retest ask`: one sentence through the whole pipeline, at once, as a night would take it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import Brain, FakeModels, status
from tests.papers_small import LIMITS

Model = Callable[[Brain], FakeModels]
WIND = "Wind drives the tides of small lakes."
DAY = ("--as-of", "2026-08-21")
ASKED = ("ask", WIND, "--dated", "2025-01", "--anchor", "2501.00001", *DAY)


def test_a_sentence_gets_the_verdict_that_a_night_would_give_it(
    workspace: Workspace, model: Model
) -> None:
    model(Reader())
    workspace.run()
    night = workspace.claim("wind-drives")
    ran = workspace.retest(*ASKED, "--json")
    assert ran.status == 0, ran.err
    claim = json.loads(ran.out)["claim"]
    assert claim["verdict"] == night["verdict"]
    assert [item["points"] for item in claim["evidence"]] == [
        item["points"] for item in night["evidence"]
    ]


def test_the_same_question_is_not_paid_for_twice_and_leaves_no_report(
    workspace: Workspace, model: Model
) -> None:
    fake = model(Reader())
    assert workspace.retest(*ASKED).status == 0
    calls = len(fake.requests)
    again = workspace.retest(*ASKED)
    assert again.status == 0
    assert len(fake.requests) == calls
    assert "0 model calls" in again.err
    assert not (workspace.folder / "reports").exists()


def test_the_answer_says_verdict_quotes_and_what_was_read_within_80_columns(
    workspace: Workspace, model: Model
) -> None:
    model(Reader())
    ran = workspace.retest(*ASKED)
    lines = ran.out.splitlines()
    assert lines[0] == WIND
    assert any(line.startswith("relaxed") for line in lines)
    assert f"arXiv:{LIMITS.id}" in ran.out
    assert "papers found were read" in ran.out
    assert max(map(len, lines)) <= 80


def test_markdown_escapes_what_others_wrote(workspace: Workspace, model: Model) -> None:
    model(Reader())
    ran = workspace.retest(*ASKED, "--markdown")
    assert ran.status == 0
    assert ran.out.startswith(f"**{WIND[:-1]}")
    assert f"https://arxiv.org/abs/{LIMITS.id}" in ran.out


def test_without_a_date_the_last_twelve_months_are_read_and_it_says_so(
    workspace: Workspace, model: Model
) -> None:
    model(Reader())
    ran = workspace.retest("ask", WIND, *DAY, "--json")
    assert ran.status == 0
    assert json.loads(ran.out)["claim"]["window"]["opens"] == "2025-08-01"
    assert "work since 2025-08 is read" in ran.err


def test_a_model_that_fails_is_told_and_never_reads_as_holds(
    workspace: Workspace, model: Model
) -> None:
    model(Reader().saying("Judgment", status(503)))
    ran = workspace.retest(*ASKED)
    assert ran.status == 3
    assert "not-judged" in ran.out
    assert "holds" not in ran.out


def test_a_budget_is_kept(workspace: Workspace, model: Model) -> None:
    fake = model(Reader())
    ran = workspace.retest(*ASKED, "--max-tokens", "0")
    assert ran.status == 3
    assert fake.requests == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", WIND, "--offline"), "the bundled library knows the claims of its own line"),
        (("ask", "  "), "the sentence"),
        (("ask", "x" * 3000), "the sentence"),
        (("ask", WIND, "--dated", "yesterday"), "--dated"),
        (("ask", WIND, "--anchor", "not-an-id"), "--anchor 'not-an-id'"),
        (("ask", WIND, "--as-of", "1066-10-14"), "arXiv begins on"),
    ],
)
def test_what_cannot_be_asked_says_what_to_do(
    workspace: Workspace, model: Model, arguments: tuple[str, ...], said: str
) -> None:
    fake = model(Reader())
    ran = workspace.retest(*arguments)
    assert ran.status == 2, ran.out
    assert said in ran.err
    assert fake.requests == []


def test_what_it_cost_is_in_the_run_log(workspace: Workspace, model: Model) -> None:
    model(Reader())
    workspace.retest(*ASKED)
    log = (workspace.folder / ".retest" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [json.loads(line) for line in log]
    assert any(entry.get("line") == "asked" and entry["usage"]["calls"] > 0 for entry in entries)
    assert entries[-1]["exit_status"] == 0
