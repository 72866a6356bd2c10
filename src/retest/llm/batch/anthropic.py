"""Anthropic's Message Batches: up to 24 hours, results in any order, kept for 29 days.

A batch carries no mark of ours but the custom ids, and those are only in its results. So an intent
is looked for among the batches of its days that have as many questions, and until one of those has
ended it is waited for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import anthropic
import httpx2
from anthropic.types.messages.batch_create_params import Request as BatchRequest
from pydantic import BaseModel

from retest.llm.anthropic import SERVICE, AnthropicClient, Message, asked_of, reply_of
from retest.llm.batch.service import (
    MOST_PAGES,
    Ended,
    Result,
    Unsure,
    as_result,
    compact,
    json_lines,
    read_result,
)
from retest.llm.batch.state import Id, Sent
from retest.llm.failures import STATUSES, NotThere, from_status, read_body
from retest.llm.model import Request
from retest.masking import Mask
from retest.retry import Transient

A_DAY = timedelta(days=1)


class _Counts(BaseModel):
    canceled: int = 0
    errored: int = 0
    expired: int = 0
    processing: int = 0
    succeeded: int = 0

    @property
    def all(self) -> int:
        return self.canceled + self.errored + self.expired + self.processing + self.succeeded


class _Batch(BaseModel):
    """What we read of `anthropic.types.messages.MessageBatch`. Its `results_url` we do not: see
    `_results`."""

    id: Id
    created_at: datetime
    processing_status: str
    request_counts: _Counts


class _Page(BaseModel):
    data: list[_Batch]
    has_more: bool = False


class _Error(BaseModel):
    type: str
    message: str


class _Errors(BaseModel):
    error: _Error


class _Result(BaseModel):
    type: str
    message: dict[str, Any] | None = None
    error: _Errors | None = None


class _Line(BaseModel):
    """What we read of `anthropic.types.messages.MessageBatchIndividualResponse`."""

    custom_id: str
    result: _Result


class AnthropicBatches:
    """The batches of one model of Anthropic's."""

    most_requests, most_bytes = 100_000, 256_000_000
    """Whichever comes first (platform.claude.com, Batch processing)."""

    def __init__(
        self,
        name: str,
        *,
        api_key: str,
        base_url: str | None = None,
        timeout: float = 120.0,
        trace: bool = False,
        mask: Mask | None = None,
    ) -> None:
        self._name = name
        self._client = AnthropicClient(
            name,
            api_key=api_key,
            base_url=base_url,
            timeout=timeout,
            trace=trace,
            mask=mask,
            batches=True,
        )
        self._batches = self._client.sdk.messages.batches.with_raw_response

    def encoded(self, custom_id: str, request: Request) -> bytes:
        return compact(BatchRequest(custom_id=custom_id, params=asked_of(self._name, request)))

    async def prepare(self, lines: Sequence[bytes]) -> bytes:
        return b'{"requests":[' + b",".join(lines) + b"]}"

    async def create(self, nonce: str, prepared: bytes) -> str:
        del nonce  # a batch has no room for it: it is in the custom ids
        call = self._client.sdk.post(
            "/v1/messages/batches",
            cast_to=httpx2.Response,
            content=prepared,
            options={"headers": {"Content-Type": "application/json"}},
        )
        return read_body(SERVICE, self._name, _Batch, await self._client.body(call)).id

    async def find(self, intent: Sent, known: set[str]) -> str | None:
        unsure = False
        async for batch in self._listed():
            day = batch.created_at.date()
            if day < intent.day - A_DAY:  # the newest come first
                break
            if (
                day > intent.day + A_DAY
                or batch.id in known
                or batch.request_counts.all != len(intent.asked)
            ):
                continue
            if batch.processing_status != "ended":
                unsure = True
                continue
            try:
                lines = await self._results(batch.id)
            except NotThere:
                continue  # archived
            if any(line.custom_id in intent.asked for line in lines):
                return batch.id
        if unsure:
            raise Unsure("one with as many questions is under way")
        return None

    async def ended(self, batch: Sent) -> Ended | None:
        assert batch.id is not None  # noqa: S101 - the caller asks only for batches that were created
        found = read_body(
            SERVICE, self._name, _Batch, await self._client.body(self._batches.retrieve(batch.id))
        )
        if found.processing_status != "ended":
            return None
        results: dict[str, Result] = {}
        for line in await self._results(batch.id):
            if line.custom_id in batch.asked:
                results.setdefault(
                    line.custom_id, self._read(line.result, batch.asked[line.custom_id].limit)
                )
        return Ended(results, whole=True)

    async def _listed(self) -> AsyncIterator[_Batch]:
        after: str | anthropic.Omit = anthropic.omit
        for _ in range(MOST_PAGES):
            page = read_body(
                SERVICE,
                self._name,
                _Page,
                await self._client.body(self._batches.list(limit=100, after_id=after)),
            )
            for batch in page.data:
                yield batch
            if not page.has_more or not page.data:
                return
            after = page.data[-1].id

    async def _results(self, batch: str) -> list[_Line]:
        """From the address that the reference gives them. The SDK goes where `results_url` says,
        and takes the key there, whosever host it is."""
        call = self._client.sdk.get(
            f"/v1/messages/batches/{batch}/results",
            cast_to=httpx2.Response,
            options={"headers": {"Accept": "application/binary"}},
        )
        return list(json_lines(_Line, await self._client.body(call)))

    def _read(self, result: _Result, limit: int) -> Result:
        match result.type:
            case "succeeded":
                body = compact(result.message)
                return read_result(
                    lambda: reply_of(
                        self._name, limit, read_body(SERVICE, self._name, Message, body)
                    )
                )
            case "errored":
                error = (
                    result.error.error
                    if result.error
                    else _Error(type="api_error", message="no reason given")
                )
                status = STATUSES.get(error.type, 500)
                return as_result(
                    from_status(
                        service=SERVICE,
                        model=self._name,
                        status=status,
                        headers={},
                        said=error.message,
                        codes=(error.type,),
                    )
                )
        return Transient(f"{SERVICE.name}: the question was {result.type} before it was answered")

    async def aclose(self) -> None:
        await self._client.aclose()
