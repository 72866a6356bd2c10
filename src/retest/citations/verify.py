"""The citation ladder for what people and other tools wrote: every citation of some files, in one
batched look-up.

Rungs 1 to 5; rung 6 is a model's, and here none is asked. `grounded` means that everything the
citation says was found true: a bare id that its paper exists, an id with a title that it is this
paper's, a quote that it stands there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from retest.domain.arxiv_id import ArxivId, read_id
from retest.domain.citation import Citation
from retest.domain.evidence import Reason, Rung
from retest.domain.paper import Lookup, Missing, Paper, Unknown
from retest.grounding.identity import authors_fit, title_fits, title_stands_in
from retest.grounding.quote import Fallen, find_quote
from retest.papers.source import Source
from retest.text.form import title_words

Status = Literal["grounded", "rejected", "unverifiable"]
Identity = Literal["real", "mis-described", "fabricated"]


LEAST_TITLE = 3
"""Words of a title for which it is asked whether another paper bears it: a single name stands for
many."""


@dataclass(frozen=True, slots=True)
class Verified:
    """How far a citation got. `rung` is the last one it stands on if it is grounded, else the one
    it fell off."""

    citation: Citation
    id: ArxivId | None
    status: Status
    rung: Rung
    reason: Reason | None = None
    detail: str = ""
    paper: Paper | None = None
    where: str | None = None
    """The place of the quote in the paper's texts."""
    identity: Identity | None = None
    """Whether the paper exists and is the one described; None where that could not be told."""


def verify(citations: Sequence[Citation], source: Source, as_of: date) -> list[Verified]:
    """One result a citation, in order. Asks the source for all ids at once, for all titles without
    an id at once, and where titles differ for those of other versions; never for one citation
    alone."""
    named = [
        read_id(citation.id, as_of) if citation.id is not None else None for citation in citations
    ]
    known = _Known(source, citations, named)
    climbed = [_climb(c, i, known, as_of) for c, i in zip(citations, named, strict=True)]
    known.learn_titles([one for one in climbed if one.reason == "wrong-title"])
    if known.other_titles:
        climbed = [_climb(c, i, known, as_of) for c, i in zip(citations, named, strict=True)]
    known.learn_bearers([one for one in climbed if _stands_on_a_part(one, known)])
    return [known.explained(known.unless_another(one)) for one in climbed]


class _Known:
    """What the source said."""

    def __init__(
        self, source: Source, citations: Sequence[Citation], named: Sequence[ArxivId | str | None]
    ) -> None:
        self._source = source
        ids = sorted({i.base for i in named if isinstance(i, ArxivId)})
        self.papers: Mapping[str, Lookup] = source.get(ids) if ids else {}
        self.other_titles: dict[str, tuple[str, ...] | Unknown] = {}
        # Titles are looked up where no id leads to a paper: to find the paper, or to say which one
        # was meant.
        astray = {
            c.title
            for c, i in zip(citations, named, strict=True)
            if c.title and not (isinstance(i, ArxivId) and isinstance(self.papers[i.base], Paper))
        }
        self.titled: dict[str, tuple[Paper, ...] | Unknown] = self._ask_titles(astray)

    def _ask_titles(self, titles: set[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
        return dict(self._source.titled(sorted(titles))) if titles else {}

    def learn_titles(self, wrong: Sequence[Verified]) -> None:
        """The titles of other versions of papers whose title differs, and who bears the cited
        ones."""
        papers = {one.paper.id: one.paper for one in wrong if one.paper}
        if papers:
            self.other_titles = dict(self._source.other_titles(list(papers.values())))
            self.learn_bearers(wrong)

    def learn_bearers(self, those: Sequence[Verified]) -> None:
        asked = {one.citation.title for one in those if one.citation.title} - self.titled.keys()
        self.titled |= self._ask_titles(asked)

    def titles_of(self, paper: Paper) -> tuple[str, ...]:
        others = self.other_titles.get(paper.id, ())
        return (paper.title, *paper.other_titles, *(others if isinstance(others, tuple) else ()))

    def bearer(self, citation: Citation) -> Paper | Unknown | None:
        """The paper that bears the cited title, as a whole before as a part, and whose authors are
        the cited ones."""
        found = self.titled.get(citation.title or "", ())
        if isinstance(found, Unknown):
            return found
        fits = [
            (fit, paper)
            for paper in found
            if (fit := title_fits(citation.title or "", self.titles_of(paper)))
        ]
        fits.sort(
            key=lambda pair: (
                not authors_fit(citation.authors, pair[1].authors)[0],
                pair[0] != "whole",
            )
        )
        return fits[0][1] if fits else None

    def unless_another(self, one: Verified) -> Verified:
        """A part of a title may stand for the whole, unless another paper has just that for its
        title and the cited authors do not say which is meant."""
        if not _stands_on_a_part(one, self):
            return one
        other = self.bearer(one.citation)
        if not isinstance(other, Paper) or one.paper is None or other.id == one.paper.id:
            return one
        if title_fits(one.citation.title or "", self.titles_of(other)) != "whole":
            return one
        detail = f"the paper is {one.paper.title!r}"
        return Verified(
            one.citation,
            one.id,
            "rejected",
            "title",
            "wrong-title",
            detail,
            one.paper,
            identity="mis-described",
        )

    def explained(self, one: Verified) -> Verified:
        """With the paper that was perhaps meant."""
        if (
            one.reason not in ("malformed-id", "not-found", "wrong-title")
            or one.citation.id is None
        ):
            return one
        meant = self.bearer(one.citation) if one.citation.title else None
        if not isinstance(meant, Paper) or (one.paper and meant.id == one.paper.id):
            return one
        detail = f"{one.detail}; a paper of this title is {meant.id}"
        identity: Identity | None = "mis-described"  # there is such a paper, under another id
        return Verified(
            one.citation,
            one.id,
            one.status,
            one.rung,
            one.reason,
            detail,
            one.paper,
            one.where,
            identity,
        )


def _stands_on_a_part(one: Verified, known: _Known) -> bool:
    cited = one.citation
    if one.status != "grounded" or cited.id is None or cited.title is None or one.paper is None:
        return False
    if (cited.authors and one.paper.authors) or len(title_words(cited.title)) < LEAST_TITLE:
        return False
    return title_fits(cited.title, known.titles_of(one.paper)) == "part"


def _climb(citation: Citation, named: ArxivId | str | None, known: _Known, as_of: date) -> Verified:
    if isinstance(named, str):
        return Verified(
            citation, None, "rejected", "id", "malformed-id", named, identity="fabricated"
        )
    if named is None:
        return _by_title(citation, known, as_of)
    found = known.papers[named.base]
    if isinstance(found, Unknown):
        detail = f"the source could not tell: {found.reason}"
        return Verified(citation, named, "unverifiable", "resolves", "unverifiable", detail)
    if isinstance(found, Missing):
        detail = "; ".join(
            filter(None, ("the source was asked and has no such paper", found.detail))
        )
        identity: Identity | None = None if found.detail else "fabricated"
        return Verified(
            citation, named, "rejected", "resolves", "not-found", detail, identity=identity
        )
    if named.version is not None and found.version is not None and named.version > found.version:
        detail = f"the newest version that the source knows is v{found.version}"
        return Verified(
            citation,
            named,
            "rejected",
            "resolves",
            "not-found",
            detail,
            found,
            identity="mis-described",
        )
    if found.withdrawn:
        detail = "its authors, or arXiv, have withdrawn it"
        return Verified(
            citation, named, "rejected", "resolves", "withdrawn", detail, found, identity="real"
        )
    return _described(citation, named, found, known, as_of)


def _by_title(citation: Citation, known: _Known, as_of: date) -> Verified:
    found = known.bearer(citation)
    if isinstance(found, Unknown):
        detail = f"the source could not tell: {found.reason}"
        return Verified(citation, None, "unverifiable", "resolves", "unverifiable", detail)
    if found is None:
        return Verified(
            citation, None, "rejected", "resolves", "not-found", "no paper of this title was found"
        )
    if found.withdrawn:
        detail = "its authors, or arXiv, have withdrawn it"
        return Verified(
            citation,
            ArxivId(found.id),
            "rejected",
            "resolves",
            "withdrawn",
            detail,
            found,
            identity="real",
        )
    return _described(citation, ArxivId(found.id), found, known, as_of)


def _described(
    citation: Citation, named: ArxivId, paper: Paper, known: _Known, as_of: date
) -> Verified:
    """Rungs 3 to 5 for a paper that exists."""
    titles = known.titles_of(paper)
    told = bool(
        citation.entry and title_stands_in(citation.entry, titles, apart=citation.title is not None)
    )
    if citation.title and not told and not title_fits(citation.title, titles):
        unasked = known.other_titles.get(paper.id)
        if isinstance(unasked, Unknown):
            detail = f"the titles of its other versions could not be asked: {unasked.reason}"
            return Verified(citation, named, "unverifiable", "title", "unverifiable", detail, paper)
        detail = f"the paper is {paper.title!r}"
        return Verified(
            citation,
            named,
            "rejected",
            "title",
            "wrong-title",
            detail,
            paper,
            identity="mis-described",
        )
    # "Title, A. Smith et al., 2023" reads like a list of names: the title in it is none
    named_authors = [
        name for name in citation.authors if not (citation.entry and title_fits(name, titles))
    ]
    fit, strangers = authors_fit(named_authors, paper.authors)
    if not fit:
        detail = f"not by {', '.join(strangers[:3])}, but by {_byline(paper)}"
        return Verified(
            citation,
            named,
            "rejected",
            "title",
            "wrong-author",
            detail,
            paper,
            identity="mis-described",
        )
    note = f"not among its authors: {', '.join(strangers[:3])}" if strangers else ""
    described = told or citation.title or (citation.authors and paper.authors)
    rung: Rung = "title" if described else "resolves"
    if paper.published > as_of:
        detail = f"{paper.published} is after {as_of}"
        return Verified(
            citation, named, "rejected", "newer", "after-as-of", detail, paper, identity="real"
        )
    if citation.quote is None:
        return Verified(citation, named, "grounded", rung, None, note, paper, identity="real")
    if not paper.abstract or paper.synopsis:
        detail = "the source has no abstract of the paper to find the quote in"
        return Verified(
            citation, named, "unverifiable", "quote", "unverifiable", detail, paper, identity="real"
        )
    place = find_quote(
        citation.quote, [("abstract", paper.abstract), ("title", paper.title)], citation.claim
    )
    if isinstance(place, Fallen):
        return Verified(
            citation, named, "rejected", "quote", place.reason, place.detail, paper, identity="real"
        )
    return Verified(citation, named, "grounded", "quote", None, note, paper, str(place), "real")


def _byline(paper: Paper) -> str:
    first = paper.authors[0]
    return f"{first} et al." if len(paper.authors) > 1 else first
