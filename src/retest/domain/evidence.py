"""What passed the citation ladder, and what fell off it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from retest.domain import Frozen
from retest.domain.arxiv_id import parse_id
from retest.domain.paper import InBody
from retest.domain.verdict import POINT_OF, Case, Condition, Mark, Side

_ANCHOR = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,40}")
Rung = Literal["id", "resolves", "title", "newer", "quote", "entails"]
Reason = Literal[
    "malformed-id",
    "not-shown",
    "not-found",
    "unverifiable",
    "withdrawn",
    "wrong-title",
    "wrong-author",
    "not-newer",
    "after-as-of",
    "anchor",
    "no-such-sentence",
    "no-quote",
    "quote-not-found",
    "quote-too-short",
    "quote-is-claim",
    "secondhand",
    "not-entailed",
    "number-not-found",
    "not-evidence",
]
"""Why a citation fell off; `not-evidence` is what prose leans on without its being evidence here: a
real paper, or authors and a year that no paper of the evidence has."""


class Point(Frozen):
    """One thing that a paper shows about a claim. `quote` was cut from the paper by code; `where`
    says from which text."""

    side: Side
    case: Case
    which: str = ""
    """Of a special case: which, in a few words."""
    quote: str
    where: str
    why: str
    lever: Condition | None
    body: InBody | None = None
    """Where in the full text; None where the abstract was read."""

    @property
    def named(self) -> str:
        """`against, in a special case: small models`."""
        if self.case == "ordinary":
            return self.side
        return f"{self.side}, in a special case{f': {self.which}' if self.which else ''}"


class Evidence(Frozen):
    """A paper of which at least one point passed the ladder; only points that did are here."""

    arxiv_id: str
    version: int | None
    title: str
    published: date
    points: Annotated[tuple[Point, ...], Field(min_length=1)]
    rungs: tuple[Rung, ...]
    found_by: tuple[str, ...]
    """The queries that found the paper, as people read them; `model` if the model named it."""

    @property
    def mark(self) -> Mark:
        return mark_of([(point.side, point.case) for point in self.points])

    @property
    def quote(self) -> str:
        """All that is quoted of the paper."""
        return " ... ".join(dict.fromkeys(point.quote for point in self.points))

    def section_url(self, point: Point) -> str | None:
        """Where arXiv shows the section of a full text that a point was read in; of a text that was
        read from LaTeX or a PDF, the PDF. None for an abstract's."""
        if point.body is None:
            return None
        version = point.body.version
        cited = f"{self.arxiv_id}v{version}" if version else self.arxiv_id
        if str(parse_id(cited)) != cited:
            return None
        if point.body.form != "html":
            return f"https://arxiv.org/pdf/{cited}"
        anchor = point.body.anchor
        return f"https://arxiv.org/html/{cited}" + (
            f"#{anchor}" if _ANCHOR.fullmatch(anchor) else ""
        )

    @property
    def where(self) -> str:
        """Where all that stands."""
        return "; ".join(dict.fromkeys(point.where for point in self.points))

    @model_validator(mode="before")
    @classmethod
    def _of_one_stance(cls, data: Any) -> Any:
        """Evidence of records from before there were points: its one stance is its one point."""
        if not isinstance(data, dict) or data.get("stance") not in POINT_OF or "points" in data:
            return data
        side, case = POINT_OF[data["stance"]]
        rest = {key: data.get(key) for key in ("quote", "where", "why", "lever")}
        point = {"side": side, "case": case, **rest}
        kept = {key: value for key, value in data.items() if key not in (*point, "stance")}
        return {**kept, "points": [point]}


def mark_of(points: Sequence[tuple[Side, Case]]) -> Mark:
    """The mark of a paper from side and case of its points: the side that it takes on the ordinary
    case, where it takes one, `for` or `against` (to undercut is to be against); `in part` where it
    takes both there, or speaks of special cases alone."""
    sides = {side == "for" for side, case in points if case == "ordinary"}
    return "in part" if len(sides) != 1 else "for" if sides == {True} else "against"


class Rejection(Frozen):
    """A finding or citation that did not pass: how it was cited, the rung it fell off and the
    reason."""

    cited: str
    title: str | None = None
    rung: Rung
    reason: Reason
    detail: str
