"""Provider `openai`: the Responses API, strict structured output; and what `openai-chat` shares
with it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import openai
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
from pydantic import BaseModel

from retest.llm.failures import (
    Refused,
    Service,
    bounded,
    checked_key,
    checked_url,
    cut_off,
    from_status,
    out_of_reach,
    read_body,
    refused,
    shown,
    stopped,
    told_error,
)
from retest.llm.model import Model, Reply, Request
from retest.llm.modes import Habits, Mode, with_schema
from retest.llm.reading import count, texts, usage_of
from retest.llm.schema import strict_schema
from retest.masking import Mask
from retest.retry import BrokeOff, Transient
from retest.transport import Moved

SERVICE = Service.of("OpenAI", "openai")
CALL = "function_call"
"""The kind of an output item that calls a tool (openai/types/responses)."""
UNFINISHED = frozenset({"incomplete", "failed", "cancelled", "queued", "in_progress"})
"""What a response is that has no answer (openai/types/responses/response_status.py)."""


class OpenAIClient:
    """A client of an OpenAI-like server, with its errors made ours. Keeps its connections until
    `aclose`."""

    def __init__(
        self,
        service: Service,
        name: str,
        *,
        api_key: str,
        base_url: str | None = None,
        timeout: float = 120.0,
        mask: Mask | None = None,
        batches: bool = False,
    ) -> None:
        self.service, self.name = service, name
        self._url = checked_url(service, base_url)
        self.sdk = openai.AsyncOpenAI(
            api_key=checked_key(service, api_key),
            base_url=self._url,
            timeout=timeout,
            max_retries=0,
            http_client=bounded(timeout, mask, batches=batches),
        )

    async def body(self, call: Awaitable[Any]) -> bytes:
        """The body of a raw call's reply. Raises what `from_status` and `out_of_reach` make of the
        SDK's errors."""
        try:
            raw = await call
        except openai.APIStatusError as error:
            raise from_status(
                service=self.service,
                model=self.name,
                status=error.status_code,
                headers=error.response.headers,
                said=error.message,
                codes=(error.code, error.type),
            ) from error
        except (openai.APIConnectionError, Moved) as error:
            raise out_of_reach(self.service, self._url, error) from error
        content: bytes = getattr(raw, "http_response", raw).content
        return content

    async def aclose(self) -> None:
        await self.sdk.close()


class _Item(BaseModel):
    type: str
    phase: str | None = None
    content: Any = None
    arguments: Any = None


class _Incomplete(BaseModel):
    reason: str | None = None


class Response(BaseModel):
    """What we read of `openai.types.responses.Response`."""

    status: str | None = None
    output: list[_Item]
    usage: Any = None
    incomplete_details: _Incomplete | None = None
    error: Any = None


class OpenAIModel(Model):
    """One model of the Responses API. Nothing is stored at the service; retries nothing itself."""

    provider = "openai"

    def __init__(
        self,
        name: str,
        *,
        api_key: str,
        base_url: str | None = None,
        timeout: float = 120.0,
        habits: Habits | None = None,
        mask: Mask | None = None,
    ) -> None:
        self.name = name
        self._habits = habits or Habits()
        self._client = OpenAIClient(
            SERVICE, name, api_key=api_key, base_url=base_url, timeout=timeout, mask=mask
        )

    async def complete(self, request: Request) -> Reply:
        """As `Model` says; RunError for a model that does not exist and an account without
        credit."""
        create = self._client.sdk.responses.with_raw_response.create

        async def call(mode: Mode) -> Reply:
            body = await self._client.body(create(**asked_of(self.name, request, mode)))
            response = read_body(SERVICE, self.name, Response, body)
            return reply_of(self.name, request.max_output_tokens, response)

        return await self._habits.ask(f"{self.provider}:{self.name}", call)

    async def aclose(self) -> None:
        await self._client.aclose()


def asked_of(
    model: str, request: Request, mode: Mode = "json_schema"
) -> ResponseCreateParamsNonStreaming:
    """What a model is asked, as the Responses API takes it, alone or in a batch."""
    name = request.schema.__name__
    asked: ResponseCreateParamsNonStreaming = {
        "model": model,
        "instructions": request.system,
        "input": with_schema(request) if mode == "json_object" else request.user,
        "max_output_tokens": request.max_output_tokens,
        # Calls with the same beginning go to the machine that has it in its cache; at most 64
        # characters.
        "prompt_cache_key": f"retest-{name}-{request.prompt_hash}"[:64],
        "store": False,
    }
    schema = strict_schema(request.schema)
    match mode:
        case "json_schema":
            asked["text"] = {
                "format": {"type": "json_schema", "name": name, "schema": schema, "strict": True}
            }
        case "tool":
            asked["tools"] = [
                {"type": "function", "name": name, "parameters": schema, "strict": True}
            ]
            asked["tool_choice"] = {"type": "function", "name": name}
        case "json_object":
            asked["text"] = {"format": {"type": "json_object"}}
    return asked


def reply_of(model: str, limit: int, response: Response) -> Reply:
    """What a response says; `limit` is how many tokens it might have. Raises Unusable for one that
    did not end by itself, and what `told_error` makes of an error where the service broke while
    answering."""
    said = response.usage
    # `input_tokens` counts those read from the cache too.
    usage = usage_of(
        count(said, "input_tokens"),
        count(said, "output_tokens"),
        cached=count(said, "input_tokens_details", "cached_tokens") or 0,
    )
    if response.status in UNFINISHED or response.error:
        reason = (response.incomplete_details or _Incomplete()).reason or ""
        match reason:
            case "max_output_tokens":
                raise cut_off(SERVICE, model, limit, usage)
            case "content_filter":
                raise refused(SERVICE, model, "its content filter", usage)
        if response.error:
            error = told_error(SERVICE, model, response.error)
            if isinstance(error, Transient):  # what it wrote until then may be billed
                raise BrokeOff(str(error), error.retry_after)
            if not isinstance(error, Refused):
                raise error
            reason = shown(error.said)
        raise stopped(SERVICE, model, f"{response.status}: {reason}", usage)
    called = next((item.arguments for item in response.output if item.type == CALL), None)
    if isinstance(called, str):
        return Reply(called, usage)
    contents = [
        item.content
        for item in response.output
        if item.type == "message" and item.phase != "commentary"
    ]
    if refusal := next(filter(None, map(_refusal, contents)), ""):
        raise refused(SERVICE, model, refusal, usage)
    return Reply("".join(map(texts, contents)), usage)


def _refusal(content: object) -> str:
    """What a message says in place of an answer, if it does."""
    for part in content if isinstance(content, list) else ():
        if isinstance(part, dict) and part.get("type") == "refusal":
            return str(part.get("refusal") or "no reason given")
    return ""
