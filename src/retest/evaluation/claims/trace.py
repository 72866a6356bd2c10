"""What became of papers on a claim's way through the stations, heard from the graph's updates and
from the source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from retest.domain.answers import Finding, Judgment
from retest.domain.arxiv_id import parse_id
from retest.domain.line import Window
from retest.domain.paper import Lookup, Paper, Query, Unknown
from retest.domain.record import ClaimRecord
from retest.papers.source import CitationIndex, Seen, Source

Said = tuple[str, tuple[int, ...]]
"""A finding's side and case, and its sentences."""


@dataclass(slots=True)
class Trace:
    """Base ids of papers by what happened to them, over all rounds of one claim."""

    queries: set[str] = field(default_factory=set)
    returned: set[str] = field(default_factory=set)
    """By a search, before the best were chosen."""
    listed: set[str] = field(default_factory=set)
    """Among the best, from which those to read are chosen."""
    shown: set[str] = field(default_factory=set)
    found: dict[str, set[Said]] = field(default_factory=dict)
    climbed: dict[str, str] = field(default_factory=dict)
    """Those that passed rungs 1 to 5, with the mark that did; empty where rung 6 stopped all."""
    evidence: dict[str, str] = field(default_factory=dict)
    """Those that passed all rungs, with their marks: what the judgment was made from."""
    points: dict[str, frozenset[tuple[str, str]]] = field(default_factory=dict)
    """Of those, side and case of each point."""
    judgment: Judgment | None = None
    record: ClaimRecord | None = None

    def take(self, update: Mapping[str, Any]) -> None:
        """One update of the claim's graph: what each station that has just ended changed."""
        for station, change in update.items():
            if not change:
                continue
            self.queries |= {str(planned.query) for planned in change.get("searches", [])}
            if station == "search":
                self.listed |= {candidate.paper.id for candidate in change.get("candidates", [])}
            if station == "triage":
                self.shown |= {candidate.paper.id for candidate in change.get("candidates", [])}
            if station == "extract":
                for finding in change.get("findings", []):
                    self._hear(finding)
            if station == "ground":
                self._ground(change)
            self.judgment = change.get("judgment") or self.judgment
            for record in change.get("outcomes", []):
                self.record = record

    def _hear(self, finding: Finding) -> None:
        if cited := parse_id(finding.arxiv_id):
            self.found.setdefault(cited.base, set()).add(
                (f"{finding.side} {finding.case}", tuple(sorted(set(finding.sentences))))
            )

    def _ground(self, change: Mapping[str, Any]) -> None:
        for item in change.get("evidence", []):
            self.climbed[item.arxiv_id] = self.evidence[item.arxiv_id] = item.mark
            self.points[item.arxiv_id] = frozenset((p.side, p.case) for p in item.points)
        for fallen in change.get("rejected", []):
            cited = parse_id(fallen.cited)
            if cited and fallen.rung == "entails":
                self.climbed.setdefault(cited.base, "")

    @property
    def cited(self) -> set[str]:
        cites = self.judgment.cites if self.judgment else []
        return {parsed.base for cite in cites if (parsed := parse_id(cite)) is not None}


class Heard:
    """A source as it is, which notes what its searches return for one claim. Noting reads each
    paper of a list, so an evaluation searches more slowly than a night."""

    def __init__(self, source: Source, returned: set[str]) -> None:
        self._source, self._returned = source, returned
        self.name: str = source.name
        self.until: date | None = source.until

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        (found,) = self.search_all([query], window, limit)
        return found

    def search_all(self, queries: Sequence[Query], window: Window, limit: int) -> list[list[Paper]]:
        lists = self._source.search_all(queries, window, limit)
        self._note(lists)
        return lists

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[Sequence[Sequence[Paper]], Seen | None]:
        lists, seen = self._source.search_noted(queries, window, limit)
        self._note(lists)
        return lists, seen

    def unchanged(self, queries: Sequence[Query], window: Window, seen: Seen) -> Seen | None:
        return self._source.unchanged(queries, window, seen)

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        return self._source.get(ids)

    def titled(self, titles: Sequence[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
        return self._source.titled(titles)

    def other_titles(self, papers: Sequence[Paper]) -> dict[str, tuple[str, ...] | Unknown]:
        return self._source.other_titles(papers)

    def _note(self, lists: Sequence[Sequence[Paper]]) -> None:
        self._returned.update(paper.id for papers in lists for paper in papers)


class HeardFollowing:
    """OpenAlex as it is, which notes the papers that it says cite a claim's anchors: they count as
    searched."""

    def __init__(self, following: CitationIndex, returned: set[str]) -> None:
        self._following, self._returned = following, returned

    def citing(self, anchors: Sequence[str], window: Window, limit: int) -> dict[str, list[str]]:
        found = self._following.citing(anchors, window, limit)
        self._returned.update(name for names in found.values() for name in names)
        return found
