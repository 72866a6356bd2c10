"""Lines through the pipeline: one after the other, each with its report and its entry in the run
log. A line for which nothing has changed since it last ended whole is left as it stands."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from retest.domain.line import COUNTER_THESIS
from retest.domain.record import Record
from retest.errors import RetestError, UsageError
from retest.grounding.ladder import LADDER_VERSION
from retest.pipeline.events import ignore
from retest.pipeline.state import Deps, LineState
from retest.reports.news import merged
from retest.reports.read import read_record
from retest.reports.write import write_report
from retest.run import log as runlog
from retest.run.checkpoints import UNREADABLE, open_checkpoints
from retest.run.events import (
    Called,
    ClaimSettled,
    Event,
    EventSink,
    Harmless,
    LineEnded,
    LineOutcome,
    LineStarted,
    Notice,
)
from retest.run.job import Job
from retest.run.log import Account, errors_logged, stamp
from retest.run.model_factory import batches_for
from retest.run.open_run import OpenRun, open_lines_first, open_run
from retest.run.standing import digest_of, still
from retest.run.tracing import tracing
from retest.run.trust import Doubted, Written

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    from retest.domain.line import Line
    from retest.domain.paper import Lookup


async def run_lines(job: Job, sink: EventSink = ignore) -> list[LineOutcome]:
    """Run the job's lines, one after the other, those first of which something could not be
    searched or judged the last time; the outcomes are in the order of `job.lines`. `sink` takes all
    that happens; an error of its own does not end the run. Raises KeyRejected at once, and RunError
    where a batch is refused; other failures stay inside their claims."""
    home, sink = job.settings.path("home"), Harmless(sink)
    _writable(job.settings.path("reports"))

    def notify(text: str, *, needed: bool = False) -> None:
        sink(Notice(text, needed))

    with (
        errors_logged(home, job.mask),
        open_run(job, batched=batches_for(job, notify)) as opened,
    ):
        lines = open_lines_first(job, opened.standings)
        outcomes = {line.line: same for line in lines if (same := unchanged(opened, line, sink))}
        if due := [line for line in lines if line.line not in outcomes]:
            async with (
                tracing(job.settings.trace),
                open_checkpoints(home) as checkpoints,
                opened.models.through_batches(),
            ):
                runner = LineRunner(opened, checkpoints, sink)
                for line in due:
                    outcomes[line.line] = await runner.run_line(line)
    return [outcomes[line.line] for line in job.lines]


def unchanged(run: OpenRun, line: Line, sink: EventSink) -> LineOutcome | None:
    """What the line's last run came to, where a run would come to the same: it is not run."""
    started, job = run.job.clock(), run.job
    stood = run.standings.of(line.line) if run.standings else None
    if run.standings is None or stood is None:
        return None
    now = still(stood, run.inputs(line), job.as_of, run.source(line.line))
    record = read_record(job.settings.path("reports"), line.line) if now else None
    if now is None or record is None:
        return None
    total, account = len(line.claims) + 1, Account()
    sink(LineStarted(line.line, total, total))
    entry = account.entry()
    outcome = LineOutcome(record, False, (), account.spent.usage, account.spent.usd())
    if now != stood:
        run.standings.note(line.line, now)
    _log(run, outcome, started, entry, ran=False)
    sink(LineEnded(outcome))
    return outcome


def _writable(reports: Path) -> None:
    """Raise UsageError now rather than after everything is paid for. Makes nothing."""
    there = next(path for path in (reports, *reports.parents) if path.exists())
    if not there.is_dir() or not os.access(there, os.W_OK):
        raise UsageError(
            f"reports cannot be written to {reports}", "name another folder with --reports"
        )


@dataclass(frozen=True, slots=True)
class LineRunner:
    """Takes one line after the other through the graph, to its report and its log entry."""

    run: OpenRun
    checkpoints: AsyncSqliteSaver
    sink: EventSink

    async def run_line(self, line: Line) -> LineOutcome:
        account, started, asked = Account(), self.run.job.clock(), set[str]()
        settings = self.run.job.settings
        ours = Written(settings.path("home"), settings.path("reports"), line.line)

        def heard(event: Event) -> None:
            account.take(event)
            if isinstance(event, Called) and event.call.usage.calls:
                asked.add(event.call.claim)
            self.sink(event)

        async with self.run.night(line, heard) as deps:

            def look_up(ids: Sequence[str]) -> Awaitable[Mapping[str, Lookup]]:
                return deps.in_thread(deps.source.get, ids)

            last = Doubted.of(deps.previous, ours)
            if last:
                await last.ground(look_up)
            deps = replace(deps, previous=last.record if last else None)
            state, whole = await self._through_the_graph(deps)
            record = self.run.job.mask.model(self._record(deps, state))
            if last:
                await last.reword(record, asked, look_up)
        for note in last.notes if last else ():
            self.sink(Notice(note, needed=True))
        kept, news = merged(last.record if last else None, record)
        written = write_report(settings.path("reports"), kept)
        ours.note(kept)
        entry = account.entry()
        spent = account.spent
        outcome = LineOutcome(
            record, news, tuple(written), spent.usage, spent.usd(), entry["seconds"]
        )
        _log(self.run, outcome, started, entry)
        if self.run.models.batches:
            self.run.models.batches.book.logged(line.line)
        made = deps.searches.made if deps.searches else []
        if self.run.standings and whole and outcome.complete and not news and made and all(made):
            searched = [one for one in made if one is not None]
            self.run.standings.stand(
                kept, self.run.job.as_of, self.run.inputs(line), searched, deps.source
            )
        self.sink(LineEnded(outcome))
        return outcome

    async def _through_the_graph(self, deps: Deps) -> tuple[LineState, bool]:
        """Start, or go on where a killed run of the same inputs stood; and whether all of it was
        done by this run. The thread is dropped when it has ended."""
        from retest.pipeline.graph import line_graph  # heavy: a quiet night needs none

        graph = line_graph().compile(checkpointer=self.checkpoints)
        thread = self._thread(deps)
        config: Any = {"configurable": {"thread_id": thread}, "recursion_limit": 50}
        if (
            batches := self.run.models.batches
        ) and batches.touched:  # what waited then may be there now
            await self.checkpoints.adelete_thread(thread)
        try:
            standing = await graph.aget_state(config)
        except UNREADABLE:
            await self.checkpoints.adelete_thread(thread)
            said = "where its killed run stood is damaged: it begins afresh, and pays nothing twice"
            self.sink(Notice(f"{deps.line.line}: {said}", needed=True))
            standing = await graph.aget_state(config)
        settled, total = (
            {record.id for record in standing.values.get("outcomes", [])},
            len(deps.line.claims) + 1,
        )
        self.sink(LineStarted(deps.line.line, total, len(settled)))
        start: Any = None if standing.next else {"outcomes": []}
        try:
            async for part in graph.astream(start, config, context=deps, stream_mode="updates"):
                change: Any = part
                for record in (change.get("claim") or {}).get("outcomes", []):
                    if record.id not in settled:
                        settled.add(record.id)
                        self.sink(ClaimSettled(deps.line.line, record, len(settled), total))
        except RetestError:
            # A thread that ended in an error would take the error up again; what was paid for is in
            # the answers.
            await self.checkpoints.adelete_thread(thread)
            raise
        ended = await graph.aget_state(config)
        await self.checkpoints.adelete_thread(thread)
        return cast("LineState", ended.values), start is not None

    def _thread(self, deps: Deps) -> str:
        """One id per run: everything that the run's answer depends on."""
        previous = deps.previous.model_dump(mode="json") if deps.previous else None
        return digest_of([self.run.inputs(deps.line), str(deps.as_of), previous])[:32]

    def _record(self, deps: Deps, state: LineState) -> Record:
        settled = {record.id: record for record in state["outcomes"]}
        ended = state["synthesis"]
        return Record(
            line=deps.line.line,
            question=deps.line.question,
            thesis=deps.line.thesis,
            as_of=deps.as_of,
            model=self.run.job.model,
            verifier=self.run.job.verifier or None,
            source=deps.source.name,
            prompts={name: prompt.hash for name, prompt in deps.prompts.items()},
            anchors=tuple(state["anchors"]),
            claims=tuple(settled[claim.id] for claim in deps.line.claims),
            counter_thesis=settled[COUNTER_THESIS],
            superseding=ended.superseding,
            questions=ended.questions,
            answer=state["answer"],
            limits=ended.limits,
            synthesis_failed=ended.failed,
            rejected=ended.rejected,
        ).stated()


def _log(
    run: OpenRun,
    outcome: LineOutcome,
    started: datetime | None,
    used: Mapping[str, Any],
    *,
    ran: bool = True,
) -> None:
    """One JSON line a line and run: what it cost and found, all that the record must not
    hold."""
    record = outcome.record
    every = (*record.claims, record.counter_thesis)
    entry = {
        "line": record.line,
        "run": stamp(run.job.began),
        "started": stamp(started),
        "ended": stamp(run.job.clock()),
        "as_of": str(record.as_of),
        "model": record.model,
        "verifier": record.verifier,
        "source": record.source,
        "prompts": record.prompts,
        "ladder": LADDER_VERSION,
        "batch": run.batched,
        "ran": ran,
        "news": outcome.news,
        "complete": outcome.complete,
        **used,
        "written": [path.name for path in outcome.written],
        "claims": {claim.id: claim.why or claim.verdict for claim in every},
    }
    runlog.add(run.job.settings.path("home"), entry, run.job.mask)
