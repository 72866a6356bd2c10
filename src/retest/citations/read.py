"""The citations of files and folders: Markdown, BibTeX, TeX, plain text and JSON Lines."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from retest.citations.faults import Tell, raised
from retest.domain.citation import Citation
from retest.errors import FileError, UsageError
from retest.files.read import read_text

KINDS = ("markdown", "bibtex", "tex", "text", "jsonl")
LARGEST = 50_000_000
"""Bytes of a file; a bibliography of 100,000 entries has about 40 million."""
_SUFFIXES = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".bib": "bibtex",
    ".tex": "tex",
    ".bbl": "tex",
    ".txt": "text",
    ".text": "text",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
}
_EXPECTED = "Markdown, BibTeX, TeX, text or JSON Lines as UTF-8"
_BIBTEX = re.compile(r"\s*(?:%[^\n]*\n\s*)*@\s{0,80}\w{1,30}\s{0,80}[{(]")


def read_citations(
    paths: Sequence[Path],
    stdin: Callable[[], bytes] | None,
    kind: str | None = None,
    tell: Tell = raised,
) -> list[Citation]:
    """The citations of files, of the files of those kinds in folders, and of standard input (`-`),
    in order.

    `kind` is one of KINDS, for files whose suffix does not say it. `tell` hears of each file, entry
    or line that cannot be read (one that is not there, not UTF-8 or not well-formed), and all else
    is read; without it, the first is raised as FileError. Raises UsageError for a folder without
    such files or a `-` without `stdin`.
    """
    if kind is not None and kind not in KINDS:
        raise UsageError(f"there is no kind {kind}", f"it is one of {', '.join(KINDS)}")
    citations: list[Citation] = []
    for path in dict.fromkeys(paths):
        try:
            if str(path) == "-":
                if stdin is None:
                    raise UsageError("there is no standard input to read", "name a file, not -")
                text = _decoded(stdin())
                citations += _read(text, "stdin", kind or _guessed(text), tell)
            elif path.is_dir():
                for file in _files(path, tell):
                    citations += _of_file(file, kind, tell)
            else:
                citations += _of_file(path, kind, tell)
        except FileError as fault:
            tell(fault)
    return citations


def _of_file(file: Path, kind: str | None, tell: Tell) -> Iterable[Citation]:
    try:
        text = read_text(file, _EXPECTED, LARGEST)
    except FileError as fault:
        tell(fault)
        return ()
    return _read(text, str(file), kind or _SUFFIXES.get(file.suffix.lower(), "text"), tell)


def _files(folder: Path, tell: Tell) -> list[Path]:
    """The files of known kinds in a folder, sorted; hidden ones and those in hidden folders left
    out, and so are links that lead nowhere, devices and pipes."""

    def unreadable(error: OSError) -> None:
        found = f"a folder that cannot be read: {error.strerror}"
        tell(FileError(error.filename, None, found, "a folder"))

    found: list[Path] = []
    for where, folders, files in os.walk(folder, onerror=unreadable):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        named = [
            Path(where, name)
            for name in files
            if Path(name).suffix.lower() in _SUFFIXES and name[0] != "."
        ]
        found += [path for path in named if path.is_file()]
    if not found:
        raise UsageError(
            f"{folder} holds no file to check", f"files to check end in {', '.join(_SUFFIXES)}"
        )
    return sorted(found)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{raw[error.start]:02x}, which is not UTF-8"
        raise FileError(
            "stdin", line, found, _EXPECTED, "send text that is encoded as UTF-8"
        ) from error


def _guessed(text: str) -> str:
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return "jsonl"
    return "bibtex" if _BIBTEX.match(text.removeprefix("\ufeff")) else "markdown"


def _read(text: str, file: str, kind: str, tell: Tell) -> Iterable[Citation]:
    """The citations of one text. Each reader, and what it needs, is loaded when it is used."""
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if kind == "jsonl":
        from retest.citations.jsonl import read_jsonl

        return read_jsonl(plain, file, tell)
    if kind == "bibtex":
        from retest.citations.bibtex import read_bibtex

        return read_bibtex(plain, file, tell=tell)
    from retest.citations.entries import read_blocks

    if kind == "text":
        from retest.citations.plain import read_plain

        return read_blocks(read_plain(plain), file)
    if kind == "tex":
        from retest.citations.tex import read_tex

        return read_blocks(read_tex(plain), file)
    from retest.citations.markdown import BibTeX, read_markdown

    pieces = list(read_markdown(plain))
    found = list(read_blocks((piece for piece in pieces if not isinstance(piece, BibTeX)), file))
    for piece in pieces:
        if isinstance(piece, BibTeX):
            from retest.citations.bibtex import read_bibtex

            found += read_bibtex(piece.text, file, piece.line, tell)
    return sorted(found, key=lambda citation: citation.line)
