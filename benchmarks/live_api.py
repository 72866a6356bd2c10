"""What few requests to arXiv's live API find, against one request for every query.

    python -m benchmarks.live_api --mirror FOLDER --claims FILE --plans FILE

Nothing is asked of arXiv: its stand-in answers from the mirror, parses each request in the same
grammar and ranks by BM25, an OR by the sum of its parts. How arXiv itself ranks is not public.
Claims and plans are as for search.py.
"""

from __future__ import annotations

import argparse
import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import quote_plus

import tantivy
from tantivy import Occur

from benchmarks.search import NOWHERE, Case, Stations, cases, line_of, read
from retest.domain.line import Window
from retest.domain.paper import Paper, Query
from retest.papers import arxiv as live
from retest.papers.index import PaperIndex
from retest.papers.index_schema import analyser, plain
from retest.papers.mirror_source import MirrorSource
from retest.pipeline.search import fuse
from retest.settings import ARXIV_URL

DEPTHS = (10, 20, 32, 50, 100)
LIMIT = 100
"""Papers that the pipeline asks for with one query."""
TOKEN = re.compile(
    r'\s*(?:(?P<op>AND|OR)\b|(?P<open>\()|(?P<close>\))|(?:all|ti|abs):"(?P<text>[^"]*)"'
    r"|submittedDate:\[(?P<first>\d{8})0000 TO (?P<last>\d{8})2359\])"
)


class StandIn(live.ArxivSource):
    """arXiv's source, with the mirror's index in place of the network."""

    def __init__(self, mirror: Path) -> None:
        super().__init__(url=ARXIV_URL, lock_folder=mirror, interval=0.0)
        self._index = PaperIndex.open(mirror / "index")
        self.lengths: list[int] = []

    def _ask(self, most: int, *, query: str = "", ids: Sequence[str] = ()) -> list[Paper]:
        del ids  # none are asked for here
        self.lengths.append(len(quote_plus(query)))
        tokens = list(TOKEN.finditer(query))
        if "".join(match[0] for match in tokens) != query:
            raise ValueError(f"not in arXiv's grammar: {query}")
        return list(self._index._papers(self._expression(tokens), most))

    def _expression(self, tokens: list[re.Match[str]]) -> tantivy.Query:
        parts, operator = [self._term(tokens)], ""
        while tokens and tokens[0]["op"]:
            operator = str(tokens.pop(0)["op"])
            parts.append(self._term(tokens))
        return tantivy.Query.boolean_query(
            [(Occur.Should if operator == "OR" else Occur.Must, part) for part in parts]
        )

    def _term(self, tokens: list[re.Match[str]]) -> tantivy.Query:
        token = tokens.pop(0)
        if token["open"]:
            inner = self._expression(tokens)
            tokens.pop(0)
            return inner
        if token["first"]:
            bounds = int(token["first"]), int(token["last"])
            days = tantivy.Query.range_query(
                self._index._schema, "day", tantivy.FieldType.Integer, *bounds, True, True
            )
            return tantivy.Query.const_score_query(days, 0.0)
        said = analyser().analyze(plain(token["text"]))
        if len(said) < 2:
            return self._index.queries.word(said[0]) if said else tantivy.Query.empty_query()
        return tantivy.Query.phrase_query(self._index._schema, "text", [*said])


Way = Callable[[StandIn, Sequence[Query], Window], list[list[Paper]]]


def each(source: StandIn, queries: Sequence[Query], window: Window) -> list[list[Paper]]:
    return [source.search(query, window, LIMIT) for query in queries]


def together(source: StandIn, queries: Sequence[Query], window: Window) -> list[list[Paper]]:
    return source.search_all(queries, window, LIMIT)


async def place(stations: Stations, source: StandIn, way: Way, case: Case, *, model: bool) -> int:
    """The place of the claim's best gold paper among its candidates."""
    state = await stations.planned(case, case.plan if model else None)
    searches = state["searches"]
    lists = way(source, [planned.query for planned in searches], case.subject.window)
    fused = fuse(list(zip(searches, lists, strict=True)), {*case.subject.excluded}, max(DEPTHS))
    found = [candidate.paper.id for candidate in fused]
    return min((found.index(i) for i in case.gold if i in found), default=NOWHERE)


async def run(options: argparse.Namespace) -> None:
    live.POOL = options.pool
    source, mirror = StandIn(options.mirror), MirrorSource(options.mirror)
    claims = read(options.claims)
    stations = Stations(mirror, line_of(claims), options.as_of)
    every = cases(claims, read(options.plans), mirror, options.as_of)
    print(f"{len(every)} claims; share with a gold paper among the first N")
    print(
        f"{'':37}",
        *(f"{depth:>5}" for depth in DEPTHS),
        " requests a claim, longest query in a URL",
    )
    ways: dict[str, Way] = {"a request a query": each, "search_all": together}
    for what, model in {"the model's plan": True, "no model": False}.items():
        for name, way in ways.items():
            source.lengths.clear()
            places = [await place(stations, source, way, case, model=model) for case in every]
            shares = [sum(rank < depth for rank in places) / len(every) for depth in DEPTHS]
            print(f"{what + ': ' + name:37}", *(f"{share:5.2f}" for share in shares), end="  ")
            print(f"{len(source.lengths) / len(every):.1f}, {max(source.lengths)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("mirror", "claims", "plans"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 24))
    parser.add_argument(
        "--pool", type=int, default=live.POOL, help="papers asked for in one request of search_all"
    )
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
