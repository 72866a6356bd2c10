"""What a reader of a report asks first: what the last run changed, what waits for a decision, how
each claim stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from retest.domain import Frozen
from retest.domain.evidence import Evidence
from retest.domain.question import on_question
from retest.domain.record import AnchorRecord, ClaimRecord, Record
from retest.domain.verdict import MARKS_FOR, Mark, Verdict, Why

WHY: dict[Why | None, str] = {
    "nothing-newer-found": "nothing newer found",
    "nothing-grounded": "nothing grounded",
    "no-referent": "no referent",
    "undecided": "grounded, undecided",
    "search-failed": "search failed",
    "not-judged": "not judged",
    None: "",
}
ORDER: tuple[Verdict, ...] = ("overturned", "relaxed", "holds", "undetermined")
"""In the order in which a reader wants to know of them."""
MARKS: tuple[Mark, ...] = ("against", "in part", "for")
"""What speaks most strongly against a claim first."""
DECIDING = 2
"""Pieces of evidence that decided a verdict and are shown unfolded; the others of theirs are
folded."""


class Turn(Frozen):
    """What the last run made of a claim. `was` is its last decided verdict, None where there is
    none."""

    claim: ClaimRecord
    was: Verdict | None

    @property
    def is_first(self) -> bool:
        return self.was is None

    @property
    def is_back(self) -> bool:
        """Whether the claim came back as it was, after a time in which it could not be decided."""
        return self.was == self.claim.verdict


class Summary(Frozen):
    """The top of a report. `is_first` says that no claim has a past: then it tells what is new
    since the claims were dated."""

    is_first: bool
    turned: tuple[Turn, ...]
    """Claims that came to their verdict in the run of `as_of`; of a first report those that newer
    work overturned."""
    others: tuple[ClaimRecord, ...]
    """Claims of which that run brought other news: evidence, a review, an anchor; their verdict
    stayed."""
    pending: tuple[ClaimRecord, ...]
    failed: tuple[ClaimRecord, ...]
    """Claims that could not be searched or judged, but for those that `turned` tells of."""
    contested: tuple[ClaimRecord, ...]
    """Reviewed claims against which newer evidence speaks."""
    anchors: tuple[AnchorRecord, ...]
    """Those that are not, or no longer, as the line's author states them."""

    @property
    def waits(self) -> bool:
        """Whether a claim waits for a person to decide or to repair something."""
        return bool(self.pending or self.failed or self.contested)


def summary(record: Record) -> Summary:
    """The top of this record's report, every list in the record's order."""
    every = (*record.claims, record.counter_thesis)
    fresh = [claim for claim in every if claim.history[-1].on == record.as_of]
    is_first = all(
        len(claim.history) == 1 and claim.history[0].on == record.as_of for claim in every
    )
    if is_first:
        fresh = [claim for claim in record.claims if claim.verdict == "overturned"]
    return Summary(
        is_first=is_first,
        turned=tuple(Turn(claim=claim, was=claim.decided_before) for claim in fresh),
        others=tuple(
            claim
            for claim in every
            if not is_first
            and claim.window.as_of == record.as_of
            and claim not in fresh
            and not is_pending(claim)
        ),
        pending=tuple(claim for claim in every if is_pending(claim)),
        failed=tuple(claim for claim in every if claim.is_open and claim not in fresh),
        contested=tuple(claim for claim in every if against_review(claim)),
        anchors=tuple(anchor for anchor in record.anchors if anchor.status != "ok"),
    )


def is_pending(claim: ClaimRecord) -> bool:
    return claim.flip is not None and claim.flip.pending


def against_review(claim: ClaimRecord) -> tuple[Evidence, ...]:
    """Evidence newer than the claim's review that is not of the kind that its verdict needs."""
    review = claim.review
    if review is None:
        return ()
    needed = MARKS_FOR[review.verdict]
    return tuple(
        item for item in claim.evidence if item.published > review.on and item.mark not in needed
    )


def decided(claim: ClaimRecord) -> tuple[Evidence, ...]:
    """The evidence that decided the present verdict, as far as it is known, the newest first."""
    return _newest_first(
        [item for item in claim.evidence if item.arxiv_id in claim.history[-1].decided_by]
    )


def shown_and_folded(claim: ClaimRecord) -> tuple[tuple[Evidence, ...], tuple[Evidence, ...]]:
    """A claim's evidence in two parts, the newest first: what to show at once, and what to fold.

    Shown are the newest that decided, and of each mark that is not among them the newest piece,
    so that what speaks otherwise is never folded away. A rest of one piece is shown too.
    """
    every = _newest_first(claim.evidence)
    shown = list(decided(claim)[:DECIDING])
    for mark in MARKS:
        of_it = [item for item in every if item.mark == mark]
        if of_it and not any(item.mark == mark for item in shown):
            shown.append(of_it[0])
    rest = [item for item in every if item not in shown]
    return (every, ()) if len(rest) < 2 else (tuple(shown), tuple(rest))


def counted(evidence: Sequence[Evidence]) -> str:
    """`2 against, 1 in part`, the strongest against the claim first; empty for none."""
    counts = Counter(item.mark for item in evidence)
    return ", ".join(f"{counts[mark]} {mark}" for mark in MARKS if counts[mark])


def state(claim: ClaimRecord, as_of: date) -> tuple[str, ...]:
    """How a claim came to stand as it does, each in a few words: since when or from what, and what
    is pending."""
    before, since = claim.decided_before, claim.history[-1].on
    if since != as_of:
        when = f"since {since}"
    elif before is None:
        when = "new"
    else:
        when = "as before" if before == claim.verdict else f"was {before}"
    return (when, f"pending: {claim.flip.to}?") if claim.flip and claim.flip.pending else (when,)


def told(claim: ClaimRecord, as_of: date) -> tuple[str, ...]:
    """What is said of a claim in a list of its like: what this run changed, who reviewed it, why it
    is not decided, its evidence counted and how new it is."""
    changed = [word for word in state(claim, as_of) if word.startswith(("was ", "pending: "))]
    if claim.review:
        changed.append(f"by {claim.review.by[:30]}")
    if claim.verdict == "undetermined" and claim.why:
        changed.append(WHY[claim.why])
    if claim.evidence:
        newest = _newest_first(claim.evidence)[0]
        changed.append(f"{counted(claim.evidence)}, the newest of {newest.published:%Y-%m}")
    return tuple(changed)


BECAME: dict[Verdict, str] = {
    "overturned": "overturns",
    "relaxed": "relaxes",
    "holds": "bears out",
    "undetermined": "leaves undecided",
}
"""What newer work does to a claim."""


def became(counts: Mapping[Verdict, int]) -> str:
    """`overturns 1, relaxes 4`: what newer work does to claims, by verdict."""
    return ", ".join(f"{BECAME[one]} {counts[one]}" for one in ORDER if counts.get(one))


def question_told(record: Record) -> tuple[str, str]:
    """The verdict on the record's question in a few words, and what it rests on, in a sentence or
    three."""
    found = on_question(record)
    if found.why == "nothing-bears":
        said = "no claim of the line is said to bear on its thesis (`bears_on` in the claims file)"
        return "Open", f"There is no verdict on the question, since {said}."
    both_stand = found.thesis.state == found.counter_thesis.state == "stands"
    heads = {
        "thesis stands": ("The thesis stands", ""),
        "counter-thesis stands": ("The counter-thesis stands", ""),
        "divided": (
            "Divided",
            "Thesis and counter-thesis both stand."
            if both_stand
            else "Neither thesis nor counter-thesis stands as it is worded.",
        ),
        "open": (
            "Open",
            "Newer work decides too little of either side."
            if found.why == "untested"
            else "Neither thesis nor counter-thesis stands.",
        ),
    }
    head, first = heads[found.verdict]
    told = [first] if first else []
    for name, side in (("thesis", found.thesis), ("counter-thesis", found.counter_thesis)):
        counts = {verdict: len(ids) for verdict, ids in side.claims.items()}
        total = sum(counts.values())
        many = "the one claim that bears" if total == 1 else f"the {total} claims that bear"
        told.append(f"Of {many} on the {name}, newer work {became(counts)}.")
    if found.turns_on:
        levers = ", ".join(f"{lever} ({number})" for lever, number in found.turns_on[:4])
        told.append(f"What their evidence turns on: {levers}.")
    return head, " ".join(told)


def since_dated(record: Record) -> str:
    """What a first report says: what became of the claims since the library dated them."""
    days = sorted(unit for claim in record.claims for unit in claim.dated.split("/"))
    counts = Counter(claim.verdict for claim in record.claims)
    levers = Counter(claim.moved for claim in record.claims if claim.moved)
    moved = ", ".join(
        f"{lever} ({number})"
        for lever, number in sorted(levers.items(), key=lambda one: (-one[1], one[0]))[:3]
    )
    span = days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"
    return (
        f"The library dated its claims {span}. Of {len(record.claims)}, newer work "
        f"{became(counts)}.{f' What moved most often: {moved}.' if moved else ''}"
    )


def _newest_first(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    return tuple(sorted(evidence, key=lambda item: (item.published, item.arxiv_id), reverse=True))
