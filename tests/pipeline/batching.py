"""What the tests of --batch share: a workspace that asks a host of batches, and what it paid and
wrote."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from retest.cli.options import today
from tests.conftest import Ran, Workspace
from tests.fakes.batches import FakeBatches

ALONE = ("run", "--line", "tides", "--as-of", "2026-08-21")
"""The command without --batch."""


def point(workspace: Workspace, fake: FakeBatches, provider: str) -> None:
    fake.today = str(today())
    workspace.environment |= {
        "ANTHROPIC_BASE_URL": fake.url,
        "OPENAI_BASE_URL": fake.openai_url,
        "OPENAI_API_KEY": "loopback",
        "RETEST_MODEL": f"{provider}:loopback",
    }


def through(workspace: Workspace, *arguments: str, most: int = 12) -> list[Ran]:
    """Runs with --batch until one has nothing to wait for."""
    ran: list[Ran] = []
    while not ran or ran[-1].status == 3:
        assert len(ran) < most, f"it waits for ever: {ran[-1].err}"
        ran.append(workspace.run("--batch", *arguments))
    return ran


def once(fake: FakeBatches) -> bool:
    """Whether no question was answered twice."""
    again = {question: count for question, count in Counter(fake.paid).items() if count > 1}
    assert not again, f"paid for {len(again)} questions more than once"
    return True


def direct(workspace: Workspace) -> dict[str, bytes]:
    """What a run without --batch reports, from nothing."""
    for path in sorted((workspace.folder / "reports").iterdir()):
        path.unlink()
    fresh = {"RETEST_HOME": str(workspace.folder / "elsewhere")}
    (workspace.folder / "elsewhere").mkdir()
    (workspace.folder / "elsewhere" / "mirror").symlink_to(workspace.folder / ".retest" / "mirror")
    ran = workspace.retest(*ALONE, environment=fresh)
    assert ran.status == 0, ran.err
    return workspace.reports()


def state(workspace: Workspace) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        (workspace.folder / ".retest" / "batches.json").read_text(encoding="utf-8")
    )
    return found


def log(workspace: Workspace) -> list[dict[str, Any]]:
    lines = (workspace.folder / ".retest" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    return [entry for line in lines if "usage" in (entry := json.loads(line))]
