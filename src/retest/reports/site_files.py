"""Putting files where people have others: whole or not at all, and never over what is not ours."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from retest.errors import UsageError
from retest.files.read import read_bytes
from retest.files.replace import draft_of, orphans_of, sweep

MARKER = ".retest-site"
"""The file that says that a folder was made by `retest site`, and lists what is in it."""
_HEAD = "# Made by `retest site`, which replaces this folder as a whole. The files that it wrote:"


def put_folder(folder: Path, files: Mapping[str, bytes]) -> bool:
    """Make `folder` hold these files and the marker, and nothing else; whether anything changed.

    They are written beside it and moved into place. Raises UsageError, and touches nothing, where
    there is something that `retest site` did not write.
    """
    folder = Path(os.path.realpath(folder))
    _restore(folder)
    sweep(folder)
    listed = sorted(files)
    every = {**files, MARKER: "\n".join([_HEAD, *listed, ""]).encode("utf-8")}
    there = _found(folder)
    if there == set(every) and all(
        (folder / name).read_bytes() == data for name, data in every.items()
    ):
        return False
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = draft_of(folder)
    made.mkdir()
    new, old = made / "new", made / "old"
    try:
        for name, data in every.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
        if folder.exists():
            folder.rename(old)
        try:
            new.rename(folder)
        except BaseException:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(made)
    return True


def _restore(folder: Path) -> None:
    """Put back the site that a process had moved aside when it was killed."""
    for draft in orphans_of(folder):
        if not folder.exists() and (draft / "old").is_dir():
            (draft / "old").rename(folder)


def _found(folder: Path) -> set[str]:
    """What the folder holds, if all of it is ours. Raises UsageError otherwise."""
    if not folder.exists():
        return set()
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file", "name a folder with --out")
    names = set()
    for here, folders, files in os.walk(folder):
        at = Path(here)
        linked = [name for name in folders if (at / name).is_symlink()]
        empty = [] if folders or files or at == folder else ["."]
        names |= {(at / name).relative_to(folder).as_posix() for name in (*files, *linked, *empty)}
    if not names:
        return names
    if MARKER not in names:
        raise UsageError(
            f"{folder} was not made by retest site",
            "name another folder with --out, or an empty one",
        )
    raw = read_bytes(folder / MARKER, "the list of a site's files", 10_000_000)
    listed = raw.decode(errors="replace").split("\n")
    strange = sorted(names - {MARKER, *listed})
    if strange:
        more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
        raise UsageError(
            f"{folder} has {strange[0]}{more}, which retest site did not write",
            "move it away: the folder is replaced as a whole",
        )
    return names
