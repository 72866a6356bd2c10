"""A record to draw from, with one text of strangers in every place where there can be one."""

from __future__ import annotations

from datetime import date

from retest.domain.evidence import Evidence, Rejection
from retest.domain.line import Window
from retest.domain.record import (
    AnchorRecord,
    CandidateRecord,
    ClaimRecord,
    Flip,
    HistoryEntry,
    QueryRecord,
    QuestionRecord,
    Record,
    Searched,
    SupersedingRecord,
)
from tests.answers import point

DAY = date(2026, 8, 21)


def evidence(text: str) -> Evidence:
    return Evidence(
        arxiv_id="2606.00001",
        version=1,
        title=text,
        published=date(2026, 6, 1),
        points=(
            point("qualifies", text, "abstract, sentence 1", text, which=text),
            point("supports", text, "abstract, sentence 1", text),
        ),
        rungs=("id",),
        found_by=(text,),
    )


def claim(text: str, name: str = "a-claim") -> ClaimRecord:
    return ClaimRecord(
        id=name,
        text=text,
        dated="2025",
        anchors=("2501.00001",),
        window=Window(opens=date(2025, 1, 1), as_of=DAY),
        verdict="undetermined",
        why="not-judged",
        detail=text,
        moved=None,
        artifact=False,
        confidence=None,
        review=None,
        rationale=text,
        evidence=(evidence(text),),
        flip=Flip.model_validate({"from": "holds", "to": "relaxed", "on": DAY, "pending": True}),
        rejected=(
            Rejection(cited=text, title=text, rung="id", reason="malformed-id", detail=text),
        ),
        unread=(CandidateRecord(arxiv_id="2606.00002", title=text, published=date(2026, 6, 1)),),
        searched=Searched(
            source="mirror",
            queries=(QueryRecord(query=text, by="model", found=1),),
            candidates=1,
            extracted=0,
            detail=text,
        ),
        history=(HistoryEntry(on=DAY, verdict="undetermined"),),
    )


def record(text: str) -> Record:
    """Every free text of the record is `text`."""
    return Record(
        line="a-line",
        question=text,
        thesis=text,
        as_of=DAY,
        model=text,
        verifier=text,
        source="mirror",
        prompts={"plan": "0" * 12},
        claims=(claim(text), claim(text, "another")),
        counter_thesis=claim(text, "counter-thesis"),
        anchors=(
            AnchorRecord(
                id="2501.00001",
                about=text,
                stated="2025-01",
                version=None,
                title=text,
                published=None,
                status="not-found",
                detail=text,
            ),
        ),
        superseding=(SupersedingRecord(claim="a-claim", evidence=evidence(text), argument=text),),
        questions=(QuestionRecord(question=text, motivated_by=("2606.00001",)),),
        limits=text,
        rejected=(
            Rejection(cited=text, title=text, rung="id", reason="malformed-id", detail=text),
        ),
    )
