"""`retest ask`: one sentence through the whole pipeline, at once."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from retest.cli import app
from retest.cli.options import (
    FullText,
    Json,
    MaxTokens,
    MaxUsd,
    Model,
    Source,
    Workspace,
    budget_of,
    now,
    parsed_day,
    today,
)
from retest.errors import UsageError

if TYPE_CHECKING:
    from datetime import date

    from retest.domain.line import Anchor
    from retest.domain.record import ClaimRecord
    from retest.run.ask import Asked
    from retest.run.job import Job

WIDTH = 80
LOOKS_BACK = 12
"""Months of newer work that are read where neither a date nor an anchor is given."""


@app.command()
def ask(
    sentence: Annotated[str, typer.Argument(help="The claim, as one sentence.")],
    dated: Annotated[
        str,
        typer.Option(help="When it was said: YYYY, YYYY-MM or YYYY-MM-DD. Newer work is read."),
    ] = "",
    anchor: Annotated[
        list[str] | None,
        typer.Option(help="The arXiv id of a paper that it rests on; may be repeated."),
    ] = None,
    as_of: Annotated[str, typer.Option(help="The day to stand on, YYYY-MM-DD.")] = "",
    source: Source = None,
    model: Model = None,
    verifier: Annotated[str | None, typer.Option(help="PROVIDER:NAME for the second look.")] = None,
    offline: Annotated[
        bool, typer.Option("--offline", help="Not for a sentence of your own: says why.")
    ] = False,
    full_text: FullText = None,
    max_usd: MaxUsd = None,
    max_tokens: MaxTokens = None,
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Print the answer as Markdown.")
    ] = False,
    as_json: Json = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Tell no progress.")] = False,
    workspace: Workspace = Path(),
) -> None:
    """Ask whether one sentence still holds.

    Newer papers are searched and read as for a claim of a line. No claims file is needed, and no
    report is written. The same question is not paid for twice.

    Exit status: 0 done, 1 the run failed, 2 the input is wrong, 3 it could not be searched or
    judged.
    """
    from retest.cli.progress import progress
    from retest.cli.running import leave, only_run, recorded, to_the_end
    from retest.cli.show import out, out_json, speaking
    from retest.run.ask import ask_claim

    with speaking(as_json=as_json, quiet=quiet):
        if offline or source == "library":
            raise UsageError(
                "the bundled library knows the claims of its own line, and no other sentence",
                "retest run --line scale-anticipation --offline shows it; to ask your own, set a "
                "key, or use --model manual",
            )
        flags = {"source": source, "model": model, "verifier": verifier, "full_text": full_text}
        settings = (max_usd, max_tokens)
        job = _job(sentence, dated, tuple(anchor or ()), as_of, flags, settings, workspace)
        try:
            with only_run(job.settings), recorded(job) as ended:
                with progress(as_json=as_json, quiet=quiet, many=False) as sink:
                    asked = to_the_end(ask_claim(job, sink))
                ended.exit_status = 3 if asked.claim.is_open else 0
        except KeyboardInterrupt:
            leave()
        if as_json:
            out_json(_described(asked))
        elif markdown:
            out(_markdown(asked.claim))
        else:
            _show(asked)
        _say_what_it_cost(asked)
        if ended.exit_status:
            raise typer.Exit(ended.exit_status)


def _job(
    sentence: str,
    dated: str,
    anchors: tuple[str, ...],
    as_of: str,
    flags: dict[str, str | None],
    limits: tuple[float | None, int | None],
    workspace: Path,
) -> Job:
    from pydantic import ValidationError

    from retest.llm.providers import parsed_model
    from retest.run.ask import line_of
    from retest.run.job import Job
    from retest.settings import chosen_model, environment, load_settings

    env = environment()
    settings = load_settings(workspace.resolve(), env, flags)
    chosen = chosen_model(settings, env)
    for spec in filter(None, (chosen, settings.verifier)):
        parsed_model(spec)
    day = parsed_day(as_of) if as_of else today()
    stated = dated or _since(day)
    try:
        line = line_of(sentence, stated, tuple(_anchor(text, stated, day) for text in anchors))
    except ValidationError as error:
        first = error.errors()[0]
        name = "--dated" if "dated" in first["loc"] else "the sentence"
        raise UsageError(f"{name}: {first['msg']}", "retest ask --help says what fits") from error
    return Job(
        lines=(line,),
        settings=settings,
        environment=env,
        today=today(),
        as_of=day,
        model=chosen,
        verifier=settings.verifier,
        budget=budget_of(*limits),
        clock=now,
        began=now(),
    )


def _since(day: date) -> str:
    """The month from which newer work is read where nobody says: a year before."""
    from retest.cli.show import say
    from retest.domain.line import months_before

    month = f"{months_before(day, LOOKS_BACK):%Y-%m}"
    say(f"no --dated: work since {month} is read; with an --anchor, what is newer than that paper")
    return month


def _anchor(text: str, dated: str, day: date) -> Anchor:
    from retest.domain.arxiv_id import ArxivId, read_id
    from retest.domain.line import Anchor

    named = read_id(text, day)
    if not isinstance(named, ArxivId):
        raise UsageError(f"--anchor {text!r}: {named}", "name an arXiv id, as in 2410.18890")
    return Anchor(id=named.base, dated=dated)


def _show(asked: Asked) -> None:
    """The answer for people: the verdict, why, what moved, and the quotes, newest first."""
    from retest.cli.show import out
    from retest.text.harmless import one_line

    claim = asked.claim
    _paragraph(claim.text)
    out()
    moved = f"; what moved: {claim.moved}" if claim.moved else ""
    out(f"{claim.verdict}{moved}")
    for text in filter(None, (_why(claim), claim.rationale)):
        _paragraph(text, indent="  ")
    for item in sorted(claim.evidence, key=lambda item: item.published, reverse=True):
        out()
        head = one_line(f"{item.mark}  {item.published}  arXiv:{item.arxiv_id}  {item.title}")
        out(textwrap.shorten(head, WIDTH, placeholder="..."))
        for point in item.points:
            said = "" if point.named == item.mark and len(item.points) == 1 else f"{point.named}: "
            _paragraph(f'{said}"{point.quote}"', indent="    ")
    if claim.terms:
        out()
        _paragraph("What would change this verdict:")
        for name, said in claim.terms.lines():
            _paragraph(f"{name}: {said}", indent="    ")
    out()
    searched = claim.searched
    read = f"{searched.extracted} of {searched.candidates} papers found were read"
    since = f"newer than {claim.window.opens}, up to {claim.window.as_of}"
    _paragraph(f"{read} ({asked.source}, {since}); citations rejected: {len(claim.rejected)}.")
    for one in asked.anchors:
        if one.status != "ok":
            _paragraph(f"anchor {one.id}: {one.status}. {one.detail}")


def _paragraph(text: str, indent: str = "") -> None:
    from retest.cli.show import out
    from retest.text.harmless import one_line

    for row in textwrap.wrap(
        one_line(text), WIDTH, initial_indent=indent, subsequent_indent=indent
    ):
        out(row)


def _why(claim: ClaimRecord) -> str:
    return f"{claim.why}: {claim.detail}" if claim.why else claim.detail


def _markdown(claim: ClaimRecord) -> str:
    """The answer as Markdown, every text of others escaped."""
    from retest.reports.markdown import link, md

    rows = [
        f"**{md(claim.text)}**",
        "",
        f"{claim.verdict}. {md(_why(claim))} {md(claim.rationale)}",
    ]
    for item in sorted(claim.evidence, key=lambda item: item.published, reverse=True):
        rows += ["", f"- {item.mark}, {item.published}, {link(item.arxiv_id, item.version)} "]
        rows[-1] += f"{md(item.title)}: \u201c{md(item.quote)}\u201d"
    return "\n".join(rows)


def _described(asked: Asked) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "claim": asked.claim.model_dump(mode="json"),
        "anchors": [one.model_dump(mode="json") for one in asked.anchors],
        "source": asked.source,
        "usage": asdict(asked.usage),
        "usd": None if asked.usd is None else float(asked.usd),
    }


def _say_what_it_cost(asked: Asked) -> None:
    from retest.cli.show import say
    from retest.cli.tally import counted

    used = asked.usage
    price = "" if asked.usd == 0 else f", ${asked.usd:.4f}" if asked.usd else ""
    if used.calls and asked.usd is None:
        price = ", of a price that is not known"
    say(f"{counted(used.calls, 'model call')}, {used.input + used.output:,} tokens{price}")
