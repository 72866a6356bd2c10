"""A paper as a source knows it, and what a look-up may say instead."""

from __future__ import annotations

from datetime import date
from typing import Literal

from retest.domain import Frozen
from retest.domain.verdict import Case, Condition, Side


class InBody(Frozen):
    """Where in a paper's full text a quote stands, for links: the version and the form that were
    read, and the fragment of arXiv's HTML page."""

    version: int | None
    form: Literal["html", "latex", "pdf"]
    anchor: str = ""


class BodySentence(Frozen):
    """A sentence of a paper's full text, or a row of a table, as a reader points at it."""

    text: str
    """As it is quoted."""
    shown: str
    """As the model sees it, with the section before the first of a passage."""
    where: str
    """`full text v2, 4.2 Results, paragraph 3`."""
    at: InBody
    secondhand: bool = False
    """Whether it tells what somebody else found."""


class Paper(Frozen):
    """One arXiv paper. `id` has no version; `published` is the day of v1; absent facts are empty,
    never guessed."""

    id: str
    title: str
    abstract: str
    published: date
    version: int | None = None
    """The version that title and abstract were taken from, where the source says so."""
    authors: tuple[str, ...] = ()
    updated: date | None = None
    other_titles: tuple[str, ...] = ()
    """Titles of other versions, where they are known."""
    categories: tuple[str, ...] = ()
    withdrawn: bool = False
    body: tuple[BodySentence, ...] = ()
    """What of its full text is shown in place of the abstract, where that was read."""
    synopsis: tuple[str, ...] = ()
    """Sentences in a librarian's own words; the bundled library has these instead of an abstract.
    """


class Candidate(Frozen):
    """A paper in the window that searches returned; `found_by` names them, as people read them."""

    paper: Paper
    found_by: tuple[str, ...]


class Missing(Frozen):
    """The source was asked and has no such paper. `detail` says so where the source holds only a
    part of arXiv."""

    id: str
    detail: str = ""


class Unknown(Frozen):
    """The source could not be asked. Never the same as Missing."""

    id: str
    reason: str


Lookup = Paper | Missing | Unknown


class Query(Frozen):
    """Every phrase of `all_of` and, where given, at least one of `any_of`. Phrases are plain text,
    never a grammar.

    With `all_of` empty it is a bag of words, ranked by how many match and how telling they are. The
    most telling words of the texts of `like` (papers' titles and abstracts, a claim's levers) are
    then in the bag too.
    """

    all_of: tuple[str, ...] = ()
    any_of: tuple[str, ...] = ()
    like: tuple[str, ...] = ()

    def __str__(self) -> str:
        every = " AND ".join(f'"{phrase}"' for phrase in self.all_of)
        some = " OR ".join(f'"{phrase}"' for phrase in self.any_of)
        asked = f"{every} AND ({some})" if every and some else every or some
        return (
            f"near {len(self.like)} text{'s' * (len(self.like) > 1)}: {asked}"
            if self.like
            else asked
        )


class Annotation(Frozen):
    """A point that a careful reader of a paper found in it about one claim; without a side, that
    it does not bear on the claim."""

    claim: str
    side: Side | None
    case: Case = "ordinary"
    which: str = ""
    sentences: tuple[int, ...] = ()
    lever: Condition | None = None
    why: str
