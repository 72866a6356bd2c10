"""Plain text as blocks: paragraphs, and the entries of a list with hanging indents."""

from __future__ import annotations

from collections.abc import Iterator

from retest.citations.blocks import Block


def read_plain(text: str, first_line: int = 1) -> Iterator[Block]:
    """The blocks of a text, which begins in line `first_line` of its file."""
    paragraph: list[tuple[int, int, str]] = []
    for number, raw in enumerate(text.split("\n"), first_line):
        line = raw.expandtabs().rstrip()
        if line:
            paragraph.append((number, len(line) - len(line.lstrip()), line.lstrip()))
        elif paragraph:
            yield from _entries(paragraph)
            paragraph = []
    if paragraph:
        yield from _entries(paragraph)


def _entries(paragraph: list[tuple[int, int, str]]) -> Iterator[Block]:
    """A paragraph as one block; or, if its first line stands further left than others, as one for
    each such line."""
    margin = min(indent for _, indent, _ in paragraph)
    hanging = paragraph[0][1] == margin and any(indent > margin for _, indent, _ in paragraph)
    block = Block()
    for number, indent, line in paragraph:
        if hanging and indent == margin and block.size:
            yield block
            block = Block()
        block.end_line()
        block.add(line, number)
    yield block
