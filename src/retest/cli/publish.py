"""`retest export`, `site`: reports for reference managers and for readers in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retest.cli import app
from retest.cli.options import Reports, Workspace, today
from retest.errors import UsageError

if TYPE_CHECKING:
    from retest.reports.export import Format

FORMATS: tuple[Format, ...] = ("bibtex", "csl-json", "ris")


@app.command()
def export(
    name: Annotated[str, typer.Argument(metavar="LINE", help="The line whose report cites them.")],
    form: Annotated[str, typer.Option("--format", help="bibtex, csl-json or ris.")] = "bibtex",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the file here instead of to stdout."),
    ] = None,
    anchors: Annotated[
        bool, typer.Option("--anchors", help="The papers that the claims rest on, too.")
    ] = False,
    source: Annotated[
        str | None,
        typer.Option(
            help="Who is asked for authors; if not named, the source that the report is from."
        ),
    ] = None,
    reports: Reports = None,
    workspace: Workspace = Path(),
) -> None:
    """Write what a line's report cites, for a reference manager.

    Exit status: 0 done, 2 the input is wrong, 3 done, but of some papers the authors could not be
    had.
    """
    from retest.cli.show import out, say
    from retest.files.replace import replace
    from retest.reports.cited import cited_items, with_authors
    from retest.reports.export import exported
    from retest.reports.read import records_in_folder
    from retest.run.source_factory import open_source_for_all
    from retest.settings import environment, load_settings

    chosen = next((one for one in FORMATS if one == form), None)
    if chosen is None:
        raise UsageError(f"unknown format {form!r}", f"the formats are {', '.join(FORMATS)}")
    flags = {"reports": reports and reports.resolve()}
    folder = load_settings(workspace.resolve(), environment(), flags).path("reports")
    record = records_in_folder(folder, [name]).get(name)
    if record is None:
        there = ", ".join(sorted(path.stem for path in folder.glob("*.json"))) or "none"
        raise UsageError(f"there is no report of {name} in {folder}", f"there is {there}")
    settings = load_settings(
        workspace.resolve(), environment(), {**flags, "source": source or record.source}
    )
    exported((), chosen)  # a library that is missing is said before anybody is asked
    items, lacking = with_authors(
        cited_items(record, anchors), open_source_for_all(settings, environment(), today())
    )
    text = exported(items, chosen)
    if output is None:
        out(text.rstrip("\n"))
    else:
        replace(output, text)
        say(f"wrote {output}: {len(items)} papers")
    for reason in lacking:
        say(f"without authors: {reason}")
    if lacking:
        say(f"asked was {settings.source}; --source names another")
        raise typer.Exit(3)


@app.command()
def site(
    out_folder: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="The folder to make.", show_default="site/"),
    ] = None,
    title: Annotated[str, typer.Option(help="The heading of the first page.")] = "What still holds",
    reports: Reports = None,
    workspace: Workspace = Path(),
) -> None:
    """Make a static site of all reports.

    An index and a page a line, for any web server or for a browser alone. A folder that holds
    anything else is refused.
    """
    from retest.cli.show import say
    from retest.reports.read import records_in_folder
    from retest.reports.site import site as drawn
    from retest.reports.site_files import put_folder
    from retest.settings import environment, load_settings

    if not workspace.is_dir():
        raise UsageError(f"there is no folder {workspace}", "name the workspace with -C")
    settings = load_settings(
        workspace.resolve(), environment(), {"reports": reports and reports.resolve()}
    )
    records = records_in_folder(settings.path("reports"), [])
    if not records:
        raise UsageError(
            f"there is no report in {settings.path('reports')}", "make one: retest run --all"
        )
    folder = out_folder or settings.workspace / "site"
    changed = put_folder(folder, drawn(list(records.values()), title))
    lines = f"{len(records)} line{'s' * (len(records) > 1)}"
    say(
        f"{'wrote' if changed else 'nothing new in'} {folder}: {lines}; open "
        f"{folder / 'index.html'}"
    )
