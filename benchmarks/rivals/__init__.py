"""Other checkers on the cases of benchmarks/corpus: see README.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.corpus.build import invented
from retest.domain.line import Window
from retest.domain.paper import Paper, Query
from retest.papers.index import PaperIndex
from retest.papers.mirror_source import MirrorSource

EVER = Window(opens=date(1991, 1, 1), as_of=date(2100, 1, 1))
Row = dict[str, Any]


class Known:
    """The papers that the cases are about: a mirror's, and the corpus' invented ones."""

    def __init__(self, mirror: Path) -> None:
        self.mirror = MirrorSource(mirror)
        self.invented = {paper.id: paper for paper in invented()[0]}
        self._index = PaperIndex.of(self.invented.values())

    def paper(self, arxiv_id: str) -> Paper | None:
        found = self.invented.get(arxiv_id) or self.mirror.get([arxiv_id])[arxiv_id]
        return found if isinstance(found, Paper) else None

    def search(self, query: Query, limit: int) -> list[Paper]:
        """The best of either, the invented ones first where they hold the query's words."""
        return [
            *self._index.search(query, EVER, limit)[:2],
            *self.mirror.search(query, EVER, limit),
        ][:limit]


def cases(corpus: Path) -> Iterator[tuple[int, Row, Row]]:
    """Number, line and label of each case that `python -m benchmarks.corpus --out` has written."""
    read = [
        (corpus / f"{name}.jsonl").read_text(encoding="utf-8").split("\n")
        for name in ("lines", "labels")
    ]
    for number, (line, label) in enumerate(zip(*read, strict=True)):
        if line:
            yield number, json.loads(line), json.loads(label)


def write(corpus: Path, tool: str, found: dict[int, str]) -> None:
    """A tool's status for each case that it was given, into `TOOL.json` beside the corpus."""
    (corpus / f"{tool}.json").write_text(json.dumps(found), encoding="utf-8")
