"""What flows through the graph. Every channel is typed down to its models, so that a checkpoint
comes back as it went.

Channels hold lists, not tuples: the checkpoint format knows no tuples outside models.
"""

from __future__ import annotations

import asyncio
import operator
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextvars import copy_context
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Annotated, Literal, ParamSpec, TypedDict, TypeVar, get_args, get_type_hints

from pydantic import BaseModel

from retest.domain import Frozen
from retest.domain.answer import Answer
from retest.domain.answers import Finding, Judgment
from retest.domain.evidence import Evidence, Rejection
from retest.domain.line import COUNTER_THESIS, Claim, Line, Window
from retest.domain.paper import Candidate, Paper, Query
from retest.domain.record import (
    AnchorRecord,
    ClaimRecord,
    FullTextRecord,
    QuestionRecord,
    Record,
    SupersedingRecord,
)
from retest.domain.terms import Proposer, Terms
from retest.domain.verdict import Why
from retest.errors import Awaits, ModelFailed, Waiting
from retest.fulltext.document import Texts
from retest.grounding.entailment import joined
from retest.llm.ask import Asker
from retest.papers.source import CitationIndex, Source
from retest.pipeline.events import StationSink, ignore
from retest.pipeline.remembered import SearchMemory
from retest.prompts import Prompt

FullTextChoice = Literal["auto", "never", "always"]
By = Literal["model", "rule", "hand", "counter-statement", "widened", "citation", "sibling"]
P = ParamSpec("P")
T = TypeVar("T")


class PlannedSearch(Frozen):
    """A query, and who planned it."""

    query: Query
    by: By


class SearchDone(Frozen):
    """A planned search and how many papers of the window it returned."""

    query: Query
    by: By
    found: int


class Failure(Frozen):
    """Why a claim could not be searched or judged, in words, and what to do."""

    why: Why
    detail: str
    awaits: Awaits | None = None

    @classmethod
    def of(cls, error: ModelFailed) -> Failure:
        """What an answer that is not there leaves of a claim."""
        awaits = error.awaits if isinstance(error, Waiting) else None
        return cls(why="not-judged", detail=error.in_one_line, awaits=awaits)


class Subject(Frozen):
    """A claim on its way through the stations; the counter-thesis travels as one too."""

    claim: Claim
    window: Window
    excluded: tuple[str, ...]
    """Papers that are never evidence here: the claim's anchors (for the counter-thesis, all of the
    line's)."""
    unasked: tuple[str, ...] = ()
    """Anchors that the source could not be asked for: where the window opens is then not known."""


class Around(Frozen):
    """The sentences around a quote: before it, in its gaps, after it (grounding/entailment.py)."""

    before: str = ""
    between: str = ""
    after: str = ""


class Beside(Frozen):
    """What a judgment needs of a piece of evidence, and no report keeps."""

    arxiv_id: str
    authors: tuple[str, ...]
    around: tuple[Around, ...]
    """Of each of its points, in their order."""


def with_more_points(known: list[Evidence], new: list[Evidence]) -> list[Evidence]:
    """One piece of evidence a paper: what its full text shows comes behind what its abstract
    does."""
    return joined([*known, *new])


def with_more_around(known: list[Beside], new: list[Beside]) -> list[Beside]:
    """The same of what stands around the points, in the same order."""
    found: dict[str, Beside] = {}
    for item in [*known, *new]:
        before = found.get(item.arxiv_id)
        around = (*(before.around if before else ()), *item.around)
        found[item.arxiv_id] = item.model_copy(update={"around": around})
    return list(found.values())


class Synthesized(Frozen):
    """The end of the report."""

    superseding: tuple[SupersedingRecord, ...] = ()
    questions: tuple[QuestionRecord, ...] = ()
    limits: str = ""
    rejected: tuple[Rejection, ...] = ()
    failed: bool = False


class ClaimState(TypedDict, total=False):
    """One claim's own state."""

    subject: Subject
    anchor_papers: list[Paper]
    terms: Terms | None
    terms_by: Proposer | None
    searches: list[PlannedSearch]
    plan_note: str
    plan_rejected: list[Rejection]
    done: Annotated[list[SearchDone], operator.add]
    candidates: list[Candidate]
    held: list[str]
    """Ids of candidates that are read whatever is chosen: the last report's evidence, and what the
    model has named."""
    shared: list[str]
    """Ids of candidates that only the evidence for a sibling brings so far up."""
    found: Annotated[list[str], operator.add]
    left: Annotated[dict[str, str], operator.or_]
    """Papers that the model did not choose to read: titles by id."""
    triage_note: str
    nearest: list[Paper]
    """The best few of the candidates, whose words the second round looks for."""
    seen: Annotated[list[str], operator.add]
    findings: list[Finding]
    evidence: Annotated[list[Evidence], with_more_points]
    beside: Annotated[list[Beside], with_more_around]
    rejected: Annotated[list[Rejection], operator.add]
    suggested: list[Candidate]
    telling: Annotated[list[Candidate], operator.add]
    """The papers of which anything was said."""
    open: Annotated[dict[str, str], operator.or_]
    """Papers whose abstract names the experiment and not the result: what their text must tell."""
    deepened: bool
    """Whether the claim has been at the station that reads full texts."""
    full_texts: list[FullTextRecord]
    round: int
    judgment: Judgment | None
    second: Judgment | None
    failure: Failure | None
    outcomes: Annotated[list[ClaimRecord], operator.add]


class Settled(TypedDict):
    """What a claim's graph hands back to the line's."""

    outcomes: Annotated[list[ClaimRecord], operator.add]


class LineState(TypedDict, total=False):
    """The line's state: what the anchors are, what became of each claim, and how the report
    closes."""

    anchors: list[AnchorRecord]
    anchor_papers: list[Paper]
    subjects: list[Subject]
    outcomes: Annotated[list[ClaimRecord], operator.add]
    synthesis: Synthesized
    answer: Answer


def channel_types() -> set[type[BaseModel]]:
    """The models that the channels hold: all that may come back from a checkpoint."""
    found: set[type[BaseModel]] = set()

    def add(hint: object) -> None:
        if isinstance(hint, type) and issubclass(hint, BaseModel):
            found.add(hint)
        for inner in get_args(hint):
            add(inner)

    for state in (ClaimState, LineState, Settled):
        for hint in get_type_hints(state).values():
            add(hint)
    return found


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of what is found reaches the model."""

    per_query: int = 100
    """Papers asked of a source for one of several queries."""
    titles: int = 100
    """Papers of a claim whose titles are shown to the model."""
    candidates: int = 32
    """Papers of a claim that are read by the model."""
    siblings: int = 10
    """Papers beyond these that a claim's searches found, and that are evidence for a sibling."""
    papers_a_call: int = 10
    tokens_a_call: int = 4300
    """Estimated tokens of paper text in one extraction call: with the fixed part, under 5,000."""
    evidence_a_synthesis: int = 40


@dataclass(frozen=True, slots=True)
class Deps:
    """What the stations work with; none of it is state."""

    line: Line
    as_of: date
    source: Source
    asker: Asker
    verifier: Asker
    prompts: Mapping[str, Prompt]
    limits: Limits
    previous: Record | None
    searches: SearchMemory | None = None
    following: CitationIndex | None = None
    """Where papers that cite an anchor are asked for, if that is switched on."""
    texts: Texts | None = None
    """Where full texts come from; None where the settings or the source have none."""
    read_in_full: FullTextChoice = "auto"
    sink: StationSink = ignore
    """Hears of every station that is entered and left."""
    threads: Executor | None = None
    """Where work that blocks is done; None for the event loop's own."""
    annotated: Mapping[str, frozenset[str]] | None = None
    """Where an annotated library answers: the papers that its readers made a note of, by claim. The
    others that were found nobody has read."""
    order: str = ""
    """Papers and evidence are shown in the order of their days, or shuffled by this word: `retest
    eval --repeat` asks whether the order decides."""

    async def in_thread(self, work: Callable[P, T], *args: P.args, **more: P.kwargs) -> T:
        """What `work` gives, which blocks, done in a thread."""
        call = partial(copy_context().run, work, *args, **more)
        return await asyncio.get_running_loop().run_in_executor(self.threads, call)

    def last(self, claim_id: str, text: str) -> ClaimRecord | None:
        """What the last report says of a claim, if it spoke of the same text then and had more to
        say than that an answer waits in a batch."""
        if self.previous is None:
            return None
        for record in self.previous.every:
            if record.id == claim_id and record.text == text and record.awaits != "batch":
                return record
        return None

    def siblings(self, subject: Subject) -> dict[str, list[str]]:
        """The last report's evidence for the other claims of the line, as far as it may be evidence
        here: by paper, the claims."""
        known = {COUNTER_THESIS, *(claim.id for claim in self.line.claims)} - {subject.claim.id}
        previous = self.previous
        found: dict[str, list[str]] = {}
        for record in previous.every if previous else ():
            for item in record.evidence if record.id in known else ():
                if item.published in subject.window and item.arxiv_id not in subject.excluded:
                    found.setdefault(item.arxiv_id, []).append(record.id)
        return found
