"""Why something is due: the last run, as its entry in the run log and its record have it, compared
with now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from retest.domain.answers import Entailment, Extraction, Judgment, QueryPlan, Triage
from retest.domain.line import COUNTER_THESIS, Claim
from retest.domain.record import AnchorRecord, ClaimRecord
from retest.explain.dry_run import Note
from retest.explain.estimate import PROMPTS
from retest.grounding.ladder import LADDER_VERSION
from retest.pipeline.state import Deps
from retest.run import log as runlog
from retest.run.job import Job

OTHERWISE = "never asked in these words"
"""Where none of the known reasons holds: levers, queries or evidence are others, or the answers
were lost."""
UNTESTED = "never tested"


@dataclass(frozen=True, slots=True)
class Before:
    """What the last run stood on. The record keeps the prompts of the run that last brought news;
    the run log has those of the last run, and the version of the ladder, which the record does not
    hold. Without a log the record must do."""

    model: str
    verifier: str
    prompts: Mapping[str, str]
    ladder: str | None


def recorded_claim(deps: Deps, claim_id: str) -> ClaimRecord | None:
    """What the last report says of the claim of that id, whatever its text was then."""
    if deps.previous is None:
        return None
    every = (*deps.previous.claims, deps.previous.counter_thesis)
    return next((record for record in every if record.id == claim_id), None)


def why_due(
    deps: Deps,
    before: Before | None,
    claim: Claim,
    anchors: Sequence[AnchorRecord],
    asked: Sequence[Note],
    job: Job,
) -> list[str]:
    """Reasons in words, the weightiest first; none where nothing is asked and nothing was left
    open."""
    last, reasons = recorded_claim(deps, claim.id), ["--full"] if job.full and asked else []
    kinds = {note.request.schema for note in asked}
    if before is None or last is None:
        reasons.append(UNTESTED)
    elif last.text != claim.text:
        reasons.append("the claim's text has changed")
    else:
        if last.is_open:
            reasons.append(f"left open last time: {last.why}")
        reasons += _changed(deps, before, kinds, job)
        if kinds and _anchors_changed(deps, claim, last, anchors):
            reasons.append("its anchors or their titles have changed")
    choices = [note for note in asked if note.request.schema is Triage]
    read = len(
        {paper.id for note in asked if note not in choices for paper in note.request.facts.papers}
    )
    if QueryPlan in kinds:
        return [
            *(reasons or [OTHERWISE]),
            f"plan first, then up to {deps.limits.candidates} papers",
        ]
    if choices:
        titles = sum(len(note.request.facts.papers) for note in choices)
        new = "to choose from" if reasons else "new to it"
        reasons.append(f"{titles} title{'' if titles == 1 else 's'} {new}")
    if read:
        papers = f"{read} paper{'' if read == 1 else 's'}"
        return [*reasons, f"{papers} to read"] if reasons else [f"{papers} new to it"]
    return reasons or ([OTHERWISE] if asked else [])


def _changed(deps: Deps, before: Before, kinds: Set[type], job: Job) -> list[str]:
    changed = []
    names = [name for schema, name in PROMPTS.items() if schema in kinds]
    if others := [name for name in names if before.prompts.get(name) != deps.prompts[name].hash]:
        changed.append(f"prompt {', '.join(others)} changed")
    if before.model != job.model and kinds & {QueryPlan, Triage, Extraction, Judgment}:
        changed.append(f"the model was {before.model}")
    (_, checker), checked_by = job.specs, before.verifier or before.model
    if checker != checked_by and kinds & {Entailment}:
        changed.append(f"the verifier was {checked_by}")
    if before.ladder not in (None, LADDER_VERSION) and kinds:
        changed.append(f"the ladder was of version {before.ladder}")
    return changed


def _anchors_changed(
    deps: Deps, claim: Claim, last: ClaimRecord, anchors: Sequence[AnchorRecord]
) -> bool:
    if claim.id == COUNTER_THESIS or deps.previous is None:
        return False
    if set(last.anchors) != set(claim.anchors):
        return True
    titles = {anchor.id: anchor.title for anchor in deps.previous.anchors}
    return any(
        titles.get(anchor.id) != anchor.title for anchor in anchors if anchor.id in claim.anchors
    )


def before(deps: Deps, home: Path) -> Before | None:
    """What the line's last run stood on; None where there is no report of it."""
    record = deps.previous
    if record is None:
        return None
    entry = runlog.last(home, deps.line.line) or {}
    if not isinstance(entry.get("prompts"), dict):  # of before this was kept
        return Before(record.model, record.verifier or "", record.prompts, None)
    return Before(
        str(entry.get("model")),
        str(entry.get("verifier") or ""),
        entry["prompts"],
        entry.get("ladder"),
    )
