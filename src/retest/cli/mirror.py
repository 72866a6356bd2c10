"""`retest mirror import`, `sync`, `check` and `stats`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retest.cli import app
from retest.cli.options import Json, Workspace, parsed_day, today
from retest.errors import RunError, UsageError

mirror = typer.Typer(
    help="Fill and inspect the local mirror.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(mirror, name="mirror")


@mirror.command("import")
def import_(
    file: Annotated[
        str,
        typer.Argument(help="arXiv's public metadata snapshot, plain or compressed; - for stdin."),
    ],
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
        source = file if file == "-" else Path(file)
        count = import_snapshot(source, target, progress, today=today())
    out(f"{count} records new or changed")


@mirror.command()
def sync(
    sets: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="A set of arXiv's: cs, physics:hep-th, cs:cs:CL; may be repeated. All if left "
            "out.",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Changes since this day; since the last sync or import, if left out."),
    ] = None,
    as_json: Json = False,
    workspace: Workspace = Path(),
) -> None:
    """Bring the mirror in step with arXiv, by OAI-PMH.

    It may be stopped at any time, and goes on from there. Searches go on meanwhile.
    """
    from datetime import UTC, datetime

    from retest.cli.show import out, out_json, say
    from retest.papers.harvest import Harvest, checked_set
    from retest.papers.mirror import Mirror
    from retest.papers.oai import LONGEST_WAIT, Oai
    from retest.papers.polite import Turns, default_lock_folder, site
    from retest.retry import Patience
    from retest.settings import environment, load_settings

    settings = load_settings(workspace.resolve(), environment(), {})
    names = [checked_set(name) for name in dict.fromkeys(sets or ())] or [""]
    day = parsed_day(since, "--since") if since else None
    if day and day > today():
        raise UsageError(f"--since is {day}", f"it cannot be after today, {today()}")

    def progress(records: int, per_second: float, size: int | None) -> None:
        say(f"{records:>9,} records{f' of {size:,}' if size else ''}, {per_second:,.0f} a second")

    turns = Turns(
        default_lock_folder(environment()), site(settings.oai_url), settings.arxiv_interval
    )
    patience = Patience(settings.retry_attempts, settings.retry_pause, LONGEST_WAIT)
    oai = Oai(settings.oai_url, turns, patience)
    with Mirror(settings.path("home") / "mirror") as target:
        harvest = Harvest(target, oai, say, progress, lambda: datetime.now(UTC))
        complete = False
        try:
            for name in names:
                harvest.sync(name, day)
            complete = not harvest.unread
        finally:
            if as_json:
                out_json({"complete": complete, **harvest.result()})
            else:
                out(f"{harvest.changed} records new or changed of {harvest.records} harvested")
    if harvest.unread:
        raise RunError(
            f"{len(harvest.unread)} of arXiv's records could not be read: "
            f"{', '.join(harvest.unread)[:200]}",
            "the mirror is in step but for these; they come again when arXiv changes them",
        )


@mirror.command()
def texts(
    folder: Annotated[
        Path, typer.Argument(help="Pages, e-prints and PDFs, named by id: 2401.00001v2.html")
    ],
    workspace: Workspace = Path(),
) -> None:
    """Note a folder of full texts that you have.

    They are read before anybody is asked for one: ID.html, ID.tar.gz, ID.gz, ID.tex or ID.pdf, with
    or without a version behind the id. The folder stays where it is.
    """
    from retest.cli.show import out
    from retest.fulltext.copies import note_folder
    from retest.settings import environment, load_settings

    home = load_settings(workspace.resolve(), environment(), {}).path("home")
    found = note_folder(home, folder)
    forms = ", ".join(f"{count:,} {form}" for form, count in sorted(found.items()))
    out(f"{sum(found.values()):,} full texts in {folder} ({forms})")


@mirror.command()
def check(as_json: Json = False, workspace: Workspace = Path()) -> None:
    """Compare the checksums of all files of the mirror.

    A small mirror is checked whenever it is opened, every mirror before it is written. Exit status:
    0 all is as it was written, 2 something is not.
    """
    from retest.cli.show import out, out_json
    from retest.papers.mirror import Mirror
    from retest.settings import environment, load_settings

    home = load_settings(workspace.resolve(), environment(), {}).path("home")
    size = Mirror.check(home / "mirror")
    if as_json:
        out_json({"whole": True, "bytes": size})
    else:
        out(f"all is as it was written: {size / 1e6:,.0f} MB")


@mirror.command()
def stats(as_json: Json = False, workspace: Workspace = Path()) -> None:
    """Say what the mirror holds."""
    from dataclasses import asdict

    from retest.cli.show import out, out_json, table
    from retest.papers.mirror import Mirror
    from retest.settings import environment, load_settings

    home = load_settings(workspace.resolve(), environment(), {}).path("home")
    found = Mirror.stats(home / "mirror")
    if as_json:
        out_json(asdict(found) | {"synced": found.synced.model_dump(mode="json")})
        return
    table(
        ("records", "first v1", "last v1", "MB"),
        [(f"{found.records:,}", found.first, found.last, round(found.bytes / 1e6))],
    )
    extents = found.synced.sets.items()
    if found.synced.imported:
        out(f"\nimported: a snapshot with changes up to {found.synced.imported}")
    if extents:
        out()
        table(
            ("synced", "changes since", "newest change", "state"),
            [
                (
                    name or "all of arXiv",
                    extent.since or "the beginning",
                    extent.until or "",
                    "under way" if extent.under_way else "done",
                )
                for name, extent in sorted(extents)
            ],
        )
    if found.synced.unread:
        out(f"\nnot readable when synced: {', '.join(sorted(found.synced.unread))}")
