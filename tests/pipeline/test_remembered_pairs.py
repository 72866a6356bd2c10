"""What a model said of a paper and a claim is remembered for the very words of both, and for
nothing else."""

from __future__ import annotations

import re
from typing import Any

import pytest

from retest.domain.paper import Paper
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import FakeModels
from tests.papers_small import AGREES, ANCHOR, PAPERS

AGAIN = "Wind and the tides of small lakes, revised"


def read_again(workspace: Workspace, fake: FakeModels, *changed: Paper) -> dict[str, list[str]]:
    """Which papers are shown to the model on the night after some have changed, by the first word
    of their claim."""
    assert workspace.run().status == 0
    before = len(fake.requests)
    workspace.mirror(*changed)
    assert workspace.run(as_of="2026-08-22").status == 0
    shown: dict[str, list[str]] = {}
    for seen in fake.requests[before:]:
        if seen.schema == "Extraction":
            claim = re.findall(r"<claim>\n(\w+ \w+)", seen.user)[0]
            shown.setdefault(claim, []).extend(re.findall(r"<paper (\S+)>", seen.user))
    return {claim: sorted(papers) for claim, papers in shown.items()}


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 2},
        {"title": "Wind tides of small lakes, measured once more"},
        {"abstract": AGREES.abstract + " Nothing else was seen."},
    ],
    ids=["version", "title", "abstract"],
)
def test_a_paper_whose_version_title_or_abstract_has_changed_is_read_again_and_no_other(
    workspace: Workspace, model: Any, changed: dict[str, object]
) -> None:
    shown = read_again(workspace, model(Reader()), AGREES.model_copy(update=changed))
    assert shown["Wind drives"] == [AGREES.id]
    assert {name for papers in shown.values() for name in papers} == {AGREES.id}


def test_a_claim_whose_anchor_has_another_title_is_read_anew_and_no_other_claim(
    workspace: Workspace, model: Any
) -> None:
    """The prompt shows the titles of the anchors."""
    workspace.claims(
        CLAIMS.replace(
            "claims:\n", f'  - {{id: "{AGREES.id}", dated: 2026-03, about: wind}}\nclaims:\n'
        ).replace("    dated: 2025\n", f'    dated: 2025\n    anchors: ["{AGREES.id}"]\n')
    )
    shown = read_again(
        workspace, model(Reader()), ANCHOR.model_copy(update={"title": AGAIN, "version": 1})
    )
    newer = {paper.id for paper in PAPERS if paper is not ANCHOR and not paper.withdrawn}
    assert set(shown["Wind drives"]) == newer
    assert "The tides" not in shown, "it rests on another paper"


def test_the_same_papers_are_not_read_again_though_a_mirror_brings_them_again(
    workspace: Workspace, model: Any
) -> None:
    assert read_again(workspace, model(Reader()), AGREES, ANCHOR) == {}
