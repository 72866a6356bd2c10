"""Verdicts against the expected ones: accuracy, F1, confusion, abstention. docs/eval.md has each
formula."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from retest.domain.verdict import Verdict
from retest.evaluation.claims.funnel import funnel, reasons
from retest.evaluation.claims.gold import VERDICTS
from retest.evaluation.claims.result import Cell, ClaimResult, Measures, PerVerdict, Scores
from retest.evaluation.statistics.bootstrap import estimates
from retest.evaluation.statistics.calibration import calibration


def measures(claims: Sequence[ClaimResult], seed: int) -> Measures:
    """All measures of some claims; the seed is that of the resamples."""
    plain = [claim for claim in claims if not claim.contested]
    contested = [claim for claim in claims if claim.contested]
    return Measures(
        scores=scores(plain, seed),
        contested=scores(contested, seed) if contested else None,
        calibration=calibration(confident(plain), seed),
        funnel=funnel(claims),
        fallen=reasons(claims),
    )


def confident(claims: Sequence[ClaimResult]) -> list[tuple[float, bool]]:
    """Confidence, and whether the verdict was right, of the claims that have a confidence."""
    return [(claim.confidence, claim.right) for claim in claims if claim.confidence is not None]


def scores(claims: Sequence[ClaimResult], seed: int) -> Scores:
    """A claim that could not be searched or judged counts as `undetermined`, and as wrong whatever
    was expected."""
    rows = [(claim.expected, claim.got, claim.right) for claim in claims]
    expected, got = Counter(row[0] for row in rows), Counter(row[1] for row in rows)
    decided = sum(row[1] != "undetermined" for row in rows)
    shares = {
        "accuracy": len(rows),
        "macro_f1": len(rows),
        "coverage": len(rows),
        "selective": decided,
    }
    for verdict in VERDICTS:
        shares |= {f"precision {verdict}": got[verdict], f"recall {verdict}": expected[verdict]}
        shares[f"f1 {verdict}"] = expected[verdict]
    found = estimates(rows, _values, seed, shares)
    cells = estimates(rows, _cells, seed)
    right, failed = sum(claim.right for claim in claims), sum(claim.failed for claim in claims)
    abstained = sum(c.got == "undetermined" and not c.right and not c.failed for c in claims)
    return Scores(
        claims=len(rows),
        right=right,
        wrong=len(rows) - right - failed - abstained,
        abstained=abstained,
        failed=failed,
        accuracy=found["accuracy"],
        macro_f1=found["macro_f1"],
        coverage=found["coverage"],
        selective_accuracy=found["selective"],
        verdicts=tuple(
            PerVerdict(
                verdict=v,
                expected=expected[v],
                got=got[v],
                precision=found[f"precision {v}"],
                recall=found[f"recall {v}"],
                f1=found[f"f1 {v}"],
            )
            for v in VERDICTS
        ),
        confusion=tuple(
            Cell(
                expected=e,
                got=g,
                count=int(cell.value or 0),
                low=int(cell.low or 0),
                high=int(cell.high or 0),
            )
            for e in VERDICTS
            for g in VERDICTS
            for cell in (cells[f"{e} {g}"],)
        ),
    )


Row = tuple[Verdict, Verdict, bool]


def _values(rows: Sequence[Row]) -> Mapping[str, float | None]:
    """Accuracy, macro-F1 (over the verdicts that are expected of some claim: Opitz and Burst, 2019,
    the mean of the F1s), coverage and selective accuracy (El-Yaniv and Wiener, 2010), and by
    verdict precision, recall and F1."""
    expected: Counter[Verdict] = Counter()
    got: Counter[Verdict] = Counter()
    hit: Counter[Verdict] = Counter()
    decided_right = 0
    for want, have, right in rows:
        expected[want] += 1
        got[have] += 1
        if right:
            hit[want] += 1
            decided_right += have != "undetermined"
    decided = len(rows) - got["undetermined"]
    values: dict[str, float | None] = {
        "accuracy": _share(hit.total(), len(rows)),
        "coverage": _share(decided, len(rows)),
        "selective": _share(decided_right, decided),
    }
    scored = []
    for verdict in VERDICTS:
        among = expected[verdict]  # a verdict that no claim should get has no score of its own
        f1 = _share(2 * hit[verdict], among + got[verdict]) if among else None
        values[f"precision {verdict}"] = _share(hit[verdict], got[verdict]) if among else None
        values[f"recall {verdict}"] = _share(hit[verdict], among)
        values[f"f1 {verdict}"] = f1
        if f1 is not None:
            scored.append(f1)
    values["macro_f1"] = _share(sum(scored), len(scored))
    return values


def _cells(rows: Sequence[Row]) -> Mapping[str, float | None]:
    counts = Counter((want, have) for want, have, _ in rows)
    return {f"{want} {have}": counts[want, have] for want in VERDICTS for have in VERDICTS}


def _share(part: float, of: float) -> float | None:
    return part / of if of else None
