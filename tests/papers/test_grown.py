"""A mirror that grows day by day up to another one, for walks through time."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from retest.domain.paper import Paper
from retest.papers.grown import Growing, known_from
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from tests.papers_small import ANCHOR, PAPERS


def test_a_text_is_known_from_its_own_versions_day() -> None:
    first = ANCHOR.model_copy(update={"version": 1, "updated": None})
    assert known_from(first) == first.published
    later = ANCHOR.model_copy(update={"version": 2, "updated": date(2025, 6, 1)})
    assert known_from(later) == date(2025, 6, 1)
    assert known_from(ANCHOR.model_copy(update={"version": 2, "updated": None})) is None


def test_a_mirror_grows_to_the_one_it_is_grown_from(tmp_path: Path) -> None:
    known = [
        paper.model_copy(update={"version": 1, "other_titles": ("Of another day",)})
        for paper in PAPERS
    ]
    with Mirror(tmp_path / "all") as mirror:
        mirror.upsert(known)
    growing = Growing(tmp_path / "all", tmp_path / "grown")
    assert [growing.until(date(2026, month, 1)) for month in range(1, 9)] == [
        1,
        0,
        1,
        0,
        1,
        1,
        2,
        1,
    ]
    grown, whole = MirrorSource(tmp_path / "grown"), MirrorSource(tmp_path / "all")
    ids = [paper.id for paper in known]
    for found, meant in zip(grown.get(ids).values(), whole.get(ids).values(), strict=True):
        assert isinstance(found, Paper)
        assert isinstance(meant, Paper)
        assert found.other_titles == (), "of which day another title is, is not known"
        assert found == meant.model_copy(update={"other_titles": ()})
