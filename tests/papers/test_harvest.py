"""A harvest by OAI-PMH: what it asks for, what it brings, and where the next one starts."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retest.domain.paper import Paper, Unknown
from retest.errors import RunError, UsageError
from retest.papers.authors import names
from retest.papers.harvest import checked_set
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.snapshot import import_snapshot
from retest.papers.synced import load_synced
from tests.fakes.oai import FakeOai, Fault
from tests.fakes.oai_records import Entry, entries
from tests.papers.harvesting import TEN, noted, stored, sync
from tests.papers.some import PAPERS, paper


@pytest.mark.parametrize(
    ("sized", "packed", "page"),
    [(False, False, 1), (False, True, 3), (True, False, 4), (True, True, 5), (False, False, 10)],
)
def test_a_harvest_over_pages_is_the_same_as_putting_the_papers_in(
    folder: Path, undisturbed: dict[str, Paper], sized: bool, packed: bool, page: int
) -> None:
    with FakeOai(entries(TEN), page=page, sized=sized, packed=packed) as fake:
        done = sync(fake, folder)
    assert stored(folder) == undisturbed
    assert (done.records, done.changed) == (10, 10)
    assert len(fake.requests) == -(-10 // page)


def test_a_list_that_needs_no_page_more_ends_with_its_last_full_one(
    fake: FakeOai, folder: Path
) -> None:
    fake.page = 5
    sync(fake, folder)
    assert len(fake.requests) == 2


def test_the_next_sync_asks_for_a_day_again_and_nothing_changes(
    fake: FakeOai, folder: Path
) -> None:
    sync(fake, folder)
    before = (folder / "harvest.json").read_bytes()
    asked = len(fake.requests)
    again = sync(fake, folder)
    assert fake.requests[asked].params["from"] == "2026-01-04", "the newest day was the 5th"
    assert (again.records, again.changed) == (4, 0)
    assert (folder / "harvest.json").read_bytes() == before


def test_a_new_version_keeps_the_first_day_and_the_titles(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder)
    newer = PAPERS[1].model_copy(
        update={"version": 4, "title": "They hold after all", "updated": date(2026, 2, 1)}
    )
    fake.put(Entry(newer, date(2026, 2, 2)))
    assert sync(fake, folder).changed == 1
    now = stored(folder)[newer.id]
    assert (now.title, now.version, now.published) == (newer.title, 4, PAPERS[1].published)
    assert now.other_titles == (PAPERS[1].title,)


def test_a_day_that_goes_on_after_it_was_harvested_loses_nothing(
    fake: FakeOai, folder: Path
) -> None:
    fake.today = date(2026, 1, 5)
    sync(fake, folder)
    fake.put(*(Entry(paper(f"2406.0000{n}", "Late"), date(2026, 1, 4 + n)) for n in range(3)))
    fake.today = date(2026, 1, 8)
    assert sync(fake, folder).changed == 3


def test_what_is_changed_while_the_list_comes_is_asked_for_again(
    fake: FakeOai, folder: Path
) -> None:
    def next_days(*_: object) -> None:
        fake.today = date(2026, 1, 6)

    fake.put(*(Entry(entry.paper, min(entry.day, date(2026, 1, 3))) for entry in entries(TEN)))
    fake.today = date(2026, 1, 3)
    ticks = iter(range(0, 1000, 60))
    sync(fake, folder, progress=next_days, clock=lambda: float(next(ticks)))
    fake.put(Entry(TEN[0], date(2026, 1, 5)))
    asked = len(fake.requests)
    sync(fake, folder)
    assert fake.requests[asked].params["from"] == "2026-01-02"


def test_a_set_brings_its_papers_only_and_has_its_own_days(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder, "cs:cs:CL", "physics:hep-th")
    assert set(stored(folder)) == {"2402.00002", "2403.00003", "hep-th/9901001", "2405.12345"}
    assert (
        noted(folder, "cs:cs:CL").until == noted(folder, "physics:hep-th").until == date(2026, 1, 5)
    )
    asked = len(fake.requests)
    sync(fake, folder, "cs")
    assert "from" not in fake.requests[asked].params, "a wider set has to come from its beginning"
    asked = len(fake.requests)
    sync(fake, folder, "cs:cs:LG")
    assert fake.requests[asked].params["from"] == "2026-01-04", (
        "a narrower one goes on where the wider one is"
    )


@pytest.mark.parametrize(
    "name", ["cs", "q-bio", "physics:hep-th", "cs:cs:CL", "physics:physics:plasm-ph"]
)
def test_names_of_sets_are_passed_on_as_they_are(name: str) -> None:
    assert checked_set(name) == name


@pytest.mark.parametrize(
    "name", ["", "cs.CL", "cs:cs.CL", "CS", "cs:cs:CL:x", "cs&verb=Identify", "cs ", "../cs"]
)
def test_other_names_of_sets_are_refused_with_the_form(name: str) -> None:
    with pytest.raises(UsageError, match="--set") as refused:
        checked_set(name)
    assert "cs:cs:CL" in refused.value.hint


# Where a sync starts


def snapshot(tmp_path: Path, *update_dates: str) -> Path:
    path = tmp_path / "snapshot.json"
    lines = [
        {
            "id": f"2406.{n:05}",
            "title": f"Imported {n}",
            "abstract": "We import.",
            "update_date": day,
            "versions": [{"version": "v1", "created": "Mon, 2 Mar 2026 10:00:00 GMT"}],
        }
        for n, day in enumerate(update_dates)
    ]
    path.write_text("".join(f"{json.dumps(record)}\n" for record in lines), encoding="utf-8")
    return path


def imported(tmp_path: Path, folder: Path, *update_dates: str) -> None:
    with Mirror(folder) as mirror:
        import_snapshot(snapshot(tmp_path, *update_dates), mirror, lambda *_: None)


def test_after_an_import_it_goes_on_from_the_newest_change_in_it(
    fake: FakeOai, folder: Path, tmp_path: Path
) -> None:
    imported(tmp_path, folder, "2026-01-02", "2026-01-04", "2025-12-31")
    told: list[str] = []
    sync(fake, folder, told=told)
    assert fake.requests[0].params["from"] == "2026-01-03"
    assert told == ["all of arXiv: changes since 2026-01-03"]
    extent = noted(folder)
    assert (extent.since, extent.until) == (None, date(2026, 1, 5))


@pytest.mark.parametrize("day", ["soon", "", "2026-13-01", None, 20260101])
def test_a_day_of_change_that_is_none_is_not_believed(
    folder: Path, tmp_path: Path, day: Any
) -> None:
    imported(tmp_path, folder, day)
    assert load_synced(folder) is None


def test_a_small_file_imported_later_is_no_snapshot_of_arxiv(
    fake: FakeOai, folder: Path, tmp_path: Path
) -> None:
    imported(tmp_path, folder, *["2026-01-02"] * 10)
    imported(tmp_path, folder, "2026-06-30")
    sync(fake, folder)
    assert fake.requests[0].params["from"] == "2026-01-01"


def test_a_newer_snapshot_moves_a_synced_mirror_on(
    fake: FakeOai, folder: Path, tmp_path: Path
) -> None:
    sync(fake, folder, since=date(2026, 1, 5))
    imported(tmp_path, folder, *["2026-03-02"] * 4)
    asked = len(fake.requests)
    sync(fake, folder)
    assert fake.requests[asked].params["from"] == "2026-03-01"
    extent = noted(folder)
    assert (extent.since, extent.until) == (None, date(2026, 3, 1))


def test_an_import_in_the_middle_of_a_first_harvest_takes_its_place(
    fake: FakeOai, folder: Path, tmp_path: Path
) -> None:
    fake.faults[1] = Fault("error")
    with pytest.raises(RunError):
        sync(fake, folder)
    imported(tmp_path, folder, *["2026-01-05"] * 4)
    asked = len(fake.requests)
    sync(fake, folder)
    assert fake.requests[asked].params["from"] == "2026-01-04"


def test_a_mirror_filled_by_an_older_version_goes_on_from_its_newest_paper(
    fake: FakeOai, folder: Path
) -> None:
    with Mirror(folder) as mirror:
        mirror.upsert(PAPERS)
    assert not (folder / "harvest.json").exists()
    sync(fake, folder)
    assert fake.requests[0].params["from"] == "2024-03-02"


def test_an_empty_mirror_is_filled_from_the_beginning_and_told_what_that_takes(
    fake: FakeOai, folder: Path
) -> None:
    told: list[str] = []
    sync(fake, folder, told=told)
    assert "from" not in fake.requests[0].params
    assert "retest mirror import FILE" in told[0]


def test_a_day_before_arxivs_first_is_no_day_to_ask_for(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder, since=date(1999, 1, 1))
    assert "from" not in fake.requests[0].params, "arXiv refuses days before its first datestamp"


def test_since_is_asked_for_and_noted_as_the_beginning(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder, since=date(2026, 1, 3))
    assert fake.requests[0].params["from"] == "2026-01-03"
    extent = noted(folder)
    assert (extent.since, extent.until) == (date(2026, 1, 3), date(2026, 1, 5))
    sync(fake, folder, since=date(2026, 1, 1))
    extent = noted(folder)
    assert (extent.since, extent.until) == (date(2026, 1, 1), date(2026, 1, 5))


def test_since_may_leave_no_gap(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder)
    with pytest.raises(UsageError, match="gap"):
        sync(fake, folder, since=date(2026, 1, 6))


def test_the_same_command_goes_on_after_it_was_stopped(fake: FakeOai, folder: Path) -> None:
    fake.faults[1] = Fault("error")
    with pytest.raises(RunError):
        sync(fake, folder, since=date(2026, 1, 2))
    sync(fake, folder, since=date(2026, 1, 2))
    assert "resumptionToken" in fake.requests[2].params


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"format": 2}', '{"format": 1, "sets": {"": {"until": "soon"}}}', ""]
)
def test_a_note_of_another_form_is_refused_with_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / "harvest.json").write_text(text)
    with pytest.raises(UsageError, match=r"harvest\.json") as refused:
        load_synced(tmp_path)
    assert "remove that file" in refused.value.hint


def test_without_its_note_a_mirror_goes_on_from_its_newest_paper(
    fake: FakeOai, folder: Path
) -> None:
    sync(fake, folder)
    (folder / "harvest.json").unlink()
    asked = len(fake.requests)
    sync(fake, folder)
    assert fake.requests[asked].params["from"] == "2024-03-02"


# Records


def test_a_deleted_record_marks_a_known_paper_and_a_snapshot_does_not_undo_it(
    fake: FakeOai, folder: Path
) -> None:
    sync(fake, folder)
    fake.put(
        Entry(PAPERS[1], date(2026, 2, 1), deleted=True),
        Entry(paper("2406.00001", "X"), date(2026, 2, 1), deleted=True),
    )
    done = sync(fake, folder)
    assert (done.changed, done.withdrawn) == (1, 1)
    now = stored(folder)[PAPERS[1].id]
    assert now == PAPERS[1].model_copy(update={"withdrawn": True})
    with Mirror(folder) as mirror:
        assert mirror.upsert(PAPERS) == 0, "what an older snapshot says of the same version"
    fake.put(Entry(PAPERS[1].model_copy(update={"version": 9}), date(2026, 3, 1)))
    sync(fake, folder)
    assert not stored(folder)[PAPERS[1].id].withdrawn


def test_a_withdrawn_version_is_told_by_its_source_type_or_its_comments(folder: Path) -> None:
    day = date(2026, 1, 1)
    made = [
        Entry(TEN[4], day, source_type="I"),
        Entry(TEN[5], day, comments="This paper has been withdrawn by the authors"),
        Entry(TEN[6], day, source_type="AS"),
    ]
    with FakeOai(made) as fake:
        sync(fake, folder)
    assert [stored(folder)[entry.paper.id].withdrawn for entry in made] == [True, True, False]


def broken_raw(inner: str) -> str:
    return f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/">{inner}</arXivRaw>'


VERSION = '<version version="v1"><date>Mon, 2 Apr 2007 19:18:42 GMT</date></version>'


BROKEN = [
    f"<id>{{id}}</id>{VERSION}<abstract>No title.</abstract>",
    "<id>{id}</id><title>No version</title>",
    '<id>{id}</id><title>No number</title><version version="2"><date/></version>',
    f"<id>{{id}}</id><title>No such day</title>{VERSION.replace('2 Apr', '31 Apr')}",
    f"<id>2404.00009</id><title>Another paper</title>{VERSION}",
    f"<title>No id</title>{VERSION}",
]


def test_records_that_cannot_be_read_are_told_left_out_and_never_missing(folder: Path) -> None:
    broken = [
        Entry(one, date(2026, 1, 3), raw=broken_raw(raw.format(id=one.id)))
        for one, raw in zip(TEN, BROKEN, strict=False)
    ]
    broken += [Entry(TEN[6], date(2026, 1, 3), raw='<arXiv xmlns="http://arxiv.org/OAI/arXiv/"/>')]
    broken += [Entry(TEN[7], date(2026, 1, 3), raw=" ")]
    names_of = {entry.paper.id for entry in broken}
    told: list[str] = []
    with FakeOai([*broken, *entries(TEN[8:])], page=50) as fake:
        done = sync(fake, folder, told=told)
        assert set(done.unread) == names_of
        assert {name for name in names_of if any(name in line for line in told)} == names_of
        assert set(stored(folder)) == {TEN[8].id, TEN[9].id}
        answers = MirrorSource(folder).get([*names_of])
        assert all(isinstance(answer, Unknown) for answer in answers.values())
        fake.put(*entries(TEN, first=date(2026, 2, 1)))
        assert not sync(fake, folder).unread
    assert len(stored(folder)) == 10
    assert (load_synced(folder) or pytest.fail("nothing noted")).unread == {}


def test_records_that_all_have_another_form_stop_the_harvest(folder: Path) -> None:
    with FakeOai(
        [Entry(found, date(2026, 1, 1), raw=broken_raw("<name/>")) for found in TEN]
    ) as fake:
        with pytest.raises(RunError, match="another form"):
            sync(fake, folder)
        assert len(fake.requests) == 1
    assert noted(folder).until is None


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ann Author", ("Ann Author",)),
        ("Ann Author, B. Both, Jr. and C. Third", ("Ann Author", "B. Both Jr.", "C. Third")),
        ("A. B. (MIT (Boston)), C. D. (2) & E. F.", ("A. B.", "C. D.", "E. F.")),
        (
            "ATLAS Collaboration: G. Aad, et al. (2900 more",
            ("ATLAS Collaboration", "G. Aad", "et al."),
        ),
        (r"C. Bal\'azs, {\v S}. M\"uller, J\o rgensen", ("C. Balázs", "Š. Müller", "Jørgensen")),
        (
            r"\'{\i}, \L{}ukasz, Fran\c cois, L. Erd\H{o}s, G. 't~Hooft",
            ("í", "Łukasz", "François", "L. Erdős", "G. 't Hooft"),
        ),
        ("Anders\n  and Sandra  Andersson", ("Anders", "Sandra Andersson")),
        ("(((((((x)))))))", ()),
        ("", ()),
    ],
)
def test_a_line_of_authors_is_cut_into_names(line: str, expected: tuple[str, ...]) -> None:
    assert names(line) == expected
