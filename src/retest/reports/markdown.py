"""The Markdown of a report, drawn from the record alone. Every text that is not ours is escaped, by
default."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import jinja2

from retest.domain.answer import AnswerSentence
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Point, Rejection
from retest.domain.line import COUNTER_THESIS
from retest.domain.record import ClaimRecord, Record
from retest.llm.providers import provider_of
from retest.reports.answer import about, note, paragraphs, said_before, shown
from retest.reports.summary import (
    ORDER,
    WHY,
    against_review,
    counted,
    decided,
    question_told,
    shown_and_folded,
    since_dated,
    summary,
    told,
)
from retest.text.harmless import cut, is_right_to_left, one_line

_SPECIAL = re.compile(r"([\\`*_{}\[\]|~$^]|!(?=\[))")
_LINE_START = re.compile(r"^([-+=/])|^(\d{1,9})([.)])(?=\s|$)")
_READ_BY_HOSTS = re.compile(
    r"(?<=[@#$])"  # mentions, issues, e-mail addresses, formulas
    r"|(?<=http)(?=:)|(?<=https)(?=:)|(?<=ftp)(?=:)"  # links
    r"|(?<=mailto)(?=:)|(?<=xmpp)(?=:)|(?<=www)(?=\.)"
    r"|(?<=\bGH)(?=-\d)|(?<=\[)(?=!)"  # issues, alerts
    r"|(?<=:)(?=[\w+\\-]{1,60}:)",  # :emoji:
    re.IGNORECASE | re.ASCII,
)
"""Where a code host, after Markdown is done, would make something of plain words (docs.github.com:
"Autolinked references and URLs", "Basic writing and formatting syntax"). An empty comment there
keeps it from that, unseen."""
_COMMIT = re.compile(r"\b[0-9a-f]{7,40}\b", re.IGNORECASE | re.ASCII)
SENTENCE = 180
"""Characters of a claim where it stands in a list: most are shorter, and stand whole."""
SIGNS = {
    "holds": "🟢 holds",
    "relaxed": "🟡 relaxed",
    "overturned": "🔴 overturned",
    "undetermined": "⚪ undetermined",
}


class Safe(str):
    """Markdown of our own making, which is not escaped again."""


def md(value: object) -> Safe:
    """Any text as GitHub-flavoured CommonMark that renders as itself: no structure, links, mentions
    or HTML.

    Text without anything to see becomes a space that stays, since an empty one would undo the
    emphasis or the list item around it. Text that is written from the right is isolated, so that it
    moves nothing of what stands around it.
    """
    if isinstance(value, Safe) or value == "":
        return Safe(value)
    plain = one_line(str(value))
    text = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _SPECIAL.sub(r"\\\1", text)
    text = _LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)
    text = _COMMIT.sub(
        lambda m: "<!-- -->".join(m[0][at : at + 6] for at in range(0, len(m[0]), 6)), text
    )
    text = _READ_BY_HOSTS.sub("<!-- -->", text)
    if not plain or unicodedata.category(plain[0]).startswith("M"):
        text = f"&nbsp;{text}"  # a mark would else sit on what stands before it
    return Safe(f"&#x2068;{text}&#x2069;" if is_right_to_left(plain) else text)


def link(arxiv_id: str, version: int | None = None) -> Safe:
    """A link to the paper's abstract page. What is no arXiv id, whoever calls it one, is text."""
    cited = f"{arxiv_id}v{version}" if version else arxiv_id
    return (
        Safe(f"[{cited}](https://arxiv.org/abs/{cited})")
        if str(parse_id(cited)) == cited
        else md(cited)
    )


def stands_in(item: Evidence, point: Point) -> Safe:
    """Where a quote stands; in a full text with a link to the section."""
    url = item.section_url(point)
    return Safe(f"[{md(point.where)}]({url})") if url else md(point.where)


def linked(text: str, known: set[str]) -> Safe:
    """Escaped prose in which the ids of evidence, written [id], are links."""
    escaped = md(text)
    for arxiv_id in sorted(known):
        escaped = Safe(escaped.replace(rf"\[{md(arxiv_id)}\]", link(arxiv_id)))
    return escaped


def answered(sentence: AnswerSentence, record: Record, known: set[str]) -> Safe:
    """A sentence of the answer, with what was struck, and a sign for each claim under it."""
    marks = {"same": "", "struck": "~~", "new": "**"}
    text = " ".join(
        f"{marks[kind]}{linked(said, known)}{marks[kind]}"
        for kind, said in shown(sentence, record.as_of)
    )
    verdicts = {claim.id: claim.verdict for claim in record.every}
    signs = [
        f'[{SIGNS[verdict].split()[0]}](#{name} "{verdict}")'
        for name in sentence.claims
        if (verdict := verdicts.get(name))
    ]
    more = f" *({note(sentence)})*" if note(sentence) else ""
    return Safe(f"{text}{' ' if signs else ''}{''.join(signs)}{more}")


def change(claim: ClaimRecord, as_of: date) -> str:
    """What a table of a run says first: what became of this claim in the run of `as_of`. A night in
    which it could not be searched or judged, before it was decided for the first time, does not
    count as a state that it was in."""
    if claim.flip and claim.flip.pending:
        return f"pending: {claim.flip.to}?"
    *before, now = claim.history
    if now.on != as_of:
        return f"since {now.on}"
    if all(entry.verdict == "undetermined" for entry in before):
        return "new"
    return f"was {before[-1].verdict}"


@cache
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
        stands_in=stands_in,
        linked=linked,
        signs=SIGNS,
        SENTENCE=SENTENCE,
        since_dated=since_dated,
        told=told,
        counted=counted,
        decided=decided,
        shown_and_folded=shown_and_folded,
        against_review=against_review,
        rungs=_rungs,
        why=WHY,
        is_annotated=lambda spec: provider_of(spec).is_annotated,
        no_reason=Safe("no reason was given."),
    )
    environment.filters["anchor"] = lambda claim_id: Safe(claim_id)  # a slug by its type
    environment.filters["cut"] = cut
    environment.filters["ours"] = (
        Safe  # what a macro wrote, whose values were escaped as they went into it
    )
    return environment.from_string(
        (Path(__file__).parents[1] / "data" / "report.md.j2").read_text(encoding="utf-8")
    )


def markdown(record: Record) -> str:
    """The whole Markdown file."""
    every = [*record.claims, record.counter_thesis]
    counts = Counter(claim.verdict for claim in record.claims)
    known = {item.arxiv_id for claim in every for item in claim.evidence}
    text = _template().render(
        record=record,
        every=every,
        counts=counts,
        known=known,
        counter_id=COUNTER_THESIS,
        answered=lambda sentence: answered(sentence, record, known),
        paragraphs=paragraphs(record),
        about_answer=about(record),
        said_before=said_before(record),
        texts={claim.id: claim.text for claim in every},
        groups=groups(record),
        stands=question_told(record),
        top=summary(record),
    )
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"


def groups(record: Record) -> list[tuple[str, tuple[ClaimRecord, ...]]]:
    """The claims by verdict, what a reader wants to know of first in front; the counter-thesis by
    itself."""
    named = []
    for verdict in ORDER:
        claims = tuple(claim for claim in record.claims if claim.verdict == verdict)
        if claims:
            named.append((f"{SIGNS[verdict]}: {len(claims)}", claims))
    counter = record.counter_thesis
    return [*named, (f"The counter-thesis: {SIGNS[counter.verdict]}", (counter,))]


def newest(claim: ClaimRecord) -> Any:
    """The newest piece of evidence, or None."""
    return max(claim.evidence, key=lambda item: (item.published, item.arxiv_id), default=None)


def _rungs(rejected: Sequence[Rejection]) -> str:
    """`2 not-found, 1 wrong-title`: why citations fell off the ladder, the most frequent reason
    first."""
    counts = Counter(item.reason for item in rejected)
    return ", ".join(
        f"{count} {reason}"
        for reason, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    )
