"""Rung 3: does a cited title, and do cited authors, belong to this paper?

Titles are the same up to case, punctuation, accents, LaTeX, word breaks and articles; a part of a title that stands
before a colon, a dash or a bracket may stand for the whole, and one typing error is forgiven in a long word. Anything
else is another title: a changed word, number or negation, or a subtitle that the paper does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Literal

from rapidfuzz.distance import OSA

from retest.grounding.form import plain, title_words

if TYPE_CHECKING:
    from spellchecker import SpellChecker

Fit = Literal["whole", "part"]
LEAST_SUBTITLE = 4
"""Words that a subtitle must have in order to stand for the whole title."""
LEAST_CUT = 4
"""Words that a title which ends in `...` must have."""


def title_fits(cited: str, known: Iterable[str]) -> Fit | None:
    """How a cited title is one of the paper's: as a whole, as a part of it that is left standing, or not at all."""
    forms = _cited(cited)
    fits = [fit for title in known for words, cut in forms if words and (fit := _fits(words, cut, title))]
    return min(fits, key=("whole", "part").index, default=None)


def title_stands_in(text: str, known: Iterable[str]) -> bool:
    """Whether one of the paper's titles, of at least three words, stands in a text, such as a reference's."""
    squashed = "".join(title_words(text))
    return any(len(words := title_words(title)) >= 3 and "".join(words) in squashed for title in known)


def title_keys(titles: Iterable[str]) -> list[str]:
    """What titles and their parts are found by, whatever their form: their words without spaces."""
    texts = dict.fromkeys(text for title in titles for text in (title, *parts(title)))
    return list(dict.fromkeys(key for text in texts if (key := "".join(title_words(text)))))


@lru_cache(maxsize=8192)
def parts(title: str) -> tuple[str, ...]:
    """What may stand for a title: the beginnings that end at a colon, dash or bracket, then the subtitles."""
    shown = plain(title)
    cuts = list(_CUT.finditer(shown))
    heads = [shown[: cut.start()] for cut in cuts if shown[: cut.start()].strip()]
    tails = [shown[cut.end() :] for cut in cuts if cut[0].strip() not in ("(", "[")]
    long_tails = [tail for tail in tails if len(title_words(tail)) >= LEAST_SUBTITLE]
    return (*heads, *long_tails) or (shown,)


@lru_cache(maxsize=8192)
def _cited(cited: str) -> tuple[tuple[tuple[str, ...], bool], ...]:
    """The words of a cited title, as it is and without what reference lists put around it, and whether it ends in
    dots because it was cut short."""
    shown = plain(cited).strip()
    bare = _AFTER.sub("", _BEFORE.sub("", shown)).strip()
    return tuple((title_words(text), text.endswith("...")) for text in dict.fromkeys((shown, bare)))


def _fits(wanted: tuple[str, ...], cut: bool, title: str) -> Fit | None:
    words = title_words(title)
    if _same(wanted, words):
        return "whole"
    if cut and len(wanted) >= LEAST_CUT and _begins(words, wanted):
        return "part"
    if any(_same(wanted, title_words(part)) for part in parts(title)):
        return "part"
    return None


def _same(one: Sequence[str], other: Sequence[str]) -> bool:
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


def _content(words: Sequence[str]) -> list[str]:
    """Without articles, and in American spelling."""
    return [_BRITISH.sub(r"\1z\2", word) for word in words if word not in _ARTICLES]


def _typo(cited: str, known: str) -> bool:
    """Whether a cited word is the known one with a plural's s too much or too little, or with one slip of the finger:
    that gives a word that is none. One that English has is another word (causal, casual)."""
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


def authors_fit(cited: Sequence[str], known: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether cited authors are the paper's, and those who are not. Where either is unknown there is nothing to say.

    A list with one stranger among three may be another version's; with half of them strangers, or with several that are
    more than a third, it is another paper's.
    """
    names = [name for name in cited if _readings(name) and not _OTHERS.fullmatch(plain(name))]
    paper = [name for name in known if _readings(name)]
    if not names or not paper or any(_OTHERS.search(name) for name in paper):
        return True, []
    strangers = [" ".join(name.split()) for name in names if not any(_same_person(name, p) for p in paper)]
    share = len(strangers) / len(names)
    return not (share >= 1 / 2 or (len(strangers) > 1 and share > 1 / 3)), strangers


def _same_person(cited: str, known: str) -> bool:
    return any(_borne(one, other) for one in _readings(cited) for other in _readings(known))


def _borne(cited: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a name is the known one: a part of it is borne in full, nothing contradicts, and initials agree."""
    left = list(known)
    unmatched = []
    for name in (token for token in cited if len(token) > 1):
        if (hit := next((k for k in left if len(k) > 1 and _same_name(name, k)), None)) is not None:
            left.remove(hit)
        else:
            unmatched.append(name)
    if len(left) == len(known):
        return "".join(sorted("".join(cited))) == "".join(sorted("".join(known)))
    for name in list(unmatched):
        if (hit := next((k for k in left if len(k) == 1 and name.startswith(k)), None)) is not None:
            left.remove(hit)
            unmatched.remove(name)
    initials = [token for token in cited if len(token) == 1]
    if any(len(k) > 1 and k[0] not in initials for k in left) and unmatched:
        return False  # either has a name in full that the other has not
    matched = len(known) - len(left)
    if unmatched and matched < 2:
        return False
    return not initials or matched > 1 or not left or any(k[0] in initials for k in left)


def _same_name(one: str, other: str) -> bool:
    """Equal, or a slip apart where a name is long: short ones that differ in a letter are other people's."""
    if one == other:
        return True
    return min(len(one), len(other)) >= 6 and one[0] == other[0] and OSA.distance(one, other, score_cutoff=1) <= 1


@lru_cache(maxsize=65536)
def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The parts of a name in small letters, with a hyphen read as a space and as nothing. `JM` beside a name in small
    letters is two initials."""
    shown = plain(name)
    forms = (shown.replace("-", " "), shown.replace("-", "")) if "-" in shown else (shown,)
    return tuple(parts for form in forms if (parts := _parts(form)))


def _parts(name: str) -> tuple[str, ...]:
    found: list[str] = []
    for token in _NAME.findall(name):
        if token.isupper() and 1 < len(token) <= 3 and not name.isupper():
            found += token.lower()
        else:
            found += title_words(token)
    return tuple(token for token in found if token not in _NO_NAMES)


_BRITISH = re.compile(r"(\w{2,}[iy])s(e|ed|es|er|ers|ing|ation|ations|able)")
_OTHERS = re.compile(r"\s*(?:et\s+al\.?|others|and\s+others|\.\.\.)\s*", re.IGNORECASE)
_ARTICLES = frozenset({"a", "an", "the", "and"})
_NO_NAMES = frozenset({"jr", "sr", "ii", "iii", "iv", "dr", "prof", "team", "the"})
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+")
_CUT = re.compile(r": ?| -{1,3} |-{2,3}|[?!] (?=\S)| ?[(\[]|; |\. (?=[A-Z])|, (?=or )")
_BEFORE = re.compile(r"^\s*(?:\[?(?:arxiv:)?\d{4}\.\d{4,5}(?:v\d+)?\]?|\[[^\]]{1,12}\])[\s:,.-]*", re.IGNORECASE)
_AFTER = re.compile(
    r"[\s,.]*(?:\((?:19|20)\d\d[a-z]?\)|\[[a-z-]{2,12}\.[A-Z]{2}\]|[-|] arxiv|\(arxiv[^)]{0,30}\))\s*$", re.IGNORECASE
)
