"""Title and body of the pull request that brings a night's news. Every text that is not ours is
escaped, by default."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import jinja2

from retest.domain.line import COUNTER_THESIS
from retest.domain.verdict import Verdict
from retest.reports.diff import AnchorNews, ClaimNews, LineNews, Standing
from retest.reports.markdown import SIGNS, Safe, link, md
from retest.text.harmless import cut

LONGEST_TITLE = 72
"""Characters: what `git log` and code hosts show of a first line without cutting it."""
LONGEST_NAME = 40
"""Characters of a line's name in a title: what leaves room for the longest thing that can have
changed."""
LONGEST_BODY = 60_000
"""Characters. GitHub takes 65,536 ("body is too long (maximum is 65536 characters)")."""
SHOWN_LINES = 150
"""Lines of a library that the shortest form of a body lists."""
TEXT, TITLE, QUOTE, DETAIL, PAPERS = 300, 160, 600, 300, 5
"""Characters of a claim, a paper's title, a quote and a reason that a body shows; papers of a
claim. The report has all."""
MORE = ", …"
ORDER: tuple[Verdict, ...] = ("overturned", "relaxed", "holds", "undetermined")
"""The verdicts, the one that a reviewer must look at first in front."""


def title(news: Sequence[LineNews]) -> str:
    """What changed in one plain line of at most 72 characters."""
    changed = [line for line in news if line.is_news]
    if not changed:
        return f"Nothing new: {_named(news)}" if news else "Nothing new"
    text = f"{_named(changed)}: "
    pieces = parts(changed)
    for number, piece in enumerate(pieces):
        longer = text + (", " if number else "") + piece
        room = LONGEST_TITLE - (len(MORE) if number < len(pieces) - 1 else 0)
        if number and len(longer) > room:
            return text + MORE
        text = longer
    return text


def parts(changed: Sequence[LineNews]) -> list[str]:
    """What changed, counted, the weightiest first. A claim counts once, under the weightiest of its
    news."""
    kinds: Counter[str] = Counter()
    for line in changed:
        kinds[f"line {line.kind}"] += 1
        kinds["anchor"] += len(line.anchors)
        kinds["synthesis"] += bool(line.synthesis)
        kinds["framed"] += len(line.notes)
        if line.kind == "known":
            kinds.update(_weightiest(claim) for claim in line.claims)
    turned = [
        claim
        for line in changed
        for claim in line.claims
        if claim.id == COUNTER_THESIS and claim.turned
    ]
    told = [
        _counted(kinds["overturned"], "overturned"),
        _counted(kinds["relaxed"], "relaxed"),
        _counted(kinds["holds"], "now holds", "now hold"),
        _counted(kinds["undetermined"], "now undetermined"),
        f"counter-thesis {turned[0].now}"
        if len(turned) == 1
        else _counted(len(turned), "", "counter-theses turned"),
        _counted(kinds["evidence"], "with new evidence"),
        _counted(kinds["pending"], "flip pending", "flips pending"),
        _anchors(changed),
        _counted(kinds["failed"] + kinds["synthesis"], "not searched or judged"),
        *_first_reports(changed),
        _counted(kinds["new"], "claim new", "claims new"),
        _counted(kinds["reworded"], "claim reworded", "claims reworded"),
        _counted(kinds["gone"], "claim gone", "claims gone"),
        _counted(kinds["line gone"], "report gone", "reports gone"),
        _counted(kinds["other"] + kinds["framed"], "other change", "other changes"),
    ]
    return [text for text in told if text]


def body(news: Sequence[LineNews], folder: str, limit: int = LONGEST_BODY) -> str:
    """The Markdown under the title, at most `limit` characters. `folder` is where the reports are,
    for people to find.

    Where it would be longer the quotes are left out first, then everything but a row a line; it
    says so.
    """
    changed = [line for line in news if line.is_news]
    several = len(news) > 1
    claims = [(line, claim) for line in changed if line.kind == "known" for claim in line.claims]
    everything = [(line, claim) for line in changed for claim in line.claims]
    sections = {
        "turned": sorted(
            (pair for pair in claims if pair[1].turned),
            key=lambda pair: ORDER.index(pair[1].now or "holds"),
        ),
        "evidence": [pair for pair in claims if pair[1].evidence and not pair[1].turned],
        "pending": [pair for pair in claims if pair[1].pending],
        "anchors": [(line, anchor) for line in changed for anchor in line.anchors],
        "failed": [pair for pair in everything if pair[1].failed],
        "unwritten": [line for line in changed if line.synthesis],
        "standing": [(line, claim) for line in news for claim in line.standing],
        "others": [pair for pair in claims if pair[1].kind != "known" or pair[1].notes],
        "firsts": [line for line in changed if line.kind == "new"],
        "gone": [line for line in changed if line.kind == "gone"],
        "quoted": [pair for pair in claims if pair[1].evidence or pair[1].rationale],
    }
    text = ""
    for level in ("full", "without quotes", "lines"):
        text = _template().render(
            level=level,
            news=news,
            changed=changed,
            folder=folder,
            several=several,
            name=_names(several),
            **sections,
        )
        text = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
        if len(text) <= limit:
            break
    return text


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=md,
        autoescape=False,  # noqa: S701 - `finalize` escapes every value for Markdown, which is what is written
    )
    environment.globals.update(
        link=link,
        signs=SIGNS,
        stands=_stands,
        parts=lambda line: ", ".join(parts([line])),
        shown=SHOWN_LINES,
        TEXT=TEXT,
        TITLE=TITLE,
        QUOTE=QUOTE,
        DETAIL=DETAIL,
        PAPERS=PAPERS,
    )
    environment.filters["cut"] = cut
    file = Path(__file__).parents[1] / "data" / "pull_request.md.j2"
    return environment.from_string(file.read_text(encoding="utf-8"))


def _named(news: Sequence[LineNews]) -> str:
    if len(news) > 1:
        return f"{len(news)} lines"
    return cut(news[0].line, LONGEST_NAME)


def _weightiest(claim: ClaimNews) -> str:
    if claim.id == COUNTER_THESIS and claim.turned:
        return "counter"  # told by itself: that the counter-thesis is overturned is no claim's fall
    if claim.kind != "known":
        return claim.kind
    if claim.turned and claim.now:
        return claim.now
    if claim.failed:
        return "failed"
    return "evidence" if claim.evidence else "pending" if claim.pending else "other"


def _counted(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one}" if count else ""


def _anchors(changed: Sequence[LineNews]) -> str:
    """`1 anchor withdrawn` where all say the same, else `2 anchors changed`."""
    states = Counter(_state(anchor) for line in changed for anchor in line.anchors)
    (state,) = states if len(states) == 1 else ("changed",)
    return _counted(states.total(), f"anchor {state}", f"anchors {state}")


def _state(news: AnchorNews) -> str:
    if news.now is None:
        return "gone"
    if news.was is None and news.now == "ok":
        return "new"
    return (
        news.now
        if news.now != news.was and news.now in ("revised", "withdrawn", "not-found")
        else "changed"
    )


def _first_reports(changed: Sequence[LineNews]) -> list[str]:
    """How the claims stand that have their first report, where there is nothing else to tell."""
    new = [line for line in changed if line.kind == "new"]
    if len(new) < len(changed):
        return [_counted(len(new), "first report", "first reports")]
    words = {"holds": "hold"}
    stand = {verdict: sum(line.verdicts.get(verdict, 0) for line in new) for verdict in ORDER}
    return [
        "first report" + "s" * (len(new) > 1),
        *(_counted(n, words.get(v, v) if n > 1 else v) for v, n in stand.items()),
    ]


def _stands(line: LineNews) -> Safe:
    """How a line's claims stand, with the signs that the report has."""
    return Safe(
        " · ".join(
            f"{SIGNS[verdict]} {line.verdicts[verdict]}"
            for verdict in ORDER
            if verdict in line.verdicts
        )
    )


def _names(several: bool) -> Callable[[LineNews, ClaimNews | Standing], Safe]:
    """How a claim is called: by its sentence, and small behind it by its id, with its line's name
    in front where there are several."""

    def named(line: LineNews, claim: ClaimNews | Standing) -> Safe:
        small = f"{line.line}: {claim.id}" if several else claim.id
        return Safe(f"**{md(cut(claim.text, TEXT))}** ({md(small)})")

    return named
