"""Provider `openai`: the Responses API, strict structured output; and what `openai-chat` shares
with it."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import openai
from openai.types.responses.response_create_params import ResponseCreateParamsNonStreaming
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
from retest.llm.schema import strict_schema
from retest.retry import Transient

SERVICE = Service("OpenAI", "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1")


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
    ) -> None:
        self.service, self.name = service, name
        self._url = checked_url(service, base_url)
        self.sdk = openai.AsyncOpenAI(
            api_key=checked_key(service, api_key),
            base_url=self._url,
            timeout=timeout,
            max_retries=0,
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
        except openai.APIConnectionError as error:
            raise out_of_reach(self.service, self._url, error) from error
        content: bytes = getattr(raw, "http_response", raw).content
        return content

    async def aclose(self) -> None:
        await self.sdk.close()


class _Part(BaseModel):
    type: str
    text: str = ""
    refusal: str = ""


class _Item(BaseModel):
    type: str
    phase: str | None = None
    content: list[_Part] | None = None


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _Tokens(BaseModel):
    input_tokens: int
    output_tokens: int
    input_tokens_details: _Cached | None = None


class _Incomplete(BaseModel):
    reason: str | None = None


class _Error(BaseModel):
    code: str
    message: str


class Response(BaseModel):
    """What we read of `openai.types.responses.Response`."""

    status: str
    output: list[_Item]
    usage: _Tokens | None = None
    incomplete_details: _Incomplete | None = None
    error: _Error | None = None


class OpenAIModel(Model):
    """One model of the Responses API. Nothing is stored at the service; retries nothing itself."""

    provider = "openai"

    def __init__(
        self, name: str, *, api_key: str, base_url: str | None = None, timeout: float = 120.0
    ) -> None:
        self.name = name
        self._client = OpenAIClient(
            SERVICE, name, api_key=api_key, base_url=base_url, timeout=timeout
        )

    async def complete(self, request: Request) -> Reply:
        """As `Model` says; RunError for a model that does not exist and an account without
        credit."""
        call = self._client.sdk.responses.with_raw_response.create(**asked_of(self.name, request))
        body = await self._client.body(call)
        return reply_of(self.name, request.max_output_tokens, read_body(SERVICE, Response, body))

    async def aclose(self) -> None:
        await self._client.aclose()


def asked_of(model: str, request: Request) -> ResponseCreateParamsNonStreaming:
    """What a model is asked, as the Responses API takes it, alone or in a batch."""
    name = request.schema.__name__
    return {
        "model": model,
        "instructions": request.system,
        "input": request.user,
        "text": {
            "format": {
                "type": "json_schema",
                "name": name,
                "schema": strict_schema(request.schema),
                "strict": True,
            }
        },
        "max_output_tokens": request.max_output_tokens,
        # Calls with the same beginning go to the machine that has it in its cache; at most 64
        # characters.
        "prompt_cache_key": f"retest-{name}-{request.prompt_hash}"[:64],
        "store": False,
    }


def reply_of(model: str, limit: int, response: Response) -> Reply:
    """What a response says; `limit` is how many tokens it might have. Raises Unusable for one that
    did not end by itself, and Transient where the service broke while answering."""
    usage = Usage(1)
    if tokens := response.usage:  # `input_tokens` counts those read from the cache too
        cached = tokens.input_tokens_details or _Cached()
        usage = Usage(1, tokens.input_tokens, cached.cached_tokens or 0, tokens.output_tokens)
    if response.error and response.error.code in ("server_error", "rate_limit_exceeded"):
        raise Transient(f"OpenAI failed while {model} was answering: {response.error.message}")
    if response.status != "completed":
        reason = (response.incomplete_details or _Incomplete()).reason or ""
        match reason:
            case "max_output_tokens":
                raise cut_off(SERVICE, model, limit, usage)
            case "content_filter":
                raise refused(SERVICE, model, "its content filter", usage)
        said = response.error.message if response.error else reason
        raise stopped(SERVICE, model, f"{response.status}: {said}", usage)
    parts = [
        part
        for item in response.output
        if item.type == "message" and item.phase != "commentary"
        for part in item.content or []
    ]
    refusal = next((part.refusal for part in parts if part.type == "refusal"), None)
    if refusal is not None:
        raise refused(SERVICE, model, refusal, usage)
    return Reply("".join(part.text for part in parts if part.type == "output_text"), usage)
