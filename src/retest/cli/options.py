"""Options that several commands share, and what they mean together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated

import typer

from retest.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from retest.domain.line import Line
    from retest.llm.budget import Budget

Workspace = Annotated[
    Path,
    typer.Option("--workspace", "-C", help="The folder with claims/, reports/ and retest.toml."),
]
Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for programs.")]
Source = Annotated[
    str | None, typer.Option(help="Where papers come from: arxiv, mirror or library.")
]
FullText = Annotated[
    str | None,
    typer.Option(help="Read papers in full where abstracts do not decide: auto, never or always."),
]
Model = Annotated[
    str | None, typer.Option(help="PROVIDER:NAME, for example anthropic:claude-sonnet-5-5.")
]
MaxUsd = Annotated[
    float | None, typer.Option(help="Ask no model once this many US dollars may be spent.", min=0.0)
]
MaxTokens = Annotated[
    int | None, typer.Option(help="Ask no model once this many tokens may be used.", min=0)
]
Reports = Annotated[Path | None, typer.Option(help="Where reports are read and written.")]


ASKED_FOR = 4
"""Exit status: all is done, and what the caller asked to be told of by one is there
(docs/nightly.md)."""


def parsed_day(text: str, option: str = "--as-of") -> date:
    """A day of arXiv's past as YYYY-MM-DD, or today. Raises UsageError for anything else."""
    from retest.domain.line import FIRST_DAY

    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(
            f"{option} is {text!r}", "it must be a day that exists, as YYYY-MM-DD"
        ) from error
    if day < FIRST_DAY:
        raise UsageError(f"{option} is {text}", f"arXiv begins on {FIRST_DAY}")
    if day > today():
        raise UsageError(f"{option} is {text}, which is still to come", f"today is {today()} (UTC)")
    return day


def today() -> date:
    """The day by the machine's clock, in UTC: read here, at the front door, and nowhere else."""
    return datetime.now(UTC).date()


def now() -> datetime:
    """The time by the machine's clock, in UTC, for the run log: read here too, and nowhere else."""
    return datetime.now(UTC)


def chance() -> Callable[[], float]:
    """Numbers from 0 to 1 of the machine's chance, read here and nowhere else: by them calls that
    failed together do not try again together."""
    return Random().random  # noqa: S311 - it parts calls, and guards nothing


def budget_of(max_usd: float | None, max_tokens: int | None) -> Budget:
    """What `--max-usd` and `--max-tokens` allow, with nothing spent."""
    from decimal import Decimal

    from retest.llm.budget import Budget

    return Budget(None if max_usd is None else Decimal(str(max_usd)), max_tokens)


def claims_folder(workspace: Path) -> tuple[Path, bool]:
    """The workspace's `claims/`, or the bundled one where it has none; and whether it is the
    bundled one."""
    from retest.data import defaults

    if not workspace.is_dir():
        raise UsageError(f"there is no folder {workspace}", "name the workspace with -C")
    own = workspace / "claims"
    return (own, False) if own.is_dir() else (defaults("claims"), True)


def chosen_lines(workspace: Path, names: list[str], every: bool) -> list[Line]:
    """The lines that `--line` names, or all. Raises UsageError for an unknown one and says which
    there are."""
    from retest.cli.show import say
    from retest.lines.load import load_line

    folder, bundled = claims_folder(workspace)
    files = {path.stem: path for path in sorted(folder.glob("*.yaml"))}
    if not every and not names:
        raise UsageError(
            "name a line with --line, or run --all",
            f"lines in {folder.name}/: {', '.join(files) or 'none'}",
        )
    unknown = [name for name in names if name not in files]
    if unknown:
        raise UsageError(
            f"unknown line {unknown[0]!r}",
            f"there is {', '.join(files) or 'none yet'}; `retest init` makes a workspace",
        )
    if every and not files:
        raise UsageError(
            f"there is no line in {folder}", "add claims/<line>.yaml; `retest init` shows how"
        )
    if bundled:
        say("no claims/ here: using the bundled line (`retest init` makes a workspace of your own)")
    return [load_line(files[name], today()) for name in (files if every else dict.fromkeys(names))]
