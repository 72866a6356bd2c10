"""A file is written whole or not at all, whatever happens meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from retest.files.replace import replace, sweep


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_written_and_only_where_its_bytes_change(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    assert replace(path, "one\n")
    before = path.stat().st_mtime_ns
    assert not replace(path, b"one\n")
    assert path.stat().st_mtime_ns == before
    assert replace(path, "zwei ß\n")
    assert path.read_bytes() == "zwei ß\n".encode()
    assert names(tmp_path) == ["a.json"]


def test_an_error_while_it_is_written_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    replace(path, "old")

    def full_disk(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="No space"):
        replace(path, "new")
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.json"]


def test_what_a_killed_process_left_is_swept_and_what_a_living_one_writes_stays(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.json"
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    living = tmp_path / f".a.json.{sleeper.pid}.0123abcd.tmp"
    living.write_text("half", encoding="utf-8")
    replace(path, "whole")
    assert names(tmp_path) == sorted([living.name, "a.json"])
    sleeper.send_signal(signal.SIGKILL)
    sleeper.wait()
    replace(path, "whole again")
    assert names(tmp_path) == ["a.json"]


def test_other_peoples_files_are_never_swept(tmp_path: Path) -> None:
    others = [
        ".a.json.tmp",
        ".a.json.x.0123abcd.tmp",
        ".b.json.999999999.0123abcd.tmp",
        "a.json.bak",
    ]
    for name in others:
        (tmp_path / name).write_text("mine", encoding="utf-8")
    sweep(tmp_path / "a.json")
    assert names(tmp_path) == sorted(others)


def test_a_link_that_somebody_laid_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("theirs", encoding="utf-8")
    link = tmp_path / "a.json"
    link.symlink_to(target)
    replace(link, "ours")
    assert target.read_text(encoding="utf-8") == "theirs"
    assert not link.is_symlink()


def test_state_can_be_kept_from_others(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    replace(path, "secret", mode=0o600)
    assert path.stat().st_mode & 0o777 == 0o600


KILLED = """
import sys
from pathlib import Path
from retest.files.replace import replace
print("ready", flush=True)
while True:
    for letter in "ab":
        replace(Path(sys.argv[1]), letter * 200_000)
"""


def test_a_process_that_is_killed_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    for pause in (0.01, 0.03, 0.05):
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(path)], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(pause)
        process.kill()
        process.wait()
        process.stdout.close()
        if path.exists():
            assert path.read_text(encoding="utf-8") in ("a" * 200_000, "b" * 200_000)
    replace(path, "whole")
    assert names(tmp_path) == ["a.json"]
