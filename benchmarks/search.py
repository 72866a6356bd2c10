"""How well and how fast a claim's searches find the papers that settle it: the planning and search
stations themselves.

    python -m benchmarks.search --mirror FOLDER --claims FILE --plans FILE

Claims are JSON lines with `id`, `claim`, `claim_date`, `anchor_ids` and `gold_ids` (newer papers
that settle it), plans with `id`, `queries` (`all_of`, `any_of`), `counter_statement` and, if
they are known, `terms`: what a model answers to prompts/plan.md. Each claim goes through the
stations `plan` and `search` twice, with its plan as the model's answer and with a model that plans
nothing. Printed are the share of the claims with a gold paper among the first N, over all claims
and over those that can be found (a gold paper is in the mirror, newer than where the window opens),
and milliseconds a claim. The rows below take one part of the searches at a time. `--widened` adds
what a second round finds for those whose first 32 candidates hold no gold paper.

    pip install bpe-openai && python -m benchmarks.search ... --triage FOLDER

writes the prompts of the station `triage` into FOLDER, as `--model manual` does and under neutral
names. Beside each prompt goes its answer, STEM.answer.json. Run again, it prints what is then read:
the share of the claims with a gold paper among it, how many papers, and how many tokens titles and
abstracts have, beside the first 32 by the order alone. Claims without an answer count nowhere.
"""

from __future__ import annotations

import argparse
import asyncio
import hashlib
import json
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, cast

from langgraph.runtime import Runtime

from retest.data import defaults
from retest.domain.answers import QueryPlan
from retest.domain.line import Anchor, Claim, Line
from retest.domain.paper import Paper
from retest.domain.terms import Terms
from retest.errors import ModelFailed
from retest.llm.ask import Asker
from retest.llm.manual import ManualModel
from retest.papers.mirror_source import MirrorSource
from retest.papers.source import Source
from retest.pipeline.anchors import subjects
from retest.pipeline.plan import plan, wider
from retest.pipeline.search import search
from retest.pipeline.state import ClaimState, Deps, Limits, PlannedSearch, Subject
from retest.pipeline.triage import triage
from retest.prompts import load_prompts
from retest.retry import Patience
from tests.answers import TERMS

DEPTHS = (10, 20, 32, 50, 100, 200)
NOWHERE = 10**9
Record = dict[str, Any]


@dataclass
class Planner:
    """Stands where the model does, and answers with the plan that is on file, or with none."""

    answer: QueryPlan | None

    async def ask(self, *_: object) -> QueryPlan:
        if self.answer is None:
            raise ModelFailed("no model")
        return self.answer


@dataclass
class Case:
    """A claim with its gold papers, as the pipeline sees it."""

    subject: Subject
    anchors: list[Paper]
    gold: set[str]
    plan: QueryPlan
    terms: Terms | None
    findable: bool


def read(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def line_of(claims: Sequence[Record]) -> Line:
    anchors = {i: record["claim_date"] for record in claims for i in record["anchor_ids"]}
    return Line(
        line="benchmark",
        question="-",
        thesis="-",
        counter_thesis="-",
        anchors=tuple(Anchor(id=i, dated=day, about="-") for i, day in anchors.items()),
        claims=tuple(
            Claim(
                id=r["id"], text=r["claim"], dated=r["claim_date"], anchors=tuple(r["anchor_ids"])
            )
            for r in claims
        ),
    )


def cases(
    claims: Sequence[Record], plans: Sequence[Record], source: Source, as_of: date
) -> list[Case]:
    line = line_of(claims)
    known = source.get(
        [i for record in claims for i in (*record["anchor_ids"], *record["gold_ids"])]
    )
    papers = {i: paper for i, paper in known.items() if isinstance(paper, Paper)}
    by_id = {
        r["id"]: QueryPlan.model_validate(
            {"terms": TERMS, **{key: r[key] for key in r.keys() & set(QueryPlan.model_fields)}}
        )
        for r in plans
    }
    with_terms = {r["id"] for r in plans if "terms" in r}
    made = []
    for record, subject in zip(
        claims, subjects(line, known, as_of), strict=False
    ):  # the last is the counter-thesis
        anchors = [papers[i] for i in record["anchor_ids"] if i in papers]
        found = any(
            i in papers and papers[i].published in subject.window for i in record["gold_ids"]
        )
        plan, said = by_id[record["id"]], record["id"] in with_terms
        terms = plan.terms if said else None
        made.append(Case(subject, anchors, set(record["gold_ids"]), plan, terms, found))
    return made


class Stations:
    """The planning and search stations over one mirror."""

    def __init__(self, source: Source, line: Line, as_of: date) -> None:
        self._source, self._line, self._as_of = source, line, as_of
        self._prompts = load_prompts(defaults("prompts").parent)

    def runtime(self, answer: QueryPlan | None, candidates: int) -> Runtime[Deps]:
        """As in a run, but for how many candidates are kept: that changes no one's place."""
        asker = cast("Asker", Planner(answer))
        limits = Limits(candidates=candidates)
        deps = Deps(
            self._line, self._as_of, self._source, asker, asker, self._prompts, limits, None
        )
        return Runtime(context=deps)

    async def planned(self, case: Case, answer: QueryPlan | None) -> ClaimState:
        state: ClaimState = {"subject": case.subject, "anchor_papers": case.anchors}
        return {**state, **await plan(state, self.runtime(answer, 1))}

    async def triaged(self, state: ClaimState, asker: Asker) -> ClaimState:
        runtime = self.runtime(None, Limits().candidates)
        return {
            **state,
            **await triage(state, Runtime(context=replace(runtime.context, asker=asker))),
        }

    async def searched(self, state: ClaimState, candidates: int) -> ClaimState:
        return {**state, **await search(state, self.runtime(None, candidates))}


Chosen = Callable[[PlannedSearch], bool]
PARTS: dict[str, Chosen] = {
    "the plan's queries": lambda one: one.by == "model",
    "the counter-statement": lambda one: one.by == "counter-statement",
    "plan and counter-statement": lambda one: one.by != "rule",
}


async def measure(
    stations: Stations, all_cases: Sequence[Case], *, model: bool, chosen: Chosen
) -> tuple[list[int], list[float]]:
    """For each claim the place of the best gold paper, and the milliseconds of both stations."""
    places, times = [], []
    for case in all_cases:
        began = time.perf_counter()
        answer = case.plan if model else None
        state = await stations.planned(case, answer)
        state["searches"] = [one for one in state["searches"] if chosen(one)]
        state = await stations.searched(state, max(DEPTHS))
        times.append((time.perf_counter() - began) * 1000)
        found = [
            candidate.paper.id for candidate in state.get("candidates", [])
        ]  # none: nothing was searched
        places.append(min((found.index(i) for i in case.gold if i in found), default=NOWHERE))
    return places, times


async def second_round(
    stations: Stations, all_cases: Sequence[Case], *, model: bool
) -> tuple[int, int]:
    """Of how many findable claims the first round's candidates hold no gold paper, and of how many
    the second's do."""
    missed = gained = 0
    for case in (case for case in all_cases if case.findable):
        answer = case.plan if model else None
        first = await stations.searched(await stations.planned(case, answer), Limits().candidates)
        seen = [candidate.paper.id for candidate in first["candidates"]]
        if case.gold & set(seen):
            continue
        missed += 1
        second = await stations.searched(
            {**first, "searches": wider(first), "seen": seen}, Limits().candidates
        )
        gained += bool(case.gold & {candidate.paper.id for candidate in second["candidates"]})
    return missed, gained


@dataclass(slots=True)
class Read:
    """What is read of the claims with an answer: how many have a gold paper among it, papers, and
    tokens of titles and abstracts."""

    hits: int = 0
    papers: int = 0
    tokens: int = 0

    def add(self, case: Case, state: ClaimState, titles: Sequence[Paper] = ()) -> None:
        from benchmarks.cost import size  # it loads bpe-openai, which this row alone needs

        read = [candidate.paper for candidate in state["candidates"]]
        self.hits += bool(case.gold & {paper.id for paper in read})
        self.papers += len(read)
        self.tokens += sum(size(f"{paper.title}\n{paper.abstract}") for paper in read)
        self.tokens += sum(size(f"{paper.id} {paper.title}\n") for paper in titles)


async def by_title(stations: Stations, all_cases: Sequence[Case], folder: Path) -> None:
    """Print the rows of `--triage`."""
    asker = Asker(
        ManualModel(folder), cache=None, patience=Patience(), concurrency=1, ladder_version=""
    )
    rows = {"the first 32": Read(), "picked by title": Read()}
    findable = answered = 0
    for case in all_cases:
        state = await stations.searched(
            await stations.planned(case, case.plan), Limits().candidates
        )
        state["terms"] = case.terms
        name = hashlib.sha256(case.subject.claim.text.encode()).hexdigest()[:8]
        claim = case.subject.claim.model_copy(update={"id": f"claim-{name}"})
        state["subject"] = case.subject.model_copy(update={"claim": claim})
        picked = await stations.triaged(state, asker)
        if picked.get("failure"):
            continue
        answered, findable = answered + 1, findable + case.findable
        titles = [candidate.paper for candidate in state["candidates"]]
        first = titles[: Limits().candidates]
        order: ClaimState = {**state, "candidates": state["candidates"][: len(first)]}
        rows["the first 32"].add(case, order)
        rows["picked by title"].add(case, picked, titles)
        if picked.get("triage_note"):
            print(f"claim-{name}: {picked['triage_note']}")
        if case.findable and not case.gold & {one.paper.id for one in picked["candidates"]}:
            print(f"claim-{name}: no gold paper is picked")
    print(f"{answered} claims with an answer in {folder}, {findable} of them can be found")
    for name, read in rows.items():
        if answered:
            print(
                f"{name:20} {read.hits} with a gold paper ({read.hits / findable:.2f}), "
                f"{read.papers / answered:.1f} papers and {read.tokens / answered:,.0f} tokens each"
            )


def row(name: str, places: Sequence[int], of: int, times: Sequence[float]) -> None:
    shares = [sum(place < depth for place in places) / of for depth in DEPTHS]
    spread = (
        f"{statistics.median(times):10.1f}{statistics.quantiles(times, n=20)[-1]:8.1f}"
        if times
        else ""
    )
    print(f"{name:34}", *(f"{share:5.2f}" for share in shares), spread)


async def run(options: argparse.Namespace) -> None:
    source = MirrorSource(options.mirror)
    claims = read(options.claims)
    stations = Stations(source, line_of(claims), options.as_of)
    every = cases(claims, read(options.plans), source, options.as_of)
    findable = [case for case in every if case.findable]
    print(
        f"{len(every)} claims; a gold paper of {len(findable)} is in the mirror and in the window"
    )
    if options.triage:
        await by_title(stations, every, options.triage)
        return
    print(f"{'searched with':34}", *(f"{depth:>5}" for depth in DEPTHS), " ms median    95 %")
    for name, model in (("the model's plan", True), ("no model", False)):
        places, times = await measure(stations, every, model=model, chosen=lambda _: True)
        row(name, places, len(every), times)
        row("  of those that can be found", places, len(findable), [])
    for name, part in PARTS.items():
        places, times = await measure(stations, findable, model=True, chosen=part)
        row(f"  {name}", places, len(findable), times)
    if options.widened:
        for name, model in (("the model's plan", True), ("no model", False)):
            missed, gained = await second_round(stations, every, model=model)
            print(
                f"{name}: {missed} claims without a gold paper among the first 32, {gained} of "
                "them have one after"
            )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("mirror", "claims", "plans"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 24))
    parser.add_argument("--widened", action="store_true")
    parser.add_argument("--triage", type=Path, help="a folder for prompts and their answers")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
