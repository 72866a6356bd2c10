"""Rung 5 for quotes that people or other tools bring: does a text hold it, word for word?

Equal up to form (form.py) and never fuzzy. A quote begins and ends with a word: not inside one, not
inside a number, and not between a number and its sign or unit. `...` may stand for a gap if the
pieces occur in order in one text, one of them is long enough by itself, and each has two words.
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
"""A shorter quote grounds nothing, nor does one with gaps that has no piece so long
(docs/grounding.md, rung 5)."""
LEAST_PIECE = 2
"""Words of each piece of a quote with gaps: one word stands in many texts."""


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
    if not any(long_enough(piece) for piece in pieces):
        what = "it" if len(pieces) == 1 else "each of its pieces"
        least = f"{LEAST_WORDS} words or {LEAST_CHARACTERS} characters"
        return Fallen("quote-too-short", f"{what} has fewer than {least}")
    for piece in pieces:
        if len(piece.split()) < LEAST_PIECE:
            found = f"its piece {piece[:40]!r} has fewer than {LEAST_PIECE} words"
            return Fallen("quote-too-short", found)
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
        while at >= 0 and not (_parts(text, at) and _parts(text, at + len(piece))):
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
        if not (_parts(text, begins) and _parts(text, ends)):
            return None
        first = begins if first is None else first
    return first


def _parts(text: str, at: int) -> bool:
    """Whether a text may be cut before the character at `at`: not inside a word, nor inside a
    number with its sign, currency, power, unit and whatever else is written at it."""
    before, behind = text[at - 1 : at], text[at : at + 1]
    if not before or not behind:
        return True
    if (before.isalnum() or before == "_") and (behind.isalnum() or behind == "_"):
        return False
    if before == "'" and behind.isalnum() and text[at - 2 : at - 1].isalpha():
        return False  # model's
    if behind == "'" and before.isalnum() and text[at + 1 : at + 2].isalpha():
        return False
    if before in _OPERATORS and behind in _OPERATORS:
        return False  # 10^-3, <=
    return _ends_number(text, at) and _begins_number(text, at)


def _ends_number(text: str, at: int) -> bool:
    """Whether no number that ends before `at` goes on behind it."""
    before, behind, beyond = text[at - 1], text[at], text[at + 1 : at + 2]
    if before in "%\u2030\xb0":
        return behind not in "-~/\xb1^" and not (before == "\xb0" and behind.isalpha())
    if behind == "/" and beyond.isalnum() and _MEASURED.search(text, max(at - 40, 0), at):
        return False  # km/h
    if not before.isdigit():
        return True
    if behind == " ":
        return not _MORE_OF_NUMBER.match(text, at + 1)
    return behind in _BEHIND_NUMBER or (behind in ".,:" and not beyond.isdigit())


def _begins_number(text: str, at: int) -> bool:
    """Whether no number that begins at `at` has begun before it."""
    before, first, earlier = text[at - 1], text[at], text[at - 2 : at - 1]
    if not (first.isdigit() or (first == "." and text[at + 1 : at + 2].isdigit())):
        return True
    if before == " ":
        thousands = earlier.isdigit() and _THOUSANDS.match(text, at)
        power = text.startswith("10^", at) and _TIMES.search(text, max(at - 4, 0), at)
        return not (thousands or power or _LESS_OF_NUMBER.search(text, max(at - 8, 0), at))
    if before == "=":
        return earlier not in tuple(_OPERATORS)
    return before in _BEFORE_NUMBER or (before in ",/:" and not earlier.isdigit())


_BEHIND_NUMBER, _BEFORE_NUMBER = " )]}'\"!?;*|", "([{\"';"
"""What may stand beside a number without being a part of it."""
_OPERATORS = "<>=!~^_+-\xb1"
_THOUSANDS = re.compile(r"\d{3}(?!\d)")
_MEASURE = (
    r"percent|per cent|percentage|points?|pp|times|fold|thousand|million|billion|trillion"
    r"|orders? of|degrees?|[kmbt]|[kmg]?hz|[kmgt]?ev|[kmgt]i?b"
    r"|[kcmn\u03bc]?m|k?g|mg|[mn\u03bc]?s|k?wh?"
    r"|mw|(?:milli|micro|nano)?seconds?|minutes?|hours?|days?|weeks?|months?|years?"
    r"|usd|eur|gbp|dollars?|euros?|pounds?|cents?"
)
"""Units and magnitudes that stand behind a number and a space, in small letters."""
_MORE_OF_NUMBER = re.compile(
    rf"\d{{3}}(?!\d)|[$\u20ac\xa3\xa5\xb0%]|x 10\^|(?:{_MEASURE})(?![^\W_])"
)
_LESS_OF_NUMBER = re.compile(r"(?:[$\u20ac\xa3\xa5\u20b9]|(?<!\w)(?:minus|usd|eur|gbp)) \Z")
_TIMES = re.compile(r"\d x \Z")
_MEASURED = re.compile(r"\d ?[^\W\d_]{1,12}\Z")
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
