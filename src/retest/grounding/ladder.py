"""Rungs 1 to 5 for a finding that points at sentences. Rung 6 is another model's (entailment.py).

A finding names one of the papers that were shown and numbers of its sentences. The quote is cut
from the paper here, so it is verbatim by construction; what can be wrong is the pointing, and that
is what the rungs test.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence

from retest.domain.answers import Finding
from retest.domain.arxiv_id import parse_id
from retest.domain.evidence import Evidence, Point, Reason, Rejection, Rung
from retest.domain.line import Window
from retest.domain.paper import Candidate, Lookup, Missing, Paper, Unknown
from retest.grounding.quote import LEAST_CHARACTERS, LEAST_WORDS, long_enough
from retest.text.form import words
from retest.text.sentences import sentences

LADDER_VERSION = "3"
"""Part of every cache key: what climbed an older ladder climbs again."""
MOST_POINTS = 4
"""Points of one paper that are taken. An abstract has room for few, and each is paid for twice."""


def sentences_of(paper: Paper) -> tuple[str, ...]:
    """The numbered sentences that a paper is quoted by: those of its full text that are shown, the
    librarian's synopsis, or the abstract cut into sentences."""
    if paper.body:
        return tuple(sentence.text for sentence in paper.body)
    return paper.synopsis or sentences(paper.abstract)


def points_apart(findings: Sequence[Finding]) -> list[Finding]:
    """Each point of a paper once, in order, and at most MOST_POINTS of a paper. Findings of one
    paper with the same side and case are one point, that of the first: listing a result twice does
    not make it two. Special cases differ by their names."""
    kept: dict[tuple[str, ...], Finding] = {}
    counts: Counter[str] = Counter()
    for finding in findings:
        cited = parse_id(finding.arxiv_id)
        paper = cited.base if cited else finding.arxiv_id
        which = finding.which.casefold() if finding.case == "special" else ""
        key = (paper, finding.side, finding.case, which)
        if key not in kept and counts[paper] < MOST_POINTS:
            kept[key] = finding
            counts[paper] += 1
    return list(kept.values())


def reject(
    cited: str, rung: Rung, reason: Reason, detail: str, title: str | None = None
) -> Rejection:
    """A rejection; `cited` is bounded, since a model may cite a whole page."""
    return Rejection(cited=cited[:200], title=title, rung=rung, reason=reason, detail=detail)


def place(
    cited: str, found: Lookup | None, window: Window, anchors: Sequence[str]
) -> Paper | Rejection:
    """Rungs 2 and 4 for a cited paper: it exists, is not withdrawn, is no anchor, and is newer
    work."""
    if found is None or isinstance(found, Missing):
        return reject(cited, "resolves", "not-found", "the source was asked and has no such paper")
    if isinstance(found, Unknown):
        return reject(
            cited, "resolves", "unverifiable", f"the source could not be asked: {found.reason}"
        )
    if found.withdrawn:
        return reject(cited, "resolves", "withdrawn", "its authors have withdrawn it", found.title)
    if found.id in anchors:
        return reject(
            cited,
            "newer",
            "anchor",
            "a claim's own anchor is no evidence for or against it",
            found.title,
        )
    if found.published > window.as_of:
        return reject(
            cited, "newer", "after-as-of", f"{found.published} is after {window.as_of}", found.title
        )
    if found.published not in window:
        return reject(
            cited,
            "newer",
            "not-newer",
            f"{found.published} is not after {window.opens}",
            found.title,
        )
    return found


def climb(
    finding: Finding,
    shown: Mapping[str, Candidate],
    looked_up: Mapping[str, Lookup],
    claim: str,
    window: Window,
    anchors: Sequence[str],
) -> Evidence | Rejection:
    """Rungs 1 to 5 for one finding: evidence with its one point.

    `shown` and `looked_up` are keyed by base id; ids that were not shown must be in `looked_up` (a
    real one in the window is then a candidate, but this finding of it is dropped)."""
    cited = parse_id(finding.arxiv_id)
    if cited is None:
        return reject(finding.arxiv_id, "id", "malformed-id", "not an arXiv id in any written form")
    candidate = shown.get(cited.base)
    if candidate is None:
        placed = place(finding.arxiv_id, looked_up.get(cited.base), window, anchors)
        if isinstance(placed, Rejection):
            return placed
        return reject(
            finding.arxiv_id,
            "id",
            "not-shown",
            "real, but not among the papers shown",
            placed.title,
        )
    paper = candidate.paper
    placed = place(finding.arxiv_id, paper, window, anchors)
    if isinstance(placed, Rejection):
        return placed
    if cited.version is not None and paper.version is not None and cited.version > paper.version:
        return reject(
            finding.arxiv_id,
            "resolves",
            "not-found",
            f"the newest known version is {paper.version}",
            paper.title,
        )
    numbers = firsthand(paper, finding.sentences)
    if finding.sentences and not numbers:
        return reject(
            finding.arxiv_id,
            "quote",
            "secondhand",
            f"{where(paper, finding.sentences)}: it tells what others found",
            paper.title,
        )
    quote = cut(paper, numbers)
    if isinstance(quote, tuple):
        return reject(finding.arxiv_id, "quote", *quote, title=paper.title)
    if words(quote) == words(claim):
        return reject(
            finding.arxiv_id,
            "quote",
            "quote-is-claim",
            "the quote is the claim's own sentence",
            paper.title,
        )
    return Evidence(
        arxiv_id=paper.id,
        version=paper.version,
        title=paper.title,
        published=paper.published,
        points=(
            Point(
                side=finding.side,
                case=finding.case,
                which=finding.which if finding.case == "special" else "",
                quote=quote,
                where=where(paper, numbers),
                why=finding.why,
                lever=finding.lever,
                body=paper.body[min(numbers) - 1].at if paper.body else None,
            ),
        ),
        rungs=("id", "resolves", "title", "newer", "quote"),
        found_by=candidate.found_by,
    )


def cut(paper: Paper, numbers: Sequence[int]) -> str | tuple[Reason, str]:
    """The pointed-at sentences, in order, ` ... ` standing for a gap; or why there is no quote."""
    known = sentences_of(paper)
    wanted = sorted(set(numbers))
    if not wanted:
        return "no-quote", "no sentence was named"
    beyond = [n for n in wanted if not 1 <= n <= len(known)]
    if beyond:
        return "no-such-sentence", f"sentence {beyond[0]} of {len(known)}"
    pieces = [known[wanted[0] - 1]]
    for before, number in itertools.pairwise(wanted):
        joins = number == before + 1 and _passage(paper, before) == _passage(paper, number)
        pieces.append(("" if joins else "... ") + known[number - 1])
    quote = " ".join(pieces)
    if not long_enough(quote):
        return "quote-too-short", f"fewer than {LEAST_WORDS} words or {LEAST_CHARACTERS} characters"
    return quote


def firsthand(paper: Paper, numbers: Sequence[int]) -> list[int]:
    """The numbers without those of sentences that tell what others found. Of an abstract nobody
    knows that by code; rung 6 asks."""
    return [n for n in numbers if not (1 <= n <= len(paper.body) and paper.body[n - 1].secondhand)]


def _passage(paper: Paper, number: int) -> str:
    """The passage of a full text that a sentence belongs to; of an abstract it is the whole."""
    return paper.body[number - 1].where if paper.body else ""


def where(paper: Paper, numbers: Sequence[int]) -> str:
    """Where a quote stands: which text, which sentences."""
    if paper.body:
        places = [_passage(paper, n) for n in sorted(set(numbers)) if 1 <= n <= len(paper.body)]
        return "; ".join(dict.fromkeys(places))
    text = "synopsis" if paper.synopsis else "abstract"
    wanted = sorted(set(numbers))
    return f"{text}, sentence{'s' if len(wanted) > 1 else ''} {', '.join(map(str, wanted))}"


def context(paper: Paper, numbers: Sequence[int]) -> tuple[str, str]:
    """The sentence before the first and the sentence after the last one pointed at; empty at either
    end of the abstract, or of the passage."""
    known = sentences_of(paper)
    first, last = min(numbers), max(numbers)
    before = first > 1 and _passage(paper, first - 1) == _passage(paper, first)
    after = last < len(known) and _passage(paper, last + 1) == _passage(paper, last)
    return known[first - 2] if before else "", known[last] if after else ""
