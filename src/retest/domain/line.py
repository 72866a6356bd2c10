"""An inquiring line as its author wrote it: `claims/<line>.yaml`."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from retest.domain import Frozen
from retest.domain.terms import Terms
from retest.domain.verdict import Bearing, ReviewedVerdict

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
COUNTER_THESIS = "counter-thesis"
"""The id under which a line's counter-thesis runs through the pipeline; no claim may bear it."""
FIRST_DAY = date(1991, 8, 14)
"""arXiv's first day: no run stands on an earlier one."""
EARLIEST = date(1900, 1, 1)
"""No claim, review or record speaks of an earlier day: year 1 is a slip of the pen."""
_UNIT = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def first_day(dated: str) -> date:
    """The first day of the last unit of a stated date.

    `2025` gives 2025-01-01, `2024/2025` too, `2025-04` gives 2025-04-01, `2025-04-07` itself.
    Raises ValueError for anything else, months and days that do not exist included.
    """
    days = []
    for unit in dated.split("/"):
        match = _UNIT.fullmatch(unit)
        if not match:
            raise ValueError("a date is YYYY, YYYY-MM or YYYY-MM-DD, or two of them joined by '/'")
        year, month, day = match.groups()
        days.append(date(int(year), int(month or 1), int(day or 1)))
    if len(days) > 2 or days != sorted(days):
        raise ValueError("a span has two dates, the earlier one first")
    return days[-1]


def last_day(dated: str) -> date:
    """The last day of the last unit of a stated date: `2025` gives 2025-12-31. Raises as
    `first_day` does."""
    first = first_day(dated)
    dashes = dated.rpartition("/")[2].count("-")
    if dashes == 2:
        return first
    following = date(first.year + 1, 1, 1) if dashes == 0 else months_before(first, -1)
    return following - timedelta(days=1)


def _is_dated(value: str) -> str:
    first_day(value)
    return value


Dated = Annotated[str, AfterValidator(_is_dated)]
"""A date as people state it: a year, a month, a day, or a span of two."""


class Window(Frozen):
    """The days whose papers are newer work: opens < v1 date <= as_of."""

    opens: date
    as_of: date

    def __contains__(self, day: date) -> bool:
        return self.opens < day <= self.as_of


def months_before(day: date, months: int) -> date:
    """The same day of the month `months` earlier, or that month's last day where it has no such
    day."""
    index = day.year * 12 + day.month - 1 - months
    year, month = divmod(index, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last = (first_of_next - timedelta(days=1)).day
    return date(year, month + 1, min(day.day, last))


COUNTER_MONTHS = 6
"""The counter-thesis is asked of the last six months (docs/decisions/months.md)."""


def recent(as_of: date) -> date:
    """The day after which work counts as of the last six months. It moves once a month, on the
    first: were it to move every night, papers would leave every night, and each would change the
    report and be paid for."""
    return months_before(as_of, COUNTER_MONTHS).replace(day=1)


class Anchor(Frozen):
    """A paper that claims rest on, with the date that the line's author states for it."""

    id: str
    dated: Dated
    about: Text | None = None
    """What it is, in the author's words; a title does as well once the paper is known."""


class HandQuery(Frozen):
    """A search written by hand; the same shape as a planned one."""

    all_of: tuple[Text, ...] = ()
    any_of: tuple[Text, ...] = ()


class Review(Frozen):
    """A reviewer's own verdict on a claim. It wins over the model's."""

    verdict: ReviewedVerdict
    by: Text
    on: date
    because: Text


class Claim(Frozen):
    """One atomic sentence that can be true or false."""

    id: Slug
    text: Text
    dated: Dated
    anchors: tuple[str, ...] = ()
    bears_on: Bearing | None = None
    """The side of the line's question that it speaks for, if it holds; None for claims that are of
    the line without deciding it."""
    levers: tuple[Text, ...] = ()
    queries: tuple[HandQuery, ...] = ()
    terms: Terms | None = None
    """Fixed by the curator; else a model proposes them once."""
    review: Review | None = None


class Sentence(Frozen):
    """One sentence of the line's essay, which says what its claims say together."""

    text: Text
    claims: tuple[Slug, ...] = ()
    """The claims that it leans on; a model proposes them, once, where none are named."""
    pinned: bool = False
    """The curator's own word: no run writes another one in its place."""
    paragraph: bool = False
    """Whether a paragraph begins with it."""


class Line(Frozen):
    """A question, a thesis, a counter-thesis and the claims that bear on them."""

    line: Slug
    question: Text
    thesis: Text
    counter_thesis: Text
    counter_terms: Terms | None = None
    """As a claim's `terms`, of the counter-thesis."""
    anchors: tuple[Anchor, ...] = ()
    claims: Annotated[tuple[Claim, ...], Field(min_length=1)]
    questions: tuple[Text, ...] = ()
    answer: Annotated[tuple[Sentence, ...], Field(max_length=100)] = ()
    """The essay as the library or the curator wrote it: what the living answer begins with."""
