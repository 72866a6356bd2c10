"""What arXiv's OAI-PMH interface answers, checked before it is believed: a page of records, whole
and in its place.

What the service does, by its source (github.com/arXiv/oaipmh) and its help
(info.arxiv.org/help/oa): datestamps are days, and lists are in their order; a page has 1,300
records, and no count of all; a token holds a day and an offset, and is given out for the day;
errors come with status 200; only a list of one page ends without a token element.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.parse import unquote

from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types, and its stubs are another dependency

from retest.errors import RunError
from retest.papers.markup import parsed
from retest.retry import Transient

NAMESPACE = "{http://www.openarchives.org/OAI/2.0/}"
PREFIX = "arXivRaw"
"""The one format with the dates of all versions."""
CODES = frozenset(
    {
        "badArgument",
        "badResumptionToken",
        "badVerb",
        "cannotDisseminateFormat",
        "idDoesNotExist",
        "noRecordsMatch",
        "noMetadataFormats",
        "noSetHierarchy",
    }
)
"""OAI-PMH 2.0, 3.6."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A page of the records of a set ("" for all) changed on or after a day; with a token, the page
    it leads to, which comes after `seen` records."""

    oai_set: str
    since: date | None = None
    token: str | None = None
    seen: int = 0

    def query(self) -> dict[str, str]:
        if self.token:
            return {"verb": "ListRecords", "resumptionToken": self.token}
        since = {"from": self.since.isoformat()} if self.since else {}
        within = {"set": self.oai_set} if self.oai_set else {}
        return {"verb": "ListRecords", "metadataPrefix": PREFIX} | since | within


@dataclass(frozen=True, slots=True)
class Record:
    """A record's header, and its metadata as XML where it is not deleted. `id` is what follows
    `oai:arXiv.org:`."""

    id: str
    day: date
    deleted: bool
    raw: etree._Element | None


@dataclass(frozen=True, slots=True)
class Page:
    """`day` is the server's; `token` leads on, None at the end; `size` is the list's where the
    server says it."""

    records: tuple[Record, ...]
    day: date
    token: str | None
    expires: datetime | None
    size: int | None


def checked(body: bytes) -> etree._Element:
    """The root of a well-formed answer of the protocol. Raises Transient or RunError."""
    root = parsed(body, "arXiv")
    if root.getroottree().docinfo.internalDTD is not None or root.tag != f"{NAMESPACE}OAI-PMH":
        raise Transient("arXiv's answer is not one of OAI-PMH")
    for complaint in root.iterchildren(f"{NAMESPACE}error"):
        if complaint.get("code") not in CODES:
            raise refused(f"{complaint.get('code', '')[:40]}: {complaint.text or ''}")
    return root


def page_of(root: etree._Element, ask: Ask) -> Page:
    """A checked answer as a page, if it is the one asked for. Raises Transient."""
    listed = root.find(f"{NAMESPACE}ListRecords")
    if listed is None:
        raise Transient("arXiv's answer has neither records nor an error")
    echo = root.find(f"{NAMESPACE}request")
    for name in (
        "resumptionToken",
        "set",
        "metadataPrefix",
    ):  # `from` comes back as a later day at times
        said, asked = (echo.get(name) if echo is not None else None), ask.query().get(name)
        if said is not None and asked is not None and unquote(said) != unquote(asked):
            raise Transient(f"arXiv answered another request, with {name} {said[:80]!r}")
    records = tuple(_record(element) for element in listed.iterchildren(f"{NAMESPACE}record"))
    if not records:
        raise Transient("arXiv's answer is a list without records")
    element = listed.find(f"{NAMESPACE}resumptionToken")
    if element is None and ask.token:
        raise Transient("arXiv's list breaks off: its last page does not say that it is the last")
    token = (element.text or "").strip() if element is not None else ""
    cursor, size = (_count(element, name) for name in ("cursor", "completeListSize"))
    if cursor is not None and cursor > ask.seen:
        raise Transient(f"arXiv's list goes on at record {cursor} instead of {ask.seen}")
    if not token and cursor is not None and size is not None and cursor + len(records) < size:
        raise Transient(f"arXiv's list ends after {cursor + len(records)} records of {size}")
    expires = _moment(element.get("expirationDate")) if element is not None else None
    answered = _moment(root.findtext(f"{NAMESPACE}responseDate"))
    if answered is None:
        raise Transient("arXiv's answer has no date")
    if max(record.day for record in records) > answered.date():
        raise Transient("arXiv's answer has a record that was changed on a day to come")
    return Page(records, answered.date(), token or None, expires, size)


def _record(element: etree._Element) -> Record:
    header = element.find(f"{NAMESPACE}header")
    name = header.findtext(f"{NAMESPACE}identifier") if header is not None else None
    day = _moment(header.findtext(f"{NAMESPACE}datestamp")) if header is not None else None
    if not name or day is None:
        raise Transient("arXiv's answer has a record without an identifier and a datestamp")
    metadata = element.find(f"{NAMESPACE}metadata")
    raw = next(metadata.iterchildren(tag=etree.Element), None) if metadata is not None else None
    return Record(
        name.strip().removeprefix("oai:arXiv.org:"),
        day.date(),
        header.get("status") == "deleted",
        raw,
    )


def _count(element: etree._Element | None, name: str) -> int | None:
    text = element.get(name, "") if element is not None else ""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 12 else None


def _moment(text: str | None) -> datetime | None:
    """A UTCdatetime of the protocol, a day or a moment (3.3); None if it is none."""
    try:
        found = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def refused(what: str) -> RunError:
    return RunError(
        f"arXiv refused the request: {' '.join(what.split())[:300]}",
        "see that --set names one of arXiv's sets (cs, physics:hep-th, cs:cs:CL), that --since is "
        "no day to come, and\n"
        "  that RETEST_OAI_URL, if set, is right; if all are, the interface may have changed: "
        "import arXiv's newest\n"
        "  snapshot instead. What came until then is in the mirror",
    )
