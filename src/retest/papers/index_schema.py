"""How papers stand in the search index: its fields, and how texts become words.

Papers and queries are cut by the same analyser, so that what a stranger writes can be nothing but
words.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

import tantivy

from retest.domain.paper import Paper
from retest.text.titles import title_keys

ANALYSER = "retest_english"
LONGEST_KEY = 300
"""Characters of a title's key; titles have at most 250 or so."""
_MARKS = re.compile("[\u0300-\u036f\ud800-\udfff]+")
"""Combining accents, and halves of characters that are no text."""


def analyser(*, stop_words: bool = True) -> tantivy.TextAnalyzer:
    """Words in lower case, stemmed as English; with or without `the`, `of`, `not`. To be given what
    `plain` makes."""
    words = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
    )
    if not stop_words:
        words = words.filter(tantivy.Filter.stopword("english"))
    return words.filter(tantivy.Filter.stemmer("english")).build()


def plain(text: str) -> str:
    """Without accents, ligatures, wide forms and lone surrogates: so that `naïve` and `naive` are
    one word.

    Far faster than the index's own filter for it, as most texts are ASCII.
    """
    return text if text.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", text))


def schema() -> tantivy.Schema:
    """`text` is the title, twice, and the abstract: as good as two fields weighed apart, and a
    third faster (benchmarks/search.py). `issued` orders ids as arXiv gave them out; `title` holds
    what all known titles and their parts are found by; `arrived` counts the writings of the index;
    `record` is the whole paper as JSON."""
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("id", tokenizer_name="raw", index_option="basic")
    fields.add_text_field("text", tokenizer_name=ANALYSER)
    fields.add_integer_field("day", indexed=True, fast=True)
    fields.add_integer_field("issued", fast=True)
    fields.add_text_field("title", tokenizer_name="raw", index_option="basic")
    fields.add_integer_field("arrived", indexed=True, fast=True)
    fields.add_bytes_field("record", stored=True)
    return fields.build()


def day_number(day: date) -> int:
    """2026-11-24 as 20261124: in order, and readable in a dump of the index."""
    return day.year * 10_000 + day.month * 100 + day.day


def day_of(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)


def issued(arxiv_id: str) -> int:
    """A number that grows with the ids as arXiv gives them out; 0 for those of before April 2007,
    with an archive."""
    head, _, tail = arxiv_id.partition(".")
    return int(head) * 100_000 + int(tail) if head.isdecimal() and tail.isdecimal() else 0


def document(paper: Paper, arrived: int = 1) -> tantivy.Document:
    title = plain(paper.title)
    return tantivy.Document(
        id=paper.id,
        text=[title, title, plain(paper.abstract)],
        day=day_number(paper.published),
        issued=issued(paper.id),
        title=[key[:LONGEST_KEY] for key in title_keys((paper.title, *paper.other_titles))],
        arrived=arrived,
        record=paper.model_dump_json().encode(),
    )
