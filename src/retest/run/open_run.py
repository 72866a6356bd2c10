"""What the pipeline works with for one line, opened in one place: so that `run` does what `run
--explain` says."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

from retest.cache import AnswerCache
from retest.errors import UsageError
from retest.grounding.ladder import LADDER_VERSION
from retest.llm.providers import provider_of
from retest.papers.circuit import Circuit
from retest.pipeline.remembered import RANKING_VERSION, SearchMemory
from retest.pipeline.state import Deps, FullTextChoice, Limits
from retest.prompts import Prompt, load_prompts
from retest.reports.read import read_record
from retest.run.events import EventSink
from retest.run.job import Job
from retest.run.models import Models
from retest.run.source_factory import open_following, open_full_texts, open_library, open_source
from retest.run.standing import Standings, digest_of
from retest.settings import Settings
from retest.version import __version__

if TYPE_CHECKING:
    from retest.domain.line import Line
    from retest.domain.record import Record
    from retest.fulltext.document import Texts
    from retest.library.source import Library
    from retest.llm.batch.batches import Batches
    from retest.papers.source import CitationIndex, Source

READ_ALL = 1000
"""More papers than an annotated library holds."""


@dataclass(frozen=True, slots=True)
class OpenRun:
    """A job with its models, prompts and memories."""

    job: Job
    models: Models
    prompts: Mapping[str, Prompt]
    searches: SearchMemory | None = None
    """What searches found before; None where each is made anew."""
    standings: Standings | None = None
    """Where lines stood that ended whole; None where all are run anew."""
    arxiv: Circuit = field(default_factory=Circuit)
    looks_only: bool = False
    """Whether nobody is asked for a full text."""
    openalex: Circuit = field(default_factory=Circuit)
    """Whether arXiv and OpenAlex count as down in this run."""
    _sources: dict[str, Source] = field(default_factory=dict)

    @property
    def limits(self) -> Limits:
        """How much of what is found reaches the model on a night."""
        if provider_of(self.job.model).is_annotated:
            return Limits(candidates=READ_ALL, per_query=READ_ALL)
        return Limits(candidates=self.job.settings.candidates)

    def library(self, line: str) -> Library | None:
        """The bundled annotated library of a line, where papers or answers come from one."""
        annotated = any(provider_of(spec).is_annotated for spec in self.job.specs)
        return open_library(line) if self.job.settings.source == "library" or annotated else None

    def source(self, line: str) -> Source:
        """Where a line's papers come from on a night: the same for all lines, but for the bundled
        library, and as it stood when it was first asked for. Raises UsageError where it is not
        there."""
        job, key = self.job, line if self.job.settings.source == "library" else ""
        if key not in self._sources:
            self._sources[key] = open_source(
                job.settings, job.environment, self.library(line), job.today, self.arxiv
            )
        return self._sources[key]

    @property
    def read_in_full(self) -> FullTextChoice:
        """When papers are read in full: never where annotations answer, or where the source is the
        bundled library, which has no full texts."""
        settings = self.job.settings
        if settings.source == "library" or provider_of(self.job.model).is_annotated:
            return "never"
        return cast("FullTextChoice", settings.full_text)

    def texts(self) -> Texts | None:
        """Where full texts come from; None where none is read. A run that only explains asks
        nobody."""
        if self.read_in_full == "never":
            return None
        job = self.job
        return open_full_texts(
            job.settings, job.environment, job.today, self.arxiv, ask=not self.looks_only
        )

    @property
    def batched(self) -> bool:
        """Whether new questions are queued."""
        return bool(self.models.batches and self.models.batches.on)

    def inputs(self, line: Line) -> str:
        """A digest of all that a line's report depends on, besides the day within its month (the
        counter-thesis looks back whole months), the papers, and its last record."""
        return digest_of(
            {
                "line": line.model_dump(mode="json"),
                "month": f"{self.job.as_of:%Y-%m}",
                "model": self.job.model,
                "verifier": self.job.verifier,
                "source": self.source(line.line).name,
                "limits": asdict(self.limits),
                "prompts": {name: prompt.hash for name, prompt in self.prompts.items()},
                "ladder": LADDER_VERSION,
                "ranking": RANKING_VERSION,
                "retest": __version__,
                "batch": self.batched,
                "full_text": self.read_in_full,
            }
        )

    @asynccontextmanager
    async def night(self, line: Line, sink: EventSink) -> AsyncIterator[Deps]:
        """What the stations work with on a night: the source that the settings name, and the
        line's last report."""
        settings, job = self.job.settings, self.job
        async with self.deps(
            line,
            self.source(line.line),
            self.limits,
            sink,
            library=self.library(line.line),
            following=open_following(settings, job.environment, job.today, self.openalex),
            previous=read_record(settings.path("reports"), line.line),
            texts=self.texts(),
        ) as deps:
            yield deps

    @asynccontextmanager
    async def deps(
        self,
        line: Line,
        source: Source,
        limits: Limits,
        sink: EventSink,
        *,
        library: Library | None = None,
        following: CitationIndex | None = None,
        previous: Record | None = None,
        texts: Texts | None = None,
        order: str = "",
    ) -> AsyncIterator[Deps]:
        """What the stations work with, closed at the end. `sink` takes calls and stations;
        `library` is there where models may answer from it; the rest is as `Deps` has it."""
        annotates = provider_of(self.job.model).is_annotated
        async with (
            self.models.askers(line.line, library, sink) as (asker, verifier),
            _threads() as threads,
        ):
            yield Deps(
                line=line,
                as_of=self.job.as_of,
                source=source,
                asker=asker,
                verifier=verifier,
                prompts=self.prompts,
                limits=limits,
                previous=previous,
                searches=self.searches.of_a_line() if self.searches else None,
                following=following,
                texts=texts,
                read_in_full=self.read_in_full,
                sink=sink,
                threads=threads,
                annotated=library.annotated if library and annotates else None,
                order=order,
            )


@asynccontextmanager
async def _threads() -> AsyncIterator[Executor]:
    """For searches. They hold the interpreter in turns: more of them at a time than cores only make
    the calls to models wait. At the end one that waits for the network is not waited for."""
    threads = ThreadPoolExecutor(max_workers=os.cpu_count())
    try:
        yield threads
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


@contextmanager
def open_run(
    job: Job,
    kept: Callable[[Path], AnswerCache] = AnswerCache,
    models: Callable[..., Models] = Models,
    batched: Callable[[AnswerCache], Batches] | None = None,
    *,
    looks_only: bool = False,
) -> Iterator[OpenRun]:
    """Open them, and close the memories at the end. `kept` and `models` stand in for what remembers
    and asks; `batched` opens the batches that answers may come from. Raises UsageError, before
    anything is asked, where a line's record is of a later day than the job's."""
    home = job.settings.path("home")
    prompts = load_prompts(job.settings.workspace)
    cache, searches = kept(home / "answers"), kept(home / "searches")
    try:
        batches = batched(cache) if batched else None
        afresh = batches.afresh if batches else f"full {job.today}" if job.full else ""
        remembered = None if afresh else SearchMemory(searches)
        standings = None if afresh else Standings(searches, job.settings.path("reports"))
        _refuse_earlier_days(job, standings)
        opened = models(job, cache, afresh, batches)
        yield OpenRun(job, opened, prompts, remembered, standings, looks_only=looks_only)
    finally:
        cache.close()
        searches.close()


def _refuse_earlier_days(job: Job, standings: Standings | None) -> None:
    """A run that stands on an earlier day than the record would take evidence away, turn verdicts
    into `undetermined` and put the history out of order."""
    for line in job.lines:
        stood = standings.of(line.line) if standings else None
        if stood is not None and stood.as_of <= job.as_of:
            continue  # its record is of that day or an earlier one
        last = read_record(job.settings.path("reports"), line.line)
        if last is not None and job.as_of < last.as_of:
            raise UsageError(
                f"{job.settings.path('reports') / line.line}.json is of {last.as_of}, and this run "
                f"stands on {job.as_of}: it would undo what was found since",
                "to look at an earlier day, name another folder with --reports; if the machine's "
                "clock is wrong, set it",
            )


def open_lines_first(job: Job, standings: Standings | None = None) -> list[Line]:
    """The job's lines. Those come first of which the last run left something open, or that have
    no report."""
    return sorted(job.lines, key=lambda line: not _is_open(job.settings, line, standings))


def _is_open(settings: Settings, line: Line, standings: Standings | None) -> bool:
    if standings and standings.of(line.line):
        return False
    last = read_record(settings.path("reports"), line.line)
    return last is None or any(claim.is_open for claim in last.every)
