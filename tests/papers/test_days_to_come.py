"""A day that has not come yet is believed in no record: it would hide where the mirror ends, and
every later sync would ask from that day on and find nothing."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from retest.errors import FileError, RunError, UsageError
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.synced import Extent, Synced, load_synced, save_synced
from tests.conftest import Workspace
from tests.fakes.oai import FakeOai
from tests.fakes.oai_records import Entry, entries
from tests.papers.harvesting import NOW, TEN, stored, sync
from tests.papers.some import PAPERS
from tests.papers.test_snapshot import RECORD, bring_in, line

TODAY = NOW.date()
FUTURE = {
    "changed": {"update_date": "9999-01-01"},
    "changed the day after tomorrow": {"update_date": str(TODAY + timedelta(days=2))},
    "submitted": {"versions": [{"version": "v1", "created": "Thu, 1 Jan 2099 10:00:00 GMT"}]},
    "revised": {
        "versions": [
            RECORD["versions"][0],
            {"version": "v2", "created": "Thu, 1 Jan 2099 10:00:00 GMT"},
        ]
    },
}


@pytest.mark.parametrize("changes", FUTURE.values(), ids=FUTURE)
def test_a_record_of_a_day_to_come_is_named_with_its_line_and_nothing_goes_in(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    file = tmp_path / "snapshot.json"
    file.write_bytes(line(id="0704.0009") + line(**changes))
    with pytest.raises(FileError, match=r"snapshot\.json:2: found .*; expected") as bad:
        bring_in(file, tmp_path / "mirror", today=TODAY)
    assert "a day that has come" in str(bad.value)
    assert load_synced(tmp_path / "mirror") is None


@pytest.mark.parametrize("changes", FUTURE.values(), ids=FUTURE)
def test_a_record_of_a_day_to_come_that_is_skipped_leaves_no_trace(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    file, skipped = tmp_path / "snapshot.json", list[FileError]()
    file.write_bytes(line(id="0704.0009") + line(**changes))
    assert bring_in(file, tmp_path / "mirror", today=TODAY, skip=skipped.append) == 1
    assert [error.line for error in skipped] == [2]
    assert MirrorSource(tmp_path / "mirror").until == date(2007, 4, 2)
    found = load_synced(tmp_path / "mirror")
    assert found
    assert found.imported == date(2008, 11, 26)


def test_today_and_a_day_that_has_begun_elsewhere_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "snapshot.json"
    file.write_bytes(line(update_date=str(TODAY + timedelta(days=1))))
    assert bring_in(file, tmp_path / "mirror", today=TODAY) == 1


def test_the_command_knows_what_day_it_is(workspace: Workspace) -> None:
    record = json.dumps(RECORD | {"update_date": "9999-01-01"})
    (workspace.folder / "snapshot.json").write_text(record + "\n", encoding="utf-8")
    ran = workspace.retest("mirror", "import", "snapshot.json")
    assert ran.status == 2
    assert "snapshot.json:1: found update_date '9999-01-01'" in ran.err


def test_a_harvested_record_of_a_day_to_come_is_left_out_and_named(
    fake: FakeOai, folder: Path
) -> None:
    late = PAPERS[0].model_copy(update={"id": "2406.00019", "published": date(2099, 1, 1)})
    fake.put(Entry(late, date(2026, 1, 3)))
    told: list[str] = []
    made = sync(fake, folder, told=told)
    assert "2406.00019" not in stored(folder)
    assert "a day that has come" in made.unread["2406.00019"]
    assert any("2406.00019" in text for text in told)


def test_a_datestamp_of_a_day_to_come_is_no_answer(folder: Path) -> None:
    with (
        FakeOai(entries(TEN, first=date(2099, 1, 1))) as fake,
        pytest.raises(RunError, match="on a day to come, after 3 attempts"),
    ):
        sync(fake, folder)
    found = load_synced(folder)
    assert found is None or found.known("") is None


def test_a_server_whose_day_is_to_come_is_not_believed(fake: FakeOai, folder: Path) -> None:
    fake.today = date(9999, 1, 1)
    with pytest.raises(RunError, match="which is still to come"):
        sync(fake, folder)
    found = load_synced(folder)
    assert found is None or found.known("") is None


@pytest.mark.parametrize(
    "note",
    [Synced(imported=date(9999, 1, 1)), Synced(sets={"": Extent(until=date(9999, 1, 1))})],
    ids=["imported", "synced"],
)
def test_a_mirror_that_an_older_version_led_astray_says_so_instead_of_finding_nothing(
    fake: FakeOai, folder: Path, note: Synced
) -> None:
    with Mirror(folder) as mirror:
        mirror.upsert(PAPERS)
    save_synced(folder, note)
    with pytest.raises(UsageError, match="9999-01-01, a day to come") as astray:
        sync(fake, folder)
    assert "harvest.json" in astray.value.hint
    assert fake.requests == []
    (folder / "harvest.json").unlink()
    sync(fake, folder)
