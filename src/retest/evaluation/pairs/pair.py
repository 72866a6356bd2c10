"""Claim-abstract pairs whose stance and sentences are known: SciFact's files, our own JSONL, or a
bundled library.

docs/eval.md has the formats. What the pairs' readers give is the same for all three.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Literal

from retest.data import defaults
from retest.domain.line import COUNTER_THESIS, Claim, Window
from retest.domain.paper import Paper
from retest.domain.verdict import NotedStance
from retest.errors import FileError, UsageError
from retest.library.source import Library, load_library
from retest.lines.load import load_line
from retest.run.source_factory import annotated_texts

Kind = Literal["scifact", "jsonl", "library"]
LINE = "pairs"
"""The line that pairs of files run under; those of a library run under its own."""
DATED, DAY = "2000", date(2000, 1, 1)
"""Claims and papers of files have no date, and no prompt that reads pairs shows one."""
EVER = Window(opens=date.min, as_of=date.max)
"""Every paper is in this window: that a paper is newer is not asked of a pair."""
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Pair:
    """A paper, and what is known of it with respect to a claim. `name` is what the file calls it.
    `rationales` are sets of sentence numbers from 1, each of which shows the stance by itself;
    there is none where it is `unrelated`."""

    paper: Paper
    name: str
    stance: NotedStance
    rationales: tuple[tuple[int, ...], ...]
    real: bool = False
    """Whether the paper's id is arXiv's. Else it is a stand-in (`stand_in`), which is shown to
    models alone."""


@dataclass(frozen=True, slots=True)
class PairClaim:
    """A claim, the papers that it rests on where they are known, and all of its pairs."""

    claim: Claim
    anchors: tuple[Paper, ...]
    pairs: tuple[Pair, ...]


@dataclass(frozen=True, slots=True)
class Pairs:
    """All claims of a file with at least one pair, in its order; `digest` is the start of the
    SHA-256 of all that was read. `library` is there where `annotations` can answer."""

    name: str
    kind: Kind
    digest: str
    claims: tuple[PairClaim, ...]
    line: str = LINE
    library: Library | None = None

    def chosen(self, only: Sequence[str], limit: int | None) -> tuple[PairClaim, ...]:
        """The claims named by `only`, or all; of them the first `limit`. Raises UsageError for an
        unknown name."""
        known = {one.claim.id for one in self.claims}
        for name in only:
            if name not in known:
                some = ", ".join([one.claim.id for one in self.claims][:10])
                raise UsageError(
                    f"{self.name} has no claim {name!r}", f"its claims are {some} and so on"
                )
        return tuple(one for one in self.claims if not only or one.claim.id in only)[:limit]


def stand_in(name: str, taken: Collection[str]) -> str:
    """An id for a document that has none of arXiv's: the same whenever the name is, and no paper's,
    since it is of 2099 (YYMM.NNNNN has two digits for the year). `taken` are those of the claim's
    other documents."""
    every = (_drawn(f"{attempt} {name}") for attempt in count())
    return next(one for one in every if one not in taken)


def _drawn(word: str) -> str:
    drawn = int(hashlib.sha256(word.encode()).hexdigest()[:16], 16)
    return f"99{drawn % 12 + 1:02}.{drawn // 12 % 99_999 + 1:05}"


def digest_of(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def load_pairs(name: str, corpus: Path | None, today: date) -> Pairs:
    """The pairs of a file, or of the bundled library of that name. `corpus` is for SciFact's claims
    alone, where their abstracts are not in the corpus.jsonl beside them.

    Raises FileError for a file's first fault, with the others in the hint, and UsageError.
    """
    from retest.evaluation.pairs.files import read_pairs

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
                noted.stance,
                (noted.sentences,) if noted.sentences else (),
                real=True,
            )
            for paper in library.papers
            for noted in library.annotations.get(paper.id, ())
            if noted.claim == claim.id
        )
        anchors = tuple(
            papers[a.id] for a in bundled.anchors if a.id in claim.anchors and a.id in papers
        )
        if pairs:
            found.append(PairClaim(claim, anchors, pairs))
    digest = digest_of(path.read_text(encoding="utf-8"), *texts.values())
    return Pairs(line, "library", digest, tuple(found), line, library)
