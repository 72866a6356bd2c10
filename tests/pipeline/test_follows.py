"""Papers that cite an anchor, as candidates: only where it is asked for, and never silently
missing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retest.domain.paper import Paper
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.openalex import Cited, FakeOpenAlex, Fault, work
from tests.papers_small import ANCHOR

CITING = Paper(
    id="2605.09999",
    version=1,
    published=date(2026, 5, 30),
    title="Ducklings in rowing boats",
    abstract="Ducklings prefer blue rowing boats. Nothing else is said here.",
)


@pytest.fixture
def openalex(workspace: Workspace, tmp_path: Path) -> Iterator[FakeOpenAlex]:
    by = [work(1, CITING.id, published=CITING.published), work(2, "2605.55555"), work(3, None)]
    with FakeOpenAlex([Cited(ANCHOR.id, 99, by)]) as fake:
        workspace.mirror(CITING)
        workspace.environment |= {
            "RETEST_FOLLOW": "yes",
            "RETEST_OPENALEX_URL": fake.url,
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        yield fake


def shown(fake: Any) -> str:
    return "".join(json.dumps(request.body) for request in fake.requests)


def test_a_paper_that_only_its_citation_leads_to_is_read(
    workspace: Workspace, openalex: FakeOpenAlex, model: Any
) -> None:
    fake = model(Reader())
    assert workspace.run().status == 0
    assert CITING.title in shown(fake), "the model reads what cites the anchor"
    queries = workspace.claim("wind-drives")["searched"]["queries"]
    assert {"query": f"cites {ANCHOR.id}", "by": "citation", "found": 1} in queries
    others = workspace.claim("depth-matters")["searched"]["queries"]
    assert "citation" not in {query["by"] for query in others}, "it rests on no anchor"


def test_nothing_is_followed_unless_it_is_asked_for(
    workspace: Workspace, openalex: FakeOpenAlex, model: Any
) -> None:
    workspace.environment["RETEST_FOLLOW"] = "no"
    fake = model(Reader())
    assert workspace.run().status == 0
    assert openalex.requests == []
    assert CITING.title not in shown(fake)


def test_an_anchor_that_openalex_does_not_know_is_said_to_be_unknown(
    workspace: Workspace, openalex: FakeOpenAlex, model: Any
) -> None:
    openalex.cited = []
    model(Reader())
    assert workspace.run().status == 0
    assert workspace.claim("wind-drives")["searched"]["detail"].startswith(
        f"OpenAlex does not know {ANCHOR.id}"
    )


def test_citations_that_cannot_be_asked_for_are_no_empty_list(
    workspace: Workspace, openalex: FakeOpenAlex, model: Any
) -> None:
    openalex.always = Fault(status=503)
    model(Reader())
    assert workspace.run().status == 3
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "search-failed")
    assert "OpenAlex answered with status 503" in claim["detail"]
    assert workspace.claim("depth-matters")["verdict"] == "holds"
