"""TeX as blocks of shown text: the entries of a bibliography, and the paragraphs of a text.

A plain reading: comments are left out, macros become what they set, `\\href` becomes a link. The
entries of biblatex's `.bbl` files are records of their own form, of which only the ids are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from retest.citations.blocks import Block
from retest.citations.shown import Shown
from retest.text.latex import decoded

_COMMENT = re.compile(r"(?<!\\)%.*")
_BEGINS = re.compile(r"[ \t]*\\(?:bibitem|item|entry|(?:sub)*section|paragraph|begin|end)\b")
_RECORD = re.compile(r"[ \t]*\\entry\{")
_HEAD = re.compile(r"\s*\\bibitem\s{0,9}(?:\[.{0,5000}?\]\s{0,9})?\{[^{}]{0,200}\}", re.DOTALL)
_BRACKETS = re.compile(r"(?<!\\)[{}]")
_HREF = re.compile(r"\\href\s{0,9}\{([^{}]{1,500})\}\s{0,9}\{")
_LONGEST_LINK = 1_000


def read_tex(text: str) -> Iterator[Block]:
    """The blocks of a TeX text."""
    first, lines = 1, list[str]()
    for number, raw in enumerate(_COMMENT.sub("", text).split("\n"), 1):
        blank = not raw.strip()
        if lines and (blank or _BEGINS.match(raw)):
            yield _block("\n".join(lines), first)
            lines = []
        if not blank:
            first = first if lines else number
            lines.append(raw)
    if lines:
        yield _block("\n".join(lines), first)


def _block(source: str, line: int) -> Block:
    shown = Shown("data" if _RECORD.match(source) else "text")
    head = _HEAD.match(source)
    at = head.end() if head else 0
    while link := _HREF.search(source, at):
        end = _closing(source, link.end())
        _add(shown, source[at : link.start()], line + source.count("\n", 0, at))
        first = line + source.count("\n", 0, link.start())
        shown.open_link(link[1], first)
        _add(shown, source[link.end() : end], first)
        shown.close_link()
        at = end
    _add(shown, source[at:], line + source.count("\n", 0, at))
    return shown.finished()


def _add(shown: Shown, source: str, line: int) -> None:
    for number, text in enumerate(source.split("\n"), line):
        if number > line:
            shown.block.end_line()
        kept = text.strip()
        shown.block.add(
            f"{' ' * text.startswith(' ')}{decoded(kept)}{' ' * text.endswith(' ')}", number
        )


def _closing(source: str, start: int) -> int:
    """Where the group that is open at `start` is closed; `start` where that is far."""
    depth = 1
    for mark in _BRACKETS.finditer(source, start, start + _LONGEST_LINK):
        depth += 1 if mark[0] == "{" else -1
        if not depth:
            return mark.start()
    return start
