"""The blocks of a BibTeX text, by bibtexparser, which takes a text without comments.

Comments are lines that begin with `%` outside of values, what stands behind a `%` between two
fields, `@comment{...}`, and all text outside of entries. A block that cannot be read is told of in
words, and so is one that ended too early: what follows it would look like a comment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    ParsingFailedBlock,
    String,
)

from retest.files.read import shown

_TYPES = frozenset(
    [
        "article",
        "book",
        "booklet",
        "collection",
        "conference",
        "dataset",
        "inbook",
        "incollection",
        "inproceedings",
        "manual",
        "mastersthesis",
        "misc",
        "online",
        "phdthesis",
        "preprint",
        "proceedings",
        "report",
        "software",
        "string",
        "techreport",
        "thesis",
        "unpublished",
    ]
)
_TOKEN = re.compile(
    r"^[ \t]*@(?P<gap>\s{0,80})(?P<name>\w{1,40})(?P<rest>\s{0,80})(?P<opens>[{(])"
    r"|(?<!\\)(?P<mark>[{}\"%])",
    re.MULTILINE,
)
_STRAY_FIELD = re.compile(
    r"^[ \t,]{0,80}([A-Za-z][\w-]{1,30})[ \t]{0,80}=[ \t]*[{\"\d]", re.MULTILINE
)
_STRAY_START = re.compile(r"\A\s*,|^[ \t]*@\s{0,80}\w", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Broken:
    """A place that cannot be read, and why."""

    line: int
    why: str


def blocks(text: str) -> Iterator[Entry | String | Broken]:
    """Entries, macros and what is broken, in order; lines are counted from 0."""
    for block in parse_string(_without_comments(text), parse_stack=[]).blocks:
        if (
            isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock)
            and block.ignore_error_block
        ):
            block = block.ignore_error_block  # BibTeX itself warns of these and goes on
        line = block.start_line or 0
        if isinstance(block, ParsingFailedBlock):
            why = shown(str(getattr(block.error, "abort_reason", block.error)))
            yield Broken(line, f"an entry that is broken: {why}")
        elif isinstance(block, ImplicitComment) and _STRAY_START.search(block.comment):
            if stray := _STRAY_FIELD.search(block.comment):
                line += block.comment.count("\n", 0, stray.start(1))
                yield Broken(line, f"the field `{stray[1]}` outside of any entry")
        elif isinstance(block, Entry | String):
            yield block


def _without_comments(text: str) -> str:
    """`text`, line for line, without comments, and with each block's type and brace together."""
    closing = _closing(text) if "@" in text and "comment" in text.lower() else {}
    kept: list[str] = []
    at, depth, quoted = 0, 0, False
    for token in _TOKEN.finditer(text):
        start, end = token.span()
        if start < at:
            continue  # in a comment
        name, mark = (token["name"] or "").lower(), token["mark"]
        if name == "comment":
            end = closing.get(end - 1, end - 1) + 1
            kept += [text[at:start], "\n" * text.count("\n", start, end)]
            at, depth, quoted = end, 0, False
        elif name and (not depth or name in _TYPES or not (token["gap"] or token["rest"])):
            breaks = "\n" * token[0].count("\n")
            kept += [text[at:start], f"@{token['name']}{token['opens']}{breaks}"]
            at, depth, quoted = end, 1, False
        elif mark == "%":
            if (depth == 1 and not quoted) or (not depth and _begins_line(text, start)):
                kept.append(text[at:start])
                at = end if (end := text.find("\n", start)) >= 0 else len(text)
        elif mark == "}":
            depth = max(depth - 1, 0)
            quoted = quoted and depth > 0
        elif mark == "{" or token["opens"] == "{":
            depth += 1
        elif mark == '"' and depth == 1:
            quoted = not quoted
    return "".join([*kept, text[at:]])


def _begins_line(text: str, place: int) -> bool:
    return not text[max(place - 80, 0) : place].rpartition("\n")[2].strip()


def _closing(text: str) -> dict[int, int]:
    """Where each brace that is closed is closed."""
    opened: list[int] = []
    closed: dict[int, int] = {}
    for place, mark in ((m.start(), m[0]) for m in re.finditer(r"(?<!\\)[{}]", text)):
        if mark == "{":
            opened.append(place)
        elif opened:
            closed[opened.pop()] = place
    return closed
