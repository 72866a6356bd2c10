"""Provider `anthropic`: the Messages API, structured output, the system text cached by the
service."""

from __future__ import annotations

from collections.abc import Awaitable
from functools import cache
from typing import Any

import anthropic
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from pydantic import BaseModel

from retest.llm.failures import (
    Service,
    checked_key,
    checked_url,
    cut_off,
    from_status,
    out_of_reach,
    read_body,
    refused,
    stopped,
)
from retest.llm.model import Model, Reply, Request, Usage

SERVICE = Service(
    "Anthropic", "ANTHROPIC_API_KEY", "ANTHROPIC_BASE_URL", "https://api.anthropic.com"
)


class _Block(BaseModel):
    type: str
    text: str = ""


class _Tokens(BaseModel):
    input_tokens: int
    output_tokens: int
    cache_read_input_tokens: int | None = None
    cache_creation_input_tokens: int | None = None


class _Details(BaseModel):
    category: str | None = None
    explanation: str | None = None


class Message(BaseModel):
    """What we read of `anthropic.types.Message`."""

    content: list[_Block]
    stop_reason: str | None
    stop_details: _Details | None = None
    usage: _Tokens


@cache
def _schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The schema in the form that the service takes; made once, since it takes milliseconds."""
    return anthropic.transform_schema(schema)


class AnthropicClient:
    """A client of the service, with its errors made ours. Keeps its connections until `aclose`;
    retries nothing."""

    def __init__(
        self, name: str, *, api_key: str, base_url: str | None = None, timeout: float = 120.0
    ) -> None:
        self.name = name
        self._url = checked_url(SERVICE, base_url)
        self.sdk = anthropic.AsyncAnthropic(
            api_key=checked_key(SERVICE, api_key),
            base_url=self._url,
            timeout=timeout,
            max_retries=0,
        )

    async def body(self, call: Awaitable[Any]) -> bytes:
        """The body of a raw call's reply. Raises what `from_status` and `out_of_reach` make of the
        SDK's errors."""
        try:
            raw = await call
        except anthropic.APIStatusError as error:
            raise from_status(
                service=SERVICE,
                model=self.name,
                status=error.status_code,
                headers=error.response.headers,
                said=error.api_message or error.message,
                codes=(error.type, error.error_code),
            ) from error
        except anthropic.APIConnectionError as error:
            raise out_of_reach(SERVICE, self._url, error) from error
        content: bytes = getattr(raw, "http_response", raw).content
        return content

    async def aclose(self) -> None:
        await self.sdk.close()


class AnthropicModel(Model):
    """One model of the Messages API."""

    provider = "anthropic"

    def __init__(
        self, name: str, *, api_key: str, base_url: str | None = None, timeout: float = 120.0
    ) -> None:
        self.name = name
        self._client = AnthropicClient(name, api_key=api_key, base_url=base_url, timeout=timeout)

    async def complete(self, request: Request) -> Reply:
        """As `Model` says; RunError for a model that does not exist and an account without
        credit."""
        call = self._client.sdk.messages.with_raw_response.create(**asked_of(self.name, request))
        body = await self._client.body(call)
        return reply_of(self.name, request.max_output_tokens, read_body(SERVICE, Message, body))

    async def aclose(self) -> None:
        await self._client.aclose()


def asked_of(model: str, request: Request) -> MessageCreateParamsNonStreaming:
    """What a model is asked, as the Messages API takes it, alone or in a batch."""
    return {
        "model": model,
        "max_tokens": request.max_output_tokens,
        "system": [
            {"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}
        ],
        "messages": [{"role": "user", "content": request.user}],
        "output_config": {"format": {"type": "json_schema", "schema": _schema(request.schema)}},
    }


def reply_of(model: str, limit: int, message: Message) -> Reply:
    """What a message says; `limit` is how many tokens it might have. Raises Unusable for one that
    did not end by itself."""
    tokens = message.usage
    read, written = tokens.cache_read_input_tokens or 0, tokens.cache_creation_input_tokens or 0
    # `input_tokens` leaves out what was read from the cache and what was written to it
    # (types/message.py).
    usage = Usage(1, tokens.input_tokens + read + written, read, tokens.output_tokens, written)
    match message.stop_reason:
        case "end_turn" | "stop_sequence":
            return Reply(
                "".join(block.text for block in message.content if block.type == "text"), usage
            )
        case "max_tokens":
            raise cut_off(SERVICE, model, limit, usage)
        case "refusal":
            details = message.stop_details or _Details()
            raise refused(SERVICE, model, details.explanation or details.category or "", usage)
        case reason:
            raise stopped(SERVICE, model, str(reason), usage)
