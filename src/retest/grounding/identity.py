"""Rung 3: does a cited title belong to this paper? (Its authors: people.py.)

Titles are the same up to case, punctuation, accents, LaTeX, word breaks, articles and Greek letters
that are spelled out; a part of a title that stands before a colon, a dash or a bracket may stand
for the whole, a nickname may be put before the whole and a colon, and one typing error is forgiven
in a long word. Anything else is another title: a changed word, number or negation, or a subtitle
that the paper does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from rapidfuzz.distance import OSA

from retest.text.form import plain, title_words
from retest.text.titles import LEAST_SUBTITLE, title_parts

if TYPE_CHECKING:
    from spellchecker import SpellChecker

Fit = Literal["whole", "part"]
LEAST_CUT = 4
"""Words that a title which ends in `...` must have."""
LONGEST_NICKNAME = 40
"""Characters of what people call a paper, with the colon behind."""


def title_fits(cited: str, known: Iterable[str]) -> Fit | None:
    """How a cited title is one of the paper's: as a whole, as a part of it that is left standing,
    or not at all."""
    forms = _cited(cited)
    named = _NICKNAME.match(plain(cited[:LONGEST_NICKNAME]))
    behind = title_words(cited[cited.index(":") + 1 :]) if named and ":" in cited else ()
    fits: list[Fit] = []
    for title in known:
        fits += [fit for words, cut in forms if words and (fit := _fits(words, cut, title))]
        if len(behind) >= LEAST_SUBTITLE and _same(behind, title_words(title)):
            fits.append("part")
    return min(fits, key=("whole", "part").index, default=None)


def title_stands_in(text: str, known: Iterable[str], apart: bool) -> bool:
    """Whether one of the paper's titles, of at least three words, stands in a text, such as a
    reference's. If it is to stand `apart`, something sets it off from the words before and behind
    it, so that it is no part of another title."""
    shown = plain(text)
    found = [
        (match.start(), match.end(), "".join(title_words(match[0])))
        for match in _RUN.finditer(shown)
    ]
    squashed = "".join(run for _, _, run in found)
    starts = {
        place: n for n, place in enumerate(accumulate((len(run) for _, _, run in found), initial=0))
    }
    for title in known:
        words = title_words(title)
        wanted = "".join(words)
        at = squashed.find(wanted) if len(words) >= 3 else -1
        while at >= 0:
            first, beyond = starts.get(at), starts.get(at + len(wanted))
            if first is not None and beyond is not None:
                before = shown[found[first - 1][1] : found[first][0]] if first else "."
                behind = (
                    shown[found[beyond - 1][1] : found[beyond][0]] if beyond < len(found) else "."
                )
                behind = behind.lstrip("?!") if title.rstrip().endswith(("?", "!")) else behind
                set_off = (
                    before.strip()
                    and behind.strip()
                    and not behind.lstrip(" )]}'?!").startswith(":")
                )
                if set_off or not apart:
                    return True
            at = squashed.find(wanted, at + 1)
    return False


@lru_cache(maxsize=8192)
def _cited(cited: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """The words of a cited title, as it is and without what reference lists put around it, and
    whether it ends in dots because it was cut short."""
    shown = plain(cited).strip()
    bare = _AFTER.sub("", _BEFORE.sub("", shown)).strip()
    return tuple((title_words(text), text.endswith("...")) for text in dict.fromkeys((shown, bare)))


def _fits(wanted: tuple[str, ...], cut: bool, title: str) -> Fit | None:
    words = title_words(title)
    if _same(wanted, words):
        return "whole"
    if cut and len(wanted) >= LEAST_CUT and _begins(words, wanted):
        return "part"
    if any(_same(wanted, title_words(part)) for part in title_parts(title)):
        return "part"
    return None


def _same(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    if "".join(one) == "".join(other):
        return True
    one, other = _content(one), _content(other)
    if not one or "".join(one) == "".join(other):
        return bool(one)
    if len(one) < 2 or len(one) != len(other):
        return False
    differing = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(differing) <= (2 if len(one) >= 10 else 1) and all(_typo(a, b) for a, b in differing)


def _begins(words: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether a title that was cut short, perhaps within a word, begins like this one."""
    return "".join(words).startswith("".join(wanted))


@lru_cache(maxsize=8192)
def _content(words: tuple[str, ...]) -> tuple[str, ...]:
    """Without articles, and in American spelling."""
    return tuple(_BRITISH.sub(r"\1z\2", word) for word in words if word not in _ARTICLES)


def _typo(cited: str, known: str) -> bool:
    """Whether a cited word is the known one with a plural's s too much or too little, or with one
    slip of the finger: that gives a word that is none. One that English has is another word
    (causal, casual)."""
    if not (cited.isalpha() and known.isalpha()):
        return False
    short, long = sorted((cited, known), key=len)
    if len(short) >= 3 and long == f"{short}s":
        return True
    if len(short) < 5 or cited[0] != known[0] or OSA.distance(cited, known, score_cutoff=1) != 1:
        return False
    return cited not in _english()


@cache
def _english() -> SpellChecker:
    from spellchecker import SpellChecker

    return SpellChecker(language="en", distance=1)


_BRITISH = re.compile(r"(\w{2,}[iy])s(e|ed|es|er|ers|ing|ation|ations|able)")
_ARTICLES = frozenset({"a", "an", "the", "and"})
_NICKNAME = re.compile(  # one word, of a kind that changes nothing about the paper: GPT-3: ...
    r"\s*[\"'(\[]?(?!(?:no|non|not|never|against|anti|beyond|without|with|re|rethinking|revisiting|reply|reassessing"
    r"|comments?|review|survey|correction|corrigendum|erratum|retraction|response|addendum|toward|towards"
    r"|on|why|how|what|when|is|are|do|does|can|part|version|vol|volume)\b)[^\W_][\w.+-]*\s?: ",
    re.IGNORECASE,
)
_RUN = re.compile(r"[^\W_]+")
_BEFORE = re.compile(
    r"^\s*(?:\[?(?:arxiv:)?\d{4}\.\d{4,5}(?:v\d+)?\]?|\[[^\]]{1,40}\])[\s:,.-]*", re.IGNORECASE
)
_AFTER = re.compile(
    r"[\s,.]*(?:\([^()]{0,30}(?:19|20)\d\d[a-z]?\)|\(@[^()]{1,80}\)|\[[a-z-]{2,12}\.[A-Z]{2}\]"
    r"|[-|.] arxiv(?: preprint)?|\(arxiv[^)]{0,30}\))\s*$",
    re.IGNORECASE,
)
