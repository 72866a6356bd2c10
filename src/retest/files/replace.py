"""Writing a file: whole or not at all, and only where its bytes change."""

from __future__ import annotations

import os
import re
import secrets
import shutil
from contextlib import suppress
from pathlib import Path

from retest.errors import FileError
from retest.files.read import kind_of

_DRAFT = r"\.{name}\.(?P<pid>\d{{1,10}})\.[0-9a-f]{{8}}\.tmp"
"""How a draft is named, for the file `name`: by the process that writes it, and by chance."""


def replace(path: Path, data: bytes | str, *, mode: int = 0o644, durable: bool = True) -> bool:
    """Give a file these bytes, or this text as UTF-8; whether that changed anything.

    A reader sees the old file or the new one, also where this process is killed: the bytes go into
    a draft beside it, which takes its place. A draft follows no symbolic link. With `durable` the
    bytes are on the disk before the file is replaced. Drafts that killed processes left are swept.
    Raises OSError, and leaves the file as it was; FileError where something else than a file is:
    no device and no pipe is replaced.
    """
    raw = data.encode("utf-8") if isinstance(data, str) else data
    with suppress(OSError):
        if path.is_file() and path.read_bytes() == raw:
            return False
    if path.exists() and not path.is_file():
        raise FileError(path, None, kind_of(path), "a file, or nothing yet")
    sweep(path)
    draft = draft_of(path)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        with os.fdopen(os.open(draft, flags, mode), "wb") as file:
            os.fchmod(file.fileno(), mode)  # whatever the umask takes away
            file.write(raw)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return True


def draft_of(path: Path) -> Path:
    """A new name for a draft of a file or folder, beside it: it says whose it is."""
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}.tmp")


def sweep(path: Path) -> None:
    """Remove the drafts of a file or folder that killed processes left. Those of living ones
    stay."""
    for draft in orphans_of(path):
        with suppress(OSError):
            if draft.is_dir() and not draft.is_symlink():
                shutil.rmtree(draft)
            else:
                draft.unlink()


def sweep_all(folder: Path) -> None:
    """Remove the drafts of all files of a folder that killed processes left."""
    with suppress(OSError):
        for other in os.scandir(folder):
            if (match := re.fullmatch(_DRAFT.format(name=".+"), other.name)) and not _lives(
                int(match["pid"])
            ):
                with suppress(OSError):
                    Path(other.path).unlink()


def orphans_of(path: Path) -> list[Path]:
    """The drafts of a file or folder that killed processes left."""
    pattern = re.compile(_DRAFT.format(name=re.escape(path.name)))
    found = []
    with suppress(OSError):
        for other in os.scandir(path.parent):
            if (match := pattern.fullmatch(other.name)) and not _lives(int(match["pid"])):
                found.append(Path(other.path))
    return sorted(found)


def is_draft(name: str) -> bool:
    """Whether a file is named as the draft of another is."""
    return re.fullmatch(_DRAFT.format(name=".+"), name) is not None


def _lives(pid: int) -> bool:
    """Whether there is such a process. One of another user counts as living."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
