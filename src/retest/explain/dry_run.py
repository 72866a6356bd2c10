"""A walk through the pipeline that asks nobody: memories are read and never written, and what a
model would be asked is noted, rendered, where it would be asked."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from retest.cache import AnswerCache
from retest.domain.answers import Extraction, Triage
from retest.errors import Waiting
from retest.llm.manual import ManualModel
from retest.llm.model import Model, Reply, Request
from retest.llm.providers import parsed_model, provider_of
from retest.pipeline.events import StationEntered
from retest.run.events import Event, EventSink
from retest.run.model_factory import open_model
from retest.run.models import Models

if TYPE_CHECKING:
    from retest.library.source import Library
    from retest.llm.ask import Asker

NOTHING_SAID = {Triage: '{"picks": []}', Extraction: '{"findings": []}'}
"""What the noting model says of titles and of papers, so that the claim goes on with what is known
of the others: only then is it seen whether anything stands without them, or the search has to be
widened."""


@dataclass(frozen=True, slots=True)
class Note:
    """A question that a model would be asked, and whether its claim had searched twice by then."""

    request: Request
    provider: str
    model: str
    widened: bool


@dataclass(slots=True)
class Notebook:
    """All notes, each question once, and which claims (of which line) came to the second round of
    searches."""

    notes: list[Note] = field(default_factory=list)
    widened: set[tuple[str, str]] = field(default_factory=set)
    _known: set[tuple[str, ...]] = field(default_factory=set)

    def hear(self, event: Event) -> None:
        if isinstance(event, StationEntered) and event.station == "widen":
            self.widened.add((event.line, event.claim))

    def add(self, provider: str, model: str, request: Request) -> None:
        asked = (
            provider,
            model,
            request.schema.__name__,
            request.system,
            request.user,
            str(request.ask),
        )
        if asked not in self._known:
            self._known.add(asked)
            about = (request.facts.line, request.facts.claim)
            self.notes.append(Note(request, provider, model, about in self.widened))

    def about(self, line: str, claim: str) -> list[Note]:
        """The questions about a claim; those about the whole line have the claim ""."""
        return [
            note
            for note in self.notes
            if (note.request.facts.line, note.request.facts.claim) == (line, claim)
        ]


class NotingModel(Model):
    """A model that writes down what it is asked. Answers of `manual` that people have written
    already are taken."""

    def __init__(
        self, provider: str, name: str, notebook: Notebook, answered: ManualModel | None
    ) -> None:
        self.provider, self.name = provider, name
        self._notebook, self._answered = notebook, answered

    async def complete(self, request: Request) -> Reply:
        if self._answered is not None:
            try:
                return await self._answered.complete(request)
            except Waiting:
                pass  # nobody has answered it yet
        self._notebook.add(self.provider, self.name, request)
        if request.schema in NOTHING_SAID:
            return Reply(NOTHING_SAID[request.schema])
        raise Waiting("not asked: this run only explains", awaits="dry-run")

    async def aclose(self) -> None:
        """Nothing is held open."""


class ReadOnly(AnswerCache):
    """A memory that keeps nothing new."""

    def put(self, key: str, text: str) -> None:
        """Forget it."""


@dataclass(frozen=True, slots=True)
class NotingModels(Models):
    """Asks nobody. The bundled library's annotations are no model: they answer as in a run."""

    notebook: Notebook = field(default_factory=Notebook)

    @asynccontextmanager
    async def askers(
        self, line: str, library: Library | None, sink: EventSink
    ) -> AsyncIterator[tuple[Asker, Asker]]:
        slots = asyncio.Semaphore(self.job.settings.concurrency)
        with tempfile.TemporaryDirectory() as folder:
            specs = dict.fromkeys(self.job.specs)
            models = [self._noting(spec, line, library, Path(folder) / "manual") for spec in specs]
            askers = [self._asker(model, slots, sink) for model in models]
            yield askers[0], askers[-1]

    def _noting(self, spec: str, line: str, library: Library | None, copied: Path) -> Model:
        provider, name = parsed_model(spec)
        if provider_of(provider).is_annotated:
            return open_model(spec, self.job.settings, self.job.environment, line, library)
        if not provider_of(provider).waits_for_people:
            return NotingModel(provider, name, self.notebook, None)
        written = self.job.settings.path("home") / "manual"
        if written.is_dir() and not copied.exists():  # it writes what it waits for: into a copy
            shutil.copytree(written, copied)
        return NotingModel(
            ManualModel.provider, ManualModel.name, self.notebook, ManualModel(copied)
        )
