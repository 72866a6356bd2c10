"""Text, links, emphasis and HTML tags of a page into blocks of what is shown.

The layout is kept until a title is read: `<br>` sets apart, a picture's text is no text of the
page, and a link that says no more than what is behind it (pdf, code, here) is a label.
"""

from __future__ import annotations

import html
import re
from dataclasses import replace

from retest.citations.blocks import Block, Kind, Mention, mention
from retest.domain.arxiv_id import find_ids

_PIECE = re.compile(
    r"<!--.*?(?:-->|\Z)|</?(?P<name>[A-Za-z][A-Za-z0-9]{0,9})\b[^<>]*>|\n", re.DOTALL
)
_EMPHASIS = frozenset(["b", "strong", "i", "em", "cite"])
_INLINE = _EMPHASIS | frozenset(
    ["a", "code", "span", "sub", "sup", "small", "u", "s", "font", "img", "mark", "kbd", "q"]
)
_ENTRIES = frozenset(
    [
        "p",
        "div",
        "li",
        "tr",
        "table",
        "ul",
        "ol",
        "dl",
        "dt",
        "dd",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "details",
        "summary",
        "blockquote",
        "section",
    ]
)
"""Tags that begin another entry; all others set apart within one."""
_LABEL = re.compile(
    r"(?:[\W\d_]|\b(?:abs|abstract|acl|anthology|appendix|arxiv|arxiv\.org|bib|bibtex|blog|blogpost"
    r"|chat|checkpoints?|citations?|cite|codes?|colab|data|datasets?|demo|discord|doi|download|face"
    r"|full|git|github|gitlab|here|hf|homepage|html|hugging|huggingface|implementation|jax|journal"
    r"|link|links|models?|notebook|official|online|openreview|page|papers?|pdf|post|poster|ppaper"
    r"|ppt|preprint|proceedings|project|pytorch|read|repo|repository|resources?|site|slides|source"
    r"|supp|supplementary|supplement|talk|tensorflow|text|thread|tldr|tweet|tweets|twitter|url|video"
    r"|web|webpage|website|weights|wiki|youtube|and|the|v|x)\b)*+",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\S+(?:\s\S+){0,2}")
_WITH_ID = re.compile(r"\d{4}\.\d{4}|/\d{7}")


class Shown:
    """Builds one block, or several of HTML that has several entries."""

    def __init__(self, kind: Kind = "text") -> None:
        self.block = Block(kind)
        self._before: list[Block] = []
        self._links: list[tuple[int, int, int, list[Mention]]] = []
        self._marks: list[int] = []

    def finished(self) -> Block:
        """The block; what was not closed ends with it."""
        while self._links:
            self.close_link()
        while self._marks:
            self.unmark()
        return self.block

    def all_finished(self) -> list[Block]:
        """Every block that HTML began, in order."""
        return [*self._before, self.finished()]

    def open_link(self, target: str, line: int, raw: str = "") -> None:
        """What is shown from here on leads to `target`; `raw` is how that stands in the file, from
        `line` on."""
        at = self.block.size
        found = [
            mention(one, at, at, line + _lines_before(raw, one.cited), True)
            for one in find_ids(target)
        ]
        self._links.append((at, self.block.pieces, len(self.block.links), found))

    def close_link(self) -> None:
        """The end of the last link that is open."""
        if not self._links:
            return
        start, pieces, links, mentions = self._links.pop()
        block = self.block  # what a link leads to is cited before what a picture in it names
        block.links[links:links] = [replace(m, start=start, end=block.size) for m in mentions]
        text = block.since(pieces)
        if text.strip() and not _WITH_ID.search(text):
            bracketed = not mentions and block.ends_with("[(", pieces)
            if _LABEL.fullmatch(text) or (bracketed and _SHORT.fullmatch(text.strip())):
                block.labels.append((start, block.size))

    def picture(self, target: str, shown: str, line: int, raw: str) -> None:
        """A picture: the ids in its address and in its text are cited, and no text is shown."""
        self.open_link(f"{target}\n{shown}", line, raw)
        self.close_link()

    def mark(self) -> None:
        """Emphasis begins."""
        self._marks.append(self.block.size)

    def unmark(self) -> None:
        """Emphasis ends."""
        if self._marks and (start := self._marks.pop()) < self.block.size:
            self.block.marked.append((start, self.block.size))

    def html(self, source: str, line: int, entries: bool = False) -> None:
        """HTML from `line` on: tags become links, emphasis and breaks, comments nothing. With
        `entries`, those tags that begin another entry begin another block."""
        at = 0
        for piece in _PIECE.finditer(source):
            self.block.add(html.unescape(source[at : piece.start()]), line)
            if piece[0] == "\n":
                self.block.end_line()
            elif piece["name"]:
                self._tag(piece[0], piece["name"].lower(), line, entries)
            line += piece[0].count("\n")
            at = piece.end()
        self.block.add(html.unescape(source[at:]), line)

    def _tag(self, tag: str, name: str, line: int, entries: bool) -> None:
        closes = tag.startswith("</")
        if name == "a" and closes:
            self.close_link()
        elif name in _EMPHASIS:
            (self.unmark if closes else self.mark)()
        elif name in _ENTRIES and entries:
            if self.block.size or self.block.links:
                self._before.append(self.finished())
            self.block = Block(self.block.kind)
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
