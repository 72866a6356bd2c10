"""`retest diff`: what changed since the last report, as a table, a pull request, or JSON."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retest.cli import app
from retest.cli.options import ASKED_FOR, Json, Reports, Workspace
from retest.errors import UsageError

if TYPE_CHECKING:
    from retest.reports.diff import ClaimNews, LineNews, Standing


@app.command()
def diff(
    lines: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="LINE", help="Lines to compare; all that have a report if none is named."
        ),
    ] = None,
    against: Annotated[
        str,
        typer.Option(
            metavar="REF|FILE.json",
            help="A commit, branch or tag; or a file with an earlier record.",
        ),
    ] = "HEAD",
    markdown: Annotated[
        bool,
        typer.Option(
            "--markdown", help="Write a pull request: its title, an empty line, its body."
        ),
    ] = False,
    exit_code: Annotated[
        bool,
        typer.Option(
            "--exit-code", help="End with status 4 if anything changed, 0 if nothing did."
        ),
    ] = False,
    as_json: Json = False,
    reports: Reports = None,
    workspace: Workspace = Path(),
) -> None:
    """Say what changed in the reports.

    The records under reports/ are compared with those of a commit, verdict changes first.

    Exit status: 0 done, whatever changed; 2 the input is wrong; 4 with --exit-code if anything
    changed.
    """
    from retest.cli.show import out, out_json
    from retest.reports.pull_request import body, title
    from retest.settings import environment, load_settings

    if markdown and as_json:
        raise UsageError("--markdown and --json are two forms of the same", "leave one of them out")
    if not workspace.is_dir():
        raise UsageError(f"there is no folder {workspace}", "name the workspace with -C")
    settings = load_settings(
        workspace.resolve(), environment(), {"reports": reports and reports.resolve()}
    )
    folder = settings.path("reports")
    news = _news(folder, against, list(dict.fromkeys(lines or [])))
    if as_json:
        out_json(
            {
                "against": against,
                "changed": any(line.is_news for line in news),
                "title": title(news),
                "lines": [
                    {"changed": line.is_news, **line.model_dump(mode="json")} for line in news
                ],
            }
        )
    elif markdown:
        told = body(news, _as_people_write_it(folder, settings.workspace))
        out(f"{title(news)}\n\n{told}".rstrip("\n"))
    else:
        out(title(news))
        for line in news:
            _table(line)
    if exit_code and any(line.is_news for line in news):
        raise typer.Exit(ASKED_FOR)


def _news(folder: Path, against: str, names: list[str]) -> list[LineNews]:
    from retest.reports.diff import compared
    from retest.reports.read import read_record_file, records_in_folder
    from retest.reports.versions import records_in_commit
    from retest.settings import environment

    if against.endswith(".json") and Path(against).is_file():
        earlier = read_record_file(Path(against))
        if names not in ([], [earlier.line]):
            raise UsageError(f"{against} is a record of {earlier.line}", "name that line, or none")
        names = [earlier.line]
        before = {earlier.line: earlier}
    else:
        before = records_in_commit(folder, against, names, environment())
    after = records_in_folder(folder, names)
    known = sorted(before.keys() | after.keys())
    for name in names:
        if name not in known:
            raise UsageError(
                f"there is no report of {name}, neither in {folder} nor in {against}",
                f"there is {_there(folder)}; make one: retest run --line {name}",
            )
    return [compared(before.get(name), after.get(name)) for name in known]


def _there(folder: Path) -> str:
    return ", ".join(sorted(path.stem for path in folder.glob("*.json"))) or "none"


def _as_people_write_it(folder: Path, workspace: Path) -> str:
    """The folder of the reports, as people who have the workspace would write it."""
    return (
        folder.relative_to(workspace).as_posix()
        if folder.is_relative_to(workspace)
        else str(folder)
    )


def _table(line: LineNews) -> None:
    """What changed of a line, a row a claim; nothing where nothing did."""
    from retest.cli.show import out, table
    from retest.text.harmless import one_line

    rows: list[tuple[object, ...]] = [
        (claim.was or "", claim.now or "", _sentence(claim, _what(claim))) for claim in line.claims
    ]
    rows += [(a.was or "", a.now or "", f"anchor {a.anchor.id}") for a in line.anchors]
    rows += [("", "", f"synthesis: {line.synthesis}")] if line.synthesis else []
    rows += [("", "", _sentence(claim, f"still {claim.why}")) for claim in line.standing]
    rows += [("", "", note) for note in line.notes]
    rows += [("", "", f"the report is {line.kind}")] if line.kind != "known" else []
    if rows:
        out()
        table(("was", "is", line.line), rows)
    if line.details:
        out(one_line(f"{line.line}: {'; '.join(line.details)}"))


def _sentence(claim: ClaimNews | Standing, what: str) -> str:
    from retest.cli.results import LONGEST
    from retest.text.harmless import cut

    return f"{cut(claim.text, LONGEST)} ({claim.id}){f': {what}' if what else ''}"


def _what(claim: ClaimNews) -> str:
    told: list[str] = [claim.kind] if claim.kind != "known" else []
    told += [claim.failed] if claim.failed else []
    told += [f"{len(claim.evidence)} new"] if claim.evidence else []
    told += [f"pending: {claim.pending}?"] if claim.pending else []
    return ", ".join([*told, *claim.notes])
