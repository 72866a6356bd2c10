"""Prose is a citation too: ids in a model's free text climb the ladder; a sentence that leans on what failed is cut."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from retest.domain.evidence import Rejection
from retest.domain.paper import Lookup, Missing, Unknown
from retest.grounding.ids import ArxivId, find_ids
from retest.grounding.ladder import reject
from retest.text import one_line, sentences


def ids_in(*texts: str) -> set[str]:
    """The base ids that are written in free text, in any form; malformed ones are left out."""
    return {found.id.base for text in texts for found in find_ids(text) if isinstance(found.id, ArxivId)}


def clean(text: str, evidence: Collection[str], looked_up: Mapping[str, Lookup]) -> tuple[str, list[Rejection]]:
    """`text` on one line without the sentences that cite what is not evidence, and those citations as rejections.

    `evidence` holds the base ids that may be cited; `looked_up` what the source said of the others.
    """
    kept: list[str] = []
    rejections: dict[str, Rejection] = {}
    for sentence in sentences(text):
        bad = [r for found in find_ids(sentence) if (r := _judge(found.cited, found.id, evidence, looked_up))]
        rejections.update((r.cited, r) for r in bad)
        if not bad:
            kept.append(sentence)
    return one_line(" ".join(kept)), list(rejections.values())


def _judge(
    cited: str, found: ArxivId | str, evidence: Collection[str], looked_up: Mapping[str, Lookup]
) -> Rejection | None:
    if not isinstance(found, ArxivId):
        return reject(cited, "id", "malformed-id", str(found))
    if found.base in evidence:
        return None
    paper = looked_up.get(found.base)
    if paper is None or isinstance(paper, Missing):
        return reject(cited, "resolves", "not-found", "named in prose; the source was asked and has no such paper")
    if isinstance(paper, Unknown):
        return reject(
            cited, "resolves", "unverifiable", f"named in prose; the source could not be asked: {paper.reason}"
        )
    return reject(cited, "entails", "not-evidence", "named in prose; a real paper, but no evidence here", paper.title)
