"""Rung 3: are cited authors this paper's?

Names are the same up to order, initials, accents, nicknames and one slip in a long part. Each name
is compared only with those that share a part of it, or nearly so: time grows with the lists, and
not with their product.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from retest.text.form import plain, title_words

LONG_LIST, LONGER_LIST = 10, 20
"""Names of a list in which one may share no more than a surname with an author who is left out
(Eric Li for Yunxuan Li), and of one in which a name behind the first may be anybody's."""
LEAST_LIST = 3
"""Authors of a paper who, all cited, show that it is meant, however many others are: sources cut
long lists."""
LIKE = 0.6
"""Letters that two forms of a name have in common: Aleksandr and Alexander have two thirds."""
LONG_PART = 6
"""Letters of a part of a name in which one slip is forgiven."""
LONGEST_NAME = 120
"""Characters of a name that are looked at."""
NAMESAKES = 50
"""Names with a part in common that one name is compared with."""


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
    theirs = _Named(paper)
    strangers = [
        name for name in names if not any(_same_person(name, p) for p in theirs.near(name))
    ]
    ours = _Named(names if strangers else ())
    left_out = [p for p in paper if strangers and not any(_same_person(n, p) for n in ours.near(p))]
    long = len(names) >= LONG_LIST
    missing = _Named(left_out)
    put_in = [n for n in strangers if not any(_alike(n, p, long) for p in missing.near(n))]
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


class _Named:
    """Names by their parts."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_part: dict[str, dict[str, None]] = {}
        for name in names:
            for part in _sought(name):
                self._by_part.setdefault(part, {})[name] = None

    def near(self, name: str) -> Iterator[str]:
        """The names that may be this one; an equal one first."""
        found: dict[str, None] = {}
        for part in _sought(name):
            those = self._by_part.get(part, {})
            if name in those:
                yield name
            for other, _ in zip(those, range(NAMESAKES), strict=False):
                found[other] = None
        yield from found


def _sought(name: str) -> Iterator[str]:
    """What two names that may be the same have in common: a part, a long part but for one letter,
    or all their letters."""
    for reading in _readings(name):
        for part in (part for part in reading if len(part) > 1):
            yield part
            if len(part) >= LONG_PART:
                yield from (part[:at] + part[at + 1 :] for at in range(1, len(part)))
        yield "".join(sorted("".join(reading))) + "."


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
    if len(known) == 1 and known[0] in cited:
        return True  # one name alone, or a source that cut the other off
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
        min(len(one), len(other)) >= LONG_PART
        and one[0] == other[0]
        and OSA.distance(one, other, score_cutoff=1) <= 1
    )


@lru_cache(maxsize=65536)
def _readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The parts of a name in small letters, with a hyphen read as a space and as nothing, and with
    a given name that is short for another as it is and in full. `JM` beside a name in small letters
    is two initials, or a name (Zhi LI)."""
    shown = plain(name[:LONGEST_NAME])
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


_OTHERS = re.compile(r"\s*(?:et\s+al\.?|others|and\s+others|\.\.\.)\s*", re.IGNORECASE)
_NO_NAMES = frozenset({"jr", "sr", "ii", "iii", "iv", "dr", "prof", "team", "the"})
_GROUP = re.compile(
    r"(?i:\b(?:team|collaboration|consortium|group|labs?|research|institutes?|project|community|contributors|foundation"
    r"|universit\w{1,3}|college|academy|school|laborator(?:y|ies)|centers?|centres?|department|hospital|inc|corp(?:oration)?"
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
_INITIALS = re.compile(r"[^\W\d_aeiouy]{2,3}")  # Amor Rd, for Rocío del Amor
_NAME = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")  # dblp numbers homonyms: Li Li 0001
