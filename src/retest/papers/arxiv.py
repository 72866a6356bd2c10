"""arXiv's live API as a paper source.

`papers.host` decides when and how often to ask, `atom` what is a whole answer: one that breaks off,
a page of HTML and an empty list that should not be empty are never taken for "nothing found".
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from retest.domain.arxiv_id import parse_id
from retest.domain.line import Window
from retest.domain.paper import Lookup, Missing, Paper, Query, Unknown
from retest.errors import SearchFailed
from retest.masking import Mask
from retest.papers.atom import papers_in
from retest.papers.circuit import Circuit
from retest.papers.day_cache import DayCache
from retest.papers.grammar import either, joined, render, within, words
from retest.papers.host import ARXIV_MAY_PASS, Host
from retest.papers.index import PaperIndex
from retest.papers.polite import Turns, site
from retest.papers.source import Seen
from retest.retry import Patience, Transient
from retest.transport import Bounds, Moved

LARGEST_PAGE = 2000
"""Results that one request may ask for (arXiv API user's manual, 3.1.1.2)."""
BATCH = 100
"""Ids asked for in one request; their names stay well below what servers take as a URL."""
TITLED, TITLES_A_REQUEST, SHORT_TITLE = 100, 10, 5
"""Papers and titles of one request for titles, and how many words make a title that few papers
share."""
MOST_VERSIONS = 10
"""Earlier versions of a paper whose titles are asked for: the first, and the last before it."""
POOL = 200
"""Papers asked for in a request of several queries, about 0.4 MB. With 200, two requests a claim
find what settles it among the first 32 as often as one for each of its queries does; 100 lose a
little, 300 gain nothing (benchmarks/live_api.py)."""
RANK_CONSTANT = 60
"""k of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009)."""
LARGEST = 32 << 20
"""Bytes of an answer, unpacked. One of 2,000 papers has about 4 MB."""
_PAPERS = TypeAdapter(list[Paper])


class ArxivSource:
    """Safe to call from several threads and processes: all wait for their turn at the host.

    An answer may take `timeout` seconds without a byte, and `longest` as a whole. `lock_folder`
    must be the same for all processes that are to be one polite client. With
    `answers` the same question costs one request a day. Sources that share a `circuit` meet an
    outage once.
    """

    name = "arxiv"
    until: date | None = None

    def __init__(
        self,
        *,
        url: str,
        lock_folder: Path,
        interval: float = 3.0,
        timeout: float = 30.0,
        longest: float = 120.0,
        patience: Patience | None = None,
        answers: DayCache | None = None,
        circuit: Circuit | None = None,
        mask: Mask | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._answers = url, answers
        self._host = Host(
            "arXiv",
            Turns(lock_folder, site(url), interval, clock, sleep),
            patience or Patience(),
            bounds=Bounds(timeout, longest, LARGEST),
            may_pass=ARXIV_MAY_PASS,
            circuit=circuit or Circuit(clock),
            mask=mask,
            sleep=sleep,
        )

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        """See Source. At most 2,000 papers, which is what one request may ask for."""
        asked = render(query)
        limit = min(limit, LARGEST_PAGE)
        if not asked or limit < 1 or window.opens >= window.as_of:
            return []
        return self._within(asked, window, limit)

    def search_all(self, queries: Sequence[Query], window: Window, limit: int) -> list[list[Paper]]:
        """See Source. Two requests for what a claim usually asks, and one for each four queries of
        a kind at most.

        Queries are joined by OR: those with required phrases, which are narrow, and bags of words,
        which would crowd them out, apart from each other. What comes back is searched here with
        each query, by the mirror's own code. A paper's rank for a query is fused of the one that it
        has here, where only those that came back are counted, and of the one that arXiv gave it
        among them.
        """
        if limit < 1 or window.opens >= window.as_of:
            return [[] for _ in queries]
        pool: dict[str, Paper] = {}
        placed: list[dict[str, int]] = [{} for _ in queries]
        for narrow in (True, False):
            rendered = [render(query) if bool(query.all_of) == narrow else "" for query in queries]
            for asked, places in joined(rendered):
                found = self._within(asked, window, POOL)
                pool.update((paper.id, paper) for paper in found)
                ranks = {paper.id: rank for rank, paper in enumerate(found, start=1)}
                for place in places:
                    placed[place] = ranks
        if not pool:
            return [[] for _ in queries]
        index = PaperIndex.of(pool.values())
        return [
            _fused(index.search(query, window, len(pool)), ranks)[:limit] if ranks else []
            for query, ranks in zip(queries, placed, strict=True)
        ]

    def _within(self, asked: str, window: Window, page: int) -> list[Paper]:
        found = self._ask(page, query=f"{asked} AND {within(window)}")
        return [paper for paper in found if paper.published in window]

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[list[list[Paper]], None]:
        return self.search_all(queries, window, limit), None

    def unchanged(self, queries: Sequence[Query], window: Window, seen: Seen) -> None:
        del queries, window, seen  # nothing is noted here, so nothing is known to be as it was

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """See Source. One request for up to 100 ids that were not asked for today."""
        found: dict[str, Lookup] = {}
        for i in dict.fromkeys(ids):
            if (kept := self._kept(f"id {i}", 1)) is not None:
                found[i] = next((paper for paper in kept if paper.id == i), None) or Missing(id=i)
        wanted = [i for i in dict.fromkeys(ids) if i not in found]
        for batch in (wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)):
            try:
                papers = {paper.id: paper for paper in self._ask(len(batch), ids=batch)}
            except SearchFailed as failed:
                found |= {i: Unknown(id=i, reason=failed.message) for i in batch}
                continue
            for i in batch:
                found[i] = papers.get(i) or Missing(id=i)
                self._keep(f"id {i}", [papers[i]] if i in papers else [])
        return found

    def titled(self, titles: Sequence[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
        """See Source. Several titles a request; one of few words, which many papers share, has a
        request of its own."""
        found: dict[str, tuple[Paper, ...] | Unknown] = {}
        for batch in _title_batches(titles):
            named = [words(title) for title in batch]
            query = either(f'ti:"{" ".join(said)}"' for said in named if said)
            try:
                papers = tuple(self._ask(TITLED, query=query)) if query else ()
            except SearchFailed as failed:
                found |= {title: Unknown(id="", reason=failed.message) for title in batch}
            else:
                found |= dict.fromkeys(batch, papers)
        return found

    def other_titles(self, papers: Sequence[Paper]) -> dict[str, tuple[str, ...] | Unknown]:
        """See Source. The API gives a version's own title if it is asked for that version."""
        versions = {
            paper.id: [
                f"{paper.id}v{n}"
                for n in (1, *range(max(2, paper.version + 1 - MOST_VERSIONS), paper.version))
                if n < paper.version
            ]
            for paper in papers
            if paper.version
        }
        wanted = [name for names in versions.values() for name in names]
        titles: dict[str, list[str]] = {}
        unasked: dict[str, str] = {}
        for batch in (wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)):
            try:
                for paper in self._ask(len(batch), ids=batch):
                    titles.setdefault(paper.id, []).append(paper.title)
            except SearchFailed as failed:
                unasked |= {name.rpartition("v")[0]: failed.message for name in batch}
        return {
            i: Unknown(id=i, reason=unasked[i]) if i in unasked else tuple(titles.get(i, ()))
            for i, names in versions.items()
            if names
        }

    def _ask(self, most: int, *, query: str = "", ids: Sequence[str] = ()) -> list[Paper]:
        """The papers of one request, at most so many: those that a query finds, or those of these
        ids. Retried within patience, or kept of the same one today. Raises SearchFailed."""
        question = f"{most} {query} {','.join(ids)}"
        if (kept := self._kept(question, most)) is not None:
            return kept
        asked = {
            "search_query": query,
            "id_list": ",".join(ids),
            "sortBy": "relevance",
            "sortOrder": "descending",
            "start": "0",
            "max_results": str(most),
        }
        try:
            papers = self._host.ask(f"{self._url}?{urlencode(asked)}", papers_in)
        except Transient as error:
            hint = "try again later, or use --source mirror"
            raise SearchFailed(str(error), hint) from error
        except Moved as error:
            hint = "set RETEST_ARXIV_URL to the new address, if it is arXiv's"
            raise SearchFailed(str(error), hint) from error
        except OSError as error:
            raise SearchFailed(
                f"no turn to ask arXiv can be taken: {error}", "make that folder writable"
            ) from error
        self._keep(question, papers)
        return papers

    def _kept(self, question: str, most: int) -> list[Paper] | None:
        """What the question was answered with today. What cannot be such an answer is none."""
        text = self._answers.get(f"{self._url} {question}") if self._answers else None
        if text is None:
            return None
        try:
            papers = _PAPERS.validate_json(text)
        except ValidationError:
            return None
        whole = len(papers) <= most and all(_is_id(paper.id) for paper in papers)
        return papers if whole else None

    def _keep(self, question: str, papers: list[Paper]) -> None:
        if self._answers:
            self._answers.put(f"{self._url} {question}", _PAPERS.dump_json(papers).decode())


def _is_id(text: str) -> bool:
    found = parse_id(text)
    return found is not None and found.base == text


def _title_batches(titles: Sequence[str]) -> list[list[str]]:
    short = [title for title in titles if len(words(title)) < SHORT_TITLE]
    long = [title for title in titles if len(words(title)) >= SHORT_TITLE]
    batches = [long[i : i + TITLES_A_REQUEST] for i in range(0, len(long), TITLES_A_REQUEST)]
    return [*batches, *([title] for title in short)]


def _fused(papers: Sequence[Paper], ranks: Mapping[str, int]) -> list[Paper]:
    """Papers by the rank that they have here and the one of `ranks`, where they have one, which
    also decides ties."""
    score = {paper.id: 1 / (RANK_CONSTANT + rank) for rank, paper in enumerate(papers, start=1)}
    score |= {i: score[i] + 1 / (RANK_CONSTANT + ranks[i]) for i in score if i in ranks}
    return sorted(
        papers, key=lambda paper: (-score[paper.id], ranks.get(paper.id, LARGEST_PAGE), paper.id)
    )
