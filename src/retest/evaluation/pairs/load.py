"""Pairs by name: SciFact's files, our own JSONL, or a bundled library. docs/eval.md has the
formats."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from retest.data import defaults
from retest.domain.evidence import mark_of
from retest.domain.line import COUNTER_THESIS, Claim
from retest.domain.paper import Annotation
from retest.domain.verdict import STANCE_OF, NotedStance
from retest.errors import FileError, UsageError
from retest.evaluation.pairs.files import read_pairs
from retest.evaluation.pairs.pair import DATED, Pair, PairClaim, Pairs, digest_of
from retest.library.source import load_library
from retest.lines.load import load_line
from retest.run.source_factory import annotated_texts

_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def load_pairs(name: str, corpus: Path | None, today: date) -> Pairs:
    """The pairs of a file, or of the bundled library of that name. `corpus` is for SciFact's claims
    alone, where their abstracts are not in the corpus.jsonl beside them.

    Raises FileError for a file's first fault, with the others in the hint, and UsageError.
    """
    path = Path(name)
    bundled = {file.stem: file for file in sorted(defaults("library").glob("*.yaml"))}
    if path.is_file():
        return read_pairs(path, corpus, today)
    if name in bundled:
        if corpus:
            raise UsageError(
                "--corpus is for SciFact's claims", "a bundled library has its papers in it"
            )
        return of_library(name, bundled[name])
    if path.exists() or not _SLUG.fullmatch(name):
        raise FileError(
            path,
            None,
            "a folder" if path.is_dir() else "no such file",
            "claim-abstract pairs, as JSONL",
        )
    raise UsageError(
        f"{name!r} is neither a file nor a bundled library", f"bundled: {', '.join(bundled)}"
    )


def of_library(line: str, path: Path) -> Pairs:
    """The annotations of a bundled library, by claim. Papers that nobody annotated for a claim are
    no pair of it."""
    library, texts = load_library(path), annotated_texts(line)
    bundled = load_line(defaults("claims") / f"{line}.yaml")
    papers = {paper.id: paper for paper in library.papers}
    counter = Claim(id=COUNTER_THESIS, text=bundled.counter_thesis, dated=DATED)
    found = []
    for claim in (*bundled.claims, counter):
        pairs = tuple(
            Pair(
                paper,
                paper.id,
                *expected(notes),
                real=True,
            )
            for paper in library.papers
            if (
                notes := [
                    note for note in library.annotations.get(paper.id, ()) if note.claim == claim.id
                ]
            )
        )
        anchors = tuple(
            papers[a.id] for a in bundled.anchors if a.id in claim.anchors and a.id in papers
        )
        if pairs:
            found.append(PairClaim(claim, anchors, pairs))
    digest = digest_of(path.read_text(encoding="utf-8"), *texts.values())
    return Pairs(line, "library", digest, tuple(found), line, library)


def expected(notes: Sequence[Annotation]) -> tuple[NotedStance, tuple[tuple[int, ...], ...]]:
    """The stance of a paper by its annotations, and the sentences of each: `unrelated` where none
    takes a side."""
    marks = [(note.side, note.case) for note in notes if note.side is not None]
    rationales = tuple(note.sentences for note in notes if note.sentences)
    return (STANCE_OF[mark_of(marks)] if marks else "unrelated"), rationales
