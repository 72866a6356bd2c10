"""arXiv's OAI-PMH interface a page at a time, through oaipmh-scythe and guarded where that is
silent.

The client mends what it parses: of an answer that breaks off it makes a shorter page whose missing
token reads as the end of the list, of an HTML page an empty list, and an error's code may name any
attribute of a module of its own. It bounds neither an answer's size nor its time, and forgets its
pace between requests. So each answer is read whole and parsed strictly here before the client sees
it; `polite.Turns` decides when to ask, and `retry` how often.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx2
from oaipmh_scythe import BadResumptionToken, HTTPConfig, NoRecordsMatch, OAIPMHException, Scythe

from retest.errors import RunError, UsageError
from retest.papers.oai_page import Ask, Page, check_document, page_of, refused
from retest.papers.polite import USER_AGENT, Turns
from retest.retry import Patience, Transient, retry_after, retrying

GO_ON = "what came until then is in the mirror; sync again later, and it goes on from there"
TIMEOUT = 120.0
"""Seconds without a byte. arXiv takes 5 to 90 for a page, and more while it fills its cache."""
LONGEST = 600.0
"""Seconds that an answer may take to come in."""
LONGEST_WAIT = 300.0
"""Seconds that arXiv may ask to wait before the next attempt."""
LARGEST = 64 << 20
"""Bytes of an answer, unpacked. A page of 1,300 records has about 4 MB."""
_MAY_PASS = frozenset({403, 406, 408, 425, 429})
"""Client errors that the same request may not meet again (RFC 9110, 8470, 6585; 403 and 406 are
what arXiv's edge answers to those that it slows down); so may every server error."""
_SPACE = bytes(32 if code < 32 and code not in b"\t\n\r" else code for code in range(256))
"""Control characters, which XML forbids and old abstracts have, become spaces."""


class Oai:
    """A context manager. Asks for the pages of one list after the other, never two at once."""

    def __init__(
        self,
        url: str,
        turns: Turns,
        patience: Patience,
        timeout: float = TIMEOUT,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._turns, self._patience, self._clock, self._sleep = turns, patience, clock, sleep
        if urlsplit(url).scheme not in ("http", "https"):
            raise UsageError(f"oai_url is {url!r}", "it must begin with https:// or http://")
        self._scythe = Scythe(url, http_config=HTTPConfig(timeout=timeout, user_agent=USER_AGENT))
        self._scythe.client.event_hooks["response"].append(self._check)
        self._asked: set[str] = set()
        self._last: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._scythe.close()

    def page(self, ask: Ask) -> Page:
        """One page, whole and in its place, tried as often as patience allows.

        Raises NoRecordsMatch where there is nothing, BadResumptionToken for a token that is not
        valid any more, and RunError where arXiv refuses the request or gives no whole answer.
        """
        try:
            page = retrying(self._patience).copy(sleep=self._sleep)(self._once, ask)
        except Transient as error:
            raise RunError(f"{error}, after {self._patience.attempts} attempts", GO_ON) from error
        except (NoRecordsMatch, BadResumptionToken):
            raise
        except OAIPMHException as error:
            raise refused(f"{type(error).__name__}: {error}") from error
        except httpx2.InvalidURL as error:
            raise UsageError(
                f"oai_url is no address: {error}", "leave it out to ask arXiv"
            ) from error
        except OSError as error:
            raise RunError(
                f"no turn to ask arXiv can be taken: {error}", "make that folder writable"
            ) from error
        self._last = tuple(record.id for record in page.records)
        return page

    def _once(self, ask: Ask) -> Page:
        if ask.token:
            self._asked.add(ask.token)
        else:
            self._asked.clear()
        with self._turns.turn(self._patience.longest):
            try:
                answer = self._scythe.harvest(ask.query())
            except httpx2.RequestError as error:
                raise Transient(f"arXiv could not be reached ({type(error).__name__})") from error
        page = page_of(answer.xml, ask)
        if page.token in self._asked:
            raise Transient(
                "arXiv's list goes in circles: it leads back to a page that it came from"
            )
        if ask.token and self._last == tuple(record.id for record in page.records):
            raise Transient("arXiv answered with the page before once more")
        return page

    def _check(self, response: httpx2.Response) -> None:
        """Nothing, if the response is whole and of the protocol. Raises Transient or RunError."""
        status = response.status_code
        if status in _MAY_PASS or status >= 500:
            raise Transient(
                f"arXiv answered with status {status}",
                retry_after(response.headers.get("Retry-After")),
            )
        if response.has_redirect_location:
            where = response.headers["Location"][:200]
            raise RunError(
                f"arXiv's OAI-PMH interface has moved to {where}",
                "set RETEST_OAI_URL to its new address",
            )
        if status != httpx2.codes.OK:
            raise refused(f"status {status}")
        until, size, parts = self._clock() + LONGEST, 0, []
        for part in response.iter_bytes():
            size += len(part)
            parts.append(part)
            if size > LARGEST or self._clock() > until:
                raise Transient(f"arXiv's answer goes on after {size} bytes")
        body = b"".join(parts).translate(_SPACE)
        check_document(body)
        # The body was read in pieces, so that none is too many; from here on it is the response's.
        response._content = body
