"""Markdown as blocks of shown text: CommonMark with tables, inline HTML and YAML front matter.

markdown-it-py finds the structure. It says in which line a block begins, but not where in it a link
or a line break stands; its rules for these are wrapped here so that their tokens say it.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.parser_inline import RuleFuncInlineType
from markdown_it.rules_inline import (
    StateInline,
    autolink,
    backtick,
    escape,
    html_inline,
    image,
    link,
    newline,
)
from markdown_it.token import Token

from retest.citations.blocks import Block
from retest.citations.plain import read_plain
from retest.citations.shown import Shown

_PLACED: dict[str, RuleFuncInlineType] = {
    "newline": newline,
    "escape": escape,
    "backticks": backtick,
    "link": link,
    "image": image,
    "autolink": autolink,
    "html_inline": html_inline,
}
_DEEPEST = 100
"""Levels of nesting; markdown-it leaves out what is deeper."""
_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?=[\w\"'][^\n:]{0,60}:\s)(?:.*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)"
)
_TITLES = re.compile(
    r"titles?|(?:paper|article|publication|work|reference)s?(?:\W{1,3}titles?)?", re.IGNORECASE
)
"""Headers of columns that hold titles."""
_ENDS_ITEM = frozenset(
    {
        "list_item_open",
        "list_item_close",
        "heading_open",
        "table_open",
        "html_block",
        "code_block",
        "fence",
    }
)
_BIBTEX = ("bib", "bibtex", "biblatex")


@dataclass(frozen=True, slots=True)
class BibTeX:
    """A fenced block of BibTeX, and the line of the file that is its first."""

    text: str
    line: int


def read_markdown(text: str) -> Iterator[Block | BibTeX]:
    """The blocks of a page, in order. Code in fences is none, save BibTeX; indented code is text,
    since reference lists are often indented so by accident."""
    if front := _FRONT_MATTER.match(text):
        for block in read_plain(front[0]):
            block.kind = "data"
            yield block
        text = "\n" * front[0].count("\n") + text[front.end() :]
    env: dict[str, Any] = {}
    page = _Page()
    yield from page.blocks(_parser().parse(text, env))
    for label, reference in env.get("references", {}).items():
        if label not in page.used:  # those that are used are read where they are used
            shown = Shown()
            line = reference["map"][0] + 1
            shown.open_link(reference["href"], line)
            shown.block.add(reference["title"] or label, line)
            yield shown.finished()


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"maxNesting": _DEEPEST, "store_labels": True}).enable(
        "table"
    )
    for name, rule in _PLACED.items():
        parser.inline.ruler.at(name, _placed(rule))
    return parser


def _placed(rule: RuleFuncInlineType) -> RuleFuncInlineType:
    """The rule, whose tokens say from where to where in the text of their block they stand."""

    def run(state: StateInline, silent: bool) -> bool:
        start, before = state.pos, len(state.tokens)
        if not rule(state, silent):
            return False
        for token in state.tokens[before:]:
            token.meta.setdefault("span", (start, state.pos))
        return True

    return run


class _Page:
    """Tokens into blocks."""

    def __init__(self) -> None:
        self.used = set[str]()
        """The labels of link definitions that links use."""
        self._columns: list[str] = []
        """The header of each column of a table that holds titles; "" for all others."""
        self._cell, self._start = 0, 0

    def blocks(self, tokens: list[Token]) -> Iterator[Block | BibTeX]:
        shown, depth = Shown(), 0
        item: Shown | None = None  # paragraphs of one item of a list are one block
        for token in tokens:
            first = token.map[0] + 1 if token.map else 1
            if item and token.type in _ENDS_ITEM:
                yield item.finished()
                item = Shown()
            match token.type:
                case "list_item_open" | "list_item_close":
                    depth += token.nesting
                    item = Shown() if depth else None
                case "paragraph_open":
                    shown = item or Shown()
                    shown.block.end_line(2)
                case "heading_open":
                    shown = Shown("heading")
                case "table_open":
                    self._columns = []
                case "tr_open":
                    shown, self._cell = Shown("row"), 0
                case "th_open" | "td_open":
                    shown.block.end_line(2)
                    self._start = shown.block.size
                case "inline":
                    self._inline(token, first, shown)
                case "th_close":
                    header = shown.block.text[self._start :]
                    self._columns.append(header if _TITLES.fullmatch(header) else "")
                case "td_close":
                    if header := self._columns[self._cell]:
                        named = "title" in header.lower()
                        shown.block.titles.append((self._start, shown.block.size, named))
                    self._cell += 1
                case "heading_close" | "tr_close":
                    yield shown.finished()
                case "paragraph_close" if item is None:
                    yield shown.finished()
                case "html_block":
                    shown = Shown()
                    shown.html(token.content, first, entries=True)
                    yield from shown.all_finished()
                case "code_block":
                    yield from read_plain(token.content, first)
                case "fence" if token.info.lower().startswith(_BIBTEX):
                    yield BibTeX(token.content, first + 1)

    def _inline(self, token: Token, first: int, shown: Shown) -> None:
        """The text of a block, which begins in line `first`."""
        source, line = token.content, first
        breaks = [place for place, c in enumerate(source) if c == "\n"]
        for child in token.children or ():
            start, end = child.meta.get("span", (0, 0))
            if end:
                line = first + bisect_left(breaks, start)
            match child.type:
                case "text" | "code_inline":
                    shown.block.add(child.content, line)
                case "softbreak" | "hardbreak":
                    shown.block.end_line()
                case "link_open":
                    self.used.add(child.meta.get("label", ""))
                    shown.open_link(str(child.attrs["href"]), line, source[start:end])
                case "link_close":
                    shown.close_link()
                case "strong_open" | "em_open":
                    shown.mark()
                case "strong_close" | "em_close":
                    shown.unmark()
                case "image":
                    shown.picture(str(child.attrs["src"]), child.content, line, source[start:end])
                case "html_inline":
                    shown.html(child.content, line)
            if end and child.type != "link_open":
                line = first + bisect_left(breaks, end)
