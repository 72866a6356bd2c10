"""Claims of known fate through the stations of a night: the same graph, prompts, source, models,
memory and budget.

There is no previous record, no counter-thesis and no synthesis, and nothing is written but what
saves money later.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from retest.cache import AnswerCache
from retest.domain.line import Line
from retest.domain.paper import Paper
from retest.evaluation.claims.funnel import claim_result
from retest.evaluation.claims.gold import Gold, GoldClaim
from retest.evaluation.claims.ledger import Ledger
from retest.evaluation.claims.measures import measures
from retest.evaluation.claims.result import ClaimResult, Result
from retest.evaluation.claims.steadiness import Order, Round, orders, steadiness
from retest.evaluation.claims.trace import Heard, HeardFollowing, Trace
from retest.grounding.ladder import LADDER_VERSION
from retest.llm.model import Usage
from retest.llm.spent import Spent
from retest.papers.source import Source
from retest.pipeline.anchors import subjects
from retest.pipeline.graph import claim_graph
from retest.pipeline.state import Deps, Limits, Subject
from retest.prompts import Prompt
from retest.run.events import spending
from retest.run.job import Job
from retest.run.log import errors_logged
from retest.run.models import Models
from retest.run.open_run import OpenRun
from retest.run.source_factory import open_following
from retest.run.tracing import tracing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retest.domain.record import ClaimRecord


@dataclass(frozen=True, slots=True)
class Setup:
    """What is measured. `source` is the one that the job's settings name, opened; the lines of the
    job are not looked at, since the claims are those of the bench."""

    job: Job
    prompts: Mapping[str, Prompt]
    source: Source


@dataclass(frozen=True, slots=True)
class Done:
    """One claim's way in one round; the wall seconds that it took, its waiting for a model's turn
    included; and what was paid for it just now, in dollars too where the price is known."""

    claim: GoldClaim
    result: ClaimResult
    round: Round
    seconds: float
    usage: Usage
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Bench:
    """What all settings and rounds of one command share. `on_done` hears of every claim as it is
    done."""

    gold: Gold
    chosen: tuple[GoldClaim, ...]
    seed: int
    on_done: Callable[[Done], None]


async def evaluate(bench: Bench, setup: Setup, rounds: int = 1) -> tuple[Result, list[list[Done]]]:
    """The result of a setting, and the ways of all claims, round by round. With more than one
    round, the claims are asked anew in each, from no memory but that of an interrupted run of the
    same day, seed and round; measures are of the first.

    Raises KeyRejected at once; other failures stay inside their claims.
    """
    job, home = setup.job, setup.job.settings.path("home")
    kinds: tuple[Order, ...] = orders(rounds) if rounds > 1 else ("same",)
    # Answers of repeated rounds are kept for themselves: none of them may decide what the next
    # night remembers.
    memory = "answers" if rounds == 1 else "answers-repeated"
    async with tracing(job.settings.trace):
        with (
            errors_logged(home, job.mask),
            _opened(home / memory) as answers,
            _opened(home / "evaluated") as paid,
        ):
            ways = list[list[Done]]()
            for number, kind in enumerate(kinds, 1):
                word = "" if rounds == 1 else f"repeat {job.today} {bench.seed} {number}"
                order = f"order {bench.seed} {number}" if kind == "shuffled" else ""
                ways.append(await _Pass(bench, setup, answers, Ledger(paid), word, order).run())
    first = ways[0]
    results = tuple(done.result for done in first)
    steady = None
    if rounds > 1:
        by_claim = {done.claim.id: [way[at].round for way in ways] for at, done in enumerate(first)}
        gold = {claim.id: claim.gold_ids for claim in bench.chosen}
        steady = steadiness(by_claim, gold, kinds, bench.seed)
    result = Result(
        gold=bench.gold.name,
        gold_digest=bench.gold.digest,
        as_of=job.as_of,
        model=job.model,
        verifier=job.verifier or None,
        source=setup.source.name,
        prompts={name: prompt.hash for name, prompt in setup.prompts.items()},
        candidates=job.settings.candidates,
        ladder=LADDER_VERSION,
        seed=bench.seed,
        claims=results,
        measures=measures(results, bench.seed),
        steadiness=steady,
    )
    return result, ways


@contextmanager
def _opened(folder: Any) -> Iterator[AnswerCache]:
    cache = AnswerCache(folder)
    try:
        yield cache
    finally:
        cache.close()


@dataclass(frozen=True, slots=True)
class _Pass:
    """All chosen claims once."""

    bench: Bench
    setup: Setup
    answers: AnswerCache
    ledger: Ledger
    afresh: str
    order: str

    async def run(self) -> list[Done]:
        job, source, bench = self.setup.job, self.setup.source, self.bench
        settings = job.settings
        opened = OpenRun(job, Models(job, self.answers, self.afresh), self.setup.prompts)
        line, spent, graph = self._line(), Spent(), claim_graph()
        found = await asyncio.to_thread(source.get, [anchor.id for anchor in line.anchors])
        papers = [paper for paper in found.values() if isinstance(paper, Paper)]
        limits = Limits(candidates=settings.candidates)
        following = open_following(settings, job.environment, job.today)
        async with opened.deps(
            line, source, limits, spending(spent), following=following, order=self.order
        ) as deps:
            slots = asyncio.Semaphore(settings.concurrency)

            async def one(claim: GoldClaim, subject: Subject) -> Done:
                async with slots:
                    anchors = [paper for paper in papers if paper.id in claim.anchor_ids]
                    done = await self._claim(claim, subject, anchors, graph, deps, spent)
                bench.on_done(done)
                return done

            without_counter = subjects(line, found, job.as_of)[: len(bench.chosen)]
            pairs = zip(bench.chosen, without_counter, strict=True)
            tasks = [asyncio.create_task(one(claim, subject)) for claim, subject in pairs]
            try:
                return await asyncio.gather(*tasks)
            finally:
                for task in tasks:  # those left when one ended the run
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    def _line(self) -> Line:
        """The chosen claims with their anchors, in the order of the whole gold."""
        whole = self.bench.gold.line()
        wanted = {name for claim in self.bench.chosen for name in claim.anchor_ids}
        names = {claim.id for claim in self.bench.chosen}
        return whole.model_copy(
            update={
                "anchors": tuple(anchor for anchor in whole.anchors if anchor.id in wanted),
                "claims": tuple(claim for claim in whole.claims if claim.id in names),
            }
        )

    async def _claim(
        self,
        claim: GoldClaim,
        subject: Subject,
        anchors: Sequence[Paper],
        graph: Any,
        deps: Deps,
        spent: Spent,
    ) -> Done:
        started, trace = time.monotonic(), Trace()
        heard = replace(deps, source=Heard(deps.source, trace.returned))
        if deps.following:
            following = HeardFollowing(deps.following, trace.returned)
            heard = replace(heard, following=following)
        start = {"subject": subject, "anchor_papers": list(anchors)}
        async for update in graph.astream(
            start, {"recursion_limit": 50}, context=heard, stream_mode="updates"
        ):
            trace.take(update)
        record = cast(
            "ClaimRecord", trace.record
        )  # the graph ends with `settle`, whatever happened
        known = await deps.in_thread(deps.source.get, claim.gold_ids) if claim.gold_ids else {}
        usage, usd = spent.by_claim().get(claim.id, Usage()), spent.usd(claim.id)
        paid = self.ledger.add(self._about(claim), usage, usd)
        result = claim_result(claim, trace, record, known).model_copy(update={"spent": paid})
        return Done(claim, result, Round(trace, record), time.monotonic() - started, usage, usd)

    def _about(self, claim: GoldClaim) -> list[str]:
        """All that a claim's answers, and so their cost, depend on."""
        setup, job = self.setup, self.setup.job
        hashes = [f"{name} {prompt.hash}" for name, prompt in sorted(setup.prompts.items())]
        return [
            claim.id,
            claim.claim,
            claim.claim_date,
            *claim.anchor_ids,
            job.model,
            job.verifier,
            setup.source.name,
            str(job.as_of),
            str(job.settings.candidates),
            LADDER_VERSION,
            self.afresh,
            self.order,
            *hashes,
        ]
