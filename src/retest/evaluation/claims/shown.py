"""How a result is put into words, for Markdown, charts and terminal alike."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from textwrap import wrap

from retest.evaluation.claims.compare import Comparison
from retest.evaluation.claims.result import ClaimResult, Cost, LostAt, Reached, Result, Scores
from retest.evaluation.statistics.bootstrap import Estimate
from retest.text.harmless import one_line

STEPS: dict[Reached, str] = {
    "source": "in the source",
    "searched": "searched",
    "listed": "among the first by rank",
    "shown": "read by the model",
    "found": "found",
    "grounded": "grounded",
    "entailed": "entailed",
    "cited": "cited",
}
MEANS: dict[LostAt, str] = {
    "source": "no gold paper is in the source and newer than the claim",
    "searched": "no search returned a gold paper",
    "listed": "a gold paper was returned, and ranked too low to be chosen",
    "shown": "a gold paper was among the first, and not chosen to be read",
    "found": "the model read a gold paper and pointed at nothing in it",
    "grounded": "what the model pointed at in a gold paper could not be grounded",
    "entailed": "the verifier did not let the quote of a gold paper pass",
    "judged": "a gold paper was evidence, and the judgment did not cite it",
    "verdict": "a gold paper was cited, and the verdict is another one",
    "settled": (
        "the verdict of the judgment was right, and it cited no evidence of the kind that it needs"
    ),
    "failed": "the claim could not be searched or judged",
    "untraced": "no gold paper is named for the claim",
}
PERCENT = "95%"
WIDTH = 80


def share(value: float | None) -> str:
    """A number between 0 and 1 as people read it."""
    return "none" if value is None else f"{value:.2f}"


def between(value: Estimate) -> str:
    """The interval of a value."""
    return f"{share(value.low)} to {share(value.high)}"


def estimate(value: Estimate) -> str:
    """A value with its interval."""
    return "none" if value.value is None else f"{share(value.value)} ({between(value)})"


def claims(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'}"


def headline(result: Result) -> str:
    """What a reader must know who reads one sentence."""
    scores = result.measures.scores
    if not scores.claims:
        return "No uncontested claim was evaluated."
    verb = "is" if scores.right == 1 else "are"
    return (
        f"{scores.right} of {scores.claims} verdicts {verb} right: accuracy "
        f"{share(scores.accuracy.value)}, {PERCENT} interval {between(scores.accuracy)}."
    )


def rest(scores: Scores) -> str:
    """What became of the claims that are not right."""
    parts = [
        f"{scores.wrong} wrong",
        f"{scores.abstained} abstained (undetermined where something else was expected)",
        f"{scores.failed} could not be searched or judged",
    ]
    return ", ".join(parts)


def total(every: Sequence[ClaimResult]) -> Cost:
    """What the answers to all claims cost."""
    return summed([claim.spent for claim in every])


def summed(spent: Sequence[Cost]) -> Cost:
    unknown = any(one.usd is None for one in spent)
    usd = sum((Decimal(one.usd or 0) for one in spent), Decimal(0))
    return Cost(
        calls=sum(one.calls for one in spent),
        input=sum(one.input for one in spent),
        cached=sum(one.cached for one in spent),
        output=sum(one.output for one in spent),
        usd=None if unknown else f"{usd:f}",
    )


def cost(spent: Cost, number: int) -> str:
    """Calls, tokens and dollars of some claims, and of one on average."""
    if not spent.calls:
        return "No model was paid."
    tokens = f"{spent.input:,} tokens in ({spent.cached:,} cached), {spent.output:,} out"
    priced = (
        ", of a price that is not known" if spent.usd is None else f", ${Decimal(spent.usd):.4f}"
    )
    each = (
        f"{spent.calls / number:.1f} calls and {(spent.input + spent.output) / number:,.0f} "
        "tokens a claim"
    )
    more = "" if not spent.usd else f", ${Decimal(spent.usd) / number:.4f}"
    return f"{spent.calls} calls, {tokens}{priced}; {each}{more}."


def gold_of(claim: ClaimResult) -> list[str]:
    """The claim's gold papers, the one that came furthest first, each with how far it came."""
    depth = [None, *STEPS]
    ordered = sorted(claim.gold, key=lambda paper: -depth.index(paper.reached))
    return [
        f"{paper.id} ({STEPS[paper.reached] if paper.reached else 'not in the source'})"
        for paper in ordered
    ]


def why_lost(claim: ClaimResult) -> str:
    """What is known of the reason that a claim was lost, beyond the station."""
    if claim.lost == "failed":
        return f"{claim.why}: {claim.detail}"
    if claim.lost == "settled":
        return claim.detail
    return next(
        (paper.detail for paper in claim.gold if paper.reached == claim.reached and paper.detail),
        "",
    )


def p_value(p: float) -> str:
    return f"{p:.2f}" if p >= 0.01 else f"{p:.4f}"


def lines(result: Result) -> list[str]:
    """A result for a terminal, below its table."""
    measures, steady = result.measures, result.steadiness
    funnel = measures.funnel
    said = [headline(result), f"The others: {rest(measures.scores)}."]
    if measures.contested:
        contested = measures.contested
        said.append(
            f"Contested claims apart: {contested.right} of {contested.claims} as the gold has them."
        )
    came = ", ".join(f"{STEPS[step.step]} {step.claims}" for step in funnel.steps)
    said.append(
        f"Gold papers of {claims(funnel.claims)}: {came}, verdict right {funnel.right}; "
        f"right by other evidence {funnel.right_by_other_evidence}."
    )
    said += [
        f"Lost at {one.station} ({MEANS[one.station]}): {', '.join(one.claims)}."
        for one in funnel.lost
    ]
    calibration = measures.calibration
    said.append(
        f"Macro-F1 {estimate(measures.scores.macro_f1)}. Confidence: calibration error "
        f"{estimate(calibration.ece)}, by chance up to {share(calibration.chance_ece)}; Brier "
        f"score {estimate(calibration.brier)}."
    )
    if steady:
        order = "the order decides" if steady.order_decides else "no sign that the order decides"
        if "shuffled" not in steady.orders and len(set(steady.orders)) < 2:
            order = "whether the order decides was not tested, since that takes three rounds"
        said.append(
            f"{len(steady.orders)} rounds: agreement {estimate(steady.agreement)}, kappa "
            f"{estimate(steady.kappa)}; disagreement in the same order {estimate(steady.noise)}, "
            f"in another {estimate(steady.shuffled)}: {order}."
        )
    return wrapped(said)


def compared(comparison: Comparison) -> list[str]:
    """A comparison for a terminal, below its table."""
    seen = (
        "No difference would reliably have been seen on so few."
        if comparison.seen_from is None
        else f"A difference of less than {share(comparison.seen_from)} would probably not have "
        "been seen on so many."
    )
    said = [
        comparison.sentence,
        f"B's accuracy less A's: {estimate(comparison.difference)}, exact McNemar test p = "
        f"{p_value(comparison.p)}.",
        f"{seen} At least {comparison.least} claims must differ, all in one direction, to rule "
        "chance out.",
    ]
    if comparison.contested:
        said.append(f"Contested claims, counted in none of this: {comparison.contested}.")
    if comparison.left_out:
        said.append(f"Left out, since they are not in both: {', '.join(comparison.left_out)}.")
    return wrapped(said)


def wrapped(said: Sequence[str]) -> list[str]:
    """Sentences as lines of a terminal."""
    return [line for text in said for line in wrap(one_line(text), WIDTH, subsequent_indent="  ")]
