"""Passages as they come in, numbered within their sections and bounded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from retest.domain.arxiv_id import ArxivId, find_ids
from retest.fulltext.document import LONGEST, MOST_PASSAGES, Form, FullText, Kind, Passage, Role
from retest.fulltext.roles import role_of
from retest.text.harmless import one_line, visible


def first_id(said: str) -> str | None:
    """The first arXiv id that an entry of a bibliography names."""
    named = (found.id for found in find_ids(said))
    return next((one.base for one in named if isinstance(one, ArxivId)), None)


@dataclass(slots=True)
class Builder:
    """Collects the passages of one paper in reading order. `references` gives the arXiv id that an
    entry of the bibliography names, by the entry's key."""

    references: Mapping[str, str] = field(default_factory=dict)
    closed: bool = False
    """Whether the bibliography has begun, which is no passage."""
    _passages: list[Passage] = field(default_factory=list)
    _headings: list[tuple[int, str]] = field(default_factory=list)
    _counts: Counter[tuple[str, Kind]] = field(default_factory=Counter)
    _anchor: str = ""
    _appendix: bool = False
    _fixed: Role | None = None

    def heading(
        self,
        level: int,
        text: str,
        anchor: str = "",
        *,
        appendix: bool = False,
        role: Role | None = None,
    ) -> None:
        """Begin a section. `level` 1 is the outermost; `role` overrules what the heading tells."""
        self._headings = [(n, said) for n, said in self._headings if n < level]
        self._headings.append((level, one_line(text)[:200]))
        if level == 1:
            self._appendix = appendix
        self._appendix = self._appendix or appendix
        self._anchor, self._fixed = anchor, role

    def add(self, text: str, kind: Kind = "paragraph") -> None:
        """A passage of the section that was begun last. Without a letter it is none."""
        shown = "\n".join(filter(None, (one_line(row) for row in visible_rows(text, kind))))[
            :LONGEST
        ]
        if len(self._passages) >= MOST_PASSAGES or not any(c.isalpha() for c in shown):
            return
        section = self._headings[-1][1] if self._headings else ""
        self._counts[section, kind] += 1
        role = self._fixed or role_of([said for _, said in self._headings], appendix=self._appendix)
        self._passages.append(
            Passage(
                text=shown,
                kind=kind,
                role=role,
                section=section,
                number=self._counts[section, kind],
                anchor=self._anchor,
            )
        )

    def full_text(self, arxiv_id: str, version: int | None, form: Form) -> FullText:
        return FullText(
            arxiv_id=arxiv_id, version=version, form=form, passages=tuple(self._passages)
        )


def visible_rows(text: str, kind: Kind) -> list[str]:
    """The rows of a table, or the one line of anything else."""
    return text.split("\n") if kind == "table" else [visible(text)]
