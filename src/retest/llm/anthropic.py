"""Provider `anthropic`: the Messages API, structured output, the system text cached by the
service."""

from __future__ import annotations

import json
from collections.abc import Awaitable
from functools import cache
from typing import Any

import anthropic
from anthropic.types.message_create_params import MessageCreateParamsNonStreaming
from pydantic import BaseModel

from retest.llm.failures import (
    Service,
    bounded,
    checked_key,
    checked_url,
    cut_off,
    from_status,
    out_of_reach,
    read_body,
    refused,
    stopped,
)
from retest.llm.model import Model, Reply, Request
from retest.llm.modes import Habits, Mode, with_schema
from retest.llm.reading import count, texts, usage_of
from retest.masking import Mask
from retest.transport import Moved

SERVICE = Service.of("Anthropic", "anthropic")


class _Details(BaseModel):
    category: str | None = None
    explanation: str | None = None


class Message(BaseModel):
    """What we read of `anthropic.types.Message`."""

    content: list[Any] | str
    stop_reason: str | None = None
    stop_details: _Details | None = None
    usage: Any = None


@cache
def _schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The schema in the form that the service takes; made once, since it takes milliseconds."""
    return anthropic.transform_schema(schema)


class AnthropicClient:
    """A client of the service, with its errors made ours. Keeps its connections until `aclose`;
    retries nothing. With `trace` the SDK makes spans of OpenTelemetry, as its own environment
    variables say."""

    def __init__(
        self,
        name: str,
        *,
        api_key: str,
        base_url: str | None = None,
        timeout: float = 120.0,
        trace: bool = False,
        mask: Mask | None = None,
        batches: bool = False,
    ) -> None:
        self.name = name
        self._url = checked_url(SERVICE, base_url)
        self.sdk = anthropic.AsyncAnthropic(
            api_key=checked_key(SERVICE, api_key),
            base_url=self._url,
            timeout=timeout,
            max_retries=0,
            open_telemetry=None if trace else False,
            http_client=bounded(timeout, mask, batches=batches),
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
        except (anthropic.APIConnectionError, Moved) as error:
            raise out_of_reach(SERVICE, self._url, error) from error
        content: bytes = getattr(raw, "http_response", raw).content
        return content

    async def aclose(self) -> None:
        await self.sdk.close()


class AnthropicModel(Model):
    """One model of the Messages API."""

    provider = "anthropic"

    def __init__(
        self,
        name: str,
        *,
        api_key: str,
        base_url: str | None = None,
        timeout: float = 120.0,
        habits: Habits | None = None,
        trace: bool = False,
        mask: Mask | None = None,
    ) -> None:
        self.name = name
        self._habits = habits or Habits()
        self._client = AnthropicClient(
            name, api_key=api_key, base_url=base_url, timeout=timeout, trace=trace, mask=mask
        )

    async def complete(self, request: Request) -> Reply:
        """As `Model` says; RunError for a model that does not exist and an account without
        credit."""
        create = self._client.sdk.messages.with_raw_response.create

        async def call(mode: Mode) -> Reply:
            body = await self._client.body(create(**asked_of(self.name, request, mode)))
            message = read_body(SERVICE, self.name, Message, body)
            return reply_of(self.name, request.max_output_tokens, message)

        return await self._habits.ask(f"{self.provider}:{self.name}", call)

    async def aclose(self) -> None:
        await self._client.aclose()


def asked_of(
    model: str, request: Request, mode: Mode = "json_schema"
) -> MessageCreateParamsNonStreaming:
    """What a model is asked, as the Messages API takes it, alone or in a batch."""
    user = with_schema(request) if mode == "json_object" else request.user
    asked: MessageCreateParamsNonStreaming = {
        "model": model,
        "max_tokens": request.max_output_tokens,
        "system": [
            {"type": "text", "text": request.system, "cache_control": {"type": "ephemeral"}}
        ],
        "messages": [{"role": "user", "content": user}],
    }
    match mode:
        case "json_schema":
            schema = _schema(request.schema)
            asked["output_config"] = {"format": {"type": "json_schema", "schema": schema}}
        case "tool":
            name = request.schema.__name__
            asked["tools"] = [{"name": name, "input_schema": _schema(request.schema)}]
            asked["tool_choice"] = {"type": "tool", "name": name}
    return asked


def reply_of(model: str, limit: int, message: Message) -> Reply:
    """What a message says; `limit` is how many tokens it might have. Raises Unusable for one that
    did not end by itself."""
    said = message.usage
    read = count(said, "cache_read_input_tokens") or 0
    written = count(said, "cache_creation_input_tokens") or 0
    # `input_tokens` leaves out what was read from the cache and what was written to it
    # (types/message.py).
    rest = count(said, "input_tokens")
    sent = None if rest is None else rest + read + written
    usage = usage_of(sent, count(said, "output_tokens"), cached=read, written=written)
    text, call = texts(message.content), _called(message.content)
    match message.stop_reason:
        case "max_tokens":
            raise cut_off(SERVICE, model, limit, usage)
        case "refusal":
            details = message.stop_details or _Details()
            raise refused(SERVICE, model, details.explanation or details.category or "", usage)
        case "tool_use" if call is not None:
            return Reply(json.dumps(call), usage)
        case "model_context_window_exceeded" | "pause_turn" | "tool_use" as reason:
            raise stopped(SERVICE, model, reason, usage)
        case reason if not text and reason not in (None, "end_turn", "stop_sequence"):
            raise stopped(SERVICE, model, reason, usage)
    return Reply(text, usage)


def _called(content: object) -> dict[str, Any] | None:
    """What the one tool was called with, if it was."""
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and part.get("type") == "tool_use":
            said = part.get("input")
            return said if isinstance(said, dict) else None
    return None
