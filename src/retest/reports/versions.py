"""Records as they are in a folder, as they were in a commit, and as a file has them. git is asked,
never obeyed: names become a commit's hash before anything else is done with them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from retest.domain.record import FORMAT, Record
from retest.errors import FileError, RunError, UsageError

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_EXPECTED = f"a report's record, format {FORMAT}, as this version of retest writes it"
_SHOWN = 60
"""Characters of a wrong value that a message shows."""


def records_in_folder(reports: Path, names: Sequence[str]) -> dict[str, Record]:
    """The lines' records, or all. A line without one is left out. Raises FileError for what is no
    record."""
    paths = (
        [reports / f"{name}.json" for name in names] if names else sorted(reports.glob("*.json"))
    )
    return {path.stem: read_record_file(path, path.stem) for path in paths if path.is_file()}


def read_record_file(path: Path, line: str | None = None) -> Record:
    """The record that a file holds. Raises FileError for what is none, or is another line's than
    `line`."""
    return _parsed(path.read_bytes(), str(path), line)


def records_in_commit(
    reports: Path, ref: str, names: Sequence[str], environment: Mapping[str, str]
) -> dict[str, Record]:
    """The lines' records as the commit `ref` has them, or all. Raises UsageError where there is no
    such commit. `environment` is what git runs in."""
    if not ref.strip() or ref.startswith("-") or not ref.isprintable():
        raise UsageError(f"--against is {ref!r}", "name a commit, a branch, a tag or a .json file")
    there = next(path for path in (reports, *reports.parents) if path.is_dir())
    git = partial(_git, environment)
    root = git(there, "rev-parse", "--show-toplevel")
    if root.returncode:
        raise UsageError(
            f"{reports} is in no git repository that can be read",
            f"git says: {_first_line(root.stderr)}\n  without git, compare with a file: --against "
            "FILE.json",
        )
    top = Path(root.stdout.decode().rstrip("\n"))
    found = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode:
        hint = (
            "name one that `git log` shows, or a .json file; a shallow clone has only its newest "
            "commits"
        )
        raise UsageError(f"--against {ref} names no commit", hint)
    commit = found.stdout.decode().strip()
    folder = reports.resolve().relative_to(top.resolve()).as_posix()
    listed = git(
        top,
        "ls-tree",
        "-z",
        "--name-only",
        commit,
        "--",
        *([] if folder == "." else [f"{folder}/"]),
    )
    files = [
        Path(name)
        for name in listed.stdout.decode(errors="replace").split("\0")
        if name.endswith(".json")
    ]
    chosen = [path for path in files if not names or path.stem in names]
    records = {}
    for path in chosen:
        blob = git(top, "cat-file", "blob", f"{commit}:{path.as_posix()}")
        if blob.returncode:
            raise UsageError(
                f"{ref}:{path.as_posix()} cannot be read from the repository",
                f"git says: {_first_line(blob.stderr)}\n  fetch what is missing, or compare with a "
                "file: --against FILE.json",
            )
        records[path.stem] = _parsed(blob.stdout, f"{ref}:{path.as_posix()}", path.stem)
    return records


_CLOSED = {
    "GIT_NO_LAZY_FETCH": "1",  # git 2.45 and newer: an object that is missing is missing
    "GIT_ALLOW_PROTOCOL": "none",  # and older ones: no remote can be asked for it
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
"""A folder of strangers may name commands in its own settings: remotes with an `uploadpack`, file
monitors, hooks, pagers. With these, and `_QUIET`, git runs none of them."""
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager")


def _git(
    environment: Mapping[str, str], folder: Path, *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Plumbing commands only: they run no filter or text conversion that a repository names."""
    try:
        return subprocess.run(  # noqa: S603 - a list, without a shell; what others name is a commit's hash by now
            ["git", *_QUIET, "-C", str(folder), *arguments],  # noqa: S607 - the git that people have on their PATH
            capture_output=True,
            check=False,
            env={**environment, **_CLOSED},
        )
    except FileNotFoundError as error:
        raise RunError(
            "git is not there", "install it, or compare with a file: --against FILE.json"
        ) from error


def _first_line(text: bytes) -> str:
    return text.decode(errors="replace").strip().split("\n")[0]


def _parsed(data: bytes, where: str, line: str | None) -> Record:
    try:
        record = Record.model_validate_json(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FileError(where, None, "bytes that are not UTF-8", _EXPECTED) from error
    except ValidationError as error:
        raise FileError(
            where, None, _fault(error), _EXPECTED, "restore it from version control"
        ) from error
    if not _SLUG.fullmatch(record.line) or record.line != (line or record.line):
        found = f"the record of {record.line[:_SHOWN]!r}"
        raise FileError(where, None, found, f"that of {line}" if line else "that of a line")
    return record


def _fault(error: ValidationError) -> str:
    """The first thing that is wrong; the format before all else, since another one explains the
    rest."""
    faults = error.errors(include_url=False)
    first = next((fault for fault in faults if fault["loc"] == ("format",)), faults[0])
    if first["loc"] == ("format",):
        return f"format {str(first['input'])[:_SHOWN]}"
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg'][:200]}"
