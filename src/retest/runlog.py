"""The run log: one JSON line a line and run, with all that the record must not hold (calls, tokens, cost)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAME = "runs.jsonl"


def add(home: Path, entry: Mapping[str, Any]) -> None:
    """Append an entry, on a line of its own also behind the half line of a run that was killed."""
    with (home / NAME).open("ab+") as file:
        file.seek(-min(1, file.tell()), 2)
        whole = file.read() in (b"", b"\n")
        file.write((b"" if whole else b"\n") + json.dumps(entry).encode() + b"\n")


def last(home: Path, line: str) -> dict[str, Any] | None:
    """The newest entry of a line. What is not one, such as the half line of a run that was killed, is passed over."""
    try:
        written = (home / NAME).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return None
    for text in reversed(written):
        try:
            entry = json.loads(text)
        except ValueError:
            continue
        if isinstance(entry, dict) and entry.get("line") == line and isinstance(entry.get("usage"), dict):
            return entry
    return None
