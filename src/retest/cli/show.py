"""What people see: tables that fit 80 columns, messages on stderr, nothing of others' that a
terminal would obey."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from retest.errors import RetestError
from retest.files.machine import of_the_machine
from retest.text.harmless import escaped, one_line, visible

FIRST_COLUMN = 35
"""Characters: what leaves room for three more columns in 80."""
NARROW = 60
"""Columns of a terminal below which no table fits."""
COLOURS = {
    "holds": "green",
    "relaxed": "yellow",
    "overturned": "red",
    "undetermined": "dim",
    "ok": "green",
    "no": "red",
}


@dataclass(frozen=True, slots=True)
class Manner:
    """How a command speaks on stderr: in words or in JSON, all that there is to say or only what is
    needed."""

    as_json: bool = False
    quiet: bool = False


IN_FULL = Manner()
_MANNER: ContextVar[Manner] = ContextVar("manner", default=IN_FULL)


@contextmanager
def speaking(*, as_json: bool, quiet: bool) -> Iterator[None]:
    """Speak so until it is left. In JSON errors are told here, as they end the command: programs
    read a line each."""
    import typer

    before = _MANNER.set(Manner(as_json, quiet))
    try:
        yield
    except (RetestError, OSError) as error:
        if not as_json:
            raise
        ours = as_ours(error)
        complain(ours)
        raise typer.Exit(ours.exit_status) from error
    finally:
        _MANNER.reset(before)


def as_ours(error: RetestError | OSError) -> RetestError:
    """An error of the machine as one of ours."""
    return error if isinstance(error, RetestError) else of_the_machine(error)


def complain(error: RetestError) -> None:
    """An error and its hint, on stderr, line by line."""
    if _MANNER.get().as_json:
        say_json(
            {
                "event": "error",
                "text": error.message,
                "hint": error.hint,
                "exit_status": error.exit_status,
            }
        )
        return
    for number, line in enumerate(str(error).split("\n")):
        _to_stderr(visible(("error: " if number == 0 else "") + line))


def say(text: str, *, needed: bool = False) -> None:
    """One line of progress or advice on stderr; what is `needed`, since somebody has to do
    something, `--quiet` leaves in. (Where a program reads, the result says it too.)"""
    manner = _MANNER.get()
    if manner.as_json:
        if not manner.quiet:
            say_json({"event": "note", "text": text})
    elif needed or not manner.quiet:
        _to_stderr(visible(text))


def say_json(value: Any) -> None:
    """One object on a line of its own on stderr; what nobody sees is escaped in it."""
    _to_stderr(_json(json.dumps(value, ensure_ascii=False, default=str)))


def _json(text: str) -> str:
    """JSON text with nothing in it that a terminal obeys, or that a service takes for a command."""
    return escaped(text).replace("##", "#\\u0023")


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr, flush=True)  # noqa: T201 - the one place that speaks to stderr


def out(text: str = "") -> None:
    """Result text of our own making on stdout."""
    print(text)  # noqa: T201 - the one place that prints results


def out_json(value: Any) -> None:
    """A result for programs, on stdout; harmless to a terminal too, since what nobody sees is
    escaped in it."""
    out(_json(json.dumps(value, ensure_ascii=False, indent=2, default=str)))


def table(
    columns: Sequence[str], rows: Sequence[Sequence[object]], first: int = FIRST_COLUMN
) -> None:
    """A table on stdout, 80 columns wide where the terminal is not wider; colour only on a
    terminal. The first column is cut short, to `first` characters, where the others need the room;
    a last column that does not fit is folded. On a terminal too narrow for columns each row is a
    line with its first cell and, below it, the others."""
    from rich.console import Console
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=80, no_color=True)
    cells = [
        [Text(cell, style=COLOURS.get(cell, "")) for cell in map(one_line, map(str, row))]
        for row in rows
    ]
    if console.width < NARROW:
        for head, *rest in [[Text(column, style="bold") for column in columns], *cells]:
            console.print(head, soft_wrap=True)
            console.print(Padding(Text("  ").join(cell for cell in rest if cell), (0, 0, 0, 2)))
        return
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for number, column in enumerate(columns):
        last = number == len(columns) - 1
        widest = first if number == 0 else None
        grid.add_column(
            column,
            overflow="fold" if last else "ellipsis",
            no_wrap=not last,
            max_width=widest,
            min_width=4,
        )
    for row in cells:
        grid.add_row(*row)
    console.print(grid)
