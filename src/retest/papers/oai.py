"""arXiv's OAI-PMH interface a page at a time.

oaipmh-scythe reads the errors of the protocol. It mends what it parses: of an answer that breaks
off it makes a shorter page whose missing token reads as the end of the list, and an error's code
may name any attribute of a module of its own. So each answer is read whole and parsed strictly
first; `papers.host` decides when and how often to ask.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

import httpx2
from oaipmh_scythe import BadResumptionToken, NoRecordsMatch, OAIPMHException
from oaipmh_scythe.response import OAIResponse

from retest.errors import RunError, UsageError
from retest.masking import Mask, is_address, shown_url
from retest.papers.circuit import Circuit
from retest.papers.host import ARXIV_MAY_PASS, Host
from retest.papers.markup import allowed
from retest.papers.oai_page import Ask, Page, checked, page_of, refused
from retest.papers.polite import Turns
from retest.retry import Patience, Transient
from retest.transport import Answer, Bounds, Moved

GO_ON = "what came until then is in the mirror; sync again later, and it goes on from there"
TIMEOUT = 120.0
"""Seconds without a byte. arXiv takes 5 to 90 for a page, and more while it fills its cache."""
LONGEST = 600.0
"""Seconds that an answer may take to come in."""
LONGEST_WAIT = 300.0
"""Seconds that arXiv may ask to wait before the next attempt."""
LARGEST = 64 << 20
"""Bytes of an answer, unpacked. A page of 1,300 records has about 4 MB."""


class Oai:
    """Asks for the pages of one list after the other, never two at once."""

    def __init__(
        self,
        url: str,
        turns: Turns,
        patience: Patience,
        timeout: float = TIMEOUT,
        longest: float = LONGEST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        mask: Mask | None = None,
    ) -> None:
        if not is_address(url):
            raise UsageError(
                f"oai_url is {shown_url(url)!r}", "it must begin with https:// or http://"
            )
        self._url = url
        self._host = Host(
            "arXiv",
            turns,
            patience,
            bounds=Bounds(timeout, longest, LARGEST),
            may_pass=ARXIV_MAY_PASS,
            circuit=Circuit(clock),
            mask=mask,
            sleep=sleep,
        )
        self._asked: set[str] = set()
        self._last: tuple[str, ...] = ()

    def page(self, ask: Ask) -> Page:
        """One page, whole and in its place, tried as often as patience allows.

        Raises NoRecordsMatch where there is nothing, BadResumptionToken for a token that is not
        valid any more, and RunError where arXiv refuses the request or gives no whole answer.
        """
        if ask.token:
            self._asked.add(ask.token)
        else:
            self._asked.clear()
        try:
            asked = f"{self._url}?{urlencode(ask.query())}"
            page = self._host.ask(asked, lambda answer: self._read(answer, ask))
        except Transient as error:
            raise RunError(str(error), GO_ON) from error
        except Moved as error:
            raise RunError(
                f"arXiv's OAI-PMH interface has moved to {error.target}, from {error.asked}",
                "set RETEST_OAI_URL to its new address",
            ) from error
        except (NoRecordsMatch, BadResumptionToken):
            raise
        except OAIPMHException as error:
            raise refused(f"{type(error).__name__}: {error}") from error
        except OSError as error:
            raise RunError(
                f"no turn to ask arXiv can be taken: {error}", "make that folder writable"
            ) from error
        self._last = tuple(record.id for record in page.records)
        return page

    def _read(self, answer: Answer, ask: Ask) -> Page:
        """The page, if the answer is whole, of the protocol, and the one asked for. Raises
        Transient, RunError and the errors of the protocol."""
        if answer.status != 200:
            raise refused(f"status {answer.status}")
        body = allowed(answer.body)
        root = checked(body)
        OAIResponse(httpx2.Response(200, content=body), ask.query()).raise_for_oaipmh_error()
        page = page_of(root, ask)
        if page.token in self._asked:
            raise Transient(
                "arXiv's list goes in circles: it leads back to a page that it came from"
            )
        if ask.token and self._last == tuple(record.id for record in page.records):
            raise Transient("arXiv answered with the page before once more")
        return page
