"""Provider `openai-chat`: any server that speaks OpenAI's chat completions (Ollama, vLLM, llama.cpp
and their like)."""

from __future__ import annotations

from pydantic import BaseModel, Field

from retest.llm.failures import Service, cut_off, read_body, refused, stopped
from retest.llm.model import Model, Reply, Request, Usage
from retest.llm.openai import OpenAIClient
from retest.llm.schema import strict_schema

SERVICE = Service(
    "The chat server", "OPENAI_API_KEY", "OPENAI_BASE_URL", "https://api.openai.com/v1"
)


class _ChatMessage(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _ChatMessage
    finish_reason: str | None = None


class _Cached(BaseModel):
    cached_tokens: int | None = None


class _Tokens(BaseModel):
    prompt_tokens: int
    completion_tokens: int
    prompt_tokens_details: _Cached | None = None


class _Completion(BaseModel):
    """What we read of `openai.types.chat.ChatCompletion`; servers leave out all but the choices."""

    choices: list[_Choice] = Field(min_length=1)
    usage: _Tokens | None = None


class OpenAIChatModel(Model):
    """One model of a compatible server. Servers without keys are given the key `none`; retries
    nothing itself."""

    provider = "openai-chat"

    def __init__(
        self, name: str, *, api_key: str, base_url: str | None = None, timeout: float = 120.0
    ) -> None:
        self.name = name
        self._client = OpenAIClient(
            SERVICE, name, api_key=api_key or "none", base_url=base_url, timeout=timeout
        )

    async def complete(self, request: Request) -> Reply:
        """As `Model` says; RunError for a model that the server does not have."""
        body = await self._client.body(
            self._client.sdk.chat.completions.with_raw_response.create(
                model=self.name,
                messages=[
                    {"role": "system", "content": request.system},
                    {"role": "user", "content": request.user},
                ],
                response_format={
                    "type": "json_schema",
                    "json_schema": {
                        "name": request.schema.__name__,
                        "schema": strict_schema(request.schema),
                        "strict": True,
                    },
                },
                # Ollama and older servers know only this name; OpenAI's own models are for provider
                # `openai`.
                max_tokens=request.max_output_tokens,
            )
        )
        return self._reply(request, read_body(SERVICE, _Completion, body))

    def _reply(self, request: Request, completion: _Completion) -> Reply:
        usage = Usage(1)
        if tokens := completion.usage:  # `prompt_tokens` counts those read from the cache too
            cached = tokens.prompt_tokens_details or _Cached()
            usage = Usage(
                1, tokens.prompt_tokens, cached.cached_tokens or 0, tokens.completion_tokens
            )
        choice = completion.choices[0]
        match choice.finish_reason:
            case "length":
                raise cut_off(SERVICE, self.name, request.max_output_tokens, usage)
            case "content_filter":
                raise refused(SERVICE, self.name, "its content filter", usage)
            case "stop" | None:
                if choice.message.refusal:
                    raise refused(SERVICE, self.name, choice.message.refusal, usage)
                return Reply(choice.message.content or "", usage)
            case reason:
                raise stopped(SERVICE, self.name, reason, usage)

    async def aclose(self) -> None:
        await self._client.aclose()
