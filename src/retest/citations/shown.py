"""Text, links, emphasis and HTML tags of a page into one block of what is shown."""

from __future__ import annotations

import html
import re
from dataclasses import replace

from retest.citations.blocks import Block, Kind, Mention, mention
from retest.domain.arxiv_id import find_ids

_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|</?(?P<name>[A-Za-z][A-Za-z0-9]{0,9})\b[^<>]*>|\n", re.DOTALL
)
_EMPHASIS = {"b", "strong", "i", "em", "cite"}
_INLINE = _EMPHASIS | {
    "a",
    "code",
    "span",
    "sub",
    "sup",
    "small",
    "u",
    "s",
    "font",
    "img",
    "mark",
    "kbd",
    "q",
}


class Shown:
    """Builds one block."""

    def __init__(self, kind: Kind = "text") -> None:
        self.block = Block(kind)
        self._links: list[tuple[int, list[Mention]]] = []
        self._marks: list[int] = []

    def finished(self) -> Block:
        """The block; what was not closed ends with it."""
        while self._links:
            self.close_link()
        while self._marks:
            self.unmark()
        return self.block

    def open_link(self, target: str, line: int, raw: str = "") -> None:
        """What is shown from here on leads to `target`; `raw` is how that stands in the file, from
        `line` on."""
        at, found = self.block.size, find_ids(target)
        self._links.append(
            (
                at,
                [mention(one, at, at, line + _lines_before(raw, one.cited), True) for one in found],
            )
        )

    def close_link(self) -> None:
        """The end of the last link that is open."""
        if self._links:
            start, mentions = self._links.pop()
            self.block.links += [replace(m, start=start, end=self.block.size) for m in mentions]

    def mark(self) -> None:
        """Emphasis begins."""
        self._marks.append(self.block.size)

    def unmark(self) -> None:
        """Emphasis ends."""
        if self._marks and (start := self._marks.pop()) < self.block.size:
            self.block.marked.append((start, self.block.size))

    def html(self, source: str, line: int) -> None:
        """HTML from `line` on: tags become links, emphasis and breaks, comments nothing."""
        at = 0
        for piece in _PIECE.finditer(source):
            self.block.add(html.unescape(source[at : piece.start()]), line)
            if piece[0] == "\n":
                self.block.end_line()
            elif piece["name"]:
                self._tag(piece[0], piece["name"].lower(), line)
            line += piece[0].count("\n")
            at = piece.end()
        self.block.add(html.unescape(source[at:]), line)

    def _tag(self, tag: str, name: str, line: int) -> None:
        closes = tag.startswith("</")
        if name == "a" and closes:
            self.close_link()
        elif name in _EMPHASIS:
            (self.unmark if closes else self.mark)()
        elif name not in _INLINE:
            self.block.end_line(2)
        if not closes and name not in _EMPHASIS:
            self.open_link(tag, line, tag)
            if name != "a":  # a picture, a frame
                self.close_link()


def _lines_before(raw: str, cited: str) -> int:
    """How many line breaks there are in `raw` before the number that ends `cited`."""
    place = raw.rfind(cited[-9:])
    return raw.count("\n", 0, place) if place > 0 else 0
