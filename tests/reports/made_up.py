"""Papers, evidence and claims that are made up, of realistic length: the papers' numbers are beyond
what arXiv gives out in a month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, get_args

from retest.domain.evidence import Evidence, Rejection
from retest.domain.line import Window
from retest.domain.record import (
    ClaimRecord,
    Flip,
    HistoryEntry,
    QueryRecord,
    Searched,
)
from retest.domain.verdict import Stance
from tests.answers import point

FIRST, BEFORE, DAY = date(2024, 11, 15), date(2026, 10, 2), date(2026, 11, 20)
"""The first run, the one before the last that brought news, and that one."""
WHAT = (
    "Reading Whole Books at Once: What Long Windows Keep and What They Lose",
    "A Controlled Comparison of Passage Retrieval and Full-Document Reading across Eleven Open "
    "Model Families",
    "Lost No More? Position Effects in Models Trained on Interleaved Long Documents",
    "When the Answer Is in Two Places: Measuring Combination over Distant Passages with Verified "
    "Questions",
    "Cheap Readers, Costly Windows: An Account of Latency, Memory and Answers per Unit of Money",
    "Chunk Boundaries as a Hidden Variable in Evaluations of Question Answering over Long "
    "Technical Documents",
    "Rerankers Revisited",
    "How Far Apart Is Too Far? A Study of Reasoning over 128K, 512K and 2M Tokens",
)
SAID = {
    "supports": (
        "Across all eleven families, models that read the whole document answered more of the "
        "verified questions than the same models with the twenty best passages, and the gap "
        "widened with the number of places that an answer needs.",
        "We find that the order of passages explains less than two per cent of the variance once "
        "documents are read whole.",
    ),
    "qualifies": (
        "The advantage holds for documents of up to about 200K tokens; beyond that length "
        "retrieval is level or ahead, unless the model was trained on documents of that length.",
        "On questions that need a single passage we see no difference, while on those that "
        "combine several the whole document is ahead by nine points.",
    ),
    "contradicts": (
        "With a reranker trained on the same domain, passages were ahead of the whole document in "
        "nine of eleven "
        "families, at a fifteenth of the cost, and no length of window reversed this.",
        "The reported gain vanishes when chunk boundaries follow the document's own sections.",
    ),
}


def paper(number: int, published: date, stance: Stance) -> Evidence:
    """The evidence of a made-up paper, of v1 on `published`."""
    return Evidence(
        arxiv_id=f"{published:%y%m}.9{number:04}",
        version=1 + number % 3,
        title=WHAT[number % len(WHAT)],
        published=published,
        points=(
            point(
                stance,
                SAID[stance][number % 2],
                f"abstract, sentence {2 + number % 5}",
                "It measures the same comparison with other documents.",
                "evaluation",
                "documents of more than 200K tokens" if stance == "qualifies" else "",
            ),
        ),
        rungs=("id", "resolves", "newer", "quote", "entails"),
        found_by=("long context; retrieval",),
    )


def papers(first: int, stances: str, since: date, days: int) -> tuple[Evidence, ...]:
    """One a letter of `stances` (s, q or c), evenly over `days` from `since`, the newest first."""
    named: dict[str, Stance] = {stance[0]: stance for stance in get_args(Stance)}
    step = max(days // max(len(stances), 1), 1)
    made = [
        paper(first + n, since + timedelta(days=n * step), named[s]) for n, s in enumerate(stances)
    ]
    return tuple(reversed(made))


def past(*entries: tuple[date, str], by: Sequence[Evidence] = ()) -> tuple[HistoryEntry, ...]:
    """What a claim was and is; `by` decided the last of it."""
    *before, (on, verdict) = entries
    told: list[dict[str, Any]] = [{"on": day, "verdict": was} for day, was in before]
    told.append({"on": on, "verdict": verdict, "decided_by": tuple(item.arxiv_id for item in by)})
    return tuple(HistoryEntry.model_validate(entry) for entry in told)


def claim(
    name: str, text: str, opens: date, history: tuple[HistoryEntry, ...], **more: Any
) -> ClaimRecord:
    searched = Searched(
        source="arxiv",
        candidates=64,
        extracted=24,
        detail="",
        queries=(
            QueryRecord(
                query='"long context" AND (retrieval OR passages OR "whole document")',
                by="model",
                found=41,
            ),
            QueryRecord(
                query='"retrieval augmented" AND (outperforms OR "is sufficient")',
                by="counter-statement",
                found=18,
            ),
            QueryRecord(
                query="long window reading whole document passages answer questions",
                by="rule",
                found=50,
            ),
        ),
    )
    fields: dict[str, Any] = {
        "id": name,
        "text": text,
        "dated": f"{opens:%Y-%m}",
        "anchors": (f"{opens:%y%m}.99001",),
        "window": Window(opens=opens, as_of=DAY if history[-1].on == DAY else BEFORE),
        "verdict": history[-1].verdict,
        "why": None,
        "detail": "",
        "moved": None,
        "artifact": False,
        "confidence": 0.8,
        "rationale": "",
        "flip": None,
        "review": None,
        "evidence": (),
        "rejected": (),
        "unread": (),
        "searched": searched,
        "history": history,
    }
    return ClaimRecord(**{**fields, **more})


def fell(number: int, reason: str, rung: str, detail: str) -> Rejection:
    return Rejection.model_validate(
        {
            "cited": f"2606.9{number:04}",
            "title": WHAT[number % len(WHAT)],
            "rung": rung,
            "reason": reason,
            "detail": detail,
        }
    )


def flip(was: str, to: str, pending: bool) -> Flip:
    return Flip.model_validate({"from": was, "to": to, "on": DAY, "pending": pending})
