"""A model of one mind: what it says of a claim and a paper depends on these two alone, whatever
stands beside them.

By its title it picks a paper that bears on the claim, and one in ten of the others. Of a hundred
papers that it is shown it finds twelve to bear on the claim: of these six in ten
support it, three qualify and one contradicts it, always by the paper's second sentence, or its only
one. One quote in ten does not convince it. It judges by counting: overturned if more contradict
than support, relaxed if those that limit or contradict are at least half as many as those that
support, holds else. Which papers these are, a hash of claim and paper decides, so a night's
verdicts can be checked against nothing but themselves.
"""

from __future__ import annotations

import hashlib
import re
from typing import Any

from tests.answers import CITED, TERMS, check, evidence, finding, judgment

_CLAIM = re.compile(r"<claim>\n(.*)\n</claim>")
_PAPER = re.compile(r"^<paper (\S+)>\n.*\n((?:\d+ .*\n)+)", re.MULTILINE)
_TITLE = re.compile(r"^(\d{4}\.\d{4,5}) .+$", re.MULTILINE)
PICKED, BEARS, DOUBTED = 0.1, 0.12, 0.1


def chance(*about: str) -> float:
    """A number from 0 to 1 that is always the same for the same texts."""
    return int.from_bytes(hashlib.sha256("\n".join(about).encode()).digest()[:6]) / 2**48


def answer(schema: str, user: str) -> dict[str, Any]:
    """What it says to a prompt."""
    if schema == "QueryPlan":
        return _plan(user)
    if schema == "Essay":
        return {"sentences": []}
    if schema == "Synthesis":
        return {"superseding": [], "questions": [], "limits": "Abstracts only."}
    claim = _CLAIM.findall(user)[0]
    if schema == "Triage":
        picked = [
            i
            for i in _TITLE.findall(user)
            if chance(claim, i) < BEARS or chance("title", claim, i) < PICKED
        ]
        return {"picks": picked}
    if schema == "Extraction":
        found = []
        for arxiv_id, sentences in _PAPER.findall(user):
            if chance(claim, arxiv_id) < BEARS:
                among = chance("stance", claim, arxiv_id)
                stance = (
                    "supports" if among < 0.6 else "qualifies" if among < 0.9 else "contradicts"
                )
                pointed = [min(2, sentences.count("\n"))]
                found.append(finding(arxiv_id, stance, pointed, "It says so."))
        return {"findings": found}
    if schema == "Entailment":
        return {
            "checks": [
                check(i, chance("?", claim, i) > DOUBTED, "By it.", int(point))
                for i, point, *_ in CITED.findall(user)
            ]
        }
    return _judged(evidence(user))


def _plan(user: str) -> dict[str, Any]:
    """Five queries, each a telling word of the claim with the others."""
    words = list(
        dict.fromkeys(re.findall(r"[a-z]{6,}", user.split("):", 1)[-1].split("\n", 1)[0].lower()))
    )
    queries = [
        {"all_of": [word], "any_of": [other for other in words if other != word][:6]}
        for word in words[:5]
    ]
    return {
        "terms": TERMS,
        "queries": queries,
        "counter_statement": "We find that the opposite is true of language models.",
    }


def _judged(seen: list[tuple[str, str]]) -> dict[str, Any]:
    by = {
        stance: [i for i, s in seen if s == stance]
        for stance in ("supports", "qualifies", "contradicts")
    }
    for_, limits, against = by["supports"], by["qualifies"], by["contradicts"]
    if len(against) > len(for_):
        verdict, cites = "overturned", against
    elif limits + against and 2 * len(limits + against) >= len(for_):
        verdict, cites = "relaxed", limits + against
    else:
        verdict, cites = "holds", for_
    return judgment(verdict, cites, f"Newer work says so [{cites[0]}].")
