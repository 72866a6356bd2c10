"""Title and authors of the paper that a mention of an id is about, where the form around it makes
clear what they are.

    J. Smith, A. Doe, and B. Lee. Title of the paper. arXiv preprint arXiv:2305.12345, 2023.
    authors first
    Smith, J., & Doe, A. (2023). Title of the paper. arXiv. https://arxiv.org/abs/2305.12345
    J. Smith et al., "Title of the paper," arXiv:2305.12345
    "Title of the Paper," J. Smith et al., arXiv:2305.12345
    title first
    [Title of the paper](https://arxiv.org/abs/2305.12345) - J. Smith et al.                      a
    link
    2305.12345: Title of the Paper                                                                id
    first

Running prose names ids too and says no title: "as shown in 2305.12345", "larger models plan better
(arXiv:2305.12345)". What could be either is taken for prose. Every text is bounded before it is
looked at (LONGEST), every pattern too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from retest.citations.authors_first import (
    ANY_YEAR,
    CLOSING,
    YEAR,
    YEAR_FORM,
    Reference,
    authors_first,
    framed,
    listed,
    titled,
)
from retest.citations.names import PERSON, Names, read_names
from retest.citations.titles import (
    asks,
    breaks,
    clean,
    like_title,
    only_labels,
    prose,
    quoted,
    says_something,
    title_end,
)

LONGEST = 1_500
"""Characters before and behind an id that are looked at; the longest references with a dozen
authors have 700."""


def read_reference(
    text: str, start: int, end: int, *, linked: bool = False, marked: Sequence[tuple[int, int]] = ()
) -> Reference:
    """What the entry `text` says of the paper that is mentioned at `text[start:end]`. The mention
    is an id or, if `linked`, the text of a link to one; `marked` are the places that are
    emphasised."""
    entry = _Entry.around(text, start, end, linked, marked)
    ways = (
        entry.title_opens,
        entry.authors_first,
        entry.title_marked,
        entry.title_first,
        entry.id_first,
        entry.authors_only,
    )
    for way in (entry.link, *ways) if linked else ways:
        if found := way():
            return found
    return Reference()


def begins(text: str) -> int:
    """Where an entry begins behind its list marker, date and the like."""
    lead = _LEAD.match(text)
    return lead.end() if lead else 0


def read_cell(text: str, marked: Sequence[tuple[int, int]], named_title: bool) -> Reference:
    """What a piece of a cell of a column of titles says: a title, a whole reference, or `Smith et
    al., 2023`. A piece that begins with something emphasised has that for its title, surely if
    nothing else follows; if the column is not `named_title` but, say, Paper, bare words must have
    the form of a title."""
    begin = begins(text)
    for start, end in marked:
        if not any(c.isalnum() for c in text[begin:start]) and (title := clean(text[start:end])):
            sure = only_labels(text[end:]) and len(title.split()) >= 3
            found = titled(title, sure=sure) if len(title.split()) > 2 else None
            return found or Reference()
    cell = text[begin:]
    found = read_reference(cell, 0, len(cell), linked=True)
    title = found.title or clean(cell)
    if not title or found.authors or like_title(title):
        return found
    # not a whole sentence, nor what a paper is about
    words = len(title.split())
    bare = named_title and 3 <= words <= 25 and not (says_something(title) or breaks(title))
    return (titled(title) if bare and not prose(title) else None) or Reference()


def title_above(text: str, marked: Sequence[tuple[int, int]], names: bool) -> Reference | None:
    """The title that a paragraph above an entry is, if it is one for its form: all of it
    emphasised, or capitalised as titles are; between it and the id stand `names`."""
    begin = begins(text)
    title = clean(text[begin:])
    if not title or prose(title) or breaks(title) or len(title.split()) < 3:
        return None
    whole = any(
        not any(c.isalnum() for c in text[begin:start] + text[end:]) for start, end in marked
    )
    if whole or (like_title(title) and (names or len(title.split()) >= 6)):
        return titled(title)
    return None


@dataclass(frozen=True, slots=True)
class _Entry:
    """A bounded piece of an entry: `lead` is where its list marker, date and the like end, `start`
    to `end` the id."""

    text: str
    lead: int
    start: int
    end: int
    linked: bool
    marked: tuple[tuple[int, int], ...]

    @classmethod
    def around(
        cls, text: str, start: int, end: int, linked: bool, marked: Sequence[tuple[int, int]]
    ) -> _Entry:
        cut = max(start - LONGEST, 0)
        piece = text[cut : end + LONGEST]
        lead = _LEAD.match(piece, 0, start - cut)
        near = tuple((a - cut, b - cut) for a, b in marked if a >= cut and b <= end + LONGEST)
        return cls(piece, lead.end() if lead else 0, start - cut, end - cut, linked, near)

    def link(self) -> Reference | None:
        """The text of the link is the title, a whole reference, or `Smith et al., 2023`."""
        text, start, end = self.text, self.start, self.end
        label = _ID_IN_LABEL.match(text, start, end)
        start = label.end() if label else start
        title = clean(text[start:end])
        if not title:
            return None
        opens = not any(c.isalnum() for c in text[self.lead : start])
        before = read_names(text, self.lead, start)
        if before and self._reaches(before, start) and not prose(title, lower=True):
            return titled(title, before.names)
        if (names := read_names(text, start, end)) and names.sure:
            dated = YEAR.match(text, names.end, end)
            if (names.etal or dated or (names.several and names.initials)) and only_labels(
                text[names.end : end]
            ):
                return Reference(None, names.names)
            several = names.count > 1 or names.etal
            surely = several and (names.initials or names.etal)
            if surely and (whole := authors_first(text, start, end, end, ())):
                return whole
        if cited := _CITED_BEHIND.search(text, start, end):
            named = read_names(text, cited.start(1), end)
            title = clean(text[start : cited.start()]) or title
            behind = named.names if named and named.sure else ()
        else:
            behind = self._names_behind(end)
        sure = ":" in title or "?" in title or len(title.split()) >= 7  # for its form alone
        if like_title(title) and (sure or (opens and not _GOES_ON.match(text, end))):
            return titled(title, behind)
        if opens and len(title.split()) >= 4 and not prose(title) and not title.endswith("."):
            follows = _NEW_MATTER.match(text, end)
            if behind or (follows and not says_something(title) and not _ABOUT_LINK.search(title)):
                return titled(title, behind)
        return None

    def title_opens(self) -> Reference | None:
        """A title that is emphasised as a whole at the head of the entry, capitalised as titles
        are, and has nothing but authors, year and venue between it and the id."""
        for start, end in self.marked:
            opens = end <= self.start and not any(
                c.isalnum() for c in self.text[self.lead : max(start, self.lead)]
            )
            title = clean(self.text[max(start, self.lead) : end]) if opens else None
            if title and like_title(title) and (matter := self._matter(end)):
                return titled(title, matter[0])
        return None

    def authors_first(self) -> Reference | None:
        """Authors, then the title."""
        return authors_first(self.text, self.lead, self.start, self.end, self.marked)

    def title_marked(self) -> Reference | None:
        """A title in quotation marks or emphasis; between it and the id stands nothing but authors,
        year and venue."""
        text = self.text
        places = [(a, b, beyond, True) for a, b, beyond in quoted(text[: self.start])]
        places += [(a, b, b, False) for a, b in self.marked if b <= self.start]
        closing = CLOSING.get(text[self.lead : self.lead + 1])
        if closing and self.lead < self.start:
            ends = re.finditer(closing, text[self.lead + 1 : self.start])
            places += [
                (self.lead, self.lead + 1 + m.start(), self.lead + 1 + m.end(), True) for m in ends
            ]
        for a, b, beyond, in_quotes in sorted(places, reverse=True)[:8]:
            title = clean(text[a:b])
            matter = self._matter(beyond)
            if not title or matter is None or a < self.lead - 1:
                continue
            authors, dated = matter
            if len(title.split()) < (2 if in_quotes and authors else 3):
                continue
            opens = not any(c.isalnum() for c in text[self.lead : a])
            dated = dated or bool(ANY_YEAR.search(text, 0, a))
            if like_title(title) or (
                opens
                and (authors or dated)
                and (
                    in_quotes
                    or not (
                        text[a:b].endswith(".")
                        or (
                            says_something(title)
                            and not (authors or _PEOPLE.search(text, beyond, self.start))
                        )
                        or self._prose_behind()
                    )
                )
            ):
                return titled(title, authors)
        return None

    def title_first(self) -> Reference | None:
        """A bare title that opens the entry, with authors behind it or without."""
        text, lead, start = self.text, self.lead, self.start
        if (first := read_names(text, lead, start)) and first.sure:
            return None
        for count, break_ in enumerate(_BREAK.finditer(text, lead, start)):
            names = read_names(text, break_.end(), start)
            if count > 40:
                break
            stopped = break_[0][0] in ".?!\n"
            if not names or not (names.sure or stopped) or not only_labels(text[names.end : start]):
                continue
            title = clean(text[lead : break_.start() + 1])
            if not title or prose(title) or breaks(title):
                continue
            closes = (
                names.etal
                and break_[0][0] == ","
                and not says_something(title)
                and not any(c.isalnum() for c in text[self.end :])
            )
            listed_so = (stopped and names.several) or (
                closes and ANY_YEAR.search(text, names.end, start)
            )
            if like_title(title) or (listed_so and len(title.split()) >= 4):
                return titled(title, names.names if names.sure else ())
        stop = title_end(text, lead, start)
        title = clean(text[lead:stop])
        if not title or (first and first.end >= stop) or prose(title) or asks(title):
            return None
        if not framed(text, stop, start, self.linked) or not only_labels(
            text[stop:start], venue=False
        ):
            return None
        if _GOES_ON.match(text, self.end):
            return None
        whole = not breaks(title)
        in_list = (
            listed(text, start, self.end)
            and text[stop : stop + 1] == "."
            and len(title.split()) >= 4
        )
        return titled(title) if whole and (like_title(title) or in_list) else None

    def id_first(self) -> Reference | None:
        """An id that opens the entry, and a title behind it."""
        text = self.text
        gap = _BEHIND_ID.match(text, self.end)
        if not gap or not _BEFORE_ID.fullmatch(text, 0, self.start):
            return None
        start, stop = gap.end(), len(text)
        for a, b, _ in quoted(text[start : start + 450]):
            if a <= 1 and (title := clean(text[start + a : start + b])) and len(title.split()) >= 3:
                return titled(title)
        for a, b in self.marked:
            if (
                a == start
                and (title := clean(text[a:b]))
                and len(title.split()) >= 4
                and not prose(title)
            ):
                return titled(title) if like_title(title) or not says_something(title) else None
        if (names := read_names(text, start, stop)) and names.sure:
            return authors_first(text, start, stop, stop, self.marked)
        chunk = _CHUNK.match(text, start)
        title = clean(chunk[0]) if chunk else None
        return titled(title) if title and like_title(title) else None

    def authors_only(self) -> Reference | None:
        """Authors without a title: `J. Smith and A. Doe, arXiv:...`, `Smith et al. (2023,
        arXiv:...)`."""
        text, start = self.text, self.start
        names = read_names(text, self.lead, start)
        if names and (names.initials or names.etal) and only_labels(text[names.end : start]):
            return Reference(None, names.names)
        who = _ATTACHED.search(text, max(self.lead, start - 120), start)
        if who and (
            text[start - 1] in "([" or text.rfind("(", 0, start) > text.rfind(")", 0, start)
        ):
            return Reference(None, tuple(name for name in (who["one"], who["two"]) if name))
        return None

    def _reaches(self, names: Names, stop: int) -> bool:
        """Whether a list of authors is one, and nothing but a date stands between it and `stop`."""
        between = self.text[names.end : stop]
        return (names.sure or bool(YEAR.match(between))) and only_labels(between)

    def _matter(self, start: int) -> tuple[tuple[str, ...], bool] | None:
        """The authors between a title and the id, and whether there is a year; None if there is
        something else."""
        text, stop = self.text, self.start
        dated = bool(ANY_YEAR.search(text, start, stop))
        if only_labels(text[start:stop]):
            return (), dated
        into = _INTO_NAMES.match(text, start, stop)
        names = read_names(text, into.end(), stop) if into else None
        if names and only_labels(text[names.end : stop]):
            return names.names if names.sure else (), dated or names.sure
        return None

    def _names_behind(self, end: int) -> tuple[str, ...]:
        """The authors that follow a title: `- J. Smith et al.`, `(Smith et al., 2023)`, `by J.
        Smith and A. Doe`."""
        into = _INTO_NAMES.match(self.text, end)
        names = (
            read_names(self.text, into.end(), len(self.text)) if into and into.end() > end else None
        )
        return (
            names.names if names and names.sure and _AFTER_NAMES.match(self.text, names.end) else ()
        )

    def _prose_behind(self) -> bool:
        words = _PAST_ID.sub("", self.text[self.end :]).split()
        return len(words) > 3


_PEOPLE = re.compile(rf"{PERSON}\s{PERSON},\s{PERSON}\s{PERSON}")
_LEAD = re.compile(
    r"(?:\s|[^\w\s\"\u201c\u2018'\u00ab\u201e`$(\[]|\[[^\[\]\n]{1,40}\]:?"
    r"|\((?:\d{1,3}|[^()\n]{0,20}(?:(?:19|20)\d\d|'\d\d)[^()\n]{0,20})\)|\d{1,3}[.)|]\s"
    r"|\d{1,3}\s\||(?:19|20)\d\d(?:-\d\d){0,2}(?=[\s:,)])(?!,\s[A-Z]\.)|(?:and|also|see|See|cf\.|Cf\.)\s"
    r"|(?:[Pp]aper|[Tt]itle|[Rr]eference|[Rr]ef|[Ss]ource|[Cc]itation|[Pp]reprint)s?\s?:\s)*+"
)
_ID_IN_LABEL = re.compile(
    r"[\s(\[]*(?:arXiv:?\s?)?(?:\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v\d+)?[\s)\]:,|\u2013\u2014-]*",
    re.IGNORECASE,
)
_NEW_MATTER = re.compile(r"\s*(?:$|[.,;:)(|\u2013\u2014-]|by\s|[A-Z\"\u201c\[])")
_ABOUT_LINK = re.compile(
    r"\b(?:here|click|download|read|paper|arxiv|pdf|link|preprint|article|website|blog|post)\b",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[)\]}]*(?:,?\s+(?!arxiv|pdf|code|by\s|in\s[A-Z])[a-z]|['\u2019])")
_CITED_BEHIND = re.compile(rf"\s\(([^()]{{3,60}}?,?\s{YEAR_FORM})\)[\s.]*$")
_BREAK = re.compile(r"[.,;:?!]{1,2}['\"\u201d]?\s+|\s[-\u2013\u2014|\u00b7/]\s|\s\(|,?\sby\s|\n")
_BEFORE_ID = re.compile(
    r"(?:\W|(?:19|20)\d\d\b|\d{1,3}\b|\w[\w -]{0,23}?\s?[\u00b7|:\u2022]\s){0,12}+"
)
_BEHIND_ID = re.compile(
    r"(?:\s?\[[a-zA-Z-]{2,10}(?:\.[A-Za-z-]{2,10})?\])?[\])`*_]*(?:\s?[:,|\u00b7\u2022\u2013\u2014-]\s?|\s)\s*"
)
_CHUNK = re.compile(
    r"(?:(?!(?<!vs)(?<!Dr)\.\s|\n\n|\s[(\[](?![A-Z][A-Za-z-]{1,9}\))|\n[\u201c\"]|\s[-\u2013\u2014|\u00b7]\s|,\s[A-Z]\."
    r"|,\s(?!(?:and|or|but|not|for|in|of|with|to|from|via|by|using|the|an?)\b)[a-z])[\s\S]){1,400}"
)
_INTO_NAMES = re.compile(
    r"[\s.,;:)\]?!]*(?:(?:\(|\[|by\s|[Aa]uthors?:\s|[-|\u2013\u2014\u00b7]\s|\s)\s*)*+(?=[^\W\d_])"
)
_AFTER_NAMES = re.compile(r"[\s.,;:)\]|\u2013\u2014(-]|$")
_PAST_ID = re.compile(
    r"^(?:\W|\b(?:arxiv|pdf|html|code|github|link|project|page|doi|v\d)\b|\b(?:19|20)\d\d\b)+",
    re.IGNORECASE,
)
_ATTACHED = re.compile(
    rf"(?<![\w-])(?P<one>{PERSON})(?:\set\sal\.?(?:,?\s\(?{YEAR_FORM}\)?)?"
    rf"|\s(?:and|&)\s(?P<two>{PERSON}),?\s\(?{YEAR_FORM}\)?)"
    r"(?:\s?[(\[]\s?|[,;:]\s)$"
)
