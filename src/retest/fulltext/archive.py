"""An e-print as arXiv serves it: one file under gzip, a tar archive under gzip, or a PDF.

Nothing is written to disk. Members are taken by their plain names; links, devices, names that lead
out of the archive and archives in the archive are passed over. Bytes are counted after unpacking.
"""

from __future__ import annotations

import gzip
import io
import lzma
import posixpath
import tarfile
import zlib
from collections.abc import Mapping

from retest.fulltext.document import NotThatPaper

LARGEST = 60_000_000
"""Bytes of all unpacked text files of an e-print."""
LARGEST_MEMBER = 8_000_000
MOST_MEMBERS = 3_000
_TEXT = (".tex", ".ltx", ".latex", ".bbl", ".bib", ".sty", ".cls", ".txt", "")
_FAULTS = (EOFError, OSError, zlib.error, lzma.LZMAError, tarfile.TarError, ValueError)


def unpacked(data: bytes) -> Mapping[str, bytes]:
    """The text files of an e-print, by name. Raises NotThatPaper for what is no LaTeX e-print."""
    if data.startswith(b"%PDF"):
        raise NotThatPaper("an e-print that is a PDF")
    try:
        if data.startswith(b"\x1f\x8b"):
            data = _gunzipped(data)
        if data.startswith(b"%PDF"):
            raise NotThatPaper("an e-print that is a PDF")
        if tarfile.is_tarfile(io.BytesIO(data)):
            return _members(data)
    except _FAULTS as error:
        raise NotThatPaper(f"an e-print that cannot be unpacked ({error})") from error
    if b"\\document" not in data[:200_000]:
        raise NotThatPaper("an e-print that is no LaTeX")
    return {"main.tex": data}


def _gunzipped(data: bytes) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as packed:
        whole = packed.read(LARGEST + 1)
    if len(whole) > LARGEST:
        raise NotThatPaper(f"an e-print of more than {LARGEST:,} bytes")
    return whole


def _members(data: bytes) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:") as archive:
        for count, member in enumerate(archive):
            if count >= MOST_MEMBERS:
                raise NotThatPaper(f"an e-print of more than {MOST_MEMBERS:,} files")
            name = posixpath.normpath(member.name)
            suffix = posixpath.splitext(name)[1].lower()
            if not member.isreg() or name.startswith(("/", "..")) or suffix not in _TEXT:
                continue
            if member.size > LARGEST_MEMBER:
                continue
            size += member.size
            if size > LARGEST:
                raise NotThatPaper(f"an e-print of more than {LARGEST:,} bytes")
            if (file := archive.extractfile(member)) is not None:
                files[name] = file.read(LARGEST_MEMBER)
    return files
