"""The chart of a report: a row a claim, its verdict over time as a band, and below it its evidence
at its v1 dates.

A verdict is told by a letter and by its colour's lightness, a mark by its shape, so that nothing
hangs on hue alone. The drawing is as wide as a report on a code host; in a narrow window a media
query enlarges text and marks, for which every row has the room. chart_marks.py draws the single
marks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import pairwise

import svg

from retest.domain.evidence import Evidence
from retest.domain.line import months_before
from retest.domain.record import ClaimRecord, HistoryEntry, Record
from retest.reports import chart_marks as marks
from retest.reports.chart_marks import BAND, EDGE, WIDTH, text, written
from retest.reports.summary import WHY, counted
from retest.text.harmless import cut

STUB = 40
"""How far the last verdict's band runs on beyond the day of the report, so that it is seen on a
first report too."""
TOP, HEAD, LANE, FOOT = 148, 25, 11, 3
"""Height of title, legend and axis; of a row's text; from a band to the middle of its first marks;
below a row."""
PITCH, APART, LEVELS = 12, 12, 4
"""Between levels of marks; between marks of a level; how many levels there may be before marks
overlap."""
LETTER, LETTER_NARROW, LETTER_QUIET = 7.9, 17.5, 6.9
"""How wide a letter of a name is taken to be, in a wide and in a narrow window, and of what stands
beside it."""
LONGEST_NARROW = 36
"""Letters of the line's name that have room in a narrow window."""
Place = Callable[[date], float]


def chart(record: Record) -> str:
    """An SVG of the record, readable in light and in dark mode, with a description for screen
    readers."""
    rows = [*record.claims, record.counter_thesis]
    first = min(min(row.window.opens, row.history[0].on) for row in rows)
    span, last = max((_last_of_month(record.as_of) - first).days, 1), WIDTH - EDGE - STUB

    def place(day: date) -> float:
        return round(EDGE + min(max((day - first).days / span, 0), 1) * (last - EDGE), 1)

    drawn, bottom = list[svg.Element](), TOP
    for row in rows:
        part, high = _row(row, 0, place)
        # In a group of its own: where a row grows, those below it move by one line each.
        drawn.append(svg.G(transform=[svg.Translate(0, bottom)], elements=part))
        bottom += high
    height = bottom + 32
    told = f": verdicts over time, as of {record.as_of}"
    elements: list[svg.Element] = [
        svg.Style(text=marks.STYLE),
        svg.Title(text=written(record.line + told)),
        svg.Desc(text=_described(rows)),
        svg.Rect(width=WIDTH, height=height, class_=["back"]),
        text(EDGE, 26, _short(record.line, LONGEST_NARROW), "head", more=told),
        *marks.legend(),
        *_axis(first, record.as_of, place, bottom),
        *drawn,
    ]
    box = svg.ViewBoxSpec(0, 0, WIDTH, height)
    whole = str(
        svg.SVG(width=WIDTH, height=height, viewBox=box, elements=elements, extra={"role": "img"})
    )
    # An element a line: a changed claim is a short diff. Within a text a line's end would be a
    # space.
    return whole.replace("><", ">\n<").replace(">\n<tspan", "><tspan") + "\n"


def _last_of_month(day: date) -> date:
    """Where the axis ends: were it to end on the day of the report, every mark would move on every
    night with news, and the drawing's diff would be all of it."""
    return months_before(day.replace(day=1), -1) - timedelta(days=1)


def _axis(first: date, as_of: date, place: Place, bottom: int) -> Iterator[svg.Element]:
    """A line a year, a quarter or a month, and one for the day of the report."""
    days = (as_of - first).days
    months = 12 if days > 1300 else 3 if days > 300 else 1
    end, day = place(as_of), date(first.year, 1, 1)
    while day <= as_of:
        x = place(day)
        if day >= first:
            yield svg.Line(x1=x, y1=TOP - 8, x2=x, y2=bottom, class_=["grid"])
        if day >= first and x < end - 80:
            kind = "quiet" if day.month == 1 else "quiet more"
            for y in (TOP - 13, bottom + 20):
                yield text(x + 3, y, str(day.year) if day.month == 1 else f"{day:%Y-%m}", kind)
        year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
        day = date(year, month + 1, 1)
    yield svg.Line(x1=end, y1=TOP - 8, x2=end, y2=bottom, class_=["now"])
    for y in (TOP - 13, bottom + 20):
        yield text(WIDTH - EDGE, y, str(as_of), "quiet", anchor="end")


def _row(row: ClaimRecord, y: int, place: Place) -> tuple[list[svg.Element], int]:
    """A claim's elements, and how high they are: the more evidence stands close together, the
    higher."""
    top, lane = y + HEAD, y + HEAD + BAND + LANE
    opened, tested = place(row.window.opens), place(row.history[0].on)
    elements: list[svg.Element] = [*_named(row, y + 18)]
    if opened < tested:
        elements.append(marks.untested(opened, top, tested))
    ends = [*(place(entry.on) for entry in row.history[1:]), WIDTH - EDGE]
    for entry, end in zip(row.history, ends, strict=True):
        begun = place(entry.on)
        elements += marks.band(
            entry.verdict, begun, top, max(end - begun, 1), f"{entry.verdict} from {entry.on}"
        )
    elements.append(marks.opens(opened, top))
    placed = [(item, x, lane + level * PITCH) for item, x, level in _levels(row, place)]
    for entry in _turns(row):
        x = place(entry.on)
        causes = [(at, level) for item, at, level in placed if item.arxiv_id in entry.decided_by]
        elements += [marks.cause(at, level, x, top + BAND) for at, level in causes]
        elements.append(marks.turn(x, top))
    deciding = {arxiv_id for entry in row.history for arxiv_id in entry.decided_by}
    elements += [marks.mark(item, x, level, item.arxiv_id in deciding) for item, x, level in placed]
    lowest = max((level for _, _, level in placed), default=top + BAND - 2)
    return elements, int(lowest) + 8 + FOOT - y


def _levels(row: ClaimRecord, place: Place) -> Iterator[tuple[Evidence, float, int]]:
    """Evidence by date, each piece on the first level where it touches none."""
    taken = [-float(WIDTH)] * LEVELS
    for item in sorted(row.evidence, key=lambda item: (item.published, item.arxiv_id)):
        x = place(item.published)
        level = next((n for n, at in enumerate(taken) if x - at >= APART), taken.index(min(taken)))
        taken[level] = x
        yield item, x, level


def _turns(row: ClaimRecord) -> Iterator[HistoryEntry]:
    """The entries whose verdict is another one than the last decided one."""
    decided = [entry for entry in row.history if entry.verdict != "undetermined"]
    return (after for before, after in pairwise(decided) if before.verdict != after.verdict)


def _named(row: ClaimRecord, y: int) -> Iterator[svg.Element]:
    """The claim, as much of its sentence as there is room for, and, in words, its verdict; in a
    wide window also what goes with it."""
    pending = row.flip.to if row.flip and row.flip.pending else None
    why = WHY[row.why] if row.verdict == "undetermined" else ""
    with_it = filter(None, (why, f"since {row.history[-1].on}", "reviewed" if row.review else ""))
    said = f"{row.verdict}, pending" if pending else row.verdict
    more = f"{f' flip to {pending}' if pending else ''}, {', '.join(with_it)}"
    room = WIDTH - 2 * EDGE - 20
    wide = int((room - len(said) * LETTER - len(more) * LETTER_QUIET) / LETTER)
    narrow = int((room - len(said) * LETTER_NARROW) / LETTER_NARROW)
    yield text(EDGE, y, cut(row.text, wide), "name more")
    yield text(EDGE, y, cut(row.text, narrow), "name narrow")
    yield text(WIDTH - EDGE, y, said, "name", "end", more=more)


def _short(name: str, longest: int) -> str:
    return name if len(name) <= longest else name[: longest - 1] + "…"


def _described(rows: list[ClaimRecord]) -> str:
    """Each claim's verdicts in order and its evidence, as a sentence on a line of its own."""
    told = []
    for row in rows:
        past = ", ".join(f"{entry.verdict} from {entry.on}" for entry in row.history)
        why = f" ({WHY[row.why]})" if row.verdict == "undetermined" and row.why else ""
        told.append(f"{row.text} {past}{why}; evidence: {counted(row.evidence) or 'none'}.")
    return "\n".join(map(written, told))
