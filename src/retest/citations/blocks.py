"""What readers of Markdown and of plain text have in common: blocks of shown text that know their
lines."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from retest.domain.arxiv_id import ArxivId, Found, find_ids

_SPACES = re.compile(r"[^\S\n]+")
_WRAP = re.compile(r"\s*\n\s*")


Kind = Literal["text", "heading", "row", "data"]


@dataclass(frozen=True, slots=True)
class Mention:
    """An id at `text[start:end]` of a block: it stands there, or what is shown there links to
    it."""

    start: int
    end: int
    cited: str
    """The id as it is written, without line breaks."""
    paper: str
    """What it names, the same for every written form: `2401.00001`, or the number as it is, if it
    is malformed."""
    version: int | None
    line: int
    linked: bool


def mention(found: Found, start: int, end: int, line: int, linked: bool) -> Mention:
    """A mention of an id that was found, at a place of its own."""
    cited = _WRAP.sub("", found.cited)
    if isinstance(found.id, ArxivId):
        return Mention(start, end, cited, found.id.base, found.id.version, line, linked)
    number = cited[max(cited.rfind(":"), cited.rfind("/")) + 1 :]
    return Mention(start, end, cited, number.lower(), None, line, linked)


def one_a_version(mentions: Sequence[Mention]) -> list[Mention]:
    """Of all mentions of a paper the first; where versions are named, the first of each. In the
    order of the first."""
    kept: dict[tuple[str, int | None], Mention] = {}
    for one in mentions:
        kept.setdefault((one.paper, one.version), one)
    named = {paper for paper, version in kept if version is not None}
    return [one for one in kept.values() if one.version is not None or one.paper not in named]


@dataclass(slots=True)
class Block:
    """A paragraph, list item, table row or heading as it is shown: one space between words, a line
    break where the file has one, two where the layout ends one thing and begins another (paragraphs
    of an item, cells of a row)."""

    kind: Kind = "text"
    """Data (front matter) has ids, but says of no paper what its title is."""
    links: list[Mention] = field(default_factory=list)
    """Ids that something shown links to."""
    marked: list[tuple[int, int]] = field(default_factory=list)
    """What is emphasised."""
    labels: list[tuple[int, int]] = field(default_factory=list)
    """Links whose text says what is behind them (pdf, code) and nothing of a paper."""
    titles: list[tuple[int, int, bool]] = field(default_factory=list)
    """Cells of a column of titles, and whether that is its name (else it is Paper or the like)."""
    size: int = 0
    _parts: list[str] = field(default_factory=list)
    _lines: list[tuple[int, int]] = field(default_factory=list)
    _text: str | None = None
    _mentions: list[Mention] | None = None

    @property
    def text(self) -> str:
        """All that was added."""
        if self._text is None or len(self._text) != self.size:
            self._text = "".join(self._parts)
        return self._text

    @property
    def without_labels(self) -> str:
        """The text with a space for each character of a label."""
        pieces, at = list[str](), 0
        for start, end in self.labels:
            pieces += [self.text[at:start], " " * (end - start)]
            at = end
        return "".join([*pieces, self.text[at:]]) if pieces else self.text

    @property
    def pieces(self) -> int:
        """How many pieces were added, so that `since` can tell what was added behind them."""
        return len(self._parts)

    def since(self, pieces: int) -> str:
        return "".join(self._parts[pieces:])

    def ends_with(self, signs: str, pieces: int) -> bool:
        """Whether the first so many pieces end with one of these characters."""
        return pieces > 0 and self._parts[pieces - 1][-1:] in tuple(signs)

    def add(self, text: str, line: int) -> None:
        """More text, from one line of the file."""
        shown = _SPACES.sub(" ", text)
        if shown.startswith(" ") and (not self.size or self._parts[-1].endswith((" ", "\n"))):
            shown = shown[1:]
        if shown:
            if not self._lines or self._lines[-1][1] != line:
                self._lines.append((self.size, line))
            self._parts.append(shown)
            self.size += len(shown)

    def end_line(self, times: int = 1) -> None:
        """A line break; none at the beginning."""
        if self.size:
            self._parts.append("\n" * times)
            self.size += times

    def mentions(self) -> list[Mention]:
        """Every id of the block, in order; of an id and a link to it the id comes first."""
        if self._mentions is None:
            written = [
                mention(found, found.start, found.end, self._line_at(found.start), linked=False)
                for found in find_ids(self.text)
            ]
            self._mentions = sorted(
                [*written, *self.links], key=lambda m: (m.start, m.linked, -m.end)
            )
        return self._mentions

    def _line_at(self, place: int) -> int:
        return self._lines[max(bisect_right(self._lines, (place, 1 << 60)) - 1, 0)][1]

    def join(self, other: Block) -> None:
        """`other` behind this one, as another paragraph of it."""
        mentions = self.mentions()
        self.end_line(2)
        at = self.size
        self._parts.append(other.text)
        self.size += other.size
        self.marked += [(start + at, end + at) for start, end in other.marked]
        self.labels += [(start + at, end + at) for start, end in other.labels]
        self._mentions = [
            *mentions,
            *(replace(m, start=m.start + at, end=m.end + at) for m in other.mentions()),
        ]
