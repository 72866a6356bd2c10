"""What the pipeline works with for one line, opened in one place: so that `run` does what `run
--explain` says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from retest.cache import AnswerCache
from retest.llm.providers import provider_of
from retest.papers.circuit import Circuit
from retest.pipeline.events import ignore
from retest.pipeline.remembered import SearchMemory
from retest.pipeline.state import Deps, Limits
from retest.prompts import Prompt, load_prompts
from retest.reports.write import read_record
from retest.run.events import EventSink
from retest.run.job import Job
from retest.run.models import Models
from retest.run.source_factory import open_following, open_library, open_source
from retest.settings import Settings

if TYPE_CHECKING:
    from retest.domain.line import Line
    from retest.llm.ask import Call
    from retest.llm.batch.batches import Batches
    from retest.llm.budget import Prices

READ_ALL = 1000
"""More papers than an annotated library holds."""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A job with its models, prompts and memories."""

    job: Job
    models: Models
    prompts: Mapping[str, Prompt]
    searches: SearchMemory
    arxiv: Circuit = field(default_factory=Circuit)
    openalex: Circuit = field(default_factory=Circuit)
    """Whether arXiv and OpenAlex count as down in this run."""

    @asynccontextmanager
    async def deps(
        self, line: Line, observe: Callable[[Call, Prices], None], tell: EventSink = ignore
    ) -> AsyncIterator[Deps]:
        """All that the stations need for a line, closed at the end; `observe` hears of every call,
        `tell` of stations."""
        settings, job = self.job.settings, self.job
        annotated = any(provider_of(spec).is_annotated for spec in job.specs)
        offline = settings.source == "library" or annotated
        library = open_library(line.line) if offline else None
        source = open_source(settings, library, job.today, self.arxiv)
        following = open_following(settings, job.environment, job.today, self.openalex)
        previous = read_record(settings.path("reports"), line.line)
        limits = Limits(candidates=settings.candidates)
        if provider_of(job.model).is_annotated:
            limits = Limits(candidates=READ_ALL, per_query=READ_ALL)
        async with self.models.askers(line.line, library, observe) as (asker, verifier):
            yield Deps(
                line,
                job.as_of,
                source,
                asker,
                verifier,
                self.prompts,
                limits,
                previous,
                None if self.models.afresh else self.searches,
                following,
                tell,
            )


@contextmanager
def open_run(
    job: Job,
    kept: Callable[[Path], AnswerCache] = AnswerCache,
    models: Callable[..., Models] = Models,
    batched: Callable[[AnswerCache], Batches] | None = None,
) -> Iterator[OpenRun]:
    """Open them, and close the memories at the end. `kept` and `models` stand in for what remembers
    and asks; `batched` opens the batches that answers may come from."""
    home = job.settings.path("home")
    prompts = load_prompts(job.settings.workspace)
    cache, searches = kept(home / "answers"), kept(home / "searches")
    try:
        batches = batched(cache) if batched else None
        afresh = batches.afresh if batches else f"full {job.today}" if job.full else ""
        yield OpenRun(job, models(job, cache, afresh, batches), prompts, SearchMemory(searches))
    finally:
        cache.close()
        searches.close()


def open_lines_first(job: Job) -> list[Line]:
    """The job's lines. Those come first of which the last run left something open, or that have
    no report."""
    return sorted(job.lines, key=lambda line: not _is_open(job.settings, line))


def _is_open(settings: Settings, line: Line) -> bool:
    last = read_record(settings.path("reports"), line.line)
    return last is None or any(claim.is_open for claim in last.every)
