"""How a run asks its models: which ones, with what memory, patience, budget and prices."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retest.grounding.ladder import LADDER_VERSION
from retest.llm.ask import Asker, Call
from retest.llm.budget import Prices
from retest.llm.model import Model
from retest.llm.modes import Habits
from retest.llm.providers import provider_of
from retest.run.events import Called, EventSink
from retest.run.job import Job
from retest.run.model_factory import open_model

if TYPE_CHECKING:
    from retest.cache import AnswerCache
    from retest.library.source import Library
    from retest.llm.batch.batches import Batches


@dataclass(frozen=True, slots=True)
class Models:
    """The models of a job. With `afresh`, only answers are reused that were asked for under the
    same word.

    Raises UsageError where the budget is in dollars and a model has no known price.
    """

    job: Job
    cache: AnswerCache
    afresh: str = ""
    batches: Batches | None = None
    habits: dict[str, Habits] = field(default_factory=dict)
    """What was learned of the models' servers in this run."""

    def __post_init__(self) -> None:
        for spec in dict.fromkeys(self.job.specs):
            provider, _, name = spec.partition(":")
            self.job.budget.check(Prices(provider, name, self.job.today))

    @asynccontextmanager
    async def through_batches(self) -> AsyncIterator[None]:
        """What batches have brought is picked up first; what was queued meanwhile is sent at the
        end."""
        if self.batches is None:
            yield
            return
        try:
            await self.batches.pick_up()
            yield
            await self.batches.submit()
        finally:
            await self.batches.aclose()

    @asynccontextmanager
    async def askers(
        self, line: str, library: Library | None, sink: EventSink
    ) -> AsyncIterator[tuple[Asker, Asker]]:
        """The model and the verifier for one line, closed at the end; `sink` takes every call as it
        ends, and first what batches brought about the line since it was last logged."""
        job = self.job
        specs = dict.fromkeys(job.specs)
        models = [
            open_model(
                spec,
                job.settings,
                job.environment,
                line,
                library,
                self.habits.setdefault(spec, Habits()),
            )
            for spec in specs
        ]
        slots = asyncio.Semaphore(job.settings.concurrency)
        try:
            askers = [self._asker(model, slots, sink) for model in models]
            for one, prices in self.batches.book.unlogged(line) if self.batches else ():
                call = Call(one.kind, one.line, one.claim, 1, False, one.usage, 0.0, one.failed)
                sink(Called(call, prices))
            yield askers[0], askers[-1]
        finally:
            for model in models:
                await model.aclose()

    def _asker(self, model: Model, slots: asyncio.Semaphore, sink: EventSink) -> Asker:
        prices = Prices(model.provider, model.name, self.job.today)
        return Asker(
            model,
            cache=self.cache if provider_of(model.provider).is_remembered else None,
            patience=self.job.patience,
            concurrency=slots,
            ladder_version=LADDER_VERSION,
            observer=lambda call: sink(Called(call, prices)),
            budget=self.job.budget,
            prices=prices,
            afresh=self.afresh,
            batches=self.batches,
        )
