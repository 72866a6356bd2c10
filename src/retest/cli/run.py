"""`retest run`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retest.cli import app
from retest.cli.options import ASKED_FOR, Json, Model, Reports, Source, Workspace, chosen_lines, parsed_day, today
from retest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from datetime import date

    from retest.domain.line import Line
    from retest.llm.budget import Budget
    from retest.nightly import LineOutcome, Watch
    from retest.reports.record import ClaimRecord
    from retest.settings import Settings

FAIL_ON = frozenset({"holds", "relaxed", "overturned", "undetermined", "flip"})
"""What `--fail-on` takes: verdicts as they stand, and a flip of this run."""


@app.command()
def run(
    line: Annotated[list[str] | None, typer.Option(help="A line to run; may be given several times.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Run every line of the workspace.")] = False,
    as_of: Annotated[
        str, typer.Option(help="The day to stand on, YYYY-MM-DD; papers after it do not exist.", show_default="today")
    ] = "",
    source: Source = None,
    model: Model = None,
    verifier: Annotated[
        str | None, typer.Option(help="PROVIDER:NAME that checks quotes and flips; else the model itself.")
    ] = None,
    offline: Annotated[
        bool,
        typer.Option("--offline", help="Short for --source library --model annotations: no key, no network, no model."),
    ] = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            help="End with status 4 if a claim stands so: overturned, relaxed, holds, undetermined, or flip for a "
            "verdict that this run changed or left pending; may be given several times."
        ),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="Search and ask everything anew, whatever was found or said before today.")
    ] = False,
    max_usd: Annotated[
        float | None, typer.Option(help="Ask no model once this many US dollars may be spent.", min=0.0)
    ] = None,
    max_tokens: Annotated[
        int | None, typer.Option(help="Ask no model once this many tokens may be used.", min=0)
    ] = None,
    reports: Reports = None,
    as_json: Json = False,
    workspace: Workspace = Path(),
) -> None:
    """Re-test the claims of a line and write its report.

    Newer papers are searched, a model reads them, and what it says is grounded before it counts.

    Exit status: 0 done, 1 the run failed, 2 the input is wrong, 3 done but some claims could not be searched or judged,
    4 done, and a claim stands as --fail-on names it.
    """
    from retest.settings import chosen_model, environment, load_settings, parsed_model

    unfit = sorted(set(fail_on or ()) - FAIL_ON)
    if unfit:
        raise UsageError(f"--fail-on is {unfit[0]!r}", f"it takes {', '.join(sorted(FAIL_ON))}")
    if offline and (source or model or verifier):
        raise UsageError(
            "--offline is --source library --model annotations", "leave out --source, --model and --verifier"
        )
    if offline:
        source, model, verifier = "library", "annotations", ""
    flags = {"source": source, "model": model, "verifier": verifier, "reports": reports and reports.resolve()}
    env = environment()
    settings = load_settings(workspace.resolve(), env, flags)
    chosen = chosen_model(settings, env)
    for spec in filter(None, (chosen, settings.verifier)):
        parsed_model(spec)
    lines = chosen_lines(settings.workspace, line or [], every)
    if settings.source == "library":
        lines = _in_the_library(lines, every)
    day = parsed_day(as_of) if as_of else _today(settings, lines)
    with _only_run(settings):
        outcomes = _interruptible(_run(lines, settings, env, day, chosen, _budget(max_usd, max_tokens), full))
    _show(outcomes, settings, as_json)
    if _fails(outcomes, set(fail_on or ())):
        raise typer.Exit(ASKED_FOR)
    if not all(outcome.complete for outcome in outcomes):
        raise typer.Exit(3)


def _fails(outcomes: list[LineOutcome], fail_on: set[str]) -> bool:
    """Whether a claim of the lines stands as `--fail-on` names it; each is said. A counter-thesis fails nothing, and
    where a reviewer has decided the model's other mind is no flip."""
    from retest.cli.show import say

    found = False
    for outcome in outcomes:
        for claim in outcome.record.claims:
            flip = "flip" if claim.flip is not None and claim.review is None else ""
            for what in sorted({claim.verdict, flip} & fail_on):
                say(f"--fail-on {what}: {claim.id} of {outcome.record.line}")
                found = True
    return found


def _in_the_library(lines: list[Line], every: bool) -> list[Line]:
    """The lines that the bundled library knows. With --all the others are passed over, and said to be."""
    from retest.cli.show import say
    from retest.data import defaults

    known = [line for line in lines if (defaults("library") / f"{line.line}.yaml").is_file()]
    for line in lines:
        if line not in known:
            if not every or not known:
                hint = "run it on papers with --source arxiv or --source mirror, and a --model"
                raise UsageError(f"there is no bundled library for the line {line.line}", hint)
            say(f"{line.line}: no bundled library, so it is not run offline")
    return known


def _today(settings: Settings, lines: list[Line]) -> date:
    """Today in UTC; on the bundled library, the day up to which it knows the literature: it is blind after that."""
    if settings.source == "library":
        from retest.papers.open import open_library

        days = [library.snapshot for line in lines if (library := open_library(line.line)) is not None]
        if days:
            return max(days)
    return today()


def _budget(max_usd: float | None, max_tokens: int | None) -> Budget:
    from decimal import Decimal

    from retest.llm.budget import Budget

    return Budget(None if max_usd is None else Decimal(str(max_usd)), max_tokens)


async def _run(
    lines: list[Line], settings: Settings, env: dict[str, str], day: date, model: str, budget: Budget, full: bool
) -> list[LineOutcome]:
    from retest.nightly import run_lines

    return await run_lines(lines, settings, env, today(), day, model, settings.verifier, _watch(), budget, full)


def _watch() -> Watch:
    from retest.cli.show import say
    from retest.nightly import Watch

    def settled(record: ClaimRecord, number: int, total: int) -> None:
        verdict = f"undetermined: {record.why}" if record.why else record.verdict
        say(f"[{number:>3}/{total}] {verdict:<34} {record.id}")

    return Watch(settled=settled)


class _only_run:  # noqa: N801 - used as a function, in a `with`
    """One run at a time on a workspace: a second one says so, and waits."""

    def __init__(self, settings: Settings) -> None:
        from filelock import FileLock

        home = settings.path("home")
        home.mkdir(parents=True, exist_ok=True)
        self._lock = FileLock(home / "run.lock")

    def __enter__(self) -> None:
        from filelock import Timeout

        from retest.cli.show import say

        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            say("another run works on this workspace; waiting for it to end (Ctrl-C to leave)")
            self._lock.acquire(poll_interval=0.2)

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def _interruptible(work: Coroutine[Any, Any, list[LineOutcome]]) -> list[LineOutcome]:
    """Run to the end, or leave at once on Ctrl-C. What is settled is in the checkpoints, what is paid for in the
    answers; a thread that waits for the network is not waited for."""
    import asyncio

    from retest.cli.show import say

    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    except KeyboardInterrupt:
        say("interrupted; the same command goes on from here and pays for no answer twice")
        sys.stdout.flush()
        os._exit(130)
    finally:
        loop.close()


def _show(outcomes: list[LineOutcome], settings: Settings, as_json: bool) -> None:
    from retest.cli.show import out_json, say, table
    from retest.llm.manual import AWAITED
    from retest.reports.markdown import newest
    from retest.reports.news import SYNTHESIS_FAILED

    if as_json:
        out_json({"lines": [_described(outcome) for outcome in outcomes]})
    for outcome in outcomes:
        every = (*outcome.record.claims, outcome.record.counter_thesis)
        if not as_json:
            rows = []
            for claim in every:
                item = newest(claim)
                last = item.arxiv_id if item else claim.why or ""
                rows.append((claim.id, claim.verdict, _changed(claim, outcome), last))
            table(("claim", "verdict", "change", "newest evidence"), rows)
        waiting = sorted((settings.path("home") / "manual").glob("*.prompt.md")) if _is_manual(outcome) else []
        waiting = [path for path in waiting if not list(path.parent.glob(path.name.replace(".prompt.md", ".answer.*")))]
        if waiting:
            say(
                f"{len(waiting)} prompts wait in {waiting[0].parent}: save each answer beside its prompt, and run again"
            )
        for claim in every:
            if claim.why in ("search-failed", "not-judged") and not (waiting and AWAITED in claim.detail):
                say(f"{claim.id}: {claim.detail}")
        if outcome.record.limits.startswith(SYNTHESIS_FAILED):
            say(outcome.record.limits)
        if ends := outcome.record.claims[0].searched.detail.partition("knows no papers after ")[2]:
            say(f"the {outcome.record.source} ends on {ends}: what came out after it was not looked at")
        used = outcome.usage
        say(
            f"{outcome.record.line}: {used.calls} model calls, "
            f"{used.input} tokens in ({used.cached} cached), {used.output} out{_cost(outcome)}"
        )
        if outcome.written:
            say(f"wrote {', '.join(path.name for path in outcome.written)} in {settings.path('reports')}")
        else:
            say("nothing new: the report stays as it is")


def _changed(claim: ClaimRecord, outcome: LineOutcome) -> str:
    """What this run changed about a claim; nothing where it brought no news."""
    from retest.reports.markdown import change

    changed = change(claim, outcome.record.as_of) if outcome.news else ""
    return "" if changed.startswith("since") else changed


def _cost(outcome: LineOutcome) -> str:
    """What the calls cost, where there were any and their price is known."""
    if not outcome.usage.calls or outcome.usd == 0:
        return ""
    return ", of a price that is not known" if outcome.usd is None else f", ${outcome.usd:.4f}"


def _is_manual(outcome: LineOutcome) -> bool:
    specs = (outcome.record.model, outcome.record.verifier or "")
    return any(spec.partition(":")[0] == "manual" for spec in specs)


def _described(outcome: LineOutcome) -> dict[str, Any]:
    from dataclasses import asdict

    from retest.reports.markdown import newest

    record = outcome.record
    claims = []
    for claim in (*record.claims, record.counter_thesis):
        item = newest(claim)
        claims.append({
            "id": claim.id, "verdict": claim.verdict, "why": claim.why, "detail": claim.detail,
            "change": _changed(claim, outcome), "evidence": len(claim.evidence), "rejected": len(claim.rejected),
            "newest": item.arxiv_id if item else None,
        })  # fmt: skip
    return {
        "line": record.line, "as_of": str(record.as_of), "model": record.model, "source": record.source,
        "news": outcome.news, "complete": outcome.complete, "written": [str(path) for path in outcome.written],
        "usage": asdict(outcome.usage), "usd": None if outcome.usd is None else float(outcome.usd), "claims": claims,
    }  # fmt: skip
