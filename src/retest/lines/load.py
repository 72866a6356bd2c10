"""`claims/<line>.yaml` as a Line, or every fault of it with file, line, what was found and what was
expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from retest.domain.line import Anchor, Claim, HandQuery, Line, Review, Sentence
from retest.domain.terms import Terms
from retest.errors import FileError
from retest.files.read import read_text, shown
from retest.files.yaml_nodes import Node, read_nodes
from retest.lines.rules import broken_rules

MOST_FAULTS = 20
"""Faults that one error lists: more are seldom read, and the first ones often cause the others."""
_LISTS: dict[str, type[BaseModel]] = {
    "anchors": Anchor,
    "claims": Claim,
    "queries": HandQuery,
    "terms": Terms,
    "counter_terms": Terms,
    "review": Review,
    "answer": Sentence,
}


@dataclass(frozen=True, slots=True)
class Checked:
    """A claims file that was looked at: its line, or its faults in the order of their lines. Texts
    that a draft left to a person (`TODO: ...`) keep no line from loading; `to_do` names them."""

    path: Path
    line: Line | None
    faults: tuple[FileError, ...] = ()
    to_do: tuple[FileError, ...] = ()


def load_line(path: Path, today: date | None = None) -> Line:
    """The line of a claims file. Raises FileError for its first fault; the hint lists the others.

    `today` is the day after which no paper can exist yet: with it, ids and dates of the future are
    faults.
    """
    checked = check_line(path, today)
    if checked.line is None:
        raise together(checked.faults)
    return checked.line


def check_line(path: Path, today: date | None = None) -> Checked:
    """All that is wrong with a claims file. Never raises: a file that cannot be read has that
    fault."""
    try:
        text = read_text(path, "a claims file")
        return check_text(text, path, today)
    except FileError as fault:
        return Checked(path, None, (fault,))


def check_text(text: str, path: Path, today: date | None = None) -> Checked:
    """As `check_line`, for text that stands, or is to stand, in `path`. Raises FileError if it is
    no YAML."""
    root = read_nodes(text, path)
    faults = broken_rules(root, path, today)
    line = None
    try:
        line = Line.model_validate(_data(root))
    except ValidationError as error:
        faults += [fault for found in error.errors() if (fault := _fault(path, root, found))]
    return Checked(
        path,
        None if faults else line,
        tuple(sorted(faults, key=lambda fault: fault.line or 0)),
        tuple(_left_to_do(root, path)),
    )


def _left_to_do(node: Node, path: Path, name: str = "the file") -> Iterator[FileError]:
    """The texts that still begin with TODO."""
    if isinstance(node.value, str):
        if node.value.lstrip().startswith("TODO"):
            found = f"`{shown(node.value)}` for `{name}`"
            yield FileError(path, node.line, found, "what a person writes in its place")
    elif isinstance(node.value, list):
        for item in node.value:
            yield from _left_to_do(item, path, name)
    else:
        for key, item in node.value.items():
            yield from _left_to_do(item, path, shown(key))


def _data(node: Node) -> Any:
    """Plain values: texts, as written but for white space, which is folded; lists; mappings."""
    if isinstance(node.value, str):
        return " ".join(node.value.split())
    if isinstance(node.value, list):
        return [_data(item) for item in node.value]
    return {key: _data(item) for key, item in node.value.items()}


def _fault(path: Path, root: Node, error: Any) -> FileError | None:
    """One pydantic error as a place in the file. None for what is a fault only because of another
    one, and for days, which the rules look at: pydantic takes a bare number for seconds since 1970.
    """
    node, name = root, "the file"
    model: type[BaseModel] = Line
    for step in error["loc"]:
        if isinstance(step, str):
            name = f"`{shown(step)}`"
            model = _LISTS.get(step, model)
        if isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)]
        elif isinstance(node.value, list) and isinstance(step, int):
            node = node.value[step]
    kind, context = error["type"], error.get("ctx", {})
    fields = list(model.model_fields)
    if kind.startswith("date_") or (kind == "too_short" and node.value):
        return None
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(str(error["loc"][-1]), fields, n=1)
        hint = f"did you mean `{close[0]}`?" if close else ""
        return FileError(
            path, node.line, f"the unknown key {name}", f"one of {', '.join(fields)}", hint
        )
    if kind == "missing":
        return FileError(
            path,
            node.line,
            f"no {name}",
            f"the key {name}",
            f"needed are {', '.join(_needed(model))}",
        )
    found = f"{_kind(node)} for {name}"
    expected = {
        "tuple_type": "a list",
        "model_type": f"the keys {', '.join(fields)}",
        "string_type": "a text",
        "string_too_short": "a text",
        "string_too_long": f"at most {context.get('max_length')} characters",
        "string_pattern_mismatch": "lower-case words and digits joined by hyphens",
        "literal_error": context.get("expected"),
        "too_short": "at least one",
        "too_long": f"at most {context.get('max_length')}",
        "bool_parsing": "true or false",
        "value_error": "YYYY, YYYY-MM or YYYY-MM-DD, or two of them joined by /",
    }.get(kind, error["msg"])
    detail = str(context.get("error", ""))
    return FileError(
        path, node.line, found, str(expected), "" if detail.startswith("a date is") else detail
    )


def _kind(node: Node) -> str:
    if isinstance(node.value, str):
        return f"`{shown(node.value)}`" if node.value.strip() else "nothing"
    if not node.value:
        return "an empty list" if isinstance(node.value, list) else "an empty mapping"
    return "a list" if isinstance(node.value, list) else "keys and values"


def _needed(model: type[BaseModel]) -> list[str]:
    return [name for name, field in model.model_fields.items() if field.is_required()]


def together(faults: Sequence[FileError]) -> FileError:
    """Several faults as one: the first, with the others in its hint."""
    first, *rest = faults
    lines = [first.hint] if first.hint else []
    lines += [
        f"{fault.message} ({fault.hint})" if fault.hint else fault.message
        for fault in rest[: MOST_FAULTS - 1]
    ]
    if len(faults) > MOST_FAULTS:
        lines.append(f"and {len(faults) - MOST_FAULTS} more")
    return FileError(first.path, first.line, first.found, first.expected, "\n  ".join(lines))
