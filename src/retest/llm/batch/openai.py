"""OpenAI's Batch API over the Responses API: a file of questions, up to 24 hours, a file of answers
and one of errors.

A batch carries the nonce of its intent in its metadata, by which it is found again.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal

import openai
from pydantic import BaseModel

from retest.llm.batch.service import (
    MOST_PAGES,
    Ended,
    Result,
    as_result,
    compact,
    json_lines,
    read_result,
)
from retest.llm.batch.state import Id, Sent
from retest.llm.failures import NotThere, from_status, read_body
from retest.llm.model import Request
from retest.llm.openai import SERVICE, OpenAIClient, Response, asked_of, reply_of
from retest.masking import Mask
from retest.retry import Transient

ENDPOINT: Literal["/v1/responses"] = "/v1/responses"
MARK = "retest"
"""The key of our nonce in a batch's metadata."""
OVER = ("completed", "failed", "expired", "cancelled")


class _Said(BaseModel):
    code: str | None = None
    message: str | None = None
    type: str | None = None


class _Errors(BaseModel):
    data: list[_Said] | None = None


class _Batch(BaseModel):
    """What we read of `openai.types.Batch`."""

    id: Id
    status: str
    metadata: dict[str, str] | None = None
    output_file_id: Id | None = None
    error_file_id: Id | None = None
    errors: _Errors | None = None


class _Page(BaseModel):
    data: list[_Batch]
    has_more: bool = False


class _File(BaseModel):
    id: Id


class _Answered(BaseModel):
    status_code: int
    body: dict[str, Any]


class _Line(BaseModel):
    """A line of either file, as the Batch guide shows it; the SDK has no type for it."""

    custom_id: str
    response: _Answered | None = None
    error: _Said | None = None


class OpenAIBatches:
    """The batches of one model of OpenAI's."""

    most_requests, most_bytes = 50_000, 200_000_000
    """openai/types/batch_create_params.py."""

    def __init__(
        self,
        name: str,
        *,
        api_key: str,
        base_url: str | None = None,
        timeout: float = 120.0,
        mask: Mask | None = None,
    ) -> None:
        self._name = name
        self._client = OpenAIClient(
            SERVICE,
            name,
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            mask=mask,
            batches=True,
        )
        self._batches = self._client.sdk.batches.with_raw_response
        self._files = self._client.sdk.files.with_raw_response

    def encoded(self, custom_id: str, request: Request) -> bytes:
        body = asked_of(self._name, request)
        return compact({"custom_id": custom_id, "method": "POST", "url": ENDPOINT, "body": body})

    async def prepare(self, lines: Sequence[bytes]) -> str:
        file = ("retest.jsonl", b"\n".join(lines) + b"\n", "application/jsonl")
        return read_body(
            SERVICE,
            self._name,
            _File,
            await self._client.body(self._files.create(file=file, purpose="batch")),
        ).id

    async def create(self, nonce: str, prepared: str) -> str:
        call = self._batches.create(
            completion_window="24h",
            endpoint=ENDPOINT,
            input_file_id=prepared,
            metadata={MARK: nonce},
        )
        return read_body(SERVICE, self._name, _Batch, await self._client.body(call)).id

    async def find(self, intent: Sent, known: set[str]) -> str | None:
        async for batch in self._listed():
            if batch.id not in known and (batch.metadata or {}).get(MARK) == intent.nonce:
                return batch.id
        return None

    async def ended(self, batch: Sent) -> Ended | None:
        assert batch.id is not None  # noqa: S101 - the caller asks only for batches that were created
        found = read_body(
            SERVICE, self._name, _Batch, await self._client.body(self._batches.retrieve(batch.id))
        )
        if found.status not in OVER:
            return None
        results: dict[str, Result] = {}
        for name in filter(None, (found.output_file_id, found.error_file_id)):
            for line in json_lines(_Line, await self._content(name)):
                if line.custom_id in batch.asked:
                    results.setdefault(
                        line.custom_id, self._read(line, batch.asked[line.custom_id].limit)
                    )
        said = "; ".join(
            one.message or one.code or "" for one in (found.errors or _Errors()).data or []
        )
        lacking = f"{SERVICE.name}: the batch is {found.status}{': ' + said if said else ''}"
        return Ended(results, whole=found.status == "completed", lacking=lacking)

    async def _content(self, name: str) -> bytes:
        try:
            return await self._client.body(self._files.content(name))
        except NotThere:
            return b""  # the file has expired, or was deleted

    async def _listed(self) -> AsyncIterator[_Batch]:
        after: str | openai.Omit = openai.omit
        for _ in range(MOST_PAGES):
            page = read_body(
                SERVICE,
                self._name,
                _Page,
                await self._client.body(self._batches.list(limit=100, after=after)),
            )
            for batch in page.data:
                yield batch
            if not page.has_more or not page.data:
                return
            after = page.data[-1].id

    def _read(self, line: _Line, limit: int) -> Result:
        answered = line.response
        if answered is not None and answered.status_code < 400:
            body = compact(answered.body)
            return read_result(
                lambda: reply_of(self._name, limit, read_body(SERVICE, self._name, Response, body))
            )
        if answered is not None:
            said = _said(answered.body)
            return as_result(
                from_status(
                    service=SERVICE,
                    model=self._name,
                    status=answered.status_code,
                    headers={},
                    said=said.message or "no reason given",
                    codes=(said.code, said.type),
                )
            )
        error = line.error or _Said()
        return Transient(
            f"{SERVICE.name}: {error.message or error.code or 'no answer and no reason given'}"
        )

    async def aclose(self) -> None:
        await self._client.aclose()


def _said(body: dict[str, Any]) -> _Said:
    """The `error` of a body, as far as it is one."""
    error = body.get("error")
    named = error if isinstance(error, dict) else {}
    return _Said(
        **{
            key: value
            for key in ("code", "message", "type")
            if isinstance(value := named.get(key), str)
        }
    )
