"""`retest search`: what the pipeline would find, and why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from retest.cache import AnswerCache
from retest.domain.paper import Unknown
from retest.papers.mirror_source import MirrorSource
from tests.answers import TERMS
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import Brain, FakeModels

DAY = ("--as-of", "2026-08-21")


def test_a_text_is_searched_by_rule_without_any_model(workspace: Workspace) -> None:
    ran = workspace.retest(
        "search",
        "The wind drives the tides of small lakes",
        *DAY,
        "--since",
        "2026-01-01",
        "--json",
    )
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert found["plan"] == "planned by rule"
    assert found["window"] == {"opens": "2026-01-01", "as_of": "2026-08-21"}
    assert [paper["rank"] for paper in found["papers"]] == list(range(1, len(found["papers"]) + 1))
    assert "2603.00001" in {paper["id"] for paper in found["papers"]}
    assert all("2026-01-01" < paper["published"] <= "2026-08-21" for paper in found["papers"])


def test_a_claim_is_searched_as_a_run_searches_it(
    workspace: Workspace, model: Callable[[Brain], FakeModels]
) -> None:
    claim = ("search", "--line", "tides", "--claim", "wind-drives", *DAY, "--json")
    before = json.loads(workspace.retest(*claim).out)
    assert before["plan"].startswith("planned by rule")
    fake = model(Reader())
    workspace.run()
    calls = len(fake.requests)
    after = json.loads(workspace.retest(*claim).out)
    assert after["plan"] == "with the model's plan"
    assert len(fake.requests) == calls, "searching asks no model"
    record = workspace.claim("wind-drives")
    said = [
        (query["by"], query["query"], query["found"]) for query in record["searched"]["queries"]
    ]
    assert [(s["by"], s["query"], s["found"]) for s in after["searches"]] == said
    assert "2501.00001" not in {paper["id"] for paper in after["papers"]}, "the claim's own anchor"


def test_explain_says_which_search_found_a_paper_and_at_which_rank(workspace: Workspace) -> None:
    ran = workspace.retest("search", "tides of lakes under ice", *DAY, "--explain", "--limit", "2")
    assert "search 1 (rule): " in ran.out
    assert ran.out.count("rank ") == 2
    assert "2604.00002 2026-04-05 When lakes freeze" in ran.out
    assert "     rank 1 in search 1 (rule)\n" in ran.out


def test_the_table_fits_80_columns(workspace: Workspace) -> None:
    ran = workspace.retest("search", "tides", *DAY)
    assert ran.out.splitlines()[0].split() == ["rank", "paper", "v1", "title"]
    assert max(map(len, ran.out.splitlines())) <= 80


def test_what_cannot_be_searched_says_what_to_do(workspace: Workspace) -> None:
    for arguments, said in (
        ((), "search for a text, or for a claim"),
        (
            ("tides", "--line", "tides", "--claim", "wind-drives"),
            "search for a text, or for a claim",
        ),
        (("--line", "tides"), "search for a text, or for a claim"),
        (
            ("--line", "tides", "--claim", "none"),
            "its claims are wind-drives, depth-matters, counter-thesis",
        ),
        (("tides", "--since", "2026-09-01"), "the window opens on 2026-09-01"),
        (("tides", "--since", "yesterday"), "--since is 'yesterday'"),
        (("?!",), "there is no word to search for"),
    ):
        ran = workspace.retest("search", *arguments, *DAY)
        assert ran.status == 2, (arguments, ran.out, ran.err)
        assert said in ran.err


def test_a_source_that_cannot_be_asked_is_no_empty_result(workspace: Workspace) -> None:
    ran = workspace.retest(
        "search",
        "tides",
        *DAY,
        "--source",
        "arxiv",
        environment={
            "RETEST_ARXIV_URL": "http://127.0.0.1:9/api/query",
            "RETEST_RETRY_ATTEMPTS": "1",
            "RETEST_ARXIV_INTERVAL": "0",
        },
    )
    assert ran.status == 3
    assert ran.out == ""
    assert "arXiv could not be reached" in ran.err


def test_a_plan_that_is_kept_and_not_valid_is_no_plan(
    workspace: Workspace, model: Callable[[Brain], FakeModels], monkeypatch: pytest.MonkeyPatch
) -> None:
    model(Reader())
    workspace.run()
    monkeypatch.setattr(AnswerCache, "get", lambda *_: '{"queries": "none"}')
    ran = workspace.retest("search", "--line", "tides", "--claim", "wind-drives", *DAY, "--json")
    assert ran.status == 0, ran.err
    assert (
        json.loads(ran.out)["plan"] == "planned by rule: the model's plan that is kept is not valid"
    )


def test_a_plan_that_a_person_wrote_is_found(workspace: Workspace) -> None:
    workspace.environment["RETEST_MODEL"] = "manual"
    workspace.run()
    manual = workspace.folder / ".retest" / "manual"
    (prompt,) = manual.glob("tides--wind-drives--QueryPlan-*.prompt.md")
    plan = {
        "terms": TERMS,
        "queries": [{"all_of": ["moon"], "any_of": ["tides"]}],
        "counter_statement": "The moon drives the tides of small lakes.",
    }
    answer = prompt.with_name(prompt.name.replace(".prompt.md", ".answer.json"))
    answer.write_text(json.dumps(plan), encoding="utf-8")
    ran = workspace.retest("search", "--line", "tides", "--claim", "wind-drives", *DAY, "--json")
    assert json.loads(ran.out)["plan"] == "with the model's plan"


def test_a_claim_whose_anchor_could_not_be_asked_for_fails_as_in_a_run(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        MirrorSource, "get", lambda self, ids: {i: Unknown(id=i, reason="it is away") for i in ids}
    )
    ran = workspace.retest("search", "--line", "tides", "--claim", "wind-drives", *DAY)
    assert ran.status == 3
    assert "2501.00001" in ran.err
    assert ran.out == ""
