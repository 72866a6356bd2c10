"""What a line's last whole run stood on. A line for which nothing has changed since is not run
again: its report says already what a run would say.

Losing it costs time, never an answer. It is kept in the state folder and checked on reading.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from retest.domain import Frozen
from retest.domain.line import Window
from retest.domain.paper import Unknown
from retest.errors import SearchFailed
from retest.pipeline.remembered import Searched

if TYPE_CHECKING:
    from retest.cache import AnswerCache
    from retest.domain.record import Record
    from retest.papers.source import Source

FILES = ("json", "md", "svg")


class Standing(Frozen):
    """A line's last whole run: its day, and digests of all that its report depends on."""

    as_of: date
    inputs: str
    """The claims file, models, prompts, limits and the like."""
    report: str
    """The report's files."""
    cited: tuple[str, ...]
    """Ids of the anchors and of all papers that the report cites."""
    papers: str
    """What the source knew of them."""
    searches: tuple[Searched, ...]


class Standings:
    """Standings by line, for one folder of reports."""

    def __init__(self, kept: AnswerCache, reports: Path) -> None:
        self._kept, self._reports = kept, reports

    def of(self, line: str) -> Standing | None:
        """Where the line stood, if its report is still the one that was written then."""
        text = self._kept.get(self._key(line))
        try:
            standing = Standing.model_validate_json(text) if text else None
        except ValidationError:
            return None
        return standing if standing and standing.report == self._report(line) else None

    def note(self, line: str, standing: Standing) -> None:
        """Remember where the line stands now."""
        self._kept.put(self._key(line), standing.model_dump_json())

    def stand(
        self, record: Record, as_of: date, inputs: str, searches: Sequence[Searched], source: Source
    ) -> None:
        """Remember a run that ended whole with this record on disk, if all that it depended on can
        be known."""
        cited = sorted(
            {anchor.id for anchor in record.anchors}
            | {item.arxiv_id for claim in record.every for item in claim.evidence}
            | {item.evidence.arxiv_id for item in record.superseding}
        )
        papers, report = known(source, cited), self._report(record.line)
        if papers and report:
            standing = Standing(
                as_of=as_of,
                inputs=inputs,
                report=report,
                cited=tuple(cited),
                papers=papers,
                searches=tuple(searches),
            )
            self.note(record.line, standing)

    def _key(self, line: str) -> str:
        return f"standing {self._reports.absolute()} {line}"

    def _report(self, line: str) -> str:
        """A digest of the report's files; empty where one is missing."""
        digest = hashlib.sha256()
        for suffix in FILES:
            path = self._reports / f"{line}.{suffix}"
            try:
                content = path.read_bytes() if path.is_file() else None
            except OSError:
                content = None
            if content is None:
                return ""
            digest.update(hashlib.sha256(content).digest())
        return digest.hexdigest()


def still(standing: Standing, inputs: str, as_of: date, source: Source) -> Standing | None:
    """The standing as of this day, if a run would find what the last one found: the same inputs, no
    new paper that reaches a search, and the cited papers as they were. None otherwise, and where
    the source could not be asked."""
    if standing.inputs != inputs or standing.as_of > as_of:
        return None
    now: list[Searched] = []
    try:
        for one in standing.searches:
            window = Window(opens=one.opens, as_of=as_of)
            seen = source.unchanged(one.queries, window, one.seen)
            if seen is None:
                return None
            now.append(one.model_copy(update={"seen": seen}))
    except SearchFailed:
        return None
    written = any(a.seen.mark != b.seen.mark for a, b in zip(now, standing.searches, strict=True))
    if (written or not now) and known(source, standing.cited) != standing.papers:
        return None
    return standing.model_copy(update={"as_of": as_of, "searches": tuple(now)})


def known(source: Source, ids: Collection[str]) -> str:
    """A digest of what the source knows of these papers; empty where it cannot tell."""
    found = source.get(list(ids)) if ids else {}
    if any(isinstance(paper, Unknown) for paper in found.values()):
        return ""
    said = {name: paper.model_dump(mode="json") for name, paper in found.items()}
    return digest_of(said)


def digest_of(value: object) -> str:
    """A digest of a value that JSON can say."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
