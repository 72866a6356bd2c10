"""What arXiv's API answers: a feed, checked to be a whole answer to its request, as papers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types, and its stubs are another dependency

from retest.domain.paper import Paper
from retest.errors import SearchFailed
from retest.papers.markup import allowed, parsed
from retest.papers.withdrawn import is_withdrawn
from retest.retry import Transient
from retest.transport import Answer

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ENTRY = re.compile(
    r"https?://[^/]+/abs/(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v([1-9]\d*))?", re.ASCII
)


def papers_in(answer: Answer) -> list[Paper]:
    """The papers of a feed, in its order.

    Raises Transient for an answer that is broken, SearchFailed where the API refuses the request:
    an empty list means that it was asked and has none.
    """
    if answer.status != 200:
        raise SearchFailed(
            f"arXiv refused the request with status {answer.status}{_complaint(answer.body)}"
        )
    feed = _feed(answer.body)
    papers = [_paper(entry) for entry in feed.findall(f"{_ATOM}entry")]
    _check_count(feed, len(papers), answer.url)
    return papers


def _feed(content: bytes) -> etree._Element:
    feed = parsed(allowed(content), "arXiv")
    if feed.tag != f"{_ATOM}feed":
        raise Transient("arXiv's answer is no Atom feed")
    return feed


def _complaint(content: bytes) -> str:
    """What an error entry says, if the body is one."""
    try:
        text = _feed(content).findtext(f"{_ATOM}entry/{_ATOM}summary")
    except Transient:
        return ""
    return f": {text[:200]}" if text else ""


def _paper(entry: etree._Element) -> Paper:
    """An entry as a paper; `published` is the day of v1 in UTC, as arXiv counts days."""
    name = entry.findtext(f"{_ATOM}id") or ""
    if "/api/errors" in name:
        raise SearchFailed(f"arXiv refused the request: {(_text(entry, 'summary') or name)[:200]}")
    match = _ENTRY.fullmatch(name)
    if not match:
        raise Transient("arXiv's answer has an entry without an arXiv id")
    title, abstract = _text(entry, "title"), _text(entry, "summary")
    if not title:
        raise Transient("arXiv's answer has an entry without a title")
    comment = " ".join((entry.findtext(f"{_ARXIV}comment") or "").split())
    authors = [_text(author, "name") for author in entry.iterfind(f"{_ATOM}author")]
    categories = [category.get("term") for category in entry.iterfind(f"{_ATOM}category")]
    return Paper(
        id=match[1],
        title=title,
        abstract=abstract,
        published=_day(entry, "published"),
        version=int(match[2]) if match[2] else None,
        authors=tuple(filter(None, authors)),
        updated=_day(entry, "updated"),
        categories=tuple(filter(None, categories)),
        withdrawn=is_withdrawn(abstract, comment),
    )


def _text(element: etree._Element, name: str) -> str:
    """The text of a child, with single spaces."""
    return " ".join((element.findtext(f"{_ATOM}{name}") or "").split())


def _day(entry: etree._Element, name: str) -> date:
    try:
        moment = datetime.fromisoformat(_text(entry, name))
        return (moment.astimezone(UTC) if moment.tzinfo else moment).date()
    except (ValueError, OverflowError):
        raise Transient(f"arXiv's answer has an entry with no valid {name} date") from None


def _check_count(feed: etree._Element, entries: int, url: str) -> None:
    try:
        total, start = (
            int(feed.findtext(f"{_OPENSEARCH}{name}") or "")
            for name in ("totalResults", "startIndex")
        )
    except ValueError:
        raise Transient("arXiv's answer does not say how many results there are") from None
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    if "start" not in asked or "max_results" not in asked:
        raise Transient("arXiv sent the request elsewhere")
    if start != int(asked["start"]):
        raise Transient(f"arXiv's answer starts at {start} instead of {asked['start']}")
    expected = max(0, min(int(asked["max_results"]), total - start))
    if entries != expected:
        raise Transient(f"arXiv's answer has {entries} entries instead of {expected}")
