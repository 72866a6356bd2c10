"""The Markdown of a report, drawn from the record alone. Every text that is not ours is escaped, by default."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import jinja2

from retest.domain.line import COUNTER_THESIS
from retest.reports.record import ClaimRecord, Record
from retest.text import one_line

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$^])")
_LINE_START = re.compile(r"^([-+=])|^(\d{1,9})([.)])(?=\s|$)")
_AUTOLINK = re.compile(r"(?i)(https?|ftp|mailto|xmpp)(:)|(www)(\.)")
SIGNS = {"holds": "🟢 holds", "relaxed": "🟡 relaxed", "overturned": "🔴 overturned", "undetermined": "⚪ undetermined"}


class Safe(str):
    """Markdown of our own making, which is not escaped again."""


def md(value: object) -> Safe:
    """Any text as GitHub-flavoured CommonMark that renders as itself: no structure, links, mentions or HTML."""
    if isinstance(value, Safe):
        return value
    text = one_line(str(value)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SPECIAL.sub(r"\\\1", text)
    text = _LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)
    text = _AUTOLINK.sub(lambda m: f"{m[1]}<!-- -->{m[2]}" if m[1] else f"{m[3]}<!-- -->{m[4]}", text)
    # An empty comment between sign and name is what keeps a code host from reading a mention or an issue number.
    return Safe(re.sub(r"([@#])", r"\1<!-- -->", text))


def link(arxiv_id: str, version: int | None = None) -> Safe:
    """A link to the paper's abstract page; the id has climbed the ladder, so it has an arXiv id's form."""
    cited = f"{arxiv_id}v{version}" if version else arxiv_id
    return Safe(f"[{cited}](https://arxiv.org/abs/{cited})")


def linked(text: str, known: set[str]) -> Safe:
    """Escaped prose in which the ids of evidence, written [id], are links."""
    escaped = md(text)
    for arxiv_id in sorted(known):
        escaped = Safe(escaped.replace(rf"\[{arxiv_id}\]", f"[{arxiv_id}](https://arxiv.org/abs/{arxiv_id})"))
    return escaped


def change(claim: ClaimRecord, as_of: date) -> str:
    """What a reviewer asks first: what became of this claim in the run of `as_of`. A night in which it could not be
    searched or judged, before it was decided for the first time, does not count as a state that it was in."""
    if claim.flip and claim.flip.pending:
        return f"pending: {claim.flip.to}?"
    *before, now = claim.history
    if now.on != as_of:
        return f"since {now.on}"
    if all(entry.verdict == "undetermined" for entry in before):
        return "new"
    return f"was {before[-1].verdict}"


def markdown(record: Record) -> str:
    """The whole Markdown file."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=md,
        autoescape=False,  # noqa: S701 - `finalize` escapes every value for Markdown, which is what is written
    )  # fmt: skip
    environment.globals.update(link=link, linked=linked, change=change, signs=SIGNS, newest=newest)
    environment.filters["anchor"] = lambda claim_id: Safe(claim_id)  # a slug by its type
    template = environment.from_string(
        (Path(__file__).parents[1] / "data" / "report.md.j2").read_text(encoding="utf-8")
    )
    every = [*record.claims, record.counter_thesis]
    counts = Counter(claim.verdict for claim in record.claims)
    known = {item.arxiv_id for claim in every for item in claim.evidence}
    text = template.render(record=record, every=every, counts=counts, known=known, counter_id=COUNTER_THESIS)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def newest(claim: ClaimRecord) -> Any:
    """The newest piece of evidence, or None."""
    return max(claim.evidence, key=lambda item: (item.published, item.arxiv_id), default=None)
