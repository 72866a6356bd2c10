"""The passages of a paper that are nearest to a claim, for a reader with little room.

An index in memory over the paper's own passages (tantivy's BM25), weighted by what a section is
for.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import tantivy
from tantivy import Occur

from retest.fulltext.document import FullText, Passage, Role
from retest.papers.index_schema import analyser, plain
from retest.text.sentences import sentences

TOKENS = 2_500
"""Estimated tokens of one paper that a reader is shown."""
WEIGHT: dict[Role, float] = {
    "results": 1.5,
    "discussion": 1.15,
    "limitations": 1.15,
    "abstract": 1.0,
    "conclusion": 1.0,
    "method": 0.9,
    "appendix": 0.9,
    "other": 0.9,
    "introduction": 0.6,
    "related work": 0.3,
}
"""Results before introductions. Related work is about somebody else's results."""
TABLE = 1.2
"""Tables and captions hold the numbers, in few words."""
MOST_WORDS = 200
"""Different words of a claim, its terms and a question that are looked for."""
_ANALYSER = "passages"


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as a reader sees it: its sentences, or the rows of a table."""

    passage: Passage
    sentences: tuple[str, ...]


def sentences_of(passage: Passage) -> tuple[str, ...]:
    """The numbered units that a reader points at. Each row of a table bears the table's head, so
    that a quoted number keeps its column."""
    if passage.kind != "table":
        return sentences(passage.text)
    head, *rows = passage.text.split("\n")
    return tuple(f"{head} // {row}" for row in rows) or (head,)


def nearest(text: FullText, about: Sequence[str], tokens: int = TOKENS) -> list[Shown]:
    """The passages that say most of `about` (the claim, its terms, the open question), in the order
    of the paper, within `tokens`. Those of the same score stand in the order of the paper."""
    scores = _scores(text.passages, about)
    order = sorted(scores, key=lambda number: (-scores[number], number))
    chosen: list[int] = []
    left = tokens
    for number in order:
        if (cost := estimated_tokens(text.passages[number].text)) <= left:
            chosen.append(number)
            left -= cost
    return [
        Shown(text.passages[number], sentences_of(text.passages[number]))
        for number in sorted(chosen)
    ]


def estimated_tokens(text: str) -> int:
    """Tokens of a text, estimated: four characters each."""
    return math.ceil(len(text) / 4)


def _scores(passages: Sequence[Passage], about: Sequence[str]) -> dict[int, float]:
    """The weighted score of each passage that shares a word with `about`, by its place."""
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("text", tokenizer_name=_ANALYSER)
    fields.add_integer_field("place", stored=True)
    index = tantivy.Index(fields.build())
    cut = analyser(stop_words=False)
    index.register_tokenizer(_ANALYSER, cut)
    writer = index.writer(15_000_000, 1)  # tantivy's least heap, one thread
    for place, passage in enumerate(passages):
        said = plain(f"{passage.section}\n{passage.text}")
        writer.add_document(tantivy.Document(text=said, place=place))
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    words = dict.fromkeys(word for said in about for word in cut.analyze(plain(said)))
    asked = tantivy.Query.boolean_query(
        [
            (Occur.Should, tantivy.Query.term_query(index.schema, "text", word))
            for word in list(words)[:MOST_WORDS]
        ]
    )
    searcher = index.searcher()
    found: dict[int, float] = {}
    for score, address in searcher.search(asked, max(1, len(passages))).hits:
        place = searcher.doc(address)["place"][0]
        found[place] = score * _weight(passages[place])
    return found


def _weight(passage: Passage) -> float:
    return WEIGHT[passage.role] * (1.0 if passage.kind == "paragraph" else TABLE)
