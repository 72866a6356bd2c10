"""A loopback stand-in for arXiv's API: answers in its form, over papers of a test's own, with
faults on demand.

    with FakeArxiv(papers) as fake:
        fake.faults.append(Fault("status", status=429, retry_after="1"))
        ArxivSource(url=fake.url, ...).search(...)
        fake.requests[0].params["search_query"]

Queries are parsed by a strict grammar: what is not a whole expression of it is refused with status
400.
"""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

from retest.domain.paper import Paper

_ID = re.compile(r"(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(v\d+)?")
_TOKEN = re.compile(
    r'\s*(?:(?P<op>AND|OR)\b|(?P<open>\()|(?P<close>\))|(?P<field>all|ti|abs):"(?P<text>[^"]*)"'
    r"|submittedDate:\[(?P<first>\d{8})0000 TO (?P<last>\d{8})2359\])"
)
HTML = b"<!DOCTYPE html><html><body><p>We are down for maintenance.<br></body></html>"


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer.

    status: `status` and `retry_after`; html: a page with status 200; truncated: the feed breaks
    off; cut: fewer bytes than announced; malformed: not XML; empty: no entries but a total of 50;
    short: the last entry is left out; hang: no byte for `seconds`; reset: the connection is reset;
    bad-id: 400, incorrect id format; error-entry: status 200 with an error entry; undated: an entry
    without its dates; other-page: another startIndex; character: nothing but `raw`; none: no fault,
    to let an answer pass before another.
    """

    kind: Literal[
        "status",
        "html",
        "truncated",
        "cut",
        "malformed",
        "empty",
        "short",
        "hang",
        "reset",
        "bad-id",
        "error-entry",
        "undated",
        "other-page",
        "character",
        "none",
    ]
    status: int = 503
    retry_after: str | None = None
    seconds: float = 2.0
    raw: bytes = b""
    """What stands at the beginning of the first abstract."""


@dataclass
class Seen:
    """One request: its parameters, its User-Agent, and when it came and was answered (monotonic
    seconds)."""

    params: dict[str, str]
    user_agent: str
    start: float
    end: float = 0.0


@dataclass
class FakeArxiv:
    papers: Iterable[Paper] = ()
    comments: dict[str, str] = field(default_factory=dict)
    """Comments of papers, by id."""
    titles: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Titles of a paper's versions before the newest, from v1, by id."""
    faults: list[Fault] = field(default_factory=list)
    """Used up one a request, in order."""
    always: Fault | None = None
    """The fault of every request once `faults` is empty."""
    ignore_dates: bool = False
    """Answer with papers of any date, whatever the query says."""
    delay: float = 0.0
    """Seconds that each answer takes."""
    requests: list[Seen] = field(default_factory=list)

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                fake._answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.papers = list(self.papers)
        self._over = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = (
            False  # close() waits for them, so that no test leaves one behind
        )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/api/query"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        split = urlsplit(handler.path)
        params = {key: values[0] for key, values in parse_qs(split.query).items()}
        seen = Seen(params, handler.headers.get("User-Agent", ""), time.monotonic())
        self.requests.append(seen)
        self._over.wait(self.delay)
        fault = self.faults.pop(0) if self.faults else self.always
        status, body = self._feed(params) if split.path == "/api/query" else (404, b"not here")
        seen.end = time.monotonic()
        _send(
            handler, *(_broken(fault, status, body) if fault else (status, body)), fault, self._over
        )

    def _feed(self, params: dict[str, str]) -> tuple[int, bytes]:
        ids = [i for i in params.get("id_list", "").split(",") if i]
        for arxiv_id in ids:
            if not _ID.fullmatch(arxiv_id):
                return 400, error_feed(f"incorrect id format for {arxiv_id}")
        matches: Callable[[Paper], bool] = lambda paper: True  # noqa: E731 - the query of a request that has none
        if params.get("search_query"):
            try:
                matches = parse(params["search_query"], ignore_dates=self.ignore_dates)
            except ValueError as error:
                return 400, error_feed(str(error))
        found = [p for p in (self._versions(ids) if ids else self.papers) if matches(p)]
        start, most = int(params.get("start", 0)), int(params.get("max_results", 10))
        entries = "".join(_entry(p, self.comments.get(p.id)) for p in found[start : start + most])
        return 200, feed(entries, len(found), start, most)

    def _versions(self, ids: list[str]) -> Iterator[Paper]:
        """The papers asked for by id, each in the version asked for; one that there is not is left
        out."""
        known = {paper.id: paper for paper in self.papers}
        for name in ids:
            base, _, version = name.partition("v") if "/" not in name else (name, "", "")
            paper = known.get(base)
            if paper and version and int(version) < (paper.version or 1):
                yield paper.model_copy(
                    update={"version": int(version), "title": self.titles[base][int(version) - 1]}
                )
            elif paper and (not version or int(version) == (paper.version or 1)):
                yield paper


def feed(entries: str, total: int, start: int = 0, most: int = 10) -> bytes:
    """A feed as the API writes it."""
    return f"""<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" \
xmlns:arxiv="http://arxiv.org/schemas/atom" \
xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/fake</id>
  <title>arXiv Query</title>
  <updated>2026-04-12T22:09:26Z</updated>
  <opensearch:itemsPerPage>{most}</opensearch:itemsPerPage>
  <opensearch:totalResults>{total}</opensearch:totalResults>
  <opensearch:startIndex>{start}</opensearch:startIndex>
{entries}</feed>
""".encode()


def error_feed(message: str) -> bytes:
    """What the API answers to a request that it does not take."""
    entry = (
        "  "
        "<entry><id>https://arxiv.org/api/errors#some</id><title>Error</title><updated>2026-04-12T22:59:06Z</updated>"
        f"<summary>{escape(message)}</summary><author><name>arXiv api "
        "core</name></author></entry>\n"
    )
    return feed(entry, 1, 0, 1)


def parse(query: str, *, ignore_dates: bool = False) -> Callable[[Paper], bool]:
    """The test that a search query is. AND and OR may not be mixed without parentheses. Raises
    ValueError."""
    tokens = list(
        _tokens(re.sub(r" AND submittedDate:\S+ TO \S+", "", query) if ignore_dates else query)
    )
    test = _expression(tokens)
    if tokens:
        raise ValueError(f"malformed query near {tokens[0][0]!r}")
    return test


def _tokens(query: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(query):
        match = _TOKEN.match(query, at)
        if not match:
            raise ValueError(f"malformed query at {query[at : at + 20]!r}")
        yield match
        at = match.end()


def _expression(tokens: list[re.Match[str]]) -> Callable[[Paper], bool]:
    tests, operator = [_term(tokens)], ""
    while tokens and tokens[0]["op"]:
        found = tokens.pop(0)["op"]
        if operator and found != operator:
            raise ValueError("AND and OR mixed without parentheses")
        operator = found
        tests.append(_term(tokens))
    combine = any if operator == "OR" else all
    return lambda paper: combine(test(paper) for test in tests)


def _term(tokens: list[re.Match[str]]) -> Callable[[Paper], bool]:
    if not tokens:
        raise ValueError("malformed query: it ends too soon")
    token = tokens.pop(0)
    if token["open"]:
        inner = _expression(tokens)
        if not tokens or not tokens.pop(0)["close"]:
            raise ValueError("malformed query: unclosed parenthesis")
        return inner
    if token["first"]:
        first, last = token["first"], token["last"]
        return lambda paper: first <= f"{paper.published:%Y%m%d}" <= last
    if token["field"]:
        wanted = _spaced(token["text"])
        fields = {"all": ("title", "abstract"), "ti": ("title",), "abs": ("abstract",)}[
            token["field"]
        ]
        return lambda paper: any(wanted in _spaced(getattr(paper, name)) for name in fields)
    raise ValueError(f"malformed query near {token[0]!r}")


def _spaced(text: str) -> str:
    """The words of a text, so that a phrase is a part of it only where its words stand in a row."""
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())
    return f" {' '.join(words)} "


def _entry(paper: Paper, comment: str | None) -> str:
    version, updated = paper.version or 1, paper.updated or paper.published
    authors = "".join(f"    <author><name>{escape(a)}</name></author>\n" for a in paper.authors)
    categories = "".join(
        f'    <category term="{c}" scheme="http://arxiv.org/schemas/atom"/>\n'
        for c in paper.categories
    )
    note = f"    <arxiv:comment>{escape(comment)}</arxiv:comment>\n" if comment else ""
    return f"""  <entry>
    <id>http://arxiv.org/abs/{paper.id}v{version}</id>
    <title>{escape(paper.title)}</title>
    <updated>{updated}T17:59:46Z</updated>
    <summary>  {escape(paper.abstract)}
    </summary>
{categories}    <published>{paper.published}T17:59:46Z</published>
{note}{authors}  </entry>
"""


def _broken(fault: Fault, status: int, body: bytes) -> tuple[int, bytes]:
    body = body.replace(b"<summary>", b"<summary>" + fault.raw, 1)
    last = body.rfind(b"  <entry>")
    match fault.kind:
        case "status":
            return fault.status, b"try later"
        case "html":
            return 200, HTML
        case "truncated":
            return status, body[: len(body) * 2 // 3]
        case "malformed":
            return status, body.replace(b"</feed>", b"</fed>")
        case "empty":
            return 200, feed("", 50)
        case "short":
            return status, body[:last] + b"</feed>"
        case "bad-id":
            return 400, error_feed("incorrect id format for abc")
        case "error-entry":
            return 200, error_feed("incorrect id format for abc")
        case "undated":
            return status, re.sub(rb"<(published|updated)>\d.*?</\1>", b"", body)
        case "other-page":
            return status, body.replace(b"<opensearch:startIndex>0<", b"<opensearch:startIndex>7<")
        case "cut" | "hang" | "reset" | "character" | "none":
            return status, body


def _send(
    handler: BaseHTTPRequestHandler,
    status: int,
    body: bytes,
    fault: Fault | None,
    over: threading.Event,
) -> None:
    if fault and fault.kind == "hang":
        over.wait(fault.seconds)
        return
    if fault and fault.kind == "reset":
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.connection.close()
        return
    handler.send_response(status)
    handler.send_header("Content-Type", "application/atom+xml")
    handler.send_header(
        "Content-Length", str(len(body) + (100 if fault and fault.kind == "cut" else 0))
    )
    if fault and fault.retry_after is not None:
        handler.send_header("Retry-After", fault.retry_after)
    handler.end_headers()
    handler.wfile.write(body)
