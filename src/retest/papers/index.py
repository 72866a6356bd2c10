"""The search index behind the mirror and the library: its schema, its documents and its queries.

Query phrases come from models and strangers. They are cut into words by the same analyser that cut
the papers, and the query is built from those words as objects: nothing here parses a query string,
so no phrase can be an operator.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur

from retest.domain.line import Window
from retest.domain.paper import Paper, Query
from retest.papers.argues import WORDS
from retest.papers.source import Ranked
from retest.text.titles import title_keys

Place = tuple[int, int]
"""Where a paper stands: the segment of the index, and the number in it."""
ANALYSER = "retest_english"
LONGEST_PHRASE = 6
"""Longer texts are claims and passages, which no paper repeats word for word: only their words
count."""
MOST_KEPT = 10_000
"""Papers in memory, about 3 kB each."""
MOST_WORDS, MOST_PHRASES = 256, 64
"""Words of a phrase, and phrases of a kind, that are looked at: an abstract has about 200 words, a
plan 8 phrases."""
TELLING = 60
"""Words of each text of `like` that count: the most telling one as much as a word asked for, the
others less. That is Rocchio's feedback (1971) with equal weights for the query and for the papers
given as examples."""
CONTRAST = 0.5
"""What a word of contrast counts, to a word asked for."""
FEW = 64
"""Values of a field that are looked up one by one: a set of values, or a range, costs more the
larger the index is."""
LONGEST_KEY = 300
"""Characters of a title's key; titles have at most 250 or so."""
_BRITISH = re.compile(
    r"\b(\w{2,}[iy])s(e|ed|es|er|ers|ing|ation|ations|able)\b|\b(\w{3,}o)u(r(?:s|ed|ing|al|able|ite|ites)?)\b",
    re.IGNORECASE,
)
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


def _day(number: int) -> date:
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


class PaperIndex:
    """Papers that can be searched. Opening and searching raise ValueError where the files are not
    an intact index."""

    def __init__(self, index: tantivy.Index, *, keeps: bool = False) -> None:
        """`keeps`: papers that were read stay in memory. Only for an index that is not reloaded:
        places change then."""
        self.index = index
        self._kept: dict[tuple[int, int], Paper] | None = {} if keeps else None
        self._schema = index.schema
        self._analyser = analyser()
        self._content = analyser(stop_words=False)
        index.register_tokenizer(ANALYSER, self._analyser)
        contrast = dict.fromkeys(self._content.analyze(" ".join(WORDS)))
        self._contrast = [(Occur.Should, self._word(word, CONTRAST)) for word in contrast]

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
        """At most `limit` papers of the window, best first. A query without a single word finds
        nothing."""
        return list(self.ranked(query, window, limit))

    def ranked(self, query: Query, window: Window, limit: int) -> Ranked:
        """The same, each paper read only when it is looked at; reading raises ValueError too."""
        asked = self.build(query, window)
        return Ranked([] if asked is None or limit < 1 else self._places(asked, limit), self.paper)

    def get(self, ids: Sequence[str]) -> dict[str, Paper]:
        """Those of `ids` that are here, in one look-up."""
        wanted = list(dict.fromkeys(i for i in ids if i.isascii()))
        if not wanted:
            return {}
        return {paper.id: paper for paper in self._papers(self._any("id", wanted), len(wanted))}

    def titled(self, title: str, limit: int = 20) -> tuple[Paper, ...]:
        """The papers that bear a title, in whole or in part and in any form; if none does, those
        that share most."""
        keys = [key[:LONGEST_KEY] for key in title_keys([title])[:1]]
        exact = (
            tuple(self._papers(tantivy.Query.term_set_query(self._schema, "title", keys), limit))
            if keys
            else ()
        )
        if exact:
            return exact
        words = self._analyser.analyze(plain(title))[:MOST_WORDS]
        if not words:
            return ()
        parts = [(Occur.Should, self._word(word)) for word in dict.fromkeys(words)]
        return tuple(self._papers(tantivy.Query.boolean_query(parts), limit))

    def came(self, mark: int, after: date, until: date) -> tantivy.Query | None:
        """The papers that were not in the index at its writing `mark`, and those of the days behind
        `after` up to `until`, for `reaches`; None if there are none."""
        writings = range(mark + 1, self.last_writing() + 1)
        days = [after + timedelta(n) for n in range(1, (until - after).days + 1)]
        those = [
            self._any("arrived", writings)
            if len(writings) <= FEW
            else self._range("arrived", mark + 1, 2**62)
        ]
        if len(days) <= FEW:
            those.append(self._any("day", [day_number(day) for day in days]))
        else:
            those.append(self._range("day", day_number(after) + 1, day_number(until)))
        query = tantivy.Query.boolean_query([(Occur.Should, one) for one in those])
        return query if self.index.searcher().search(query, 1, count=False).hits else None

    def reaches(self, query: Query, window: Window, last: str | None, came: tantivy.Query) -> bool:
        """Whether a paper of those that `came` ranks with or above the paper `last`; with None,
        whether one is found at all. It looks at these papers only, so it costs as much as they are
        many."""
        held = (
            []
            if last is None
            else [(Occur.Should, tantivy.Query.term_query(self._schema, "id", last))]
        )
        asked = self.build(
            query, window, tantivy.Query.boolean_query([(Occur.Should, came), *held])
        )
        if asked is None:
            return False
        found = self._scored(asked, 2)
        least = next((score for score, paper in found if paper.id == last), 0.0)
        return any(score >= least for score, paper in found if paper.id != last)

    def last_writing(self) -> int:
        """The newest `arrived`; 0 for an empty index."""
        if not self.index.searcher().num_docs:
            return 0
        return int(self._aggregate({"last": {"max": {"field": "arrived"}}})["last"]["value"])

    def numbered(self, first: int, last: int) -> tuple[int, int]:
        """How many papers were issued with numbers from `first` to `last`, and the highest of these
        numbers or 0."""
        within = tantivy.Query.range_query(
            self._schema, "issued", tantivy.FieldType.Integer, first, last
        )
        found = self.index.searcher().aggregate(
            within,
            {"count": {"value_count": {"field": "issued"}}, "last": {"max": {"field": "issued"}}},
        )
        return int(found["count"]["value"]), int(found["last"]["value"] or 0)

    def newest_id(self) -> str:
        """The paper that arXiv numbered last. The index must not be empty."""
        return next(self._papers(tantivy.Query.all_query(), 1, order_by="issued")).id

    def days(self) -> tuple[date, date]:
        """The first and the last v1 day. The index must not be empty."""
        found = self._aggregate(
            {"first": {"min": {"field": "day"}}, "last": {"max": {"field": "day"}}}
        )
        return _day(int(found["first"]["value"])), _day(int(found["last"]["value"]))

    def years(self) -> dict[int, int]:
        """How many papers have their v1 day in which year. The index must not be empty."""
        first, last = self.days()
        ranges = [
            {"from": year * 10_000, "to": (year + 1) * 10_000}
            for year in range(first.year, last.year + 1)
        ]
        found = self._aggregate({"years": {"range": {"field": "day", "ranges": ranges}}})
        counts = {
            int(b["from"]) // 10_000: b["doc_count"]
            for b in found["years"]["buckets"]
            if "from" in b
        }
        return {year: count for year, count in sorted(counts.items()) if count}

    def _aggregate(self, wanted: dict[str, Any]) -> dict[str, Any]:
        return self.index.searcher().aggregate(tantivy.Query.all_query(), wanted)

    def _papers(
        self, query: tantivy.Query, limit: int, order_by: str | None = None
    ) -> Iterator[Paper]:
        return (paper for _, paper in self._scored(query, limit, order_by))

    def _scored(
        self, query: tantivy.Query, limit: int, order_by: str | None = None
    ) -> list[tuple[float, Paper]]:
        found = [(score, self.paper(place)) for score, place in self._hits(query, limit, order_by)]
        # Where papers score alike, their place in the index decides, and that differs from import
        # to import.
        return sorted(found, key=lambda hit: (-hit[0], hit[1].id))

    def _places(self, query: tantivy.Query, limit: int) -> list[Place]:
        """In the order of `_scored`; those that score alike must be read for it."""
        places: list[Place] = []
        for _, alike in groupby(self._hits(query, limit), key=lambda hit: hit[0]):
            those = [place for _, place in alike]
            places += (
                sorted(those, key=lambda place: self.paper(place).id) if len(those) > 1 else those
            )
        return places

    def _hits(
        self, query: tantivy.Query, limit: int, order_by: str | None = None
    ) -> list[tuple[float, Place]]:
        searcher = self.index.searcher()
        most = max(
            1, min(limit, searcher.num_docs)
        )  # tantivy reserves room for as many as it is asked for
        hits = searcher.search(query, most, count=False, order_by_field=order_by).hits
        return [(score, (at.segment_ord, at.doc)) for score, at in hits]

    def paper(self, place: Place) -> Paper:
        """The paper at a place. The searches of one run find the same papers again and again."""
        if self._kept is not None and place in self._kept:
            return self._kept[place]
        paper = self.read(place)
        if self._kept is not None:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[place] = paper
        return paper

    def read(self, place: Place) -> Paper:
        """The paper at a place, not kept in memory."""
        return Paper.model_validate_json(
            self.index.searcher().doc(tantivy.DocAddress(*place))["record"][0]
        )

    def every(self) -> Iterator[tuple[Place, Paper]]:
        """All papers, each with its place, in no order that means anything."""
        for _, place in self._hits(tantivy.Query.all_query(), self.index.searcher().num_docs):
            yield place, self.read(place)

    def _any(self, field: str, values: Sequence[str] | Sequence[int]) -> tantivy.Query:
        """Papers with one of these values."""
        if len(values) > FEW:
            return tantivy.Query.term_set_query(self._schema, field, [*values])
        terms = [
            (Occur.Should, tantivy.Query.term_query(self._schema, field, value)) for value in values
        ]
        return tantivy.Query.boolean_query(terms)

    def _range(self, field: str, first: int, last: int) -> tantivy.Query:
        return tantivy.Query.range_query(
            self._schema, field, tantivy.FieldType.Integer, first, last
        )

    def build(
        self, query: Query, window: Window, among: tantivy.Query | None = None
    ) -> tantivy.Query | None:
        """The query as objects, or None if it has no words; `among`: of these papers only.

        A phrase of `all_of` must have all its words in the paper, an item of `any_of` too in order
        to count, and one of them must. With `all_of` empty every single word of `any_of` counts,
        and every telling word of `like`, and none is required; that a paper is worded as one that
        argues then ranks it higher.
        """
        every = [phrase for text in query.all_of[:MOST_PHRASES] if (phrase := self._phrase(text))]
        some = [
            words for text in query.any_of[:MOST_PHRASES] if (words := self._content_words(text))
        ]
        either = [
            (Occur.Should, self._words(words, Occur.Must if every else Occur.Should))
            for words in some
        ]
        if not every:
            telling = self._telling(query.like[:MOST_PHRASES])
            either += [(Occur.Should, self._word(word, weight)) for word, weight in telling.items()]
        parts = [(Occur.Must, phrase) for phrase in every]
        if either:
            parts.append((Occur.Must, tantivy.Query.boolean_query(either)))
        if not parts:
            return None
        if not every:
            parts += self._contrast
        days = tantivy.Query.range_query(
            self._schema,
            "day",
            tantivy.FieldType.Integer,
            day_number(window.opens),
            day_number(window.as_of),
            False,
            True,
        )
        filters = [days] if among is None else [days, among]
        unscored = [(Occur.Must, tantivy.Query.const_score_query(one, 0.0)) for one in filters]
        return tantivy.Query.boolean_query([*unscored, *parts])

    def _phrase(self, text: str) -> tantivy.Query | None:
        """One phrase of `all_of`: its words but stop words, and a reward if it stands word for
        word. Requiring the phrase as it stands loses more papers than it gains, and a reward for
        those of `any_of` costs more time than all the rest and gains nothing
        (benchmarks/search.py)."""
        content = self._content_words(text)
        if not content:
            return None
        required = self._words(content, Occur.Must)
        words = self._analyser.analyze(plain(text))[:MOST_WORDS]
        if not 1 < len(words) <= LONGEST_PHRASE:  # tantivy panics on a phrase of one word
            return required
        exact = tantivy.Query.phrase_query(self._schema, "text", [*words])
        return tantivy.Query.boolean_query([(Occur.Must, required), (Occur.Should, exact)])

    def _content_words(self, text: str) -> list[str]:
        """The different words but stop words; all of them where there are no others. Spelt as the
        papers spell them."""
        spelt = _BRITISH.sub(self._spelling, plain(text))
        words = (
            self._content.analyze(spelt)[:MOST_WORDS] or self._analyser.analyze(spelt)[:MOST_WORDS]
        )
        return list(dict.fromkeys(words))

    def _spelling(self, british: re.Match[str]) -> str:
        """`optimise` and `behaviour` as American papers write them, where more papers here do
        so."""
        stem, ending, colour, rest = british.groups()
        american = f"{stem}z{ending}" if stem else f"{colour}{rest}"
        return american if self._frequency(american) > self._frequency(british[0]) else british[0]

    def _frequency(self, word: str) -> int:
        stems = self._content.analyze(word)
        return self.index.searcher().doc_freq("text", stems[0]) if stems else 0

    def _telling(self, texts: Sequence[str]) -> dict[str, float]:
        """The most telling words of texts by tf-idf, and their weights: at most 1 for a text,
        shared by all texts."""
        searcher = self.index.searcher()
        weights: dict[str, float] = defaultdict(float)
        for text in texts:
            scores = {}
            for word, count in Counter(self._content.analyze(plain(text))[:MOST_WORDS]).items():
                if papers := searcher.doc_freq("text", word):
                    rare = math.log(1 + (searcher.num_docs - papers + 0.5) / (papers + 0.5))
                    scores[word] = (1 + math.log(count)) * max(rare, 0.0)
            best = sorted(scores.items(), key=lambda item: (-item[1], item[0]))[:TELLING]
            for word, score in best:
                if best[0][1] > 0:
                    weights[word] += score / best[0][1] / len(texts)
        return {word: weight for word, weight in weights.items() if weight > 0}

    def _words(self, words: Sequence[str], occur: Occur) -> tantivy.Query:
        return tantivy.Query.boolean_query([(occur, self._word(word)) for word in words])

    def _word(self, word: str, weight: float = 1.0) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, "text", word)
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)
