"""The records that files hold: read, checked, and never guessed at. One that is not as retest
writes it is an error that names the file: nothing goes on from it, and it is never overwritten."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from retest.domain.record import FORMAT, Record
from retest.domain.sound import fault
from retest.errors import FileError
from retest.files.read import read_bytes
from retest.text.harmless import one_line

LARGEST = 100_000_000
"""Bytes of a record that are read. The bundled line, with 27 claims, has 200,000."""
EXPECTED = f"a report's record, format {FORMAT}, as this version of retest writes it"
HINT = (
    "restore it from version control, or move it away: the line's record and history then begin "
    "afresh"
)
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CONFLICT = re.compile(rb"^(?:<{7} |={7}$|>{7} |\|{7} )", re.MULTILINE)
_SHOWN = 60
"""Characters of a wrong value that a message shows."""


def read_record(reports: Path, line: str) -> Record | None:
    """The line's last record, or None where there is none. Raises FileError as `parsed` does."""
    path = reports / f"{line}.json"
    return read_record_file(path, line) if os.path.lexists(path) else None


def records_in_folder(reports: Path, names: Sequence[str]) -> dict[str, Record]:
    """The lines' records, or all. A line without one is left out. Raises FileError for what is no
    record."""
    lines = names or sorted(path.stem for path in reports.glob("*.json"))
    found = {line: read_record(reports, line) for line in lines}
    return {line: record for line, record in found.items() if record is not None}


def read_record_file(path: Path, line: str | None = None) -> Record:
    """The record that a file holds. Raises FileError for what is none, or is another line's than
    `line`."""
    return parsed(read_bytes(path, EXPECTED, LARGEST), str(path), line)


def parsed(data: bytes, where: str, line: str | None) -> Record:
    """The record that is written in `data`, of the line `line` if one is named. Raises FileError
    that names `where` for another line's, for one that breaks the rules of domain/sound.py, for
    one with a merge's conflict marks, and for what is no record at all."""
    if conflict := _CONFLICT.search(data):
        number = data.count(b"\n", 0, conflict.start()) + 1
        hint = "take one side whole, with git checkout --ours or --theirs: a record is never mixed"
        raise FileError(where, number, "the mark of a merge conflict", EXPECTED, hint)
    try:
        record = Record.model_validate_json(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FileError(where, None, "bytes that are not UTF-8", EXPECTED, HINT) from error
    except ValidationError as error:
        raise FileError(where, None, _fault(error), EXPECTED, HINT) from error
    if not _SLUG.fullmatch(record.line) or record.line != (line or record.line):
        found = f"the record of {record.line[:_SHOWN]!r}"
        raise FileError(where, None, found, f"that of {line}" if line else "that of a line", HINT)
    if broken := fault(record):
        raise FileError(where, None, one_line(broken), "what retest writes", HINT)
    return record


def _fault(error: ValidationError) -> str:
    """The first thing that is wrong; the format before all else, since another one explains the
    rest."""
    faults = error.errors(include_url=False)
    first = next((fault for fault in faults if fault["loc"] == ("format",)), faults[0])
    if first["loc"] == ("format",):
        return f"format {str(first['input'])[:_SHOWN]}"
    return f"{'.'.join(map(str, first['loc'])) or 'the file'}: {first['msg'][:200]}"
