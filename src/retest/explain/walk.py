"""What a run would do for each claim, found by walking its pipeline with a model that only takes
notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from retest.domain.answers import Entailment, Extraction, Judgment, QueryPlan, Triage
from retest.domain.line import COUNTER_THESIS
from retest.explain.dry_run import Note, Notebook, NotingModels, ReadOnly
from retest.explain.estimate import Bounds, Expected, Total, noted, tokens_of, total
from retest.explain.reasons import UNTESTED, before, why_due
from retest.pipeline.graph import line_graph
from retest.pipeline.state import Deps, LineState, Subject
from retest.run.job import Job
from retest.run.model_factory import batches_for
from retest.run.open_run import open_lines_first, open_run
from retest.run.tracing import tracing

if TYPE_CHECKING:
    from retest.domain.record import ClaimRecord


@dataclass(frozen=True, slots=True)
class ClaimExplained:
    """One claim, or the synthesis. `certain` calls are made if every answer is usable; `possible`
    ones may follow."""

    id: str
    why: tuple[str, ...]
    failed: str
    """What keeps it from being searched or judged, in words; else empty."""
    papers: int
    certain: tuple[Expected, ...]
    possible: tuple[Expected, ...]

    @property
    def due(self) -> bool:
        return bool(self.why or self.certain or self.possible or self.failed)


@dataclass(frozen=True, slots=True)
class LineExplained:
    """A line's claims as the file has them, the counter-thesis, and the synthesis."""

    line: str
    source: str
    claims: tuple[ClaimExplained, ...]
    synthesis: ClaimExplained

    @property
    def every(self) -> tuple[ClaimExplained, ...]:
        return (*self.claims, self.synthesis)

    @property
    def certain(self) -> Total:
        return total(call for claim in self.every for call in claim.certain)

    @property
    def at_most(self) -> Total:
        return total(call for claim in self.every for call in (*claim.certain, *claim.possible))


def _ignore(text: str, *, needed: bool = False) -> None:
    """What a run would say of its batches is not said here."""


async def explain(job: Job) -> list[LineExplained]:
    """The job's lines in the order in which a run takes them. Searches, as that costs nothing; asks
    no model, and what a run remembers is read and left as it is. Raises what a run would raise for
    its settings, but misses no key. What is under way in a batch is not asked for; a job with
    `batch` has new questions cost what they cost there."""
    notebook = Notebook()
    models, explained = partial(NotingModels, notebook=notebook), []
    batches = batches_for(job, _ignore, looking=True)
    async with tracing(job.settings.trace):
        with open_run(job, ReadOnly, models, batches, looks_only=True) as things:
            for line in open_lines_first(job):
                async with things.night(line, notebook.hear) as deps:
                    start: Any = {"outcomes": []}
                    config: Any = {"recursion_limit": 50}
                    state: Any = await line_graph().compile().ainvoke(start, config, context=deps)
                explained.append(_Walked(job, deps, state, notebook).line())
    return explained


@dataclass(frozen=True, slots=True)
class _Walked:
    job: Job
    deps: Deps
    state: LineState
    notebook: Notebook

    def line(self) -> LineExplained:
        claims = tuple(self._claim(subject) for subject in self._in_order())
        return LineExplained(
            self.deps.line.line, self.deps.source.name, claims, self._synthesis(claims)
        )

    def _in_order(self) -> list[Subject]:
        order = [*(claim.id for claim in self.deps.line.claims), COUNTER_THESIS]
        return sorted(self.state["subjects"], key=lambda subject: order.index(subject.claim.id))

    def _claim(self, subject: Subject) -> ClaimExplained:
        claim, job = subject.claim, self.job
        notes = self.notebook.about(self.deps.line.line, claim.id)
        record = next(record for record in self.state["outcomes"] if record.id == claim.id)
        certain, possible = self._calls(subject, record, notes)
        why = why_due(
            self.deps,
            before(self.deps, job.settings.path("home")),
            claim,
            self.state["anchors"],
            [note for note in notes if note in certain],
            job,
        )
        failed = record.detail if record.is_open and not _is_noted(record) else ""
        papers = papers_of(certain, self.deps.limits.candidates)
        sure = tuple(self._noted(note) for note in certain)
        return ClaimExplained(claim.id, tuple(why), failed, papers, sure, tuple(possible))

    def _calls(
        self, subject: Subject, record: ClaimRecord, notes: Sequence[Note]
    ) -> tuple[list[Note], list[Expected]]:
        """The questions that are certain to be asked, and the calls that may follow."""
        waits = record.why == "not-judged" and not _is_noted(record)
        if not notes and not waits:
            return [], []
        claim, limits = subject.claim, self.deps.limits
        last = self.deps.last(claim.id, claim.text)
        anchors = [
            paper.title for paper in self.state["anchor_papers"] if paper.id in claim.anchors
        ]
        bounds = Bounds(self.deps, subject, anchors, self.job.today, self.job.batch)
        kinds = [note.request.schema for note in notes]
        known = max(tokens_of(last.evidence if last else ()), tokens_of(record.evidence))
        flips = last is not None and last.last_decided is not None
        if (
            QueryPlan in kinds or waits
        ):  # what follows an answer that a batch has is as little known
            found = limits.candidates + len(last.evidence if last else ())
            possible = [
                bounds.choosing(),
                *bounds.reading(found),
                bounds.checking(found),
                *_widened(bounds, limits.candidates),
            ]
            possible.append(bounds.judging(found, known))
            return list(notes), possible + (
                [bounds.judging(found, known, again=True)] if flips else []
            )
        reads = (Triage, Extraction)
        new = [note for note in notes if note.request.schema in reads and not note.widened]
        papers = papers_of(notes, limits.candidates)
        # What is asked after papers that are new is certain only where no answer about them can
        # make it needless: not the second round of searches, nor the second opinion on a flip.
        certain = [n for n in notes if not new or not (n.widened or n.request.ask == 2)]
        possible = [self._noted(note) for note in notes if note not in certain]
        for note in notes:
            if note.request.schema is Triage:
                possible += bounds.reading(papers_of([note], limits.candidates))
        checks = kinds.count(Entailment)
        if papers and not checks:
            possible.append(bounds.checking(papers))
        elif new:
            possible.append(bounds.added(Entailment, papers))
        if (self.deps.line.line, claim.id) in self.notebook.widened:
            if new:
                possible += [*bounds.reading(1), bounds.checking(papers)]
        elif checks:  # whether anything stands, the check will say
            possible += _widened(bounds, limits.candidates)
        judged = [note.request.ask for note in notes if note.request.schema is Judgment]
        if 1 not in judged and (judged == [] or new):
            possible.append(bounds.judging(papers, known))
        elif new:
            possible.append(bounds.added(Judgment, papers))
        if flips and 2 not in judged:
            possible.append(bounds.judging(papers, known, again=True))
        return certain, possible

    def _noted(self, note: Note) -> Expected:
        return noted(note, self.job.today, self.job.batch)

    def _synthesis(self, claims: Sequence[ClaimExplained]) -> ClaimExplained:
        deps, subject = self.deps, self.state["subjects"][0]
        notes = self.notebook.about(deps.line.line, "")
        name, previous = "(synthesis)", deps.previous
        if any(claim.certain or claim.possible for claim in claims):
            evidence = sum(len(record.evidence) for record in self.state["outcomes"])
            evidence += sum(
                claim.papers or deps.limits.candidates for claim in claims if claim.certain
            )
            bounds = Bounds(deps, subject, (), self.job.today)
            calls = (bounds.synthesis(evidence), bounds.essay())
            return ClaimExplained(name, ("if what the claims rest on changes",), "", 0, (), calls)
        if not notes:
            return ClaimExplained(name, (), "", 0, (), ())
        stood = before(deps, self.job.settings.path("home"))
        if previous is None or stood is None:
            why = UNTESTED
        elif previous.synthesis_failed:
            why = "it could not be written last time"
        elif stood.prompts.get("synthesize") != deps.prompts["synthesize"].hash:
            why = "prompt synthesize changed"
        elif stood.model != self.job.model:
            why = f"the model was {stood.model}"
        else:
            why = "its evidence, or what is of the last six months, has changed"
        return ClaimExplained(name, (why,), "", 0, tuple(self._noted(note) for note in notes), ())


def papers_of(notes: Sequence[Note], most: int) -> int:
    """How many papers the questions may bring findings of: those that are read, and of the titles
    of each choice as many as may be picked."""
    read: set[str] = set()
    picked = 0
    for note in notes:
        ids = {paper.id for paper in note.request.facts.papers}
        if note.request.schema is Triage:
            picked += min(len(ids), most)
        else:
            read |= ids
    return len(read) + picked


def _is_noted(record: ClaimRecord) -> bool:
    return record.awaits == "dry-run"


def _widened(bounds: Bounds, most: int) -> list[Expected]:
    """A second round of searches: the choice of its papers, one call more for papers that the model
    named, and their check."""
    return [bounds.choosing(), *bounds.reading(most), *bounds.reading(1), bounds.checking(most)]
