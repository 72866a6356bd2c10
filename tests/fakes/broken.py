"""A loopback host whose answers have no end, or come too slowly, or are not what they say.

    with Broken("endless") as host:
        ArxivSource(url=host.url, ...).search(...)
        host.sent                  # bytes that left it

It answers whatever is asked of it in the same way, GET and POST alike.
"""

from __future__ import annotations

import gzip
import threading
import zlib
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Literal, Self

Kind = Literal["endless", "bomb", "double-bomb", "drip", "slow-head", "short", "torn", "odd"]
KINDS: tuple[Kind, ...] = (
    "endless",
    "bomb",
    "double-bomb",
    "drip",
    "slow-head",
    "short",
    "torn",
    "odd",
)
"""endless: a body without end; bomb: a small body that unpacks to 200 MB; double-bomb: one that is
packed twice, and unpacks to 10 GB; drip: a byte now and then; slow-head: the same of the headers;
short: fewer bytes than announced, and the connection stays open; torn: a packed body that breaks
off; odd: packed as nobody asked for."""
PAUSE = 0.02
_ZEROS = b"\0" * (1 << 20)


@cache
def _bomb() -> bytes:
    pack = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    return b"".join(pack.compress(_ZEROS) for _ in range(200)) + pack.flush()


@cache
def _twice() -> bytes:
    return gzip.compress(_bomb() * 50)


class Broken:
    """The host, while it is entered."""

    def __init__(self, kind: Kind) -> None:
        self.kind, self.sent, self.requests = kind, 0, 0
        self._over = threading.Event()
        self._bomb = _bomb() if "bomb" in kind else b""
        host = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                with suppress(OSError):  # the client hangs up: that is what is tested
                    host._answer(self)
                self.close_connection = True

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.do_GET()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
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
        return f"http://127.0.0.1:{self._server.server_port}"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests += 1
        if self.kind == "slow-head":
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for n in range(10_000):
                if self._over.wait(PAUSE):
                    return
                handler.wfile.write(b"X-%d: y\r\n" % n)
            return
        handler.send_response(200)
        match self.kind:
            case "endless" | "drip":
                self._head(handler)
                while not self._over.wait(PAUSE if self.kind == "drip" else 0):
                    self._write(handler, b" " if self.kind == "drip" else _ZEROS)
            case "bomb":
                self._whole(handler, self._bomb, "gzip")
            case "double-bomb":
                self._whole(handler, _twice(), "gzip, gzip")
            case "short":
                self._head(handler, ("Content-Length", "1000"))
                self._write(handler, b"{" * 10)
                self._over.wait(30)
            case "torn":
                self._whole(handler, gzip.compress(b"{}" * 1000)[:-9], "gzip")
            case "odd":
                self._whole(handler, b"{}", "br")

    def _whole(self, handler: BaseHTTPRequestHandler, body: bytes, encoding: str) -> None:
        self._head(handler, ("Content-Encoding", encoding), ("Content-Length", str(len(body))))
        self._write(handler, body)

    @staticmethod
    def _head(handler: BaseHTTPRequestHandler, *headers: tuple[str, str]) -> None:
        for name, value in (("Content-Type", "application/json"), *headers):
            handler.send_header(name, value)
        handler.end_headers()

    def _write(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        handler.wfile.write(body)
        self.sent += len(body)
