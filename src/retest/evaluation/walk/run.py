"""A line walked through time: each step a night on the papers, and the texts, that were known on
its day."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from retest.cache import AnswerCache
from retest.domain.line import Claim, first_day
from retest.domain.paper import Paper
from retest.domain.record import ClaimRecord
from retest.domain.verdict import Verdict
from retest.evaluation.claims.ledger import Ledger
from retest.evaluation.claims.result import Cost
from retest.evaluation.walk.history import (
    STATES,
    Backtest,
    ClaimHistory,
    SettlingPaper,
    Step,
    changes,
)
from retest.grounding.ladder import LADDER_VERSION
from retest.papers.grown import Growing, known_from
from retest.prompts import load_prompts
from retest.run.events import EventSink, LineOutcome
from retest.run.job import Job
from retest.run.lines import run_lines
from retest.settings import Settings


@dataclass(frozen=True, slots=True)
class KnownFate:
    """What is known of a claim's fate: the verdict that literature came to, and newer papers that
    settle it."""

    expected: Verdict
    gold: tuple[str, ...]


def days(first: date, last: date, every: int) -> list[date]:
    """The days that a walk stands on: `first`, and every so many days after it up to `last`."""
    return [first + timedelta(n) for n in range(0, (last - first).days + 1, every)]


def folder_of(settings: Settings, line: str) -> Path:
    """Where the walks of a line are: apart from nights, which know more."""
    return settings.path("home") / "backtest" / line


def home_of(settings: Settings, line: str, on: Sequence[date]) -> Path:
    """Where a walk keeps its mirror, its memory and its last report. Walks on other days have other
    homes: what was said of a paper is remembered whatever papers were read in the same call, and
    there it may have been later ones."""
    every = (on[1] - on[0]).days if len(on) > 1 else 0
    return folder_of(settings, line) / f"{on[0]}-{every}d"


async def walk(
    job: Job, fates: Mapping[str, KnownFate], on: Sequence[date], sink: EventSink, name: str = ""
) -> Backtest:
    """Run the job's one line on each of the days, in order, as a nightly job would have; `name` is
    what people call it. The budget is that of the whole walk.

    Each walk begins with an empty mirror, no report and no memory of searches. Paid answers are
    kept for the next walk on the same days, or on more of them, and with them what they cost.
    Raises UsageError where there is no mirror, and as `run_lines` does.
    """
    (line,), settings = job.lines, job.settings
    folder = home_of(settings, line.line, on)
    folder.mkdir(parents=True, exist_ok=True)
    for mirror in folder.parent.glob("*/mirror"):  # it is large, and is made anew in any case
        _remove(mirror)
    for stale in ("searches", "checkpoints.sqlite", "reports", "batches"):
        _remove(folder / stale)
    growing = Growing(settings.path("home") / "mirror", folder / "mirror")
    known = growing.get(sorted({i for claim in line.claims for i in claim.anchors} | _gold(fates)))
    then = replace(settings, home=folder, reports=folder / "reports", source="mirror", follow=False)
    steps: list[Step] = []
    last: LineOutcome | None = None
    for day in on:
        came = growing.until(day)
        claims = [_as_then(claim, day) for claim in line.claims if _was_made(claim, day, known)]
        if not claims or not growing.held:
            steps.append(Step(as_of=day, papers=growing.held, came=came))
            continue
        anchors = tuple(anchor for anchor in line.anchors if first_day(anchor.dated) <= day)
        standing = line.model_copy(update={"claims": tuple(claims), "anchors": anchors})
        night = replace(job, lines=(standing,), settings=then, as_of=day)
        (last,) = await run_lines(night, sink)
        paid = _paid(night, last)
        steps.append(_step(day, growing.held, came, last, paid, steps))
    return Backtest(
        line=name or line.line,
        model=job.model,
        verifier=job.verifier or None,
        undated=growing.undated,
        steps=tuple(steps),
        claims=tuple(
            _history(claim, fates.get(claim.id), last, steps, known) for claim in line.claims
        ),
    )


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _gold(fates: Mapping[str, KnownFate]) -> set[str]:
    return {i for fate in fates.values() for i in fate.gold}


def _was_made(claim: Claim, day: date, known: Mapping[str, Paper]) -> bool:
    """Whether the claim, and the papers that it rests on, were there before that day: its window is
    open then."""
    return first_day(claim.dated) < day and all(
        known[i].published < day for i in claim.anchors if i in known
    )


def _as_then(claim: Claim, day: date) -> Claim:
    """Without a review of a later day, which would win over what could be known."""
    return (
        claim.model_copy(update={"review": None})
        if claim.review and claim.review.on > day
        else claim
    )


def _paid(night: Job, outcome: LineOutcome) -> Cost:
    """What the step's answers cost when they were asked for, also in an earlier walk on these
    days."""
    settings, (line,) = night.settings, night.lines
    prompts = sorted(
        (name, prompt.hash) for name, prompt in load_prompts(settings.workspace).items()
    )
    about = [
        line.model_dump_json(),
        str(night.as_of),
        night.model,
        night.verifier,
        str(settings.candidates),
        LADDER_VERSION,
        *(f"{name} {hash_}" for name, hash_ in prompts),
    ]
    kept = AnswerCache(settings.path("home") / "paid")
    try:
        return Ledger(kept).add(about, outcome.usage, outcome.usd)
    finally:
        kept.close()


def _step(
    day: date, held: int, came: int, outcome: LineOutcome, paid: Cost, before: Sequence[Step]
) -> Step:
    claims = outcome.record.claims
    verdicts = {claim.id: claim.verdict for claim in claims}
    earlier = before[-1].verdicts if before else {}
    return Step(
        as_of=day,
        papers=held,
        came=came,
        calls=paid.calls,
        tokens=paid.input + paid.output,
        news=outcome.news,
        verdicts=verdicts,
        pending=tuple(
            claim.id for claim in claims if claim.flip is not None and claim.flip.pending
        ),
        failed=tuple(claim.id for claim in claims if claim.why in ("search-failed", "not-judged")),
        changed=tuple(
            name
            for name, verdict in verdicts.items()
            if earlier.get(name, "undetermined") != verdict
        ),
    )


def _history(
    claim: Claim,
    fate: KnownFate | None,
    last: LineOutcome | None,
    steps: Sequence[Step],
    known: Mapping[str, Paper],
) -> ClaimHistory:
    record: ClaimRecord | None = None
    if last is not None:
        record = next((one for one in last.record.claims if one.id == claim.id), None)
    states = [(step.as_of, step.verdicts[claim.id]) for step in steps if claim.id in step.verdicts]
    gold = []
    for name in fate.gold if fate else ():
        paper = known.get(name)
        gold.append(
            SettlingPaper(
                id=name,
                published=paper.published if paper else None,
                known=known_from(paper) if paper else None,
            )
        )
    return ClaimHistory(
        id=claim.id,
        text=claim.text,
        dated=claim.dated,
        expected=fate.expected if fate else None,
        gold=tuple(gold),
        states=tuple(changes(states)),
        last=states[-1][0] if states else None,
        decided_by=_decided_by(record),
    )


def _decided_by(record: ClaimRecord | None) -> tuple[tuple[date, str, date], ...]:
    """For each change to a verdict its day, and the paper that decided it whose v1 is the newest,
    with that day."""
    found = []
    published = {item.arxiv_id: item.published for item in record.evidence} if record else {}
    for entry in record.history if record else ():
        papers = [(published[i], i) for i in entry.decided_by if i in published]
        if entry.verdict in STATES and papers:
            day, name = max(papers)
            found.append((entry.on, name, day))
    return tuple(found)
