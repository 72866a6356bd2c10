"""Lines through the pipeline: what a run needs opened, one line after the other, the report, the run log."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from retest import runlog
from retest.cache import AnswerCache
from retest.domain.line import COUNTER_THESIS
from retest.errors import RetestError, UsageError
from retest.grounding.ladder import LADDER_VERSION
from retest.llm.asking import Asking
from retest.llm.budget import Budget
from retest.llm.model import Usage
from retest.llm.spent import Spent, shown
from retest.papers.open import open_following, open_library, open_source
from retest.pipeline.graph import line_graph
from retest.pipeline.remembered import SearchMemory
from retest.pipeline.state import OPEN, Deps, Limits, LineState
from retest.prompts import Prompt, load_prompts
from retest.reports.news import SYNTHESIS_FAILED, merged
from retest.reports.record import ClaimRecord, Record
from retest.reports.write import read_record, write_report
from retest.settings import Settings

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from retest.domain.line import Line
    from retest.papers.following import Following
    from retest.papers.library import Library
    from retest.papers.source import Source


READ_ALL = 1000
"""More papers than an annotated library holds."""


@dataclass(frozen=True, slots=True)
class Watch:
    """What the caller wants to hear of while a run goes on."""

    settled: Callable[[ClaimRecord, int, int], None]
    """A claim's record, how many of its line's claims are settled, how many there are."""


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What a run did for one line. `record` is this run's; the report on disk differs where there was no news."""

    record: Record
    news: bool
    written: tuple[Path, ...]
    usage: Usage
    usd: Decimal | None
    """What the run cost for this line; None where a model's price is not known."""

    @property
    def complete(self) -> bool:
        """Whether everything could be searched, judged and synthesized."""
        every = (*self.record.claims, self.record.counter_thesis)
        failed = any(claim.why in OPEN for claim in every)
        return not failed and not self.record.limits.startswith(SYNTHESIS_FAILED)


async def run_lines(
    lines: Sequence[Line], settings: Settings, environment: Mapping[str, str], today: date, as_of: date, model: str,
    verifier: str, watch: Watch, budget: Budget | None = None, full: bool = False,
) -> list[LineOutcome]:  # fmt: skip
    """Run the lines on the day `as_of`, one after the other, those first of which something could not be searched or
    judged the last time; the outcomes are in the order of `lines`. `today` is the day of prices and of the answers that
    services gave; with `full` nothing is reused that was found or said before it. Raises KeyRejected at once; other
    failures stay inside their claims."""
    home = settings.path("home")
    _writable(settings.path("reports"))
    prompts = load_prompts(settings.workspace)
    outcomes: dict[str, LineOutcome] = {}
    # Searches hold the interpreter in turns; more of them at a time than cores only make the calls to models wait.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(max_workers=os.cpu_count()))
    async with _checkpoints(home / "checkpoints.sqlite") as checkpoints, _trace(home / "retest.log"):
        cache, searches = AnswerCache(home / "answers"), AnswerCache(home / "searches")
        try:
            afresh = f"full {today}" if full else ""
            asking = Asking(model, verifier, settings, environment, today, cache, budget or Budget(), afresh)
            for line in sorted(lines, key=lambda line: not _is_due(settings, line)):
                offline = settings.source == "library" or "annotations" in {
                    spec.partition(":")[0] for spec in (model, verifier)
                }
                library = open_library(line.line) if offline else None
                source = open_source(settings, library, today)
                following = open_following(settings, environment, today)
                run = _Run(
                    settings, as_of, asking, prompts, SearchMemory(searches), checkpoints, library, source, following,
                    watch,
                )  # fmt: skip
                outcomes[line.line] = await run.line(line)
        finally:
            cache.close()
            searches.close()
    return [outcomes[line.line] for line in lines]


def _is_due(settings: Settings, line: Line) -> bool:
    """Whether the last run left something of the line open, or there was none."""
    last = read_record(settings.path("reports"), line.line)
    return last is None or any(claim.why in OPEN for claim in (*last.claims, last.counter_thesis))


def _writable(reports: Path) -> None:
    """Raise UsageError now rather than after everything is paid for. Makes nothing."""
    there = next(path for path in (reports, *reports.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise UsageError(f"reports cannot be written to {reports}", "name another folder with --reports")


@asynccontextmanager
async def _trace(path: Path) -> AsyncIterator[None]:
    """Errors that nobody foresaw, with their traces, go to this file while a run goes on."""
    handler = logging.FileHandler(path, delay=True, encoding="utf-8")
    logger = logging.getLogger("retest")
    logger.addHandler(handler)
    logger.propagate = False
    try:
        yield
    finally:
        logger.removeHandler(handler)
        handler.close()


@asynccontextmanager
async def _checkpoints(path: Path) -> AsyncIterator[AsyncSqliteSaver]:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        async with AsyncSqliteSaver.from_conn_string(str(path)) as saver:
            await saver.setup()
            yield saver
    except sqlite3.DatabaseError as error:
        hint = "delete it: it only holds where interrupted runs stood"
        raise UsageError(f"{path} is not a database of checkpoints ({error})", hint) from error


@dataclass(frozen=True, slots=True)
class _Run:
    settings: Settings
    as_of: date
    asking: Asking
    prompts: Mapping[str, Prompt]
    searches: SearchMemory
    checkpoints: AsyncSqliteSaver
    library: Library | None
    source: Source
    following: Following | None
    watch: Watch

    async def line(self, line: Line) -> LineOutcome:
        reports = self.settings.path("reports")
        previous = read_record(reports, line.line)
        spent = Spent()
        limits = Limits(candidates=self.settings.candidates)
        if self.asking.model.startswith("annotations"):  # reading costs nothing there: all that is found is read
            limits = Limits(candidates=READ_ALL, per_query=READ_ALL)
        async with self.asking.askers(line.line, self.library, spent.add) as (asker, verifier):
            deps = Deps(
                line, self.as_of, self.source, asker, verifier, self.prompts, limits, previous,
                None if self.asking.afresh else self.searches, self.following,
            )  # fmt: skip
            state = await self._through_the_graph(deps)
        record = self._record(deps, state)
        kept, news = merged(previous, record)
        written = write_report(reports, kept)
        outcome = LineOutcome(record, news, tuple(written), spent.usage, spent.usd())
        self._log(outcome, spent)
        return outcome

    async def _through_the_graph(self, deps: Deps) -> LineState:
        """Start, or go on where a killed run of the same inputs stood. The thread is dropped when it has ended."""
        graph = line_graph().compile(checkpointer=self.checkpoints)
        thread = self._thread(deps)
        config: Any = {"configurable": {"thread_id": thread}, "recursion_limit": 50}
        standing = await graph.aget_state(config)
        told, total = {record.id for record in standing.values.get("outcomes", [])}, len(deps.line.claims) + 1
        start: Any = None if standing.next else {"outcomes": []}
        try:
            async for part in graph.astream(start, config, context=deps, stream_mode="updates"):
                change: Any = part
                for record in (change.get("claim") or {}).get("outcomes", []):
                    if record.id not in told:
                        told.add(record.id)
                        self.watch.settled(record, len(told), total)
        except RetestError:
            # A thread that ended in an error would take the error up again; what was paid for is in the answers.
            await self.checkpoints.adelete_thread(thread)
            raise
        ended = await graph.aget_state(config)
        await self.checkpoints.adelete_thread(thread)
        return cast("LineState", ended.values)

    def _thread(self, deps: Deps) -> str:
        """One id per run: everything that the run's answer depends on."""
        inputs = {
            "line": deps.line.model_dump(mode="json"), "as_of": str(self.as_of), "model": self.asking.model,
            "verifier": self.asking.verifier, "source": deps.source.name, "limits": asdict(deps.limits),
            "prompts": {name: prompt.hash for name, prompt in self.prompts.items()}, "ladder": LADDER_VERSION,
            "previous": deps.previous.model_dump(mode="json") if deps.previous else None,
        }  # fmt: skip
        return hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()[:32]

    def _record(self, deps: Deps, state: LineState) -> Record:
        settled = {record.id: record for record in state["outcomes"]}
        ended = state["synthesis"]
        return Record(
            line=deps.line.line, question=deps.line.question, thesis=deps.line.thesis, as_of=self.as_of,
            model=self.asking.model, verifier=self.asking.verifier or None, source=deps.source.name,
            prompts={name: prompt.hash for name, prompt in self.prompts.items()},
            anchors=tuple(state["anchors"]), claims=tuple(settled[claim.id] for claim in deps.line.claims),
            counter_thesis=settled[COUNTER_THESIS], superseding=ended.superseding, questions=ended.questions,
            limits=ended.limits, rejected=ended.rejected,
        )  # fmt: skip

    def _log(self, outcome: LineOutcome, spent: Spent) -> None:
        """One JSON line a line and run: what it cost and found, all that the record must not hold."""
        record = outcome.record
        every = (*record.claims, record.counter_thesis)
        entry = {
            "line": record.line, "as_of": str(record.as_of), "model": record.model, "verifier": record.verifier,
            "source": record.source, "news": outcome.news, "usage": asdict(outcome.usage),
            "usd": shown(outcome.usd),
            "cost": {name: {**asdict(used), "usd": shown(spent.usd(name))} for name, used in spent.by_claim().items()},
            "written": [path.name for path in outcome.written],
            "claims": {claim.id: claim.why or claim.verdict for claim in every},
        }  # fmt: skip
        runlog.add(self.settings.path("home"), entry)
