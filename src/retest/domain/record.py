"""`reports/<line>.json`: the record that everything else is drawn from. It holds nothing that
changes without news."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from retest.domain import Frozen
from retest.domain.evidence import Evidence, Rejection
from retest.domain.line import Review, Window
from retest.domain.verdict import Condition, Verdict, Why

FORMAT = 1
AnchorStatus = Literal["ok", "revised", "withdrawn", "not-found", "unverifiable", "date-differs"]


class AnchorRecord(Frozen):
    """One anchor, as stated and as found. `status` other than `ok` is news about `claims`, which
    rest on it."""

    id: str
    about: str
    stated: str
    version: int | None
    title: str | None
    published: date | None
    status: AnchorStatus
    detail: str
    claims: tuple[str, ...] = ()
    """For `revised`, those alone that had been dated before."""


class QueryRecord(Frozen):
    """One search: the query as people read it, who planned it, and how many papers of the window it
    returned."""

    query: str
    by: Literal["model", "rule", "hand", "counter-statement", "widened", "citation"]
    found: int


class Searched(Frozen):
    """How a claim was searched. `candidates` were found and dated in the window, `extracted` were
    read by the model."""

    source: str
    queries: tuple[QueryRecord, ...]
    candidates: int
    extracted: int
    detail: str = ""


class Flip(Frozen):
    """A verdict that differs from the last report's; `pending` while the second answer
    disagreed."""

    model_config = ConfigDict(serialize_by_alias=True)

    from_: Verdict = Field(alias="from")
    to: Verdict
    on: date
    pending: bool


class HistoryEntry(Frozen):
    """A verdict from the day on which a run came to it until the next entry."""

    on: date
    verdict: Verdict
    decided_by: tuple[str, ...] = ()
    """The ids of the evidence that decided it: of the kind that the verdict needs, and cited by the
    judgment. None for `undetermined`, for a reviewer's verdict, and in records from before this was
    kept."""


class CandidateRecord(Frozen):
    """A paper that was found and left unread: only listed where a claim could not be judged."""

    arxiv_id: str
    title: str
    published: date


class ClaimRecord(Frozen):
    """What is known of one claim, or of the counter-thesis."""

    id: str
    text: str
    dated: str
    anchors: tuple[str, ...]
    window: Window
    verdict: Verdict
    why: Why | None
    detail: str
    """For `undetermined`: what went wrong and what to do, in words."""
    moved: Condition | None
    artifact: bool
    confidence: float | None
    rationale: str
    flip: Flip | None
    review: Review | None
    evidence: tuple[Evidence, ...]
    rejected: tuple[Rejection, ...]
    unread: tuple[CandidateRecord, ...]
    searched: Searched
    history: Annotated[tuple[HistoryEntry, ...], Field(min_length=1)]


class SupersedingRecord(Frozen):
    """Work of the last six months that speaks against what the line says, with its argument."""

    claim: str
    evidence: Evidence
    argument: str


class QuestionRecord(Frozen):
    question: str
    motivated_by: tuple[str, ...]


class Record(Frozen):
    """The whole report of a line."""

    format: Literal[1] = 1
    line: str
    question: str
    thesis: str
    as_of: date
    model: str
    verifier: str | None
    source: str
    prompts: dict[str, str]
    anchors: tuple[AnchorRecord, ...]
    claims: tuple[ClaimRecord, ...]
    counter_thesis: ClaimRecord
    superseding: tuple[SupersedingRecord, ...]
    questions: tuple[QuestionRecord, ...]
    limits: str
    rejected: tuple[Rejection, ...]
    """What fell off the ladder in the synthesis."""


def published_schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of the record, as published in docs/report.schema.json."""
    schema = Record.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
