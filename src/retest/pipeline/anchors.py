"""Station: each anchor resolved and dated, and from them each claim's window. A withdrawn or
revised anchor is news."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from langgraph.runtime import Runtime

from retest.domain.line import (
    COUNTER_THESIS,
    Anchor,
    Claim,
    Line,
    Window,
    first_day,
    last_day,
    recent,
)
from retest.domain.paper import Lookup, Missing, Paper, Unknown
from retest.domain.record import AnchorRecord, AnchorStatus
from retest.pipeline.state import Deps, LineState, Subject


async def anchors(state: LineState, runtime: Runtime[Deps]) -> LineState:
    """Look all of the line's anchors up in one call, and once more those that could not be asked
    for: their claims cannot be searched without them."""
    del state  # the first station: nothing is known yet
    deps = runtime.context
    ids = [anchor.id for anchor in deps.line.anchors]
    found = dict(await deps.in_thread(deps.source.get, ids)) if ids else {}
    if unasked := [name for name, paper in found.items() if isinstance(paper, Unknown)]:
        found |= await deps.in_thread(deps.source.get, unasked)
    papers = [paper for paper in found.values() if isinstance(paper, Paper)]
    return {
        "anchors": list(anchor_records(deps.line, found)),
        "anchor_papers": papers,
        "subjects": sorted(
            subjects(deps.line, found, deps.as_of), key=lambda subject: not _is_open(deps, subject)
        ),
    }


def anchor_records(line: Line, found: Mapping[str, Lookup]) -> tuple[AnchorRecord, ...]:
    """The line's anchors as stated and as found."""
    return tuple(_record(anchor, found[anchor.id], line) for anchor in line.anchors)


def _is_open(deps: Deps, subject: Subject) -> bool:
    """Whether the last run left the claim unsearched or unjudged, or never met it: it comes first
    then."""
    last = deps.last(subject.claim.id, subject.claim.text)
    return last is None or last.is_open


def subjects(line: Line, found: Mapping[str, Lookup], as_of: date) -> list[Subject]:
    """The line's claims and its counter-thesis, each with its window."""
    published = {paper.id: paper.published for paper in found.values() if isinstance(paper, Paper)}
    result = []
    for claim in line.claims:
        days = [published[anchor] for anchor in claim.anchors if anchor in published]
        window = Window(opens=max(days) if days else first_day(claim.dated), as_of=as_of)
        unasked = tuple(anchor for anchor in claim.anchors if isinstance(found[anchor], Unknown))
        result.append(Subject(claim=claim, window=window, excluded=claim.anchors, unasked=unasked))
    opens = recent(as_of)
    counter = Claim(
        id=COUNTER_THESIS,
        text=line.counter_thesis,
        dated=opens.isoformat(),
        terms=line.counter_terms,
        levers=tuple(dict.fromkeys(lever for claim in line.claims for lever in claim.levers)),
    )
    everything = tuple(anchor.id for anchor in line.anchors)
    result.append(
        Subject(claim=counter, window=Window(opens=opens, as_of=as_of), excluded=everything)
    )
    return result


def _record(anchor: Anchor, found: Lookup, line: Line) -> AnchorRecord:
    resting = [claim for claim in line.claims if anchor.id in claim.anchors]
    if isinstance(found, Missing):
        return _news(
            anchor, None, "not-found", "the source was asked and has no such paper", resting
        )
    if isinstance(found, Unknown):
        return _news(
            anchor, None, "unverifiable", f"the source could not be asked: {found.reason}", resting
        )
    if found.withdrawn:
        detail = "its authors have withdrawn it: what rests on it needs another ground"
        return _news(anchor, found, "withdrawn", detail, resting)
    since = [claim for claim in resting if found.updated and found.updated > last_day(claim.dated)]
    if since:
        detail = (
            f"revised on {found.updated}, after "
            f"{'claims that rest' if len(since) > 1 else 'a claim that rests'}"
        )
        return _news(anchor, found, "revised", f"{detail} on it had been dated", since)
    if not first_day(anchor.dated.split("/")[0]) <= found.published <= last_day(anchor.dated):
        detail = f"its first version is of {found.published}, not of {anchor.dated}"
        return _news(anchor, found, "date-differs", detail, resting)
    return _news(anchor, found, "ok", "", [])


def _news(
    anchor: Anchor, found: Paper | None, status: AnchorStatus, detail: str, about: Sequence[Claim]
) -> AnchorRecord:
    return AnchorRecord(
        id=anchor.id,
        about=anchor.about,
        stated=anchor.dated,
        version=found.version if found else None,
        title=found.title if found else None,
        published=found.published if found else None,
        status=status,
        detail=detail,
        claims=tuple(claim.id for claim in about),
    )
