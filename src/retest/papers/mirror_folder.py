"""The folder of a mirror: what stands in it, whether it is whole, and what to say where it is not.

FOLDER/format.json    what made the folder, and the version of its form
FOLDER/harvest.json   how far it is in step with arXiv (retest.papers.synced)
FOLDER/meta.sum       the checksum of index/meta.json, while no writer is at work
FOLDER/index/         the index; a commit replaces its meta.json at once, so a killed writer leaves
                      the last one
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from retest.errors import FileError, RetestError, UsageError
from retest.files.machine import of_the_machine
from retest.files.private import private_folder
from retest.files.read import kind_of, read_bytes
from retest.files.replace import is_draft, replace, sweep
from retest.papers.index import PaperIndex
from retest.papers.synced import NAME as SYNCED

FORMAT = {"made_by": "retest mirror", "format": 3}
"""Raised by one whenever an index made before could not be read or would rank otherwise."""
NAME, SUM = "format.json", "meta.sum"
AT_ONCE = 64_000_000
"""Bytes of an index whose checksums are compared whenever it is opened, which takes a tenth of a
second. Those of a larger one are by `retest mirror check`, and before anything is written."""
_FOOTER = struct.Struct("<II")
_MAGIC = 1337
"""tantivy ends each file with a JSON text that holds the CRC-32 of all before it, the length of
that text, and this number (its directory/footer.rs)."""
_PIECE = 1 << 20


class Unreadable(ValueError):
    """An index that is not intact, in tantivy's words."""


@contextmanager
def intact() -> Iterator[None]:
    """What reading a damaged index raises, as Unreadable: tantivy panics where bytes are flipped,
    and a panic is no Exception."""
    try:
        yield
    except (ValueError, OSError) as error:
        raise Unreadable(str(error)) from error
    except BaseException as error:
        if type(error).__module__ != "pyo3_runtime":
            raise
        raise Unreadable(f"the index is damaged ({str(error)[:200]})") from error


def create(folder: Path) -> None:
    """Make the folder a mirror, unless something else is in it. Drafts of a killed process are
    nothing."""
    private_folder(folder)
    for name in (NAME, SYNCED, SUM):
        sweep(folder / name)
    if any(not is_draft(path.name) for path in folder.iterdir()):
        raise UsageError(
            f"{folder} holds files, but no mirror",
            "name an empty folder, or one that does not exist",
        )
    # The id tells a mirror from one that was made anew in its place: what was noted of the other is
    # void then.
    made = json.dumps({**FORMAT, "id": secrets.token_hex(8)}) + "\n"
    replace(folder / NAME, made, mode=0o600)


def check_format(folder: Path) -> str:
    """The mirror's own id. Raises UsageError where there is no mirror of this format."""
    if not os.path.lexists(folder / NAME):
        raise UsageError(
            f"there is no mirror in {folder}",
            "make one: retest mirror import FILE, and then retest mirror sync",
        )
    try:
        found = json.loads(read_bytes(folder / NAME, "the format of a mirror", 10_000))
    except (FileError, ValueError, RecursionError) as error:
        raise damaged(folder, error) from error
    if not isinstance(found, dict) or {**found, "id": ""} != {**FORMAT, "id": ""}:
        raise UsageError(
            f"the mirror in {folder} was made by another version of retest, or by something else",
            "remove the folder and make it anew: retest mirror import FILE",
        )
    return str(found.get("id", ""))


def open_index(folder: Path) -> PaperIndex:
    """The mirror's index as of its last commit. Raises UsageError where there is none, an empty
    one, or one that is damaged."""
    check_format(folder)
    try:
        check_index(folder, AT_ONCE)
        with intact():
            index = PaperIndex.open(folder / "index")
            if index.index.searcher().num_docs:
                return index
    except Unreadable as error:
        if (folder / "index" / "meta.json").exists():
            raise damaged(folder, error) from error
    raise UsageError(
        f"the mirror in {folder} is empty: no import has come to its end, and nothing is synced",
        "fill it: retest mirror import FILE, and then retest mirror sync",
    )


def check_index(folder: Path, most: int | None = None) -> int:
    """Compare all checksums that there are; the bytes that were read. Raises Unreadable for the
    first that is another one, and for what is no file: it would be waited for without end. With
    `most`, an index of more bytes is not read."""
    for path in sorted((folder / "index").glob("*")):
        if os.path.lexists(path) and not path.is_file():
            raise Unreadable(f"index/{path.name} is {kind_of(path)}")
    _check_meta(folder)
    sizes = {}
    for path in _committed(folder / "index"):
        with suppress(FileNotFoundError):  # a merge has just put another one in its place
            sizes[path] = path.stat().st_size
    if most is not None and sum(sizes.values()) > most:
        return 0
    for path in sizes:
        if not _is_whole(path):
            raise Unreadable(f"index/{path.name} is not as it was written: its checksum differs")
    return sum(sizes.values())


def _committed(index: Path) -> list[Path]:
    """The files of the last commit. Others are of a writer that is at work, or was killed."""
    try:
        meta = json.loads(read_bytes(index / "meta.json", "the list of an index's files", 1 << 26))
        segments = {s["segment_id"].replace("-", ""): s["deletes"] for s in meta["segments"]}
        files = sorted(index.iterdir())
    except (FileError, OSError, ValueError, LookupError, TypeError, AttributeError):
        return []  # tantivy says what is wrong when it opens it
    found = []
    for path in files:
        segment, *rest = path.name.split(".")
        deletes = segments.get(segment)
        is_old = len(rest) == 2 and rest[0] != str((deletes or {}).get("opstamp"))
        if segment in segments and not is_old:
            found.append(path)
    return found


def _is_whole(path: Path) -> bool:
    """Whether a file's checksum is that of its bytes. One that a merge has removed is."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _FOOTER.size))
            length, magic = _FOOTER.unpack(file.read(_FOOTER.size))
            left = size - _FOOTER.size - length
            if magic != _MAGIC or left < 0:
                return False
            file.seek(left)
            footer = json.loads(file.read(length))
            file.seek(0)
            checksum = 0
            while left and (piece := file.read(min(_PIECE, left))):
                checksum, left = zlib.crc32(piece, checksum), left - len(piece)
            return not left and isinstance(footer, dict) and footer.get("crc") == checksum
    except FileNotFoundError:
        return True
    except (struct.error, ValueError, RecursionError):
        return False


def _check_meta(folder: Path) -> None:
    """Raise Unreadable where the list of the index's files was changed by nobody who writes it."""
    noted = _noted(folder)
    try:
        found = digest_of(folder)
    except OSError:
        return
    if noted and noted != found and noted == _noted(folder):  # or a writer has come meanwhile
        raise Unreadable("index/meta.json is not as it was written: its checksum differs")


def forget_sum(folder: Path) -> None:
    """For a writer, before it writes anything."""
    (folder / SUM).unlink(missing_ok=True)


def note_sum(folder: Path) -> None:
    """For a writer, when all its merges have ended. Raises OSError."""
    replace(folder / SUM, digest_of(folder) + "\n", mode=0o600)


def digest_of(folder: Path) -> str:
    """Of the list of the index's files. Raises OSError."""
    return hashlib.sha256((folder / "index" / "meta.json").read_bytes()).hexdigest()


def _noted(folder: Path) -> str:
    try:
        return read_bytes(folder / SUM, "a checksum", 1000).decode("ascii", "replace").strip()
    except FileError:
        return ""


def damaged(folder: Path, error: Exception) -> RetestError:
    """What to say of a mirror that cannot be read."""
    if "PermissionDenied" in str(error) or isinstance(error, PermissionError):
        return UsageError(
            f"the mirror in {folder} may not be read and locked by this user: {error}",
            "give this user the right to read and write the folder and the files in it",
        )
    if isinstance(error, OSError):
        return of_the_machine(error)
    return UsageError(
        f"the mirror in {folder} is damaged: {error}",
        "remove the folder and make it anew: retest mirror import FILE",
    )
