"""Two results on the same claims: is one better, or is it chance?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import comb, sqrt
from statistics import NormalDist

from retest.domain import Frozen
from retest.domain.verdict import Verdict
from retest.errors import UsageError
from retest.evaluation.claims.result import ClaimResult, Result
from retest.evaluation.statistics.bootstrap import DECIMALS, OUTSIDE, Estimate, estimates, nothing

SEEN = 0.8
"""How likely a difference must be to be seen, for one that "could have been seen": the usual power.
"""


class Changed(Frozen):
    """A claim with another verdict."""

    id: str
    claim: str
    expected: Verdict
    a: Verdict
    b: Verdict
    contested: bool
    better: bool | None
    """Whether B has it right and A has not; None where neither has."""


class Comparison(Frozen):
    """`only_a` and `only_b` count the claims that one alone has right, `p` is that of the exact
    McNemar test, and `difference` is B's accuracy less A's. A difference smaller than `seen_from`
    would probably not have been seen."""

    format: int = 1
    a: str
    b: str
    claims: int
    contested: int
    """Claims that are in both and not counted here, since the literature itself disagrees on them.
    """
    left_out: tuple[str, ...]
    both: int
    only_a: int
    only_b: int
    neither: int
    p: float
    difference: Estimate
    least: int
    """Claims that must differ, all in one direction, for p to come below 0.05."""
    seen_from: float | None
    changed: tuple[Changed, ...]
    sentence: str


def compare(first: Result, second: Result, names: tuple[str, str], seed: int) -> Comparison:
    """The second against the first on the claims that both have, worded alike and with the same
    expected verdict. Raises UsageError where there is none."""
    ours = {_same(claim): claim for claim in first.claims}
    pairs = [(ours[_same(claim)], claim) for claim in second.claims if _same(claim) in ours]
    if not pairs:
        raise UsageError("the two results have no claim in common", "compare runs on the same gold")
    shared = {claim.id for claim, _ in pairs}
    every = dict.fromkeys(claim.id for claim in (*first.claims, *second.claims))
    plain = [
        (a, b) for a, b in pairs if not (a.contested or b.contested)
    ] or pairs  # if all are contested, they count
    rights = [(a.right, b.right) for a, b in plain]
    only_a, only_b = rights.count((True, False)), rights.count((False, True))
    p = mcnemar(only_a, only_b)
    difference = (
        estimates(rights, _difference, seed)["difference"]
        if only_a or only_b
        else nothing(len(plain))
    )
    return Comparison(
        a=names[0],
        b=names[1],
        claims=len(plain),
        contested=len(pairs) - len(plain),
        left_out=tuple(name for name in every if name not in shared),
        both=rights.count((True, True)),
        only_a=only_a,
        only_b=only_b,
        neither=rights.count((False, False)),
        p=round(p, DECIMALS),
        difference=difference,
        least=least_to_tell(),
        seen_from=seen_from(len(plain), only_a + only_b),
        changed=tuple(_changed(pairs)),
        sentence=_sentence(len(plain), only_a, only_b, p),
    )


def _same(claim: ClaimResult) -> tuple[str, str, Verdict]:
    return claim.id, claim.claim, claim.expected


def _changed(pairs: Sequence[tuple[ClaimResult, ClaimResult]]) -> list[Changed]:
    return [
        Changed(
            id=a.id,
            claim=a.claim,
            expected=a.expected,
            a=a.got,
            b=b.got,
            contested=a.contested or b.contested,
            better=b.right if a.right != b.right else None,
        )
        for a, b in pairs
        if (a.got, a.right) != (b.got, b.right)
    ]


def _difference(rights: Sequence[tuple[bool, bool]]) -> Mapping[str, float | None]:
    return {"difference": sum(b - a for a, b in rights) / len(rights) if rights else None}


def mcnemar(only_a: int, only_b: int) -> float:
    """The exact two-sided p: how often fair coins, one for each claim that only one has right, fall
    at least as unevenly (McNemar, Psychometrika 1947; the binomial form)."""
    coins, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(coins, k) for k in range(fewer + 1))
    return float(
        min(Fraction(1), Fraction(2 * tail, 1 << coins))
    )  # of large counts, more than a float can hold


def least_to_tell() -> int:
    """How many claims must differ, all in one direction, before chance is out of the question."""
    return next(n for n in range(1, 100) if mcnemar(n, 0) < OUTSIDE)


def seen_from(claims: int, differing: int) -> float | None:
    """The least difference in accuracy that is seen with the chance SEEN on so many claims, where
    this share of them differs (Connor, Biometrics 1987, solved for the difference); None where even
    the largest is not."""
    z = NormalDist().inv_cdf
    strict, likely = z(1 - OUTSIDE / 2), z(SEEN)
    for points in range(1, 101):
        delta = points / 100
        share = max(delta, differing / claims)
        if (strict * sqrt(share) + likely * sqrt(share - delta**2)) ** 2 / delta**2 <= claims:
            return delta
    return None


def _sentence(claims: int, only_a: int, only_b: int, p: float) -> str:
    """What a reader who knows no test must know."""
    differ = only_a + only_b
    if not differ:
        return (
            f"None of {claims} claims is right in one and wrong in the other: no difference was "
            "found."
        )
    better = "A" if only_a > only_b else "B" if only_b > only_a else ""
    counts = f"{differ} of {claims} claims {'differs' if differ == 1 else 'differ'}"
    where = f"{counts} (A alone is right on {only_a}, B alone on {only_b})"
    shown = f"p = {p:.2f}" if p >= 0.01 else f"p = {p:.4f}"
    if p >= OUTSIDE:
        return f"{where}: that is what chance alone gives, {shown}."
    return f"{where}: {better} is better, chance alone would seldom give this, {shown}."
