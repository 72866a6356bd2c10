"""YAML as it is written: nodes that know their lines, and scalars that nobody has interpreted.

A claims file is read from the parser's events, not from values: YAML 1.1 would turn 2401.10 into a
number and `no` into false. Tags, anchors and aliases have no use here and are refused, so nothing
is constructed and nothing can grow.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from retest.errors import FileError
from retest.files.read import shown, unseen

DEEPEST, MOST_NODES = 12, 20_000
"""A claims file is 5 levels deep; the bundled one, with 27 claims, has 500 nodes."""
_LEADING_TAB = re.compile(r"^ *\t", re.MULTILINE)
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one parser of claims files: another takes and refuses other files."""
_HINTS = {
    "mapping values are not allowed": (
        'a text with ": " in it stands in quotes, or on its own line after ">-"'
    ),
    "found character that cannot start any token": (
        "a text that begins with such a character stands in quotes"
    ),
    "found unexpected end of stream": "a quote is opened and not closed",
}


@dataclass(frozen=True, slots=True)
class Node:
    """A text, a list or a mapping, and the line on which a person looks for it: that of its key, or
    its own."""

    line: int
    value: str | list[Node] | dict[str, Node]
    plain: bool = False
    """Whether a text stands there without quotes."""


def read_nodes(text: str, path: Path) -> Node:
    """The one document of `text`. Raises FileError for everything that is not plain, well-formed
    YAML."""
    _check_characters(text, path)
    try:
        return _tree(yaml.parse(text, Loader=LOADER), path)
    except yaml.YAMLError as error:
        problem = str(getattr(error, "problem", None) or error).split("\n", 1)[0]
        mark = getattr(error, "problem_mark", None)
        if (
            "nesting depth" in problem
        ):  # PyYAML 6.0.4 has a limit of its own, and looks ahead that far
            raise _too_large(path, mark.line + 1 if mark else 1) from error
        hint = next((hint for start, hint in _HINTS.items() if problem.startswith(start)), "")
        raise FileError(
            path, mark.line + 1 if mark else None, f"broken YAML ({problem})", "YAML", hint
        ) from error


def _too_large(path: Path, line: int) -> FileError:
    return FileError(
        path, line, "a very large or deep document", f"at most {MOST_NODES} nodes, {DEEPEST} deep"
    )


def _check_characters(text: str, path: Path) -> None:
    if text.startswith("\ufeff"):
        raise FileError(
            path, 1, "a byte order mark", "UTF-8 without one", "save the file as UTF-8 without BOM"
        )
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        if found := unseen(line):
            raise FileError(
                path, number, f"the character {found}", "text that can be seen", "delete it"
            )
    if match := _LEADING_TAB.search(text):
        line_number = text.count("\n", 0, match.start()) + 1
        raise FileError(
            path, line_number, "a tab as indentation", "spaces", "YAML knows no tabs there"
        )


def _tree(events: Iterator[yaml.Event], path: Path) -> Node:
    tree = _Tree(path)
    for count, event in enumerate(events):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if count > MOST_NODES or len(tree.open) > DEEPEST:
            raise _too_large(path, line)
        tree.take(event, line)
    if tree.root is None or tree.root.value == "":
        raise FileError(
            path, 1, "an empty file", "a claims file", "`retest init` writes one to begin with"
        )
    return tree.root


class _Tree:
    """Nodes as they grow from events: those still open, outermost first, each with the key that
    awaits its value."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.root: Node | None = None
        self.open: list[tuple[Node, list[tuple[str, int]]]] = []

    def take(self, event: yaml.Event, line: int) -> None:
        match event:
            case yaml.DocumentStartEvent() if self.root is not None:
                raise FileError(
                    self.path, line, "a second document", "one document", "keep one line to a file"
                )
            case yaml.AliasEvent():
                hint = "aliases are not read: repeat the text, or put it in quotes"
                raise FileError(
                    self.path,
                    line,
                    f"the alias *{shown(event.anchor or '')}",
                    "the text itself",
                    hint,
                )
            case yaml.CollectionEndEvent():
                self.open.pop()
            case yaml.ScalarEvent():
                self._refuse(event.anchor, event.tag, line)
                self._place(event.value, line, not event.style)
            case yaml.CollectionStartEvent():
                self._refuse(event.anchor, event.tag, line)
                node = self._place([] if isinstance(event, yaml.SequenceStartEvent) else {}, line)
                self.open.append((node, []))

    def _refuse(self, anchor: str | None, tag: str | None, line: int) -> None:
        if anchor is not None:
            hint = "put a text that begins with & in quotes"
            raise FileError(
                self.path, line, f"the YAML anchor &{shown(anchor)}", "no such mark", hint
            )
        if tag is not None:
            raise FileError(
                self.path,
                line,
                f"the tag {shown(tag)}",
                "no tag",
                "put a text that begins with ! in quotes",
            )

    def _place(
        self, value: str | list[Node] | dict[str, Node], line: int, plain: bool = False
    ) -> Node:
        """A node in its place: an item, a value, or a key that now awaits its value."""
        node = Node(line, value, plain)
        if isinstance(value, str) and (found := unseen(value)):
            hint = "it is written as an escape: delete it"
            raise FileError(
                self.path, line, f"the character {found}", "text that can be seen", hint
            )
        if not self.open:
            self.root = node
            return node
        parent, waiting = self.open[-1]
        if isinstance(parent.value, list):
            parent.value.append(node)
        elif isinstance(parent.value, dict) and waiting:
            key, key_line = waiting.pop()
            node = parent.value[key] = Node(key_line, value, plain)
        elif isinstance(parent.value, dict):
            if not isinstance(value, str):
                raise FileError(self.path, line, "a list or a mapping as a key", "a word as a key")
            if value in parent.value:
                hint = f"first in line {parent.value[value].line}"
                raise FileError(
                    self.path, line, f"the key `{shown(value)}` again", "each key once", hint
                )
            waiting.append((value, line))
        return node
