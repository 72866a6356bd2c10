"""`retest terms`: what a model proposed that the claims mean, written into the claims file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from retest.cli import app
from retest.cli.options import Reports, Workspace, chosen_lines, claims_folder
from retest.errors import UsageError


@app.command()
def terms(
    name: Annotated[str, typer.Argument(metavar="LINE", help="The line whose terms to write.")],
    claim: Annotated[
        list[str] | None, typer.Option(help="Only this claim; may be given several times.")
    ] = None,
    reports: Reports = None,
    workspace: Workspace = Path(),
) -> None:
    """Write the terms that the last report has into the claims file, for you to correct.

    Claims that have `terms:` keep theirs, and nothing else of the file changes.
    """
    from retest.cli.show import out
    from retest.domain.line import COUNTER_THESIS
    from retest.files.read import read_text
    from retest.files.replace import replace
    from retest.lines.terms_text import with_terms
    from retest.reports.read import read_record
    from retest.settings import environment, load_settings

    settings = load_settings(
        workspace.resolve(), environment(), {"reports": reports and reports.resolve()}
    )
    (line,) = chosen_lines(settings.workspace, [name], every=False)
    folder, bundled = claims_folder(settings.workspace)
    if bundled:
        raise UsageError(
            "the bundled line is not written to", "make a workspace of your own: retest init"
        )
    record = read_record(settings.path("reports"), name)
    if record is None:
        raise UsageError(
            f"there is no report of {name} in {settings.path('reports')}",
            f"make one: retest run --line {name}",
        )
    texts = {one.id: one.text for one in line.claims} | {COUNTER_THESIS: line.counter_thesis}
    fixed = {one.id for one in line.claims if one.terms}
    fixed |= {COUNTER_THESIS} if line.counter_terms else set()
    wanted = set(claim or texts)
    if unknown := sorted(wanted - texts.keys()):
        raise UsageError(f"unknown claim {unknown[0]!r}", f"there is {', '.join(texts)}")
    found = {
        one.id: one.terms
        for one in record.every
        if one.terms and one.id in wanted - fixed and one.text == texts.get(one.id)
    }
    path = (folder / f"{name}.yaml").resolve()
    if found:
        text = with_terms(read_text(path, "a claims file"), path, line, found)
        replace(path, text, mode=path.stat().st_mode & 0o777)
    for one in texts:
        if one in wanted:
            said = "written" if one in found else "kept as they are" if one in fixed else "none yet"
            out(f"{one}: {said}")
