"""The citation ladder for what people and other tools wrote: every citation of some files, in one
batched look-up.

Rungs 1 to 5; rung 6 is a model's, and here none is asked. `grounded` means that everything the
citation says was found true: a bare id that its paper exists, an id with a title that it is this
paper's, a quote that it stands there. One that stands on `resolves` was checked by its id alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

from retest.domain.arxiv_id import ArxivId, read_id
from retest.domain.citation import Citation
from retest.domain.evidence import Reason, Rung
from retest.domain.paper import Lookup, Missing, Paper, Unknown
from retest.grounding.identity import title_fits, title_stands_in
from retest.grounding.people import authors_fit
from retest.grounding.quote import Fallen, find_quote
from retest.papers.source import Source
from retest.text.form import title_words

if TYPE_CHECKING:
    from retest.fulltext.fetch import FullTexts  # it loads parsers

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

    @property
    def by_id_alone(self) -> bool:
        """Whether it is grounded by no more than that there is a paper with its id."""
        return self.status == "grounded" and self.rung == "resolves"


def verify(
    citations: Sequence[Citation], source: Source, as_of: date, texts: FullTexts | None = None
) -> list[Verified]:
    """One result a citation, in order. With `texts` a quote that the abstract does not have is
    looked for in the paper's full text. Asks the source for all ids at once, for all titles without
    an id at once, and where titles differ first for those of other versions, then for who bears
    them; never for one citation alone."""
    named = [
        read_id(citation.id, as_of) if citation.id is not None else None for citation in citations
    ]
    known = _Known(source, citations, named, texts)

    def climbed() -> list[Verified]:
        return [_climb(c, i, known, as_of) for c, i in zip(citations, named, strict=True)]

    found = climbed()
    if wrong := [one.paper for one in found if one.reason == "wrong-title" and one.paper]:
        known.learn_titles(wrong)
        found = climbed()
    known.learn_bearers(
        [one for one in found if one.reason == "wrong-title" or _stands_on_a_part(one, known)]
    )
    return [known.explained(known.unless_another(one)) for one in found]


class _Known:
    """What the source said."""

    def __init__(
        self,
        source: Source,
        citations: Sequence[Citation],
        named: Sequence[ArxivId | str | None],
        texts: FullTexts | None,
    ) -> None:
        self._source, self.texts = source, texts
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

    def learn_titles(self, papers: Sequence[Paper]) -> None:
        """The titles of other versions of papers whose title differs from the cited one."""
        unique = {paper.id: paper for paper in papers}
        self.other_titles = dict(self._source.other_titles(list(unique.values())))

    def learn_bearers(self, those: Sequence[Verified]) -> None:
        asked = {one.citation.title for one in those if one.citation.title} - self.titled.keys()
        self.titled |= self._ask_titles(asked)

    def titles_of(self, paper: Paper) -> tuple[str, ...]:
        others = self.other_titles.get(paper.id, ())
        return (paper.title, *paper.other_titles, *(others if isinstance(others, tuple) else ()))

    def knows_all_titles(self, paper: Paper) -> bool:
        """Whether the title of every version is known. A source that tells of no other version may
        have seen one alone."""
        if paper.version is None or paper.version == 1:
            return True
        others = self.other_titles.get(paper.id, ())
        if isinstance(others, Unknown) or not others:
            return bool(paper.other_titles)
        return len(others) >= paper.version - 1

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
        return replace(one, **_fallen("title", "wrong-title", detail, "mis-described"))

    def explained(self, one: Verified) -> Verified:
        """With the paper that was perhaps meant; and left open where the title may be that of a
        version that the source does not know."""
        if (
            one.reason not in ("malformed-id", "not-found", "wrong-title")
            or one.citation.id is None
        ):
            return one
        meant = self.bearer(one.citation) if one.citation.title else None
        if isinstance(meant, Paper) and not (one.paper and meant.id == one.paper.id):
            detail = f"{one.detail}; a paper of this title is {meant.id}"
            return replace(one, detail=detail, identity="mis-described")  # under another id
        if one.reason == "wrong-title" and one.paper and not self.knows_all_titles(one.paper):
            detail = f"{one.detail}, title of version 1 unknown"
            return replace(one, **_open("title", detail))
        return one


def _stands_on_a_part(one: Verified, known: _Known) -> bool:
    cited = one.citation
    if one.status != "grounded" or cited.id is None or cited.title is None or one.paper is None:
        return False
    if (cited.authors and one.paper.authors) or len(title_words(cited.title)) < LEAST_TITLE:
        return False
    return title_fits(cited.title, known.titles_of(one.paper)) == "part"


def _fallen(rung: Rung, reason: Reason, detail: str, identity: Identity | None) -> dict[str, Any]:
    return {
        "status": "rejected",
        "rung": rung,
        "reason": reason,
        "detail": detail,
        "identity": identity,
    }


def _open(rung: Rung, detail: str, identity: Identity | None = None) -> dict[str, Any]:
    return {
        "status": "unverifiable",
        "rung": rung,
        "reason": "unverifiable",
        "detail": detail,
        "identity": identity,
    }


def _climb(citation: Citation, named: ArxivId | str | None, known: _Known, as_of: date) -> Verified:
    """Rungs 1 and 2, and the others for a paper that exists."""
    if isinstance(named, str):
        return Verified(citation, None, **_fallen("id", "malformed-id", named, "fabricated"))
    found = known.papers[named.base] if named else known.bearer(citation)
    if isinstance(found, Unknown):
        detail = f"the source could not tell: {found.reason}"
        return Verified(citation, named, **_open("resolves", detail))
    if found is None:
        detail = "no paper of this title was found"
        return Verified(citation, None, **_fallen("resolves", "not-found", detail, None))
    if isinstance(found, Missing):
        told = ("the source was asked and has no such paper", found.detail)
        identity: Identity | None = None if found.detail else "fabricated"
        detail = "; ".join(filter(None, told))
        return Verified(citation, named, **_fallen("resolves", "not-found", detail, identity))
    named = named or ArxivId(found.id)
    if named.version is not None and found.version is not None and named.version > found.version:
        detail = f"the newest version that the source knows is v{found.version}"
        fate = _fallen("resolves", "not-found", detail, "mis-described")
    elif found.withdrawn:
        fate = _fallen("resolves", "withdrawn", "its authors, or arXiv, have withdrawn it", "real")
    else:
        fate = _described(citation, found, known, as_of)
    return Verified(citation, named, paper=found, **fate)


def _described(citation: Citation, paper: Paper, known: _Known, as_of: date) -> dict[str, Any]:
    """Rungs 3 to 5 for a paper that exists."""
    titles = known.titles_of(paper)
    told = bool(
        citation.entry and title_stands_in(citation.entry, titles, apart=citation.title is not None)
    )
    doubt = ""
    if citation.title and not told and not title_fits(citation.title, titles):
        unasked = known.other_titles.get(paper.id)
        if citation.guessed:
            doubt = f": {citation.title!r} may be no title"
        elif isinstance(unasked, Unknown):
            detail = f"the titles of its other versions could not be asked: {unasked.reason}"
            return _open("title", detail)
        else:
            detail = f"the paper is {paper.title!r}"
            return _fallen("title", "wrong-title", detail, "mis-described")
    # "Title, A. Smith et al., 2023" reads like a list of names: the title in it is none
    named_authors = [
        name for name in citation.authors if not (citation.entry and title_fits(name, titles))
    ]
    fit, strangers = authors_fit(named_authors, paper.authors)
    if not fit and not citation.guessed:
        detail = f"not by {', '.join(strangers[:3])}, but by {_byline(paper)}"
        return _fallen("title", "wrong-author", detail, "mis-described")
    if paper.published > as_of:
        return _fallen("newer", "after-as-of", f"{paper.published} is after {as_of}", "real")
    by_title = citation.title and not doubt
    by_authors = citation.authors and paper.authors and fit and not doubt
    rung: Rung = "title" if told or by_title or by_authors else "resolves"
    note = f"not among its authors: {', '.join(strangers[:3])}" if strangers else ""
    if rung == "resolves" and citation.entry:
        note = f"checked by its id alone{doubt}"
    grounded = {"status": "grounded", "rung": rung, "detail": note, "identity": "real"}
    if citation.quote is None:
        return grounded
    texts = [("title", paper.title)]
    if paper.abstract and not paper.synopsis:
        texts.insert(0, ("abstract", paper.abstract))
    place = find_quote(citation.quote, texts, citation.claim)
    if not isinstance(place, Fallen):
        return {**grounded, "rung": "quote", "where": str(place)}
    if place.reason == "quote-not-found" and known.texts is not None:
        return _in_the_body(citation, paper, known.texts, grounded, place.detail)
    if len(texts) == 1 and place.reason == "quote-not-found":
        return _open(
            "quote", "the source has no abstract of the paper to find the quote in", "real"
        )
    return _fallen("quote", place.reason, place.detail, "real")


def _in_the_body(
    citation: Citation,
    paper: Paper,
    texts: FullTexts,
    grounded: Mapping[str, Any],
    detail: str,
) -> dict[str, Any]:
    """Rung 5 in the paper's full text. Without one, whether the quote stands there is not known."""
    from retest.fulltext.document import NoText

    text = texts.get(paper)
    if isinstance(text, NoText):
        return _open("quote", f"{detail}, and there is no full text ({text.reason})", "real")
    for passage in text.passages:
        named = [(text.named(passage), passage.text)]
        place = find_quote(citation.quote or "", named, citation.claim)
        if not isinstance(place, Fallen):
            others = ("introduction", "related work")
            note = f"in the {passage.role}, where papers tell what others found"
            said = "; ".join(
                filter(None, (grounded["detail"], note if passage.role in others else ""))
            )
            return {**grounded, "rung": "quote", "where": str(place), "detail": said}
    return _fallen("quote", "quote-not-found", f"{detail}, nor in the full text", "real")


def _byline(paper: Paper) -> str:
    first = paper.authors[0]
    return f"{first} et al." if len(paper.authors) > 1 else first
