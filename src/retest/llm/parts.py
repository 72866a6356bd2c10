"""Answers that speak of several papers, taken apart: each part is remembered for itself, beside
whatever papers it was given."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import BaseModel

from retest.domain.answers import Entailment, Extraction, Finding, OpenPaper, Triage
from retest.domain.arxiv_id import parse_id
from retest.grounding.entailment import checks_of

KINDS = {"Triage": "title", "Extraction": "pair", "Entailment": "check"}
"""Under which word the parts of an answer are kept, by its schema's name."""


def parts_of(answer: BaseModel, ids: Sequence[str]) -> dict[str, str]:
    """What an answer says of each of the papers, or points of papers, that were shown, as JSON;
    nothing for answers of another kind.

    Of a triage every paper has a part: whether it is picked. An answer whose picks are all
    strangers has none, since it says nothing of those that were shown. Of an extraction every paper
    has a part: its findings, and whether it is open. A finding that cites none of those shown
    stands with the first of them, so that it is not lost. Of an entailment those have one of which
    something is said; of several checks a "no" is final.
    """
    if isinstance(answer, Triage):
        picks = {cited.base for pick in answer.picks if (cited := parse_id(pick))}
        if answer.picks and picks.isdisjoint(ids):
            return {}
        return {
            name: Triage(picks=[name] if name in picks else []).model_dump_json() for name in ids
        }
    if isinstance(answer, Extraction):
        found: dict[str, list[Finding]] = {name: [] for name in ids}
        left: dict[str, list[OpenPaper]] = {name: [] for name in ids}
        for item in answer.open:
            cited = parse_id(item.arxiv_id)
            if cited and cited.base in left:
                left[cited.base].append(item)
        for finding in answer.findings if ids else ():
            cited = parse_id(finding.arxiv_id)
            found[cited.base if cited and cited.base in found else ids[0]].append(finding)
        return {
            name: Extraction(findings=findings, open=left[name]).model_dump_json()
            for name, findings in found.items()
        }
    if isinstance(answer, Entailment):
        return {
            name: min(checks, key=lambda one: one.entails).model_dump_json()
            for name, checks in checks_of(answer, ids).items()
            if checks
        }
    return {}
