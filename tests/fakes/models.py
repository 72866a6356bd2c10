"""A host on the loopback that speaks both SDKs' languages, answers from a Python function, and
breaks on demand.

    def brain(schema_name, system, user):          # one answer, or a Fault, for every request
        return {"verdict": "holds", ...}

    with FakeModels(brain, delay=0.3) as fake:
        AnthropicModel("m", api_key="k", base_url=fake.url)
        OpenAIModel("m", api_key="k", base_url=fake.openai_url)
    fake.requests                                   # what was asked, in order of arrival

It is as strict as the services: a request without key, limit or schema, or with a schema that
strict mode does not take, is answered 400 or 401. System texts seen before count as cached, as in
the services' own caches.
"""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from tests.fakes.wires import WIRES, Fault, Json, Seen, Wire, answered

HANG, RESET, HTML = Fault("hang"), Fault("reset"), Fault("html")
REFUSAL, TRUNCATED, FILTERED = Fault("refusal"), Fault("truncated"), Fault("filtered")
FAILED, ODD = Fault("failed"), Fault("odd")
"""FAILED: the service broke while answering. ODD: it stopped for a reason that makes no sense here.
"""

Brain = Callable[[str, str, str], Json | Fault]


def status(code: int, *, error_code: str = "", message: str = "", **headers: str) -> Fault:
    """An error status; `retry_after="1"` for its headers, and code and message in its body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Fault("status", status=code, headers=named, code=error_code, text=message)


def prose(text: str) -> Fault:
    """An answer that is this text: prose, half a JSON, nothing."""
    return Fault("text", text=text)


def raw(body: object) -> Fault:
    """A reply with status 200 and this body, word for word."""
    return Fault("raw", text=body if isinstance(body, str) else json.dumps(body))


def in_turn(*answers: Json | Fault) -> Brain:
    """A brain that gives these answers one after the other, whatever is asked, and the last one
    from then on."""
    left, lock = list(answers), threading.Lock()

    def brain(schema: str, system: str, user: str) -> Json | Fault:
        with lock:
            return left.pop(0) if len(left) > 1 else left[0]

    return brain


class FakeModels:
    """The host, while it is entered. `peak` is the largest number of requests that were open at
    once."""

    def __init__(self, brain: Brain, *, delay: float = 0.0) -> None:
        self.brain, self.delay = brain, delay
        self.lacks: Mapping[str, str] = {}
        """Modes of asking for a form that it does not take, and what it answers to them; and names
        of fields that it refuses, likewise."""
        self.refused: list[str] = []
        """What of `lacks` was asked for, in order."""
        self.requests: list[Seen] = []
        self.peak = 0
        self.ending = threading.Event()
        self._open = 0
        self._systems: set[str] = set()
        self._lock = threading.Lock()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def openai_url(self) -> str:
        return f"{self.url}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self.ending.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def forget(self, brain: Brain) -> None:
        """Begin again with another brain: no requests yet, nothing cached."""
        with self._lock:
            self.brain, self.requests, self.peak, self._systems = brain, [], 0, set()
            self.lacks, self.refused = {}, []

    def arrive(self, seen: Seen) -> int:
        """Note a request. Gives back how many tokens of its prompt are cached: its system text,
        seen before."""
        with self._lock:
            self.requests.append(seen)
            self._open += 1
            self.peak = max(self.peak, self._open)
            cached = len(seen.system) // 4 if seen.system in self._systems else 0
            self._systems.add(seen.system)
            return cached

    def leave(self) -> None:
        with self._lock:
            self._open -= 1


class _Server(ThreadingHTTPServer):
    fake: FakeModels
    daemon_threads = True
    request_queue_size = 128  # the default of 5 drops connections of a burst
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self.open: set[socket.socket] = set()
        super().__init__(address, handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news: tests of timeouts hang up on us."""

    def process_request(self, request: Any, client_address: Any) -> None:
        self.open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self.open.discard(request)
        super().shutdown_request(request)

    def server_close(self) -> None:
        super().server_close()
        for connection in list(
            self.open
        ):  # kept alive by clients: their threads would wait for ever
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # gone in the meantime


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
        """Quiet."""

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        wire = WIRES.get(self.path)
        if wire is None:
            self._send(404, {"error": {"message": f"no such path: {self.path}"}})
        elif not self.headers.get("authorization", self.headers.get("x-api-key", "")):
            self._send(401, wire.error(401, "no key", ""))
        elif problem := wire.problem(body):
            self._send(400, wire.error(400, problem, ""))
        elif lacking := [one for one in (wire.mode(body), *body) if one in self.server.fake.lacks]:
            self.server.fake.refused.append(lacking[0])
            self._send(400, wire.error(400, self.server.fake.lacks[lacking[0]], ""))
        else:
            seen = wire.read(self.path, body, dict(self.headers.items()))
            cached = self.server.fake.arrive(seen)
            try:
                time.sleep(self.server.fake.delay)
                answer = self.server.fake.brain(seen.schema, seen.system, seen.user)
            finally:
                # Before the reply is sent: the client may ask again as soon as it has it.
                self.server.fake.leave()
            self._reply(
                wire, seen, cached, answer if isinstance(answer, Fault) else answered(answer)
            )

    def _reply(self, wire: Wire, seen: Seen, cached: int, what: Fault) -> None:
        match what.kind:
            case "status":
                self._send(
                    what.status,
                    wire.error(what.status, what.text or "injected by a test", what.code),
                    what.headers,
                )
            case "hang":
                self.server.fake.ending.wait(30)
                self.close_connection = True
            case "reset":
                self.connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
                self.close_connection = True
            case "html":
                self._send(
                    200, "<html><body>Sign in to the network</body></html>", kind="text/html"
                )
            case "raw":
                self._send(200, what.text)
            case _:
                self._send(200, wire.reply(seen, cached, what))

    def _send(
        self,
        code: int,
        body: Json | str,
        headers: Mapping[str, str] | None = None,
        kind: str = "application/json",
    ) -> None:
        raw = (body if isinstance(body, str) else json.dumps(body)).encode()
        self.send_response(code)
        for name, value in {
            "content-type": kind,
            "request-id": "req_fake",
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)
