"""From `PROVIDER:NAME` to a model; the provider's file is imported here, on use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from retest.errors import UsageError
from retest.llm.model import Model, Reply, Request
from retest.llm.providers import PROVIDERS, Provider, parsed_model
from retest.masking import Mask
from retest.settings import Settings

if TYPE_CHECKING:
    from retest.cache import AnswerCache
    from retest.library.source import Library
    from retest.llm.batch.batches import Batches, Notify
    from retest.llm.batch.service import BatchService
    from retest.llm.modes import Habits
    from retest.run.job import Job


def open_model(
    spec: str,
    settings: Settings,
    environment: Mapping[str, str],
    line: str,
    library: Library | None,
    habits: Habits | None = None,
) -> Model:
    """The model that `spec` names; one of a service is opened with the first call, since a quiet
    night makes none. What it learns of its server stands in `habits`.

    Raises UsageError for another form, a missing key or a missing file.
    """
    known, name = parsed_model(spec)
    provider = PROVIDERS[known]
    _check_key(spec, provider, environment)
    if provider.is_service:
        if not (environment.get(provider.url) or environment.get(provider.key)):
            raise UsageError(
                f"{spec} needs a server",
                f"set {provider.url}, for example http://localhost:11434/v1",
            )
        return OnUse(known, name, lambda: _service(provider, name, settings, environment, habits))
    if known == "manual":
        from retest.llm.manual import ManualModel

        return ManualModel(settings.path("home") / "manual")
    if known == "scripted":
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
    known: str, name: str, settings: Settings, environment: Mapping[str, str]
) -> BatchService:
    """The batch API of a model's service. Raises UsageError for a missing key."""
    provider = PROVIDERS[known]
    _check_key(f"{known}:{name}", provider, environment)
    key, base = environment[provider.key], environment.get(provider.url) or None
    timeout, mask = settings.timeout, Mask(environment)
    if known == "anthropic":
        from retest.llm.batch.anthropic import AnthropicBatches

        return AnthropicBatches(
            name, api_key=key, base_url=base, timeout=timeout, trace=settings.trace, mask=mask
        )
    from retest.llm.batch.openai import OpenAIBatches

    return OpenAIBatches(name, api_key=key, base_url=base, timeout=timeout, mask=mask)


def batches_for(
    job: Job, notify: Notify, *, looking: bool = False
) -> Callable[[AnswerCache], Batches]:
    """The batches of a job, to be opened on its answers; `looking` is as `Batches` has it. Raises
    UsageError where they are asked for and a model's service has no batch API."""
    from retest.llm.batch.batches import Batches

    if job.batch:
        _check_batched(job.specs)
    settings = job.settings

    def service(provider: str, name: str) -> BatchService:
        return open_batches(provider, name, settings, job.environment)

    return lambda cache: Batches(
        settings.path("home"),
        cache,
        job.today,
        job.specs,
        service,
        job.patience,
        on=job.batch,
        full=job.full,
        looking=looking,
        notify=notify,
    )


def _check_batched(specs: Iterable[str]) -> None:
    """Raise UsageError for a model whose service has no batch API."""
    for spec in specs:
        if not PROVIDERS[parsed_model(spec)[0]].has_batches:
            others = " and ".join(one.name for one in PROVIDERS.values() if one.has_batches)
            hint = f"those of {others} do; --verifier must be one too, and may be the other's"
            raise UsageError(f"{spec} has no batch API, as --batch needs one", hint)


def _check_key(spec: str, provider: Provider, environment: Mapping[str, str]) -> None:
    if provider.needs_key and not environment.get(provider.key):
        hint = (
            f"set {provider.key}, name another --model, or add --offline to run without any model"
        )
        raise UsageError(f"{spec} needs {provider.key}, which is not set", hint)


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


def _service(
    provider: Provider,
    name: str,
    settings: Settings,
    environment: Mapping[str, str],
    habits: Habits | None,
) -> Model:
    key, base = environment.get(provider.key) or "none", environment.get(provider.url) or None
    timeout, mask = settings.timeout, Mask(environment)
    if provider.name == "anthropic":
        from retest.llm.anthropic import AnthropicModel

        return AnthropicModel(
            name,
            api_key=key,
            base_url=base,
            timeout=timeout,
            habits=habits,
            trace=settings.trace,
            mask=mask,
        )
    if provider.name == "openai":
        from retest.llm.openai import OpenAIModel

        return OpenAIModel(
            name, api_key=key, base_url=base, timeout=timeout, habits=habits, mask=mask
        )
    from retest.llm.openai_chat import OpenAIChatModel

    return OpenAIChatModel(
        name, api_key=key, base_url=base, timeout=timeout, habits=habits, mask=mask
    )
