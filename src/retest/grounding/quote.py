"""Rung 5 for quotes that people or other tools bring: does a text hold it, word for word?

Equal up to form (form.py) and never fuzzy. A quote begins and ends with a word: not inside one, not inside a number,
and not between a number and its sign or unit. `...` may stand for a gap if the pieces occur in order in one text and
each is long enough by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from retest.domain.evidence import Reason
from retest.grounding.form import canonical, folded, has_parting_dash, parted, plain, spaced, words
from retest.text import sentences

LEAST_WORDS, LEAST_CHARACTERS = 5, 25
"""Shorter quotes, and shorter pieces of quotes with gaps, ground nothing (docs/design.md, rung 5)."""


class Fallen(NamedTuple):
    """Why a quote grounds nothing: the reason, and in words for people."""

    reason: Reason
    detail: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a quote stands: which text, and where in it."""

    text: str
    """The text's name, such as `abstract`."""
    source: str
    form: Callable[[str], str]
    at: int
    """Where it begins in the text's form."""

    @property
    def offset(self) -> int:
        """How many characters of the text, as the source has it, stand before the quote."""
        low, high = 0, len(self.source)
        while low < high:  # the form of a beginning grows with the beginning
            middle = (low + high) // 2
            if len(self.form(self.source[:middle])) <= self.at:
                low = middle + 1
            else:
                high = middle
        return max(low - 1, 0)

    @property
    def sentence(self) -> int:
        """The number of the sentence in which the quote begins, from 1."""
        end = 0
        for number, sentence in enumerate(sentences(self.source), 1):
            end += len(self.form(sentence)) + 1
            if self.at < end:
                return number
        return 1

    def __str__(self) -> str:
        if self.text == "title":
            return f"title, offset {self.offset}"
        return f"{self.text}, sentence {self.sentence}, offset {self.offset}"


def find_quote(quote: str, texts: Sequence[tuple[str, str]], claim: str | None = None) -> Place | Fallen:
    """The place of a quote in the first of the named `texts` (name, text) that holds it, or why it grounds nothing."""
    shown = plain(quote)
    pieces = pieces_of(shown)
    if not pieces:
        return Fallen("no-quote", "the quote is empty")
    if claim is not None and words(quote) == words(claim):
        return Fallen("quote-is-claim", "the quote is the claim's own sentence")
    if len(pieces) > 1:  # the text itself may have dots where the quote has them
        whole = trimmed(shown)
        if long_enough(whole) and (place := _place([whole], texts)):
            return place
    for piece in pieces:
        if not long_enough(piece):
            what = "it" if len(pieces) == 1 else f"its piece {piece[:40]!r}"
            least = f"{LEAST_WORDS} words or {LEAST_CHARACTERS} characters"
            return Fallen("quote-too-short", f"{what} has fewer than {least}")
    if place := _place(pieces, texts):
        return place
    return Fallen("quote-not-found", f"it does not stand in the {' or the '.join(name for name, _ in texts)}")


def _place(pieces: Sequence[str], texts: Sequence[tuple[str, str]]) -> Place | None:
    for fold, form in ((folded, canonical), (parted, spaced)):
        wanted = [fold(piece) for piece in pieces]
        for name, text in texts:
            if form is canonical or has_parting_dash(text):
                at = _find(form(text), wanted)
                if at is not None:
                    return Place(name, text, form, at)
    return None


def pieces_of(shown: str) -> list[str]:
    """The pieces between the gaps of a plain quote, without the marks around it and the stop at its end."""
    parts = _GAP.split(shown) if ".." in shown or ". ." in shown else [shown]
    return [piece for part in parts if (piece := trimmed(part))]


def trimmed(piece: str) -> str:
    """Without quotation marks around it and punctuation behind it: quoting styles differ there."""
    return _LEADING.sub("", piece.rstrip(" .,;:!?\"'`-"))


def long_enough(piece: str) -> bool:
    return len(piece.split()) >= LEAST_WORDS and len(piece) >= LEAST_CHARACTERS


def _find(text: str, pieces: Sequence[str]) -> int | None:
    """Where the first piece begins, if all stand in `text` in order; the earliest places decide, so none is missed."""
    first, end = None, 0
    for piece in pieces:
        at = text.find(piece, end)
        while at >= 0 and not (_begins(text, at) and _ends(text, at + len(piece))):
            at = text.find(piece, at + 1)
        if at < 0:
            return None
        first = at if first is None else first
        end = at + len(piece)
    return first


def _begins(text: str, at: int) -> bool:
    """Whether a word or number begins at `at`, with its sign and currency."""
    before, first = text[at - 1 : at], text[at]
    if before.isalnum() or before == "_":
        return not (first.isalnum() or first in "_'")
    if first.isdigit():
        figure = text[at - 2 : at - 1].isdigit()  # one before it: 10,000 and 10 000 and 1/2 are one number
        if before == " ":
            return not (figure and _THOUSANDS.match(text, at))
        return not before or before in "([{\"'=:;" or (before in ",/" and not figure)
    return before != "'" or not text[at - 2 : at - 1].isalpha()


def _ends(text: str, end: int) -> bool:
    """Whether a word or number ends before `end`, with its unit."""
    last, after, next_one = text[end - 1], text[end : end + 1], text[end + 1 : end + 2]
    if after.isalnum() or after == "_":
        return not (last.isalnum() or last == "_")
    if last.isdigit() and (after in tuple("%‰°^_-x€£/") or (after in (".", ",") and next_one.isdigit())):
        return False
    if last.isdigit() and after == " " and _THOUSANDS.match(text, end + 1):
        return False
    return after != "'" or not next_one.isalpha()


_THOUSANDS = re.compile(r"\d{3}(?!\d)")
_LEADING = re.compile(r"^[ \"'`]*(?:-+ )?[ \"'`]*")
_GAP = re.compile(r"\[ ?\.{3} ?\]|\( ?\.{3} ?\)|\[?\. ?\. ?\.(?: ?\.)?\]?")
