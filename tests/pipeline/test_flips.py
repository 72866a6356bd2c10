"""A verdict that differs from the last decided one is asked about once more, and of somebody
else."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.answers import judgment
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import FakeModels
from tests.fakes.wires import Seen
from tests.papers_small import DENIES

TURNED = Reader(stances={**Reader().stances, "Wind drives": {DENIES.id: ("contradicts", [2])}})


def judged(fake: FakeModels) -> list[Seen]:
    return [
        seen
        for seen in fake.requests
        if seen.schema == "Judgment" and "Wind drives the tides" in seen.user
    ]


@pytest.mark.parametrize(
    ("second", "verdict", "pending"),
    [("overturned", "overturned", False), ("undetermined", "relaxed", True)],
)
def test_the_second_opinion_on_a_flip_is_the_verifiers_and_decides(
    workspace: Workspace, model: Any, second: str, verdict: str, pending: bool
) -> None:
    model(Reader())
    workspace.run()
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"
    shutil.rmtree(workspace.folder / ".retest" / "answers")
    first = model(TURNED)
    says = judgment(second, [DENIES.id])
    with FakeModels(TURNED.saying("Judgment", says, "Wind")) as other:
        workspace.environment |= {
            "OPENAI_API_KEY": "loopback",
            "OPENAI_BASE_URL": other.openai_url,
        }
        workspace.run("--verifier", "openai:second", as_of="2026-08-22")
    assert (len(judged(first)), len(judged(other))) == (1, 1), "each of them is asked once"
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["flip"]["pending"]) == (verdict, pending)


def test_a_verdict_that_is_the_last_one_again_needs_no_second_opinion(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run()
    shutil.rmtree(workspace.folder / ".retest" / "answers")
    fake = model(Reader())
    workspace.run(as_of="2026-08-22")
    assert len(judged(fake)) == 1
