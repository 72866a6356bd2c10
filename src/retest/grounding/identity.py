"""Rung 3: does a cited title, and do cited authors, belong to this paper?

Titles are the same up to case, punctuation, accents, LaTeX, word breaks and articles; a part of a
title that stands before a colon, a dash or a bracket may stand for the whole, and one typing error
is forgiven in a long word. Anything else is another title: a changed word, number or negation, or a
subtitle that the paper does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from rapidfuzz.distance import OSA

from retest.text.form import plain, title_words
from retest.text.titles import title_parts

if TYPE_CHECKING:
    from spellchecker import SpellChecker

Fit = Literal["whole", "part"]
LEAST_CUT = 4
"""Words that a title which ends in `...` must have."""


LONG_LIST, LONGER_LIST = 10, 20
"""Names of a list in which one may share no more than a surname with an author who is left out
(Eric Li for Yunxuan Li), and of one in which a name behind the first may be anybody's."""
LEAST_LIST = 3
"""Authors of a paper who, all cited, show that it is meant, however many others are: sources cut
long lists."""
LIKE = 0.6
"""Letters that two forms of a name have in common: Aleksandr and Alexander have two thirds."""


def title_fits(cited: str, known: Iterable[str]) -> Fit | None:
    """How a cited title is one of the paper's: as a whole, as a part of it that is left standing,
    or not at all."""
    forms = _cited(cited)
    fits = [
        fit
        for title in known
        for words, cut in forms
        if words and (fit := _fits(words, cut, title))
    ]
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


def authors_fit(cited: Sequence[str], known: Sequence[str]) -> tuple[bool, list[str]]:
    """Whether cited authors are the paper's, and those who are not. Where either is unknown there
    is nothing to say.

    With half of them strangers, or with several that are more than a third, the list is another
    paper's. Fewer may be another version's if they stand beside all of the paper's authors, or if
    each has almost the name of one who is left out; a stranger in an author's place is invented,
    save in lists so long that some name in them is wrong.
    """
    names = [
        name
        for name in cited
        if _readings(name) and not _OTHERS.fullmatch(plain(name)) and not _is_group(name)
    ]
    paper = [name for name in known if _readings(name)]
    if not names or not paper or any(_OTHERS.search(name) for name in paper):
        return True, []
    strangers = [name for name in names if not any(_same_person(name, p) for p in paper)]
    left_out = (
        [p for p in paper if not any(_same_person(name, p) for name in names)] if strangers else []
    )
    long = len(names) >= LONG_LIST
    put_in = [name for name in strangers if not any(_alike(name, p, long) for p in left_out)]
    share = len(strangers) / len(names)
    if not left_out and len(paper) >= LEAST_LIST:
        return True, [
            " ".join(name.split()) for name in strangers
        ]  # they are all there, and others of a longer list
    another = share >= 1 / 2 or (len(strangers) > 1 and share > 1 / 3)
    replaced = bool(left_out and put_in) and (
        put_in[0] == names[0] or len(put_in) > len(names) / LONGER_LIST
    )
    return not another and not replaced, [" ".join(name.split()) for name in strangers]


def _is_group(name: str) -> bool:
    """Whether a name is a group's or a company's, which may stand for any authors."""
    return bool(_GROUP.search(plain(name)))


def _same_person(cited: str, known: str) -> bool:
    return any(_borne(one, other) for one in _readings(cited) for other in _readings(known))


def _alike(cited: str, known: str, part: bool) -> bool:
    """Whether a stranger's name is almost an author's: a part of it, and of another part the
    beginning or most letters, as in nicknames, transliterations and misprints. With `part`, a part
    of it is enough."""
    for one in _readings(cited):
        for other in _readings(known):
            shared = {name for name in one if len(name) > 1 and name in other}
            rest = [
                (a, b)
                for a in one
                for b in other
                if a not in shared and b not in shared and a[0] == b[0]
            ]
            if part and shared:
                return True
            if shared and any(_almost(a, b) for a, b in rest):
                return True
    return False


def _almost(cited: str, known: str) -> bool:
    if _INITIALS.fullmatch(cited) or cited.startswith(known) or known.startswith(cited):
        return True
    return OSA.normalized_similarity(cited, known) >= LIKE


def _borne(cited: Sequence[str], known: Sequence[str]) -> bool:
    """Whether a name is the known one: a part of it is borne in full, nothing contradicts, and
    initials agree."""
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
    """Equal, or a slip apart where a name is long: short ones that differ in a letter are other
    people's."""
    if one == other:
        return True
    return (
        min(len(one), len(other)) >= 6
        and one[0] == other[0]
        and OSA.distance(one, other, score_cutoff=1) <= 1
    )


@lru_cache(maxsize=65536)
def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The parts of a name in small letters, with a hyphen read as a space and as nothing, and with
    a given name that is short for another as it is and in full. `JM` beside a name in small letters
    is two initials, or a name (Zhi LI)."""
    shown = plain(name)
    forms = (shown.replace("-", " "), shown.replace("-", "")) if "-" in shown else (shown,)
    readings = [
        parts for form in forms for tight in (True, False) if (parts := _parts(form, tight))
    ]
    return tuple(
        dict.fromkeys(
            [*readings, *(tuple(_IN_FULL.get(part, part) for part in one) for one in readings)]
        )
    )


def _parts(name: str, tight: bool) -> tuple[str, ...]:
    found: list[str] = []
    for token in _NAME.findall(name):
        if tight and token.isupper() and 1 < len(token) <= 3 and not name.isupper():
            found += token.lower()
        else:
            found += title_words(token)
    return tuple(token for token in found if token not in _NO_NAMES)


_BRITISH = re.compile(r"(\w{2,}[iy])s(e|ed|es|er|ers|ing|ation|ations|able)")
_OTHERS = re.compile(r"\s*(?:et\s+al\.?|others|and\s+others|\.\.\.)\s*", re.IGNORECASE)
_ARTICLES = frozenset({"a", "an", "the", "and"})
_NO_NAMES = frozenset({"jr", "sr", "ii", "iii", "iv", "dr", "prof", "team", "the"})
_GROUP = re.compile(
    r"(?i:\b(?:team|collaboration|consortium|group|labs?|research|institute|project|community|contributors|foundation"
    r"|open-?ai|deepseek(?:-ai)?|deepmind|google|microsoft|anthropic|nvidia|meta|mistral|huggingface|allenai)\b)|\bAI\b"
)
_IN_FULL = {
    "abby": "abigail",
    "alex": "alexander",
    "andy": "andrew",
    "ben": "benjamin",
    "bill": "william",
    "bob": "robert",
    "cathy": "catherine",
    "charlie": "charles",
    "chris": "christopher",
    "dan": "daniel",
    "danny": "daniel",
    "dave": "david",
    "ed": "edward",
    "fred": "frederick",
    "greg": "gregory",
    "jeff": "jeffrey",
    "jim": "james",
    "joe": "joseph",
    "jon": "jonathan",
    "josh": "joshua",
    "kate": "katherine",
    "ken": "kenneth",
    "liz": "elizabeth",
    "matt": "matthew",
    "max": "maximilian",
    "mike": "michael",
    "nate": "nathaniel",
    "nick": "nicholas",
    "pat": "patrick",
    "pete": "peter",
    "phil": "philip",
    "ray": "raymond",
    "rick": "richard",
    "rob": "robert",
    "ron": "ronald",
    "sam": "samuel",
    "steve": "steven",
    "stephen": "steven",
    "ted": "theodore",
    "tim": "timothy",
    "tom": "thomas",
    "tony": "anthony",
    "vicky": "victoria",
    "vince": "vincent",
    "will": "william",
    "zach": "zachary",
}
"""Given names as people are called by them, and in full."""
_RUN = re.compile(r"[^\W_]+")
_INITIALS = re.compile(r"[^\W\d_aeiouy]{2,3}")  # Amor Rd, for Rocío del Amor
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\d+")
_BEFORE = re.compile(
    r"^\s*(?:\[?(?:arxiv:)?\d{4}\.\d{4,5}(?:v\d+)?\]?|\[[^\]]{1,12}\])[\s:,.-]*", re.IGNORECASE
)
_AFTER = re.compile(
    r"[\s,.]*(?:\((?:19|20)\d\d[a-z]?\)|\[[a-z-]{2,12}\.[A-Z]{2}\]|[-|.] arxiv(?: "
    r"preprint)?|\(arxiv[^)]{0,30}\))\s*$",
    re.IGNORECASE,
)
