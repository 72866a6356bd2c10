"""A line as it stands after two years: twelve claims in all four verdicts, all of it made up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from retest.domain.evidence import Rejection
from retest.domain.line import Review, Window
from retest.domain.record import (
    AnchorRecord,
    CandidateRecord,
    ClaimRecord,
    Flip,
    QuestionRecord,
    Record,
    SupersedingRecord,
)
from tests.reports.made_up import BEFORE, DAY, FIRST, WHAT, claim, fell, flip, papers, past


def _claims() -> tuple[ClaimRecord, ...]:
    many = papers(100, "sssqssqsqsqqsqcqsqqcqcqqc", date(2024, 3, 2), 960)
    eight = papers(200, "ssqsqqcc", date(2024, 8, 11), 820)
    steady = papers(300, "ssssqsss", date(2024, 2, 1), 900)
    back = papers(400, "sqss", date(2025, 1, 20), 560)
    kept = papers(500, "sss", date(2025, 3, 3), 400)
    reviewed = papers(600, "sscc", date(2025, 5, 5), 540)
    one, last, young, some = (
        papers(n, s, day, 1)
        for n, s, day in (
            (700, "c", date(2025, 6, 17)),
            (800, "s", date(2025, 2, 8)),
            (900, "q", date(2026, 11, 12)),
            (950, "s", date(2026, 1, 30)),
        )
    )
    turned = (
        "Both newest papers compare passages with whole documents under one reranker and one "
        "budget, and find passages"
    )
    return (
        claim(
            "whole-document-beats-passages",
            "Given a window that holds the whole document, language models answer questions about "
            "it better from the "
            "whole document than from the passages that a retriever picks, whatever the retriever.",
            date(2024, 1, 15),
            past((FIRST, "holds"), by=steady[-3:]),
            evidence=steady,
            confidence=0.9,
            rationale="Seven of eight newer papers find the same, most of them with retrievers "
            f"that the claim's own papers did not have [{steady[0].arxiv_id}]. The one that "
            "qualifies does so for very short documents.",
        ),
        claim(
            "middle-of-the-window-is-lost",
            "Language models use what stands at the beginning and at the end of a long context far "
            "better than what "
            "stands in its middle, and this does not depend on the size of the model.",
            date(2023, 7, 6),
            (
                *past((FIRST, "undetermined"), (date(2025, 1, 8), "holds"), by=many[-5:-3]),
                *past(
                    (date(2025, 9, 14), "relaxed"),
                    by=[e for e in many if e.mark == "in part"][-6:-3],
                ),
            ),
            evidence=many,
            moved="training method",
            confidence=0.62,
            flip=flip("relaxed", "overturned", pending=True),
            window=Window(opens=date(2023, 7, 6), as_of=DAY),
            rationale=(
                "The effect is still measured in models that were trained on short documents, but "
                "it is small or absent in those that were trained on interleaved long ones "
                f"[{many[4].arxiv_id}], [{many[3].arxiv_id}]."
            ),
            rejected=(
                fell(
                    11,
                    "not-entailed",
                    "entails",
                    "the sentence compares window sizes, not positions in the window",
                ),
                fell(12, "not-newer", "newer", "v1 of 2023-05-30, the window opens on 2023-07-06"),
            ),
        ),
        claim(
            "rerankers-do-not-pay",
            "Once the window holds a hundred passages or more, putting a reranker behind the "
            "retriever no longer improves the answers enough to pay for what it costs.",
            date(2024, 5, 2),
            (
                *past((FIRST, "holds"), by=eight[-1:]),
                *past((date(2025, 8, 3), "relaxed"), by=eight[5:6]),
                *past((DAY, "overturned"), by=eight[:2]),
            ),
            evidence=eight,
            moved="evaluation",
            artifact=True,
            confidence=0.84,
            flip=flip("relaxed", "overturned", pending=False),
            rationale=(
                f"{turned} with a reranker ahead at a fraction of the cost [{eight[0].arxiv_id}], "
                f"[{eight[1].arxiv_id}]. The older finding rests on rerankers that were trained "
                "on web search."
            ),
            rejected=(
                fell(
                    21,
                    "quote-not-found",
                    "quote",
                    "“rerankers are never worth their cost” stands neither in the abstract nor in "
                    "the full text",
                ),
                fell(22, "not-found", "resolves", "arXiv has no such paper"),
                Rejection(
                    cited="Brandt and Okafor (2026)",
                    rung="resolves",
                    reason="not-evidence",
                    detail="no paper of the evidence is theirs; the sentence was cut",
                ),
                fell(24, "withdrawn", "resolves", "withdrawn by its authors on 2026-09-30"),
            ),
        ),
        claim(
            "chunk-size-is-secondary",
            "The size of the chunks into which documents are cut matters little for the quality of "
            "answers.",
            date(2024, 2, 20),
            (*past((FIRST, "holds")), *past((date(2025, 7, 1), "overturned"), by=one)),
            evidence=one,
            moved="data",
            confidence=0.7,
            rationale=(
                "The gain of large chunks vanishes when boundaries follow the document's sections "
                f"[{one[0].arxiv_id}]."
            ),
        ),
        claim(
            "tables-need-their-own-reader",
            "Tables that run over several pages are read reliably only by models that were "
            "trained on tables, however long the window is.",
            date(2026, 3, 9),
            past((BEFORE, "undetermined")),
            why="nothing-newer-found",
            confidence=None,
            detail="24 newer papers read; none bears on the claim.",
        ),
        claim(
            "abstention-comes-with-length",
            "The more a model is given to read, the less often it says that the answer is not "
            "there.",
            date(2025, 4, 1),
            past((date(2025, 6, 1), "undetermined")),
            why="nothing-grounded",
            confidence=None,
            evidence=some,
            detail="The model said overturned without citing evidence that contradicts.",
            rejected=tuple(
                fell(30 + n, "not-entailed", "entails", "the sentence is about refusals for safety")
                for n in range(3)
            ),
        ),
        claim(
            "two-places-are-harder-than-one",
            "Questions whose answer must be put together from two distant places of a document are "
            "answered much worse "
            "than those that need one place, at every length that was tried.",
            date(2024, 9, 1),
            (
                *past((FIRST, "undetermined"), (date(2025, 4, 2), "holds"), by=kept[-1:]),
                *past((DAY, "undetermined")),
            ),
            why="search-failed",
            confidence=None,
            evidence=kept,
            detail="arXiv answered 503 to 5 attempts within 4 minutes. Run again later, or use "
            "--source mirror.",
        ),
        claim(
            "million-token-windows-are-for-code",
            (
                "Windows of a million tokens and more bring a gain for questions about code "
                "bases, and for hardly anything else."
            ),
            date(2025, 10, 10),
            (*past((date(2025, 12, 1), "relaxed")), *past((DAY, "undetermined"))),
            why="not-judged",
            confidence=None,
            detail=(
                "The budget of 2.00 USD was reached before this claim. Raise --max-usd, or run "
                "again: it comes first."
            ),
            unread=tuple(
                CandidateRecord(
                    arxiv_id=f"2611.9{n:04}",
                    title=WHAT[n % len(WHAT)],
                    published=date(2026, 11, n + 1),
                )
                for n in range(6)
            ),
        ),
        claim(
            "retrieval-helps-small-models-most",
            "Retrieval helps small models more than large ones, since large ones know more by "
            "heart.",
            date(2024, 6, 12),
            (*past((FIRST, "undetermined")), *past((date(2025, 10, 15), "holds"))),
            evidence=reviewed,
            confidence=None,
            review=Review(
                verdict="holds",
                by="M. Curator",
                on=date(2026, 3, 1),
                because="The two papers against it compare models of different families; within a "
                "family it holds.",
            ),
            detail=(
                "retest itself says relaxed; evidence newer than the review speaks against it: "
                f"{reviewed[0].arxiv_id}"
            ),
        ),
        claim(
            "cost-grows-faster-than-quality",
            "Doubling the length that is read doubles the cost and gains less than one point of "
            "quality.",
            date(2024, 10, 4),
            (
                *past((FIRST, "undetermined")),
                *past((date(2025, 2, 1), "holds"), by=back[-1:]),
                *past((date(2025, 7, 20), "relaxed"), by=back[2:3]),
                *past((date(2026, 4, 11), "holds"), by=back[:2]),
            ),
            evidence=back,
            flip=Flip.model_validate(
                {"from": "relaxed", "to": "holds", "on": date(2026, 4, 11), "pending": False}
            ),
            rationale="Two papers with current prices confirm the claim; the one that qualified "
            "it has been revised.",
        ),
        claim(
            "agents-reread-instead-of-remembering",
            (
                "Agents that may open a document as often as they like read the same pages again "
                "rather than keep notes of them."
            ),
            date(2026, 6, 20),
            (*past((date(2026, 9, 1), "undetermined")), *past((DAY, "relaxed"), by=young)),
            evidence=young,
            moved="domain",
            confidence=0.55,
            rationale="It holds for technical documents and not for narrative ones "
            f"[{young[0].arxiv_id}].",
        ),
        claim(
            "training-on-long-documents-does-not-cost-quality-on-short-ones",
            (
                "Training on long documents does not cost quality on short ones if at least a "
                "third of the training data stays short."
            ),
            date(2024, 12, 1),
            past((date(2025, 3, 1), "holds"), by=last),
            evidence=last,
            confidence=0.5,
            rationale="One paper of a single group; nobody else has looked.",
        ),
    )


def _anchors(claims: Sequence[ClaimRecord]) -> tuple[AnchorRecord, ...]:
    special: dict[str, dict[str, Any]] = {
        claims[11].anchors[0]: {
            "status": "withdrawn",
            "detail": "withdrawn by its authors: the short test set was part of the training data",
            "version": 3,
        },
        claims[1].anchors[0]: {
            "status": "revised",
            "detail": "v4 of 2026-11-02, v3 before",
            "version": 4,
        },
    }
    return tuple(
        AnchorRecord.model_validate(
            {
                "id": one.anchors[0],
                "about": f"what {one.id.replace('-', ' ')} rests on",
                "stated": one.dated,
                "version": 1,
                "title": WHAT[n % len(WHAT)],
                "published": one.window.opens,
                "status": "ok",
                "detail": "",
                "claims": (one.id,),
                **special.get(one.anchors[0], {}),
            }
        )
        for n, one in enumerate(claims)
    )


def twelve() -> Record:
    claims = _claims()
    counter = papers(980, "sqqs", date(2026, 6, 1), 160)
    strongest = claims[2].evidence[0]
    return Record(
        line="long-context",
        as_of=DAY,
        model="anthropic:reader-1",
        verifier="openai:checker-1",
        source="arxiv",
        question="Does reading a whole document make it unnecessary to retrieve passages of it?",
        thesis="Long windows replace retrieval wherever the document fits into them and its price "
        "can be paid.",
        prompts={
            name: f"{n}a{n}b{n}c{n}d{n}e{n}f"
            for n, name in enumerate(("plan", "extract", "entail", "judge", "synthesize"), 1)
        },
        anchors=_anchors(claims),
        claims=claims,
        counter_thesis=claim(
            "counter-thesis",
            "Retrieval stays ahead of long windows at any length, once both may cost the same.",
            date(2026, 5, 20),
            (
                *past((FIRST, "undetermined"), (date(2025, 11, 1), "holds")),
                *past((date(2026, 8, 9), "relaxed"), by=counter[2:3]),
            ),
            dated="2026-05-20",
            anchors=(),
            evidence=counter,
            moved="evaluation",
            window=Window(opens=date(2026, 5, 20), as_of=DAY),
            rationale=f"It is so for technical documents [{counter[1].arxiv_id}], and open for "
            "narrative ones.",
        ),
        superseding=(
            SupersedingRecord(
                claim=claims[2].id,
                evidence=strongest,
                argument=(
                    "It holds price and reranker equal for the first time, and turns the order "
                    "around in nine of eleven families."
                ),
            ),
        ),
        questions=(
            QuestionRecord(
                question=(
                    "Is there a length beyond which retrieval wins for every kind of question, "
                    "and does it move with training?"
                ),
                motivated_by=(strongest.arxiv_id, claims[1].evidence[0].arxiv_id),
            ),
            QuestionRecord(
                question="Which part of the gain of rerankers is a gain of chunk boundaries?",
                motivated_by=(strongest.arxiv_id,),
            ),
        ),
        limits="Abstracts only, but for four papers; two claims could not be judged in this run.",
        rejected=(
            fell(
                41,
                "not-evidence",
                "newer",
                "a real paper, but not among the evidence; its sentence was cut",
            ),
        ),
    )
