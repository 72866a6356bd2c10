"""Read a file of lines as a stream, whatever it is packed with."""

from __future__ import annotations

import bz2
import gzip
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

import zstandard

from retest.errors import FileError, UsageError

CHUNK = 1 << 20
LONGEST_LINE = 16 << 20
"""Bytes. arXiv's longest records, of papers with thousands of authors, stay below 1 MiB; more is no
snapshot."""
ZSTD_WINDOW = 1 << 27
"""The window of `zstd --long=27`, and so the memory that unpacking may take."""
PIECE = 1 << 13
"""Packed bytes unpacked at once: even the tightest zstandard makes no more than 256 MiB of them."""
_FAULTS = (
    EOFError,
    OSError,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    zipfile.BadZipFile,
    RuntimeError,
)
"""What the unpackers raise for damaged, cut off, encrypted (RuntimeError) and unknown
(NotImplementedError) files."""


class Unpacked:
    """The lines of the file `path`, or of standard input for "-"; a context manager.

    Plain, gzip, bzip2, xz, zstandard or zip, told by the first bytes. Raises UsageError where it
    cannot be opened.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = "standard input" if str(path) == "-" else str(path)
        self._seekable = False
        if str(path) == "-":
            self._raw = cast(BufferedReader, sys.stdin.buffer)  # typeshed names only its base
            return
        if Path(path).is_fifo() and not str(path).startswith("/dev/fd/"):
            raise UsageError(
                f"{path} is a named pipe", "send what it brings to standard input, as -"
            )
        try:
            self._raw = Path(path).open("rb")  # noqa: SIM115 - closed by __exit__
            self._seekable = True
        except OSError as error:
            raise UsageError(
                f"{path} cannot be read: {error.strerror}", "name arXiv's metadata snapshot"
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._seekable:
            self._raw.close()

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Each line with its number, from 1. Raises FileError where the file is cut off, damaged or
        has no lines."""
        number, rest = 0, b""
        try:
            for chunk in self._chunks():
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    number += 1
                    yield number, line
                if len(rest) > LONGEST_LINE:
                    raise FileError(
                        self.path,
                        number + 1,
                        f"a line of more than {LONGEST_LINE} bytes",
                        "one record a line",
                    )
        except _FAULTS as error:
            found = f"damaged or cut off packing ({str(error) or type(error).__name__})"
            raise FileError(
                self.path, number + 1, found, "a whole file", "get the file again"
            ) from error
        if rest:
            yield number + 1, rest

    def _chunks(self) -> Iterator[bytes]:
        start = self._raw.peek(8)[:8]
        if start.startswith(b"\x1f\x8b"):
            yield from _read(gzip.GzipFile(fileobj=self._raw))
        elif start.startswith(b"BZh"):
            yield from _read(bz2.BZ2File(self._raw))
        elif start.startswith(b"\xfd7zXZ\x00"):
            yield from _read(lzma.LZMAFile(self._raw))  # noqa: SIM115 - holds nothing but _raw
        elif start.startswith(b"\x28\xb5\x2f\xfd"):
            yield from _zstd(self._raw)
        elif start.startswith(b"PK\x03\x04"):
            yield from self._zip()
        else:
            yield from _read(self._raw)

    def _zip(self) -> Iterator[bytes]:
        if not self._seekable:
            raise UsageError(
                "a zip file cannot be read from standard input", "name the file, or unpack it first"
            )
        with zipfile.ZipFile(self._raw) as archive:
            members = [
                m for m in archive.infolist() if m.filename.endswith((".json", ".jsonl", ".ndjson"))
            ]
            if len(members) != 1:
                found = f"{len(members)} JSON files in the archive"
                raise FileError(self.path, None, found, "one", "unpack it and name the right file")
            with archive.open(members[0]) as member:
                yield from _read(cast(BinaryIO, member))


def _read(
    stream: BinaryIO | gzip.GzipFile | bz2.BZ2File | lzma.LZMAFile | BufferedReader,
) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK):
        yield chunk


def _zstd(raw: BufferedReader) -> Iterator[bytes]:
    """Frame by frame: zstandard's own reader takes a file that is cut off for one that ends."""
    frame: zstandard.ZstdDecompressionObj | None = None
    left = raw.read(PIECE)
    while left:
        frame = frame or zstandard.ZstdDecompressor(max_window_size=ZSTD_WINDOW).decompressobj()
        yield frame.decompress(left)
        if frame.eof:
            left, frame = frame.unused_data or raw.read(PIECE), None
        else:
            left = raw.read(PIECE)
    if frame:
        raise EOFError("the last frame is not complete")
