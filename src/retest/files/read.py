"""Files that people hand in: bounded, UTF-8, and nothing in them that a reader cannot see."""

from __future__ import annotations

import unicodedata
from pathlib import Path

from retest.errors import FileError
from retest.files.machine import PASSING
from retest.text.harmless import one_line

LARGEST = 1_000_000
"""Bytes. The bundled line has 11,000; a larger file is something else."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def read_text(path: Path, expected: str, largest: int = LARGEST) -> str:
    """The text of a regular file. Raises FileError where there is none, and for one too large
    (unread) or not UTF-8."""
    raw = read_bytes(path, expected, largest)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        byte = f"the byte 0x{raw[error.start]:02x}"
        raise FileError(
            path, line, f"{byte}, which is not UTF-8", expected, "save the file as UTF-8"
        ) from error


def read_bytes(path: Path, expected: str, largest: int = LARGEST) -> bytes:
    """The bytes of a regular file. Raises FileError where there is none, and for one too large
    (unread); OSError where the machine cannot open it now. Nothing but a file is opened: a named
    pipe would be waited for without end."""
    try:
        check_regular(path, expected)
        size = path.stat().st_size
        if size > largest:
            raise FileError(
                path, None, f"{size:,} bytes", f"{expected} of at most {largest:,} bytes"
            )
        with path.open("rb") as file:
            return file.read(largest)
    except OSError as error:
        if error.errno in PASSING:
            raise
        raise FileError(
            path, None, f"a file that cannot be read: {error.strerror}", expected
        ) from error


def check_regular(path: Path, expected: str) -> None:
    """Raise FileError where there is no regular file."""
    if not path.is_file():
        raise FileError(path, None, kind_of(path), expected)


def kind_of(path: Path) -> str:
    """What stands where a regular file is expected, in words."""
    if path.is_dir():
        return "a folder"
    if path.is_fifo():
        return "a named pipe"
    if path.exists():
        return "a device or a socket"
    return "a link that leads nowhere" if path.is_symlink() else "no such file"


def unseen(text: str) -> str | None:
    """The first control, bidirectional, zero-width or unassigned character of `text`, by its code
    and name; line breaks and tabs are none. Such characters hide from a reviewer what a program
    reads."""
    for c in () if text.isprintable() else text:
        if unicodedata.category(c) in _UNSEEN and c not in "\n\t":
            return f"U+{ord(c):04X} {unicodedata.name(c, 'a control character').lower()}"
    return None


def shown(text: str) -> str:
    """A text of a file as a message shows it: on one line, bounded."""
    line = one_line(text)
    return line if len(line) <= 60 else f"{line[:60]}..."
