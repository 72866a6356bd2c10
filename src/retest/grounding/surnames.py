"""Citations by author and year in prose: "Smith et al. (2024)", "(Smith and Lee, 2023)", "Smith &
Lee 2024b".

A name with "et al." is one, with a year or without; two or more surnames with a year are; a single
surname is one only as "(Smith, 2024)", since "Chinchilla (2022)" is as likely a model. All windows
are bounded: time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from retest.domain.paper import Paper
from retest.text.form import title_words


@dataclass(frozen=True, slots=True)
class Named:
    """A citation as written, the surnames in it (the first author's first), and the year if one is
    given."""

    cited: str
    names: tuple[str, ...]
    year: int | None

    def fits(self, paper: Paper) -> bool:
        """Whether `paper` has this first author, these others, and this year as its v1's or the one
        after, in which it may have been printed. A paper whose authors are not known fits nothing.
        """
        if not paper.authors or self.year not in (
            None,
            paper.published.year,
            paper.published.year + 1,
        ):
            return False
        first, *others = (set(title_words(name)) for name in self.names)
        everyone = {word for author in paper.authors for word in title_words(author)}
        return (
            bool(first)
            and first <= set(title_words(paper.authors[0]))
            and all(o <= everyone for o in others)
        )


def find_names(text: str) -> Iterator[Named]:
    """Every citation by author in `text`."""
    for match in _ET_AL.finditer(text):
        if before := _LAST.search(text, max(0, match.start() - WINDOW), match.start()):
            after = _YEAR_BEHIND.match(text, match.end())
            cited = _whole(text, before.start(), after.end() if after else match.end())
            yield Named(cited, (before["name"],), int(after["year"]) if after else None)
    for match in _YEAR.finditer(text):
        start = max(0, match.start() - WINDOW)
        if pair := _SEVERAL.search(text, start, match.start()):
            names = _surnames([*_NAMES.findall(pair["names"]), pair["last"]])
        elif alone := _ALONE.search(text, start, match.start()):
            pair, names = (
                alone,
                _surnames([alone["name"]]) if _CLOSES.match(text, match.end()) else (),
            )
        else:
            continue
        if names and (len(names) > 1 or pair.re is _ALONE):
            cited = _whole(text, text.index(names[0], pair.start()), match.end())
            yield Named(cited, names, int(match["year"]))


def _whole(text: str, start: int, end: int) -> str:
    """What is cited, with the bracket that closes one in it."""
    cited, following = text[start:end], text[end : end + 1]
    return (
        cited + following
        if (following == ")" and "(" in cited) or (following == "]" and "[" in cited)
        else cited
    )


def _surnames(names: list[str]) -> tuple[str, ...]:
    """The surnames at the end of a list: none if the last word is no surname."""
    kept: list[str] = []
    for name in reversed(names):
        if not _is_surname(name):
            break
        kept.insert(0, name)
    return tuple(kept)


def _is_surname(name: str) -> bool:
    """A capital and small letters in each part, and no word that dates, places or numbers
    something."""
    parts = _PREFIX.sub("", name).replace("\u2019", "-").replace("'", "-").split("-")
    return (
        name[0].isupper()
        and all(not p[1:] or p[1:].islower() for p in parts)
        and name.casefold() not in _NO_NAMES
    )


WINDOW = 160
"""Characters before a year in which a list of names is looked for."""
_NAME = r"[^\W\d_]{1,30}(?:['\u2019-][^\W\d_]{1,30}){0,3}"
_INITIALS = r"(?:[A-Z]\. ?){0,3}"
_MARKUP = r"[*_]{0,3}"
_NAMES = re.compile(rf"(?<![^\W_]){_NAME}(?![^\W_]|\.)")
_LAST = re.compile(rf"(?<![^\W_])(?P<name>{_NAME}){_MARKUP},?[ *_]{{0,3}}\Z")
_ET_AL = re.compile(
    r"\bet\.?[ *_]{1,3}al(?:ii|ia)?\b\.?|(?:\band\b|&) (?:colleagues|co-?workers|collaborators)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<![\w.-])(?P<year>(?:19|20)\d\d)[a-z]?\b(?!\.?\d|-)", re.ASCII)
_YEAR_BEHIND = re.compile(
    rf"(?:['\u2019]s)?{_MARKUP}[,.;]?{_MARKUP} ?[(\[]?(?P<year>(?:19|20)\d\d)[a-z]?\b(?!\.?\d)"
)
_SEVERAL = re.compile(
    rf"(?<![^\W_])(?P<names>{_NAME}(?:, {_INITIALS}{_NAME}){{0,5}}),? (?:and|&) "
    rf"{_INITIALS}(?P<last>{_NAME})"
    rf"{_MARKUP}(?:['\u2019]s)?,? ?[(\[]?\Z"
)
_ALONE = re.compile(
    rf"[(\[;] ?(?:see,? |e\.g\.,? |cf\. ){{0,2}}{_INITIALS}(?P<name>{_NAME}){_MARKUP}, ?\Z"
)
_CLOSES = re.compile(r" ?[)\];,]")
_PREFIX = re.compile(r"^(?:Mc|Mac|De|Di|Du|La|Le|Van|Von)(?=[A-Z])")
_NO_NAMES = frozenset(
    {
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
        "jan",
        "feb",
        "mar",
        "apr",
        "jun",
        "jul",
        "aug",
        "sep",
        "sept",
        "oct",
        "nov",
        "dec",
        "spring",
        "summer",
        "autumn",
        "fall",
        "winter",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "table",
        "tables",
        "figure",
        "figures",
        "fig",
        "section",
        "sections",
        "appendix",
        "chapter",
        "part",
        "equation",
        "algorithm",
        "in",
        "by",
        "since",
        "until",
        "from",
        "between",
        "early",
        "late",
        "version",
    }
)
