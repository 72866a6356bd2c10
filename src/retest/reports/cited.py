"""What a report cites, as bibliographic items: from the record, with authors and category from a
paper source."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from bibtexparser.middlewares.names import NameParts, parse_single_name_into_parts

from retest.domain import Frozen
from retest.domain.arxiv_id import ArxivId, parse_id
from retest.domain.paper import Missing, Paper, Unknown
from retest.domain.record import Record
from retest.errors import UsageError
from retest.papers.source import Source
from retest.text.harmless import one_line

_BODY = re.compile(r"\b(?:collaboration|consortium|team|group|project|initiative)\b", re.IGNORECASE)
"""What the name of a body has and a person's has not."""
_NO_PERSON = re.compile(r"[!-&*-,/:-@\[-_{-~]|\band\b|^others$", re.IGNORECASE)
"""What no person's name has: ASCII's marks but for ' ( ) . - and the accent; and the words between
names."""
_ET_AL = frozenset({"et al", "et al.", "and others", "others"})
"""How a source says, in place of a last name, that it does not name them all; the bundled library
does."""


class Item(Frozen):
    """One cited paper. `key` is made from the arXiv id, so it is the same in every export of every
    line."""

    key: str
    id: str
    version: int | None
    title: str
    published: date | None
    keywords: tuple[str, ...]
    """What it is cited for: `a-claim: against`, `anchor`."""
    authors: tuple[str, ...] = ()
    and_others: bool = False
    """Whether there are more authors than these."""
    category: str = ""

    @property
    def cited(self) -> str:
        return self.id if self.version is None else f"{self.id}v{self.version}"

    @property
    def url(self) -> str:
        return f"https://arxiv.org/abs/{self.cited}"

    @property
    def doi(self) -> str:
        """arXiv registers one for every paper (info.arxiv.org/help/doi.html)."""
        return f"10.48550/arXiv.{self.id}"


def cited_items(record: Record, anchors: bool = False) -> tuple[Item, ...]:
    """The evidence and superseding work of a record, and its anchors where asked for; by key, each
    paper once, in the newest version that is cited. Raises UsageError for an id that is none."""
    found: dict[str, Item] = {}
    for arxiv_id, version, title, published, keyword in _mentions(record, anchors):
        known = parse_id(arxiv_id)
        if known != ArxivId(arxiv_id):
            raise UsageError(
                f"the record of {record.line} cites {arxiv_id[:60]!r}, which is no arXiv id",
                "restore the record from version control",
            )
        item = Item(
            key=f"arxiv-{arxiv_id.replace('/', '-')}",
            id=arxiv_id,
            version=version,
            title=one_line(title),
            published=published,
            keywords=(keyword,),
        )
        found[arxiv_id] = _joined(found[arxiv_id], item) if arxiv_id in found else item
    return tuple(sorted(found.values(), key=lambda item: item.key))


def with_authors(
    items: tuple[Item, ...], source: Source
) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """The items with authors and category, by one look-up; and why some have none, in words, each
    reason once."""
    answers = source.get([item.id for item in items]) if items else {}
    told: dict[str, list[str]] = {}
    complete = []
    for item in items:
        answer = answers.get(item.id)
        if isinstance(answer, Paper):
            given = [name for name in map(one_line, answer.authors) if name]
            names = tuple(name for name in given if name.lower() not in _ET_AL)
            category = one_line(answer.categories[0]) if answer.categories else ""
            known = {"authors": names, "and_others": len(names) < len(given), "category": category}
            item = item.model_copy(update=known)
        if not item.authors:
            told.setdefault(_reason(answer), []).append(item.id)
        complete.append(item)
    return tuple(complete), tuple(f"{_some(ids)}: {reason}" for reason, ids in told.items())


def person(name: str) -> NameParts | None:
    """The parts of a person's name, or None for a body's name and for what cannot be told apart."""
    if _BODY.search(name) or _NO_PERSON.search(name):
        return None
    parts = parse_single_name_into_parts(name, strict=False)
    return parts if parts.last and parts.first and not parts.jr else None


def _mentions(
    record: Record, anchors: bool
) -> Iterator[tuple[str, int | None, str, date | None, str]]:
    for claim in (*record.claims, record.counter_thesis):
        for one in claim.evidence:
            yield one.arxiv_id, one.version, one.title, one.published, f"{claim.id}: {one.mark}"
    for work in record.superseding:
        one = work.evidence
        yield one.arxiv_id, one.version, one.title, one.published, f"{work.claim}: {one.mark}"
    for anchor in record.anchors if anchors else ():
        if anchor.title is not None:  # one that was found; else there is nothing to cite
            yield anchor.id, anchor.version, anchor.title, anchor.published, "anchor"


def _joined(one: Item, other: Item) -> Item:
    newer = other if (other.version or 0) > (one.version or 0) else one
    return newer.model_copy(
        update={"keywords": tuple(dict.fromkeys((*one.keywords, *other.keywords)))}
    )


def _reason(answer: object) -> str:
    if isinstance(answer, Unknown):
        return answer.reason
    if isinstance(answer, Missing):
        return answer.detail or "the source has no such paper"
    return "the source names none"


def _some(ids: list[str]) -> str:
    shown = ", ".join(ids[:3])
    return shown if len(ids) <= 3 else f"{shown} and {len(ids) - 3} more"
