"""Station: run the planned searches and fuse what they find into the claim's candidates. No model."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence

from langgraph.runtime import Runtime

from retest.domain.paper import Candidate, Paper
from retest.errors import SearchFailed
from retest.pipeline.state import ClaimState, Deps, Failure, PlannedSearch, SearchDone, Subject

Found = list[tuple[PlannedSearch, list[Paper]]]
RANK_CONSTANT = 60
"""k of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009)."""


async def search(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Candidates new to this claim, best first, at most `limits.candidates`. One failed search fails the claim:
    what it would have found is unknown, and silence is never a verdict."""
    deps, subject = runtime.context, state["subject"]
    if deps.source.until is not None and deps.source.until <= subject.window.opens:
        detail = (
            f"The {deps.source.name} ends on {deps.source.until}, before the window opens ({subject.window.opens})."
        )
        return {"failure": Failure(why="search-failed", detail=detail)}
    lists: Found = []
    try:
        # One thread for all of a claim's searches: with one for each, all claims would be done at about the same time.
        await asyncio.to_thread(_all, deps, subject, state["searches"], lists)
    except SearchFailed as failed:
        return {"failure": Failure(why="search-failed", detail=failed.told), "done": _done(lists)}
    excluded = {*subject.excluded, *state.get("seen", [])}
    fused = fuse(lists, excluded, deps.limits.candidates)
    suggested = [candidate for candidate in state.get("suggested", []) if candidate.paper.id not in excluded]
    known = {candidate.paper.id for candidate in suggested}
    candidates = suggested + [candidate for candidate in fused if candidate.paper.id not in known]
    return {"candidates": candidates, "suggested": [], "done": _done(lists)}


def _all(deps: Deps, subject: Subject, searches: Sequence[PlannedSearch], lists: Found) -> None:
    """Run the searches one after the other, filling `lists`; the first that fails ends them."""
    for planned in searches:
        lists.append((planned, deps.source.search(planned.query, subject.window, deps.limits.per_query)))


def fuse(lists: Found, excluded: set[str], most: int) -> list[Candidate]:
    """The best `most` of many lists by reciprocal rank; withdrawn and excluded ones left out. Ties fall to
    the newer id."""
    score: dict[str, float] = defaultdict(float)
    papers: dict[str, Paper] = {}
    found_by: dict[str, list[str]] = defaultdict(list)
    for planned, found in lists:
        query = label(planned)
        for rank, paper in enumerate(found, start=1):
            if paper.id in excluded or paper.withdrawn:
                continue
            papers[paper.id] = paper
            score[paper.id] += 1 / (RANK_CONSTANT + rank)
            found_by[paper.id].append(query)
    ranked = sorted(papers, key=lambda i: (score[i], papers[i].published, i), reverse=True)[:most]
    return [Candidate(paper=papers[i], found_by=tuple(dict.fromkeys(found_by[i]))) for i in ranked]


def label(planned: PlannedSearch) -> str:
    """A query as people read it, one line, bounded."""
    text = str(planned.query)
    return text if len(text) <= 160 else text[:157] + "..."


def _done(lists: Found) -> list[SearchDone]:
    return [SearchDone(query=planned.query, by=planned.by, found=len(found)) for planned, found in lists]
