"""`retest verify`: the citation ladder for files that people and other tools wrote."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retest.cli import app
from retest.cli.options import Json, Source, Workspace, parsed_day, today

if TYPE_CHECKING:
    from retest.citations.verify import Verified
    from retest.errors import FileError

MOST_FAULTS = 50
"""Places that cannot be read and are named one by one."""


@app.command()
def verify(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Markdown, BibTeX, TeX, text or JSONL files, or folders of them; - is standard "
            "input."
        ),
    ],
    kind: Annotated[
        str | None,
        typer.Option(
            "--format",
            help="markdown, bibtex, tex, text or jsonl, where a file's name does not tell.",
        ),
    ] = None,
    as_of: Annotated[
        str,
        typer.Option(
            help="The day to stand on, YYYY-MM-DD; papers after it do not exist.",
            show_default="today",
        ),
    ] = "",
    full_text: Annotated[
        bool,
        typer.Option(
            "--full-text",
            help="Look for quotes in the papers' full texts too: of the copies that `mirror texts` "
            "noted, else of arXiv, one request every 3 seconds.",
        ),
    ] = False,
    source: Source = None,
    as_json: Json = False,
    workspace: Workspace = Path(),
) -> None:
    """Check every arXiv citation of some files: its id, title, authors and quote.

    Exit status: 0 all are grounded, 1 some are rejected, 2 some of the input could not be read (the
    rest is checked), 3 some could not be checked.
    """
    from retest.citations import read_citations
    from retest.citations import verify as ladder
    from retest.cli.show import complain, out, say
    from retest.run.source_factory import open_full_texts, open_source_for_all
    from retest.settings import environment, load_settings
    from retest.text.harmless import escaped

    settings = load_settings(workspace.resolve(), environment(), {"source": source})
    day = parsed_day(as_of) if as_of else today()
    faults: list[FileError] = []
    citations = read_citations(files, sys.stdin.buffer.read, kind, faults.append)
    for fault in faults[:MOST_FAULTS]:
        complain(fault)
    if len(faults) > MOST_FAULTS:
        say(f"and {len(faults) - MOST_FAULTS} more places that cannot be read", needed=True)
    if not citations:
        say("no arXiv citation in these files")
        raise typer.Exit(2 if faults else 0)
    say(f"checking {len(citations)} citations against {settings.source}")
    papers = open_source_for_all(settings, environment(), today())
    texts = open_full_texts(settings, environment(), today()) if full_text else None
    results = ladder.verify(citations, papers, day, texts)
    if as_json:
        for one in results:
            out(escaped(json.dumps(_described(one), ensure_ascii=False)))
    else:
        _show(results)
    counts = {
        status: sum(one.status == status for one in results) for status in ("grounded", "rejected")
    }
    unchecked = len(results) - sum(counts.values())
    say(
        f"{counts['grounded']} grounded, {counts['rejected']} rejected, {unchecked} could not be "
        "checked"
    )
    if faults:
        raise typer.Exit(2)
    if counts["rejected"]:
        raise typer.Exit(1)
    if unchecked:
        raise typer.Exit(3)


def _described(one: Verified) -> dict[str, Any]:
    return {
        "cited": one.citation.cited,
        "id": one.id.base if one.id else None,
        "version": one.id.version if one.id else None,
        "status": one.status,
        "rung": one.rung,
        "reason": one.reason,
        "title": one.paper.title if one.paper else None,
        "detail": one.detail,
        "identity": one.identity,
        "where": one.where,
        "file": one.citation.file,
        "line": one.citation.line,
    }


def _show(results: list[Verified]) -> None:
    from retest.cli.show import out, table
    from retest.text.harmless import one_line

    rows = [
        (
            f"{Path(one.citation.file).name}:{one.citation.line}",
            one_line(one.citation.cited)[:30],
            one.rung,
            one.status,
            one.reason or ("id alone" if one.by_id_alone else ""),
        )
        for one in results
    ]
    table(("place", "citation", "rung", "status", "why not further"), rows)
    told = [one for one in results if one.detail and not one.by_id_alone]
    if told:
        out()
    for one in told:
        out(
            one_line(
                f"{one.citation.file}:{one.citation.line}: {one.citation.cited[:80]}: {one.detail}"
            )
        )
