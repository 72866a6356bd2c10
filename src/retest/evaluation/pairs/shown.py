"""How a result on pairs is put into words, for terminal, Markdown and chart alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import svg

from retest.evaluation.claims.charts import drawn
from retest.evaluation.claims.markdown import rendered
from retest.evaluation.claims.result import Cost
from retest.evaluation.claims.shown import (
    PERCENT,
    between,
    claims,
    cost,
    estimate,
    share,
    summed,
    wrapped,
)
from retest.evaluation.pairs.measures import EXPECTED, FIRST, GOT, NOTHING
from retest.evaluation.pairs.result import (
    Miss,
    PairCell,
    PairClaimResult,
    PairResult,
    PairScores,
    PairsResult,
    Scored,
)
from retest.evaluation.statistics.bootstrap import Estimate

MOST_MISSES, MOST_SHOWN = 100, 10
"""Misses that pairs.md and a terminal list; pairs.json has all pairs."""
MEANS: dict[Miss, str] = {
    "failed": "a model could not be asked, or gave no usable answer",
    "silent": "the gold has a stance, and the model found nothing",
    "ungrounded": "the finding fell off rungs 1 to 5",
    "stance": "the finding has another stance",
    "refused": "the finding has the right stance, and the verifier refused it",
    "unanswered": "the finding has the right stance, and the verifier said nothing of it",
    "sentences": "the stance is right, and no rationale of the gold's is whole among the sentences",
    "unrelated": "the paper is unrelated, and a finding of it passed",
}
COLUMNS: dict[str, str] = {
    "supports": "supports",
    "qualifies": "qualifies",
    "contradicts": "contradicts",
    "none": "no finding",
    "failed": "failed",
}


def pairs(count: int) -> str:
    return f"{count} pair{'' if count == 1 else 's'}"


def headline(result: PairsResult) -> str:
    """What a reader must know who reads one sentence."""
    m = result.measures
    value = m.after.macro_f1
    scored = (
        f"macro-F1 {share(value.value)}, {PERCENT} interval {between(value)}"
        if value.value is not None
        else ("the gold has no stance")
    )
    return f"{pairs(m.pairs)} of {claims(m.claims)}: stances after entailment, {scored}."


def rows(result: PairsResult, *, whole: bool = False) -> list[tuple[str, str, str]]:
    """The table: a score, before entailment and after it; the `whole` of it has precision and
    recall too."""
    before, after = result.measures.before, result.measures.after
    found = [
        ("stance: macro-F1", before.macro_f1, after.macro_f1),
        ("stance: micro-F1", before.micro_f1, after.micro_f1),
    ]
    scored = [
        (f"{a.stance} ({a.expected})", a.scored, b.scored)
        for a, b in zip(before.stances, after.stances, strict=True)
        if a.expected
    ]
    for name, a, b in scored + _abstracts(before, after):
        if whole:
            found += [
                (f"{name}: precision", a.precision, b.precision),
                (f"{name}: recall", a.recall, b.recall),
            ]
        found.append((f"{name}: F1", a.f1, b.f1))
    found.append(("no finding", before.abstained, after.abstained))
    found.append(("no finding, where the gold has one", before.overlooked, after.overlooked))
    return [(name, estimate(one), estimate(two)) for name, one, two in found]


def _abstracts(a: PairScores, b: PairScores) -> list[tuple[str, Scored, Scored]]:
    """Those for which there is something to reckon with: a gold of labels alone has no
    sentences."""
    found = [
        ("abstracts, label", a.abstract_label, b.abstract_label),
        ("abstracts, label + rationale", a.abstract_rationale, b.abstract_rationale),
        ("sentences", a.selection, b.selection),
        ("sentences + label", a.selection_label, b.selection_label),
        ("sentences, each alone", a.overlap, b.overlap),
    ]
    return [row for row in found if row[1] != Scored(precision=NOTHING, recall=NOTHING, f1=NOTHING)]


def entailed(result: PairsResult) -> str:
    """What the entailment station gains and loses."""
    found = result.measures.entailed
    true, false = found.kinds[:2], found.kinds[2:]
    lost, stopped = (sum(one.refused + one.unanswered for one in kinds) for kinds in (true, false))
    every = [sum(one.findings - one.unchecked for one in kinds) for kinds in (true, false)]
    return (
        f"Entailment lost {lost} of {every[0]} findings that have the gold's "
        f"stance{_in(found.lost)}, and stopped {stopped} of {every[1]} others{_in(found.stopped)}."
    )


def _in(value: Estimate) -> str:
    return "" if value.value is None else f" ({share(value.value)}, {between(value)})"


def qualified(result: PairsResult) -> str:
    """How `qualifies` was counted where the gold has no such stance; else nothing."""
    before, after = result.measures.before, result.measures.after
    if after.macro_f1_read_so is None or after.micro_f1_read_so is None:
        return ""
    cells = [
        cell
        for cell in before.confusion
        if cell.got == "qualifies" and cell.expected != "qualifies"
    ]
    if not sum(cell.pairs for cell in cells):
        return "The gold has no `qualifies`, and the model never said it."
    return (
        f"The gold has no `qualifies`; the model said it where the gold has "
        f"{', '.join(f'{cell.expected} ({cell.pairs})' for cell in cells)}. Each counts as a wrong "
        "stance; read as "
        f"contradicts, macro-F1 after entailment would be {estimate(after.macro_f1_read_so)} and "
        f"micro-F1 {estimate(after.micro_f1_read_so)}."
    )


def misses(result: PairsResult) -> list[tuple[PairClaimResult, PairResult]]:
    """Every pair in which something is wrong in the end, in the order of the file."""
    return [(claim, pair) for claim in result.claims for pair in claim.pairs if pair.missed]


def counted(result: PairsResult) -> dict[Miss, int]:
    """How often each thing is wrong, the commonest first."""
    found = Counter(pair.missed for _, pair in misses(result) if pair.missed)
    return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))


def became(pair: PairResult) -> str:
    """A stance with its sentences, as the model gave it."""
    return "no finding" if pair.said is None else f"{pair.said} {_numbers(pair.pointed)}".strip()


def gold(pair: PairResult) -> str:
    """A stance with its rationales, as the gold has it."""
    return f"{pair.expected} {' or '.join(map(_numbers, pair.rationales))}".strip()


def _numbers(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:12]))
    return f"{shown} and more" if len(numbers) > 12 else shown


def spent(result: PairsResult) -> Cost:
    """What the answers to all claims cost."""
    return summed([claim.spent for claim in result.claims])


def lines(result: PairsResult) -> list[str]:
    """A result for a terminal, below its table."""
    m = result.measures
    said = [headline(result), entailed(result)]
    if note := qualified(result):
        said.append(note)
    if m.failed or m.strays:
        said.append(
            f"{pairs(m.failed)} could not be read or checked; {m.strays} findings cite a paper not "
            "shown."
        )
    found = misses(result)
    said += [f"{count} {miss}: {MEANS[miss]}." for miss, count in counted(result).items()]
    for claim, pair in found[:MOST_SHOWN]:
        said.append(
            f"{pair.missed}: {claim.id}, {pair.paper[:80]}: {gold(pair)}; the model: {became(pair)}"
        )
    if len(found) > MOST_SHOWN:
        said.append(
            f"and {len(found) - MOST_SHOWN} more; --out DIR writes them, --json prints them."
        )
    said.append(cost(spent(result), max(m.claims, 1)))
    return wrapped(said)


def markdown(result: PairsResult) -> str:
    """The whole of pairs.md."""
    found = misses(result)
    return rendered(
        "pairs.md.j2",
        result=result,
        m=result.measures,
        headline=headline(result),
        rows=rows(result, whole=True),
        entailed=entailed(result),
        qualified=qualified(result),
        misses=found[:MOST_MISSES],
        more=max(len(found) - MOST_MISSES, 0),
        counted=counted(result),
        miss_means=MEANS,
        became=became,
        gold=gold,
        columns=COLUMNS,
        expected=EXPECTED,
        first=FIRST,
        cost=cost(spent(result), max(len(result.claims), 1)),
        pairs=pairs,
    )


def chart(result: PairsResult) -> str:
    """A square for each pair of stances, before entailment and below it after, the darker the
    larger its share of the expected ones; right ones framed."""
    left, size, high = 120, 100, 44
    elements: list[svg.Element] = []
    described = []
    for number, (name, scores) in enumerate(
        (("before entailment", result.measures.before), ("after entailment", result.measures.after))
    ):
        top = 88 + number * (len(EXPECTED) * high + 76)
        elements.append(svg.Text(x=16, y=top - 32, text=name, class_=["strong"]))
        for column, got in enumerate(GOT):
            at = left + column * size + size / 2
            elements.append(svg.Text(x=at, y=top - 10, text=COLUMNS[got], text_anchor="middle"))
        totals = {one.stance: one.expected for one in scores.stances}
        for row, stance in enumerate(EXPECTED):
            elements.append(
                svg.Text(x=left - 12, y=top + row * high + 27, text=stance, text_anchor="end")
            )
        for cell in scores.confusion:
            elements += _cell(cell, totals[cell.expected], left, top, size, high)
        shown = [
            f"{cell.expected} became {COLUMNS[cell.got]}: {cell.pairs}"
            for cell in scores.confusion
            if cell.pairs
        ]
        described.append(f"{name}, {', '.join(shown)}")
    height = 88 + 2 * len(EXPECTED) * high + 76 + 24
    title = f"Stances of {pairs(result.measures.pairs)}: rows are the gold's, columns what came out"
    return drawn(title, "; ".join(described), height, elements)


def _cell(
    cell: PairCell, total: int, left: float, top: float, size: float, high: float
) -> list[svg.Element]:
    x, y = left + GOT.index(cell.got) * size, top + EXPECTED.index(cell.expected) * high
    shade = 0.08 + 0.5 * cell.pairs / total if cell.pairs else 0.0
    elements: list[svg.Element] = [
        svg.Rect(x=x, y=y, width=size, height=high, class_=["cell"], fill_opacity=round(shade, 3)),
        svg.Text(
            x=x + size / 2, y=y + 27, text=str(cell.pairs), text_anchor="middle", class_=["strong"]
        ),
    ]
    if (cell.expected, cell.got) in ((cell.got, cell.got), ("unrelated", "none")):
        elements.append(
            svg.Rect(x=x + 3, y=y + 3, width=size - 6, height=high - 6, class_=["right"])
        )
    return elements
