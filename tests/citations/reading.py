"""What the tests here read citations with: the public door, on a file of the kind that is
tested."""

from __future__ import annotations

from pathlib import Path

from retest.citations import read_citations
from retest.domain.citation import Citation


def read(folder: Path, text: str, suffix: str) -> list[Citation]:
    """The citations of a file with this text and suffix."""
    file = folder / f"cited{suffix}"
    file.write_text(text, encoding="utf-8")
    return read_citations([file], None)


def only(folder: Path, text: str, suffix: str) -> Citation:
    """Its one citation."""
    citations = read(folder, text, suffix)
    assert len(citations) == 1, f"one citation is expected of {text!r}, found {citations}"
    return citations[0]
