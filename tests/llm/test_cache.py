"""The cache of answers: it keeps text, and does nothing that a stranger's row says."""

from __future__ import annotations

import os
import resource
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import diskcache
import pytest

from retest.cache import AnswerCache, TextDisk
from retest.errors import RunError, UsageError

TEXT_MODE, BINARY_MODE, PICKLE_MODE, RAW_MODE = 3, 2, 4, 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A cache with one answer, closed."""
    with closing(AnswerCache(tmp_path / "answers")) as cache:
        cache.put("key", "text")
    return tmp_path / "answers"


@pytest.fixture
def cache(folder: Path) -> Iterator[AnswerCache]:
    with closing(AnswerCache(folder)) as cache:
        yield cache


def makes_directory(path: Path) -> bytes:
    """A pickle that calls os.mkdir(path) when it is loaded, written by hand."""
    return b"cos\nmkdir\n(V" + str(path).encode() + b"\ntR."


def plant(folder: Path, **row: Any) -> None:
    """Change the one row of a cache to what an attacker would have in it."""
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        assert (
            database.execute(
                f"UPDATE Cache SET {', '.join(f'{name} = ?' for name in row)}",  # noqa: S608 - names are ours
                list(row.values()),
            ).rowcount
            == 1
        )


def test_text_comes_back_as_it_was(cache: AnswerCache) -> None:
    for text in ("", "plain", "Ω \x00 \U0001f600", "long " * 100_000):
        cache.put("other", text)
        assert cache.get("other") == text
    assert cache.get("key") == "text"
    assert cache.get("absent") is None


def test_answers_outlive_the_process(folder: Path) -> None:
    for _ in range(2):
        with closing(AnswerCache(folder)) as cache:
            assert cache.get("key") == "text"


def test_long_answers_are_not_put_into_files(cache: AnswerCache, folder: Path) -> None:
    cache.put("long", "x" * 1_000_000)
    assert not list(folder.rglob("*.val"))


def test_only_text_is_kept(cache: AnswerCache) -> None:
    disk: Any = cache
    for key, value in ((b"key", "text"), ("key", {"a": 1}), ("key", b"text"), (("a", 1), "text")):
        with pytest.raises(UsageError, match="text"):
            disk.put(key, value)


def test_a_planted_pickle_is_not_loaded(folder: Path, cache: AnswerCache, tmp_path: Path) -> None:
    plant(folder, mode=PICKLE_MODE, value=makes_directory(tmp_path / "owned"))
    with pytest.raises(UsageError, match="holds a value that is no text"):
        cache.get("key")
    assert not (tmp_path / "owned").exists()
    with closing(
        diskcache.Cache(str(folder))
    ) as plain:  # the attack is real: the library's own class runs it
        plain.get("key")
    assert (tmp_path / "owned").exists()


def test_a_planted_pickle_in_a_file_is_not_loaded(
    folder: Path, cache: AnswerCache, tmp_path: Path
) -> None:
    (folder / "x.val").write_bytes(makes_directory(tmp_path / "owned"))
    plant(folder, mode=PICKLE_MODE, value=None, filename="x.val")
    with pytest.raises(UsageError, match=str(folder)):
        cache.get("key")
    assert not (tmp_path / "owned").exists()


def test_a_planted_pickle_as_a_key_is_not_loaded(folder: Path, tmp_path: Path) -> None:
    plant(folder, raw=0, key=makes_directory(tmp_path / "owned"))
    with closing(AnswerCache(folder)) as cache:
        assert cache.get("key") is None
    with closing(diskcache.Cache(str(folder), disk=TextDisk)) as listed:
        for walk in (
            lambda: list(listed),
            lambda: list(reversed(listed)),
            listed.peekitem,
            lambda: list(listed.iterkeys()),
        ):
            with pytest.raises(Exception, match="a key that is no text"):
                walk()
    assert not (tmp_path / "owned").exists()
    with closing(diskcache.Cache(str(folder))) as plain:
        list(plain)
    assert (tmp_path / "owned").exists(), "the attack is real: the library's own class runs it"


@pytest.mark.parametrize("mode", [TEXT_MODE, BINARY_MODE, RAW_MODE, PICKLE_MODE])
@pytest.mark.parametrize("name", ["../secret", "{tmp}/secret"])
def test_a_planted_file_name_reads_nothing(
    folder: Path, cache: AnswerCache, mode: int, name: str
) -> None:
    secret = folder.parent / "secret"
    secret.write_text("the secret", encoding="utf-8")
    plant(folder, mode=mode, value=None, filename=name.format(tmp=folder.parent))
    with pytest.raises(UsageError, match="no text"):
        cache.get("key")
    with closing(diskcache.Cache(str(folder), disk=TextDisk)) as direct:
        for way in (
            direct.read,
            lambda key: direct.get(key, read=True),
            lambda _: direct.peekitem(),
            direct.pop,
        ):
            with pytest.raises(Exception, match="a value that is no text"):
                way("key")
    assert secret.exists()


def test_a_planted_file_name_removes_nothing(folder: Path, cache: AnswerCache) -> None:
    precious = folder.parent / "precious"
    precious.write_text("kept", encoding="utf-8")
    plant(folder, mode=TEXT_MODE, value=None, filename="../precious")
    cache.put("key", "over it")
    assert precious.exists()
    assert cache.get("key") == "over it"


def test_a_text_beside_a_file_name_is_no_row_of_ours(folder: Path, cache: AnswerCache) -> None:
    plant(folder, filename="../secret")
    with pytest.raises(UsageError, match="no text"):
        cache.get("key")


def test_nothing_is_evicted_however_full_the_cache(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        database.execute(
            "UPDATE Settings SET value = 1 WHERE key = 'size_limit'"
        )  # bytes; diskcache's own is 1 GB
    with closing(AnswerCache(folder)) as cache:
        for number in range(30):
            cache.put(f"key-{number}", "text")
        assert [cache.get(f"key-{number}") for number in range(30)] == ["text"] * 30
        assert cache.get("key") == "text"


@pytest.mark.parametrize("value", [b"text", 7, 1.5, None])
def test_a_value_that_is_no_text_is_no_answer(folder: Path, cache: AnswerCache, value: Any) -> None:
    plant(folder, mode=RAW_MODE, value=value)
    with pytest.raises(UsageError, match="no text"):
        cache.get("key")


def test_bytes_that_are_no_text_are_named(folder: Path, cache: AnswerCache) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        database.execute("UPDATE Cache SET value = CAST(x'ff41' AS TEXT)")
    with pytest.raises(UsageError, match="move the folder"):
        cache.get("key")


@pytest.mark.parametrize("disk", [diskcache.Disk, diskcache.JSONDisk])
def test_a_cache_of_another_program_is_not_opened(tmp_path: Path, disk: Any) -> None:
    with closing(diskcache.Cache(str(tmp_path / "theirs"), disk=disk)) as theirs:
        theirs["key"] = "text"
    with pytest.raises(UsageError, match="another program") as caught:
        AnswerCache(tmp_path / "theirs")
    assert f"move the folder {tmp_path / 'theirs'}" in caught.value.hint


def test_a_cache_of_another_format_is_not_opened(folder: Path) -> None:
    (folder / "retest-answers").write_text("2\n", encoding="utf-8")
    with pytest.raises(UsageError, match="another format"):
        AnswerCache(folder)


@pytest.mark.parametrize(
    "setting",
    [("disk_compress_level", 1), ("directory", "/"), (b"blob", 1), ("sqlite_journal_mode", "x; y")],
)
def test_planted_settings_are_named_and_not_followed(
    folder: Path, setting: tuple[Any, Any]
) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        database.execute("INSERT OR REPLACE INTO Settings VALUES (?, ?)", setting)
    with pytest.raises(UsageError) as caught:
        AnswerCache(folder)
    assert str(folder) in caught.value.hint


def test_a_damaged_cache_is_named(folder: Path) -> None:
    for path in folder.glob("cache.db-*"):
        path.unlink()
    (folder / "cache.db").write_bytes(b"not a database at all" * 1000)
    with pytest.raises(UsageError, match="not a database") as caught:
        AnswerCache(folder)
    assert f"move the folder {folder}" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="Not a directory"):
        AnswerCache(tmp_path / "file" / "answers")


def test_a_cache_that_another_process_holds_is_an_error_and_no_endless_wait(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.cache.BUSY", 0.05)
    with (
        closing(AnswerCache(folder)) as cache,
        closing(sqlite3.connect(folder / "cache.db")) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RunError, match="in use by another process") as caught:
            cache.put("key", "text")
        assert caught.value.exit_status == 1
        assert caught.value.hint.startswith("run again")
        assert cache.get("key") == "text", "reading goes on"


def test_a_full_disk_is_told_as_one_and_nobody_is_told_to_delete_what_was_paid_for(
    cache: AnswerCache,
) -> None:
    database: Any = cache
    pages = database._cache._sql("PRAGMA page_count").fetchone()[0]
    database._cache._sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(RunError, match="the disk is full") as caught:
        cache.put("long", "x" * 1_000_000)
    assert caught.value.exit_status == 1
    assert "delete" not in str(caught.value)
    database._cache._sql("PRAGMA max_page_count = 1000000")
    assert cache.get("key") == "text"
    cache.put("long", "x" * 1_000_000)
    assert cache.get("long") == "x" * 1_000_000


def test_too_few_file_handles_are_told_as_such(folder: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken: list[Any] = []
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        with suppress(OSError):
            while True:
                taken.append((folder / "retest-answers").open("rb"))
        with pytest.raises(RunError, match="no more files may be opened") as caught:
            AnswerCache(folder)
    finally:
        for file in taken:
            file.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert "ulimit -n" in caught.value.hint
    assert "delete" not in caught.value.hint


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder_is_told_with_its_permissions(folder: Path) -> None:
    for path in (*folder.iterdir(), folder):
        path.chmod(path.stat().st_mode & 0o555)
    with pytest.raises(RunError, match="cannot be read or written") as caught:
        AnswerCache(folder)
    folder.chmod(0o755)
    assert "permissions" in caught.value.hint


@pytest.mark.parametrize("loss", ["gone", "empty", "new"])
def test_answers_that_were_kept_and_are_gone_are_missed_before_anything_is_paid_again(
    folder: Path, loss: str
) -> None:
    for path in folder.glob("cache.db*"):
        path.unlink()
    if loss == "empty":
        (folder / "cache.db").touch()
    elif loss == "new":
        diskcache.Cache(str(folder), disk=TextDisk).close()
    for _ in range(2):
        with pytest.raises(RunError, match="paid for are gone") as caught:
            AnswerCache(folder)
        assert "cache.db" in caught.value.message


def test_a_folder_that_was_marked_and_never_filled_has_lost_nothing(tmp_path: Path) -> None:
    """As a kill between the mark and the first answer leaves it."""
    AnswerCache(tmp_path / "answers").close()
    for path in (tmp_path / "answers").glob("cache.db*"):
        path.unlink()
    with closing(AnswerCache(tmp_path / "answers")) as cache:
        cache.put("key", "text")
        assert cache.get("key") == "text"


def test_an_answer_with_a_flipped_letter_is_no_answer(folder: Path, cache: AnswerCache) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        database.execute("UPDATE Cache SET value = replace(value, 'text', 'taxt')")
    with pytest.raises(UsageError, match="its checksum is another one"):
        cache.get("key")


def test_an_answer_under_another_key_is_no_answer(folder: Path, cache: AnswerCache) -> None:
    with closing(sqlite3.connect(folder / "cache.db")) as database, database:
        database.execute("UPDATE Cache SET key = 'other'")
    with pytest.raises(UsageError, match="its checksum is another one"):
        cache.get("other")


def test_an_answer_that_an_older_version_kept_without_a_checksum_is_read(
    folder: Path, cache: AnswerCache
) -> None:
    plant(folder, value='{"said": 1}')
    assert cache.get("key") == '{"said": 1}'


def test_a_database_with_flipped_bytes_is_never_read_as_if_it_were_whole(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "answers"
    with closing(AnswerCache(folder)) as cache:
        for number in range(40):
            cache.put(f"key-{number}", f"an answer of some length, {number}")
    whole = (folder / "cache.db").read_bytes()
    outcomes = Counter[str]()
    for at in range(50, len(whole), max(1, len(whole) // 60)):
        (folder / "cache.db").write_bytes(whole[:at] + bytes([whole[at] ^ 0x41]) + whole[at + 1 :])
        for path in folder.glob("cache.db-*"):
            path.unlink()
        try:
            with closing(AnswerCache(folder)) as cache:
                read = [cache.get(f"key-{number}") for number in range(40)]
        except (RunError, UsageError):
            outcomes["told"] += 1
            continue
        right = [f"an answer of some length, {number}" for number in range(40)]
        assert read == right, f"byte {at} flipped gives another answer, or none"
        outcomes["did not matter"] += 1
    assert outcomes["told"] > 10


@pytest.mark.parametrize("name", ["retest-answers", "cache.db"])
@pytest.mark.parametrize("thing", ["pipe", "folder", "link"])
def test_what_is_no_file_in_the_place_of_one_is_an_error_and_no_endless_wait(
    tmp_path: Path, thing: str, name: str
) -> None:
    folder = tmp_path / "answers"
    AnswerCache(folder).close()
    place = folder / name
    place.unlink()
    if thing == "pipe":
        os.mkfifo(place)
    elif thing == "folder":
        place.mkdir()
    else:
        place.symlink_to("nowhere")
    with pytest.raises(UsageError, match=name):
        AnswerCache(folder)


def test_what_was_paid_for_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "answers"
    with closing(AnswerCache(folder)) as cache:
        cache.put("key", "text")
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()}
    assert set(modes.values()) == {"0o600"}, modes
    assert folder.stat().st_mode & 0o777 == 0o700


def _fill(folder: Path, start: int) -> None:
    with closing(AnswerCache(folder)) as cache:
        for number in range(start, start + 50):
            cache.put(f"key-{number}", f"text-{number}")


def test_processes_share_a_new_folder(tmp_path: Path) -> None:
    context = get_context("spawn")
    workers = [
        context.Process(target=_fill, args=(tmp_path / "answers", start)) for start in (0, 50, 100)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    with closing(AnswerCache(tmp_path / "answers")) as cache:
        assert [cache.get(f"key-{number}") for number in range(150)] == [
            f"text-{number}" for number in range(150)
        ]
