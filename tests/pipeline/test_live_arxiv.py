"""A run on the live API's protocol: each way in which arXiv fails ends in `search-failed`, not in
"nothing newer"."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.arxiv import FakeArxiv, Fault
from tests.papers_small import AGREES, PAPERS

FAULTS = {
    "429": Fault("status", status=429, retry_after="0"),
    "503": Fault("status", status=503),
    "an HTML page with 200": Fault("html"),
    "a truncated feed": Fault("truncated"),
    "an empty page with a total": Fault("empty"),
    "a reset": Fault("reset"),
    "an error entry": Fault("error-entry"),
}


@pytest.fixture
def arxiv(workspace: Workspace, tmp_path: Path) -> Iterator[FakeArxiv]:
    """The workspace asks arXiv's stand-in, without pauses."""
    with FakeArxiv(PAPERS) as fake:
        workspace.environment |= {
            "RETEST_SOURCE": "arxiv",
            "RETEST_ARXIV_URL": fake.url,
            "RETEST_ARXIV_INTERVAL": "0",
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        yield fake


def test_a_run_on_the_live_api_finds_judges_and_reports(
    workspace: Workspace, arxiv: FakeArxiv, model: Any
) -> None:
    model(Reader())
    ran = workspace.run()
    assert ran.status == 0, ran.err
    claim = workspace.claim("wind-drives")
    assert claim["verdict"] == "relaxed"
    assert AGREES.id in {item["arxiv_id"] for item in claim["evidence"]}
    assert all("retest/" in request.user_agent for request in arxiv.requests), (
        "arXiv asks clients to say who they are"
    )


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
def test_every_fault_of_arxiv_ends_in_search_failed(
    workspace: Workspace, arxiv: FakeArxiv, model: Any, fault: Fault
) -> None:
    arxiv.always = fault
    model(Reader())
    ran = workspace.run()
    assert ran.status == 3, ran.err
    for name in ("wind-drives", "depth-matters", "counter-thesis"):
        claim = workspace.claim(name)
        assert (claim["verdict"], claim["why"]) == ("undetermined", "search-failed")
        assert claim["detail"]
    assert workspace.record()["anchors"][0]["status"] == "unverifiable"
    assert "nothing-newer-found" not in workspace.markdown()


def test_a_fault_that_passes_is_waited_for(
    workspace: Workspace, arxiv: FakeArxiv, model: Any
) -> None:
    arxiv.faults = [Fault("status", status=503)]
    model(Reader())
    assert workspace.run().status == 0
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"


def test_an_anchor_that_could_not_be_asked_for_leaves_its_claim_unsearched(
    workspace: Workspace, arxiv: FakeArxiv, model: Any
) -> None:
    arxiv.faults = [Fault("bad-id")] * 2  # the anchors' look-up, and the second one
    model(Reader())
    ran = workspace.run()
    assert ran.status == 3
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "search-failed")
    assert workspace.claim("depth-matters")["verdict"] == "holds", "it rests on no anchor"


@pytest.mark.parametrize("status", [403, 406, 503])
def test_a_look_up_of_anchors_that_fails_once_costs_no_claim_its_night(
    workspace: Workspace, arxiv: FakeArxiv, model: Any, status: int
) -> None:
    arxiv.faults = [Fault("status", status=status)] * 2  # as often as it is tried
    model(Reader())
    ran = workspace.run()
    assert ran.status == 0, ran.err
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"
    assert workspace.record()["anchors"][0]["status"] == "ok"


def test_an_outage_is_met_once_by_all_lines_of_a_run(
    workspace: Workspace, arxiv: FakeArxiv, model: Any
) -> None:
    arxiv.always = Fault("status", status=503)
    text = (workspace.folder / "claims" / "tides.yaml").read_text(encoding="utf-8")
    workspace.claims(text.replace("line: tides", "line: ebb"), "ebb")
    model(Reader())
    ran = workspace.retest("run", "--all", "--as-of", "2026-08-21")
    assert ran.status == 3, ran.err
    assert len(arxiv.requests) == 3, "one patience of two attempts, and one more try"
    details = {claim["detail"] for claim in workspace.record()["claims"]}
    assert any("status 503" in detail for detail in details)
