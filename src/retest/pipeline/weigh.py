"""A judgment in parts, set against the evidence that it cites: what stands of it, and the verdict
that follows by the tables of docs/settling.md. No model, no clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retest.domain.answers import Judgment
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence
from retest.domain.record import PartRecord, SpecialRecord
from retest.domain.settling import verdict_of
from retest.domain.terms import Kind, Terms
from retest.domain.verdict import Case, State, Verdict


@dataclass(frozen=True, slots=True)
class Weighed:
    """The verdict, what it follows from, and the ids of the evidence that decided it, in the order
    of the evidence. `doubts` says in words what was judged without the evidence that it needs."""

    verdict: Verdict
    parts: tuple[PartRecord, ...]
    fails_in: tuple[SpecialRecord, ...]
    decided_by: tuple[str, ...]
    doubts: tuple[str, ...]


def weigh(judgment: Judgment, terms: Terms | None, evidence: Sequence[Evidence]) -> Weighed:
    """The verdict on a claim with these terms. What cites no evidence of its kind does not count:
    such a part is untested.

    A part that is said to stand needs a cited paper that speaks for it. One that is said to fail or
    to be divided needs one that speaks against its ordinary case, or undercuts it. Where all that
    it cites against it is of special cases, these are what fails: they join the special cases, and
    the part is as if nobody had said that it fails.
    """
    parts: list[PartRecord] = []
    special: list[SpecialRecord] = []
    doubts: list[str] = []
    for number in range(1, _count(terms) + 1):
        said = _said(judgment, number)
        cited = [c for part in judgment.parts if part.part == number for c in part.cites]
        part, limits = _backed(said, _Cited.of(evidence, cited))
        if part.ordinary != said and not limits:
            doubts.append(f"part {number} {said}")
        parts.append(part)
        special += limits
    for case in judgment.fails_in:
        shown = _Cited.of(evidence, case.cites)
        if shown.against or shown.limits:
            special.append(SpecialRecord(case=case.case, cites=shown.opposing))
        else:
            doubts.append(f"it fails in {case.case or 'a special case'}")
    verdict = verdict_of(_kind(terms), [part.ordinary for part in parts], bool(special))
    decided = _deciding(verdict, parts, special, evidence)
    return Weighed(verdict, tuple(parts), tuple(special), decided, tuple(doubts))


def as_said(judgment: Judgment, terms: Terms | None) -> Verdict:
    """The verdict that would follow if the judgment had all the evidence that it needs."""
    states = [_said(judgment, number) for number in range(1, _count(terms) + 1)]
    return verdict_of(_kind(terms), states, bool(judgment.fails_in))


@dataclass(frozen=True, slots=True)
class _Cited:
    """Ids of cited evidence by what it says: for, against or undercutting the ordinary case,
    against in a special case alone."""

    for_: tuple[str, ...]
    against: tuple[str, ...]
    limits: tuple[Evidence, ...]

    @classmethod
    def of(cls, evidence: Sequence[Evidence], cites: Sequence[str]) -> _Cited:
        ids = {parsed.base for cite in cites if (parsed := parse_id(cite)) is not None}
        cited = [item for item in evidence if item.arxiv_id in ids]
        against = [item for item in cited if _opposes(item, "ordinary")]
        limits = [item for item in cited if item not in against and _opposes(item, "special")]
        return cls(
            tuple(i.arxiv_id for i in cited if any(point.side == "for" for point in i.points)),
            tuple(item.arxiv_id for item in against),
            tuple(limits),
        )

    @property
    def opposing(self) -> tuple[str, ...]:
        return (*self.against, *(item.arxiv_id for item in self.limits))


def _opposes(item: Evidence, case: Case) -> bool:
    return any(point.side != "for" and point.case == case for point in item.points)


def _backed(said: State, cited: _Cited) -> tuple[PartRecord, list[SpecialRecord]]:
    """A part as far as its evidence bears it out, and the special cases that fail in its stead."""
    if said == "stands" and cited.for_:
        return PartRecord(ordinary="stands", cites=cited.for_), []
    if said == "fails" and cited.against:
        return PartRecord(ordinary="fails", cites=cited.against), []
    if said == "divided" and cited.against:
        both = tuple(dict.fromkeys((*cited.for_, *cited.against)))
        return PartRecord(ordinary="divided", cites=both), []
    limits = [
        SpecialRecord(case=_named(item), cites=(item.arxiv_id,))
        for item in (cited.limits if said in ("fails", "divided") else ())
    ]
    if said == "divided" and cited.for_:
        return PartRecord(ordinary="stands", cites=cited.for_), limits
    return PartRecord(ordinary="untested", cites=()), limits


def _named(item: Evidence) -> str:
    """The special case of which a piece of evidence speaks, in its own words."""
    return next((p.which for p in item.points if p.side != "for" and p.which), "")


def _deciding(
    verdict: Verdict,
    parts: Sequence[PartRecord],
    special: Sequence[SpecialRecord],
    evidence: Sequence[Evidence],
) -> tuple[str, ...]:
    """What a verdict rests on: of `holds` what the standing parts cite; of the others what opposes
    the claim among what is cited for a part or a special case that fails."""
    if verdict == "undetermined":
        return ()
    if verdict == "holds":
        ids = {cite for part in parts if part.ordinary == "stands" for cite in part.cites}
        return tuple(item.arxiv_id for item in evidence if item.arxiv_id in ids)
    ids = {c for part in parts if part.ordinary in ("fails", "divided") for c in part.cites}
    ids |= {cite for case in special for cite in case.cites} if verdict == "relaxed" else set()
    return tuple(
        item.arxiv_id
        for item in evidence
        if item.arxiv_id in ids and any(point.side != "for" for point in item.points)
    )


def _kind(terms: Terms | None) -> Kind:
    return terms.kind if terms else "general"


def _count(terms: Terms | None) -> int:
    return len(terms.parts) if terms else 1


def _said(judgment: Judgment, number: int) -> State:
    """What the judgment says of a part; of one that it passes over, or says two things of, nothing
    is known."""
    said = {part.ordinary for part in judgment.parts if part.part == number}
    return said.pop() if len(said) == 1 else "untested"
