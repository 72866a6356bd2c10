"""Nothing that a report's record holds moves a terminal or hides from a reviewer, whichever command
shows it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from retest.cli.show import say
from retest.domain.record import Record
from retest.reports.write import write_report
from retest.text.harmless import visible
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.reports.any_record import records
from tests.reports.records import record

TERMINAL = (
    "a \x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J \x90q\x9c \x00\x7f\x08 \u202egnol \u2066x\u2069 "
    "\u200b\ufeff \r\n\x85\u2028 "
    "\U000e0041\ufe0f" + "e" + "\u0301" * 99 + " \u05e9\u05dc\u05d5\u05dd z"
)
SHOWN = [("show", "a-line"), ("show", "a-line", "--claim", "a-claim"), ("lines",)]


def harmless(text: str) -> bool:
    """Whether each line is what a reader sees of it."""
    return all(line == visible(line) for line in text.rstrip("\n").split("\n"))


@pytest.mark.parametrize(
    "command",
    [*SHOWN, ("prompt", "a-line"), *((*shown, "--json") for shown in SHOWN)],
    ids=" ".join,
)
def test_no_command_shows_what_a_terminal_obeys(
    workspace: Workspace, command: tuple[str, ...]
) -> None:
    workspace.claims(CLAIMS.replace("line: tides", "line: a-line"), "a-line")
    write_report(workspace.folder / "reports", record(TERMINAL))
    ran = workspace.retest(*command)
    assert ran.status == 0, ran.err
    if "--json" in command:
        json.loads(ran.out)
        assert not set("\x1b\x9b\x90\x7f\u202e\u2066\u200b\U000e0041") & set(ran.out)
    else:
        assert harmless(ran.out), ascii(ran.out)


def test_a_runs_table_and_progress_show_nothing_that_a_terminal_obeys(
    workspace: Workspace, model: Any
) -> None:
    def bent(schema: str, system: str, user: str) -> Any:
        """A model that says as much of it as it is let."""
        answer: Any = Reader()(schema, system, user)
        return {**answer, "rationale": TERMINAL} if schema == "Judgment" else answer

    model(bent)
    ran = workspace.run()
    assert harmless(ran.out)
    assert harmless(ran.err)
    shown = workspace.retest("show", "tides", "--claim", "wind-drives")
    assert harmless(shown.out), ascii(shown.out)


def test_progress_and_advice_stay_on_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"[  1/3] {TERMINAL}")
    said = capsys.readouterr().err
    assert said.startswith("[  1/3] a ")
    assert said.count("\n") == 1
    assert harmless(said)


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(records())
def test_a_report_comes_back_as_it_went_and_hides_nothing(tmp_path: Path, hostile: Record) -> None:
    write_report(tmp_path, hostile)
    written = (tmp_path / f"{hostile.line}.json").read_bytes()
    assert Record.model_validate_json(written) == hostile
    for suffix in ("json", "svg", "md"):
        text = (tmp_path / f"{hostile.line}.{suffix}").read_text(encoding="utf-8")
        assert not {c for c in set(text) - {"\n"} if not visible(c)}, (
            f"the {suffix} holds what nobody sees"
        )
