"""The one way out to services, for papers and models alike.

Every answer is bounded: in bytes, counted as they are unpacked, and in time, as a whole. No request
is redirected to another origin, whatever it carries. What comes back is masked (`masking`). Who
asks, when, and how often is decided elsewhere: `papers.host` for papers, `llm.ask` for models.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpx2

from retest.masking import Mask, shown_url
from retest.retry import BrokeOff
from retest.version import __version__

USER_AGENT = (
    f"retest/{__version__} (re-tests dated claims against newer papers; one request at a time)"
)
MOST_HOPS = 5
"""Redirects within an origin that are followed."""
_PACKED = ("gzip", "x-gzip")
_PLAIN = ("", "identity")
_WEIGHED = ("content-encoding", "content-length", "transfer-encoding")
"""Headers that speak of a body as it was sent, not as it is handed on."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What an answer may take: `timeout` seconds without a byte, `longest` seconds from the first
    attempt to connect to the last byte, `largest` bytes unpacked."""

    timeout: float = 30.0
    longest: float = 120.0
    largest: int = 64 << 20


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `url` is the address that gave it."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str


class Beyond(httpx2.ReadError):
    """An answer that is not whole within its bounds."""


class Unreachable(BrokeOff):
    """No whole answer came: no connection, one that broke, or an answer beyond its bounds."""


class Moved(Exception):
    """A redirect to another origin, which is not followed. Both are shown without what stands
    before the host in an address."""

    def __init__(self, asked: str, target: str) -> None:
        super().__init__(f"{asked} redirects to another origin, {target}")
        self.asked, self.target = asked, target


class BoundedClient(httpx2.AsyncClient):
    """A client of httpx2 whose answers are read whole, within bounds, before they are handed on.
    Raises Moved, and RequestError of httpx2 for whatever else goes wrong."""

    def __init__(self, bounds: Bounds, mask: Mask) -> None:
        super().__init__(
            verify=_certificates(),
            timeout=bounds.timeout,
            headers={"Accept-Encoding": "gzip"},
            follow_redirects=False,
        )
        self._bounds, self._mask = bounds, mask

    async def send(
        self, request: httpx2.Request, *, stream: bool = False, auth: Any = None, **_: Any
    ) -> httpx2.Response:
        """See httpx2. `stream` and `follow_redirects` change nothing: see this class."""
        del stream
        # SDKs name encodings of their own, among them those that are not unpacked in bounds here.
        request.headers["Accept-Encoding"] = "gzip"
        longest = self._bounds.longest
        try:
            async with asyncio.timeout(longest):
                return await self._whole(request, auth)
        except TimeoutError as error:
            raise Beyond(
                f"the answer was not whole after {longest:g} s", request=request
            ) from error

    async def _whole(self, request: httpx2.Request, auth: Any) -> httpx2.Response:
        for _ in range(MOST_HOPS + 1):
            response = await super().send(request, stream=True, auth=auth, follow_redirects=False)
            try:
                if not response.has_redirect_location:
                    body = self._mask.body(await self._body(response))
                    return _handed_on(response, body)
                following = response.next_request
                if following is None or _origin(following.url) != _origin(request.url):
                    target = response.headers["Location"]
                    raise Moved(
                        self._mask(shown_url(str(request.url))), self._mask(shown_url(target))
                    )
                request = following
            finally:
                await response.aclose()
        raise Beyond(f"more than {MOST_HOPS} redirects", request=request)

    async def _body(self, response: httpx2.Response) -> bytes:
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in (*_PACKED, *_PLAIN):
            raise Beyond("the answer is packed as nobody asked for")
        unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16) if encoding in _PACKED else None
        body, came = bytearray(), False
        async for part in response.aiter_raw():
            came = came or bool(part)
            room = self._bounds.largest - len(body) + 1
            try:
                body += unpack.decompress(part, room) if unpack else part[:room]
            except zlib.error as error:
                raise Beyond("the answer is packed in a broken way") from error
            if len(body) > self._bounds.largest:
                raise Beyond(f"the answer goes on after {self._bounds.largest:,} bytes")
        if unpack and came and (unpack.unused_data or not unpack.eof):
            raise Beyond("the answer is packed, and not whole")
        return bytes(body)


def fetch(
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    bounds: Bounds | None = None,
    mask: Mask | None = None,
) -> Answer:
    """GET an address, from whatever thread. Raises Unreachable, Moved, and httpx2.InvalidURL for
    what is no address."""

    async def ask() -> Answer:
        async with BoundedClient(bounds or Bounds(), mask or Mask()) as client:
            response = await client.get(url, headers={"User-Agent": USER_AGENT, **(headers or {})})
        return Answer(
            response.status_code, response.headers, response.content, str(response.request.url)
        )

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(_reached(ask()))
    with ThreadPoolExecutor(1) as beside:  # a loop runs in this thread, and cannot run another
        return beside.submit(asyncio.run, _reached(ask())).result()


async def _reached(asking: Any) -> Answer:
    try:
        answer: Answer = await asking
    except httpx2.RequestError as error:
        raise Unreachable(told(error)) from error
    return answer


def told(error: httpx2.RequestError) -> str:
    """What went wrong: by its kind, since the words of others may hold the address; ours do not."""
    return str(error) if isinstance(error, Beyond) else type(error).__name__


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    ports = {"http": 80, "https": 443}
    return url.scheme, url.host, url.port or ports.get(url.scheme)


def _handed_on(response: httpx2.Response, body: bytes) -> httpx2.Response:
    headers = [(k, v) for k, v in response.headers.multi_items() if k.lower() not in _WEIGHED]
    return httpx2.Response(
        response.status_code, headers=headers, content=body, request=response.request
    )


@cache
def _certificates() -> ssl.SSLContext:
    """Loaded once: it takes longer than a request to this machine."""
    return httpx2.create_ssl_context()
