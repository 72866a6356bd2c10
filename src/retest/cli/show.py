"""What people see: tables that fit 80 columns, messages on stderr, nothing of others' that a terminal would obey."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

from retest.errors import RetestError
from retest.text import escaped, one_line, visible

FIRST_COLUMN = 35
"""Characters: what leaves room for three more columns in 80."""
COLOURS = {
    "holds": "green",
    "relaxed": "yellow",
    "overturned": "red",
    "undetermined": "dim",
    "ok": "green",
    "no": "red",
}


def complain(error: RetestError) -> None:
    """An error and its hint, on stderr, line by line."""
    for number, line in enumerate(str(error).split("\n")):
        say(("error: " if number == 0 else "") + line)


def say(text: str) -> None:
    """One line of progress or advice on stderr."""
    print(visible(text), file=sys.stderr, flush=True)  # noqa: T201 - the one place that speaks to stderr


def out(text: str = "") -> None:
    """Result text of our own making on stdout."""
    print(text)  # noqa: T201 - the one place that prints results


def out_json(value: Any) -> None:
    """A result for programs, on stdout; harmless to a terminal too, since what nobody sees is escaped in it."""
    out(escaped(json.dumps(value, ensure_ascii=False, indent=2, default=str)))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """A table on stdout, 80 columns wide where the terminal is not wider; colour only on a terminal. The first column
    is cut short where the others need the room; a last column that does not fit is folded."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=80, no_color=True)
    grid = Table(box=None, padding=(0, 2, 0, 0), header_style="bold", pad_edge=False)
    for number, column in enumerate(columns):
        last = number == len(columns) - 1
        widest = FIRST_COLUMN if number == 0 else None
        grid.add_column(
            column, overflow="fold" if last else "ellipsis", no_wrap=not last, max_width=widest, min_width=4
        )
    for row in rows:
        cells = [one_line(str(cell)) for cell in row]
        grid.add_row(*(Text(cell, style=COLOURS.get(cell, "")) for cell in cells))
    console.print(grid)
