"""Readers for the small literature: what a loopback model says to each of the seven calls, to be
bent test by test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.answers import TERMS, checks, claim_of, evidence, finding, judgment, shown
from tests.fakes.wires import Fault
from tests.papers_small import AGREES, DENIES, DEPTH, LIMITS

Json = dict[str, Any]
Said = Json | Fault
_TITLE = re.compile(r"^(\d{4}\.\d{4,5}) .+$", re.MULTILINE)

PLAN: Json = {
    "terms": TERMS,
    "queries": [
        {"all_of": ["lakes"], "any_of": ["tides", "wind", "moon", "depth", "gauges", "ice"]},
        {"all_of": ["tides"], "any_of": ["small lakes", "moon", "fish"]},
    ],
    "counter_statement": "The moon and not the wind drives the tides of small lakes.",
}
WIND = {AGREES.id: ("supports", [3]), LIMITS.id: ("qualifies", [3])}
DEEP = {DEPTH.id: ("supports", [2])}
MOON = {DENIES.id: ("supports", [2]), LIMITS.id: ("contradicts", [3])}
SYNTHESIS: Json = {"superseding": [], "questions": [], "limits": "Only abstracts were read."}


def titles(user: str) -> list[str]:
    """The ids of a triage prompt, in its order."""
    return _TITLE.findall(user)


@dataclass(frozen=True)
class Reader:
    """A careful reader. `stances` by claim's first words; `says` replaces the answer to one schema,
    by claim or for all; `extra` findings are added to every extraction."""

    stances: Mapping[str, Mapping[str, tuple[str, list[int]]]] = field(
        default_factory=lambda: {"Wind drives": WIND, "The tides": DEEP, "The moon": MOON}
    )
    says: Mapping[tuple[str, str], Said] = field(default_factory=dict)
    extra: tuple[Json, ...] = ()

    def saying(self, schema: str, answer: Said, claim: str = "") -> Reader:
        """The same reader, who gives this answer to that schema (for the claim that begins so, or
        for all)."""
        return replace(self, says={**self.says, (schema, claim): answer})

    def __call__(self, schema: str, system: str, user: str) -> Said:
        claim = claim_of(user)
        for (name, start), said in self.says.items():
            if name == schema and claim.startswith(start):
                return said
        return self._answer(schema, claim, user)

    def _answer(self, schema: str, claim: str, user: str) -> Json:
        if schema == "QueryPlan":
            return PLAN
        if schema == "Triage":
            return {"picks": titles(user)}
        if schema == "Extraction":
            known = next((s for start, s in self.stances.items() if claim.startswith(start)), {})
            found = [finding(i, *known[i]) for i in shown(user) if i in known]
            return {"findings": found + list(self.extra)}
        if schema == "Entailment":
            return checks(user)
        if schema == "Judgment":
            return self._judged(evidence(user))
        return {"sentences": []} if schema == "Essay" else SYNTHESIS

    @staticmethod
    def _judged(seen: list[tuple[str, str]]) -> Json:
        by = {
            stance: [i for i, s in seen if s == stance]
            for stance in ("supports", "qualifies", "contradicts")
        }
        if by["contradicts"]:
            return judgment("overturned", by["contradicts"])
        return (
            judgment("relaxed", by["qualifies"])
            if by["qualifies"]
            else judgment("holds", by["supports"])
        )
