"""Lists of authors as reference styles write them, read from a place in a text onwards.

    J. Smith, A. B. Doe, and C. van der Lee | Smith, J., & Doe, A. | Smith J, Doe AB | Smith, John,
    and Alice Doe
    John Smith and Alice Doe | Smith et al. | Smith and Doe

Every pattern is bounded, so that time is linear in the number of names.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

MOST = 400
"""Names in a list; the longest author lists of reference lists are cut with "et al." long before.
"""


@dataclass(frozen=True, slots=True)
class Names:
    """Names as they are written, and where in the text the list ends."""

    names: tuple[str, ...]
    count: int
    end: int
    etal: bool
    """It ends with "et al." or the like."""
    initials: bool
    """It has initials, as titles seldom do."""
    several: bool
    """It has more than one full name."""

    @property
    def sure(self) -> bool:
        """Whether this is a list of authors for its form alone; else it could be the words of a
        title."""
        return self.initials or self.etal or self.several

    @property
    def people(self) -> bool:
        """Whether it could not even be a title: three names or initials, and no word of titles."""
        if _WORDS.search(" ".join(self.names)):
            return False
        return self.etal or self.count > 2 or (self.initials and self.count > 1)


def read_names(text: str, start: int, stop: int) -> Names | None:
    """The list of names that begins at `start` and ends not after `stop`."""
    if listed := _WITH_ANDS.match(text, start, stop):
        names = [" ".join(name.split()) for name in _AND.split(listed[0])]
        return Names(tuple(names), len(names), listed.end(), False, False, True)
    names, at, style, closed = list[str](), start, "", False
    end = start
    while len(names) < MOST and (found := _name(text, at, stop, style, closed)):
        name, end, kind = found
        style = style or kind
        names.append(name)
        if closed or (gap := _BETWEEN.match(text, end, stop)) is None:
            break
        closed, at = gap["and"] is not None, gap.end()
        if ";" in gap[0]:
            style = "apart"
    if not names:
        return None
    if style == "inverted":
        names = _inverted(names)
    if etal := _ET_AL.match(text, end, stop):
        end = etal.end()
    short = [name for name in names if " " not in name]
    few = len(short) <= len(names) / 4  # Mausam, amid others
    torn = (
        style == "given" and not etal and 0 < len(short) < len(names)
    )  # Márquez, Gabriel: one name or two
    bare = len(names) == 1 and _BARE_INITIALS.search(names[0])  # Acoustic BPE, Building A
    initials = any(_HAS_INITIALS.search(name) for name in names) and not bare
    return Names(
        names=() if torn else tuple(names),
        count=len(names),
        end=end,
        etal=etal is not None,
        initials=initials,
        several=len(names) > 1 and few,
    )


def split_names(text: str) -> tuple[str, ...]:
    """The names of a text that is nothing but a list of authors, without "et al."."""
    if ";" in text:
        return names_of(_APART.split(text))
    parts = _AND.split(text)
    pieces = [name for part in parts for name in _COMMA.split(part) if name]
    if len({part.count(",") for part in parts}) > 1 and all(
        _SURNAME.fullmatch(name) for name in pieces
    ):
        return tuple(pieces)  # Smith, Doe and Roe
    return names_of(parts)


def names_of(parts: Sequence[str]) -> tuple[str, ...]:
    """The names of a list of authors whose parts are given: one name each, `Smith, John` too, or
    several with commas between them, as in `A. Smith, B. Doe and C. Roe`."""
    parts = [bare for part in parts if (bare := _OPEN_END.sub("", part).strip(" ,"))]
    commas = [part.count(",") for part in parts]
    most = max(commas, default=0)
    inverted = len(parts) > 1 and set(commas) == {1}  # Smith, John and Doe, Jane
    if (
        most == 0
        or inverted
        or (most == 1 and not any(_TWO_NAMES.fullmatch(part) for part in parts))
    ):
        return tuple(parts)
    text = " and ".join(parts)
    listed = read_names(text, 0, len(text))
    if listed and listed.names and listed.end == len(text):
        return listed.names
    if any(_JUNIOR_BETWEEN.search(part) for part in parts):
        return tuple(parts)
    return tuple(name for part in parts for name in _COMMA.split(part) if name)


def _name(text: str, at: int, stop: int, style: str, closed: bool) -> tuple[str, int, str] | None:
    """The name at a place, where it ends, and its style; later names of a list are in the style of
    the first, save that what stands behind "and" (`closed`) is a name in any case, and a single one
    between two with initials too."""
    for kind in _STYLES[style]:
        match = _FORMS[kind].match(text, at, stop)
        if match and not _NO_NAME.search(match[0]) and _ENDS.match(text, match.end(), stop):
            initials = _HAS_INITIALS.match(match[0]) is not None
            if (
                style in ("initials", "last")
                and kind == "given"
                and not (initials or closed or _SINGLE.match(text, at, stop))
            ):
                return None  # J. Smith, A. Doe, Title of the Paper
            kind = (
                "initials"
                if kind == "given" and _ONLY_INITIALS.fullmatch(match[0])
                else kind.removeprefix("first of ")
            )
            return " ".join(match[0].split()), match.end(), kind
    return None


def _inverted(names: list[str]) -> list[str]:
    """`Smith, John` and others in their usual order; but `Smith, Doe` and `Lee` are three
    surnames."""
    if len(names) > 1 and all(" " not in name for name in names[1:]) and names[0].count(" ") == 1:
        return [*names[0].split(", "), *names[1:]]
    return names


_UPPER = f"[{''.join(c for c in map(chr, range(0x41, 0x2000)) if c.isupper())}]"
_LETTER = r"[^\W\d_]"
_WORD = rf"(?:[dDlL]['\u2019]|[aAeE]l-)?{_UPPER}{_LETTER}*(?:['\u2019\u2018`-]{_LETTER}+)*"
_PARTICLE = (
    r"(?:de|del|della|der|den|di|da|do|dos|das|du|la|le"
    r"|van|von|zu|zur|ter|ten|te|bin|ibn|al|el|af|av|im|vom|y)"
)
_INITIAL = rf"(?:{_UPPER}|Ch|Th|St|Md|Mohd|Mst|Most|Ll)\."
_INITIALS = rf"{_INITIAL}(?:\s?-?{_INITIAL}|\s[dvlz]\.){{0,4}}+"
PERSON = rf"(?:{_PARTICLE}\s){{0,3}}{_WORD}"
"""A surname, with its particles."""
_LAST = rf"{PERSON}(?:\s(?:{_PARTICLE}\s){{0,2}}{_WORD}){{0,2}}"
_JUNIOR = r"(?:,?\s(?:Jr|Sr)\b\.?|\s(?:II|III|IV)\b)?"
_LAST_FIRST = rf"{_LAST}{_JUNIOR},\s(?:{_INITIALS}|{_UPPER}{{1,3}}(?![\w.'\u2019-]))"
_LAST_BARE = rf"{_LAST}\s(?:{_INITIALS}|{_UPPER}{{1,3}}(?![\w'\u2019-]))(?:\s(?:Jr|Sr|2nd|3rd))?"
_NO_MORE = rf"(?!\.?\s{_LAST}(?:[,.;(*\u2020\u2021\u00a7]|\s(?:and|et|und|y)\s|\s?&))"
_FORMS = {
    # Smith, J. A.  but not the beginning of: John Smith, A. Doe, and ...
    "first of last": re.compile(_LAST_FIRST + _NO_MORE),
    "last": re.compile(_LAST_FIRST),
    # Smith JA      but not the beginning of: John A. Smith, ...
    "first of vancouver": re.compile(_LAST_BARE + _NO_MORE),
    "vancouver": re.compile(_LAST_BARE),
    "inverted": re.compile(rf"{PERSON},\s{_WORD}(?:\s(?:{_INITIALS}|{_WORD})){{0,2}}"),
    "given": re.compile(
        rf"(?:{_INITIAL}|{_PARTICLE}\s{_WORD}|{_WORD})(?:\s?-?{_INITIAL}|\s(?:{_PARTICLE}|[dvlz]\.)(?=\s)|\s{_WORD}){{0,5}}"
        rf"(?<![.\s]){_JUNIOR}"
    ),
    "small last": re.compile(rf"{_LETTER}{{2,15}},\s{_INITIALS}"),  # wu, Z.
    "small": re.compile(rf"{_LETTER}{{2,12}}\s{_WORD}(?=,|\sand\s)"),  # xiaopeng Wu, amid others
}
_SINGLE = re.compile(rf"{_WORD},\s(?:and\s|&\s)?(?:{_INITIALS}\s{_WORD}|{PERSON},\s{_INITIAL})")
_STYLES = {
    "": ("first of last", "first of vancouver", "inverted", "given"),
    "last": ("last", "given", "small last"),
    "vancouver": ("vancouver",),
    "inverted": ("given",),
    "apart": ("last", "inverted", "given"),
    "given": ("given", "small"),
    "initials": ("given",),
}
_ONLY_INITIALS = re.compile(rf"{_INITIALS}\s?{PERSON}")  # J. Smith, unlike J. Zico Smith
_HAS_INITIALS = re.compile(rf"(?:^|[\s.-]){_UPPER}\.|,\s{_UPPER}{{1,3}}$|\s{_UPPER}{{1,3}}$")
_BARE_INITIALS = re.compile(rf"\s{_UPPER}{{1,3}}$")
_WORDS = re.compile(
    r"\b(?:[Nn]ot|[Yy]et|[Cc]an|[Dd]o|[Jj]ust|[Tt]heir|[Ii]ts|[Oo]wn|[Ww]hether|[Ii]s|[Bb]e|[Bb]eyond|[Tt]he"
    r"|[Mm]ore|[Ll]ess|[Ii]n|[Oo]n|[Tt]o|[Nn]eeds?|[Ll]LMs?|LLMs?|[Aa]gents?|[Aa]gentic)\b"
)
_MARKS = r"[*\u2020\u2021\u00a7\u00b6\u2217]{0,3}"
_BETWEEN = re.compile(
    rf"{_MARKS}\s?(?:,?\s(?P<and>and|AND|&|und|y|et)\s(?!al\b|others\b|colleagues\b)|,\s?&\s"
    r"|,\s?(?:\.\s?\.\s?\.|\u2026),?\s|;\s|,\s(?!(?:and\s)?[*_]?(?:et\s?al\b|others\b)))"
)
_ET_AL = re.compile(
    rf"{_MARKS}[,.]?\s[*_]?(?:et\s?al\b\.?|(?:and|&)\s(?:others|colleagues|co-?workers)\b|[Oo]thers\b)\.?[*_]?"
)
_ENDS = re.compile(rf"{_MARKS}(?:[\s,.;:()\[\]\"\u201c\u2019'|\u2013\u2014-]|$)")
# Words that begin prose or stand in titles, and are nobody's name.
_NO_NAME = re.compile(
    r"\b(?:Learning|Networks?|Models?|Language|Neural|Towards?|Using|Analysis|Systems?|Survey|Reasoning|Attention"
    r"|Transformers?|Generation|Detection|Recognition|Approach|Methods?|Training|Reinforcement|Vision|With|For|Of|From"
    r"|Via|How|What|Why|Are|Our|This|These|That|Work|Works|Related|Results?|Introduction|Conclusions?|Abstract"
    r"|Background|Discussion|Summary|Note|(?<!\.\s)See(?!,)|Following|Recently|However|Figure|Table|Section|Appendix|References"
    r"|Proceedings|Conference|Journal|Preprint|Report|Paper|arXiv|ArXiv|We|It|They|As|But|Both|Also|Like|Unlike|After"
    r"|Before|By|University|Universit\u00e9|Institute|Laborator(?:y|ies)|Corporation|Reviewed|Accepted|Thanks|Comment|Commentary|Read|Download|Code|Dataset|Data)(?![\w-])"
)
_WITH_ANDS = re.compile(  # Smith, John and Doe, Alice, as BibTeX has it
    rf"{PERSON},\s{_WORD}(?:\s(?:{_INITIALS}|{_WORD})){{0,2}}"
    rf"(?:\s+and\s+{PERSON},\s{_WORD}(?:\s(?:{_INITIALS}|{_WORD})){{0,2}}){{1,{MOST}}}"
    r"(?=[\s.*_)\]]*(?:$|\n|\.\s|\sarxiv))",
)
_SURNAME = re.compile(r"[^\W\d_][\w'\u2019-]{2,}")
_AND = re.compile(r"\s*,?\s+(?:and|&)\s+", re.IGNORECASE)
_APART = re.compile(r"\s*;\s*(?:(?:and|&)\s+)?", re.IGNORECASE)
_COMMA = re.compile(
    rf"\s*,\s*(?!{_INITIALS}\s*(?:,|$)|$)"
)  # but not between a surname and its initials
_OPEN_END = re.compile(
    r"(?:^|[\s,]+)(?:and\s+|&\s*)?(?:et\.?\s*al\b\.?|others\b\.?|\.\.\.|\u2026)\s*$", re.IGNORECASE
)
_WHOLE_NAME = r"(?:[^\W\d_][\w'\u2019]*\.?[\s-]){1,4}[^\W\d_][\w'\u2019]+"
_SHORT_NAME = rf"{PERSON} (?:{_UPPER}{{1,3}}|{_INITIALS})"
_TWO_NAMES = re.compile(rf"{_WHOLE_NAME}, ?{_WHOLE_NAME}|{_SHORT_NAME}, ?{_SHORT_NAME}")
_JUNIOR_BETWEEN = re.compile(r",\s*(?:Jr|Sr|II|III|IV)\b\.?\s*,")
