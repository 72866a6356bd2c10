"""The loopback host of `models.py`, which also speaks both batch languages: Anthropic's Message
Batches and OpenAI's files and batches.

    with FakeBatches(Reader(), polls=1) as fake:     # a batch is under way for one poll, then it
    has ended
        fake.spoil = lambda what, n: status(529)     # n-th request (from 0) of a kind: create,
        retrieve, list, ...
        fake.outcome = lambda seen, n: "expired"     # what becomes of a batch's n-th question, in
        place of an answer
    fake.paid                                        # every question that was answered, direct or
    in a batch

It is as strict as the services: unknown ids are 404, a batch without requests or with a custom id
twice is 400.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from typing import Any

from tests.fakes.models import Brain, FakeModels, _Handler
from tests.fakes.wires import WIRES, Fault, Json, Seen, answered

CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
Outcome = str | Fault | None
"""`expired`, `canceled`, `lost` (no line), `garbled` (a line that is no JSON), a status, a paid
fault, or None."""


@dataclass
class Batch:
    """A batch at the host. `state` is `ended`, or what OpenAI calls it, once `polls` are used
    up."""

    id: str
    wire: str
    asked: list[tuple[str, Seen]]
    polls: int
    created: str
    metadata: Json | None = None
    state: str = "completed"
    result: list[Json | str] = field(default_factory=list)


class FakeBatches(FakeModels):
    """The host, while it is entered. `happened` names every request to a batch endpoint, in order
    of arrival; `elsewhere` is what `results_url` says."""

    def __init__(self, brain: Brain, *, polls: int = 0, delay: float = 0.0) -> None:
        super().__init__(brain, delay=delay)
        self._server.RequestHandlerClass = _BatchHandler
        self.polls = polls
        self.batches: dict[str, Batch] = {}
        self.files: dict[str, bytes] = {}
        self.happened: list[str] = []
        self.paid: list[tuple[str, str]] = []
        self.today = "2026-08-21"
        self.elsewhere = ""
        self.state = "completed"
        self.spoil: Callable[[str, int], Fault | None] = lambda what, n: None
        self.outcome: Callable[[Seen, int], Outcome] = lambda seen, n: None
        self.arrived: Callable[[str], None] = lambda what: None
        """Called when a request has done what it does, before its reply is sent."""
        self.lock = threading.RLock()

    @property
    def submitted(self) -> list[tuple[str, str]]:
        """Schema and text of every question of every batch."""
        return [
            (seen.schema, seen.user) for batch in self.batches.values() for _, seen in batch.asked
        ]

    def end_all(self) -> None:
        """Every batch has ended by the next poll."""
        for batch in self.batches.values():
            batch.polls = 0

    def pay(self, seen: Seen) -> None:
        with self.lock:
            self.paid.append((seen.schema, seen.user))


class _BatchHandler(_Handler):
    """The routes of both languages; everything else is the parent's."""

    @property
    def fake(self) -> FakeBatches:
        fake = self.server.fake
        assert isinstance(fake, FakeBatches)
        return fake

    def do_GET(self) -> None:  # noqa: N802 - the base class names it so
        path, _, query = self.path.partition("?")
        parts = path.strip("/").split("/")
        match parts:
            case ["v1", "messages", "batches"]:
                self._do("list", "/v1/messages", lambda: self._page("/v1/messages", query))
            case ["v1", "messages", "batches", name]:
                self._do("retrieve", "/v1/messages", lambda: self._batch(name))
            case ["v1", "messages", "batches", name, "results"]:
                self._do("results", "/v1/messages", lambda: self._lines(name))
            case ["v1", "batches"]:
                self._do("list", "/v1/responses", lambda: self._page("/v1/responses", query))
            case ["v1", "batches", name]:
                self._do("retrieve", "/v1/responses", lambda: self._batch(name))
            case ["v1", "files", name, "content"]:
                self._do("results", "/v1/responses", lambda: self._file(name))
            case _:
                self._send(404, {"error": {"message": f"no such path: {self.path}"}})

    def do_POST(self) -> None:  # noqa: N802 - the base class names it so
        if self.path == "/v1/messages/batches":
            raw = self.rfile.read(int(self.headers["content-length"]))
            self._do("create", "/v1/messages", lambda: self._created_messages(json.loads(raw)))
        elif self.path == "/v1/files":
            raw = self.rfile.read(int(self.headers["content-length"]))
            self._do("upload", "/v1/responses", lambda: self._uploaded(raw))
        elif self.path == "/v1/batches":
            raw = self.rfile.read(int(self.headers["content-length"]))
            self._do("create", "/v1/responses", lambda: self._created_responses(json.loads(raw)))
        else:
            super().do_POST()

    def _reply(self, wire: Any, seen: Seen, cached: int, what: Fault) -> None:
        if what.kind not in ("status", "hang", "reset", "html"):
            self.fake.pay(seen)
        super()._reply(wire, seen, cached, what)

    def _do(self, what: str, wire: str, act: Callable[[], tuple[int, Json | str]]) -> None:
        fake = self.fake
        with fake.lock:
            number = fake.happened.count(what)
            fake.happened.append(what)
        if not self.headers.get("authorization", self.headers.get("x-api-key", "")):
            self._send(401, WIRES[wire].error(401, "no key", ""))
            return
        fault = fake.spoil(what, number)
        if fault is not None and fault.kind != "reset":
            super()._reply(WIRES[wire], None, 0, fault)  # type: ignore[arg-type]  # these faults need no request
            return
        with fake.lock:
            code, body = act()
        fake.arrived(what)
        if fault is not None:  # it was done, and nobody hears of it
            super()._reply(WIRES[wire], None, 0, fault)  # type: ignore[arg-type]  # these faults need no request
        elif code >= 400:
            self._send(code, WIRES[wire].error(code, str(body), ""))
        else:
            self._send(
                code,
                body,
                kind="application/json" if isinstance(body, dict) else "application/x-jsonl",
            )

    def _created_messages(self, body: Json) -> tuple[int, Json | str]:
        asked = [(one["custom_id"], one["params"]) for one in body["requests"]]
        return self._made("/v1/messages", asked, None)

    def _created_responses(self, body: Json) -> tuple[int, Json | str]:
        if body["completion_window"] != "24h" or body["endpoint"] != "/v1/responses":
            return 400, "completion_window and endpoint"
        lines = [json.loads(line) for line in self.fake.files[body["input_file_id"]].splitlines()]
        if any(line["method"] != "POST" or line["url"] != body["endpoint"] for line in lines):
            return 400, "method and url"
        return self._made(
            "/v1/responses",
            [(line["custom_id"], line["body"]) for line in lines],
            body.get("metadata"),
        )

    def _made(
        self, wire: str, asked: list[tuple[str, Json]], metadata: Json | None
    ) -> tuple[int, Json | str]:
        names = [name for name, _ in asked]
        if (
            not names
            or len(set(names)) < len(names)
            or not all(CUSTOM_ID.fullmatch(name) for name in names)
        ):
            return 400, "custom ids: each once, of letters, digits, - and _, at most 64"
        if problem := next(filter(None, (WIRES[wire].problem(params) for _, params in asked)), ""):
            return 400, problem
        seen = [(name, WIRES[wire].read(wire, params, {})) for name, params in asked]
        name = f"batch_{len(self.fake.batches) + 1:03}"
        batch = Batch(name, wire, seen, self.fake.polls, self.fake.today, metadata, self.fake.state)
        self.fake.batches[name] = batch
        return 200, self._shown(batch)

    def _batch(self, name: str) -> tuple[int, Json | str]:
        batch = self.fake.batches.get(name)
        if batch is None:
            return 404, "no such batch"
        batch.polls -= 1
        return 200, self._shown(batch)

    def _page(self, wire: str, query: str) -> tuple[int, Json | str]:
        """Two a page, the newest first."""
        mine = [batch for batch in reversed(self.fake.batches.values()) if batch.wire == wire]
        after = re.search(r"after(?:_id)?=(\w+)", query)
        start = 1 + [batch.id for batch in mine].index(after[1]) if after else 0
        page = mine[start : start + 2]
        for batch in page:
            batch.polls -= 1
        return 200, {
            "object": "list",
            "data": [self._shown(batch) for batch in page],
            "has_more": len(mine) > start + 2,
        }

    def _shown(self, batch: Batch) -> Json:
        ended = batch.polls < 0
        if batch.wire == "/v1/messages":
            counts = dict.fromkeys(("canceled", "errored", "expired", "processing", "succeeded"), 0)
            counts["succeeded" if ended else "processing"] = len(batch.asked)
            elsewhere = self.fake.elsewhere or self.fake.url
            return {
                "id": batch.id,
                "type": "message_batch",
                "processing_status": "ended" if ended else "in_progress",
                "created_at": f"{batch.created}T12:00:00Z",
                "expires_at": f"{batch.created}T12:00:00Z",
                "request_counts": counts,
                "archived_at": None,
                "cancel_initiated_at": None,
                "ended_at": None,
                "results_url": f"{elsewhere}/v1/messages/batches/{batch.id}/results"
                if ended
                else None,
            }
        failed = batch.state == "failed"
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": "/v1/responses",
            "completion_window": "24h",
            "status": batch.state if ended else "in_progress",
            "created_at": 1,
            "input_file_id": "file-1",
            "output_file_id": f"out-{batch.id}" if ended and not failed else None,
            "error_file_id": f"err-{batch.id}" if ended and not failed else None,
            "metadata": batch.metadata,
            "errors": {"object": "list", "data": [{"code": "x", "message": "too many tokens"}]}
            if failed
            else None,
        }

    def _lines(self, name: str) -> tuple[int, Json | str]:
        batch = self.fake.batches[name]
        return 200, self._text(self._results(batch))

    def _file(self, name: str) -> tuple[int, Json | str]:
        kind, _, of = name.partition("-")
        lines = self._results(self.fake.batches[of])
        wrong = [
            line
            for line in lines
            if not isinstance(line, str)
            and (line["error"] or line["response"]["status_code"] > 200)
        ]
        return 200, self._text([line for line in lines if (line in wrong) == (kind == "err")])

    @staticmethod
    def _text(lines: list[Json | str]) -> str:
        return "".join(
            (line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines
        )

    def _results(self, batch: Batch) -> list[Json | str]:
        """In another order than asked, with a line for a stranger's question. Paid for when first
        made."""
        if not batch.result:
            stranger: list[Json | str] = []
            for number, (name, seen) in enumerate(batch.asked):
                batch.result += self._line(batch, name, seen, self.fake.outcome(seen, number))
                if number == 0:
                    stranger = self._line(batch, "of-another", seen, "expired")
            batch.result = [*reversed(batch.result), *stranger]
        return batch.result

    def _line(self, batch: Batch, name: str, seen: Seen, outcome: Outcome) -> list[Json | str]:
        message = batch.wire == "/v1/messages"
        if outcome == "lost":
            return []
        if isinstance(outcome, Fault) and outcome.kind == "status":
            error = WIRES[batch.wire].error(
                outcome.status, outcome.text or "injected by a test", outcome.code
            )
            response = {"status_code": outcome.status, "request_id": "r", "body": error}
            return [
                _message(name, {"type": "errored", "error": error})
                if message
                else _response(name, response, None)
            ]
        if outcome in ("expired", "canceled"):
            gone = {"code": f"batch_{outcome}", "message": f"it was {outcome}"}
            return [_message(name, {"type": outcome}) if message else _response(name, None, gone)]
        self.fake.pay(seen)
        if outcome == "garbled":
            return ['{"custom_id": "' + name]
        said = (
            outcome
            if isinstance(outcome, Fault)
            else self.fake.brain(seen.schema, seen.system, seen.user)
        )
        body = WIRES[batch.wire].reply(seen, 0, said if isinstance(said, Fault) else answered(said))
        if message:
            return [_message(name, {"type": "succeeded", "message": body})]
        return [_response(name, {"status_code": 200, "request_id": "r", "body": body}, None)]

    def _uploaded(self, raw: bytes) -> tuple[int, Json | str]:
        head = b"content-type: " + self.headers["content-type"].encode() + b"\r\n\r\n"
        form: Message = BytesParser().parsebytes(head + raw)
        fields = {
            str(part.get_param("name", header="content-disposition")): part.get_payload(decode=True)
            for part in form.walk()
            if not part.is_multipart()
        }
        content = fields["file"]
        if fields["purpose"] != b"batch" or not isinstance(content, bytes):
            return 400, "purpose"
        name = f"file-{len(self.fake.files) + 1}"
        self.fake.files[name] = content
        return 200, {
            "id": name,
            "object": "file",
            "bytes": len(content),
            "created_at": 1,
            "filename": "x",
            "purpose": "batch",
            "status": "processed",
        }


def _message(name: str, result: Json) -> Json:
    return {"custom_id": name, "result": result}


def _response(name: str, response: Json | None, error: Json | None) -> Json:
    return {"id": "batch_req_1", "custom_id": name, "response": response, "error": error}
