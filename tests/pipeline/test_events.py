"""What a run says of itself while it goes on: complete, in order, and harmless; and what the run
log keeps of it."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import Any

import pytest

from retest.lines.load import load_line
from retest.pipeline.events import StationDone, StationEntered
from retest.run.events import (
    Called,
    ClaimSettled,
    Event,
    EventSink,
    Harmless,
    LineEnded,
    LineOutcome,
    LineStarted,
)
from retest.run.job import Job
from retest.run.lines import run_lines
from retest.settings import load_settings
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import FakeModels, prose, status

DAY = date(2026, 8, 21)
CLAIMS = ("wind-drives", "depth-matters", "counter-thesis")
PRICED = {"RETEST_MODEL": "anthropic:claude-sonnet-5-5"}


def run(workspace: Workspace, tell: EventSink) -> LineOutcome:
    """The line, with what it says of itself given to `tell`."""
    environment = workspace.environment
    settings = load_settings(workspace.folder, environment, {})
    lines = (load_line(workspace.folder / "claims" / "tides.yaml", DAY),)
    job = Job(
        lines=lines,
        settings=settings,
        environment=environment,
        today=DAY,
        as_of=DAY,
        model=environment["RETEST_MODEL"],
    )
    (outcome,) = asyncio.run(run_lines(job, tell))
    return outcome


def log(workspace: Workspace) -> list[dict[str, Any]]:
    text = (workspace.folder / ".retest" / "runs.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_line_tells_its_beginning_every_station_call_and_claim_and_its_end(
    workspace: Workspace, model: Any
) -> None:
    fake: FakeModels = model(Reader())
    told: list[Event] = []
    outcome = run(workspace, told.append)
    assert told[0] == LineStarted("tides", claims=3)
    assert told[-1] == LineEnded(outcome)
    settled = [event for event in told if isinstance(event, ClaimSettled)]
    assert {event.claim.id for event in settled} == set(CLAIMS)
    assert [event.settled for event in settled] == [1, 2, 3]
    for claim in CLAIMS:
        way = [
            event.station
            for event in told
            if isinstance(event, StationEntered) and event.claim == claim
        ]
        assert way == ["plan", "search", "triage", "extract", "ground", "judge", "settle"]
    whole = [
        event.station for event in told if isinstance(event, StationEntered) and event.claim == ""
    ]
    assert whole == ["anchors", "synthesize", "essay"]
    calls = Counter(
        event.call.schema for event in told if isinstance(event, Called) and not event.call.cached
    )
    assert calls == Counter(seen.schema for seen in fake.requests)


def test_a_station_is_left_as_often_as_it_is_entered_also_where_it_breaks(
    workspace: Workspace, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(Reader())
    monkeypatch.setattr("retest.pipeline.ground.points_apart", lambda _: 1 // 0)
    told: list[Event] = []
    assert not run(workspace, told.append).complete
    entered = Counter((e.claim, e.station) for e in told if isinstance(e, StationEntered))
    left = Counter((e.claim, e.station) for e in told if isinstance(e, StationDone))
    assert entered == left
    assert entered["wind-drives", "ground"] == 1


def test_a_quiet_night_tells_what_came_from_memory(workspace: Workspace, model: Any) -> None:
    model(Reader())
    run(workspace, lambda _: None)
    told: list[Event] = []
    run(workspace, told.append)
    calls = [event.call for event in told if isinstance(event, Called)]
    assert calls
    assert all(call.cached for call in calls)
    assert log(workspace)[-1]["remembered"] == len(calls)


def test_a_teller_that_breaks_is_asked_no_more_and_costs_the_run_nothing(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    asked = []

    def broken(event: Event) -> None:
        asked.append(event)
        raise BrokenPipeError

    assert run(workspace, broken).complete
    assert len(asked) == 1
    assert "could not be shown" in (workspace.folder / ".retest" / "retest.log").read_text(
        encoding="utf-8"
    )


def test_a_teller_may_still_be_interrupted() -> None:
    def interrupted(event: Event) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Harmless(interrupted)(LineStarted("tides", 3))


def test_what_a_run_used_is_logged_by_claim(workspace: Workspace, model: Any) -> None:
    workspace.environment |= PRICED
    model(Reader())
    assert workspace.run().status == 0
    line, whole = log(workspace)
    assert line["run"] == whole["run"]
    assert line["run"] <= line["started"] <= line["ended"] <= whole["ended"]
    assert datetime.fromisoformat(line["run"]).tzinfo == UTC
    assert (whole["lines"], whole["exit_status"], whole["error"]) == (["tides"], 0, "")
    assert 0 < line["seconds"] <= whole["seconds"]
    assert set(line["cost"]) == {"", *CLAIMS}
    for used in line["cost"].values():
        assert {"calls", "input", "cached", "output", "usd", "seconds", "remembered"} <= used.keys()
    assert line["usage"]["calls"] == sum(used["calls"] for used in line["cost"].values())
    assert line["claims"]["wind-drives"] == "relaxed"
    assert line["failed"] == []


def test_calls_that_failed_are_counted_with_what_went_wrong(
    workspace: Workspace, model: Any
) -> None:
    model(Reader().saying("Judgment", status(529), "Wind"))
    assert workspace.run().status == 3
    line, whole = log(workspace)
    assert whole["exit_status"] == 3
    assert line["complete"] is False
    assert line["claims"]["wind-drives"] == "not-judged"
    assert [(one["schema"], one["attempt"], one["count"]) for one in line["failed"]] == [
        ("Judgment", 1, 1),
        ("Judgment", 2, 1),
    ]
    assert all(one["what"] for one in line["failed"])


def test_a_run_that_failed_is_logged_too(workspace: Workspace, model: Any) -> None:
    def refusing(*_: str) -> Any:
        return status(401)

    model(refusing)
    assert workspace.run().status == 1
    (whole,) = log(workspace)
    assert whole["exit_status"] == 1
    assert "401" in whole["error"]


def test_an_entry_of_before_all_this_is_still_shown(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    old: dict[str, Any] = {
        "line": "tides",
        "as_of": "2026-08-20",
        "model": "anthropic:loopback",
        "verifier": None,
        "source": "mirror",
        "news": True,
        "usage": {"calls": 7, "input": 10, "cached": 0, "output": 2, "written": 0},
        "usd": 0.5,
        "cost": {
            "wind-drives": {
                "calls": 2,
                "input": 5,
                "cached": 0,
                "output": 1,
                "written": 0,
                "usd": 0.25,
            }
        },
        "written": [],
        "claims": {"wind-drives": "relaxed"},
    }
    (workspace.folder / ".retest" / "runs.jsonl").write_text(
        json.dumps(old) + "\n", encoding="utf-8"
    )
    said = "last run: as of 2026-08-20, 7 model calls, 12 tokens, $0.5000"
    assert said in workspace.retest("show", "tides").out
    assert "2 model calls" in workspace.retest("show", "tides", "--claim", "wind-drives").out
    assert workspace.run("--explain").status == 0


def test_show_says_how_the_last_run_ended(workspace: Workspace, model: Any) -> None:
    model(Reader().saying("Judgment", prose("no JSON"), "Wind"))
    workspace.run()
    out = workspace.retest("show", "tides").out
    assert "exit status 3" in out
