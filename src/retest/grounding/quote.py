"""Rung 5 for quotes that people or other tools bring: does a text hold it, word for word?

Equal up to form (form.py) and never fuzzy. A quote begins and ends with a word: not inside one, not
inside a number, and not between a number and its sign or unit. `...` may stand for a gap if the
pieces occur in order in one text and each is long enough by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from retest.domain.evidence import Reason
from retest.text.form import (
    canonical,
    folded,
    has_parting_dash,
    parted,
    place_unsqueezed,
    plain,
    spaced,
    squeezed,
    words,
)
from retest.text.sentences import sentences

LEAST_WORDS, LEAST_CHARACTERS = 5, 25
"""Shorter quotes, and shorter pieces of quotes with gaps, ground nothing (docs/grounding.md,
rung 5)."""


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


def find_quote(
    quote: str, texts: Sequence[tuple[str, str]], claim: str | None = None
) -> Place | Fallen:
    """The place of a quote in the first of the named `texts` (name, text) that holds it, or why it
    grounds nothing.

    What is not found as it stands is looked for without the notes of those who quote: [sic], [12],
    emphasis.
    """
    found = _find_as_written(quote, texts, claim)
    if (
        isinstance(found, Fallen)
        and found.reason == "quote-not-found"
        and (bare := without_notes(quote)) != quote
    ):
        return _find_as_written(bare, texts, claim)
    return found


def without_notes(quote: str) -> str:
    """A quote without what is put into quotes: marks of notes and references ([12], a raised or a
    loose figure behind a word), `[sic]`, emphasis and who added it, Markdown's `>` and a reference
    at the end."""
    if not (_NOTE_SIGN.search(quote) or ("(" in quote and _BRACKETED_NOTE.search(quote))):
        return quote
    for pattern, kept in _NOTES:
        quote = pattern.sub(kept, quote)
    return quote


def _find_as_written(
    quote: str, texts: Sequence[tuple[str, str]], claim: str | None
) -> Place | Fallen:
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
    return Fallen(
        "quote-not-found", f"it does not stand in the {' or the '.join(name for name, _ in texts)}"
    )


def _place(pieces: Sequence[str], texts: Sequence[tuple[str, str]]) -> Place | None:
    wanted = [folded(piece) for piece in pieces]
    for name, text in texts:
        if (at := _find(canonical(text), wanted)) is not None:
            return Place(name, text, canonical, at)
    letters = [_letters(piece) for piece in wanted]
    near = [(name, text) for name, text in texts if _holds(_letters(canonical(text)), letters)]
    if not near:
        return None  # nearly always, and at once: no other form has other letters
    parting = [(name, text) for name, text in near if has_parting_dash(text)]
    broken = [parted(piece) for piece in pieces]
    for name, text in parting:
        if (at := _find(spaced(text), broken)) is not None:
            return Place(name, text, spaced, at)
    for form, sought, those in ((canonical, wanted, near), (spaced, broken, parting)):
        for name, text in those:
            if (at := _find_squeezed(form(text), sought)) is not None:
                return Place(name, text, form, at)
    return None


def _letters(text: str) -> str:
    """A text without what its forms differ by."""
    for sign in " ~-/":
        if sign in text:
            text = text.replace(sign, "")
    return text


def _holds(text: str, pieces: Sequence[str]) -> bool:
    return all(piece in text for piece in pieces)


def pieces_of(shown: str) -> list[str]:
    """The pieces between the gaps of a plain quote, without the marks around it and the stop at its
    end."""
    parts = _GAP.split(shown) if ".." in shown or ". ." in shown else [shown]
    return [piece for part in parts if (piece := trimmed(part))]


def trimmed(piece: str) -> str:
    """Without quotation marks around it and punctuation behind it: quoting styles differ there."""
    return _LEADING.sub("", piece.rstrip(" .,;:!?\"'`-"))


def long_enough(piece: str) -> bool:
    return len(piece.split()) >= LEAST_WORDS and len(piece) >= LEAST_CHARACTERS


def _find(text: str, pieces: Sequence[str]) -> int | None:
    """Where the first piece begins, if all stand in `text` in order; the earliest places decide, so
    none is missed."""
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


def _find_squeezed(text: str, pieces: Sequence[str]) -> int | None:
    """As `_find`, whatever spaces between letters are lost or added: text that is copied from a PDF
    lacks some behind commas and ligatures, and has others within words."""
    tight = squeezed(text)
    first, end = None, 0
    for piece in map(squeezed, pieces):
        at = tight.find(piece, end)
        if at < 0:
            return None
        end = at + len(piece)
        begins, ends = place_unsqueezed(text, at), place_unsqueezed(text, end - 1) + 1
        if not (_begins(text, begins) and _ends(text, ends)):
            return None
        first = begins if first is None else first
    return first


def _begins(text: str, at: int) -> bool:
    """Whether a word or number begins at `at`, with its sign and currency."""
    before, first = text[at - 1 : at], text[at]
    if before.isalnum() or before == "_":
        return not (first.isalnum() or first in "_'")
    if first.isdigit():
        figure = text[
            at - 2 : at - 1
        ].isdigit()  # one before it: 10,000 and 10 000 and 1/2 are one number
        if before == " ":
            return not (figure and _THOUSANDS.match(text, at))
        return not before or before in "([{\"'=:;" or (before in ",/" and not figure)
    return before != "'" or not text[at - 2 : at - 1].isalpha()


def _ends(text: str, end: int) -> bool:
    """Whether a word or number ends before `end`, with its unit."""
    last, after, next_one = text[end - 1], text[end : end + 1], text[end + 1 : end + 2]
    if after.isalnum() or after == "_":
        return not (last.isalnum() or last == "_")
    if last.isdigit() and (
        after in tuple("%‰°^_-x€£/") or (after in (".", ",") and next_one.isdigit())
    ):
        return False
    if last.isdigit() and after == " " and _THOUSANDS.match(text, end + 1):
        return False
    return after != "'" or not next_one.isalpha()


_THOUSANDS = re.compile(r"\d{3}(?!\d)")
_LEADING = re.compile(r"^[ \"'`]*(?:-+ )?[ \"'`]*")
_GAP = re.compile(r"\[ ?\.{3} ?\]|\( ?\.{3} ?\)|\[?\. ?\. ?\.(?: ?\.)?\]?")
_RAISED = r"(?:[\u00b9\u00b2\u00b3\u2070\u2074-\u2079]{1,3}|<sup>\d{1,3}</sup>)"
_PAGE = r"p{1,2}\. ?\d[\d\u2013-]{0,8}"
_NOTE_SIGN = re.compile(
    "[\\[*_`<>\u00b9\u00b2\u00b3\u2070\u2074-\u2079]|(?<=[.,)\"'\u201d\u2019])\\d"
)
_BRACKETED_NOTE = re.compile(
    r"\((?:sic|!|our|my|emph|ital|bold|p|[^()]{1,70}(?:19|20)\d\d)", re.IGNORECASE
)
_NOTES = tuple(
    (re.compile(pattern, re.IGNORECASE), kept)
    for pattern, kept in (
        (r"\s?[\[(](?:sic!?|!)[\])]", ""),
        (
            r"\s?[\[(](?:(?:our|my) )?(?:emphas[ie]s|italics|bold)(?: (?:is|was))?"
            r"(?: (?:added|mine|ours|theirs|in (?:the )?original))?[\])]",
            "",
        ),
        (r"\s?\[\d{1,3}(?:\s?[,;\u2013-]\s?\d{1,3}){0,9}\]", ""),
        (rf"(?<=[a-z]{{3}}){_RAISED}", ""),
        (
            r"(?:(?<=[a-z]{3}[.,)\"'\u201d\u2019])|(?<=[a-z)\]][)\]\"'\u201d\u2019][.,])|(?<=\)[.,]))"
            rf"(?<!fig\.)(?<!sec\.)(?<!ref\.)(?<!tab\.)(?<!vol\.)(?<!ver\.)(?:{_RAISED}|\d{{1,2}})(?=\s|$)",
            "",
        ),
        (
            r"\s?\([^\W\d_][\w'\u2019-]{1,30}(?:,? (?:et al\.?|(?:and|&) [\w'\u2019-]{2,30}))?,? "
            r"(?:19|20)\d\d[a-z]?"
            rf"(?:, {_PAGE})?\)",
            "",
        ),
        (rf"\s?\({_PAGE}\)(?=[.\"'\u201d\u2019]*\s*$)", ""),
        (r"</?(?:em|i|b|strong|u|mark)>", ""),
        (r"(?<!\w)(\*{1,3}|_{1,2}|`)(?=\w)([^*_`]{1,200})(?<=\w)\1(?!\w)", r"\2"),
        (r"^\s*>\s?(?=[^\W\d_])|\n\s*>\s?", " "),
    )
)
"""What those who quote put into quotes, and what stays of it. A figure behind `Fig.` is no note's.
"""
