"""From `PROVIDER:NAME` to a model; the provider's file is imported here, on use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from retest.errors import UsageError
from retest.llm.model import Model, Reply, Request
from retest.settings import KEYS, Settings, parsed_model

if TYPE_CHECKING:
    from retest.papers.library import Library


SERVICES = ("anthropic", "openai", "openai-chat")
"""Providers whose SDKs are slow to load."""


def open_model(
    spec: str, settings: Settings, environment: Mapping[str, str], line: str, library: Library | None
) -> Model:
    """The model that `spec` names; one of a service is opened with the first call, since a quiet night makes none.

    Raises UsageError for another form, a missing key or a missing file.
    """
    provider, name = parsed_model(spec)
    if provider in KEYS and not environment.get(KEYS[provider]):
        hint = f"set {KEYS[provider]}, name another --model, or add --offline to run without any model"
        raise UsageError(f"{spec} needs {KEYS[provider]}, which is not set", hint)
    if provider in SERVICES:
        if provider == "openai-chat" and not (environment.get("OPENAI_BASE_URL") or environment.get("OPENAI_API_KEY")):
            raise UsageError(f"{spec} needs a server", "set OPENAI_BASE_URL, for example http://localhost:11434/v1")
        return OnUse(provider, name, lambda: _service(provider, name, settings, environment))
    if provider == "manual":
        from retest.llm.manual import ManualModel

        return ManualModel(settings.path("home") / "manual")
    if provider == "scripted":
        from retest.llm.scripted import ScriptedModel

        return ScriptedModel(settings.workspace / Path(name))
    from retest.llm.annotations import AnnotationsModel
    from retest.papers.open import annotated_texts

    if library is None:
        raise UsageError("there is no annotated library for this line", "name a --model, or run a bundled line")
    return AnnotationsModel(library, annotated_texts(line))


class OnUse:
    """A model that is opened with its first call."""

    def __init__(self, provider: str, name: str, opened: Callable[[], Model]) -> None:
        self.provider, self.name = provider, name
        self._open = opened
        self._model: Model | None = None

    async def complete(self, request: Request) -> Reply:
        if self._model is None:
            self._model = self._open()
        return await self._model.complete(request)

    async def aclose(self) -> None:
        if self._model is not None:
            await self._model.aclose()


def _service(provider: str, name: str, settings: Settings, environment: Mapping[str, str]) -> Model:
    if provider == "anthropic":
        from retest.llm.anthropic import AnthropicModel

        base = environment.get("ANTHROPIC_BASE_URL") or None
        return AnthropicModel(name, api_key=environment[KEYS[provider]], base_url=base, timeout=settings.timeout)
    base = environment.get("OPENAI_BASE_URL") or None
    if provider == "openai":
        from retest.llm.openai import OpenAIModel

        return OpenAIModel(name, api_key=environment[KEYS[provider]], base_url=base, timeout=settings.timeout)
    from retest.llm.openai_chat import OpenAIChatModel

    key = environment.get("OPENAI_API_KEY") or "none"
    return OpenAIChatModel(name, api_key=key, base_url=base, timeout=settings.timeout)
