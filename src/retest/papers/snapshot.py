"""Fill the mirror from arXiv's public metadata snapshot: one JSON object a line, about 2.8 million
of them.

Read as a stream, plain or packed, so that neither the file nor its records are ever in memory as a
whole.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import orjson

from retest.domain.paper import Paper
from retest.errors import FileError
from retest.papers.mirror import Mirror
from retest.papers.synced import Synced, load_synced, save_synced
from retest.papers.unpack import Unpacked
from retest.papers.withdrawn import is_withdrawn

EVERY = 20_000
"""Records between two reports of progress."""
HINT = (
    "the mirror is as it was; to leave the line out, unpack the file to: sed {number}d | retest "
    "mirror import -"
)
PAST = "a day that has come"
A_DAY = timedelta(days=1)
"""A day may have begun where the record was written, and not yet here."""
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
ID = re.compile(r"\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7}", re.ASCII)
_VERSION = re.compile(r"v[1-9]\d{0,3}", re.ASCII)
_CREATED = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4}) \d{2}:\d{2}(?::\d{2})? "
    r"(?:GMT|UTC|[+-]0000)"
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def import_snapshot(
    path: Path | str,
    mirror: Mirror,
    progress: Callable[[int, float], None],
    skip: Callable[[FileError], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
    today: date = date.max,
) -> int:
    """Put the records of a snapshot into the mirror, all or none. Returns how many were new or
    changed.

    `path` is a file, plain, gzip, bzip2, xz, zstandard or zip, told by its first bytes; "-" is
    standard input. `progress` is called now and then with the records read so far, and how many a
    second that is. Raises FileError at the first broken line, unless `skip` is given: it is told of
    each, and the rest goes in. A file that cannot be unpacked to its end is an error in any case.
    A record with a day after `today` is broken: it would hide where the mirror ends, and every
    later sync would ask from that day on.

    The newest `update_date` in it is noted as the day up to which the mirror is in step with arXiv,
    for a sync to go on from. A file with less than half of what the mirror then holds is no
    snapshot of all of arXiv: its day is not noted.
    """
    before = load_synced(mirror.folder) or Synced()
    newest = _Newest()
    with Unpacked(path) as stream:
        changed = mirror.upsert(_papers(stream, progress, skip, clock, newest, latest_of(today)))
    held = mirror.held()
    if newest.day and held and 2 * newest.records >= held[0]:
        after = before.with_import(newest.day)
        if after != before:
            save_synced(mirror.folder, after)
    return changed


def latest_of(today: date) -> date:
    """The last day that a record may bear that came in on a day."""
    return today + A_DAY if today < date.max else today


class _Newest:
    """How many records there were, and the newest day on which one was changed."""

    def __init__(self) -> None:
        self.records, self._text = 0, ""

    def note(self, day: str) -> None:
        self.records += 1
        self._text = max(self._text, day)

    @property
    def day(self) -> date | None:
        with suppress(ValueError):
            return date.fromisoformat(self._text)
        return None


def _papers(
    stream: Unpacked,
    progress: Callable[[int, float], None],
    skip: Callable[[FileError], None] | None,
    clock: Callable[[], float],
    newest: _Newest,
    latest: date,
) -> Iterator[Paper]:
    began, read = clock(), 0
    for number, line in stream.lines():
        if not line or line.isspace():
            continue
        try:
            record = _record(line)
            paper = paper_of(record, latest)
            update = _updated(record, latest)
        except Broken as broken:
            error = FileError(
                stream.path, number, broken.found, broken.expected, HINT.format(number=number)
            )
            if skip is None:
                raise error from None
            skip(error)
            continue
        yield paper
        read += 1
        newest.note(update)
        if read % EVERY == 0:
            progress(read, read / max(clock() - began, 1e-9))
    progress(read, read / max(clock() - began, 1e-9))


class Broken(ValueError):
    """A line that is not a record."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found, expected)
        self.found, self.expected = found, expected


def _record(line: bytes) -> dict[str, Any]:
    try:
        record: Any = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise Broken(
            f"{shown(line[:60].decode(errors='replace'))} ({error.msg})", "one JSON object a line"
        ) from None
    if not isinstance(record, dict):
        raise Broken(shown(record), "a JSON object")
    return record


def _updated(record: dict[str, Any], latest: date) -> str:
    """The day on which a record was changed, or "" where it says none. Raises Broken for one after
    `latest`."""
    day = record.get("update_date")
    if not isinstance(day, str) or not _DAY.fullmatch(day):
        return ""
    if day > latest.isoformat():
        raise Broken(f"update_date {shown(day)}", PAST)
    return day


def paper_of(record: dict[str, Any], latest: date = date.max) -> Paper:
    """A record as a paper. Raises Broken, also for one with a version of after `latest`."""
    arxiv_id = _string(record, "id")
    if not ID.fullmatch(arxiv_id):
        raise Broken(f"id {shown(arxiv_id)}", "an arXiv id without its version")
    title = _one_line(_string(record, "title"))
    abstract = _one_line(_string(record, "abstract", blank=True))
    first, version, updated = _versions(record.get("versions"), latest)
    return Paper(
        id=arxiv_id,
        title=title,
        abstract=abstract,
        published=first,
        version=version,
        authors=_authors(record.get("authors_parsed")),
        updated=updated,
        categories=tuple(_text(record, "categories").split()),
        withdrawn=is_withdrawn(abstract, _text(record, "comments")),
    )


def _one_line(text: str) -> str:
    """Without line breaks, and with single spaces: words are parted and joined only where there is
    anything to part."""
    line = text.replace("\n", " ").strip()
    # All white space but the space itself, and nearly nothing else, is not printable.
    return line if "  " not in line and line.isprintable() else " ".join(line.split())


def shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _string(record: dict[str, Any], key: str, *, blank: bool = False) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not (blank or value.strip()):
        raise Broken(f"{key} {shown(value)}" if key in record else f"no {key}", f"a text as {key}")
    return value


def _text(record: dict[str, Any], key: str) -> str:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise Broken(f"{key} {shown(value)}", f"a text or null as {key}")
    return value or ""


def _versions(value: object, latest: date) -> tuple[date, int, date]:
    """The first day, the newest version's number, and its day. Raises Broken."""
    dated: dict[int, date] = {}
    for entry in value if isinstance(value, list) else ():
        name, created = (
            (entry.get("version"), entry.get("created"))
            if isinstance(entry, dict)
            else (None, None)
        )
        if not isinstance(name, str) or not _VERSION.fullmatch(name):
            raise Broken(
                f"version {shown(entry)}",
                '{"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}',
            )
        dated[int(name[1:])] = created_on(created, latest)
    if not dated:
        raise Broken(f"versions {shown(value)}", "a list with at least one version")
    newest = max(dated)
    return dated[min(dated)], newest, dated[newest]


def created_on(value: object, latest: date = date.max) -> date:
    """The day of a version's date. Raises Broken, also for one after `latest`."""
    match = _CREATED.fullmatch(value) if isinstance(value, str) else None
    try:
        day, month, year = match.groups() if match else ("", "", "")
        created = date(int(year), _MONTHS.index(month) + 1, int(day))
    except ValueError:  # no such month or day is as bad as any other text
        expected = "a date like Mon, 2 Apr 2007 19:18:42 GMT"
        raise Broken(f"created {shown(value)}", expected) from None
    if created > latest:
        raise Broken(f"created {shown(value)}", PAST)
    return created


def _authors(value: object) -> tuple[str, ...]:
    """[["Last", "First", "Jr."], ...] as ("First Last Jr.", ...)."""
    if value is None:
        return ()
    names = []
    for parts in value if isinstance(value, list) else (value,):
        last, first, suffix = (
            (*parts, "", "", "")[:3] if isinstance(parts, list) and parts else (None, "", "")
        )
        if not (isinstance(last, str) and isinstance(first, str) and isinstance(suffix, str)):
            raise Broken(f"authors_parsed {shown(parts)}", '["Last", "First", "suffix"]')
        names.append(" ".join(f"{first} {last} {suffix}".split()))
    return tuple(names)
