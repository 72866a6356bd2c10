"""A run that is killed at any moment goes on where it was, pays for nothing twice, and ends with
the same report."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import FakeModels

LONG = 100
"""Seconds after which something is taken to hang: less than what a test may take."""
COMMAND = [sys.executable, "-m", "retest", "run", "--line", "tides", "--as-of", "2026-08-21"]


def start(workspace: Workspace) -> subprocess.Popen[str]:
    ours = ("RETEST_", "ANTHROPIC", "OPENAI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.Popen(
        COMMAND,
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
        if name == schema and "Wind drives the tides" in user and not go.is_set():
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
    process = start(workspace)
    assert reached.wait(LONG), process.communicate(timeout=5)
    time.sleep(0.3)  # the sibling claim gets as far as it can
    open_one = "" if schema == "Synthesis" else "Wind"
    answered = [
        (r.schema, r.user) for r in fake.requests if r.schema != schema or open_one not in r.user
    ]
    process.kill()
    process.communicate()
    go.set()
    time.sleep(0.1)
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
