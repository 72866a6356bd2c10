"""State that is its owner's alone: prompts and answers, what was asked and when, may say more than
people want others on their machine to read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def private_folder(path: Path, *, tighten: bool = True) -> None:
    """Make a folder, and those above it that are missing, for their owner alone. One that is there
    is tightened too, if it is this user's: not so a folder that people name, which may hold more
    than ours. Raises OSError."""
    if not path.is_dir():
        missing = [path, *(one for one in path.parents if not one.exists())]
        for folder in reversed(missing):
            folder.mkdir(mode=0o700, exist_ok=True)
        return
    if not tighten:
        return
    with suppress(OSError):  # somebody else's: the permissions are theirs to set
        if path.stat().st_mode & 0o077:
            path.chmod(0o700)


def private_append(path: Path) -> BinaryIO:
    """A file to append to and to read, its owner's alone; no symbolic link is followed. Raises
    OSError."""
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
    file = os.fdopen(os.open(path, flags | os.O_NONBLOCK, 0o600), "ab+")
    with suppress(OSError):
        os.fchmod(file.fileno(), 0o600)
    return file
