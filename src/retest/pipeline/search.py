"""Station: run the planned searches and fuse what they find into the claim's candidates. No
model."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from heapq import heappush, heappushpop
from operator import itemgetter
from typing import Any

from langgraph.runtime import Runtime

from retest.domain.paper import Candidate, Paper, Query, Unknown
from retest.errors import SearchFailed
from retest.papers.argues import argues
from retest.papers.index import PaperIndex
from retest.papers.source import CitationIndex, Ranked, Source
from retest.pipeline.remembered import Remembered
from retest.pipeline.state import ClaimState, Deps, Failure, PlannedSearch, SearchDone, Subject

Found = Sequence[tuple[PlannedSearch, Sequence[Paper]]]
RANK_CONSTANT = 20
"""k of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009). They give 60, for deep
lists of systems that are alike; here a paper that one query puts first is worth more than one that
several put thirtieth."""
ARGUES = 1.3
"""What a score is multiplied by where the title argues: about ten places at rank 20."""
PLANNED = ("model", "counter-statement")
MOST_CITING = 200
"""Papers that cite an anchor that are looked at, the most cited first."""
NEAREST = 5
"""Candidates from whose words a second round learns."""


async def search(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """Candidates new to this claim, best first, at most `limits.titles` and what siblings rest on.
    One failed search fails the claim: what it would have found is unknown, and silence is never a
    verdict."""
    deps, subject = runtime.context, state["subject"]
    if deps.source.until is not None and deps.source.until <= subject.window.opens:
        detail = (
            f"The {deps.source.name} ends on {deps.source.until}, before the window opens "
            f"({subject.window.opens})."
        )
        return {"failure": Failure(why="search-failed", detail=detail)}
    if not state["searches"]:
        detail = (
            "The claim has no word to search for, and no plan has another: word it anew, or write "
            "queries by hand."
        )
        return {"failure": Failure(why="search-failed", detail=detail)}
    try:
        # One thread for all of a claim's searches: with one for each, all claims would be done at
        # about the same time.
        made = await deps.in_thread(
            round_of,
            deps,
            subject,
            state["searches"],
            [*state.get("seen", []), *state.get("left", {})],
        )
    except SearchFailed as failed:
        return {"failure": Failure(why="search-failed", detail=failed.in_one_line)}
    excluded = {*subject.excluded, *state.get("seen", [])}
    suggested = [
        candidate for candidate in state.get("suggested", []) if candidate.paper.id not in excluded
    ]
    known = {candidate.paper.id for candidate in suggested}
    candidates = suggested + [
        candidate for candidate in made.candidates if candidate.paper.id not in known
    ]
    if state["round"] == 1:
        try:
            candidates += await deps.in_thread(
                _held, deps, subject, {one.paper.id for one in candidates}
            )
        except SearchFailed as failed:
            return {"failure": Failure(why="search-failed", detail=failed.in_one_line)}
    last = deps.last(subject.claim.id, subject.claim.text)
    update: ClaimState = {
        "candidates": candidates,
        "held": [*known, *(item.arxiv_id for item in (last.evidence if last else ()))],
        "shared": made.shared,
        "found": [candidate.paper.id for candidate in candidates],
        "suggested": [],
        "done": made.done,
    }
    update["nearest"] = [candidate.paper for candidate in made.candidates[:NEAREST]]
    if made.note:
        update["plan_note"] = made.note
    return update


def _held(deps: Deps, subject: Subject, found: set[str]) -> list[Candidate]:
    """The papers of the last report's evidence that the searches did not find again: newer papers
    may crowd an old one out of the first ranks, and that is no reason to forget what it showed.
    Raises SearchFailed where the source could not be asked for one: without it the rest might say
    another thing."""
    last = deps.last(subject.claim.id, subject.claim.text)
    evidence = last.evidence if last else ()
    by = {item.arxiv_id: item.found_by for item in evidence if item.published in subject.window}
    wanted = [name for name in by if name not in found and name not in subject.excluded]
    papers = deps.source.get(wanted) if wanted else {}
    if unasked := next((paper for paper in papers.values() if isinstance(paper, Unknown)), None):
        hint = "run again, with the source that found it"
        raise SearchFailed(
            f"{unasked.id}, evidence of the last report, could not be asked for: {unasked.reason}",
            hint,
        )
    known = [paper for paper in papers.values() if isinstance(paper, Paper)]
    return [
        Candidate(paper=p, found_by=by[p.id])
        for p in known
        if p.published in subject.window and not p.withdrawn
    ]


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of a claim's searches brought: candidates, best first, what each search found,
    and which candidates are so far up only as evidence for a sibling."""

    candidates: list[Candidate]
    done: list[SearchDone]
    note: str
    shared: list[str]


def round_of(
    deps: Deps, subject: Subject, searches: Sequence[PlannedSearch], read: Sequence[str]
) -> Round:
    """Search, or take what was found before if nothing that came since could change it. Raises
    SearchFailed."""
    limits, memory = deps.limits, None if deps.following else deps.searches
    queries = [planned.query for planned in searches]
    most = max(limits.titles, limits.candidates)
    each = limits.per_query if len(queries) > 1 else max(limits.per_query, most)
    excluded, siblings = {*subject.excluded, *read}, deps.siblings(subject)
    key = (
        memory.key(queries, subject.window.opens, sorted(excluded), each, most, sorted(siblings))
        if memory
        else ""
    )
    before = memory.get(key) if memory else None
    if before and (now := deps.source.unchanged(queries, subject.window, before.seen)):
        papers = deps.source.get([name for name, _ in before.candidates])
        found = [(papers[name], by) for name, by in before.candidates]
        kept = [
            Candidate(paper=paper, found_by=by) for paper, by in found if isinstance(paper, Paper)
        ]
        if memory and len(kept) == len(found):
            memory.note(queries, subject.window.opens, now)
            return _round(deps, kept, _done(searches, before.found), before.note, siblings)
    lists, seen = deps.source.search_noted(queries, subject.window, each)
    by_plan = [
        papers for planned, papers in zip(searches, lists, strict=True) if planned.by in PLANNED
    ]
    notes = (
        []
        if any(by_plan) or not by_plan
        else ["the model's plan found nothing: searched by rule alone"]
    )
    if deps.following and not read:
        cited, citing, unknown = _citing(deps.following, deps.source, subject, each)
        searches, lists = [*searches, *cited], [*map(list, lists), *citing]
        notes += [f"OpenAlex does not know {anchor}" for anchor in unknown]
    ran = list(zip(searches, lists, strict=True))
    candidates = fuse(ran, excluded, most, siblings)[: most + limits.siblings]
    counts, note = tuple(map(len, lists)), "; ".join(notes)
    if memory:
        memory.note(queries, subject.window.opens, seen)
    if memory and seen:
        ids = tuple((candidate.paper.id, candidate.found_by) for candidate in candidates)
        memory.put(key, Remembered(seen=seen, found=counts, candidates=ids, note=note))
    return _round(deps, candidates, _done(searches, counts), note, siblings)


def _round(
    deps: Deps,
    candidates: Sequence[Candidate],
    done: list[SearchDone],
    note: str,
    siblings: Mapping[str, Sequence[str]],
) -> Round:
    """A round in which those candidates that would not be read by their rank alone say which
    siblings they are evidence for."""
    read = list(candidates[: deps.limits.candidates])
    shared: list[str] = []
    counts: Counter[str] = Counter()
    for candidate in candidates[deps.limits.candidates :]:
        claims = siblings.get(candidate.paper.id, ())
        if claims and len(shared) < deps.limits.siblings:
            shared.append(candidate.paper.id)
            counts.update(claims)
            names = (f"evidence for {claim}" for claim in claims)
            candidate = candidate.model_copy(update={"found_by": (*candidate.found_by, *names)})
        read.append(candidate)
    done = done + [
        SearchDone(query=Query(any_of=(f"evidence for {claim}",)), by="sibling", found=count)
        for claim, count in sorted(counts.items())
    ]
    return Round(read, done, note, shared)


def _citing(
    following: CitationIndex, source: Source, subject: Subject, each: int
) -> tuple[list[PlannedSearch], list[list[Paper]], list[str]]:
    """For each anchor a search for the papers that cite it, those first that share most with the
    claim, then the most cited; and the anchors that are not known there."""
    ids = following.citing(subject.claim.anchors, subject.window, MOST_CITING)
    known = source.get(sorted({name for names in ids.values() for name in names}))
    searches: list[PlannedSearch] = []
    lists: list[list[Paper]] = []
    for anchor, names in ids.items():
        papers = [paper for name in names if isinstance(paper := known[name], Paper)]
        searches.append(PlannedSearch(query=Query(any_of=(f"cites {anchor}",)), by="citation"))
        near = PaperIndex.of(papers).search(
            Query(any_of=(subject.claim.text,)), subject.window, each
        )
        alike = {paper.id for paper in near}
        rest = [
            paper for paper in papers if paper.id not in alike and paper.published in subject.window
        ]
        lists.append([*near, *rest][:each])
    return searches, lists, [anchor for anchor in subject.claim.anchors if anchor not in ids]


def fuse(
    lists: Found, excluded: set[str], most: int, also: Collection[str] = ()
) -> list[Candidate]:
    """The best `most` of many lists by reciprocal rank, those whose titles argue preferred, and
    those further down whose ids are in `also`; withdrawn and excluded ones left out. Ties fall to
    the newer id. Of lists that are `Ranked`, all or none, only papers that may be among the best
    are read where `also` is empty."""
    score: dict[Any, float] = defaultdict(float)
    found_by: dict[Any, list[str]] = defaultdict(list)
    papers: dict[Any, Paper] = {}
    read: Callable[[Any], Paper] = papers.__getitem__
    for planned, found in lists:
        if isinstance(found, Ranked):
            places, read = found.places, found.read
        else:
            places = [paper.id for paper in found]
            papers.update(zip(places, found, strict=True))
        query = label(planned)
        for rank, place in enumerate(places, start=1):
            score[place] += 1 / (RANK_CONSTANT + rank)
            found_by[place].append(query)
    best: list[tuple[float, date, str, Candidate]] = []
    least: list[float] = []  # the scores of the best `most` so far, the lowest first
    for place in sorted(score, key=lambda place: -score[place]):
        if len(least) == most and score[place] * ARGUES < least[0] and not also:
            break
        paper = read(place)
        if paper.id in excluded or paper.withdrawn:
            continue
        fused = score[place] * (ARGUES if argues(paper.title) else 1)
        candidate = Candidate(paper=paper, found_by=tuple(dict.fromkeys(found_by[place])))
        best.append((fused, paper.published, paper.id, candidate))
        (heappush if len(least) < most else heappushpop)(least, fused)
    ranked = [candidate for *_, candidate in sorted(best, key=itemgetter(0, 1, 2), reverse=True)]
    return ranked[:most] + [one for one in ranked[most:] if one.paper.id in also]


def label(planned: PlannedSearch) -> str:
    """A query as people read it, one line, bounded."""
    text = planned.query.any_of[0] if planned.by in ("citation", "sibling") else str(planned.query)
    return text if len(text) <= 160 else text[:157] + "..."


def _done(searches: Sequence[PlannedSearch], counts: Sequence[int]) -> list[SearchDone]:
    return [
        SearchDone(query=s.query, by=s.by, found=count)
        for s, count in zip(searches, counts, strict=True)
    ]
