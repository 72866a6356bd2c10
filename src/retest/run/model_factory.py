"""From `PROVIDER:NAME` to a model; the provider's file is imported here, on use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from retest.errors import UsageError
from retest.llm.model import Model, Reply, Request
from retest.retry import Patience
from retest.settings import KEYS, Settings, parsed_model

if TYPE_CHECKING:
    from retest.cache import AnswerCache
    from retest.library.source import Library
    from retest.llm.batch.batches import Batches, Notify
    from retest.llm.batch.service import BatchService
    from retest.run.job import Job


SERVICES = ("anthropic", "openai", "openai-chat")
"""Providers whose SDKs are slow to load."""
BATCHED = ("anthropic", "openai")
"""Providers whose services have a batch API."""


def open_model(
    spec: str,
    settings: Settings,
    environment: Mapping[str, str],
    line: str,
    library: Library | None,
) -> Model:
    """The model that `spec` names; one of a service is opened with the first call, since a quiet
    night makes none.

    Raises UsageError for another form, a missing key or a missing file.
    """
    provider, name = parsed_model(spec)
    _check_key(spec, provider, environment)
    if provider in SERVICES:
        if provider == "openai-chat" and not (
            environment.get("OPENAI_BASE_URL") or environment.get("OPENAI_API_KEY")
        ):
            raise UsageError(
                f"{spec} needs a server",
                "set OPENAI_BASE_URL, for example http://localhost:11434/v1",
            )
        return OnUse(provider, name, lambda: _service(provider, name, settings, environment))
    if provider == "manual":
        from retest.llm.manual import ManualModel

        return ManualModel(settings.path("home") / "manual")
    if provider == "scripted":
        from retest.llm.scripted import ScriptedModel

        return ScriptedModel(settings.workspace / Path(name))
    from retest.library.provider import AnnotationsModel
    from retest.run.source_factory import annotated_texts

    if library is None:
        raise UsageError(
            "there is no annotated library for this line", "name a --model, or run a bundled line"
        )
    return AnnotationsModel(library, annotated_texts(line))


def open_batches(
    provider: str, name: str, settings: Settings, environment: Mapping[str, str]
) -> BatchService:
    """The batch API of a model's service. Raises UsageError for a missing key."""
    _check_key(f"{provider}:{name}", provider, environment)
    key = environment[KEYS[provider]]
    if provider == "anthropic":
        from retest.llm.batch.anthropic import AnthropicBatches

        base = environment.get("ANTHROPIC_BASE_URL") or None
        return AnthropicBatches(name, api_key=key, base_url=base, timeout=settings.timeout)
    from retest.llm.batch.openai import OpenAIBatches

    base = environment.get("OPENAI_BASE_URL") or None
    return OpenAIBatches(name, api_key=key, base_url=base, timeout=settings.timeout)


def batches_for(
    job: Job, notify: Notify, *, looking: bool = False
) -> Callable[[AnswerCache], Batches]:
    """The batches of a job, to be opened on its answers; `looking` is as `Batches` has it. Raises
    UsageError where they are asked for and a model's service has no batch API."""
    from retest.llm.batch.batches import Batches

    if job.batch:
        _check_batched(job.specs)
    settings = job.settings
    patience = Patience(attempts=settings.retry_attempts, pause=settings.retry_pause)

    def service(provider: str, name: str) -> BatchService:
        return open_batches(provider, name, settings, job.environment)

    return lambda cache: Batches(
        settings.path("home"),
        cache,
        job.today,
        job.specs,
        service,
        patience,
        on=job.batch,
        full=job.full,
        looking=looking,
        notify=notify,
    )


def _check_batched(specs: Iterable[str]) -> None:
    """Raise UsageError for a model whose service has no batch API."""
    for spec in specs:
        if parsed_model(spec)[0] not in BATCHED:
            hint = (
                f"those of {' and '.join(BATCHED)} do; --verifier must be one too, and may be the "
                "other's"
            )
            raise UsageError(f"{spec} has no batch API, as --batch needs one", hint)


def _check_key(spec: str, provider: str, environment: Mapping[str, str]) -> None:
    if provider in KEYS and not environment.get(KEYS[provider]):
        hint = (
            f"set {KEYS[provider]}, name another --model, or add --offline to run without any model"
        )
        raise UsageError(f"{spec} needs {KEYS[provider]}, which is not set", hint)


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
        return AnthropicModel(
            name, api_key=environment[KEYS[provider]], base_url=base, timeout=settings.timeout
        )
    base = environment.get("OPENAI_BASE_URL") or None
    if provider == "openai":
        from retest.llm.openai import OpenAIModel

        return OpenAIModel(
            name, api_key=environment[KEYS[provider]], base_url=base, timeout=settings.timeout
        )
    from retest.llm.openai_chat import OpenAIChatModel

    key = environment.get("OPENAI_API_KEY") or "none"
    return OpenAIChatModel(name, api_key=key, base_url=base, timeout=settings.timeout)
