"""What arXiv's API answers, checked before the arxiv package parses it: that parser makes an empty
list of anything."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import requests
from arxiv import Result  # type: ignore[import-untyped]  # the package ships no types
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types, and its stubs are another dependency

from retest.domain.paper import Paper
from retest.errors import SearchFailed
from retest.papers.withdrawn import is_withdrawn
from retest.retry import Transient, retry_after

_ATOM = "{http://www.w3.org/2005/Atom}"
_OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_ENTRY = re.compile(
    r"https?://[^/]+/abs/(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v([1-9]\d*))?", re.ASCII
)
_MAY_PASS = frozenset({408, 425, 429})
"""Client errors that the same request may not meet again (RFC 9110, 8470, 6585); so may every
server error."""


def check(response: requests.Response) -> None:
    """Nothing, if the response is a whole answer to its request.

    Raises Transient for an answer that is broken or delayed, SearchFailed where the API refuses the
    request.
    """
    if response.is_redirect:
        return  # requests follows it, and what comes then is checked
    status = response.status_code
    if status in _MAY_PASS or status >= 500:
        raise Transient(
            f"arXiv answered with status {status}", retry_after(response.headers.get("Retry-After"))
        )
    if status != requests.codes.ok:
        raise SearchFailed(
            f"arXiv refused the request with status {status}{_complaint(response.content)}"
        )
    feed = _feed(response.content)
    entries = feed.findall(f"{_ATOM}entry")
    for entry in entries:
        _check_entry(entry)
    _check_count(feed, len(entries), response.request.url or "")


def _feed(content: bytes) -> etree._Element:
    try:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, huge_tree=False, recover=False
        )
        feed = etree.fromstring(content, parser=parser)
    except etree.XMLSyntaxError as error:
        raise Transient(f"arXiv's answer is no well-formed XML: {error.msg}") from error
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


def _check_entry(entry: etree._Element) -> None:
    name = entry.findtext(f"{_ATOM}id") or ""
    if "/api/errors" in name:
        raise SearchFailed(
            f"arXiv refused the request: {(entry.findtext(f'{_ATOM}summary') or name)[:200]}"
        )
    if not _ENTRY.fullmatch(name):
        raise Transient("arXiv's answer has an entry without an arXiv id")
    for field in ("published", "updated"):
        try:
            datetime.fromisoformat((entry.findtext(f"{_ATOM}{field}") or "").strip())
        except ValueError:
            raise Transient(f"arXiv's answer has an entry with no valid {field} date") from None
    if not (entry.findtext(f"{_ATOM}title") or "").strip():
        raise Transient("arXiv's answer has an entry without a title")


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


def paper_of(result: Result) -> Paper:
    """A checked entry as a paper; `published` is the day of v1 in UTC, as arXiv counts days."""
    match = _ENTRY.fullmatch(result.entry_id)
    if not match:
        raise Transient(f"arXiv's answer has an entry {result.entry_id[:80]!r}")
    abstract = " ".join(result.summary.split())
    return Paper(
        id=match[1],
        title=" ".join(result.title.split()),
        abstract=abstract,
        published=result.published.date(),
        version=int(match[2]) if match[2] else None,
        authors=tuple(" ".join(author.name.split()) for author in result.authors),
        updated=result.updated.date(),
        categories=tuple(result.categories),
        withdrawn=is_withdrawn(abstract, result.comment or ""),
    )
