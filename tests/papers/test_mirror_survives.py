"""The mirror on a bad night: killed at any moment, on a full disk, with flipped bytes, with what is
no file in the place of one. The next command works, or says what to do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from retest.domain.paper import Paper, Query
from retest.errors import RunError, SearchFailed, UsageError
from retest.papers import mirror_folder
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.synced import Synced, load_synced, save_synced
from tests.papers.some import PAPERS, WINDOW, paper


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Mirror(tmp_path / "mirror") as mirror:
        mirror.upsert(PAPERS)
    return tmp_path / "mirror"


def found(folder: Path) -> list[Paper]:
    return MirrorSource(folder).search(Query(all_of=("scaling laws",)), WINDOW, 10)


KILLED = """
import os, sys
from pathlib import Path
from retest.papers.mirror import Mirror
from tests.papers.some import PAPERS
name, number = sys.argv[2], int(sys.argv[3])
module = Path if name in ("chmod", "mkdir", "unlink") else os
real, count = getattr(module, name), [0]
def killed(*given, **more):
    count[0] += 1
    if count[0] == number:
        os._exit(9)
    return real(*given, **more)
setattr(module, name, killed)
with Mirror(Path(sys.argv[1])) as mirror:
    mirror.upsert(PAPERS)
"""


@pytest.mark.parametrize(
    ("call", "number"),
    [(call, n) for call in ("open", "fsync", "replace", "mkdir") for n in (1, 2)],
)
def test_a_kill_between_any_two_writes_leaves_no_mirror_that_is_refused(
    tmp_path: Path, call: str, number: int
) -> None:
    command = [sys.executable, "-c", KILLED, str(tmp_path / "mirror"), call, str(number)]
    subprocess.run(command, check=False)
    with Mirror(tmp_path / "mirror") as mirror:
        mirror.upsert(PAPERS)
    assert found(tmp_path / "mirror") == [PAPERS[1]]
    left = [path.name for path in (tmp_path / "mirror").iterdir() if path.suffix == ".tmp"]
    assert left == [], "a draft of the killed process stays"


def test_drafts_of_a_killed_process_in_an_empty_folder_are_no_files_of_others(
    tmp_path: Path,
) -> None:
    (tmp_path / ".format.json.999999999.0123abcd.tmp").write_text('{"made')
    with Mirror(tmp_path) as mirror:
        mirror.upsert(PAPERS)
    assert found(tmp_path) == [PAPERS[1]]
    assert not list(tmp_path.glob(".*.tmp"))


def test_every_flipped_byte_of_the_index_is_told_or_does_not_matter(folder: Path) -> None:
    whole = {path: path.read_bytes() for path in (folder / "index").iterdir()}
    right = found(folder)
    outcomes: Counter[str] = Counter()
    for path, data in whole.items():
        for at in range(0, len(data), max(1, len(data) // 12)):
            path.write_bytes(data[:at] + bytes([data[at] ^ 0x20]) + data[at + 1 :])
            try:
                assert found(folder) == right, f"{path.name}, byte {at}: another answer"
                outcomes["did not matter"] += 1
            except (UsageError, SearchFailed) as error:
                said = "damaged" in str(error) or "could not be read" in str(error)
                outcomes["told" if said and "retest mirror" in error.hint else "unclear"] += 1
            path.write_bytes(data)
    assert outcomes["told"] > 40
    assert not outcomes["unclear"]
    assert found(folder) == right


def test_a_mirror_too_large_to_be_checked_at_once_is_checked_by_its_command_and_its_writer(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mirror_folder, "AT_ONCE", 0)
    assert Mirror.check(folder) > 0
    store = sorted((folder / "index").glob("*.store"))[0]
    data = bytearray(store.read_bytes())
    data[20] ^= 1
    store.write_bytes(data)
    for use in (Mirror.check, Mirror):
        with pytest.raises(UsageError, match=f"{store.name} is not as it was written"):
            use(folder)


def test_what_a_killed_writer_had_begun_is_no_damage(folder: Path) -> None:
    segment = sorted((folder / "index").glob("*.store"))[0]
    for name in (f"{'ab' * 16}.store", f"{segment.stem}.99.del"):
        (folder / "index" / name).write_bytes(b"half")
    assert found(folder) == [PAPERS[1]]
    with Mirror(folder) as mirror:
        assert mirror.upsert([paper("2403.10000", "Afterwards")]) == 1


def test_a_list_of_files_that_was_changed_is_told(folder: Path) -> None:
    meta = folder / "index" / "meta.json"
    listed = json.loads(meta.read_text())
    listed["segments"][0]["max_doc"] -= 1
    meta.write_text(json.dumps(listed))
    with pytest.raises(UsageError, match=r"meta\.json is not as it was written"):
        MirrorSource(folder)


@pytest.mark.parametrize("name", ["format.json", "harvest.json", "index/meta.json"])
@pytest.mark.parametrize("thing", ["pipe", "folder", "link"])
def test_what_is_no_file_in_the_place_of_one_is_an_error_and_no_endless_wait(
    folder: Path, name: str, thing: str
) -> None:
    save_synced(folder, Synced())
    place = folder / name
    place.unlink()
    if thing == "pipe":
        os.mkfifo(place)
    elif thing == "folder":
        place.mkdir()
    else:
        place.symlink_to("nowhere")
    with pytest.raises(UsageError):
        MirrorSource(folder)


def test_a_note_of_a_sync_with_another_day_than_was_written_is_told(folder: Path) -> None:
    noted = Synced().with_import(PAPERS[0].published)
    save_synced(folder, noted)
    assert load_synced(folder) == noted
    path = folder / "harvest.json"
    day = str(PAPERS[0].published)
    path.write_text(path.read_text().replace(day, day[:-1] + str((int(day[-1]) + 1) % 10)))
    with pytest.raises(UsageError, match=r"harvest\.json .* is damaged"):
        load_synced(folder)


def test_a_note_that_an_older_version_wrote_is_read(folder: Path) -> None:
    (folder / "harvest.json").write_text('{"format": 1, "imported": "2024-05-01"}')
    assert str(load_synced(folder)).startswith("format=1 imported=datetime.date(2024, 5, 1)")


def test_a_disk_that_is_full_is_told_and_leaves_the_mirror_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full:
        """tantivy's writer on a full disk: what it raises there, word for word."""

        def __getattr__(self, name: str) -> object:
            raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    mirror = Mirror(folder)
    real, mirror._writer = mirror._writer, Full()  # type: ignore[assignment]
    with pytest.raises(RunError, match="No space left") as caught:
        mirror.upsert([paper("2403.10000", "New")])
    assert "make room" in caught.value.hint
    mirror._writer = real
    mirror.close()
    assert found(folder) == [PAPERS[1]]


def test_the_mirror_is_its_owners_alone(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_copy_of_a_mirror_is_as_whole(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "copy")
    assert found(tmp_path / "copy") == [PAPERS[1]]
