"""One claim through the stations of a night, at once and without a claims file.

It is asked as a claim of a line would be: with the same prompts, source, models, memory and budget.
There is no counter-thesis and no synthesis, no last report, and nothing is written but the run log
and what saves money later.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from retest.domain.line import Anchor, Claim, Line
from retest.domain.paper import Paper
from retest.domain.record import AnchorRecord, ClaimRecord
from retest.llm.model import Usage
from retest.pipeline.anchors import anchor_records, subjects
from retest.pipeline.events import ignore
from retest.pipeline.graph import claim_graph
from retest.run import log as runlog
from retest.run.events import ClaimSettled, Event, EventSink, Harmless, LineStarted
from retest.run.job import Job
from retest.run.log import Account, errors_logged, stamp
from retest.run.open_run import open_run
from retest.run.tracing import tracing

LINE, CLAIM = "asked", "claim"
"""The names under which a claim runs that stands in no claims file: part of the names of `manual`
prompt files and of the run log, and of nothing that a model sees."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of the claim, the anchors that it rests on, and what it cost; `usd` is None where
    a model's price is not known."""

    claim: ClaimRecord
    anchors: tuple[AnchorRecord, ...]
    source: str
    usage: Usage
    usd: Decimal | None


def line_of(text: str, dated: str, anchors: tuple[Anchor, ...]) -> Line:
    """A line with this one claim. Raises ValidationError for a text or a date that no claims file
    may have."""
    claim = Claim(id=CLAIM, text=text, dated=dated, anchors=tuple(one.id for one in anchors))
    return Line(
        line=LINE,
        question="Does it still hold?",
        thesis=text,
        counter_thesis="It does not.",
        anchors=anchors,
        claims=(claim,),
    )


async def ask_claim(job: Job, sink: EventSink = ignore) -> Asked:
    """Ask what became of the one claim of the job's one line. Raises as `run_lines` does."""
    (line,) = job.lines
    home, shown = job.settings.path("home"), Harmless(sink)
    account, started = Account(), job.clock()

    def heard(event: Event) -> None:
        account.take(event)
        shown(event)

    async with tracing(job.settings.trace):
        with errors_logged(home, job.mask), open_run(job) as opened:
            async with opened.night(line, heard) as deps:
                ids = [anchor.id for anchor in line.anchors]
                found = await deps.in_thread(deps.source.get, ids) if ids else {}
                subject = subjects(line, found, job.as_of)[0]
                papers = [paper for paper in found.values() if isinstance(paper, Paper)]
                shown(LineStarted(line.line, 1, 0))
                start: Any = {"subject": subject, "anchor_papers": papers}
                config: Any = {"recursion_limit": 50}
                ended: Any = await claim_graph().ainvoke(start, config, context=deps)
                record = job.mask.model(ended["outcomes"][0])
                shown(ClaimSettled(line.line, record, 1, 1))
                source = deps.source.name
    entry = {
        "line": line.line,
        "run": stamp(job.began),
        "started": stamp(started),
        "ended": stamp(job.clock()),
        "as_of": str(job.as_of),
        "model": job.model,
        "verifier": job.verifier or None,
        "source": source,
        "complete": not record.is_open,
        **account.entry(),
        "written": [],
        "claims": {record.id: record.why or record.verdict},
    }
    runlog.add(home, entry, job.mask)
    anchors = anchor_records(line, found)
    return Asked(record, anchors, source, account.spent.usage, account.spent.usd())
