"""A folder of full texts that a user has: where it is, and what is in it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from retest.domain.arxiv_id import parse_id
from retest.errors import UsageError
from retest.files.replace import replace
from retest.fulltext.document import Form

NAME = "texts.json"
SUFFIXES: tuple[tuple[str, Form], ...] = (
    (".html", "html"),
    (".tar.gz", "latex"),
    (".tar", "latex"),
    (".gz", "latex"),
    (".tex", "latex"),
    (".pdf", "pdf"),
)
"""How copies are named, behind the id and perhaps the version; the better form first."""
_OLD = re.compile(r"^([a-z-]+)_(\d{7}(?:v\d+)?)$")


def note_folder(home: Path, folder: Path) -> Mapping[Form, int]:
    """Note the folder in the state folder; how many copies of each form it has. Raises UsageError
    where it is no folder, or holds none."""
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", "name the folder with the full texts")
    found = Counter(form for path in folder.iterdir() if (form := form_of(path.name)))
    if not found:
        raise UsageError(
            f"{folder} holds no full text",
            "name files by arXiv id, as in 2401.00001v2.html, 2401.00001.tar.gz or 2401.00001.pdf",
        )
    home.mkdir(parents=True, exist_ok=True)
    replace(home / NAME, json.dumps({"folder": str(folder.resolve())}) + "\n")
    return found


def noted_folder(home: Path) -> Path | None:
    """The folder that was noted, or None. Raises UsageError where it is not there any more."""
    path = home / NAME
    try:
        folder = Path(json.loads(path.read_text(encoding="utf-8"))["folder"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"{path} cannot be read", "note the folder again: retest mirror texts FOLDER"
        ) from error
    if not folder.is_dir():
        raise UsageError(
            f"{folder}, which `retest mirror texts` noted, is not there",
            f"note another folder, or delete {path}",
        )
    return folder


def form_of(name: str) -> Form | None:
    """The form of a copy by its name, or None for another file."""
    for suffix, form in SUFFIXES:
        if name.endswith(suffix):
            stem = _OLD.sub(r"\1/\2", name.removesuffix(suffix))
            return form if parse_id(stem) else None
    return None
