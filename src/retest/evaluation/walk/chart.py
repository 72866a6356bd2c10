"""timeline.svg: each claim's verdict through a walk, the papers that settle it, and the day on
which it was noticed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date

import svg

from retest.evaluation.walk.history import Backtest, ClaimHistory
from retest.reports import chart_marks as marks
from retest.reports.chart_marks import BAND, EDGE, WIDTH, text, written

TOP, ROW, FOOT = 104, 60, 34
"""Height of title, legend and axis; of a claim; of the axis below."""
LONGEST = 60
Place = Callable[[date], float]


def _gold_style() -> str:
    """Gold papers stand out from bands of any colour, in light and in dark."""
    light, dark = (
        f".gold{{fill:{of['text']};stroke:{of['back']};stroke-width:1.5}}"
        for of in (marks.LIGHT, marks.DARK)
    )
    # Rows have no room for the large text of a report's chart: here it stays as it is in a narrow
    # window.
    narrow = (
        f"@media (max-width:{marks.NARROW}px){{"
        "text{font-size:13px}.quiet{font-size:12px}.head{font-size:16px}}"
    )
    return f"{light}\n{narrow}\n@media (prefers-color-scheme:dark){{{dark}}}"


def chart(walk: Backtest) -> str:
    """An SVG of the walk. Verdicts are told by letters, gold papers by their shape: nothing hangs
    on colour alone."""
    first, last = walk.steps[0].as_of, walk.steps[-1].as_of
    span = max((last - first).days, 1)

    def place(day: date) -> float:
        return round(EDGE + min(max((day - first).days / span, 0), 1) * (WIDTH - 2 * EDGE), 1)

    height = TOP + ROW * len(walk.claims) + FOOT
    elements: list[svg.Element] = [
        svg.Style(text=marks.STYLE + _gold_style()),
        svg.Title(text=written(f"{walk.line}: verdicts from {first} to {last}")),
        svg.Desc(text=written(" ".join(_described(claim) for claim in walk.claims))),
        svg.Rect(width=WIDTH, height=height, class_=["back"]),
        text(EDGE, 30, f"{walk.line}: verdicts from {first} to {last}", "head"),
        *_legend(),
        *_axis(first, last, place, height - FOOT),
    ]
    for n, claim in enumerate(walk.claims):
        elements += _row(claim, TOP + n * ROW, place, first, last)
    box = svg.ViewBoxSpec(0, 0, WIDTH, height)
    whole = str(
        svg.SVG(width=WIDTH, height=height, viewBox=box, elements=elements, extra={"role": "img"})
    )
    return whole.replace("><", ">\n<") + "\n"


def outcome(claim: ClaimHistory) -> str:
    """What became of a claim, in a few words."""
    if claim.fate == "noticed":
        return f"noticed after {claim.delay} days"
    if claim.fate == "settled before":
        right = any(state.verdict == claim.expected for state in claim.states)
        return f"settled before the walk tested it; {'found' if right else 'not found'}"
    return {
        "right before": "right before its gold paper came out",
        "missed": "not noticed",
        "not settled yet": "its gold paper is of after the walk",
        "not tested": "",
        "not in the mirror": "its gold papers are not in the mirror",
        "no gold": "",
    }[claim.fate]


def _legend() -> Iterator[svg.Element]:
    step = (WIDTH - 2 * EDGE) / 6
    for n, verdict in enumerate(marks.LETTERS):
        yield from marks.band(verdict, EDGE + n * step, 50 - BAND / 2, 22, verdict)
        yield text(EDGE + n * step + 28, 55, verdict)
    yield _gold(EDGE + 4 * step + 8, 50, [])
    yield text(EDGE + 4 * step + 22, 55, "gold paper")
    yield marks.turn(EDGE + 5 * step + 8, 50 - BAND / 2)
    yield text(EDGE + 5 * step + 18, 55, "noticed")


def _axis(first: date, last: date, place: Place, bottom: int) -> Iterator[svg.Element]:
    for year in range(first.year, last.year + 1):
        for month in (1, 7):
            day = date(year, month, 1)
            if first <= day <= last:
                yield svg.Line(
                    x1=place(day), y1=TOP - 18, x2=place(day), y2=bottom, class_=["grid"]
                )
                if place(day) < WIDTH - EDGE - 40:
                    yield text(place(day) + 3, TOP - 8, f"{day:%Y-%m}", "quiet")
                    yield text(place(day) + 3, bottom + 18, f"{day:%Y-%m}", "quiet")


def _row(
    claim: ClaimHistory, y: int, place: Place, first: date, last: date
) -> Iterator[svg.Element]:
    name = claim.id if len(claim.id) <= LONGEST else claim.id[: LONGEST - 1] + "…"
    yield text(
        EDGE, y + 14, f"{name}, expected: {claim.expected}" if claim.expected else name, "name"
    )
    yield text(WIDTH - EDGE, y + 14, outcome(claim), "quiet", "end")
    top = y + 24
    ends = [*(state.on for state in claim.states[1:]), last]
    for state, end in zip(claim.states, ends, strict=False):
        x = place(state.on)
        yield from marks.band(
            state.verdict, x, top, max(place(end) - x, 2), f"{state.verdict} from {state.on}"
        )
    for paper in claim.gold:
        if paper.published and first <= paper.published <= last:
            told = f"{paper.id}, v1 of {paper.published}"
            yield _gold(place(paper.published), top + BAND / 2, [svg.Title(text=written(told))])
    if claim.noticed:
        yield marks.turn(place(claim.noticed), top)


def _gold(x: float, y: float, inside: Sequence[svg.Element]) -> svg.Element:
    """A diamond with a rim, seen on a band of any colour."""
    points = [svg.M(0, -8), svg.L(7, 0), svg.L(0, 8), svg.L(-7, 0), svg.Z()]
    drawn = svg.Path(d=points, class_=["gold"])
    return svg.G(transform=[svg.Translate(x, y)], elements=[*inside, drawn])


def _described(claim: ClaimHistory) -> str:
    past = ", ".join(f"{state.verdict} from {state.on}" for state in claim.states) or "not tested"
    return f"{claim.id}: {past}; {outcome(claim) or 'no gold papers'}."
