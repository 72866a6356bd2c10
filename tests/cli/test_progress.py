"""A run while it goes on: drawn in place on a terminal, plain in a log, JSON for programs, and
silent where asked."""

from __future__ import annotations

import json
import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from retest.cli.progress import as_lines
from retest.cli.show import say
from retest.cli.tally import Tally
from retest.domain.line import Window
from retest.domain.record import ClaimRecord, HistoryEntry, Searched
from retest.llm.ask import Call
from retest.llm.budget import Prices
from retest.llm.model import Usage
from retest.pipeline.events import StationDone, StationEntered
from retest.run.events import Called, ClaimSettled, LineStarted, Progress
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import FakeModels, prose, status

PRICES = Prices("anthropic", "claude-sonnet-5-5", date(2026, 8, 21))


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 100.0

    def __call__(self) -> float:
        return self.seconds


def record(name: str) -> ClaimRecord:
    day = date(2026, 8, 21)
    return ClaimRecord(
        id=name,
        text="t",
        dated="2025",
        anchors=(),
        window=Window(opens=date(2025, 1, 1), as_of=day),
        verdict="holds",
        why=None,
        detail="",
        moved=None,
        artifact=False,
        confidence=None,
        rationale="",
        flip=None,
        review=None,
        evidence=(),
        rejected=(),
        unread=(),
        searched=Searched(source="s", queries=(), candidates=0, extracted=0),
        history=(HistoryEntry(on=day, verdict="holds"),),
    )


def called(claim: str, *, cached: bool = False, failed: str = "", line: str = "tides") -> Called:
    usage = Usage() if cached else Usage(1, 1000, 0, 200)
    return Called(Call("Judgment", line, claim, 1, cached, usage, 0.3, failed), PRICES)


def settled(name: str, number: int, claims: int) -> ClaimSettled:
    return ClaimSettled("tides", record(name), number, claims)


def test_a_tally_counts_claims_stations_calls_tokens_cost_and_time() -> None:
    clock = Clock()
    tally = Tally(clock)
    events: list[Progress] = [
        LineStarted("tides", 3),
        StationEntered("tides", "a", "plan"),
        StationEntered("tides", "b", "plan"),
        called("a"),
        called("b", cached=True),
        called("b", failed="overloaded"),
        StationDone("tides", "a", "plan"),
        StationEntered("tides", "a", "search"),
        settled("c", 1, 3),
    ]
    for event in events:
        tally.take(event)
    clock.seconds += 83
    cost = PRICES.of(Usage(2, 2000, 0, 400))
    assert isinstance(cost, Decimal)
    assert tally.sentence() == (
        "tides: 1 of 3 claims settled; 1 at plan, 1 at search; 2 calls, 1 from memory, 1 failed; "
        f"2,400 tokens, ${cost:.4f}; 1:23"
    )


def test_no_time_left_is_said_before_there_is_ground_for_it() -> None:
    clock = Clock()
    tally = Tally(clock)
    tally.take(LineStarted("tides", 12))
    for number, name in enumerate(
        "abcde", start=1
    ):  # answered from memory at once: that says nothing of the pace
        tally.take(called(name, cached=True))
        tally.take(settled(name, number, 12))
    clock.seconds += 60
    assert tally.left() is None
    for number, name in enumerate("fgh", start=6):
        tally.take(called(name))
        clock.seconds += 10
        assert tally.left() is None
        tally.take(settled(name, number, 12))
    assert tally.left() == pytest.approx(40), (
        "three claims in 20 s, the first at their beginning: four more take 40 s"
    )
    assert "about 40 s left" in tally.sentence()
    clock.seconds += 600
    left = tally.left()
    assert left is not None
    assert left > 600, "where nothing moves, the estimate grows"


@pytest.mark.parametrize("width", [10, 20, 40, 80, 200])
def test_what_is_drawn_in_place_fits_40_columns_and_any_narrower_window(width: int) -> None:
    tally = Tally(Clock())
    tally.take(LineStarted("a-line-with-a-name-that-is-much-too-long-for-any-window\x1b[31m", 120))
    for station in ("plan", "search", "extract", "ground", "judge"):
        for number in range(20):
            tally.take(StationEntered("x", f"c{number}", station))
    for _ in range(1000):
        tally.take(
            called("c", line="a-line-with-a-name-that-is-much-too-long-for-any-window\x1b[31m")
        )
    block = tally.block(width)
    assert max(map(len, block)) <= min(width, 39)
    assert "\x1b" not in "".join(block)


def test_a_log_hears_how_far_it_is_again_and_again(capsys: pytest.CaptureFixture[str]) -> None:
    said, reminder = "", "tides: 0 of 3 claims settled; 1 at plan"
    with as_lines(many=False, every=0.01) as tell:
        tell(LineStarted("tides", 3))
        tell(StationEntered("tides", "a", "plan"))
        while said.count(reminder) < 3:
            time.sleep(0.01)
            said += capsys.readouterr().err
        tell(settled("a", 1, 3))
        said += capsys.readouterr().err
    assert said.splitlines()[-1].split() == ["[", "1/3]", "holds", "a"]


def test_a_log_of_a_short_run_hears_nothing_between(capsys: pytest.CaptureFixture[str]) -> None:
    with as_lines(many=True) as tell:
        tell(LineStarted("tides", 3))
        tell(settled("a", 1, 3))
    assert len(capsys.readouterr().err.splitlines()) == 2


def test_a_log_that_is_said_to_take_colour_gets_no_control_characters(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    ran = workspace.retest(
        "run",
        "--line",
        "tides",
        "--as-of",
        "2026-08-21",
        environment={"FORCE_COLOR": "1", "TTY_COMPATIBLE": "1"},
    )
    assert ran.status == 0
    assert "\x1b" not in ran.err
    assert "\r" not in ran.err


def test_quiet_says_nothing_of_a_run_that_went_well(workspace: Workspace, model: Any) -> None:
    model(Reader())
    ran = workspace.run("--quiet")
    assert ran.status == 0
    assert ran.err == ""
    assert ran.out.startswith("verdict "), "the result is no progress"


def test_quiet_still_says_what_went_wrong_and_what_is_to_be_done(
    workspace: Workspace, model: Any
) -> None:
    model(Reader().saying("Judgment", prose("no JSON"), "Wind"))
    ran = workspace.run("--quiet", "--fail-on", "undetermined")
    assert ran.status == 4
    wrong, asked = ran.err.splitlines()
    assert wrong.startswith("wind-drives: ")
    assert "run again" in wrong
    assert asked.startswith("--fail-on undetermined")
    assert workspace.run("--quiet", "--line", "nowhere").err.startswith("error: unknown line")


def events(err: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in err.splitlines()]


def test_with_json_every_line_of_stderr_is_an_object_and_stdout_the_result(
    workspace: Workspace, model: Any
) -> None:
    fake: FakeModels = model(Reader())
    ran = workspace.run("--json")
    (line,) = json.loads(ran.out)["lines"]
    told = events(ran.err)
    kinds = [event["event"] for event in told]
    assert kinds[0] == "line-started"
    assert {"line-started", "station", "call", "claim", "line-ended", "note"} == set(kinds)
    ended = told[kinds.index("line-ended")]
    assert ended["calls"] == line["usage"]["calls"] == len(fake.requests)
    assert [e["settled"] for e in told if e["event"] == "claim"] == [1, 2, 3]
    at = [event["at"] for event in told if "at" in event]
    assert at == sorted(at)
    call = next(event for event in told if event["event"] == "call")
    assert {
        "line",
        "claim",
        "schema",
        "attempt",
        "from_memory",
        "model",
        "input",
        "cached",
        "output",
        "usd",
        "seconds",
        "failed",
    } <= call.keys()


@pytest.mark.parametrize("quiet", [[], ["--quiet"]])
def test_with_json_errors_are_objects_too(workspace: Workspace, quiet: list[str]) -> None:
    ran = workspace.run("--json", "--model", "nobody:x", *quiet)
    (error,) = events(ran.err)
    assert ran.status == error["exit_status"] == 2
    assert error["event"] == "error"
    assert "unknown provider" in error["text"]
    assert error["hint"]


def test_quiet_json_tells_errors_alone(workspace: Workspace, model: Any) -> None:
    model(Reader().saying("Judgment", status(529), "Wind"))
    ran = workspace.run("--json", "--quiet")
    assert ran.status == 3
    assert ran.err == ""
    (line,) = json.loads(ran.out)["lines"]
    assert next(c for c in line["claims"] if c["id"] == "wind-drives")["detail"], (
        "the result says what is to be done"
    )


def test_nothing_of_a_stranger_moves_a_terminal_or_breaks_a_line_of_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with as_lines(many=True) as tell:
        tell(LineStarted("ti\x1b[2Jdes\u202e", 3))
        tell(settled("a\x1b]0;x\x07\nb\u2028c", 1, 3))
    err = capsys.readouterr().err
    assert not set(err) & set("\x1b\x07\u202e\u2028")
    assert len(err.splitlines()) == 2


def test_several_lines_say_which_one_is_under_way(workspace: Workspace, model: Any) -> None:
    workspace.claims(CLAIMS.replace("line: tides", "line: ebbs"), "ebbs")
    model(Reader())
    err = workspace.retest("run", "--all", "--as-of", "2026-08-21").err
    assert err.index("ebbs: 3 claims") < err.index("tides: 3 claims")


def test_saying_and_quiet_do_not_outlive_their_command(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    workspace.run("--json", "--quiet", "--model", "nobody:x")
    say("plainly")
    assert capsys.readouterr().err == "plainly\n"
