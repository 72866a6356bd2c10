"""arXiv's metadata snapshot, plain and packed, whole and broken."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import zstandard

from retest.domain.paper import Paper
from retest.errors import FileError, UsageError
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.snapshot import import_snapshot

RECORD: dict[str, Any] = {
    "id": "0704.0001",
    "submitter": "Ann Author",
    "authors": "Ann Author, B. Both Jr",
    "title": "A title that\n  breaks its line",
    "comments": "37 pages; published version",
    "journal-ref": None,
    "doi": None,
    "report-no": None,
    "categories": "hep-ph cs.LG",
    "license": None,
    "abstract": "  A first sentence\nthat goes on. A second,\n  indented one.\n",
    "versions": [
        {"version": "v1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"},
        {"version": "v2", "created": "Tue, 24 Jul 2007 20:10:27 GMT"},
    ],
    "update_date": "2008-11-26",
    "authors_parsed": [["Author", "Ann", ""], ["Both", "B.", "Jr", "Some University"]],
}
PAPER = Paper(
    id="0704.0001",
    title="A title that breaks its line",
    abstract="A first sentence that goes on. A second, indented one.",
    published=date(2007, 4, 2),
    version=2,
    authors=("Ann Author", "B. Both Jr"),
    updated=date(2007, 7, 24),
    categories=("hep-ph", "cs.LG"),
)


def line(**changes: Any) -> bytes:
    return json.dumps(RECORD | changes, ensure_ascii=False).encode() + b"\n"


THREE = line() + line(id="hep-th/9901001") + line(id="2301.00001", title="Another")


def bring_in(path: Path | str, folder: Path, **options: Any) -> int:
    with Mirror(folder) as mirror:
        return import_snapshot(path, mirror, options.pop("progress", lambda *_: None), **options)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "snapshot.json"


def test_reads_every_field_and_collapses_line_breaks(file: Path, folder: Path) -> None:
    file.write_bytes(line())
    assert bring_in(file, folder) == 1
    assert MirrorSource(folder).get(["0704.0001"]) == {"0704.0001": PAPER}


def test_old_ids_keep_their_archive(file: Path, folder: Path) -> None:
    file.write_bytes(THREE)
    bring_in(file, folder)
    found = MirrorSource(folder).get(["hep-th/9901001"])["hep-th/9901001"]
    assert isinstance(found, Paper)


def test_importing_the_same_file_twice_changes_nothing(file: Path, folder: Path) -> None:
    file.write_bytes(THREE)
    assert bring_in(file, folder) == 3
    before = {f.name: f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    assert bring_in(file, folder) == 0
    assert {f.name: f.read_bytes() for f in folder.rglob("*") if f.is_file()} == before


def zipped(data: bytes, *names: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, data)
    return packed.getvalue()


PACKINGS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.ZstdCompressor(write_checksum=True).compress,
    "two-zst-frames": lambda data: zstandard.compress(data[:700]) + zstandard.compress(data[700:]),
    "zip": lambda data: zipped(data, "arxiv-metadata-oai-snapshot.json"),
}


@pytest.mark.parametrize("packing", PACKINGS)
def test_unpacks_by_the_first_bytes_whatever_the_name(
    file: Path, folder: Path, packing: str
) -> None:
    file.write_bytes(PACKINGS[packing](THREE))
    assert bring_in(file, folder) == 3


@pytest.mark.parametrize("packing", PACKINGS)
def test_a_packing_that_is_cut_off_is_an_error_and_nothing_goes_in(
    file: Path, folder: Path, packing: str
) -> None:
    packed = PACKINGS[packing](THREE * 400)
    file.write_bytes(packed[: len(packed) - 30])
    with pytest.raises(FileError, match="found damaged or cut off packing") as broken:
        bring_in(file, folder)
    assert str(file) in broken.value.message
    with pytest.raises(UsageError, match="empty"):
        MirrorSource(folder)


@pytest.mark.parametrize("packing", [None, "gz", "zst"])
def test_reads_standard_input(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packing: str | None
) -> None:
    (tmp_path / "in").write_bytes(PACKINGS[packing](THREE) if packing else THREE)
    with (tmp_path / "in").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert bring_in("-", folder) == 3
        assert not stream.closed


def test_a_zip_from_standard_input_is_refused(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").write_bytes(zipped(THREE, "a.json"))
    with (tmp_path / "in").open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        with pytest.raises(UsageError, match="zip"):
            bring_in("-", folder)


def test_a_zip_with_two_snapshots_is_refused(file: Path, folder: Path) -> None:
    file.write_bytes(zipped(THREE, "a.json", "../b.json", "README.md"))
    with pytest.raises(FileError, match="2 JSON files"):
        bring_in(file, folder)


def test_a_file_that_is_not_there_is_said(tmp_path: Path, folder: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.json cannot be read"):
        bring_in(tmp_path / "none.json", folder)
    with pytest.raises(UsageError, match="cannot be read"):
        bring_in(tmp_path, folder)


BROKEN = {
    "not json": (b"{oops}\n", "one JSON object a line"),
    "half a line": (line()[:100], "one JSON object a line"),
    "not an object": (b"[1, 2]\n", "a JSON object"),
    "no id": (b'{"title": "x"}\n', "a text as id"),
    "id with version": (line(id="0704.0001v2"), "an arXiv id without its version"),
    "id as number": (line(id=2401.1), "a text as id"),
    "hostile id": (line(id="../../etc/passwd"), "an arXiv id"),
    "no title": (line(title=" "), "a text as title"),
    "abstract null": (line(abstract=None), "a text as abstract"),
    "categories a list": (line(categories=["cs.LG"]), "a text or null as categories"),
    "versions empty": (line(versions=[]), "a list with at least one version"),
    "versions null": (line(versions=None), "a list with at least one version"),
    "version unnumbered": (
        line(versions=[{"version": "1", "created": "Mon, 2 Apr 2007 19:18:42 GMT"}]),
        '"v1"',
    ),
    "created iso": (line(versions=[{"version": "v1", "created": "2007-04-02"}]), "a date like"),
    "created no day": (
        line(versions=[{"version": "v1", "created": "Mon, 31 Feb 2007 19:18:42 GMT"}]),
        "a date like",
    ),
    "created no month": (
        line(versions=[{"version": "v1", "created": "Mon, 2 Foo 2007 19:18:42 GMT"}]),
        "a date like",
    ),
    "authors text": (line(authors_parsed="Ann"), "suffix"),
    "author empty": (line(authors_parsed=[[]]), "suffix"),
    "lone surrogate": (b'{"id": "0704.0001", "title": "\\ud83d"}\n', "one JSON object a line"),
    "bytes": (b"\xff\xfe\x00\n", "one JSON object a line"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_line_is_named_and_the_mirror_stays_as_it_was(
    file: Path, folder: Path, fault: str
) -> None:
    file.write_bytes(line(title="As it was"))
    bring_in(file, folder)
    broken, expected = BROKEN[fault]
    file.write_bytes(line(id="2301.00009") + b"\n" + broken + line(id="2301.00010"))
    with pytest.raises(FileError) as error:
        bring_in(file, folder)
    assert f"{file}:3: found " in error.value.message
    assert expected in error.value.expected
    assert "the mirror is as it was" in error.value.hint
    assert Mirror.stats(folder).records == 1


@pytest.mark.parametrize("fault", [name for name in BROKEN if name != "half a line"])
def test_broken_lines_can_be_skipped_and_each_is_told(file: Path, folder: Path, fault: str) -> None:
    file.write_bytes(line(id="2301.00009") + BROKEN[fault][0] + line(id="2301.00010"))
    told: list[FileError] = []
    assert bring_in(file, folder, skip=told.append) == 2
    assert [error.line for error in told] == [2]


def test_an_endless_line_is_not_read_into_memory(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.papers.unpack.LONGEST_LINE", 1000)
    file.write_bytes(line() + b"x" * 5000)
    with pytest.raises(FileError, match=r":2: found a line of more than 1000 bytes"):
        bring_in(file, folder)


def test_a_paper_without_an_abstract_or_authors_goes_in(file: Path, folder: Path) -> None:
    file.write_bytes(line(abstract="", authors_parsed=None, categories=None, comments=None))
    bring_in(file, folder)
    found = MirrorSource(folder).get(["0704.0001"])["0704.0001"]
    assert isinstance(found, Paper)
    assert (found.abstract, found.authors, found.categories) == ("", (), ())


def test_versions_out_of_order_still_give_the_first_day_and_the_last_version(
    file: Path, folder: Path
) -> None:
    file.write_bytes(line(versions=RECORD["versions"][::-1]))
    bring_in(file, folder)
    assert MirrorSource(folder).get(["0704.0001"]) == {"0704.0001": PAPER}


def test_withdrawn_papers_are_marked(file: Path, folder: Path) -> None:
    file.write_bytes(line(comments="This paper has been withdrawn by the author due to an error"))
    bring_in(file, folder)
    found = MirrorSource(folder).get(["0704.0001"])["0704.0001"]
    assert isinstance(found, Paper)
    assert found.withdrawn


def test_progress_tells_records_and_records_a_second(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.papers.snapshot.EVERY", 2)
    file.write_bytes(THREE)
    ticks = iter((10.0, 12.0, 16.0))
    told: list[tuple[int, float]] = []
    bring_in(file, folder, progress=lambda *now: told.append(now), clock=lambda: next(ticks))
    assert told == [(2, 1.0), (3, 0.5)]
