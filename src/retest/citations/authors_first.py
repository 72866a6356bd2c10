"""A reference that begins with its authors: J. Smith and A. Doe (2023). Title of the paper.
arXiv:2305.12345."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retest.citations.names import read_names
from retest.citations.titles import (
    clean,
    no_title,
    only_journal,
    only_labels,
    prose,
    title_end,
)

YEAR_FORM = r"(?:19|20)\d\d[a-z]?"
YEAR = re.compile(
    rf"[\s,.]*(?:[(\[](?:{YEAR_FORM}(?:,\s[A-Z][a-z]{{2,8}}\.?(?:\s\d{{1,2}})?)?|n\.d\.|in\spress)[)\]]"
    rf"|(?:(?<=[.,])|(?<=[.,]\s)){YEAR_FORM}(?!\w))"
)
"""The year behind a list of authors: `(2023)`, `(2023, May 12)`, `, 2023`, `. 2023`."""
ANY_YEAR = re.compile(rf"\b{YEAR_FORM}\b")
CLOSING = {
    '"': '"',
    "\u201c": "[\u201d\u201c]",
    "\u201e": "[\u201c\u201d]",
    "\u00ab": "\u00bb",
    "'": r"'(?!\w)",
    "\u2018": r"\u2019(?!\w)",
    "`": r"''|`",
}
"""What closes a quotation, by what opens it."""
_GAP = re.compile(
    r"[\s.,:;]*(?:[(\[](?:[\w-]+\s){1,5}(?:Collaboration|Team|Consortium)[)\]][\s.,:;]*)?(?:[-|\u2013\u2014]\s)?\s*"
)
_FRAME = ".,;:([<|\n\u2013\u2014-/"
_LABEL = re.compile(
    r"(?:arxiv\s(?:e-?)?preprints?|corr|preprint\sat|preprint\]?\.?|arxiv[.,])[\s.,:;(\[]*$",
    re.IGNORECASE,
)
_DATED = re.compile(
    rf"(?:v\d+)?[\s,.;]{{0,2}}(?:\[[\w.-]{{2,15}}\][\s,.;]{{0,2}})?\(?{YEAR_FORM}\)?\b"
)


@dataclass(frozen=True, slots=True)
class Reference:
    """What an entry says of a paper."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    sure: bool = True
    """Whether the form leaves no doubt that this is the cited title."""


def titled(title: str, authors: tuple[str, ...] = (), sure: bool = True) -> Reference | None:
    """A reference with this title, unless what stands in its place is something else."""
    if no_title(title):
        return None
    names = read_names(title, 0, len(title))
    if names and names.sure and only_labels(title[names.end :]):
        return Reference(None, names.names) if names.people else Reference(title, authors, False)
    return Reference(title, authors, sure)


def authors_first(
    text: str, begin: int, stop: int, end: int, marked: Sequence[tuple[int, int]]
) -> Reference | None:
    """The reference that begins at `begin`: authors, maybe a year, the title, then at most a venue
    and labels up to the id at `text[stop:end]`. None if there is no such reference; `marked` are
    the places that are emphasised."""
    names = read_names(text, begin, stop)
    if names is None:
        return None
    year = YEAR.match(text, names.end, stop)
    past = year.end() if year else names.end
    gap = _GAP.match(text, past, stop)
    at = gap.end() if gap else past
    if at >= stop or only_journal(text[at:stop]):
        return None
    between = text[names.end : at]
    in_list = listed(text, stop, end)
    if ":" in between:  # Smith, J., Doe, A.: Title, but also: Deep RL: A Survey
        known = (
            bool(year)
            or names.etal
            or (names.initials and (len(names.names) > 1 or "," in text[begin : names.end]))
        )
    else:
        known = bool(year) or names.sure or in_list
    authors = names.names if names.sure or year else ()
    if title := _in_quotes(text, at, stop):
        return titled(title, authors)
    emphasised = next(
        (b for a, b in marked if a == at and b <= stop and only_labels(text[b:stop])), None
    )
    if emphasised and known and (title := clean(text[at:emphasised])):
        return None if prose(title, lower=True) else titled(title, authors)
    title_stop = title_end(text, at, stop)
    title = clean(text[at:title_stop])
    stopped = "." in text[past:at]
    separated = (
        bool(year) or names.etal or text[names.end - 1] == "." or any(c in ".,:;" for c in between)
    )
    dated = bool(year) or bool(ANY_YEAR.search(text, title_stop, stop))
    known = known or (stopped and dated)
    if not (title and separated and known and (year or framed(text, title_stop, stop))):
        return None
    more = read_names(text, at, title_stop)
    if more and more.several and len(more.names) > 2 and more.end < title_stop:
        return None  # the list went on behind a name that is not understood
    if prose(title, lower=stopped, stopped=text.startswith(".", title_stop)):
        return None
    short = len(title.split()) < 3 and not (names.sure and (in_list or dated) and len(title) > 3)
    return None if short else titled(title, authors)


def _in_quotes(text: str, at: int, stop: int) -> str | None:
    """The title in quotation marks that begins at `at`, if nothing but a venue and labels follow up
    to `stop`."""
    if closing := CLOSING.get(text[at : at + 1]):
        ends = [match.start() + at + 1 for match in re.finditer(closing, text[at + 1 : stop])]
        fit = [end for end in ends if only_labels(text[end + 1 : stop])]
        return clean(text[at + 1 : fit[-1]]) if fit else None
    return None


def framed(text: str, stop: int, start: int, linked: bool = False) -> bool:
    """Whether something separates a title, which ends at `stop`, from the id at `start`, or that is
    an address or a link."""
    between = text[stop:start].lstrip(" ")
    if text[stop - 1 : stop] in ("?", "!"):
        return True
    return between[0] in _FRAME if between else linked or text.startswith("http", start)


def listed(text: str, start: int, end: int) -> bool:
    """Whether an id is written as in a list of references: "arXiv preprint" before it, or the year
    behind it."""
    return bool(_LABEL.search(text, max(start - 40, 0), start) or _DATED.match(text, end))
