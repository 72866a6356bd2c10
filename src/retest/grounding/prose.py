"""Prose is a citation too: what a model's text cites climbs the ladder; a sentence that leans on
what failed is cut.

Cited are arXiv ids in any written form, other links and DOIs (which nothing here can ground),
authors with a year or "et al." (who must be those of a piece of evidence: no prompt shows a model
any authors, so it has them from memory), and words in quotation marks (which must stand in the
quote of a piece of evidence).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence

from retest.domain.arxiv_id import ArxivId, find_ids
from retest.domain.evidence import Rejection
from retest.domain.paper import Lookup, Missing, Paper, Unknown
from retest.grounding.ladder import reject
from retest.grounding.quote import LEAST_WORDS
from retest.grounding.surnames import find_names
from retest.text.form import words
from retest.text.harmless import one_line
from retest.text.sentences import sentences

_LINK = re.compile(
    r"(?:https?|ftp)://\S{1,200}|\bwww\.\S{1,200}|\b10\.\d{4,9}/\S{1,200}", re.IGNORECASE | re.ASCII
)
_QUOTED = re.compile(
    r"[\"\u201c\u201f\u00ab]([^\"\u201c\u201d\u00ab\u00bb]{1,1000})[\"\u201d\u00bb]"
)


def ids_in(*texts: str) -> set[str]:
    """The base ids that are written in free text, in any form; malformed ones are left out."""
    plain = (unicodedata.normalize("NFKC", text) for text in texts)
    return {
        found.id.base for text in plain for found in find_ids(text) if isinstance(found.id, ArxivId)
    }


def to_look_up(evidence: Collection[str], *texts: str) -> list[str]:
    """The base ids that the source must be asked for before these texts are cleaned: those named
    that are no evidence, and all of the evidence where authors are named, since its papers' own
    authors decide."""
    named = ids_in(*texts) - set(evidence)
    has_names = any(True for text in texts for _ in find_names(unicodedata.normalize("NFKC", text)))
    return sorted(named | set(evidence) if has_names else named)


def clean(
    text: str,
    evidence: Collection[str],
    looked_up: Mapping[str, Lookup],
    quotes: Sequence[str] = (),
) -> tuple[str, list[Rejection]]:
    """`text` on one line without the sentences that cite what is not evidence, and those citations
    as rejections.

    `evidence` holds the base ids that may be cited, `quotes` what may be quoted; `looked_up` what
    the source said of the ids that `to_look_up` gives.
    """
    kept: list[str] = []
    rejections: dict[str, Rejection] = {}
    papers = [paper for base in evidence if isinstance(paper := looked_up.get(base), Paper)]
    may_be_quoted = [f" {' '.join(words(quote))} " for quote in quotes]
    for sentence in sentences(unicodedata.normalize("NFKC", text)):
        fallen = [
            *_cited(sentence, evidence, looked_up),
            *_named(sentence, papers),
            *_quoted(sentence, may_be_quoted),
        ]
        rejections.update((item.cited, item) for item in fallen)
        if not fallen:
            kept.append(sentence)
    return one_line(" ".join(kept)), list(rejections.values())


def _cited(
    sentence: str, evidence: Collection[str], looked_up: Mapping[str, Lookup]
) -> Iterator[Rejection]:
    rest = sentence
    for found in find_ids(sentence):
        rest = rest.replace(found.cited, " ")
        if (fallen := _judge(found.cited, found.id, evidence, looked_up)) is not None:
            yield fallen
    for link in _LINK.findall(rest):
        yield reject(
            link, "id", "malformed-id", "named in prose; a link or DOI that is no arXiv paper's"
        )


def _named(sentence: str, papers: Sequence[Paper]) -> Iterator[Rejection]:
    for named in find_names(sentence):
        if not any(named.fits(paper) for paper in papers):
            detail = (
                "named in prose by author; no evidence here is known to be by them, of that year"
            )
            yield reject(named.cited, "resolves", "not-evidence", detail)


def _quoted(sentence: str, may_be_quoted: Sequence[str]) -> Iterator[Rejection]:
    for quote in _QUOTED.findall(sentence):
        said = words(quote)
        if len(said) >= LEAST_WORDS and not any(
            f" {' '.join(said)} " in known for known in may_be_quoted
        ):
            yield reject(
                quote,
                "quote",
                "quote-not-found",
                "quoted in prose; stands in no quote of the evidence",
            )


def _judge(
    cited: str, found: ArxivId | str, evidence: Collection[str], looked_up: Mapping[str, Lookup]
) -> Rejection | None:
    if not isinstance(found, ArxivId):
        return reject(cited, "id", "malformed-id", str(found))
    if found.base in evidence:
        return None
    paper = looked_up.get(found.base)
    if paper is None or isinstance(paper, Missing):
        return reject(
            cited,
            "resolves",
            "not-found",
            "named in prose; the source was asked and has no such paper",
        )
    if isinstance(paper, Unknown):
        return reject(
            cited,
            "resolves",
            "unverifiable",
            f"named in prose; the source could not be asked: {paper.reason}",
        )
    return reject(
        cited,
        "entails",
        "not-evidence",
        "named in prose; a real paper, but no evidence here",
        paper.title,
    )
