"""The search index behind the mirror and the library: its schema, its documents and its queries.

Query phrases come from models and strangers. They are cut into words by the same analyser that cut the papers, and the
query is built from those words as objects: nothing here parses a query string, so no phrase can be an operator.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur

from retest.domain.line import Window
from retest.domain.paper import Paper, Query

ANALYSER = "retest_english"
LONGEST_PHRASE = 6
"""Longer texts are claims and passages, which no paper repeats word for word: only their words count."""
MOST_KEPT = 10_000
"""Papers in memory, about 3 kB each."""
MOST_WORDS, MOST_PHRASES = 256, 64
"""Words of a phrase, and phrases of a kind, that are looked at: an abstract has about 200 words, a plan 8 phrases."""
_MARKS = re.compile("[\u0300-\u036f\ud800-\udfff]+")
"""Combining accents, and halves of characters that are no text."""


def analyser(*, stop_words: bool = True) -> tantivy.TextAnalyzer:
    """Words in lower case, stemmed as English; with or without `the`, `of`, `not`. To be given what `plain` makes."""
    words = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(40))
        .filter(tantivy.Filter.lowercase())
    )
    if not stop_words:
        words = words.filter(tantivy.Filter.stopword("english"))
    return words.filter(tantivy.Filter.stemmer("english")).build()


def plain(text: str) -> str:
    """Without accents, ligatures, wide forms and lone surrogates: so that `naïve` and `naive` are one word.

    Far faster than the index's own filter for it, as most texts are ASCII.
    """
    return text if text.isascii() else _MARKS.sub("", unicodedata.normalize("NFKD", text))


def schema() -> tantivy.Schema:
    """`text` is the title, twice, and the abstract: as good as two fields weighed apart, and a third faster
    (benchmarks/search.py). `issued` orders ids as arXiv gave them out; `record` is the whole paper as JSON."""
    fields = tantivy.SchemaBuilder()
    fields.add_text_field("id", tokenizer_name="raw", index_option="basic")
    fields.add_text_field("text", tokenizer_name=ANALYSER)
    fields.add_integer_field("day", indexed=True, fast=True)
    fields.add_integer_field("issued", fast=True)
    fields.add_bytes_field("record", stored=True)
    return fields.build()


def day_number(day: date) -> int:
    """2026-11-24 as 20261124: in order, and readable in a dump of the index."""
    return day.year * 10_000 + day.month * 100 + day.day


def _day(number: int) -> date:
    return date(number // 10_000, number // 100 % 100, number % 100)


def issued(arxiv_id: str) -> int:
    """A number that grows with the ids as arXiv gives them out; 0 for those of before April 2007, with an archive."""
    head, _, tail = arxiv_id.partition(".")
    return int(head) * 100_000 + int(tail) if head.isdecimal() and tail.isdecimal() else 0


def document(paper: Paper) -> tantivy.Document:
    return tantivy.Document(
        id=paper.id,
        text=[plain(paper.title), plain(paper.title), plain(paper.abstract)],
        day=day_number(paper.published),
        issued=issued(paper.id),
        record=paper.model_dump_json().encode(),
    )


class PaperIndex:
    """Papers that can be searched. Opening and searching raise ValueError where the files are not an intact index."""

    def __init__(self, index: tantivy.Index, *, keeps: bool = False) -> None:
        """`keeps`: papers that were read stay in memory. Only for an index that is not reloaded: places change then."""
        self.index = index
        self._kept: dict[tuple[int, int], Paper] | None = {} if keeps else None
        self._schema = index.schema
        self._analyser = analyser()
        self._content = analyser(stop_words=False)
        index.register_tokenizer(ANALYSER, self._analyser)

    @classmethod
    def open(cls, folder: Path) -> PaperIndex:
        """The index in `folder` as of its last commit, whatever is committed meanwhile."""
        index = tantivy.Index.open(str(folder))
        index.config_reader("manual")
        return cls(index, keeps=True)

    @classmethod
    def create(cls, folder: Path) -> PaperIndex:
        """The index in `folder`, made where there is none."""
        return cls(tantivy.Index(schema(), path=str(folder)))

    @classmethod
    def of(cls, papers: Iterable[Paper]) -> PaperIndex:
        """An index in memory."""
        made = cls(tantivy.Index(schema()))
        writer = made.index.writer(15_000_000, 1)  # tantivy's least heap, one thread
        for paper in papers:
            writer.add_document(document(paper))
        writer.commit()
        writer.wait_merging_threads()
        made.index.reload()
        return made

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        """At most `limit` papers of the window, best first. A query without a single word finds nothing."""
        asked = self.build(query, window)
        if asked is None or limit < 1:
            return []
        return list(self._papers(asked, limit))

    def get(self, ids: Sequence[str]) -> dict[str, Paper]:
        """Those of `ids` that are here, in one look-up."""
        wanted = list(dict.fromkeys(i for i in ids if i.isascii()))
        if not wanted:
            return {}
        return {p.id: p for p in self._papers(tantivy.Query.term_set_query(self._schema, "id", wanted), len(wanted))}

    def newest_id(self) -> str:
        """The paper that arXiv numbered last. The index must not be empty."""
        return next(self._papers(tantivy.Query.all_query(), 1, order_by="issued")).id

    def days(self) -> tuple[date, date]:
        """The first and the last v1 day. The index must not be empty."""
        found = self._aggregate({"first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}})
        return _day(int(found["first"]["value"])), _day(int(found["last"]["value"]))

    def years(self) -> dict[int, int]:
        """How many papers have their v1 day in which year. The index must not be empty."""
        first, last = self.days()
        ranges = [{"from": year * 10_000, "to": (year + 1) * 10_000} for year in range(first.year, last.year + 1)]
        found = self._aggregate({"years": {"range": {"field": "day", "ranges": ranges}}})
        counts = {int(b["from"]) // 10_000: b["doc_count"] for b in found["years"]["buckets"] if "from" in b}
        return {year: count for year, count in sorted(counts.items()) if count}

    def _aggregate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return self.index.searcher().aggregate(tantivy.Query.all_query(), wanted)

    def _papers(self, query: tantivy.Query, limit: int, order_by: str | None = None) -> Iterator[Paper]:
        searcher = self.index.searcher()
        most = max(1, min(limit, searcher.num_docs))  # tantivy reserves room for as many as it is asked for
        hits = searcher.search(query, most, count=False, order_by_field=order_by).hits
        found = [(score, self._paper(searcher, at)) for score, at in hits]
        # Where papers score alike, their place in the index decides, and that differs from import to import.
        return (paper for _, paper in sorted(found, key=lambda hit: (-hit[0], hit[1].id)))

    def _paper(self, searcher: tantivy.Searcher, at: tantivy.DocAddress) -> Paper:
        """The paper at a place. The searches of one run find the same papers again and again."""
        place = (at.segment_ord, at.doc)
        if self._kept is not None and place in self._kept:
            return self._kept[place]
        paper = Paper.model_validate_json(searcher.doc(at)["record"][0])
        if self._kept is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[place] = paper
        return paper

    def build(self, query: Query, window: Window) -> tantivy.Query | None:
        """The query as objects, or None if it has no words.

        A phrase of `all_of` must have all its words in the paper, an item of `any_of` too in order to count, and one
        of them must. With `all_of` empty every single word of `any_of` counts, and none is required.
        """
        every = [phrase for text in query.all_of[:MOST_PHRASES] if (phrase := self._phrase(text, Occur.Must))]
        occur = Occur.Must if every else Occur.Should
        some = [phrase for text in query.any_of[:MOST_PHRASES] if (phrase := self._phrase(text, occur))]
        parts = [(Occur.Must, phrase) for phrase in every]
        if some:
            parts.append((Occur.Must, tantivy.Query.boolean_query([(Occur.Should, phrase) for phrase in some])))
        if not parts:
            return None
        days = tantivy.Query.range_query(
            self._schema,
            "day",
            tantivy.FieldType.Integer,
            day_number(window.opens),
            day_number(window.as_of),
            False,
            True,
        )
        return tantivy.Query.boolean_query([(Occur.Must, tantivy.Query.const_score_query(days, 0.0)), *parts])

    def _phrase(self, text: str, occur: Occur) -> tantivy.Query | None:
        """One phrase: its words but stop words, each `occur`, and a reward if it stands word for word. Requiring the
        phrase as it stands loses more papers than it gains (benchmarks/search.py)."""
        words = self._analyser.analyze(plain(text))[:MOST_WORDS]
        content = self._content.analyze(plain(text))[:MOST_WORDS] or words
        if not words:
            return None
        parts = [(occur, self._word(word)) for word in dict.fromkeys(content)]
        if 1 < len(words) <= LONGEST_PHRASE:  # tantivy panics on a phrase of one word
            parts.append((Occur.Should, tantivy.Query.phrase_query(self._schema, "text", [*words])))
        return tantivy.Query.boolean_query(parts)

    def _word(self, word: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "text", word)
