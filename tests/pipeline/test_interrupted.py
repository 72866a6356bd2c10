"""A run that is killed at any moment goes on where it was, pays for nothing twice, and ends with
the same report."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from typing import Any

import pytest

from tests.answers import claim_of
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import FakeModels

LONG = 100
"""Seconds after which something is taken to hang: less than what a test may take."""
COMMAND = [sys.executable, "-m", "retest", "run", "--line", "tides", "--as-of", "2026-08-21"]


SIBLINGS = {"depth-matters", "counter-thesis"}
"""The claims that go on while the one about wind is held."""


def start(workspace: Workspace, *arguments: str) -> subprocess.Popen[str]:
    ours = ("RETEST_", "ANTHROPIC", "OPENAI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=workspace.folder,
        env={**kept, **workspace.environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def held(
    workspace: Workspace, model: Any, schema: str
) -> tuple[FakeModels, threading.Event, threading.Event]:
    """A model that stops at the first question of `schema` about wind until it is let go."""
    reached, go = threading.Event(), threading.Event()
    reader = Reader()

    def brain(name: str, system: str, user: str) -> Any:
        if name == schema and claim_of(user).startswith("Wind") and not go.is_set():
            reached.set()
            go.wait(LONG)
        return reader(name, system, user)

    return model(brain), reached, go


@pytest.mark.parametrize(
    "schema", ["QueryPlan", "Extraction", "Entailment", "Judgment", "Synthesis"]
)
def test_killed_and_started_again_it_pays_for_no_answer_twice(
    workspace: Workspace, model: Any, schema: str
) -> None:
    fake, reached, go = held(workspace, model, schema)
    if schema == "Synthesis":
        fake.brain = _at_synthesis(fake, reached, go)
    process = start(workspace, "--json")
    settle(process)
    assert reached.wait(LONG)
    open_one = "" if schema == "Synthesis" else "Wind"
    answered = [
        (r.schema, r.user)
        for r in fake.requests
        if r.schema != schema or not claim_of(r.user).startswith(open_one)
    ]
    process.kill()
    process.communicate()
    go.set()
    fake.requests.clear()
    ran = workspace.run()
    assert ran.status == 0, ran.err
    assert "deserializ" not in ran.err.lower(), (
        "a type of the state is not known to the checkpoints"
    )
    again = [(r.schema, r.user) for r in fake.requests]
    assert not set(again) & set(answered), "a question that had been answered was asked again"
    (workspace.folder / "reports" / ".tides.md.killed.tmp").write_text("half", encoding="utf-8")
    interrupted = {
        name: data for name, data in workspace.reports().items() if not name.startswith(".")
    }
    for path in (workspace.folder / "reports").iterdir():
        path.unlink()
    assert workspace.run().status == 0
    assert workspace.reports() == interrupted, "the report differs from that of an undisturbed run"
    assert not list((workspace.folder / "reports").glob(".*")), "a temporary file stayed"


def settle(process: subprocess.Popen[str]) -> None:
    """Wait until the siblings are settled: all that they were answered is kept by then."""
    assert process.stderr is not None
    open_ones = set(SIBLINGS)
    for line in process.stderr:
        event = json.loads(line)
        if event["event"] == "station" and (event["station"], event["state"]) == ("settle", "left"):
            open_ones.discard(event["claim"])
            if not open_ones:
                return
    raise AssertionError(f"the run ended, and these were not settled: {open_ones}")


def _at_synthesis(fake: FakeModels, reached: threading.Event, go: threading.Event) -> Any:
    reader = Reader()

    def brain(name: str, system: str, user: str) -> Any:
        if name == "Synthesis" and not go.is_set():
            reached.set()
            go.wait(LONG)
        return reader(name, system, user)

    return brain


def test_ctrl_c_waits_for_no_answer_and_says_how_to_go_on(workspace: Workspace, model: Any) -> None:
    _, reached, go = held(workspace, model, "Judgment")
    process = start(workspace)
    assert reached.wait(LONG)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert not go.is_set(), "the run has ended, and the model has not answered yet"
    go.set()
    assert process.returncode == 130
    assert "the same command goes on" in err
    assert "Traceback" not in err


def test_a_second_run_on_a_workspace_waits_and_both_reports_are_whole(
    workspace: Workspace, model: Any
) -> None:
    fake, reached, go = held(workspace, model, "Judgment")
    first = start(workspace)
    assert reached.wait(LONG)
    second = start(workspace)
    assert second.stderr is not None
    said = second.stderr.readline()
    assert "another run works on this workspace" in said
    go.set()
    assert first.wait() == 0
    second.communicate()
    assert second.returncode == 0
    paid = [(r.schema, r.user) for r in fake.requests]
    assert len(paid) == len(set(paid)), "the second run paid for what the first had bought"
    first.communicate()
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"
