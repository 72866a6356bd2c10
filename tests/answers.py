"""What stand-in models read out of prompts, and how they word their answers: one place for all of
them, since both follow the prompts and the schemas."""

from __future__ import annotations

import re
from typing import Any

from retest.domain.evidence import Point
from retest.domain.verdict import Condition

Json = dict[str, Any]
SHOWN = re.compile(r"^<paper (\S+)>$", re.MULTILINE)
CITED = re.compile(r"^<citation (\S+) point (\d+): (\w+), (\w+)>$", re.MULTILINE)
_EVIDENCE = re.compile(r"^<evidence (\S+) .*>\n.*\n((?:.*\n)*?)</evidence>$", re.MULTILINE)
_POINT = re.compile(r"^(for|against|undercuts), (ordinary|special)\b", re.MULTILINE)
CLAIM = re.compile(r"<claim>\n(.*)\n</claim>|^Claim \([^)]*\): (.*)$", re.MULTILINE)
POINTS = {
    "supports": ("for", "ordinary"),
    "qualifies": ("against", "special"),
    "contradicts": ("against", "ordinary"),
    "undercuts": ("undercuts", "ordinary"),
}
"""The point that a one-word stance stands for."""
STATES = {
    "holds": "stands",
    "relaxed": "divided",
    "overturned": "fails",
    "undetermined": "untested",
}
TERMS: Json = {
    "kind": "general",
    "parts": ["The claim itself."],
    "ordinary": "The case that its words name.",
    "supports": "The same result again.",
    "limits": "It fails under a common condition.",
    "overturns": "It fails in the ordinary case.",
    "no_evidence": "Results on neighbouring questions.",
    "refers": True,
}
"""Terms of one part and of no particular kind: the rules then ask nothing special of a claim."""


def claim_of(user: str) -> str:
    """The claim that a prompt is about; empty for the synthesis."""
    found = CLAIM.search(user)
    return str(found[1] or found[2]) if found else ""


def shown(user: str) -> list[str]:
    """The ids of the papers that an extraction shows."""
    return SHOWN.findall(user)


def evidence(user: str) -> list[tuple[str, str]]:
    """The papers of a judgment's prompt, each with the stance of its first point."""
    words = {point: stance for stance, point in POINTS.items()}
    found = []
    for name, body in _EVIDENCE.findall(user):
        side, case = _POINT.findall(body)[0]
        found.append((name, words.get((side, case), "supports")))
    return found


def finding(
    arxiv_id: str,
    stance: str,
    sentences: list[int],
    why: str = "It reports it.",
    which: str = "",
    lever: str | None = None,
) -> Json:
    """One point of a paper, by a one-word stance."""
    side, case = POINTS[stance]
    return {
        "arxiv_id": arxiv_id,
        "side": side,
        "case": case,
        "which": which,
        "sentences": sentences,
        "why": why,
        "lever": lever,
    }


def point(
    stance: str,
    quote: str = "-",
    where: str = "abstract, sentence 1",
    why: str = "-",
    lever: Condition | None = None,
    which: str = "",
) -> Point:
    """A point that passed the ladder, by a one-word stance."""
    side, case = POINTS[stance]
    said = {"quote": quote, "where": where, "why": why, "lever": lever, "which": which}
    return Point.model_validate({"side": side, "case": case, **said})


def checks(user: str, entails: bool = True, why: str = "It does.") -> Json:
    """The same answer for every citation of a prompt."""
    return {
        "checks": [check(name, entails, why, int(point)) for name, point, *_ in CITED.findall(user)]
    }


def check(arxiv_id: str, entails: bool, why: str, point: int = 1) -> Json:
    return {"arxiv_id": arxiv_id, "point": point, "entails": entails, "why": why}


def judgment(
    verdict: str, cites: list[str], rationale: str = "Newer work says so.", **more: Any
) -> Json:
    """A judgment from which the verdict follows, if what it cites is of the kind that it needs."""
    return {
        "parts": [{"part": 1, "ordinary": STATES[verdict], "cites": cites}],
        "fails_in": [],
        "rationale": rationale,
        "moved": "evaluation" if verdict in ("relaxed", "overturned") else None,
        "artifact": False,
        "confidence": 0.7,
        **more,
    }
