"""`retest run`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retest.cli import app
from retest.cli.options import (
    ASKED_FOR,
    FullText,
    Json,
    MaxTokens,
    MaxUsd,
    Model,
    Reports,
    Source,
    Workspace,
    budget_of,
    chance,
    chosen_lines,
    now,
    parsed_day,
    today,
)
from retest.cli.running import leave, only_run, recorded, to_the_end
from retest.cli.show import say, speaking
from retest.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from retest.domain.line import Line
    from retest.llm.budget import Budget
    from retest.run.job import Job
    from retest.settings import Settings

FAIL_ON = frozenset({"holds", "relaxed", "overturned", "undetermined", "flip"})
"""What `--fail-on` takes: verdicts as they stand, and a flip of this run."""


@app.command()
def run(
    line: Annotated[
        list[str] | None, typer.Option(help="A line to run; may be given several times.")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="Run every line of the workspace.")] = False,
    as_of: Annotated[
        str,
        typer.Option(
            help="The day to stand on, YYYY-MM-DD; papers after it do not exist.",
            show_default="today",
        ),
    ] = "",
    source: Source = None,
    model: Model = None,
    verifier: Annotated[
        str | None,
        typer.Option(help="PROVIDER:NAME that checks quotes and flips; else the model itself."),
    ] = None,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline",
            help="Short for --source library --model annotations: no key, no network, no model.",
        ),
    ] = False,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            help="End with status 4 if a claim stands so: overturned, relaxed, holds, "
            "undetermined, or flip for a verdict that this run changed or left pending; may be "
            "given several times."
        ),
    ] = None,
    full: Annotated[
        bool,
        typer.Option(
            "--full",
            help="Search and ask everything anew, whatever was found or said before today.",
        ),
    ] = False,
    full_text: FullText = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    batch: Annotated[
        bool,
        typer.Option(
            "--batch",
            help="Ask through the service's batch API, at half price: the run ends with what it "
            "waits for, and the same command goes on when the batch has ended (docs/nightly.md).",
        ),
    ] = False,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Say what would be asked, why, and what it would cost; ask and write nothing.",
        ),
    ] = False,
    reports: Reports = None,
    as_json: Json = False,
    quiet: Annotated[
        bool,
        typer.Option(
            "--quiet", "-q", help="Tell no progress on stderr, only errors and what is to be done."
        ),
    ] = False,
    workspace: Workspace = Path(),
) -> None:
    """Re-test the claims of a line and write its report.

    Newer papers are searched, a model reads them, and what it says is grounded before it counts.

    Exit status: 0 done, 1 the run failed, 2 the input is wrong, 3 done but some claims could not be
    searched or judged, 4 done, and a claim stands as --fail-on names it.
    """
    with speaking(as_json=as_json, quiet=quiet):
        if offline and (source or model or verifier):
            raise UsageError(
                "--offline is --source library --model annotations",
                "leave out --source, --model and --verifier",
            )
        if offline:
            source, model, verifier = "library", "annotations", ""
        flags = {
            "source": source,
            "model": model,
            "verifier": verifier,
            "full_text": full_text,
            "reports": reports and reports.resolve(),
        }
        job = _job(
            workspace.resolve(),
            flags,
            line or [],
            every,
            as_of,
            budget_of(max_usd, max_tokens),
            full=full,
            batch=batch,
        )
        if explain:
            from retest.cli.explained import explained

            explained(job, as_json=as_json)
        elif status := _run(job, fail_on or [], as_json=as_json, quiet=quiet):
            raise typer.Exit(status)


def _job(
    workspace: Path,
    flags: dict[str, Any],
    names: list[str],
    every: bool,
    as_of: str,
    budget: Budget,
    *,
    full: bool,
    batch: bool,
) -> Job:
    """What the command line asks for, with the clock and the environment of this process."""
    from retest.llm.providers import parsed_model
    from retest.run.job import Job
    from retest.settings import chosen_model, environment, load_settings

    env = environment()
    settings = load_settings(workspace, env, flags)
    model = chosen_model(settings, env)
    for spec in filter(None, (model, settings.verifier)):
        parsed_model(spec)
    lines = chosen_lines(settings.workspace, names, every)
    if settings.source == "library":
        lines = _in_the_library(lines, every)
    day = parsed_day(as_of) if as_of else _today(settings, lines)
    return Job(
        lines=tuple(lines),
        settings=settings,
        environment=env,
        today=today(),
        as_of=day,
        model=model,
        verifier=settings.verifier,
        budget=budget,
        full=full,
        batch=batch,
        clock=now,
        began=now(),
        chance=chance(),
    )


def _run(job: Job, fail_on: list[str], *, as_json: bool, quiet: bool) -> int:
    """Run it and show what it brought. Gives back the exit status; Ctrl-C leaves at once."""
    from retest.cli.progress import progress
    from retest.cli.results import fails, show_results
    from retest.run.lines import run_lines

    unfit = sorted(set(fail_on) - FAIL_ON)
    if unfit:
        raise UsageError(f"--fail-on is {unfit[0]!r}", f"it takes {', '.join(sorted(FAIL_ON))}")
    try:
        with (
            only_run(job.settings),
            recorded(job) as ended,
        ):
            with progress(as_json=as_json, quiet=quiet, many=len(job.lines) > 1) as sink:
                outcomes = to_the_end(run_lines(job, sink))
            show_results(outcomes, job.settings, as_json)
            if fails(outcomes, set(fail_on)):
                ended.exit_status = ASKED_FOR
            elif not all(outcome.complete for outcome in outcomes):
                ended.exit_status = 3
    except KeyboardInterrupt:
        leave()
    return ended.exit_status


def _in_the_library(lines: list[Line], every: bool) -> list[Line]:
    """The lines that the bundled library knows. With --all the others are passed over, and said to
    be."""
    from retest.data import defaults

    known = [line for line in lines if (defaults("library") / f"{line.line}.yaml").is_file()]
    for line in lines:
        if line not in known:
            if not every or not known:
                hint = "run it on papers with --source arxiv or --source mirror, and a --model"
                raise UsageError(f"there is no bundled library for the line {line.line}", hint)
            say(f"{line.line}: no bundled library, so it is not run offline", needed=True)
    return known


def _today(settings: Settings, lines: list[Line]) -> date:
    """Today in UTC; on the bundled library, the day up to which it knows the literature: it is
    blind after that."""
    if settings.source == "library":
        from retest.run.source_factory import open_library

        days = [
            library.snapshot for line in lines if (library := open_library(line.line)) is not None
        ]
        if days:
            return max(days)
    return today()
