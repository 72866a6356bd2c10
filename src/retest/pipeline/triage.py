"""Station: a model chooses by title which of the candidates are read. Where there is no model, or
no usable answer, the order of the search decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from langgraph.runtime import Runtime
from pydantic import ValidationError

from retest.domain.answers import Triage
from retest.domain.paper import Candidate, Paper
from retest.errors import ModelFailed, Waiting
from retest.llm.model import Facts
from retest.llm.parts import parts_of
from retest.pipeline.calls import request, rests_on, shown_terms
from retest.pipeline.extract import batches, ordered
from retest.pipeline.state import ClaimState, Deps, Failure, Subject

LONGEST_TITLE = 200
"""Characters of a title that are shown and kept: arXiv takes some 250, nearly all have fewer than
150."""


async def triage(state: ClaimState, runtime: Runtime[Deps]) -> ClaimState:
    """The candidates to read, best first: those that the model picks, at most `limits.candidates`,
    and those that are read in any case. Nothing is asked where all may be read, nor where the few
    that are new fit into one reading call and among the most. A claim waits while its choice does;
    any other failure leaves the choice to the order, and the record says so."""
    deps, candidates = runtime.context, state["candidates"]
    held = {*state["held"]}
    by_order = first(candidates, {*held, *state["shared"]}, deps.limits.candidates)
    if len(by_order) == len(candidates):
        return {"candidates": by_order}
    shown = [candidate for candidate in candidates if candidate.paper.id not in held]
    try:
        picked = await _picked(deps, state, shown)
    except Waiting as waiting:
        return {"failure": Failure.of(waiting), "candidates": by_order}
    except ModelFailed as failed:
        return {"candidates": by_order, "triage_note": f"chosen by order: {failed.message}"}
    # What is read in any case counts among the most, so that a night reads no more than the first.
    chosen = [one for one in candidates if one.paper.id in held | picked]
    read = first(chosen, held, deps.limits.candidates)
    kept = {candidate.paper.id for candidate in read}
    return {
        "candidates": read,
        "left": {
            candidate.paper.id: shortened(candidate.paper.title)
            for candidate in candidates
            if candidate.paper.id not in kept
        },
    }


def first(candidates: Sequence[Candidate], always: set[str], most: int) -> list[Candidate]:
    """The first `most` of the candidates, and those further down that are read in any case."""
    return [
        candidate
        for place, candidate in enumerate(candidates)
        if place < most or candidate.paper.id in always
    ]


def shortened(title: str) -> str:
    return title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"


@dataclass(frozen=True, slots=True)
class _Titles:
    """What was chosen of a claim's papers before. It holds for the very words of claim, terms,
    anchors and title, for the model, the prompt, and how many could be chosen."""

    deps: Deps
    subject: Subject
    anchors: tuple[str, ...]
    terms: list[tuple[str, str]]

    def recall(self, paper: Paper) -> bool | None:
        """Whether the paper was picked; None where nobody was asked."""
        text = self.deps.asker.recall("title", self._prompt, self.about(paper))
        try:
            return bool(Triage.model_validate_json(text).picks) if text is not None else None
        except ValidationError:
            return None

    def awaits(self, paper: Paper) -> Waiting | None:
        return self.deps.asker.awaits("title", self._prompt, self.about(paper))

    def about(self, paper: Paper) -> list[str]:
        return [
            self.subject.claim.text,
            *self.anchors,
            *(said for term in self.terms for said in term),
            str(self.deps.limits.candidates),
            paper.id,
            str(paper.published.year),
            paper.title,
        ]

    @property
    def _prompt(self) -> str:
        return self.deps.prompts["triage"].hash


async def _picked(deps: Deps, state: ClaimState, shown: Sequence[Candidate]) -> set[str]:
    """The ids that are picked: remembered ones, and of the papers that are new to the claim those
    of one answer, or all where reading them takes the one call that choosing would. Raises
    ModelFailed, and Waiting where a choice is under way."""
    subject = state["subject"]
    anchors = rests_on(deps.line, subject, state["anchor_papers"])
    titles = _Titles(deps, subject, anchors, shown_terms(state.get("terms")))
    picked: set[str] = set()
    waiting: list[Waiting] = []
    unseen: list[Candidate] = []
    for candidate in shown:
        remembered = titles.recall(candidate.paper)
        if remembered:
            picked.add(candidate.paper.id)
        elif remembered is None and (error := titles.awaits(candidate.paper)):
            waiting.append(error)
        elif remembered is None:
            unseen.append(candidate)
    new = {candidate.paper.id for candidate in unseen}
    fits = len({*state["held"]} | picked | new) <= deps.limits.candidates
    if fits and len(batches(unseen, deps.limits)) == 1:
        picked |= new
    elif unseen:
        papers = [candidate.paper for candidate in ordered(unseen, deps.order)]
        picked |= await _ask(deps, titles, papers)
    if waiting:
        raise waiting[0]
    return picked


def _year(paper: Paper) -> int:
    return paper.published.year


async def _ask(deps: Deps, titles: _Titles, papers: Sequence[Paper]) -> set[str]:
    claim = titles.subject.claim
    values = {
        "claim": claim.text,
        "anchors": titles.anchors,
        "terms": titles.terms,
        "most": deps.limits.candidates,
        "years": [
            {
                "number": year,
                "papers": [{"id": one.id, "title": shortened(one.title)} for one in those],
            }
            for year, those in groupby(sorted(papers, key=_year), key=_year)
        ],
    }
    facts = Facts(line=deps.line.line, claim=claim.id, text=claim.text, papers=tuple(papers))
    parts = {paper.id: titles.about(paper) for paper in papers}
    asked = replace(request(deps.prompts, "triage", Triage, values, facts), parts=parts)
    said = parts_of(await deps.asker.ask(asked, Triage), list(parts))
    if not said:
        raise ModelFailed("the model picked none of the papers that it was shown, but others")
    return {name for name, text in said.items() if Triage.model_validate_json(text).picks}
