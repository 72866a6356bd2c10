"""Readers for the small literature: what a loopback model says to each of the six calls, to be
bent test by test."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fakes.wires import Fault
from tests.papers_small import AGREES, DENIES, DEPTH, LIMITS

Json = dict[str, Any]
Said = Json | Fault
_SHOWN = re.compile(r"^<paper (\S+)>$", re.MULTILINE)
_TITLE = re.compile(r"^(\d{4}\.\d{4,5}) .+$", re.MULTILINE)
_CITED = re.compile(r'^<citation (\S+) stance="(\w+)">$', re.MULTILINE)
_EVIDENCE = re.compile(r"^<evidence (\S+) \S+(?: (\w+))?(?: by [a-z ]+)?>$", re.MULTILINE)
_CLAIM = re.compile(r"<claim>\n(.*)\n</claim>")

PLAN: Json = {
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


def finding(arxiv_id: str, stance: str, sentences: list[int], why: str = "It reports it.") -> Json:
    return {
        "arxiv_id": arxiv_id,
        "stance": stance,
        "sentences": sentences,
        "why": why,
        "lever": None,
    }


def judgment(
    verdict: str, cites: list[str], rationale: str = "Newer work says so.", **more: Any
) -> Json:
    moved = "evaluation" if verdict in ("relaxed", "overturned") else None
    return {
        "verdict": verdict,
        "cites": cites,
        "rationale": rationale,
        "moved": moved,
        "artifact": False,
        "confidence": 0.7,
        **more,
    }


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
        claim = self._claim(user)
        for (name, start), said in self.says.items():
            if name == schema and claim.startswith(start):
                return said
        return self._answer(schema, claim, user)

    def _claim(self, user: str) -> str:
        found = _CLAIM.search(user) or re.search(r"^Claim \([^)]*\): (.*)$", user, re.MULTILINE)
        return found[1] if found else ""

    def _answer(self, schema: str, claim: str, user: str) -> Json:
        if schema == "QueryPlan":
            return PLAN
        if schema == "Triage":
            return {"picks": titles(user)}
        if schema == "Extraction":
            known = next((s for start, s in self.stances.items() if claim.startswith(start)), {})
            shown = _SHOWN.findall(user)
            return {
                "findings": [finding(i, *known[i]) for i in shown if i in known] + list(self.extra)
            }
        if schema == "Entailment":
            return {
                "checks": [
                    {"arxiv_id": i, "entails": True, "why": "It does."}
                    for i, _ in _CITED.findall(user)
                ]
            }
        if schema == "Judgment":
            return self._judged(_EVIDENCE.findall(user))
        return SYNTHESIS

    @staticmethod
    def _judged(evidence: list[tuple[str, str]]) -> Json:
        by = {
            stance: [i for i, s in evidence if s == stance]
            for stance in ("supports", "qualifies", "contradicts")
        }
        if by["contradicts"]:
            return judgment("overturned", by["contradicts"])
        return (
            judgment("relaxed", by["qualifies"])
            if by["qualifies"]
            else judgment("holds", by["supports"])
        )
