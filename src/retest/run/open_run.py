"""What the pipeline works with for one line, opened in one place: so that `run` does what `run
--explain` says."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from retest.cache import AnswerCache
from retest.pipeline.events import ignore
from retest.pipeline.remembered import SearchMemory
from retest.pipeline.state import OPEN, Deps, Limits
from retest.prompts import Prompt, load_prompts
from retest.reports.write import read_record
from retest.run.events import Tell
from retest.run.models import Asking
from retest.run.source_factory import open_following, open_library, open_source
from retest.settings import Settings

if TYPE_CHECKING:
    from retest.domain.line import Line
    from retest.llm.ask import Call
    from retest.llm.batch.batches import Batches
    from retest.llm.budget import Budget, Prices

READ_ALL = 1000
"""More papers than an annotated library holds."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The models, prompts and memories of a run. `today` is the day of the answers that services
    gave."""

    settings: Settings
    environment: Mapping[str, str]
    today: date
    as_of: date
    asking: Asking
    prompts: Mapping[str, Prompt]
    searches: SearchMemory

    @asynccontextmanager
    async def deps(
        self, line: Line, told: Callable[[Call, Prices], None], tell: Tell = ignore
    ) -> AsyncIterator[Deps]:
        """All that the stations need for a line, closed at the end; `told` hears of every call,
        `tell` of stations."""
        specs = (self.asking.model, self.asking.verifier)
        offline = self.settings.source == "library" or "annotations" in {
            spec.partition(":")[0] for spec in specs
        }
        library = open_library(line.line) if offline else None
        source = open_source(self.settings, library, self.today)
        following = open_following(self.settings, self.environment, self.today)
        previous = read_record(self.settings.path("reports"), line.line)
        limits = Limits(candidates=self.settings.candidates)
        if self.asking.model.startswith(
            "annotations"
        ):  # reading costs nothing there: all that is found is read
            limits = Limits(candidates=READ_ALL, per_query=READ_ALL)
        async with self.asking.askers(line.line, library, told) as (asker, verifier):
            yield Deps(
                line,
                self.as_of,
                source,
                asker,
                verifier,
                self.prompts,
                limits,
                previous,
                None if self.asking.afresh else self.searches,
                following,
                tell,
            )


@contextmanager
def opened(
    settings: Settings,
    environment: Mapping[str, str],
    today: date,
    as_of: date,
    model: str,
    verifier: str,
    budget: Budget,
    full: bool,
    kept: Callable[[Path], AnswerCache] = AnswerCache,
    asks: Callable[..., Asking] = Asking,
    batched: Callable[[AnswerCache], Batches] | None = None,
) -> Iterator[Opened]:
    """Open them, and close the memories at the end. `kept` and `asks` stand in for what remembers
    and asks; `batched` opens the batches that answers may come from."""
    home = settings.path("home")
    prompts = load_prompts(settings.workspace)
    cache, searches = kept(home / "answers"), kept(home / "searches")
    try:
        batches = batched(cache) if batched else None
        afresh = batches.afresh if batches else f"full {today}" if full else ""
        asking = asks(model, verifier, settings, environment, today, cache, budget, afresh, batches)
        yield Opened(settings, environment, today, as_of, asking, prompts, SearchMemory(searches))
    finally:
        cache.close()
        searches.close()


def due_first(lines: Sequence[Line], settings: Settings) -> list[Line]:
    """Those lines first of which the last run left something open, or that have no report."""
    return sorted(lines, key=lambda line: not _is_due(settings, line))


def _is_due(settings: Settings, line: Line) -> bool:
    last = read_record(settings.path("reports"), line.line)
    return last is None or any(claim.why in OPEN for claim in (*last.claims, last.counter_thesis))
