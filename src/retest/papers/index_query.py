"""Queries of the search index, built as objects.

Query phrases come from models and strangers. They are cut into words by the same analyser that cut
the papers, and the query is built from those words: nothing here parses a query string, so no
phrase can be an operator.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence

import tantivy
from tantivy import Occur

from retest.domain.line import Window
from retest.domain.paper import Query
from retest.papers.argues import WORDS
from retest.papers.index_schema import analyser, day_number, plain

LONGEST_PHRASE = 6
"""Longer texts are claims and passages, which no paper repeats word for word: only their words
count."""
MOST_WORDS, MOST_PHRASES = 256, 64
"""Words of a phrase, and phrases of a kind, that are looked at: an abstract has about 200 words, a
plan 8 phrases."""
TELLING = 60
"""Words of each text of `like` that count: the most telling one as much as a word asked for, the
others less. That is Rocchio's feedback (1971) with equal weights for the query and for the papers
given as examples."""
CONTRAST = 0.5
"""What a word of contrast counts, to a word asked for."""
_BRITISH = re.compile(
    r"\b(\w{2,}[iy])s(e|ed|es|er|ers|ing|ation|ations|able)\b|\b(\w{3,}o)u(r(?:s|ed|ing|al|able|ite|ites)?)\b",
    re.IGNORECASE,
)


class QueryBuilder:
    """Builds queries for one index, whose papers say how telling a word is."""

    def __init__(self, index: tantivy.Index) -> None:
        self._index, self._schema = index, index.schema
        self._analyser = analyser()
        self._content = analyser(stop_words=False)
        contrast = dict.fromkeys(self._content.analyze(" ".join(WORDS)))
        self._contrast = [(Occur.Should, self.word(word, CONTRAST)) for word in contrast]

    def any_word(self, text: str) -> tantivy.Query | None:
        """The papers that have a word of a text, or None if it has none."""
        words = self._analyser.analyze(plain(text))[:MOST_WORDS]
        parts = [(Occur.Should, self.word(word)) for word in dict.fromkeys(words)]
        return tantivy.Query.boolean_query(parts) if parts else None

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
            either += [(Occur.Should, self.word(word, weight)) for word, weight in telling.items()]
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
        return self._index.searcher().doc_freq("text", stems[0]) if stems else 0

    def _telling(self, texts: Sequence[str]) -> dict[str, float]:
        """The most telling words of texts by tf-idf, and their weights: at most 1 for a text,
        shared by all texts."""
        searcher = self._index.searcher()
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
        return tantivy.Query.boolean_query([(occur, self.word(word)) for word in words])

    def word(self, word: str, weight: float = 1.0) -> tantivy.Query:
        query = tantivy.Query.term_query(self._schema, "text", word)
        return query if weight == 1.0 else tantivy.Query.boost_query(query, weight)
