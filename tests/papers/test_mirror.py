"""The mirror: one writer, many readers, nothing half-written, nothing forgotten."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from retest.domain.line import Window
from retest.domain.paper import Missing, Paper, Query, Unknown
from retest.errors import SearchFailed, UsageError
from retest.papers.mirror import Mirror, merge
from retest.papers.mirror_source import MirrorSource
from tests.papers.some import PAPERS, WINDOW, paper

EVER = Window(opens=date(1990, 1, 1), as_of=date(2030, 1, 1))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    put(tmp_path / "mirror", *PAPERS)
    return tmp_path / "mirror"


def put(folder: Path, *papers: Paper) -> int:
    with Mirror(folder) as mirror:
        return mirror.upsert(papers)


def get(folder: Path, arxiv_id: str) -> Paper:
    answer = MirrorSource(folder).get([arxiv_id])[arxiv_id]
    assert isinstance(answer, Paper), f"{arxiv_id} is {answer}"
    return answer


def contents(folder: Path) -> dict[str, bytes]:
    return {str(f.relative_to(folder)): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


def test_finds_and_looks_up_what_was_put_in(folder: Path) -> None:
    source = MirrorSource(folder)
    assert source.name == "mirror"
    assert source.search(Query(all_of=("scaling laws",)), WINDOW, 10) == [PAPERS[1]]
    assert source.get(["hep-th/9901001", "2402.99999"]) == {
        "hep-th/9901001": PAPERS[3],
        "2402.99999": Missing(
            id="2402.99999", detail="of the 2 or more papers of 2402 the mirror holds 1"
        ),
    }


def test_a_paper_that_arxiv_numbered_after_the_mirror_was_filled_is_unknown_and_not_missing(
    folder: Path,
) -> None:
    answer = MirrorSource(folder).get(["2403.00004", "2504.00001", "2403.00002", "hep-th/9912345"])
    assert [isinstance(answer[i], Unknown) for i in answer] == [True, True, False, False]
    assert [isinstance(answer[i], Missing) for i in answer] == [False, False, True, True]
    assert "2403.00003" in str(answer["2403.00004"])


def test_putting_the_same_in_twice_changes_no_byte(folder: Path) -> None:
    before = contents(folder)
    assert put(folder, *PAPERS) == 0
    assert contents(folder) == before


def test_a_later_version_keeps_the_first_day_and_every_title(folder: Path) -> None:
    first = PAPERS[1]
    later = first.model_copy(
        update={
            "version": 4,
            "title": "Scaling laws mostly hold",
            "published": date(2024, 9, 9),
            "authors": (),
        }
    )
    assert put(folder, later) == 1
    now = get(folder, first.id)
    assert (now.title, now.other_titles, now.published) == (
        later.title,
        (first.title,),
        first.published,
    )
    assert now.authors == first.authors
    assert [
        p.id for p in MirrorSource(folder).search(Query(all_of=("mostly hold",)), WINDOW, 10)
    ] == [first.id]
    assert put(folder, first) == 0, "an older version put in again changes nothing"
    assert Mirror.stats(folder).records == len(PAPERS)


def test_titles_of_three_versions_are_all_kept(folder: Path) -> None:
    titles = ["One", "Two", "Three"]
    for number, title in enumerate(titles, start=1):
        put(folder, paper("2403.12345", title).model_copy(update={"version": number}))
    now = get(folder, "2403.12345")
    assert (now.title, set(now.other_titles)) == ("Three", {"One", "Two"})


@pytest.mark.parametrize("batch", [1, 1000])
def test_an_id_that_comes_more_than_once_in_an_import_is_merged(
    folder: Path, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr("retest.papers.mirror.BATCH", batch)
    versions = [
        paper("2403.12345", f"Title {n}").model_copy(update={"version": n}) for n in (2, 1, 3)
    ]
    put(folder, *versions, paper("2403.12346", "Another"))
    now = get(folder, "2403.12345")
    assert (now.title, set(now.other_titles)) == ("Title 3", {"Title 1", "Title 2"})
    assert Mirror.stats(folder).records == len(PAPERS) + 2
    assert put(folder, *versions) == 0


def test_ids_that_are_alike_are_papers_of_their_own(folder: Path) -> None:
    ids = [
        "0803.0123",
        "0803.00123",
        "0803.01230",
        "hep-th/0803123",
        "hep-ph/0803123",
        "math.AG/0803123",
        "x",
        "12",
    ]
    assert put(folder, *(paper(i, f"Title of {i}") for i in ids)) == len(ids)
    assert {i: get(folder, i).title for i in ids} == {i: f"Title of {i}" for i in ids}


def test_merging_an_older_version_into_a_newer_one_is_the_same_as_the_other_way_round() -> None:
    one, two = (
        paper("2403.12345", t, published=d).model_copy(update={"version": v})
        for t, v, d in (("Old", 1, date(2024, 3, 2)), ("New", 2, date(2024, 3, 1)))
    )
    assert merge(one, two) == merge(two, one)


def test_statistics_count_by_year_of_the_first_version(folder: Path) -> None:
    found = Mirror.stats(folder)
    assert (found.records, found.first, found.last) == (4, date(1999, 1, 1), date(2024, 3, 3))
    assert found.years == {1999: 1, 2023: 1, 2024: 2}
    assert found.bytes > 0


def test_a_source_keeps_to_the_mirror_as_it_was_when_opened(folder: Path) -> None:
    before = MirrorSource(folder)
    for number in range(5):
        put(folder, paper(f"2403.0001{number}", "Scaling laws again"))
    assert len(before.search(Query(all_of=("scaling laws",)), EVER, 10)) == 2
    assert len(MirrorSource(folder).search(Query(all_of=("scaling laws",)), EVER, 10)) == 7


def test_searching_goes_on_while_papers_are_put_in(folder: Path) -> None:
    def papers() -> Iterator[Paper]:
        for number in range(3000):
            if number % 1000 == 0:
                assert (
                    len(MirrorSource(folder).search(Query(all_of=("scaling laws",)), EVER, 10)) == 2
                )
            yield paper(f"2403.{10000 + number}", "Scaling laws again")

    with Mirror(folder) as mirror:
        assert mirror.upsert(papers()) == 3000
    assert Mirror.stats(folder).records == 3004


def test_what_breaks_off_leaves_the_mirror_as_it_was(folder: Path) -> None:
    def papers() -> Iterator[Paper]:
        yield from (paper(f"2403.{10000 + n}", "Scaling laws again") for n in range(1500))
        raise ZeroDivisionError

    with Mirror(folder) as mirror, pytest.raises(ZeroDivisionError):
        mirror.upsert(papers())
    assert Mirror.stats(folder).records == 4
    assert put(folder, paper("2403.10000", "Afterwards")) == 1


def test_a_second_writer_is_turned_away_and_the_first_goes_on(folder: Path) -> None:
    with Mirror(folder) as mirror:
        with pytest.raises(UsageError, match="another process is writing"):
            Mirror(folder)
        assert mirror.upsert([paper("2403.10000", "New")]) == 1
    with Mirror(folder):
        pass


KILLED = """
import sys
from itertools import count
from pathlib import Path
from retest.papers.mirror import Mirror
from tests.papers.some import paper
def papers():
    for number in count():
        if number == 5000:
            print("under way", flush=True)
        yield paper(f"2403.{10000 + number % 90000}", "Scaling laws again")
Mirror(Path(sys.argv[1])).upsert(papers())
"""


def test_a_killed_import_leaves_the_last_whole_one_and_no_lock(folder: Path) -> None:
    command = [sys.executable, "-c", KILLED, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"under way\n"
        time.sleep(0.05)
        process.kill()
    assert Mirror.stats(folder).records == 4
    assert MirrorSource(folder).search(Query(all_of=("scaling laws",)), WINDOW, 10) == [PAPERS[1]]
    assert put(folder, paper("2403.10000", "Afterwards")) == 1
    assert Mirror.stats(folder).records == 5


def test_no_mirror_is_said_with_the_way_to_make_one(tmp_path: Path) -> None:
    for use in (MirrorSource, Mirror.stats):
        with pytest.raises(UsageError, match="retest mirror import FILE"):
            use(tmp_path / "none")
    assert not (tmp_path / "none").exists(), "reading must not make a mirror"


def test_an_empty_mirror_is_an_error_and_never_an_empty_answer(tmp_path: Path) -> None:
    with Mirror(tmp_path / "mirror") as mirror:
        assert mirror.upsert([]) == 0
    for use in (MirrorSource, Mirror.stats):
        with pytest.raises(UsageError, match="empty"):
            use(tmp_path / "mirror")


@pytest.mark.parametrize(
    "text", ['{"made_by": "retest mirror", "format": 0}', '{"made_by": "another"}', "[]", "null"]
)
def test_an_old_or_foreign_format_is_refused(folder: Path, text: str) -> None:
    (folder / "format.json").write_text(text)
    for use in (MirrorSource, Mirror.stats, Mirror):
        with pytest.raises(UsageError, match="another version of retest") as refused:
            use(folder)
        assert "remove the folder" in refused.value.hint


@pytest.mark.parametrize("name", ["format.json", "index/meta.json"])
def test_a_damaged_mirror_is_refused(folder: Path, name: str) -> None:
    (folder / name).write_text("{")
    for use in (MirrorSource, Mirror):
        with pytest.raises(UsageError, match="damaged"):
            use(folder)


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("precious")
    with pytest.raises(UsageError, match="holds files"):
        Mirror(tmp_path)
    assert [f.name for f in tmp_path.iterdir()] == ["thesis.tex"]


@pytest.mark.parametrize("door", ["_hits", "paper"])
def test_a_mirror_that_cannot_be_read_fails_the_search_and_leaves_ids_unknown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, door: str
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("Data corruption")

    source = MirrorSource(folder)
    query = Query(all_of=("scaling laws",))
    monkeypatch.setattr(source._index, door, broken)
    with pytest.raises(SearchFailed, match="Data corruption"):
        source.search(query, WINDOW, 10)
    with pytest.raises(SearchFailed, match="Data corruption"):
        list(source.search_noted([query], WINDOW, 10)[0][0])
    assert source.get(["2402.00002"]) == {
        "2402.00002": Unknown(
            id="2402.00002", reason="the mirror could not be read: Data corruption"
        )
    }


def test_the_format_names_its_maker(folder: Path) -> None:
    written = json.loads((folder / "format.json").read_text())
    assert (written["made_by"], written["format"]) == ("retest mirror", 3)
    assert len(written["id"]) == 16
