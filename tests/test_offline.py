"""The committed report is the offline run's, and the bundled library is what it says it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from retest.data import defaults
from retest.domain.record import Record
from retest.library.source import load_library
from retest.lines.load import load_line
from retest.run.source_factory import open_library
from tests.conftest import Workspace

ROOT = Path(__file__).parents[1]
LINE = "scale-anticipation"


def offline(workspace: Workspace, reports: Path) -> int:
    bare = {"RETEST_SOURCE": "", "RETEST_MODEL": "", "ANTHROPIC_API_KEY": ""}
    ran = workspace.retest(
        "run",
        "--line",
        LINE,
        "--offline",
        "-C",
        str(ROOT),
        "--reports",
        str(reports),
        environment={**bare, "RETEST_HOME": str(workspace.folder / "home")},
    )
    return ran.status


def test_the_offline_run_makes_the_committed_report_to_the_byte(
    workspace: Workspace, tmp_path: Path
) -> None:
    assert offline(workspace, tmp_path / "reports") == 0
    for suffix in ("json", "md", "svg"):
        name = f"{LINE}.{suffix}"
        fresh, committed = (folder / name for folder in (tmp_path / "reports", ROOT / "reports"))
        assert fresh.read_bytes() == committed.read_bytes(), (
            f"reports/{name} is old: run `make report` and commit it"
        )


def test_every_claim_was_looked_at_and_all_stances_occur() -> None:
    line, library = (
        load_line(defaults("claims") / f"{LINE}.yaml"),
        load_library(defaults("library") / f"{LINE}.yaml"),
    )
    noted = [note for notes in library.annotations.values() for note in notes]
    assert {note.claim for note in noted} >= {claim.id for claim in line.claims}
    assert {(note.side, note.case) for note in noted} == {
        ("for", "ordinary"),
        ("against", "special"),
        ("against", "ordinary"),
        (None, "ordinary"),
    }
    bearing = {i for i, notes in library.annotations.items() if any(note.side for note in notes)}
    assert len(bearing) >= 60
    anchors = {anchor.id for anchor in line.anchors}
    assert anchors <= {paper.id for paper in library.papers}, "the anchors must resolve offline too"


@pytest.mark.parametrize(
    "claim", load_line(defaults("claims") / f"{LINE}.yaml").claims, ids=lambda claim: claim.id
)
def test_no_stance_rests_on_a_claims_own_anchor_or_on_an_older_paper(claim: object) -> None:
    from retest.domain.line import Claim

    assert isinstance(claim, Claim)
    library = load_library(defaults("library") / f"{LINE}.yaml")
    published = {paper.id: paper.published for paper in library.papers}
    opens = max(published[anchor] for anchor in claim.anchors)
    for paper, notes in library.annotations.items():
        for note in notes:
            if note.claim == claim.id and note.side:
                assert paper not in claim.anchors, f"{paper} is an anchor of {claim.id}"
                assert published[paper] > opens, (
                    f"{paper} of {published[paper]} is not newer than {opens}"
                )


def test_the_library_says_for_each_paper_where_its_date_comes_from() -> None:
    text = (defaults("library") / f"{LINE}.yaml").read_text(encoding="utf-8")
    papers = yaml.safe_load(text)["papers"]
    assert {paper["date_source"] for paper in papers} <= {"arxiv", "listing", "id-month"}


def test_the_offline_report_says_read_of_what_was_read_alone() -> None:
    """A pair of claim and paper that nobody annotated was not read, and nobody judged."""
    record = Record.model_validate_json(
        (ROOT / "reports" / "scale-anticipation.json").read_text(encoding="utf-8")
    )
    library = open_library("scale-anticipation")
    assert library is not None
    for claim in record.claims:
        noted = library.annotated[claim.id]
        assert claim.searched.extracted <= len(noted), claim.id
        assert claim.searched.extracted < claim.searched.candidates, claim.id
        assert {item.arxiv_id for item in claim.evidence} <= noted
        assert claim.confidence is None, "a formula is no judgment"
    assert all(question.motivated_by == () for question in record.questions)
    closing = [item.claim for item in record.superseding]
    first = closing.index("counter-thesis")
    assert first == 0, "what argues for the counter-thesis comes before what speaks of a claim"
