"""`retest lines`, `check`, `show`, `import`, `prompt`: what is on file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retest.cli import app
from retest.cli.options import Json, Reports, Workspace, chosen_lines, claims_folder
from retest.errors import UsageError

if TYPE_CHECKING:
    from retest.lines.load import Checked


@app.command()
def lines(as_json: Json = False, reports: Reports = None, workspace: Workspace = Path()) -> None:
    """List the lines and how they stand."""
    from collections import Counter

    from retest.cli.show import out_json, table
    from retest.reports.read import read_record
    from retest.settings import environment, load_settings

    settings = load_settings(
        workspace.resolve(), environment(), {"reports": reports and reports.resolve()}
    )
    rows = []
    for line in chosen_lines(settings.workspace, [], every=True):
        record = read_record(settings.path("reports"), line.line)
        counts: Counter[str] = (
            Counter(claim.verdict for claim in record.claims) if record else Counter()
        )
        rows.append(
            {
                "line": line.line,
                "claims": len(line.claims),
                "as_of": str(record.as_of) if record else None,
                **counts,
            }
        )
    if as_json:
        out_json(rows)
        return
    kinds = ("holds", "relaxed", "overturned", "undetermined")
    cells = [
        (r["line"], r["claims"], r["as_of"] or "never run", *(r.get(kind, 0) for kind in kinds))
        for r in rows
    ]
    table(("line", "claims", "last news", *kinds), cells)


@app.command()
def check(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Claims files; all of the workspace's if none is named."),
    ] = None,
    as_json: Json = False,
    workspace: Workspace = Path(),
) -> None:
    """Check claims files without running anything."""
    from retest.cli.options import today
    from retest.cli.show import complain, out, out_json
    from retest.lines.load import check_line

    files = paths or sorted(claims_folder(workspace.resolve())[0].glob("*.yaml"))
    if not files:
        raise UsageError(
            "there is no claims file to check", "name one, or make a workspace with `retest init`"
        )
    results = [check_line(path, today()) for path in files]
    if as_json:
        out_json([_checked(result) for result in results])
    for result in [] if as_json else results:
        for fault in (*result.faults, *result.to_do):
            complain(fault)
        if result.line is not None and not result.to_do:
            out(f"{result.path}: {len(result.line.claims)} claims, no fault")
    if any(result.faults or result.to_do for result in results):
        raise typer.Exit(2)


def _checked(result: Checked) -> dict[str, Any]:
    faults = [
        {"line": fault.line, "found": fault.found, "expected": fault.expected, "hint": fault.hint}
        for fault in (*result.faults, *result.to_do)
    ]
    return {
        "path": str(result.path),
        "claims": len(result.line.claims) if result.line else 0,
        "faults": faults,
    }


@app.command()
def show(
    name: Annotated[str, typer.Argument(metavar="LINE", help="The line to show.")],
    claim: Annotated[str, typer.Option(help="Show one claim with its evidence.")] = "",
    as_json: Json = False,
    reports: Reports = None,
    workspace: Workspace = Path(),
) -> None:
    """Show the last report of a line.

    A table of its claims, or one claim with its evidence.
    """
    from retest.cli.results import sentence
    from retest.cli.show import out, out_json, table
    from retest.reports.read import read_record
    from retest.run import log as runlog
    from retest.settings import environment, load_settings
    from retest.text.harmless import one_line

    settings = load_settings(
        workspace.resolve(), environment(), {"reports": reports and reports.resolve()}
    )
    chosen_lines(settings.workspace, [name], every=False)
    record = read_record(settings.path("reports"), name)
    if record is None:
        raise UsageError(
            f"there is no report of {name} in {settings.path('reports')}",
            f"make one: retest run --line {name}",
        )
    every = (*record.claims, record.counter_thesis)
    if claim:
        found = next((c for c in every if c.id == claim), None)
        if found is None:
            raise UsageError(
                f"unknown claim {claim!r}", f"there is {', '.join(c.id for c in every)}"
            )
        if as_json:
            out_json(found.model_dump(mode="json"))
            return
        out(one_line(found.text))
        out(one_line(f"{found.verdict} {found.why or ''} {found.detail}"))
        out(one_line(found.rationale))
        for item in found.evidence:
            out(one_line(f"- {item.mark} {item.published} {item.arxiv_id} {item.title}"))
            for point in item.points:
                out(f"  {one_line(f'{point.named}: {point.quote}')}")
        last = runlog.last(settings.path("home"), name)
        if last and (cost := last.get("cost", {}).get(found.id)):
            out(one_line(f"last run: as of {last['as_of']}, {_cost(cost, cost.get('usd'))}"))
        return
    if as_json:
        out_json(record.model_dump(mode="json"))
        return
    table(("verdict", "claim"), [(c.verdict, sentence(c)) for c in every])
    if last := runlog.last(settings.path("home"), name):
        out()
        out(one_line(f"last run: as of {last['as_of']}, {_cost(last['usage'], last.get('usd'))}"))
        if ended := runlog.ended(settings.path("home"), last.get("run")):
            out(
                one_line(
                    f"ended {ended.get('ended')}, after {ended.get('seconds')} s, exit status "
                    f"{ended['exit_status']}"
                )
            )


def _cost(usage: dict[str, Any], usd: float | None) -> str:
    """What a run used, as people read it."""
    price = "" if usd == 0 else ", of a price that is not known" if usd is None else f", ${usd:.4f}"
    calls, tokens = usage.get("calls", 0), usage.get("input", 0) + usage.get("output", 0)
    return f"{calls} model calls, {tokens} tokens{price if calls else ''}"


@app.command("import")
def import_(
    page: Annotated[Path, typer.Argument(help="A page of an inquiring line, as text.")],
    line: Annotated[
        str,
        typer.Option(help="The line's name; else the output file's, or made from the question."),
    ] = "",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the claims file here instead of to stdout."),
    ] = None,
) -> None:
    """Draft a claims file from a page.

    Question, dated findings, anchors, notes and tasks are placed; what cannot be placed is listed.
    A person then splits findings that say two things.
    """
    from retest.cli.show import out, say
    from retest.files.replace import replace
    from retest.lines.page import import_page, read_page

    imported = import_page(read_page(page), line or (output.stem if output else None))
    if output is None:
        out(imported.yaml.rstrip("\n"))
    elif output.exists():
        raise UsageError(f"{output} is there already", "name another file: nothing is overwritten")
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        replace(output, imported.yaml)
        say(f"wrote {output}")
    for number, text in imported.unplaced:
        say(f"{page}:{number}: not placed: {text}")


@app.command()
def prompt(
    name: Annotated[str, typer.Argument(metavar="LINE", help="The line.")],
    reports: Reports = None,
    workspace: Workspace = Path(),
) -> None:
    """Print a line as a prompt for a chat.

    One research prompt, brought up to date with what the last report knows.
    """
    from retest.cli.show import out
    from retest.reports.read import read_record
    from retest.reports.research_prompt import research_prompt
    from retest.settings import environment, load_settings

    settings = load_settings(
        workspace.resolve(), environment(), {"reports": reports and reports.resolve()}
    )
    (line,) = chosen_lines(settings.workspace, [name], every=False)
    out(research_prompt(line, read_record(settings.path("reports"), name)).rstrip("\n"))
