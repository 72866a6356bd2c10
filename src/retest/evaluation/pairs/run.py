"""Claim-abstract pairs through two stations of a night: extraction, and the ladder with its
entailment call.

The stations themselves are called, with the prompts, models, memory and budget of a run. Nothing is
searched, nothing is looked up, and no verdict is asked for.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from langgraph.runtime import Runtime

from retest.cache import AnswerCache
from retest.domain.answers import Finding
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Rejection, mark_of
from retest.domain.line import Line
from retest.domain.paper import Candidate, Lookup, Unknown
from retest.domain.verdict import STANCE_OF
from retest.evaluation.claims.ledger import Ledger
from retest.evaluation.pairs.measures import measures, missed
from retest.evaluation.pairs.pair import EVER, Pair, PairClaim, Pairs
from retest.evaluation.pairs.result import PairClaimResult, PairFate, PairResult, PairsResult
from retest.grounding.ladder import LADDER_VERSION, points_apart
from retest.library.source import Library, LibrarySource
from retest.llm.model import Usage
from retest.llm.spent import Spent
from retest.pipeline.extract import extract
from retest.pipeline.ground import ground
from retest.pipeline.state import ClaimState, Deps, Limits, Subject
from retest.run.events import spending
from retest.run.job import Job
from retest.run.log import errors_logged
from retest.run.models import Models
from retest.run.open_run import OpenRun
from retest.run.tracing import tracing

if TYPE_CHECKING:
    from retest.prompts import Prompt

PROMPTS = ("extract", "entail")
"""Those of the five that pairs are asked through."""
LONGEST_DETAIL = 300


@dataclass(frozen=True, slots=True)
class PairSetup:
    """What is measured. The lines of the job and its day are not looked at: pairs have no date."""

    job: Job
    prompts: Mapping[str, Prompt]
    batch_size: int
    seed: int


@dataclass(frozen=True, slots=True)
class PairsDone:
    """A claim whose pairs are done, in how many wall seconds, and what was paid for it just now."""

    result: PairClaimResult
    seconds: float
    usage: Usage
    usd: Decimal | None


class NoSource(LibrarySource):
    """In the place of a paper source: an empty library, in which whatever a model cites that it was
    not shown stays unknown."""

    def __init__(self) -> None:
        super().__init__(Library(date.max, (), {}))

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        return {
            name: Unknown(id=name, reason="pairs are scored without a paper source") for name in ids
        }


async def evaluate_pairs(
    pairs: Pairs,
    chosen: Sequence[PairClaim],
    setup: PairSetup,
    on_done: Callable[[PairsDone], None],
) -> PairsResult:
    """The result of a setting; `on_done` hears of every claim as it is done.

    Raises KeyRejected at once; other failures stay inside their claims.
    """
    job = replace(setup.job, as_of=EVER.as_of)
    settings, home = job.settings, job.settings.path("home")
    async with tracing(settings.trace):
        with ExitStack() as stack:
            stack.enter_context(errors_logged(home, job.mask))
            answers, paid = (
                stack.enter_context(closing(AnswerCache(home / n)))
                for n in ("answers", "evaluated")
            )
            opened = OpenRun(job, Models(job, answers), setup.prompts)
            limits = Limits(papers_a_call=setup.batch_size)
            spent, slots = Spent(), asyncio.Semaphore(settings.concurrency)
            async with opened.deps(
                _line(pairs), NoSource(), limits, spending(spent), library=pairs.library
            ) as deps:

                async def one(claim: PairClaim) -> PairClaimResult:
                    async with slots:
                        started = time.monotonic()
                        results, strays = await read(claim, deps)
                        usage, usd = (
                            spent.by_claim().get(claim.claim.id, Usage()),
                            spent.usd(claim.claim.id),
                        )
                    cost = Ledger(paid).add(_about(claim, setup), usage, usd)
                    result = PairClaimResult(
                        id=claim.claim.id,
                        claim=claim.claim.text,
                        strays=strays,
                        spent=cost,
                        pairs=tuple(results),
                    )
                    on_done(PairsDone(result, time.monotonic() - started, usage, usd))
                    return result

                tasks = [asyncio.create_task(one(claim)) for claim in chosen]
                try:
                    claims = tuple(await asyncio.gather(*tasks))
                finally:
                    for task in tasks:  # those left when one ended the run
                        task.cancel()
                    await asyncio.gather(*tasks, return_exceptions=True)
    return PairsResult(
        gold=pairs.name,
        kind=pairs.kind,
        gold_digest=pairs.digest,
        model=job.model,
        verifier=job.verifier or None,
        prompts={name: setup.prompts[name].hash for name in PROMPTS},
        batch_size=setup.batch_size,
        ladder=LADDER_VERSION,
        seed=setup.seed,
        claims=claims,
        measures=measures(claims, setup.seed),
    )


async def read(claim: PairClaim, deps: Deps) -> tuple[list[PairResult], int]:
    """What became of each pair of a claim, and how many findings cite a paper that was not
    shown."""
    state: ClaimState = {
        "subject": Subject(claim=claim.claim, window=EVER, excluded=()),
        "anchor_papers": list(claim.anchors),
        "terms": claim.claim.terms,
        "candidates": [Candidate(paper=pair.paper, found_by=("given",)) for pair in claim.pairs],
    }
    runtime = Runtime(context=deps)
    said = await extract(state, runtime)
    if failure := said.get("failure"):
        return [_result(claim, pair, (), "not-read", failure.detail) for pair in claim.pairs], 0
    state["findings"] = said["findings"]
    done = await ground(state, runtime)
    shown = {pair.paper.id for pair in claim.pairs}
    findings: dict[str, list[Finding]] = {}
    strays = sum(one.reason == "not-shown" for one in said["rejected"])
    for finding in points_apart(said["findings"]):
        cited = parse_id(finding.arxiv_id)
        if cited and cited.base in shown:
            findings.setdefault(cited.base, []).append(finding)
        else:
            strays += 1
    results = []
    for pair in claim.pairs:
        of_it = findings.get(pair.paper.id, [])
        passed = next((e for e in done.get("evidence", []) if e.arxiv_id == pair.paper.id), None)
        results.append(_result(claim, pair, of_it, *_fate(pair, of_it, done), passed))
    return results, strays


def _fate(pair: Pair, findings: Sequence[Finding], done: ClaimState) -> tuple[PairFate, str]:
    """What the ladder did with a paper's findings, and why; one that passed is enough."""
    if not findings:
        return "silent", ""
    if any(item.arxiv_id == pair.paper.id for item in done.get("evidence", [])):
        return "passed", ""
    for fallen in done["rejected"]:
        if (
            fallen.rung == "entails"
            and fallen.cited == pair.paper.id
            and fallen.reason != "not-evidence"
        ):
            if failure := done.get("failure"):
                return "unchecked", failure.detail
            return ("refused" if fallen.reason == "not-entailed" else "unanswered"), fallen.detail
    return "ungrounded", next(
        (_reason(one) for one in done["rejected"] if any(_is_of(one, f) for f in findings)), ""
    )


def _is_of(fallen: Rejection, finding: Finding) -> bool:
    """Whether a finding fell so on rungs 1 to 5; what its prose cites falls beside it."""
    return fallen.rung != "entails" and finding.arxiv_id.startswith(fallen.cited)


def _reason(fallen: Rejection) -> str:
    return f"{fallen.reason}: {fallen.detail}"


def _result(
    claim: PairClaim,
    pair: Pair,
    findings: Sequence[Finding],
    fate: PairFate,
    detail: str,
    passed: Evidence | None = None,
) -> PairResult:
    for (
        other
    ) in claim.pairs:  # nobody is shown a stand-in, who might take it for a paper of arXiv's
        if not other.real:
            detail = detail.replace(other.paper.id, other.name)
    made = PairResult(
        paper=pair.name,
        arxiv_id=pair.paper.id if pair.real else None,
        title=pair.paper.title,
        expected=pair.stance,
        rationales=pair.rationales,
        said=STANCE_OF[mark_of([(f.side, f.case) for f in findings])] if findings else None,
        stands=STANCE_OF[passed.mark] if passed else None,
        pointed=tuple(dict.fromkeys(n for finding in findings for n in finding.sentences)),
        fate=fate,
        detail=detail[:LONGEST_DETAIL],
        missed=None,
    )
    return made.model_copy(update={"missed": missed(made)})


def _line(pairs: Pairs) -> Line:
    return Line(
        line=pairs.line,
        question="What do these papers say of these claims?",
        thesis="Each as its annotators read it.",
        counter_thesis="They say something else.",
        claims=tuple(one.claim for one in pairs.claims),
    )


def _about(claim: PairClaim, setup: PairSetup) -> list[str]:
    """All that a claim's answers, and so their cost, depend on."""
    papers = [
        text
        for pair in claim.pairs
        for text in (pair.paper.id, pair.paper.title, *pair.paper.synopsis)
    ]
    return [
        "pairs",
        claim.claim.id,
        claim.claim.text,
        claim.claim.terms.model_dump_json() if claim.claim.terms else "",
        *(paper.title for paper in claim.anchors),
        *papers,
        setup.job.model,
        setup.job.verifier,
        str(setup.batch_size),
        LADDER_VERSION,
        *(setup.prompts[name].hash for name in PROMPTS),
    ]
