"""Citations from blocks of shown text: each entry of a block, each paper in it once, with what the
entry says of it."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from retest.citations.authors_first import YEAR, Reference
from retest.citations.blocks import Block, Mention, one_a_version
from retest.citations.fields import begins_with_field, read_fields
from retest.citations.names import read_names
from retest.citations.reference import begins, read_cell, read_reference, title_above
from retest.citations.titles import fold, only_labels
from retest.domain.citation import Citation

LONGEST_ENTRY = 1_000
"""Characters of an entry that are kept; the longest references with a dozen authors have 700."""
_LARGEST_RECORD = 2_000
_LONGEST_LINE = 300
_MARKER = re.compile(
    r"\[\d{1,4}\]|\[\^[\w-]{1,20}\]|\[[A-Za-z+-]{2,12}\d{2,4}[a-z]?\]|[-*\u2022\u25aa]\s|\(?(?P<number>\d{1,3})[.)]\s"
)
_LINE_OR_MARKER = re.compile(r"\n|(?<=[.:)\]\d])\s(?=\[\d{1,4}\]\s[^\W\d_a-z])")
_CLOSED = re.compile(r"(?<!\b[A-Z])[.)\]\d/][\"'\u201d*]?\Z")
_BEGINS = re.compile(r"[*_\"\u201c'(\[]{0,3}[^\W\d_a-z]")


def read_blocks(blocks: Iterable[Block], file: str) -> Iterator[Citation]:
    """The citations of the blocks of a file, in order."""
    for block in _records(blocks):
        yield from read_block(block, file)


def _records(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks; those that only go on with the one before, as fields of one paper, are joined to
    it."""
    last: Block | None = None
    for block in blocks:
        if last is not None and _goes_on(last, block):
            last.join(block)
            continue
        if last is not None:
            yield last
        last = block
    if last is not None:
        yield last


def _goes_on(last: Block, block: Block) -> bool:
    return (
        block.kind == "text"
        and last.kind in ("text", "heading")
        and last.size + block.size < _LARGEST_RECORD
        and (begins_with_field(block.text) or _only_about(block.without_labels))
        and len({mention.paper for mention in [*last.mentions(), *block.mentions()]}) < 2
    )


def _only_about(shown: str) -> bool:
    """Whether a text tells of a paper and names none: authors, a venue, a date, labels."""
    names = read_names(shown, begins(shown), len(shown)) if len(shown) < _LARGEST_RECORD else None
    return bool(names and names.sure and only_labels(shown[names.end :]))


def read_block(block: Block, file: str) -> Iterator[Citation]:
    """The citations of one block."""
    text, mentions, shown = block.text, block.mentions(), block.without_labels
    alone = len({mention.paper for mention in mentions}) == 1
    said = Reference() if block.kind == "data" or not alone else _said_by_layout(block, shown)
    block.marked.sort()
    entries = list(_entries(text, mentions))
    whole = (
        alone and len(entries) <= text.count("\n\n") + 1
    )  # a record, a row, a paragraph; not one entry of a list
    ends = [*(start for start, _ in entries[1:]), len(text) + 1]
    at, above = 0, list[tuple[int, int]]()
    for (start, stop), end in zip(entries, ends, strict=True):
        first = at
        while at < len(mentions) and mentions[at].start < end:
            at += 1
        inside = mentions[first:at]
        if not inside:
            above.append((start, stop))
            continue
        papers: dict[str, list[int]] = {}
        for place, mention in enumerate(inside):
            papers.setdefault(mention.paper, []).append(place)
        for places in papers.values():
            found = said
            if block.kind != "data" and not said.title:
                found = _best(
                    [_read(block, shown, inside, place, start, stop) for place in places[:4]], said
                )
                if not found.title and len(papers) == 1 and block.kind != "row":
                    found = _with_title_above(block, shown, above, (start, inside[0].start), found)
            about = (0, len(text)) if whole else _about(text, inside, places[0], start, stop)
            for mention in one_a_version([inside[place] for place in places]):
                yield Citation(
                    cited=mention.cited,
                    id=mention.cited,
                    title=found.title,
                    authors=found.authors,
                    guessed=not found.sure,
                    entry=_window(text, *about, mention),
                    file=file,
                    line=mention.line,
                )
        above = []


def _with_title_above(
    block: Block,
    shown: str,
    above: Sequence[tuple[int, int]],
    lead: tuple[int, int],
    said: Reference,
) -> Reference:
    """The title that stands in a paragraph above, if nothing but authors, venue and labels stands
    between it and the id. A heading is one only above authors."""
    between = [lead]
    authors = said.authors
    for start, stop in reversed(above[-3:]):
        names: tuple[str, ...] = ()
        for a, b in between:
            text = shown[a:b]
            found = read_names(text, begins(text), len(text))
            end = found.end if found and found.sure else 0
            names = names or (found.names if found and end else ())
            if not only_labels(text[end:]):
                return said
        marked = [(a - start, b - start) for a, b in block.marked if start <= a and b <= stop]
        if names or block.kind != "heading":
            title = title_above(shown[start:stop], marked, bool(names))
            if title:
                return title if title.authors else replace(title, authors=authors or names)
        between = [(start, stop)]
        authors = authors or names
    return said


def _read(
    block: Block, shown: str, inside: Sequence[Mention], place: int, start: int, stop: int
) -> Reference:
    """What the text around one mention says, from the id of another paper to that of the next."""
    mention = inside[place]
    begin, end = _between(inside, place, start, stop)
    marked = block.marked[
        bisect_left(block.marked, (begin, 0)) : bisect_left(block.marked, (end, 0))
    ]
    return read_reference(
        shown[begin:end],
        mention.start - begin,
        mention.end - begin,
        linked=mention.linked,
        marked=[(a - begin, b - begin) for a, b in marked if b <= end],
    )


def _best(readings: Sequence[Reference], said: Reference) -> Reference:
    """The first with a title, else the first with authors."""
    with_title = next((reading for reading in readings if reading.title), None)
    return with_title or next((reading for reading in readings if reading.authors), said)


def _said_by_layout(block: Block, shown: str) -> Reference:
    """What fields, or a column of titles in a table, say of the one paper of a block."""
    for start, stop, named in block.titles:
        at = start
        for piece in shown[start:stop].split("\n\n"):
            end = at + len(piece)
            ids = [m.start for m in block.mentions() if at <= m.start < end and not m.linked]
            marked = sorted((a - at, b - at) for a, b in block.marked if at <= a and b <= end)
            found = read_cell(shown[at : min([*ids, end])], marked, named)
            if found.title or found.authors:
                return found
            at = end + 2
    return Reference() if block.kind == "row" else read_fields(block.text)


def _entries(text: str, mentions: Sequence[Mention]) -> Iterator[tuple[int, int]]:
    """Where the entries of a block begin and end: its paragraphs, cut at list markers, behind lines
    that end with an id and before lines that begin with authors."""
    begin = 0
    for part in text.split("\n\n"):
        if part or not text:
            yield from pairwise(
                [begin, *_cuts(text, begin, begin + len(part), mentions), begin + len(part)]
            )
        begin += len(part) + 2


def _cuts(text: str, begin: int, end: int, mentions: Sequence[Mention]) -> Iterator[int]:
    """The places inside a paragraph at which another entry begins."""
    starts = [mention.start for mention in mentions]
    number = _number(text, begin)
    last = begin  # of the entry so far
    for match in _LINE_OR_MARKER.finditer(text, begin, end):
        at = match.end()
        here = _number(text, at)
        first, beyond = bisect_left(starts, last), bisect_left(starts, at)
        if beyond and mentions[beyond - 1].end > at:
            continue  # within an id, or within what links to it
        marked = here == -1 or (here is not None and number is not None and here == number + 1)
        closed = (
            match[0] == "\n"
            and _CLOSED.search(text, max(last, at - 4), match.start())
            and _BEGINS.match(text, at)
        )
        if marked or (closed and (beyond > first or _authors_at(text, at, end))):
            yield at
            last, number = at, here if here is not None else number


def _authors_at(text: str, at: int, end: int) -> bool:
    names = read_names(text, at, min(at + _LONGEST_LINE, end))
    return names is not None and (names.sure or YEAR.match(text, names.end, end) is not None)


def _number(text: str, at: int) -> int | None:
    """The number of a list marker at a place (`12.`, which could also end a line that was wrapped);
    -1 for a marker that is nothing else (`[12]`, `-`), None for no marker."""
    match = _MARKER.match(text, at)
    return None if match is None else int(match["number"] or -1)


def _between(inside: Sequence[Mention], place: int, start: int, stop: int) -> tuple[int, int]:
    """From where to where the text around a mention is about its paper: up to the mentions of
    others."""
    mention = inside[place]
    others = range(place - 1, -1, -1), range(place + 1, len(inside))
    before = (
        inside[i]
        for i in others[0]
        if inside[i].paper != mention.paper and inside[i].end <= mention.start
    )
    behind = (
        inside[i]
        for i in others[1]
        if inside[i].paper != mention.paper and inside[i].start >= mention.end
    )
    last, following = next(before, None), next(behind, None)
    return max(last.end, start) if last else start, min(
        following.start, stop
    ) if following else stop


def _about(
    text: str, inside: Sequence[Mention], place: int, start: int, stop: int
) -> tuple[int, int]:
    """The part of an entry of several papers that tells of one: up to its id; from it, where ids
    come first."""
    mention = inside[place]
    begin, end = _between(inside, place, start, stop)
    if begin == start and end == stop:
        return start, stop
    if not any(c.isalnum() for c in text[start : inside[0].start]):
        return mention.start, end
    return begin, stop if end == stop else mention.end


def _window(text: str, begin: int, end: int, mention: Mention) -> str:
    """A text on one line; of a long one the part that ends a little behind the mention."""
    if end - begin > LONGEST_ENTRY:
        begin = max(begin, min(mention.end + LONGEST_ENTRY // 4, end) - LONGEST_ENTRY)
        end = min(begin + LONGEST_ENTRY, end)
    return fold(text[begin:end]).lstrip(" ,;.)]")
