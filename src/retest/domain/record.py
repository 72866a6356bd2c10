"""`reports/<line>.json`: the record that everything else is drawn from. It holds nothing that
changes without news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, model_validator

from retest.domain import Frozen
from retest.domain.answer import Answer, restated
from retest.domain.evidence import Evidence, Rejection
from retest.domain.line import Review, Window
from retest.domain.terms import Proposer, Terms
from retest.domain.verdict import OPEN, Bearing, Condition, State, Verdict, Why
from retest.errors import Awaits

FORMAT = 2
AnchorStatus = Literal["ok", "revised", "withdrawn", "not-found", "unverifiable", "date-differs"]


class AnchorRecord(Frozen):
    """One anchor, as stated and as found. `status` other than `ok` is news about `claims`, which
    rest on it."""

    id: str
    about: str | None
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
    by: Literal["model", "rule", "hand", "counter-statement", "widened", "citation", "sibling"]
    found: int


class Searched(Frozen):
    """How a claim was searched. `candidates` were found and dated in the window, `extracted` were
    read by the model, `left` were not, since it did not choose them by their titles."""

    source: str
    queries: tuple[QueryRecord, ...]
    candidates: int
    extracted: int
    source_ends: date | None = None
    """The day after which the source knows no papers, where that is before the day of the run."""
    detail: str = ""
    left: dict[str, str] = Field(default_factory=dict)
    """Titles by id, in the order of ids."""


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


class FullTextRecord(Frozen):
    """A paper of which the abstract did not decide. `read`: in full; `abstract only`: there was no
    full text to be had; `not asked`: the settings, the source or the most of a claim forbade it."""

    arxiv_id: str
    because: Literal["open", "turns"]
    """Its abstract names the experiment and not the result, or the verdict turned on it."""
    question: str = ""
    """What its text must tell, in the model's words."""
    outcome: Literal["read", "abstract only", "not asked"]


class PartRecord(Frozen):
    """How the judgment saw one part of a claim, the evidence that it needs for that cited and
    checked (docs/settling.md)."""

    ordinary: State
    cites: tuple[str, ...]


class SpecialRecord(Frozen):
    """A special case of substance in which a claim fails, by the judgment and the evidence."""

    case: str
    cites: tuple[str, ...]


class ClaimRecord(Frozen):
    """What is known of one claim, or of the counter-thesis."""

    id: str
    text: str
    dated: str
    bears_on: Bearing | None = None
    anchors: tuple[str, ...]
    window: Window
    verdict: Verdict
    why: Why | None
    awaits: Awaits | None = None
    """Whose answer a claim that is `not-judged` waits for; None where nobody's is to come."""
    detail: str
    """For `undetermined`: what went wrong and what to do, in words."""
    moved: Condition | None
    artifact: bool
    confidence: float | None
    rationale: str
    terms: Terms | None = None
    """What the claim means and what would change its verdict; None where no model proposed any,
    and in records of before there were terms."""
    terms_by: Proposer | None = None
    """Who fixed the terms: the model that planned first, or the curator in the claims file."""
    parts: tuple[PartRecord, ...] = ()
    """Of each part of the claim, in the order of its terms; empty where nothing was judged."""
    fails_in: tuple[SpecialRecord, ...] = ()
    flip: Flip | None
    review: Review | None
    evidence: tuple[Evidence, ...]
    rejected: tuple[Rejection, ...]
    unread: tuple[CandidateRecord, ...]
    full_texts: tuple[FullTextRecord, ...] = ()
    searched: Searched
    history: Annotated[tuple[HistoryEntry, ...], Field(min_length=1)]

    @property
    def is_open(self) -> bool:
        """Whether it could not be searched or judged: the next run takes it up first."""
        return self.why in OPEN

    @property
    def last_decided(self) -> Verdict | None:
        """The last verdict that was not `undetermined`: a night of failure makes no flip."""
        return _decided(self.history)

    @property
    def decided_before(self) -> Verdict | None:
        """The last verdict before the present one that was not `undetermined`."""
        return _decided(self.history[:-1])


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

    format: Literal[2] = 2
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
    answer: Answer = Answer()
    limits: str
    synthesis_failed: bool = False
    """Whether the synthesis could not be written; `limits` then says why. A later run that has one
    brings news."""
    rejected: tuple[Rejection, ...]
    """What fell off the ladder in the synthesis."""

    @property
    def every(self) -> tuple[ClaimRecord, ...]:
        """The claims, and the counter-thesis last."""
        return (*self.claims, self.counter_thesis)

    def stated(self) -> Record:
        """The same record, with how each sentence of its answer stands by its claims."""
        verdicts = {claim.id: claim.verdict for claim in self.every}
        decided_by = {claim.id: claim.history[-1].decided_by for claim in self.every}
        answer = restated(self.answer, verdicts, decided_by)
        return self.model_copy(update={"answer": answer})

    @model_validator(mode="before")
    @classmethod
    def _of_format_1(cls, data: Any) -> Any:
        """Records of format 1 said in sentences what are fields now."""
        return upgraded(data) if isinstance(data, dict) and data.get("format") == 1 else data


def _decided(history: Sequence[HistoryEntry]) -> Verdict | None:
    entries = (entry.verdict for entry in reversed(history))
    return next((verdict for verdict in entries if verdict != "undetermined"), None)


def upgraded(data: Mapping[str, Any]) -> dict[str, Any]:
    """A record of format 1 as one of format 2. Only here is a sentence read for what it means: it
    was the only place where format 1 said it."""
    record = {**data, "format": FORMAT}
    record["synthesis_failed"] = str(data.get("limits")).startswith(
        "The synthesis could not be written: "
    )
    if isinstance(data.get("claims"), list):
        record["claims"] = [_upgraded_claim(claim) for claim in data["claims"]]
    record["counter_thesis"] = _upgraded_claim(data.get("counter_thesis"))
    return record


def _upgraded_claim(data: Any) -> Any:
    if not isinstance(data, dict):
        return data
    claim = dict(data)
    detail = str(data.get("detail"))
    if data.get("why") == "not-judged":
        said = (("batch", "waits in a batch"), ("person", "waits for its answer"))
        claim["awaits"] = next((whom for whom, words in said if words in detail), None)
    if data.get("why") == "nothing-grounded" and data.get("evidence"):
        claim["why"] = "undecided"
    searched = data.get("searched")
    if isinstance(searched, dict):
        _, said_so, day = str(searched.get("detail")).partition("knows no papers after ")
        if said_so:
            claim["searched"] = {**searched, "source_ends": day[:10]}
    return claim


def published_schema() -> dict[str, object]:
    """The JSON Schema (draft 2020-12) of the record, as published in docs/report.schema.json."""
    schema = Record.model_json_schema(mode="serialization")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
