"""A search that nothing new could change is not made again, and one that something new could change
is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retest.cache import AnswerCache
from retest.domain.line import Claim, Line, Window
from retest.domain.paper import Paper, Query
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.source import Ranked, Seen
from retest.pipeline.remembered import SearchMemory
from retest.pipeline.search import round_of
from retest.pipeline.state import Deps, Limits, PlannedSearch, Subject

OPENS, TODAY = date(2025, 1, 1), date(2025, 6, 30)
CLAIM = Claim(
    id="wind", text="Wind drives the tides of small lakes.", dated="2025", anchors=("2412.00001",)
)
LINE = Line(line="tides", question="What?", thesis="Wind.", counter_thesis="Moon.", claims=(CLAIM,))
SEARCHES = [
    PlannedSearch(query=Query(any_of=(CLAIM.text,)), by="rule"),
    PlannedSearch(query=Query(all_of=("tides",), any_of=("wind", "moon")), by="model"),
]


def paper(number: int, text: str, day: date = date(2025, 3, 1), **more: object) -> Paper:
    given = {
        "id": f"2503.{number:05}",
        "title": text,
        "abstract": f"We study {text} with care.",
        "published": day,
    }
    return Paper.model_validate({**given, "version": 1, **more})


OLD = [paper(n, f"wind and the tides of small lakes, part {n}") for n in range(1, 9)]
OLD += [paper(n, f"another thing altogether, of kind {n}") for n in range(2000, 5000)]


@dataclass
class Counted:
    """A mirror source that says which rounds it really searched."""

    folder: Path
    searched: int = 0
    source: MirrorSource = field(init=False)

    def __post_init__(self) -> None:
        self.source = MirrorSource(self.folder)
        self.name, self.until = self.source.name, self.source.until
        self.get, self.unchanged = self.source.get, self.source.unchanged

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[list[Ranked], Seen]:
        self.searched += 1
        return self.source.search_noted(queries, window, limit)


class Place:
    """A mirror and a memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "mirror"
        self.kept = AnswerCache(folder / "searches")
        self.memory: SearchMemory | None = SearchMemory(self.kept)
        self.put(*OLD)

    def put(self, *papers: Paper) -> None:
        with Mirror(self.folder) as mirror:
            mirror.upsert(papers)

    def night(self, as_of: date = TODAY, most: int = 4) -> tuple[list[str], int]:
        """The candidates, and how many rounds were searched for them."""
        source = Counted(self.folder)
        limits = Limits(candidates=most, per_query=most)
        deps = Deps(LINE, as_of, source, None, None, {}, limits, None, self.memory)  # type: ignore[arg-type]  # of a run's parts a round needs the source, the limits and the memory
        subject = Subject(
            claim=CLAIM, window=Window(opens=OPENS, as_of=as_of), excluded=CLAIM.anchors
        )
        found = round_of(deps, subject, SEARCHES, [])
        return [candidate.paper.id for candidate in found.candidates], source.searched

    def fresh(self, as_of: date = TODAY) -> list[str]:
        """What a search without memory finds."""
        memory, self.memory = self.memory, None
        try:
            return self.night(as_of)[0]
        finally:
            self.memory = memory


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_second_night_without_new_papers_does_not_search(place: Place) -> None:
    first, searched = place.night()
    assert (len(first), searched) == (4, 1)
    assert place.night() == (first, 0)
    assert place.night(date(2025, 7, 15)) == (first, 0)


def test_new_papers_that_no_query_reaches_change_nothing(place: Place) -> None:
    first, _ = place.night()
    place.put(*(paper(n, "a survey of mountain pastures") for n in range(100, 140)))
    assert place.night() == (first, 0)


def test_a_new_paper_that_belongs_among_the_candidates_is_found(place: Place) -> None:
    place.night()
    place.put(paper(500, "wind drives the tides of small lakes: wind, tides, lakes"))
    found, searched = place.night()
    assert searched == 1
    assert "2503.00500" in found


def test_a_paper_that_a_later_day_lets_into_the_window_is_found(place: Place) -> None:
    place.put(paper(501, "wind drives the tides of small lakes", date(2025, 7, 5)))
    first, _ = place.night()
    assert "2503.00501" not in first
    found, searched = place.night(date(2025, 7, 6))
    assert searched == 1
    assert "2503.00501" in found


def test_what_a_later_night_found_does_not_leak_into_an_earlier_one(place: Place) -> None:
    place.put(paper(501, "wind drives the tides of small lakes", date(2025, 7, 5)))
    assert "2503.00501" in place.night(date(2025, 7, 6))[0]
    found, searched = place.night(TODAY)
    assert searched == 1
    assert "2503.00501" not in found


def test_a_candidate_that_is_withdrawn_is_none_any_more(place: Place) -> None:
    first, _ = place.night()
    gone = next(one for one in OLD if one.id == first[0])
    place.put(gone.model_copy(update={"version": 2, "withdrawn": True}))
    found, _ = place.night()
    assert gone.id not in found
    assert found == place.fresh()


def test_another_mirror_in_the_same_folder_is_searched_anew(place: Place) -> None:
    place.night()
    for file in sorted(place.folder.rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    place.put(*(paper(n, f"wind and tides of other lakes {n}") for n in range(700, 720)))
    found, searched = place.night()
    assert searched == 1
    assert found == place.fresh()


def test_a_broken_memory_costs_a_search_and_no_answer(place: Place) -> None:
    first, _ = place.night()
    for key in list(place.kept._cache):
        place.kept.put(key, '{"seen": "what"}')
    assert place.night() == (first, 1)


WORDS = [
    "wind",
    "tides",
    "small",
    "lakes",
    "moon",
    "depth",
    "ice",
    "drives",
    "study",
    "gauge",
    "winter",
    "pressure",
]


@settings(max_examples=12)
@given(data=st.data())
def test_memory_never_finds_other_candidates_than_a_search_would(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = Place(tmp_path_factory.mktemp("place"))
    for night in range(3):
        assert place.night()[0] == place.fresh()
        titles = data.draw(
            st.lists(st.lists(st.sampled_from(WORDS), min_size=3, max_size=9), max_size=4)
        )
        place.put(*(paper(800 + 10 * night + n, " ".join(said)) for n, said in enumerate(titles)))
    assert place.night()[0] == place.fresh()
