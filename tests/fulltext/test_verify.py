"""`retest verify --full-text`: a true quote from a paper's body is found, an invented one is
not."""

from __future__ import annotations

import json
from datetime import date

import pytest

from retest.domain.paper import Paper
from tests.conftest import Ran, Workspace
from tests.fulltext.papers import HTML, ID, VERSION

PAPER = Paper(
    id=ID,
    title="Tides of small lakes",
    abstract="We gauge the tides of forty small lakes.",
    published=date(2026, 7, 5),
    version=VERSION,
)
BODY = "Wind explains 81.5% of the tides. Depth explains none."
OTHERS = "Smith (2020) found that the moon explains 12% of the tides."


@pytest.fixture
def copies(workspace: Workspace) -> Workspace:
    """A workspace whose mirror has the paper, with a folder of copies that has its page."""
    workspace.mirror(PAPER)
    folder = workspace.folder / "copies"
    folder.mkdir()
    (folder / f"{ID}v{VERSION}.html").write_text(HTML, encoding="utf-8")
    assert workspace.retest("mirror", "texts", str(folder)).status == 0
    return workspace


def verified(workspace: Workspace, quote: str, *options: str) -> tuple[Ran, dict[str, str]]:
    cited = workspace.folder / "cited.jsonl"
    cited.write_text(json.dumps({"id": ID, "quote": quote}) + "\n", encoding="utf-8")
    day = ("--as-of", "2026-08-21", "--json")
    ran = workspace.retest("verify", str(cited), *day, *options)
    row: dict[str, str] = json.loads(ran.out)
    return ran, row


def test_a_quote_from_the_body_is_found_with_its_section(copies: Workspace) -> None:
    ran, row = verified(copies, BODY, "--full-text")
    assert (ran.status, row["status"], row["rung"]) == (0, "grounded", "quote")
    assert row["where"].startswith("full text v2, 2.2 Results, paragraph 1")


def test_without_the_option_the_body_is_not_looked_at(copies: Workspace) -> None:
    ran, row = verified(copies, BODY)
    assert (ran.status, row["reason"]) == (1, "quote-not-found")
    assert "full text" not in row["detail"]


@pytest.mark.parametrize(
    "quote",
    [
        "Wind explains 18.5% of the tides. Depth explains none.",
        "Wind explains 81.5% of the tides. Depth explains most.",
        "Wind explains 81.5% of the tides and of the currents too",
    ],
)
def test_a_quote_that_nobody_wrote_is_rejected_after_the_body_was_read(
    copies: Workspace, quote: str
) -> None:
    ran, row = verified(copies, quote, "--full-text")
    assert (ran.status, row["reason"]) == (1, "quote-not-found")
    assert "nor in the full text" in row["detail"]


def test_what_a_paper_tells_of_others_is_said_to_be_that(copies: Workspace) -> None:
    _, row = verified(copies, OTHERS, "--full-text")
    assert row["status"] == "grounded"
    assert "related work, where papers tell what others found" in row["detail"]


def test_without_a_full_text_nobody_knows_and_it_says_why(workspace: Workspace) -> None:
    workspace.mirror(PAPER)
    workspace.environment |= {
        "RETEST_FULLTEXT_URL": "http://127.0.0.1:9",
        "RETEST_ARXIV_INTERVAL": "0",
        "RETEST_RETRY_ATTEMPTS": "1",
    }
    ran, row = verified(workspace, BODY, "--full-text")
    assert (ran.status, row["status"]) == (3, "unverifiable")
    assert "there is no full text (html: arXiv could not be reached" in row["detail"]
