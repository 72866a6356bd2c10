"""A walk through time knows on each day what was known then, and nothing else."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock, Timeout

from retest.domain.paper import Paper
from tests.answers import finding, judgment
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import FakeModels
from tests.papers_small import AGREES, ANCHOR, DENIES, LIMITS, PAPERS

WALK = ("backtest", "tides", "--from", "2026-03-22", "--to", "2026-06-20", "--every", "30d")
GOLD = {
    "id": "wind-drives",
    "claim": "Wind drives the tides of small lakes.",
    "claim_date": "2025-01",
    "anchor_ids": [ANCHOR.id],
    "expected_verdict": "relaxed",
    "gold_ids": [LIMITS.id],
}


@pytest.fixture
def asked(workspace: Workspace, model: Any) -> FakeModels:
    fake: FakeModels = model(Reader())
    return fake


@pytest.fixture(autouse=True)
def dated(workspace: Workspace) -> None:
    """The second versions of the small literature are of the days of their first."""
    workspace.mirror(*(paper.model_copy(update={"updated": paper.published}) for paper in PAPERS))


def walked(workspace: Workspace, *more: str) -> dict[str, Any]:
    ran = workspace.retest(*WALK, "--json", *more)
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def states(walk: dict[str, Any], claim: str) -> list[tuple[str, str]]:
    (found,) = (one for one in walk["claims"] if one["id"] == claim)
    return [(state["on"], state["verdict"]) for state in found["states"]]


@pytest.mark.usefixtures("asked")
def test_each_verdict_comes_with_the_first_step_behind_the_paper_that_brings_it(
    workspace: Workspace,
) -> None:
    walk = walked(workspace)
    assert states(walk, "wind-drives") == [
        ("2026-03-22", "holds"),
        ("2026-04-21", "relaxed"),
    ]
    (claim,) = (one for one in walk["claims"] if one["id"] == "wind-drives")
    assert claim["decided_by"] == [
        ["2026-03-22", AGREES.id, str(AGREES.published)],
        ["2026-04-21", LIMITS.id, str(LIMITS.published)],
    ]


def test_with_gold_it_says_after_how_many_days_the_settling_paper_was_noticed(
    workspace: Workspace, asked: FakeModels, tmp_path: Path
) -> None:
    (tmp_path / "fates.jsonl").write_text(json.dumps(GOLD) + "\n", encoding="utf-8")
    ran = workspace.retest(
        *WALK, "--gold", str(tmp_path / "fates.jsonl"), "--out", str(tmp_path / "out")
    )
    assert ran.status == 0, ran.err
    assert "noticed after 16 days" in ran.out  # from 2026-04-05 to the step of 2026-04-21
    assert (
        "Of 1 claims that were settled meanwhile 1 were noticed, after 16 days in the median"
        in ran.out
    )
    assert "1 flip, 0 of them taken back" in ran.out
    page = (tmp_path / "out" / "backtest.md").read_text(encoding="utf-8")
    assert f"[{LIMITS.id}](https://arxiv.org/abs/{LIMITS.id})" in page
    assert "noticed after 16 days" in (tmp_path / "out" / "timeline.svg").read_text(
        encoding="utf-8"
    )
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    asked.requests.clear()
    again = workspace.retest(
        *WALK, "--gold", str(tmp_path / "fates.jsonl"), "--out", str(tmp_path / "out")
    )
    assert not asked.requests, "a second walk over the same papers pays for nothing"
    calls = [
        path for path in (tmp_path / "out").iterdir() if path.read_bytes() != before[path.name]
    ]
    assert "noticed after 16 days" in again.out
    assert {path.name for path in calls} <= {"backtest.json", "backtest.md"}, (
        "only the count of calls may differ"
    )


def test_a_telling_paper_of_one_day_later_changes_nothing_that_is_asked_or_said(
    workspace: Workspace, asked: FakeModels
) -> None:
    steps = ("--from", "2026-04-21", "--to", "2026-05-21")
    command = ("backtest", "tides", *steps, "--json")
    early, late = LIMITS.published, date(2026, 5, 22)
    without = json.loads(workspace.retest(*command).out)
    said = sorted((seen.schema, seen.system, seen.user) for seen in asked.requests)
    telling = Paper(
        id="2605.09999",
        version=1,
        published=late,
        title="Wind does not drive the tides of small lakes at all",
        abstract="Wind drives the tides of small lakes, it was said. In no lake does wind drive "
        "the tides of lakes.",
    )
    rewritten = LIMITS.model_copy(
        update={
            "id": "2604.09998",
            "version": 3,
            "published": early,
            "updated": late,
            "title": "Telling: wind drives no tides of small lakes",
        }
    )
    workspace.mirror(telling, rewritten)
    asked.requests.clear()
    _forget_answers(workspace)
    with_it = json.loads(workspace.retest(*command).out)
    assert sorted((seen.schema, seen.system, seen.user) for seen in asked.requests) == said
    assert with_it["claims"] == without["claims"]
    assert with_it["steps"] == without["steps"]
    later = json.loads(
        workspace.retest("backtest", "tides", *steps[:3], "2026-06-21", "--json").out
    )
    assert any("Telling" in seen.user for seen in asked.requests), (
        "the later text is there from its own day on"
    )
    assert later["steps"][2]["came"] >= 2


def _forget_answers(workspace: Workspace) -> None:
    import shutil

    shutil.rmtree(workspace.folder / ".retest" / "backtest")


def test_a_walk_of_a_later_day_first_leaks_nothing_into_an_earlier_one(
    workspace: Workspace, asked: FakeModels
) -> None:
    command = ("backtest", "tides", "--from", "2026-03-22", "--to", "2026-03-22", "--json")
    early = json.loads(workspace.retest(*command).out)
    workspace.retest("run", "--all", "--as-of", "2026-08-21")
    workspace.retest("backtest", "tides", "--from", "2026-08-21", "--to", "2026-08-21")
    assert json.loads(workspace.retest(*command).out)["claims"] == early["claims"]


def test_what_was_said_of_a_paper_beside_a_later_one_is_forgotten_by_a_walk_on_other_days(
    workspace: Workspace, model: Any
) -> None:
    reader = Reader()

    def swayed(schema: str, system: str, user: str) -> Any:
        if (
            schema == "Extraction"
            and f"<paper {AGREES.id}>" in user
            and f"<paper {LIMITS.id}>" in user
        ):
            return {"findings": [finding(i, "contradicts", [3]) for i in (AGREES.id, LIMITS.id)]}
        return reader(schema, system, user)

    model(swayed)
    workspace.retest("backtest", "tides", "--from", "2026-04-21", "--to", "2026-04-21")
    walk = walked(workspace)
    assert states(walk, "wind-drives")[0] == ("2026-03-22", "holds"), (
        "the reading of one paper in a call with a later one is known before that one"
    )


def test_a_walk_that_is_made_again_says_the_same_and_what_it_cost_then(
    workspace: Workspace, asked: FakeModels
) -> None:
    first = walked(workspace)
    assert first["steps"][0]["calls"]
    asked.requests.clear()
    assert walked(workspace) == first
    assert not asked.requests, "a second walk over the same papers pays for nothing"


def test_a_walk_that_ended_early_goes_on_with_what_it_paid_for(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    whole = walked(workspace)
    paid = [(seen.schema, seen.user) for seen in fake.requests]
    _forget_answers(workspace)
    fake.requests.clear()
    short = workspace.retest(*WALK[:4], "--to", "2026-04-22", *WALK[6:])
    assert short.status == 0, short.err
    assert walked(workspace) == whole
    assert sorted((seen.schema, seen.user) for seen in fake.requests) == sorted(paid), (
        "each question once, over both"
    )


def test_two_walks_of_a_line_do_not_work_in_one_folder_at_a_time(
    workspace: Workspace, model: Any
) -> None:
    reader, free = Reader(), []

    def looking(schema: str, system: str, user: str) -> Any:
        try:
            with FileLock(
                workspace.folder / ".retest" / "backtest" / "tides" / "run.lock", timeout=0
            ):
                free.append(schema)
        except Timeout:
            pass
        return reader(schema, system, user)

    model(looking)
    walked(workspace)
    assert not free


@pytest.mark.usefixtures("asked")
def test_a_walk_does_not_go_beyond_today(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.cli.backtest.today", lambda: date(2026, 4, 1))
    walk = walked(workspace)
    assert [step["as_of"] for step in walk["steps"]] == ["2026-03-22"]


def test_a_walk_without_known_fates_says_nothing_of_noticing(
    workspace: Workspace, asked: FakeModels
) -> None:
    del asked
    ran = workspace.retest(*WALK, "--out", str(workspace.folder / "out"))
    assert ran.status == 0, ran.err
    assert "2 claims, of none of which the fate is known" in ran.out
    text = (workspace.folder / "out" / "backtest.md").read_text(encoding="utf-8")
    assert "No claim was noticed" not in text
    assert "missed" not in text


@pytest.mark.usefixtures("asked")
def test_nights_and_reports_know_nothing_of_a_walk(workspace: Workspace) -> None:
    walked(workspace)
    assert not (workspace.folder / "reports").exists()
    assert {path.name for path in (workspace.folder / ".retest").iterdir()} <= {
        "backtest",
        "mirror",
        "run.lock",
    }


@pytest.mark.usefixtures("asked")
def test_a_review_of_a_later_day_does_not_win_before_it(workspace: Workspace) -> None:
    text = (workspace.folder / "claims" / "tides.yaml").read_text(encoding="utf-8")
    review = (
        "    review: {verdict: overturned, by: Ada, on: 2026-05-01, because: it is known now}\n"
    )
    workspace.claims(
        text.replace(
            "    levers: [depth of the lake]\n", "    levers: [depth of the lake]\n" + review
        )
    )
    assert states(walked(workspace), "wind-drives") == [
        ("2026-03-22", "holds"),
        ("2026-04-21", "relaxed"),
        ("2026-05-21", "overturned"),
    ]


def test_a_flip_that_a_later_one_undoes_is_counted_as_taken_back(
    workspace: Workspace, model: Any
) -> None:
    reader = Reader()

    def wavering(schema: str, system: str, user: str) -> Any:
        if (
            schema == "Judgment"
            and "Wind drives" in user
            and DENIES.id not in user
            and LIMITS.id in user
        ):
            return judgment("relaxed", [LIMITS.id])
        if schema == "Judgment" and "Wind drives" in user:
            return judgment("holds", [AGREES.id])
        if schema == "Extraction" and "Wind drives" in user and DENIES.id in user:
            shown = [i for i in (AGREES.id, LIMITS.id) if f"<paper {i}>" in user]
            said = [
                finding(i, {AGREES.id: "supports", LIMITS.id: "qualifies"}[i], [3]) for i in shown
            ]
            return {"findings": [finding(DENIES.id, "supports", [2]), *said]}
        return reader(schema, system, user)

    model(wavering)
    walk = walked(workspace)
    assert [verdict for _, verdict in states(walk, "wind-drives")] == ["holds", "relaxed", "holds"]
    ran = workspace.retest(*WALK)
    assert "2 flips, 1 of them taken back" in ran.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tides", "--from", "2026-02-30", "--to", "2026-06"), "--from is '2026-02-30'"),
        (("tides", "--from", "2026-06", "--to", "2026-02"), "0 steps"),
        (("tides", "--from", "2099-01", "--to", "2099-02"), "none after today"),
        (("tides", "--from", "2025/2026", "--to", "2026-02"), "--from is '2025/2026'"),
        (("tides", "--from", "2026-02", "--to", "2026-06", "--every", "0d"), "--every is '0d'"),
        (
            ("tides", "--from", "1995-02", "--to", "2026-06", "--every", "1d"),
            "a walk has 1 to 1000",
        ),
        (("nowhere", "--from", "2026-02", "--to", "2026-06"), "nowhere"),
        (
            ("tides", "--from", "2026-02", "--to", "2026-06", "--gold", "machine-learning"),
            "the ids must be the line's",
        ),
    ],
)
def test_what_cannot_be_walked_is_said_with_status_2(
    workspace: Workspace, arguments: tuple[str, ...], said: str
) -> None:
    ran = workspace.retest("backtest", *arguments)
    assert ran.status == 2
    assert said in ran.err
    assert "Traceback" not in ran.err
