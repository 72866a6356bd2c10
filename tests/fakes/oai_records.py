"""Records of arXiv's OAI-PMH as its template writes them, for tests.fakes.oai."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

from retest.domain.paper import Paper

_PHYSICS = frozenset(
    {
        "astro-ph",
        "cond-mat",
        "gr-qc",
        "hep-ex",
        "hep-lat",
        "hep-ph",
        "hep-th",
        "math-ph",
        "quant-ph",
    }
)


@dataclass(frozen=True)
class Entry:
    """A record: its paper, the day it was changed, and what else is to stand in it. `raw` replaces
    its metadata."""

    paper: Paper
    day: date
    deleted: bool = False
    comments: str = ""
    source_type: str = ""
    raw: str | None = None


def entries(papers: Iterable[Paper], first: date = date(2026, 1, 1), a_day: int = 2) -> list[Entry]:
    """Papers as records, `a_day` of them changed on each day from the first."""
    return [
        Entry(paper, first + timedelta(days=number // a_day)) for number, paper in enumerate(papers)
    ]


def is_in(entry: Entry, within: str) -> bool:
    return any(f"{spec}:".startswith(f"{within}:") for spec in map(_spec, entry.paper.categories))


def _spec(category: str) -> str:
    """`cs.CL` as `cs:cs:CL`, `hep-th` as `physics:hep-th`."""
    archive, _, subject = category.partition(".")
    group = "physics" if archive in _PHYSICS else archive
    return ":".join(part for part in (group, archive, subject) if part)


def record(entry: Entry) -> str:
    paper = entry.paper
    specs = "".join(
        f"            <setSpec>{_spec(category)}</setSpec>\n" for category in paper.categories
    )
    status = ' status="deleted"' if entry.deleted else ""
    metadata = (
        ""
        if entry.deleted
        else f"        <metadata>\n{entry.raw or _raw(entry)}        </metadata>\n"
    )
    return f"""        <record>
        <header{status}>
            <identifier>oai:arXiv.org:{paper.id}</identifier>
            <datestamp>{entry.day}</datestamp>
{specs}        </header>
{metadata}        </record>
"""


def _raw(entry: Entry) -> str:
    """As arXiv's template writes it: v1 with the paper's first day, every later version with the
    day of its newest."""
    paper, newest = entry.paper, entry.paper.version or 1
    versions = ""
    for number in range(1, newest + 1):
        day = paper.published if number == 1 else paper.updated or paper.published
        source = (
            f"<source_type>{entry.source_type}</source_type>"
            if entry.source_type and number == newest
            else ""
        )
        versions += f"""            <version version="v{number}">
                <date>{day:%a, %d %b %Y} 17:59:46 GMT</date>
                <size>12kb</size>{source}
            </version>
"""
    comments = (
        f"            <comments>{escape(entry.comments)}</comments>\n" if entry.comments else ""
    )
    return f"""    <arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://arxiv.org/OAI/arXivRaw/ http://arxiv.org/OAI/arXivRaw.xsd">
            <id>{paper.id}</id>
            <submitter>A Submitter</submitter>
{versions}            <title>{escape(paper.title)}</title>
            <authors>{escape(", ".join(paper.authors))}</authors>
            <categories>{" ".join(paper.categories)}</categories>
{comments}            <license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>
            <abstract>  {escape(paper.abstract)}
</abstract>
    </arXivRaw>
"""
