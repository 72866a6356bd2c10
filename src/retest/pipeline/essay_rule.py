"""The answer put together by rule: what verdicts and evidence carry, and no more. No model."""

from __future__ import annotations

from collections.abc import Sequence

from retest.domain.answer import AnswerSentence, Basis
from retest.domain.evidence import Evidence
from retest.domain.record import ClaimRecord
from retest.domain.verdict import MARKS_FOR, Verdict
from retest.grounding.numbers import strange_numbers

MOST_WORDS = 250
"""Words of an answer that is written where the line brings no essay."""
LONGEST_WHY = 260
"""Characters of a reason that a sentence takes over; a longer one is left out."""
ORDER: tuple[Verdict, ...] = ("overturned", "relaxed", "holds")


def words_of(text: str) -> int:
    return len(text.split())


def deciding(claim: ClaimRecord) -> list[Evidence]:
    """The evidence that decided a claim's verdict, the newest first; where that is not known, the
    evidence of the kind that the verdict needs."""
    decided = [item for item in claim.evidence if item.arxiv_id in claim.history[-1].decided_by]
    marks = MARKS_FOR.get(claim.verdict, frozenset())
    found = decided or [item for item in claim.evidence if item.mark in marks]
    return sorted(found, key=lambda item: (item.published, item.arxiv_id), reverse=True)


def by_rule(source: str, claims: Sequence[ClaimRecord]) -> str:
    """What a sentence says now: what it said in the claims file, with what newer work does to each
    of its claims; without its own words where newer work overturns all of them."""
    gone = claims and all(claim.verdict == "overturned" for claim in claims)
    pieces = [] if gone else [source]
    limits = 0
    for claim in claims:
        if claim.verdict == "overturned":
            pieces.append(
                f"Newer work overturns the claim that {_inside(claim.text)}{_because(claim)}"
            )
        elif claim.verdict == "relaxed":
            pieces.append(f"{'It also' if limits else 'Newer work'} limits this{_because(claim)}")
            limits += 1
    return " ".join(pieces)


def _because(claim: ClaimRecord) -> str:
    """The reason of the newest paper that decided, and its id; the id alone where the reason is
    long, or names a number that stands in none of the claim's quotes."""
    item = next(iter(deciding(claim)), None)
    if item is None:
        return "."
    against = [point for point in item.points if point.side != "for"] or list(item.points)
    quotes = [point.quote for one in claim.evidence for point in one.points]
    why = against[0].why.strip().rstrip(".")
    fits = why and len(why) <= LONGEST_WHY and not strange_numbers(why, [*quotes, claim.text])
    return f": {_lowered(why)} [{item.arxiv_id}]." if fits else f" [{item.arxiv_id}]."


def _inside(text: str) -> str:
    return _lowered(text.strip().rstrip("."))


def _lowered(text: str) -> str:
    """With a small letter in front, unless the first word is an acronym or a name."""
    first = text.split(" ", 1)[0]
    return text[:1].lower() + text[1:] if first[1:] == first[1:].lower() else text


def composed(claims: Sequence[ClaimRecord]) -> list[AnswerSentence]:
    """An answer from the verdicts of claims, in the order in which they weigh: those that bear on
    the question first, what newer work overturns before what it limits and bears out; then the
    honest limit. At most MOST_WORDS words."""
    decided = [claim for claim in claims if claim.verdict in ORDER]
    weigh = sorted(decided, key=lambda c: (c.bears_on is None, ORDER.index(c.verdict)))
    limit = limit_of(claims)
    sentences: list[AnswerSentence] = []
    room = MOST_WORDS - words_of(limit.text)
    for claim in weigh:
        text = sentence_of(claim)
        if words_of(text) <= room:
            room -= words_of(text)
            basis = (Basis(claim=claim.id, verdict=claim.verdict),)
            sentences.append(
                AnswerSentence(text=text, basis=basis, bound_by="rule", written_by="rule")
            )
    return [*sentences, limit]


def sentence_of(claim: ClaimRecord) -> str:
    """What an answer by rule says of one claim."""
    if claim.verdict == "holds":
        return f"{claim.text} Newer work bears this out{_because_id(claim)}."
    if claim.verdict == "undetermined":
        return f"{claim.text} Newer work does not decide this."
    return by_rule(claim.text, [claim])


def _because_id(claim: ClaimRecord) -> str:
    item = next(iter(deciding(claim)), None)
    return f" [{item.arxiv_id}]" if item else ""


def limit_of(claims: Sequence[ClaimRecord]) -> AnswerSentence:
    """The honest limit: on how many of the line's claims newer work decides nothing."""
    left = sum(claim.verdict == "undetermined" for claim in claims)
    total = len(claims)
    if not left:
        text = "All of this rests on what newer work was found and read, and on no more."
    elif left == total:
        text = "Newer work decides none of the line's claims, so there is no answer yet."
    else:
        text = (
            "On some of the line's claims newer work decides nothing, so this is no whole answer."
        )
    basis = tuple(Basis(claim=claim.id, verdict=claim.verdict) for claim in claims)
    return AnswerSentence(
        text=text,
        basis=basis,
        bound_by="rule",
        written_by="rule",
        is_limit=True,
        paragraph=True,
    )


def rewritten(sentence: AnswerSentence, claims: Sequence[ClaimRecord]) -> str:
    """What a sentence whose claims have moved says by rule."""
    if sentence.is_limit:
        return limit_of(claims).text
    if sentence.source:
        return by_rule(sentence.source, claims)
    return " ".join(map(sentence_of, claims)) or sentence.text
