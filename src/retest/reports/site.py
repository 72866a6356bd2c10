"""The static site: an index of all lines and a page a line, drawn from the records alone. No
network, no clock.

Every value of a record is made one visible line and escaped; the templates hold all the markup
there is. The pages need no JavaScript: site.js only filters what is there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import jinja2
from lxml import etree  # type: ignore[import-untyped]  # lxml ships no types, and its stubs are another dependency
from markupsafe import Markup, escape

from retest.domain import Frozen
from retest.domain.arxiv_id import parse_id
from retest.domain.line import COUNTER_THESIS
from retest.domain.record import ClaimRecord, Record
from retest.domain.verdict import Verdict
from retest.llm.providers import provider_of
from retest.reports.answer import about, note, paragraphs, said_before, shown
from retest.reports.chart import chart
from retest.reports.chart_marks import css
from retest.reports.markdown import newest
from retest.reports.summary import (
    ORDER,
    WHY,
    against_review,
    counted,
    decided,
    question_told,
    shown_and_folded,
    since_dated,
    state,
    summary,
)
from retest.text.harmless import escaped, one_line

LATEST = 12
"""Verdict changes that the index lists."""
_FOLDER = Path(__file__).parents[1] / "data" / "site"
_SVG = "{http://www.w3.org/2000/svg}"
_IN_BRACKETS = re.compile(r"\[([^\[\]]{1,40})\]")


class Change(Frozen):
    """A claim that came to another verdict."""

    line: str
    claim: str
    text: str
    on: date
    was: Verdict
    now: Verdict


def site(records: Sequence[Record], title: str) -> dict[str, bytes]:
    """Every file of the site by its path in it. The same records and title give the same bytes."""
    newest_first = sorted(
        sorted(records, key=lambda one: one.line), key=lambda one: one.as_of, reverse=True
    )
    files = {
        name: (_FOLDER / name).read_text(encoding="utf-8")
        for name in ("site.css", "site.js", "icon.svg")
    }
    files["chart.css"] = _scoped_style(records)
    common = {"site_title": title}
    files["index.html"] = _template("index.html.j2").render(
        records=newest_first,
        changes=changes(records)[:LATEST],
        root="",
        total=sum(len(one.claims) for one in records),
        counted=sum((_counts(one) for one in records), Counter()),
        **common,
    )
    for record in records:
        files[f"lines/{record.line}.html"] = _page(record, common)
        files[f"lines/{record.line}.json"] = escaped(record.model_dump_json(indent=2)) + "\n"
    return {name: text.encode("utf-8") for name, text in sorted(files.items())}


def changes(records: Sequence[Record]) -> list[Change]:
    """The verdicts that are another one than before, the latest first. To have been decided for the
    first time, or not to be decidable for a while, is no change."""
    found = []
    for record in records:
        for claim in _every(record):
            decided = [entry for entry in claim.history if entry.verdict != "undetermined"]
            found += [
                Change(
                    line=record.line,
                    claim=claim.id,
                    text=claim.text,
                    on=now.on,
                    was=was.verdict,
                    now=now.verdict,
                )
                for was, now in pairwise(decided)
                if was.verdict != now.verdict
            ]
    return sorted(
        found, key=lambda one: (-one.on.toordinal(), ORDER.index(one.now), one.line, one.claim)
    )


def _page(record: Record, common: dict[str, str]) -> str:
    every = _every(record)
    known = {item.arxiv_id for claim in every for item in claim.evidence}
    return _template("line.html.j2").render(
        record=record,
        every=every,
        chart=_drawn(record),
        root="../",
        counter_id=COUNTER_THESIS,
        paragraphs=paragraphs(record),
        about_answer=about(record),
        said_before=said_before(record),
        verdict_of={claim.id: claim.verdict for claim in every},
        texts={claim.id: claim.text for claim in every},
        top=summary(record),
        stands=question_told(record),
        linked=lambda text: _linked(text, known),
        **common,
    )


@lru_cache(maxsize=4)
def _template(name: str) -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDER),
        undefined=jinja2.StrictUndefined,
        autoescape=True,
        finalize=lambda value: value if isinstance(value, Markup) else one_line(str(value)),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["class"] = css
    environment.globals.update(
        verdicts=ORDER,
        counts=_counts,
        url=paper_url,
        cited=_cited,
        newest=newest,
        bar_parts=_parts,
        claims_of=_every,
        share=_share,
        why=WHY,
        is_annotated=lambda spec: provider_of(spec).is_annotated,
        against_review=against_review,
        counted=counted,
        decided=decided,
        state=state,
        since_dated=since_dated,
        shown=shown,
        note=note,
        shown_and_folded=shown_and_folded,
    )
    return environment.get_template(name)


def _every(record: Record) -> tuple[ClaimRecord, ...]:
    return (*record.claims, record.counter_thesis)


def _counts(record: Record) -> Counter[str]:
    """How many claims stand how; the counter-thesis is none of them."""
    return Counter(claim.verdict for claim in record.claims)


def _parts(record: Record, width: int) -> list[tuple[Verdict, float, float]]:
    """A bar's parts: verdict, where it begins, how wide it is."""
    counts, total = _counts(record), max(len(record.claims), 1)
    begun, parts = 0, list[tuple[Verdict, float, float]]()
    for verdict in ORDER:
        if counts[verdict]:
            parts.append(
                (
                    verdict,
                    round(begun / total * width, 2),
                    round(counts[verdict] / total * width, 2),
                )
            )
        begun += counts[verdict]
    return parts


def _share(claim: ClaimRecord, day: date) -> float:
    """Where in a claim's window a day lies, in per cent."""
    window = claim.window
    span = max((window.as_of - window.opens).days, 1)
    return round(100 * min(max((day - window.opens).days / span, 0), 1), 1)


def _cited(arxiv_id: str, version: int | None = None) -> str:
    return f"{arxiv_id}v{version}" if version else arxiv_id


def paper_url(arxiv_id: str, version: int | None = None) -> str | None:
    """The paper's abstract page; None for what is no arXiv id, whoever calls it one."""
    cited = _cited(arxiv_id, version)
    return f"https://arxiv.org/abs/{cited}" if str(parse_id(cited)) == cited else None


def _linked(text: str, known: set[str]) -> Markup:
    """Escaped prose in which the ids of evidence, written [id], are links."""
    pieces = _IN_BRACKETS.split(one_line(text))  # text, id, text, id, ..., text
    shown = [escape(pieces[0])]
    for inside, after in zip(pieces[1::2], pieces[2::2], strict=True):
        url = paper_url(inside) if inside in known else None
        link = Markup('[<a href="{}">{}</a>]').format(url, inside)
        shown += [link if url else escape(f"[{inside}]"), escape(after)]
    return Markup("").join(shown)


def _drawn(record: Record) -> Markup:
    """The report's own chart, without its style, which would hold for the whole page: that is in
    chart.css."""
    root = _tree(record)
    for style in root.findall(f"{_SVG}style"):
        root.remove(style)
    root.set("class", "chart")
    root.set("role", "img")
    root.set("aria-label", f"{record.line}: verdicts and evidence over time")
    return Markup(etree.tostring(root, encoding="unicode"))  # noqa: S704 - serialised from a tree: its text is escaped


def _scoped_style(records: Sequence[Record]) -> str:
    """The chart's style, which is the same for all, for charts only."""
    styles = (
        style.text or ""
        for record in records[:1]
        for style in _tree(record).findall(f"{_SVG}style")
    )
    return (
        ":where(svg.chart) {" + "".join(styles) + "}\n"
    )  # nested, and weaker than anything in site.css


def _tree(record: Record) -> Any:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_blank_text=True)
    return etree.fromstring(chart(record).encode("utf-8"), parser)
