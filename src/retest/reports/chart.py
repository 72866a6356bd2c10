"""The chart of a report: one row a claim, its window as a bar, each piece of evidence as a mark at its date."""

from __future__ import annotations

from datetime import date
from html import escape
from typing import Any

import svg

from retest.domain.evidence import Evidence
from retest.reports.record import ClaimRecord, Record
from retest.text import one_line

WIDTH, LEFT, RIGHT, TOP, ROW = 1000, 300, 116, 64, 24
_STYLE = """
:root{color-scheme:light dark}
text{font:13px system-ui,-apple-system,"Segoe UI",sans-serif;fill:#24292f}
.small{font-size:11px;fill:#57606a}.title{font-size:15px;font-weight:600}
.back{fill:#ffffff}.grid{stroke:#d0d7de;stroke-width:1}.bar{stroke:#d0d7de;stroke-width:6;stroke-linecap:round}
.supports{fill:#1a7f37;stroke:#ffffff}.qualifies{fill:#bf8700;stroke:#ffffff}.contradicts{fill:#cf222e;stroke:#ffffff}
.holds{fill:#1a7f37}.relaxed{fill:#9a6700}.overturned{fill:#cf222e}.undetermined{fill:#6e7781}
@media (prefers-color-scheme:dark){
text{fill:#e6edf3}.small{fill:#9198a1}.back{fill:#0d1117}.grid,.bar{stroke:#30363d}
.supports{fill:#3fb950;stroke:#0d1117}.qualifies{fill:#d29922;stroke:#0d1117}.contradicts{fill:#f85149;stroke:#0d1117}
.holds{fill:#3fb950}.relaxed{fill:#d29922}.overturned{fill:#f85149}.undetermined{fill:#9198a1}}
"""


def chart(record: Record) -> str:
    """An SVG of the record, readable in light and in dark mode, with a description for screen readers."""
    rows = [*record.claims, record.counter_thesis]
    first = min(row.window.opens for row in rows)
    span = max((record.as_of - first).days, 1)
    height = TOP + ROW * len(rows) + 44

    def x(day: date) -> float:
        return round(LEFT + (day - first).days / span * (WIDTH - LEFT - RIGHT), 1)

    elements: list[svg.Element] = [
        svg.Style(text=_STYLE),
        svg.Title(text=_text(f"{record.line}: verdicts and evidence as of {record.as_of}")),
        svg.Desc(text=_text(_described(record))),
        svg.Rect(width=WIDTH, height=height, class_=["back"]),
        svg.Text(x=16, y=26, text=_text(f"{record.line}, as of {record.as_of}"), class_=["title"]),
        *_legend(),
    ]
    for year in range(first.year, record.as_of.year + 1):
        day = max(date(year, 1, 1), first)
        elements.append(svg.Line(x1=x(day), y1=TOP - 14, x2=x(day), y2=height - 30, class_=["grid"]))
        if day == date(year, 1, 1) or x(min(date(year + 1, 1, 1), record.as_of)) - x(day) > 40:
            elements.append(svg.Text(x=x(day) + 3, y=height - 14, text=str(year), class_=["small"]))
    for index, row in enumerate(rows):
        elements += _row(row, TOP + ROW * index, x)
    box = svg.ViewBoxSpec(0, 0, WIDTH, height)
    drawn = str(svg.SVG(width=WIDTH, height=height, viewBox=box, elements=elements))
    return drawn.replace("><", ">\n<") + "\n"  # an element a line: a changed claim is a short diff


def _row(row: ClaimRecord, y: int, x: Any) -> list[svg.Element]:
    name = row.id if len(row.id) <= 42 else row.id[:41] + "…"
    elements: list[svg.Element] = [
        svg.Text(x=LEFT - 12, y=y + 4, text=_text(name), text_anchor="end"),
        svg.Line(x1=x(row.window.opens), y1=y, x2=x(row.window.as_of), y2=y, class_=["bar"]),
        svg.Text(x=WIDTH - RIGHT + 14, y=y + 4, text=_text(row.verdict), class_=[row.verdict]),
    ]
    return elements + [_mark(item, x(item.published), y) for item in sorted(row.evidence, key=lambda e: e.published)]


def _mark(item: Evidence, x: float, y: float) -> svg.Element:
    title = svg.Title(text=_text(f"{item.published} {item.arxiv_id} {item.stance}: {item.title}"))
    return _shape(item.stance, x, y, [title])


def _shape(stance: str, x: float, y: float, inside: list[svg.Element]) -> svg.Element:
    if stance == "supports":
        return svg.Circle(cx=x, cy=y, r=5.5, class_=[stance], elements=inside)
    if stance == "qualifies":
        turned: list[svg.Transform] = [svg.Rotate(45, x, y)]
        return svg.Rect(x=x - 4.5, y=y - 4.5, width=9, height=9, class_=[stance], transform=turned, elements=inside)
    return svg.Rect(x=x - 5, y=y - 5, width=10, height=10, class_=[stance], elements=inside)


def _legend() -> list[svg.Element]:
    elements: list[svg.Element] = []
    for index, stance in enumerate(("supports", "qualifies", "contradicts")):
        x = LEFT + 190 + index * 104
        elements += [_shape(stance, x, 22, []), svg.Text(x=x + 12, y=26, text=stance, class_=["small"])]
    x = LEFT + 190 + 3 * 104
    elements.append(svg.Line(x1=x, y1=22, x2=x + 22, y2=22, class_=["bar"]))
    elements.append(svg.Text(x=x + 32, y=26, text="window of newer work", class_=["small"]))
    return elements


def _described(record: Record) -> str:
    return "; ".join(f"{row.id}: {row.verdict}, evidence {len(row.evidence)}" for row in record.claims)


def _text(text: str) -> str:
    """Text for SVG: the library writes it as it is, so it is escaped here."""
    return escape(one_line(text))
