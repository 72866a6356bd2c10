"""The single marks of the chart, their colours and its legend."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import Literal, get_args

import svg

from retest.domain.evidence import Evidence
from retest.domain.verdict import Mark, Verdict
from retest.text.harmless import one_line

WIDTH, EDGE, BAND = 880, 24, 15
"""The drawing's width, that of its margins, and a band's height."""
LETTERS: dict[Verdict, str] = {"holds": "H", "relaxed": "R", "overturned": "O", "undetermined": "?"}
LIGHT = {
    "back": "#ffffff",
    "text": "#1f2328",
    "quiet": "#59636e",
    "grid": "#d8dee4",
    "holds": "#1a7f64",
    "relaxed": "#f0b429",
    "overturned": "#5f0f30",
    "undetermined": "#59636e",
    "on-holds": "#ffffff",
    "on-relaxed": "#1f2328",
    "on-overturned": "#ffffff",
    "on-undetermined": "#59636e",
    "for": "#1a7f64",
    "in part": "#b98500",
    "against": "#5f0f30",
}
"""Holds is of middle lightness, relaxed light, overturned dark: apart for every kind of colour
vision, and in grey."""
DARK = {
    "back": "#0d1117",
    "text": "#e6edf3",
    "quiet": "#9198a1",
    "grid": "#2d333b",
    "holds": "#58cfa8",
    "relaxed": "#fae7a8",
    "overturned": "#c23a6b",
    "undetermined": "#9198a1",
    "on-holds": "#0d1117",
    "on-relaxed": "#0d1117",
    "on-overturned": "#ffffff",
    "on-undetermined": "#9198a1",
    "for": "#58cfa8",
    "in part": "#f0cf6a",
    "against": "#e0598a",
}
NARROW = 640
"""Pixels up to which text and marks are enlarged: a chart of 880 is then drawn at less than three
quarters."""


def css(mark: Mark) -> str:
    """A mark as the name of a class."""
    return mark.replace(" ", "-")


def _colours(of: dict[str, str]) -> str:
    rules = [
        f"text{{fill:{of['text']}}}.name{{stroke:{of['back']}}}.quiet{{fill:{of['quiet']}}}",
        f".back{{fill:{of['back']}}}.grid{{stroke:{of['grid']}}}.now,.untested,.opens{{stroke:{of['quiet']}}}",
        f".turned,.cause,.deciding{{stroke:{of['text']}}}",
    ]
    for verdict in LETTERS:
        fill = "none" if verdict == "undetermined" else of[verdict]
        edge = (
            of["in part"] if verdict == "relaxed" else of[verdict]
        )  # the light one needs an edge that is seen
        rules.append(
            f"rect.{verdict}{{fill:{fill};stroke:{edge}}}text.on-{verdict}{{fill:{of[f'on-{verdict}']}}}"
        )
    rules += [f".{css(mark)}{{fill:{of[mark]};stroke:{of['back']}}}" for mark in get_args(Mark)]
    return "\n".join(rules)


STYLE = f"""
:root{{color-scheme:light dark}}
text{{font:13px system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}}
.head{{font-size:16px;font-weight:600}}.quiet{{font-size:12px;font-weight:400}}.name{{font-weight:600}}
.name{{paint-order:stroke;stroke-width:4px;stroke-linejoin:round}}
.letter{{font-size:12px;font-weight:700}}.narrow{{display:none}}
.grid,.now{{stroke-width:1}}.untested{{stroke-width:2;stroke-dasharray:1 5;stroke-linecap:round}}
.opens{{fill:none;stroke-width:2}}.turned{{stroke-width:3}}.cause{{fill:none;stroke-width:1.2}}
.deciding{{fill:none;stroke-width:1.6}}rect.undetermined{{stroke-dasharray:4 3}}
{_colours(LIGHT)}
@media (max-width:{NARROW}px){{
text,.quiet{{font-size:25px}}.head{{font-size:28px}}.letter{{font-size:15px}}.more{{display:none}}
.narrow{{display:inline}}.big{{transform:scale(1.4)}}
}}
@media (prefers-color-scheme:dark){{
{_colours(DARK)}
}}
"""


def written(text: str) -> str:
    """Text for SVG: the library writes it as it is, so it is escaped here."""
    return escape(one_line(text))


def text(
    x: float,
    y: float,
    shown: str,
    kind: str = "",
    anchor: Literal["end", "middle"] | None = None,
    more: str = "",
) -> svg.Text:
    """`more` is said in a wide window only."""
    classes = kind.split() or None
    if not more:
        return svg.Text(x=x, y=y, text=written(shown), class_=classes, text_anchor=anchor)
    inside: list[svg.Element] = [
        svg.TSpan(text=written(shown)),
        svg.TSpan(text=escape(more), class_=["more", "quiet"]),
    ]
    return svg.Text(x=x, y=y, class_=classes, text_anchor=anchor, elements=inside)


def band(verdict: Verdict, x: float, y: float, width: float, told: str) -> Iterator[svg.Element]:
    """A verdict's time: a bar with its letter where there is room."""
    inside: list[svg.Element] = [svg.Title(text=written(told))]
    yield svg.Rect(x=x, y=y, width=round(width, 1), height=BAND, class_=[verdict], elements=inside)
    if width >= 15:
        yield text(
            round(x + min(8, width / 2), 1),
            y + BAND - 3,
            LETTERS[verdict],
            f"letter on-{verdict}",
            "middle",
        )


def mark(item: Evidence, x: float, y: float, decided: bool) -> svg.Element:
    """A piece of evidence, ringed where it decided a verdict."""
    told = (
        f"{item.published} {item.arxiv_id} "
        f"{item.mark}{', decided a verdict' if decided else ''}: {item.title}"
    )
    return shape(item.mark, x, y, decided, [svg.Title(text=written(told))])


def shape(kind: Mark, x: float, y: float, ringed: bool, inside: list[svg.Element]) -> svg.Element:
    """A circle is for the claim, a diamond in part, a square against it."""
    drawn: svg.Element
    if kind == "for":
        drawn = svg.Circle(r=5, class_=[css(kind)])
    elif kind == "in part":
        drawn = svg.Path(
            d=[svg.M(0, -6), svg.L(6, 0), svg.L(0, 6), svg.L(-6, 0), svg.Z()], class_=[css(kind)]
        )
    else:
        drawn = svg.Rect(x=-4.5, y=-4.5, width=9, height=9, class_=[css(kind)])
    ring: list[svg.Element] = [svg.Circle(r=6.8, class_=["deciding"])] if ringed else []
    big = svg.G(class_=["big"], elements=[*inside, drawn, *ring])
    return svg.G(transform=[svg.Translate(x, y)], elements=[big])


def cause(x: float, y: float, turn_x: float, turn_y: float) -> svg.Element:
    """From a piece of evidence to the day on which it turned the verdict."""
    return svg.Path(
        d=[svg.M(x, y), svg.C(x, turn_y + 4, turn_x, y - 2, turn_x, turn_y)], class_=["cause"]
    )


def opens(x: float, y: float) -> svg.Element:
    return svg.Path(
        d=[svg.M(x + 6, y), svg.L(x, y), svg.L(x, y + BAND), svg.L(x + 6, y + BAND)],
        class_=["opens"],
    )


def untested(x: float, y: float, end: float) -> svg.Element:
    return svg.Line(x1=x, y1=y + BAND / 2, x2=end, y2=y + BAND / 2, class_=["untested"])


def turn(x: float, y: float) -> svg.Element:
    return svg.Line(x1=x, y1=y - 3, x2=x, y2=y + BAND + 3, class_=["turned"])


def legend() -> Iterator[svg.Element]:
    """Three rows of four: verdicts, evidence, and what else is drawn. Each has room for the large
    text."""
    step, rows = (WIDTH - 2 * EDGE) / 4, (46, 75, 104)
    for n, verdict in enumerate(LETTERS):
        x = EDGE + n * step
        yield from band(verdict, x, rows[0] - BAND / 2, 22, verdict)
        yield text(x + 30, rows[0] + 5, verdict)
    kinds: tuple[Mark, ...] = get_args(Mark)
    for n, kind in enumerate(kinds):
        x = EDGE + n * step
        yield shape(kind, x + 11, rows[1], False, [])
        yield text(x + 30, rows[1] + 5, kind)
    x = EDGE + 3 * step
    yield svg.Circle(cx=x + 11, cy=rows[1], r=6.8, class_=["deciding"])
    yield text(x + 30, rows[1] + 5, "decided it")
    yield untested(EDGE, rows[2] - BAND / 2, EDGE + 22)
    yield text(EDGE + 30, rows[2] + 5, "not tested yet")
    yield opens(EDGE + step + 11, rows[2] - BAND / 2)
    yield text(EDGE + step + 30, rows[2] + 5, "window opens")
    yield turn(EDGE + 2 * step + 11, rows[2] - BAND / 2)
    yield text(EDGE + 2 * step + 30, rows[2] + 5, "verdict turned")
