"""What of a full text a reader is shown: the nearest passages as numbered sentences, each with the
place where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from retest.domain.paper import BodySentence, InBody
from retest.fulltext.document import FullText
from retest.fulltext.passages import Shown, nearest

_CITES = re.compile(
    r"arXiv:\d|\[\d{1,3}(?:, ?\d{1,3})*\]|\bet al\b|\((?:[^()]{1,80}[ ,])?(?:19|20)\d\d[a-z]?\)"
)
"""A reference to another work, as the forms write it."""


def body_of(text: FullText, about: Sequence[str]) -> tuple[BodySentence, ...]:
    """The passages nearest to `about`, in the order of the paper, as sentences. Empty where none
    shares a word with it."""
    return tuple(
        sentence
        for shown in nearest(text, about)
        if shown.passage.role != "abstract"
        for sentence in _sentences(text, shown)
    )


def _sentences(text: FullText, shown: Shown) -> Iterator[BodySentence]:
    passage = shown.passage
    for number, said in enumerate(shown.sentences):
        # The head of a table is shown once, and is a part of the quote of each of its rows.
        row = said.partition(" // ")[2] if passage.kind == "table" and number else ""
        place = "" if number else f"({passage.place}) "
        yield BodySentence(
            text=said,
            shown=place + (row or said),
            where=text.named(passage),
            at=InBody(version=text.version, form=text.form, anchor=passage.anchor),
            secondhand=passage.role == "related work"
            or (passage.role == "introduction" and bool(_CITES.search(said))),
        )
