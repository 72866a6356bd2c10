"""academic-refchecker on the citation cases.

    python -m benchmarks.rivals.refchecker_references --corpus FOLDER --mirror FOLDER

Each citation is given to the one entry point that its command line, bulk and web modes share
(`EnhancedHybridReferenceChecker.verify_reference`), as its own BibTeX parser would give it: title,
authors, year, URL. Nothing leaves the machine. Every HTTP request is answered here, out of the
mirror, in the form that the tool expects: arXiv's BibTeX export and abstract pages, arXiv's search,
and Semantic Scholar's look-ups and searches; all other services answer that they have nothing. Its
pause of three seconds between arXiv searches is taken out.
"""

from __future__ import annotations

import argparse
import json
import logging
import re
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

import requests
from refchecker.checkers.enhanced_hybrid_checker import (  # type: ignore[import-not-found]  # not ours
    EnhancedHybridReferenceChecker,
)
from refchecker.utils.arxiv_rate_limiter import ArXivRateLimiter  # type: ignore[import-not-found]  # not ours
from requests.adapters import BaseAdapter

from benchmarks.rivals import Known, Row, cases, write
from retest.domain.paper import Paper, Query

NOTHING = json.dumps(
    {
        "message": {"items": []},
        "results": [],
        "result": {"hits": {"hit": []}},
        "data": [],
        "notes": [],
    }
)
"""What Crossref, OpenAlex, DBLP and OpenReview say when they have nothing: that they are asked and
do not know is no fault of theirs, and an error would be asked again."""
NOT_ABOUT_IDENTITY = ("year", "venue", "doi")
"""Kinds of error that say nothing of whether the paper is the one described."""


class StandIn(BaseAdapter):
    """Answers as arXiv and Semantic Scholar would if they held the papers of the mirror."""

    def __init__(self, known: Known) -> None:
        super().__init__()
        self.known = known

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        url = urlsplit(request.url or "")
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        body = self.answer(url.netloc, unquote(url.path), query)
        response = requests.Response()
        response.status_code = 404 if body is None else 200
        response.raw = BytesIO((body or "not found").encode())
        response.encoding = "utf-8"
        response.request, response.url = request, request.url or ""
        return response

    def close(self) -> None:
        """Nothing is open."""

    def answer(self, host: str, path: str, query: dict[str, str]) -> str | None:
        if host.endswith("arxiv.org"):
            if path == "/api/query":
                return atom(self.searched(query))
            kind, _, arxiv_id = path.strip("/").partition("/")
            paper = self.known.paper(re.sub(r"v\d+$", "", arxiv_id))
            return (
                None
                if paper is None
                else bibtex(paper)
                if kind == "bibtex"
                else page(paper, arxiv_id)
            )
        if host == "api.semanticscholar.org":
            return self.semantic_scholar(path, query)
        return NOTHING

    def searched(self, query: dict[str, str]) -> list[Paper]:
        if "id_list" in query:
            found = (self.known.paper(re.sub(r"v\d+$", "", i)) for i in query["id_list"].split(","))
            return [paper for paper in found if paper]
        words = tuple(re.findall(r"all:(\S+)", query.get("search_query", "")))
        asked = Query(all_of=words) if words else Query(any_of=(query.get("search_query", ""),))
        return self.known.search(asked, int(query.get("max_results", 10)))

    def semantic_scholar(self, path: str, query: dict[str, str]) -> str | None:
        found = re.search(r"/paper/(?:arxiv:|doi:10\.48550/arxiv\.)(.+)$", path, re.IGNORECASE)
        if found:
            paper = self.known.paper(re.sub(r"v\d+$", "", found[1]))
            return json.dumps(scholarly(paper)) if paper else None
        if "/paper/search" not in path:
            return None
        papers = self.known.search(Query(any_of=(query.get("query", ""),)), 10)
        papers = papers[:1] if path.endswith("/match") else papers
        return json.dumps({"total": len(papers), "data": [scholarly(paper) for paper in papers]})


def bibtex(paper: Paper) -> str:
    return (
        f"@misc{{x{paper.published.year},\n title={{{paper.title}}},\n "
        f"author={{{' and '.join(paper.authors)}}},\n"
        f" year={{{paper.published.year}}},\n eprint={{{paper.id}}},\n archivePrefix={{arXiv}},\n"
        f" url={{https://arxiv.org/abs/{paper.id}}}\n}}"
    )


def page(paper: Paper, arxiv_id: str) -> str:
    """An abstract page; of an earlier version with the earlier title, where there is one."""
    version = re.search(r"v(\d+)$", arxiv_id)
    earlier = version and paper.other_titles and int(version[1]) < (paper.version or 1)
    title = paper.other_titles[0] if earlier else paper.title
    people = "".join(
        f'<meta name="citation_author" content="{escape(name)}"/>' for name in paper.authors
    )
    history = " ".join(
        f"[v{n}] {paper.published:%a, %d %b %Y}" for n in range(1, (paper.version or 1) + 1)
    )
    return f'<meta name="citation_title" content="{escape(title)}"/>{people}{history}'


def atom(papers: list[Paper]) -> str:
    entries = "".join(
        f"<entry><id>http://arxiv.org/abs/{paper.id}v{paper.version or 1}</id>"
        f"<title>{escape(paper.title)}</title>"
        f"<published>{paper.published}T00:00:00Z</published>"
        + "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
        + "</entry>"
        for paper in papers
    )
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{entries}</feed>'


def scholarly(paper: Paper) -> Row:
    return {
        "paperId": f"s2-{paper.id}",
        "title": paper.title,
        "year": paper.published.year,
        "venue": "arXiv.org",
        "externalIds": {"ArXiv": paper.id, "DOI": f"10.48550/arXiv.{paper.id}"},
        "abstract": paper.abstract,
        "authors": [{"name": name} for name in paper.authors],
        "url": f"https://arxiv.org/abs/{paper.id}",
    }


def reference(line: Row, known: Known) -> Row:
    """A citation as the tool's parser would give it. The year is the paper's, or that of the id."""
    written = line.get("id", "")
    bare = re.search(r"\d{4}\.\d{4,5}|[a-z-]+/\d{7}", written)
    paper = known.paper(bare[0]) if bare else None
    year = (
        paper.published.year
        if paper
        else 2000 + int(written[:2])
        if re.match(r"\d\d\d\d\.", written)
        else None
    )
    url = (
        written
        if "arxiv" in written.lower()
        else f"https://arxiv.org/abs/{written}"
        if written
        else ""
    )
    written_names = line.get("authors", [])
    apart = (
        re.split(r" and |(?<=\w) (?=et al)", written_names)
        if isinstance(written_names, str)
        else written_names
    )
    people = ["et al." if name == "others" else name for name in apart]
    return {
        "title": line.get("title", ""),
        "authors": people,
        "year": year,
        "url": url,
        "cited_url": url,
        "raw_text": "",
        "type": "arxiv" if url else "other",
    }


def status(verified: Any, errors: list[Row]) -> str:
    """`unverifiable` is the tool's "unverified": it found no such paper, and says no more."""
    kinds = [str(error["error_type"]) for error in errors if error.get("error_type")]
    if any(kind == "unverified" or kind == "api_failure" for kind in kinds) or (
        verified is None and not kinds
    ):
        return "unverifiable"
    return (
        "rejected" if any(not kind.startswith(NOT_ABOUT_IDENTITY) for kind in kinds) else "grounded"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("corpus", "mirror"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    logging.disable()
    known = Known(options.mirror)
    adapter = StandIn(known)
    requests.Session.get_adapter = lambda *_, **__: adapter  # type: ignore[method-assign]  # answers every request
    ArXivRateLimiter.wait = lambda _: 0.0
    checker = EnhancedHybridReferenceChecker()
    asked = [
        (number, line)
        for number, line, _ in cases(options.corpus)
        if "quote" not in line and line.get("title")
    ]

    def check(case: tuple[int, Row]) -> tuple[int, str]:
        verified, errors, _ = checker.verify_reference(reference(case[1], known))
        return case[0], status(verified, errors)

    began = time.perf_counter()
    with ThreadPoolExecutor(4) as pool:
        found = dict(pool.map(check, asked))
    print(f"{len(found)} references in {time.perf_counter() - began:.1f} s")
    write(options.corpus, "refchecker", found)


if __name__ == "__main__":
    main()
