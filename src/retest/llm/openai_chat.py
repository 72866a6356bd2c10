"""Provider `openai-chat`: any server that speaks OpenAI's chat completions (Ollama, vLLM, llama.cpp
and their like).

Such servers leave parts of the protocol out, and word others in their own way. What they leave out
is unknown here, never an error; only what shows that an answer did not come to its end makes it
unusable.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, Field

from retest.llm.failures import (
    Refused,
    Service,
    cut_off,
    read_body,
    refused,
    stopped,
    told_error,
)
from retest.llm.model import Model, Reply, Request
from retest.llm.modes import Habits, Mode, with_schema
from retest.llm.openai import OpenAIClient
from retest.llm.reading import count, texts, usage_of
from retest.llm.schema import strict_schema
from retest.masking import Mask
from retest.retry import BrokeOff, Transient

SERVICE = Service.of("The chat server", "openai-chat")
CUT_OFF = frozenset({"length", "max_tokens", "max_output_tokens", "model_length"})
FILTERED = frozenset({"content_filter", "safety", "refusal", "blocked", "recitation"})
"""Words of servers for an answer that did not come to its end. Every other word is one for "stop",
of which there are many: eos, eos_token, end_turn, stop_sequence, or none."""


NEWER: Literal["max_completion_tokens"] = "max_completion_tokens"
"""What a server's refusal names where it does not take `max_tokens`."""


class _ChatMessage(BaseModel):
    content: Any = None
    refusal: Any = None
    tool_calls: Any = None


class _Choice(BaseModel):
    message: _ChatMessage
    finish_reason: Any = None
    error: Any = None


class _Completion(BaseModel):
    """What we read of `openai.types.chat.ChatCompletion`; servers leave out all but the choices."""

    choices: list[_Choice] = Field(min_length=1)
    usage: Any = None
    error: Any = None


class OpenAIChatModel(Model):
    """One model of a compatible server. Servers without keys are given the key `none`; retries
    nothing itself. What `habits` learn of the server holds for all models that share them."""

    provider = "openai-chat"

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
            SERVICE,
            name,
            api_key=api_key or "none",
            base_url=base_url,
            timeout=timeout,
            mask=mask,
        )

    async def complete(self, request: Request) -> Reply:
        """As `Model` says; RunError for a model that the server does not have, and for an account
        without credit."""

        async def call(mode: Mode) -> Reply:
            try:
                return await self._asked(request, mode)
            except Refused as error:
                if self._habits.limit not in error.said or NEWER not in error.said:
                    raise
                self._habits.limit = NEWER
                return await self._asked(request, mode)

        return await self._habits.ask(f"{self.provider}:{self.name}", call)

    async def _asked(self, request: Request, mode: Mode) -> Reply:
        create = self._client.sdk.chat.completions.with_raw_response.create
        asked: dict[str, Any] = {
            "model": self.name,
            "messages": [
                {"role": "system", "content": request.system},
                {
                    "role": "user",
                    "content": with_schema(request) if mode == "json_object" else request.user,
                },
            ],
            # Ollama and older servers know only `max_tokens`, OpenAI's newer models only the other.
            self._habits.limit: request.max_output_tokens,
            **_form(request, mode),
        }
        body = await self._client.body(create(**asked))
        return self._reply(request, read_body(SERVICE, self.name, _Completion, body))

    def _reply(self, request: Request, completion: _Completion) -> Reply:
        said, choice = completion.usage, completion.choices[0]
        # `prompt_tokens` counts those read from the cache too.
        usage = usage_of(
            count(said, "prompt_tokens"),
            count(said, "completion_tokens"),
            cached=count(said, "prompt_tokens_details", "cached_tokens") or 0,
        )
        reason = choice.finish_reason.casefold() if isinstance(choice.finish_reason, str) else ""
        if completion.error or choice.error or reason == "error":
            # A router's, for a model that broke while it wrote: what it wrote may be billed.
            broke = completion.error or choice.error or "it broke while answering"
            error = told_error(SERVICE, self.name, broke)
            raise BrokeOff(str(error)) if isinstance(error, Transient) else error
        if reason in CUT_OFF:
            raise cut_off(SERVICE, self.name, request.max_output_tokens, usage)
        if reason in FILTERED:
            raise refused(SERVICE, self.name, "its content filter", usage)
        if isinstance(choice.message.refusal, str) and choice.message.refusal:
            raise refused(SERVICE, self.name, choice.message.refusal, usage)
        text = _arguments(choice.message.tool_calls) or texts(choice.message.content)
        if not text and reason not in ("stop", ""):
            raise stopped(SERVICE, self.name, reason, usage)
        return Reply(text, usage)

    async def aclose(self) -> None:
        await self._client.aclose()


def _form(request: Request, mode: Mode) -> dict[str, Any]:
    """How the form of the answer is asked for."""
    name = request.schema.__name__
    if mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    schema = strict_schema(request.schema)
    if mode == "tool":
        function = {"name": name, "parameters": schema, "strict": True}
        return {
            "tools": [{"type": "function", "function": function}],
            "tool_choice": {"type": "function", "function": {"name": name}},
        }
    form = {"name": name, "schema": schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def _arguments(calls: object) -> str:
    """What the one function was called with: JSON as a text, or already read by the server."""
    call = calls[0] if isinstance(calls, list) and calls else None
    function = call.get("function") if isinstance(call, dict) else None
    said = function.get("arguments") if isinstance(function, dict) else None
    return json.dumps(said) if isinstance(said, dict) else said if isinstance(said, str) else ""
