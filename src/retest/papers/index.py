"""The search index behind the mirror and the library: opened, searched and looked up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur

from retest.domain.line import Window
from retest.domain.paper import Paper, Query
from retest.papers.index_query import QueryBuilder
from retest.papers.index_schema import (
    ANALYSER,
    LONGEST_KEY,
    analyser,
    day_number,
    day_of,
    document,
    schema,
)
from retest.papers.source import Ranked
from retest.text.titles import title_keys

Place = tuple[int, int]
"""Where a paper stands: the segment of the index, and the number in it."""
MOST_KEPT = 10_000
"""Papers in memory, about 3 kB each."""
FEW = 64
"""Values of a field that are looked up one by one: a set of values, or a range, costs more the
larger the index is."""


class PaperIndex:
    """Papers that can be searched. Opening and searching raise ValueError where the files are not
    an intact index."""

    def __init__(self, index: tantivy.Index, *, keeps: bool = False) -> None:
        """`keeps`: papers that were read stay in memory. Only for an index that is not reloaded:
        places change then."""
        self.index = index
        self._kept: dict[tuple[int, int], Paper] | None = {} if keeps else None
        self._schema = index.schema
        index.register_tokenizer(ANALYSER, analyser())
        self.queries = QueryBuilder(index)

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
        asked = self.queries.build(query, window)
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
        asked = self.queries.any_word(title)
        return () if asked is None else tuple(self._papers(asked, limit))

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
        asked = self.queries.build(
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
        return day_of(int(found["first"]["value"])), day_of(int(found["last"]["value"]))

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
