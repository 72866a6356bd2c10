"""`retest mirror import` and `retest mirror stats`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retest.cli import app
from retest.cli.options import Json, Workspace

mirror = typer.Typer(help="Fill and inspect the local mirror.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(mirror, name="mirror")


@mirror.command("import")
def import_(
    file: Annotated[str, typer.Argument(help="arXiv's public metadata snapshot, plain or compressed; - for stdin.")],
    workspace: Workspace = Path(),
) -> None:
    """Fill the mirror from arXiv's metadata snapshot.

    One JSON object a line. Importing again updates it.
    """
    from retest.cli.show import out, say
    from retest.papers.mirror import Mirror
    from retest.papers.snapshot import import_snapshot
    from retest.settings import environment, load_settings

    home = load_settings(workspace.resolve(), environment(), {}).path("home")

    def progress(records: int, per_second: float) -> None:
        say(f"{records:>9,} records, {per_second:,.0f} a second")

    with Mirror(home / "mirror") as target:
        count = import_snapshot(file if file == "-" else Path(file), target, progress)
    out(f"{count} records new or changed")


@mirror.command()
def stats(as_json: Json = False, workspace: Workspace = Path()) -> None:
    """Say what the mirror holds."""
    from dataclasses import asdict

    from retest.cli.show import out_json, table
    from retest.papers.mirror import Mirror
    from retest.settings import environment, load_settings

    home = load_settings(workspace.resolve(), environment(), {}).path("home")
    found = Mirror.stats(home / "mirror")
    if as_json:
        out_json(asdict(found))
        return
    table(
        ("records", "first v1", "last v1", "MB"),
        [(f"{found.records:,}", found.first, found.last, round(found.bytes / 1e6))],
    )
