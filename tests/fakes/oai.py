"""A loopback stand-in for arXiv's OAI-PMH interface: its lists, tokens and errors, with faults on
demand.

    with FakeOai(entries(papers)) as fake:
        fake.faults[1] = Fault("status", status=503, retry_after="1")
        Oai(fake.url, ...).page(...)
        fake.requests[1].params["resumptionToken"]

It lists as arXiv's own service does (github.com/arXiv/oaipmh): in the order of days and ids, each
token holding the day of the next record and how many records of that day to skip, the last page of
several with an empty token. With `sized` it is as the service was until 2025, with counters.
"""

from __future__ import annotations

import gzip
import re
import socket
import struct
import threading
import time
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit
from xml.sax.saxutils import escape, quoteattr

from tests.fakes.oai_records import Entry, is_in, record

EARLIEST, TODAY = date(2005, 9, 16), date(2026, 11, 24)
HTML = b"<!DOCTYPE html><html><body><p>We are down for maintenance.<br></body></html>"
_SETS = frozenset(
    {
        "cs",
        "math",
        "stat",
        "physics",
        "cs:cs",
        "physics:hep-th",
        "cs:cs:CL",
        "cs:cs:LG",
        "math:math",
    }
)


Kind = Literal[
    "status",
    "html",
    "truncated",
    "cut",
    "malformed",
    "empty",
    "blank",
    "reset",
    "hang",
    "error",
    "repeated",
    "same-token",
    "first-token",
    "no-token",
    "other-request",
    "undated",
    "nameless",
    "short",
    "skipped",
    "bomb",
    "attribute-bomb",
    "external",
    "moved",
    "control",
]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one answer.

    status: `status`, `retry_after` and no XML; html: a page with status 200; truncated: the XML
    breaks off; cut: fewer bytes than announced; malformed: not XML; empty: no records but a token;
    blank: no body; reset: the connection is reset; hang: no byte for `seconds`; error: `code`;
    repeated: the page before again, with the token that leads on; same-token: a token that does not
    advance; first-token: one that leads back; no-token: the element is missing; other-request: an
    answer to another token; undated: no responseDate; nameless: a record without an identifier;
    short: fewer records than completeListSize says; skipped: a cursor further on; bomb,
    attribute-bomb: entities that grow; external: an entity that names a file; moved: a redirect;
    control: characters that XML forbids.
    """

    kind: Kind
    status: int = 503
    retry_after: str | None = None
    code: str = "badArgument"
    seconds: float = 1.0


@dataclass
class Seen:
    """One request: its parameters, its User-Agent, and when it came and was answered (monotonic
    seconds)."""

    params: dict[str, str]
    user_agent: str
    start: float
    end: float = 0.0


@dataclass
class FakeOai:
    entries: Iterable[Entry] = ()
    page: int = 4
    """Records of a page."""
    today: date = TODAY
    sized: bool = False
    packed: bool = False
    """Answer with gzip."""
    faults: dict[int, Fault] = field(default_factory=dict)
    """By the number of the request, from 0."""
    always: Fault | None = None
    """The fault of every other request."""
    delay: float = 0.0
    requests: list[Seen] = field(default_factory=list)

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                fake._answer(self)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self.put(*self.entries)
        self._over, self._before = threading.Event(), b""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
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
        return f"http://127.0.0.1:{self._server.server_port}/oai"

    def put(self, *new: Entry) -> None:
        """Add records, or change those that are there: each is listed once, on its newest day."""
        found = {entry.paper.id: entry for entry in getattr(self, "_listed", [])} | {
            e.paper.id: e for e in new
        }
        self._listed = sorted(found.values(), key=lambda entry: (entry.day, entry.paper.id))
        self._days = [entry.day for entry in self._listed]

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        params = {key: values[0] for key, values in parse_qs(urlsplit(handler.path).query).items()}
        seen = Seen(params, handler.headers.get("User-Agent", ""), time.monotonic())
        number = len(self.requests)
        self.requests.append(seen)
        self._over.wait(self.delay)
        fault = self.faults.get(number, self.always)
        if fault and fault.kind == "error":
            body = self._error(fault.code, "as the test wants it")
        else:
            body = self._list(params)
            if fault:
                body = self._spoilt(fault, body, params)
            else:
                self._before = body
        seen.end = time.monotonic()
        self._send(handler, body, fault)

    def _list(self, params: dict[str, str]) -> bytes:
        asked, skip = dict(params), 0
        if "resumptionToken" in params:
            if set(params) != {"verb", "resumptionToken"}:
                return self._error(
                    "badArgument", "No other parameters allowed with resumptionToken"
                )
            asked = {
                key: values[0]
                for key, values in parse_qs(unquote(params["resumptionToken"])).items()
            }
            if asked.get("verb") != params.get("verb") or not asked.get("skip", "").isdecimal():
                return self._error("badResumptionToken", "Token structure is invalid.")
            skip = int(asked.pop("skip"))
        wrong = self._wrong(asked)
        if wrong:
            return self._error(*wrong)
        first = bisect_left(self._days, date.fromisoformat(asked["from"])) if "from" in asked else 0
        within = asked.get("set")
        found = (
            [e for e in self._listed[first:] if is_in(e, within)]
            if within
            else self._listed[first:]
        )
        listed = found[skip : skip + self.page]
        if not listed:
            return self._error(
                "noRecordsMatch", "The combination of the arguments results in an empty list."
            )
        token = "<resumptionToken/>" if "resumptionToken" in params else ""
        if skip + self.page < len(found):
            following = found[skip + self.page].day
            if self.sized or following == listed[0].day:
                asked["skip"] = str(skip + self.page)
            else:
                asked |= {
                    "from": following.isoformat(),
                    "skip": str(sum(e.day == following for e in listed)),
                }
            expires = f"{self.today + timedelta(days=1)}T00:00:00Z"
            token = (
                "<resumptionToken "
                f"expirationDate='{expires}'>{quote(urlencode(asked))}</resumptionToken>"
            )
        if self.sized and token:
            counters = f" cursor='{skip}' completeListSize='{len(found)}'"
            token = token.replace("<resumptionToken", f"<resumptionToken{counters}")
        return self._document(
            params, f"<ListRecords>\n{''.join(map(record, listed))}{token}\n</ListRecords>"
        )

    def _wrong(self, asked: dict[str, str]) -> tuple[str, str] | None:
        if asked.get("verb") != "ListRecords":
            return "badVerb", "Invalid verb provided"
        if "metadataPrefix" not in asked or set(asked) - {
            "verb",
            "metadataPrefix",
            "from",
            "until",
            "set",
        }:
            return "badArgument", "metadataPrefix required, and nothing unknown allowed"
        if asked["metadataPrefix"] != "arXivRaw":
            return "cannotDisseminateFormat", "Did not recognize requested format"
        if asked.get("set", "cs") not in _SETS:
            return "badArgument", "Set does not exist"
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", asked.get("from", "2020-01-01")):
            return "badArgument", "from date format must be YYYY-MM-DD"
        if not EARLIEST.isoformat() <= asked.get("from", "2020-01-01") <= self.today.isoformat():
            return "badArgument", "start date too early, or after the end"
        return None

    def _document(self, params: dict[str, str], inner: str) -> bytes:
        attributes = "".join(f" {key}={quoteattr(value)}" for key, value in params.items())
        return f"""<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.openarchives.org/OAI/2.0/ http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd">
    <responseDate>{self.today}T10:00:00Z</responseDate>
    <request{attributes}>{self.url}</request>
    {inner}
</OAI-PMH>""".encode()

    def _error(self, code: str, description: str) -> bytes:
        return self._document({}, f"<error code='{code}'>{escape(description)}</error>")

    def _spoilt(self, fault: Fault, body: bytes, params: dict[str, str]) -> bytes:
        asked = params.get("resumptionToken", "")
        match fault.kind:
            case "html":
                return HTML
            case "truncated":
                return body[: len(body) * 2 // 3]
            case "malformed":
                return body.replace(b"</ListRecords>", b"</Listrecords>")
            case "empty":
                return re.sub(rb"<record>.*</record>", b"", body, flags=re.DOTALL)
            case "blank":
                return b""
            case "repeated":
                return _records_of(self._before, body)
            case "same-token":
                return re.sub(rb"(<resumptionToken[^>]*>)[^<]+", rb"\1" + asked.encode(), body)
            case "first-token":
                first = next(
                    s.params["resumptionToken"]
                    for s in self.requests
                    if "resumptionToken" in s.params
                )
                return re.sub(rb"(<resumptionToken[^>]*>)[^<]+", rb"\1" + first.encode(), body)
            case "no-token":
                return re.sub(rb"<resumptionToken[^>]*(/>|>[^<]*</resumptionToken>)", b"", body)
            case "other-request":
                return body.replace(quoteattr(asked).encode(), b'"another"')
            case "undated":
                return re.sub(rb"<responseDate>.*?</responseDate>", b"", body)
            case "nameless":
                return re.sub(rb"<identifier>.*?</identifier>", b"", body, count=1)
            case "short":
                return re.sub(rb">[^<]+</resumptionToken>", b"></resumptionToken>", body)
            case "skipped":
                return re.sub(rb"cursor='(\d+)'", lambda m: b"cursor='%d'" % (int(m[1]) + 3), body)
            case "bomb" | "attribute-bomb" | "external":
                return _hostile(fault.kind, body)
            case "control":
                return body.replace(b"<title>", b"<title>\x0b\x00")
            case _:
                return body

    def _send(self, handler: BaseHTTPRequestHandler, body: bytes, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        if kind == "hang" and fault:
            self._over.wait(fault.seconds)
        if kind in ("reset", "hang"):
            handler.connection.setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
            handler.close_connection = True
            handler.connection.close()
            return
        if kind == "status":
            body = b"try later"
        if self.packed:
            body = gzip.compress(body)
        handler.send_response(
            301 if kind == "moved" else fault.status if fault and kind == "status" else 200
        )
        handler.send_header("Content-Type", "application/xml")
        handler.send_header("Content-Length", str(len(body) + (100 if kind == "cut" else 0)))
        if self.packed:
            handler.send_header("Content-Encoding", "gzip")
        if kind == "moved":
            handler.send_header("Location", "https://elsewhere.example/oai")
        if fault and fault.retry_after is not None:
            handler.send_header("Retry-After", fault.retry_after)
        handler.end_headers()
        handler.wfile.write(body)
        handler.close_connection = kind == "cut"


def _records_of(before: bytes, body: bytes) -> bytes:
    """The page before, with the request and the token of this one."""
    records = re.search(rb"<record>.*</record>", before, re.DOTALL)
    assert records, "there was no page before"
    return re.sub(rb"<record>.*</record>", lambda _: records[0], body, flags=re.DOTALL)


def _hostile(kind: str, body: bytes) -> bytes:
    """A document whose entities grow without end, or name a file of the machine."""
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    types = {
        "bomb": f'<!DOCTYPE OAI-PMH [<!ENTITY l0 "ha">{laughs}]>',
        "attribute-bomb": f'<!DOCTYPE OAI-PMH [<!ENTITY l0 "ha">{laughs}]>',
        "external": '<!DOCTYPE OAI-PMH [<!ENTITY l9 SYSTEM "file:///etc/hostname">]>',
    }
    declared = body.replace(b"<OAI-PMH", types[kind].encode() + b"<OAI-PMH", 1)
    if kind == "attribute-bomb":
        return declared.replace(b"<ListRecords>", b'<ListRecords laugh="&l9;">', 1)
    return declared.replace(b"<title>", b"<title>&l9;", 1)
