"""A run with --batch that is killed (SIGKILL) at any moment pays for nothing twice, and the report
is the same."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.batches import Batch, FakeBatches
from tests.fakes.models import status
from tests.fakes.wires import Fault, Json
from tests.pipeline.batching import direct, once, point, through

RUN = ["run", "--line", "tides", "--as-of", "2026-08-21", "--batch"]
DYING = """
import os, signal, sys
from retest.llm.batch import book as batch_book
write, left, before = batch_book.write_state, int(sys.argv.pop(1)), sys.argv.pop(1) == "before"
def dying(home, state):
    global left
    left -= 1
    if left < 0 and before:
        os.kill(os.getpid(), signal.SIGKILL)
    write(home, state)
    if left < 0:
        os.kill(os.getpid(), signal.SIGKILL)
batch_book.write_state = dying
from retest.cli import main
main()
"""
"""The program, which dies before or after the n-th time that it writes the state of batches."""


@pytest.fixture(params=["anthropic", "openai"])
def fake(request: pytest.FixtureRequest, workspace: Workspace) -> Iterator[FakeBatches]:
    with FakeBatches(Reader()) as host:
        point(workspace, host, request.param)
        yield host


def start(workspace: Workspace, *command: str) -> subprocess.Popen[str]:
    ours = ("RETEST_", "ANTHROPIC", "OPENAI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.Popen(
        [sys.executable, *command, *RUN],
        cwd=workspace.folder,
        env={**kept, **workspace.environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def ended(workspace: Workspace, fake: FakeBatches) -> None:
    """Go on to the end, undisturbed: the same report as without --batch, and every question paid
    for once."""
    through(workspace)
    assert once(fake)
    sent = Counter(fake.submitted)
    assert max(sent.values()) == 1, "a question was sent twice"
    reports = workspace.reports()
    assert reports == direct(workspace)


@pytest.mark.parametrize(("what", "done"), [("create", False), ("create", True), ("results", True)])
def test_killed_when_the_service_hears_of_it(
    workspace: Workspace, fake: FakeBatches, what: str, done: bool
) -> None:
    if what != "create":
        workspace.run("--batch")
    process = start(workspace, "-m", "retest")

    def kill() -> None:
        process.kill()
        process.wait()

    def spoil(kind: str, number: int) -> Fault | None:
        if kind == what and not done and process.poll() is None:
            kill()
            return status(500)
        return None

    fake.spoil = spoil
    fake.arrived = lambda kind: kill() if kind == what and done and process.poll() is None else None
    process.communicate()
    assert process.returncode == -9
    ended(workspace, fake)


@pytest.mark.parametrize("fake", ["anthropic"], indirect=True)
def test_killed_again_and_again_around_everything_that_it_writes(
    workspace: Workspace, fake: FakeBatches
) -> None:
    moments = itertools.cycle(itertools.product(("0", "1", "2"), ("before", "after")))
    codes = []
    for _ in range(6):
        process = start(workspace, "-c", DYING, *next(moments))
        process.communicate()
        codes.append(process.returncode)
    assert codes.count(-9) > 2, "it is hardly ever killed: the moments are gone"
    ended(workspace, fake)


def test_killed_while_the_batch_is_under_way_it_is_found_when_it_has_ended(
    workspace: Workspace, fake: FakeBatches
) -> None:
    fake.polls = 6
    process = start(workspace, "-m", "retest")
    fake.arrived = lambda kind: process.kill() if kind == "create" else None
    process.communicate()
    fake.arrived = lambda kind: None
    assert workspace.run("--batch").status == 3
    assert len(fake.batches) == 1
    fake.end_all()
    fake.polls = 0
    ended(workspace, fake)


def test_a_strangers_batch_of_as_many_questions_is_not_taken_for_ours(
    workspace: Workspace, fake: FakeBatches
) -> None:
    process = start(workspace, "-m", "retest")
    fake.arrived = lambda kind: process.kill() if kind == "create" else None
    process.communicate()
    fake.arrived = lambda kind: None
    ours = fake.batches["batch_001"]
    lines: list[Json | str] = [{"custom_id": "of-another", "result": {"type": "expired"}}]
    other = Batch(
        "batch_009", ours.wire, ours.asked, 0, ours.created, {"retest": "another"}, result=lines
    )
    fake.batches["batch_009"] = other
    workspace.run("--batch")
    workspace.run("--batch")
    del fake.batches["batch_009"]
    ended(workspace, fake)
