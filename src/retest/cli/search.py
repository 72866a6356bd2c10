"""`retest search`: what the pipeline would find, for curators and for whoever asks why a claim
found nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from retest.cli import app
from retest.cli.options import (
    Json,
    Model,
    Source,
    Workspace,
    chosen_lines,
    parsed_day,
    today,
)
from retest.errors import SearchFailed, UsageError, Waiting

if TYPE_CHECKING:
    from retest.domain.line import Line
    from retest.domain.paper import Candidate, Paper
    from retest.papers.source import Source as PaperSource
    from retest.pipeline.state import PlannedSearch, Subject
    from retest.settings import Settings


@app.command()
def search(
    text: Annotated[
        str, typer.Argument(help="A claim, or any words; not needed with --line and --claim.")
    ] = "",
    line: Annotated[str | None, typer.Option(help="A line whose claim is searched for.")] = None,
    claim: Annotated[
        str | None, typer.Option(help="The claim of that line; its anchors open the window.")
    ] = None,
    since: Annotated[
        str, typer.Option(help="Papers after this day only, YYYY-MM-DD.", show_default=False)
    ] = "",
    as_of: Annotated[
        str, typer.Option(help="The day to stand on, YYYY-MM-DD.", show_default="today")
    ] = "",
    limit: Annotated[int | None, typer.Option(help="How many papers.", min=1, max=1000)] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say which search found a paper, and at which rank.")
    ] = False,
    source: Source = None,
    model: Model = None,
    as_json: Json = False,
    workspace: Workspace = Path(),
) -> None:
    """Search as the pipeline does, without asking a model.

    For a claim of a line the model's plan is used if a run has paid for it; else, and for any text,
    the rule's.
    """
    from retest.cli.show import say
    from retest.pipeline.search import fuse
    from retest.run.source_factory import open_source_for_all
    from retest.settings import environment, load_settings

    settings = load_settings(
        workspace.resolve(), environment(), {"source": source, "model": model, "candidates": limit}
    )
    day = parsed_day(as_of) if as_of else today()
    opens = parsed_day(since, "--since") if since else None
    if bool(text) == bool(line or claim) or bool(line) != bool(claim):
        raise UsageError(
            "search for a text, or for a claim", 'retest search "..."; or --line LINE --claim CLAIM'
        )
    papers = open_source_for_all(settings, environment(), today())
    if line and claim:
        (found,) = chosen_lines(settings.workspace, [line], every=False)
        subject, searches, note = _of_claim(found, claim, papers, settings, day)
    else:
        subject, searches, note = _of_text(text, day)
    if opens:
        window = subject.window.model_copy(update={"opens": opens})
        subject = subject.model_copy(update={"window": window})
    if subject.window.opens >= day:
        raise UsageError(
            f"the window opens on {subject.window.opens}, not before {day}",
            "choose --since and --as-of",
        )
    if not searches:
        raise UsageError("there is no word to search for", "write at least one word")
    say(f"searching {papers.name} for papers after {subject.window.opens}, up to {day}: {note}")
    lists = papers.search_all(
        [planned.query for planned in searches], subject.window, max(64, settings.candidates)
    )
    ran = list(zip(searches, lists, strict=True))
    result = _Result(subject, ran, fuse(ran, set(subject.excluded), settings.candidates))
    if as_json:
        _as_json(result, note)
    else:
        _as_table(result, explain)
    if papers.until and papers.until < day:
        say(f"the {papers.name} knows no papers after {papers.until}")


@dataclass(frozen=True, slots=True)
class _Result:
    subject: Subject
    lists: list[tuple[PlannedSearch, list[Paper]]]
    candidates: list[Candidate]

    def reasons(self, arxiv_id: str) -> list[tuple[PlannedSearch, int]]:
        """The searches that found a paper, and its rank in each."""
        ranked = [(planned, [paper.id for paper in papers]) for planned, papers in self.lists]
        return [(planned, ids.index(arxiv_id) + 1) for planned, ids in ranked if arxiv_id in ids]


def _of_text(text: str, day: date) -> tuple[Subject, list[PlannedSearch], str]:
    from retest.domain.line import FIRST_DAY, Claim, Window
    from retest.pipeline.plan import by_rule
    from retest.pipeline.state import Subject

    claim = Claim(id="text", text=text, dated=day.isoformat())
    subject = Subject(claim=claim, window=Window(opens=FIRST_DAY, as_of=day), excluded=())
    return subject, by_rule(subject, []), "planned by rule"


def _of_claim(
    line: Line, name: str, source: PaperSource, settings: Settings, day: date
) -> tuple[Subject, list[PlannedSearch], str]:
    from retest.domain.paper import Paper
    from retest.pipeline.anchors import subjects
    from retest.pipeline.plan import by_hand, by_rule

    found = source.get([anchor.id for anchor in line.anchors])
    every = {subject.claim.id: subject for subject in subjects(line, found, day)}
    if name not in every:
        raise UsageError(
            f"the line {line.line} has no claim {name!r}", f"its claims are {', '.join(every)}"
        )
    subject = every[name]
    if subject.unasked:
        raise SearchFailed(
            f"the {source.name} could not be asked for {', '.join(subject.unasked)}, so where the "
            "window opens is unknown",
            "a run would leave the claim search-failed: try again later",
        )
    papers = [paper for i in subject.claim.anchors if isinstance(paper := found[i], Paper)]
    kept, note = _kept_plan(line, subject, papers, settings)
    return subject, [*by_hand(subject), *kept, *by_rule(subject, papers)], note


NO_PLAN = "planned by rule, since no run has paid for a model's plan of it"


def _kept_plan(
    line: Line, subject: Subject, papers: list[Paper], settings: Settings
) -> tuple[list[PlannedSearch], str]:
    """The searches that the model planned for a claim, if a run would take them from what is kept;
    and what to say of the plan."""
    from pydantic import ValidationError

    from retest.cache import AnswerCache
    from retest.domain.answers import QueryPlan
    from retest.grounding.ladder import LADDER_VERSION
    from retest.llm.ask import answer_key
    from retest.llm.manual import written_answer
    from retest.llm.providers import parsed_model, provider_of
    from retest.pipeline.plan import known_terms, plan_request, planned
    from retest.prompts import load_prompts
    from retest.reports.read import read_record
    from retest.settings import chosen_model, environment

    try:
        provider, name = parsed_model(chosen_model(settings, environment()))
    except UsageError:
        return [], NO_PLAN  # no model is chosen, so none has planned
    terms, by = known_terms(read_record(settings.path("reports"), line.line), subject.claim)
    fixed = terms if by == "curator" else None
    asked = plan_request(load_prompts(settings.workspace), line, subject, papers, fixed)
    home = settings.path("home")
    text = None
    if (home / "answers").is_dir():
        cache = AnswerCache(home / "answers")
        try:
            text = cache.get(answer_key(provider, name, asked, LADDER_VERSION))
        finally:
            cache.close()
    if text is None and provider_of(provider).waits_for_people:
        try:
            text = written_answer(home / "manual", asked)
        except Waiting as waiting:
            return [], f"planned by rule: {waiting.message}"
    if text is None:
        return [], NO_PLAN
    try:
        return planned(QueryPlan.model_validate_json(text)), "with the model's plan"
    except ValidationError:
        return [], "planned by rule: the model's plan that is kept is not valid"


def _as_table(result: _Result, explain: bool) -> None:
    from retest.cli.show import out, table
    from retest.pipeline.search import label
    from retest.text.harmless import one_line

    rows = [
        (n, c.paper.id, c.paper.published, c.paper.title)
        for n, c in enumerate(result.candidates, 1)
    ]
    if not explain:
        table(("rank", "paper", "v1", "title"), rows)
        return
    for number, (planned, papers) in enumerate(result.lists, 1):
        out(one_line(f"search {number} ({planned.by}): {label(planned)} -> {len(papers)}"))
    for row, candidate in zip(rows, result.candidates, strict=True):
        out()
        out(one_line("{:>3}  {}  {}  {}".format(*row)))
        numbers = {id(planned): n for n, (planned, _) in enumerate(result.lists, 1)}
        for planned, rank in result.reasons(candidate.paper.id):
            out(f"     rank {rank} in search {numbers[id(planned)]} ({planned.by})")


def _as_json(result: _Result, note: str) -> None:
    from retest.cli.show import out_json
    from retest.pipeline.search import label

    out_json(
        {
            "window": {
                "opens": str(result.subject.window.opens),
                "as_of": str(result.subject.window.as_of),
            },
            "plan": note,
            "searches": [
                {"by": p.by, "query": label(p), "found": len(papers)} for p, papers in result.lists
            ],
            "papers": [_described(result, n, c) for n, c in enumerate(result.candidates, 1)],
        }
    )


def _described(result: _Result, rank: int, candidate: Candidate) -> dict[str, Any]:
    from retest.pipeline.search import label

    paper = candidate.paper
    return {
        "rank": rank,
        "id": paper.id,
        "version": paper.version,
        "published": str(paper.published),
        "title": paper.title,
        "found_by": [
            {"by": p.by, "query": label(p), "rank": place} for p, place in result.reasons(paper.id)
        ],
    }
