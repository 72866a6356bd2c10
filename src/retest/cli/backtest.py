"""`retest backtest`: when a nightly job would have noticed what is known today."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retest.cli import app
from retest.cli.options import (
    Json,
    MaxTokens,
    MaxUsd,
    Model,
    Workspace,
    budget_of,
    claims_folder,
    today,
)
from retest.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from retest.domain.line import Line
    from retest.evaluation.walk.history import Backtest
    from retest.evaluation.walk.run import KnownFate
    from retest.run.events import Event

EVERY = re.compile(r"(\d{1,4})d?", re.ASCII)
MOST = 1000
"""Steps of a walk: more are a slip of the pen."""


@app.command()
def backtest(
    name: Annotated[
        str,
        typer.Argument(
            metavar="LINE",
            help="A line of the workspace, or claims of known fate as eval takes them.",
        ),
    ],
    first: Annotated[
        str, typer.Option("--from", help="The first day to stand on: YYYY-MM-DD, or a month.")
    ],
    last: Annotated[
        str, typer.Option("--to", help="The last one: YYYY-MM-DD, or a month, to its end.")
    ],
    every: Annotated[str, typer.Option(help="Days from step to step, as in 30d.")] = "30d",
    gold: Annotated[
        Path | None,
        typer.Option(help="The fates of the line's claims, by their ids: a file as eval takes."),
    ] = None,
    model: Model = None,
    verifier: Annotated[
        str | None,
        typer.Option(help="PROVIDER:NAME that checks quotes and flips; else the model itself."),
    ] = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    out_folder: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help="Write backtest.json, .md and timeline.svg there."
        ),
    ] = None,
    as_json: Json = False,
    workspace: Workspace = Path(),
) -> None:
    """Walk a line through time on the mirror, each step as a night of that day, and say what was
    noticed when.

    Nothing is written under reports/, and nights remember nothing of it. docs/backtest.md says what
    it can show.

    Exit status: 0 done, 1 the run failed, 2 the input is wrong, 3 done but some claims could not be
    judged.
    """
    from retest.cli.results import say_what_waits
    from retest.cli.running import interruptible, only_run
    from retest.cli.show import out, say, speaking, table
    from retest.evaluation.claims.files import as_json as text
    from retest.evaluation.claims.files import check_folder
    from retest.evaluation.walk import page
    from retest.evaluation.walk.run import days, folder_of, home_of, walk
    from retest.llm.providers import waits_for_people
    from retest.run.job import Job
    from retest.settings import chosen_model, environment, load_settings

    with speaking(as_json=as_json, quiet=False):
        flags = {"source": "mirror", "model": model, "verifier": verifier}
        settings = load_settings(workspace.resolve(), environment(), flags)
        if out_folder:
            check_folder(out_folder)
        step = EVERY.fullmatch(every)
        if not step or not int(step[1]):
            raise UsageError(f"--every is {every!r}", "it must be a number of days, as in 30d")
        on = days(_day("--from", first), min(_day("--to", last), today()), int(step[1]))
        if not 1 <= len(on) <= MOST:
            raise UsageError(
                f"from {first} to {last} there are {len(on)} steps",
                f"a walk has 1 to {MOST}, and none after today",
            )
        line, fates = _line(settings.workspace, name, gold)
        chosen = chosen_model(settings, environment())
        say(
            f"{len(line.claims)} claims of {Path(name).stem}, {len(on)} steps from {on[0]} to "
            f"{on[-1]}"
        )
        job = Job(
            lines=(line,),
            settings=settings,
            environment=environment(),
            today=today(),
            as_of=on[-1],
            model=chosen,
            verifier=settings.verifier,
            budget=budget_of(max_usd, max_tokens),
        )
        work = walk(job, fates, on, _show_step, Path(name).stem)
        with only_run(replace(settings, home=folder_of(settings, line.line))):
            found: Backtest = interruptible(work)
        if out_folder:
            written = page.write_backtest(out_folder, found)
            say(
                f"wrote {', '.join(path.name for path in written) or 'nothing new'} in {out_folder}"
            )
        if as_json:
            out(text(found).rstrip("\n"))
        else:
            table(
                ("claim", "expected", "at the end", "flips", "what became of it"), page.rows(found)
            )
            out()
            out(page.headline(found))
        if waits_for_people(job.specs):
            say_what_waits(replace(settings, home=home_of(settings, line.line, on)))
    if any(step.failed for step in found.steps):
        raise typer.Exit(3)


def _show_step(event: Event) -> None:
    """A line of progress for each step."""
    from retest.cli.show import say
    from retest.run.events import LineEnded

    if isinstance(event, LineEnded):
        outcome = event.outcome
        changed = "news" if outcome.news else "quiet"
        say(
            f"{outcome.record.as_of}  {len(outcome.record.claims)} claims  "
            f"{outcome.usage.calls:>4} calls  {changed}"
        )


def _day(option: str, said: str) -> date:
    """A day, or the first or the last of a month or year. Raises UsageError."""
    from retest.domain.line import first_day, last_day

    try:
        if "/" in said:
            raise ValueError("two dates")  # as a claim may have, which is dated by a span
        return first_day(said) if option == "--from" else last_day(said)
    except ValueError as error:
        raise UsageError(
            f"{option} is {said!r}", "it must be a day that exists, as YYYY-MM-DD, or a month"
        ) from error


def _line(workspace: Path, name: str, gold: Path | None) -> tuple[Line, dict[str, KnownFate]]:
    """The line of that name, with fates if a file has them; else the claims of known fate of that
    name or file."""
    from retest.evaluation.claims.gold import load_gold
    from retest.evaluation.walk.run import KnownFate
    from retest.lines.load import load_line

    file = claims_folder(workspace)[0] / f"{name}.yaml"
    is_line = re.fullmatch(r"[a-z0-9-]+", name) is not None and file.is_file()
    if not is_line and gold:
        raise UsageError(f"there is no line {name!r}", "--gold goes with a line of the workspace")
    known = load_gold(str(gold) if gold else name, today()) if gold or not is_line else None
    line = load_line(file, today()) if is_line else known.line() if known else None
    if line is None:
        raise UsageError(
            f"there is no line {name!r}", "name a line of the workspace, or a file of claims"
        )
    fates = (
        {one.id: KnownFate(one.expected_verdict, one.gold_ids) for one in known.claims}
        if known
        else {}
    )
    ids = {claim.id for claim in line.claims}
    strange = sorted(fates.keys() - ids)
    if strange:
        raise UsageError(
            f"{gold} has the claim {strange[0]!r}, and {name} has none",
            "the ids must be the line's",
        )
    return line, fates
