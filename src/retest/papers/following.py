"""Papers that cite an anchor, from OpenAlex: candidates that no words lead to. Off unless switched
on.

pyalex writes the addresses; they are asked as all services are (`papers.host`), and what comes back
is validated. Of OpenAlex only ids are taken, and only those that read as arXiv ids: titles, dates
and abstracts come from the paper source afterwards.

What OpenAlex asks of its users, as of November 2026:
- Since 13 February 2026 an API key, free of charge, is asked for; the "polite pool" of those who
  give an address is
  gone (developers.openalex.org/guides/authentication and /guides/deprecations). Without a key there
  is a budget of
  $0.10 a day, with one of $1; a list of 100 works costs $0.0001, one work by its DOI nothing. So
  without a key about
  1,000 lists a day. A list has at most 100 works a page.
- A spent budget is status 429 with `X-RateLimit-Remaining: 0`, and lasts until midnight UTC
  (github.com/J535D165/pyalex/issues/100).
- Cursors are reported to be refused without a key (status 401, October 2026); page numbers, which
  reach to the
  10,000th work, are not. So pages are asked for by number.
- A preprint that was merged with its journal's version is not found by its arXiv DOI in a list, but
  is if asked for
  alone. So anchors are asked for one by one.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, StringConstraints, TypeAdapter, ValidationError

from retest.domain.arxiv_id import parse_id
from retest.domain.line import Window
from retest.errors import SearchFailed, UsageError
from retest.masking import Mask
from retest.papers.circuit import Circuit
from retest.papers.day_cache import DayCache
from retest.papers.host import Host
from retest.papers.polite import Turns, site
from retest.retry import Patience, Transient
from retest.transport import Answer, Bounds, Moved

PAGE = 100
"""Works of a page (developers.openalex.org/guides/page-through-results)."""
MOST_PAGES = 5
"""Pages asked for of one anchor's citing works, whatever they hold."""
ARXIV = "S4306400194"
"""arXiv among OpenAlex's sources."""
LARGEST = 16 << 20
"""Bytes of an answer, unpacked. A page of 100 works, with their locations, has about 1 MB."""
_KEY = (
    "get a free key at openalex.org/settings/api and set OPENALEX_API_KEY, or switch `follow` off"
)


class _Location(BaseModel):
    landing_page_url: str | None = None
    pdf_url: str | None = None


class _Work(BaseModel):
    """What is looked at of a work."""

    id: Annotated[str, StringConstraints(pattern=r"^https://openalex\.org/W[1-9][0-9]{0,14}$")]
    doi: str | None = None
    ids: dict[str, Any] = {}
    locations: list[_Location] = []

    @property
    def arxiv_ids(self) -> list[str]:
        """The arXiv ids that its DOI, ids and locations name; mostly one."""
        links = [
            link for place in self.locations for link in (place.landing_page_url, place.pdf_url)
        ]
        texts = [self.doi, *self.ids.values(), *links]
        found = [parse_id(text) for text in texts if isinstance(text, str)]
        return list(dict.fromkeys(one.base for one in found if one))


class _Meta(BaseModel):
    count: int


class _List(BaseModel):
    meta: _Meta
    results: list[_Work]


Shape = TypeVar("Shape", bound=BaseModel)
_KEPT = TypeAdapter(list[str] | None)


class Following:
    """Safe to call from several threads and processes: all wait for their turn at the host.

    `key` is an OpenAlex API key, or empty. Raises UsageError where pyalex is not installed.
    """

    def __init__(
        self,
        *,
        url: str,
        lock_folder: Path,
        key: str = "",
        interval: float = 1.0,
        timeout: float = 30.0,
        longest: float = 120.0,
        patience: Patience | None = None,
        answers: DayCache | None = None,
        circuit: Circuit | None = None,
        mask: Mask | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        try:
            import pyalex  # type: ignore[import-untyped]  # it ships no types
        except ImportError as error:
            hint = "pip install 'retest[follow]', or switch `follow` off"
            raise UsageError(
                "following citations needs pyalex, which is not installed", hint
            ) from error
        self._works: Callable[[], Any] = pyalex.Works
        self._url, self._answers = url.rstrip("/"), answers
        self._spent: _Spent | None = None
        self._host = Host(
            "OpenAlex",
            Turns(lock_folder, site(url), interval, clock, sleep),
            patience or Patience(),
            bounds=Bounds(timeout, longest, LARGEST),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            check=_check,
            circuit=circuit or Circuit(clock),
            mask=mask,
            sleep=sleep,
        )

    def citing(self, anchors: Sequence[str], window: Window, limit: int) -> dict[str, list[str]]:
        """For each anchor the base ids of at most `limit` arXiv papers that cite it, the most cited
        first, which may have been published in the window. An anchor that OpenAlex does not know is
        not among the keys.

        Raises SearchFailed if OpenAlex could not be asked, or its answer was broken.
        """
        if limit < 1 or window.opens >= window.as_of:
            return {anchor: [] for anchor in anchors}
        found = {anchor: self._of(anchor, window, limit) for anchor in dict.fromkeys(anchors)}
        return {anchor: ids for anchor, ids in found.items() if ids is not None}

    def _of(self, anchor: str, window: Window, limit: int) -> list[str] | None:
        question = f"{self._url} {anchor} {window.opens} {window.as_of} {limit}"
        if (text := self._answers.get(question) if self._answers else None) is not None:
            try:
                kept = _KEPT.validate_json(text)
            except ValidationError:
                kept = [""]
            if kept is None or (len(kept) <= limit and all(_is_id(i) for i in kept)):
                return kept
        work = self._work(anchor)
        ids = None if work is None else self._citing(work, anchor, window, limit)
        if self._answers:
            self._answers.put(question, _KEPT.dump_json(ids).decode())
        return ids

    def _work(self, anchor: str) -> str | None:
        """OpenAlex's own id of an arXiv paper, or None."""
        works = self._works()
        works.params = f"doi:10.48550/arXiv.{anchor}"
        found = self._ask(works, _Work)
        return None if found is None else found.id.rpartition("/")[2]

    def _citing(self, work: str, anchor: str, window: Window, limit: int) -> list[str]:
        # A publication date may be a year's first day where only the year is known, or a journal's,
        # later than v1.
        ids: dict[str, None] = {}
        for page in range(1, MOST_PAGES + 1):
            works = self._works().filter(
                cites=work,
                locations={"source": {"id": ARXIV}},
                from_publication_date=f"{window.opens.year}-01-01",
                to_publication_date=f"{window.as_of.year + 1}-12-31",
            )
            works.params |= {
                "sort": {"cited_by_count": "desc"},
                "select": ["id", "doi", "ids", "locations"],
                "per-page": PAGE,
                "page": page,
            }
            found = self._ask(works, _List)
            if found is None:
                raise SearchFailed("OpenAlex does not know its own work", "try again later")
            count = found.meta.count
            if not found.results and count > (page - 1) * PAGE:
                raise SearchFailed(
                    f"OpenAlex announced {count} works and gave none on page {page}",
                    "try again later",
                )
            new = [
                i
                for one in found.results
                for i in one.arxiv_ids
                if i != anchor and _may_be_in(i, window)
            ]
            ids |= dict.fromkeys(new)
            if len(ids) >= limit or count <= page * PAGE:
                break
        return list(ids)[:limit]

    def _ask(self, works: Any, shape: type[Shape]) -> Shape | None:
        """The answer to what pyalex asks, retried within patience; None for a work that is not
        there. Raises SearchFailed."""
        if self._spent:
            raise self._spent
        asked = urlsplit(works.url)
        query = f"?{asked.query}" if asked.query else ""
        try:
            return self._host.ask(
                f"{self._url}{asked.path}{query}", lambda answer: _read(answer, shape)
            )
        except _AbsentError:
            return None
        except _Spent as error:
            self._spent = error
            raise
        except Transient as error:
            raise SearchFailed(str(error), "try again later, or switch `follow` off") from error
        except Moved as error:
            hint = "set RETEST_OPENALEX_URL to the new address, if it is OpenAlex's"
            raise SearchFailed(str(error), hint) from error
        except OSError as error:
            hint = "make that folder writable"
            raise SearchFailed(f"no turn to ask OpenAlex can be taken: {error}", hint) from error


class _AbsentError(Exception):
    """Status 404."""


class _Spent(SearchFailed):
    """The budget of the day is used up: every other question would be answered so."""


def _check(answer: Answer) -> None:
    """Raise for what waiting does not change."""
    status, left = answer.status, answer.headers.get("X-RateLimit-Remaining", "")
    if status == 429 and left.strip() == "0":
        raise _Spent(
            "OpenAlex's budget for today is used up", f"wait until midnight UTC; or {_KEY}"
        )
    if status in (401, 403):
        raise SearchFailed(f"OpenAlex refused the request with status {status}", _KEY)


def _read(answer: Answer, shape: type[Shape]) -> Shape:
    """The answer, validated."""
    if answer.status == 404:
        raise _AbsentError
    if answer.status != 200:
        raise SearchFailed(
            f"OpenAlex refused the request with status {answer.status}",
            "switch `follow` off, and report this",
        )
    try:
        return shape.model_validate_json(answer.body)
    except ValidationError as error:
        raise Transient("OpenAlex's answer is not of the form it should have") from error


def _is_id(text: str) -> bool:
    found = parse_id(text)
    return found is not None and found.base == text


def _may_be_in(arxiv_id: str, window: Window) -> bool:
    """An id begins with its month, old ones behind the archive: that of v1, or the next if it came
    in the last days."""
    match = re.match(r"(?:.*/)?(\d\d)(\d\d)", arxiv_id)
    if not match:
        return False
    year = int(match[1])
    month = (1900 if year >= 91 else 2000) * 12 + year * 12 + int(match[2]) - 1
    return _months(window.opens) <= month <= _months(window.as_of) + 1


def _months(day: date) -> int:
    return day.year * 12 + day.month - 1
