"""Three charts of a result: where gold papers were lost, which verdict became which, and what
confidence is worth.

Drawn from the result alone, readable in light and in dark mode, by words and shapes and not by
colour alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

import svg

from retest.evaluation.claims.gold import VERDICTS
from retest.evaluation.claims.result import Cell, Result
from retest.evaluation.claims.shown import STEPS, claims, estimate, share
from retest.evaluation.statistics.calibration import Bin
from retest.text.harmless import one_line

WIDTH, LINE, LONGEST = 640, 18, 96
"""In pixels; and of the line under a title, in characters."""
Place = Callable[[float], float]
_STYLE = """
:root{color-scheme:light dark}
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
.small{font-size:11px;fill:#57606a}.title{font-size:15px;font-weight:600}.strong{font-weight:600}
.back{fill:#ffffff}.grid{stroke:#d0d7de;stroke-width:1}.full{fill:#0969da}.rest{fill:#eaeef2}
.ideal{stroke:#57606a;stroke-width:1.5;stroke-dasharray:5 4}.range{stroke:#0969da;stroke-width:2}
.right{stroke:#1a7f37;stroke-width:2.5;fill:none}.cell{fill:#0969da;stroke:#d0d7de}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.small{fill:#9198a1}.back{fill:#0d1117}.grid{stroke:#30363d}.full,.cell{fill:#4493f8}
.cell{stroke:#30363d}.rest{fill:#21262d}.ideal{stroke:#9198a1}.range{stroke:#4493f8}.right{stroke:#3fb950}}
"""


def charts(result: Result) -> dict[str, str]:
    """The charts by file name."""
    return {
        "funnel.svg": funnel_chart(result),
        "confusion.svg": confusion_chart(result),
        "reliability.svg": reliability_chart(result),
    }


def funnel_chart(result: Result) -> str:
    """A bar for each step: how many claims have a gold paper that came so far."""
    funnel = result.measures.funnel
    rows = [(STEPS[step.step], step.claims) for step in funnel.steps] + [
        ("verdict right", funnel.right)
    ]
    top, row, left, right = 52, 26, 150, WIDTH - 60
    elements: list[svg.Element] = []
    for number, (name, count) in enumerate(rows):
        y = top + number * row
        filled = (right - left) * count / max(funnel.claims, 1)
        elements += [
            svg.Text(x=left - 10, y=y + 13, text=_text(name), text_anchor="end"),
            svg.Rect(x=left, y=y, width=right - left, height=18, class_=["rest"]),
            svg.Rect(x=left, y=y, width=round(filled, 1), height=18, class_=["full"]),
            svg.Text(x=right + 10, y=y + 13, text=str(count), class_=["strong"]),
        ]
    height = top + row * len(rows) + 34
    others = f"right by other evidence: {funnel.right_by_other_evidence}"
    elements.append(svg.Text(x=left, y=height - 14, text=others, class_=["small"]))
    title = f"Of {claims(funnel.claims)} with gold papers"
    return drawn(
        title, "; ".join(f"{name}: {count}" for name, count in rows), height, elements, _of(result)
    )


def confusion_chart(result: Result) -> str:
    """A square for each pair of verdicts, the darker the larger its share of the expected ones;
    right ones framed."""
    scores = result.measures.scores
    left, top, size, height = 150, 84, 96, 84 + 4 * 60 + 24
    totals = {one.verdict: one.expected for one in scores.verdicts}
    elements: list[svg.Element] = [svg.Text(x=left, y=52, text="got", class_=["small"])]
    elements.append(
        svg.Text(x=left - 12, y=top - 10, text="expected", text_anchor="end", class_=["small"])
    )
    for number, verdict in enumerate(VERDICTS):
        elements.append(
            svg.Text(
                x=left + number * size + size / 2, y=top - 10, text=verdict, text_anchor="middle"
            )
        )
        elements.append(
            svg.Text(x=left - 12, y=top + number * 60 + 34, text=verdict, text_anchor="end")
        )
    for cell in scores.confusion:
        elements += _cell(cell, totals[cell.expected], left, top, size)
    described = "; ".join(
        f"{c.expected} became {c.got}: {c.count}" for c in scores.confusion if c.count
    )
    title = f"Verdicts of {claims(scores.claims)}, contested ones left out"
    return drawn(title, described, height, elements, _of(result))


def _cell(cell: Cell, total: int, left: float, top: float, size: float) -> list[svg.Element]:
    x, y = left + VERDICTS.index(cell.got) * size, top + VERDICTS.index(cell.expected) * 60
    shade = 0.08 + 0.5 * cell.count / total if total and cell.count else 0.0
    elements: list[svg.Element] = [
        svg.Rect(x=x, y=y, width=size, height=60, class_=["cell"], fill_opacity=round(shade, 3)),
        svg.Text(
            x=x + size / 2, y=y + 29, text=str(cell.count), text_anchor="middle", class_=["strong"]
        ),
    ]
    if cell.count:
        between = f"{cell.low} to {cell.high}"
        elements.append(
            svg.Text(x=x + size / 2, y=y + 46, text=between, text_anchor="middle", class_=["small"])
        )
    if cell.expected == cell.got:
        elements.append(svg.Rect(x=x + 3, y=y + 3, width=size - 6, height=54, class_=["right"]))
    return elements


def reliability_chart(result: Result) -> str:
    """A dot for each bin with its interval, against the line on which confidence is what it
    says."""
    calibration = result.measures.calibration
    left, top, side, height = 70, 56, 300, 56 + 300 + 52

    def x(part: float) -> float:
        return round(left + part * side, 1)

    def y(part: float) -> float:
        return round(top + (1 - part) * side, 1)

    elements: list[svg.Element] = []
    for tick in (0.0, 0.2, 0.4, 0.6, 0.8, 1.0):
        elements += [
            svg.Line(x1=x(tick), y1=y(0), x2=x(tick), y2=y(1), class_=["grid"]),
            svg.Line(x1=x(0), y1=y(tick), x2=x(1), y2=y(tick), class_=["grid"]),
            svg.Text(
                x=x(tick), y=y(0) + 16, text=f"{tick:.1f}", text_anchor="middle", class_=["small"]
            ),
            svg.Text(
                x=x(0) - 8, y=y(tick) + 4, text=f"{tick:.1f}", text_anchor="end", class_=["small"]
            ),
        ]
    elements.append(svg.Line(x1=x(0), y1=y(0), x2=x(1), y2=y(1), class_=["ideal"]))
    elements.append(svg.Text(x=x(0.5), y=y(0) + 36, text="confidence", text_anchor="middle"))
    elements.append(svg.Text(x=left - 60, y=top - 12, text="share that is right"))
    for one in calibration.bins:
        elements += _dot(one, x, y)
    notes = [
        f"{claims(calibration.claims)} with a decided verdict",
        f"calibration error {estimate(calibration.ece)}",
        f"chance alone gives up to {share(calibration.chance_ece)}",
        f"Brier score {estimate(calibration.brier)}",
        "dashed: confidence as good as its word",
        "bars: 95% intervals, numbers: claims",
    ]
    for number, note in enumerate(notes):
        elements.append(
            svg.Text(x=x(1) + 24, y=top + 14 + number * 20, text=_text(note), class_=["small"])
        )
    described = "; ".join(_bin(one) for one in calibration.bins if one.claims)
    return drawn(
        "What confidence is worth",
        described or "no verdict was decided",
        height,
        elements,
        _of(result),
    )


def _dot(one: Bin, x: Place, y: Place) -> Sequence[svg.Element]:
    found = one.accuracy
    if one.confidence is None or found.value is None or found.low is None or found.high is None:
        return []
    at = x(one.confidence)
    return [
        svg.Line(x1=at, y1=y(found.low), x2=at, y2=y(found.high), class_=["range"]),
        svg.Circle(
            cx=at,
            cy=y(found.value),
            r=5,
            class_=["full"],
            elements=[svg.Title(text=_text(_bin(one)))],
        ),
        svg.Text(x=at + 9, y=y(found.value) + 4, text=str(one.claims), class_=["small"]),
    ]


def _bin(one: Bin) -> str:
    return f"{claims(one.claims)} at {share(one.confidence)}: {share(one.accuracy.value)} right"


def _of(result: Result) -> str:
    return f"{result.model} on {result.gold}, as of {result.as_of}"


def drawn(
    title: str, described: str, height: float, elements: Sequence[svg.Element], of: str = ""
) -> str:
    """A whole chart: frame, style and title, and in words what it shows. `of` says whose chart it
    is, on a line of its own, by which all that is below the title moves down."""
    if of:
        of = one_line(of)
        named = svg.Text(
            x=16,
            y=44,
            text=_text(of if len(of) <= LONGEST else f"{of[:LONGEST]}…"),
            class_=["small"],
        )
        elements, height = (
            [named, svg.G(transform=[svg.Translate(0, LINE)], elements=list(elements))],
            height + LINE,
        )
    framed: list[svg.Element] = [
        svg.Style(text=_STYLE),
        svg.Title(text=_text(title)),
        svg.Desc(text=_text(described)),
        svg.Rect(width=WIDTH, height=height, class_=["back"]),
        svg.Text(x=16, y=26, text=_text(title), class_=["title"]),
        *elements,
    ]
    box = svg.ViewBoxSpec(0, 0, WIDTH, height)
    text = str(svg.SVG(width=WIDTH, height=height, viewBox=box, elements=framed))
    return text.replace("><", ">\n<") + "\n"


def _text(text: str) -> str:
    """Text for SVG: the library writes it as it is, so it is escaped here."""
    return escape(one_line(text))
