"""Models of known temperament: brains for the loopback host (tests/fakes/models.py) whose errors
are planted, so that what measures them can be measured.

    known = [Known("Zarn raises the yield of barley.", "holds", ("2603.00001",))]
    FakeModels(RightWhenShown(known))               # right wherever a gold paper is shown to it
    FakeModels(RightWith(known, 0.7, seed=1))       # right on seven claims of ten, drawn by seed
    and claim
    FakeModels(AlwaysHolds(known))                  # says `holds`, whatever it reads
    FakeModels(ConfidentAndRandom(known, seed=1))   # any verdict, always sure of it
    FakeModels(AsGoodAsItsWord(known, seed=1))      # right as often as its confidence says
    FakeModels(Noisy(known, 0.7, seed=1))           # drawn anew every time it is asked
    FakeModels(FirstShown(known))                   # goes by what it is shown first

All read every claim by heart, point at sentence 2 of the papers they know, and let every quote
pass; `slips` plants one error of a station for a claim.
"""

from __future__ import annotations

import hashlib
import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from tests.answers import TERMS, checks, claim_of, evidence, finding, judgment, shown
from tests.fakes.wires import Fault

Json = dict[str, Any]
Slip = Literal[
    "overlooks",
    "blind",
    "misquotes",
    "refuses",
    "cites another",
    "wrong",
    "cites nothing",
    "breaks",
    "by another",
]
"""overlooks: picks no gold paper by its title. blind: sees nothing in a gold paper. misquotes:
points at a sentence that there is not. refuses: lets no quote pass. cites another: reads gold and
other papers, cites the others only, and is wrong. wrong: cites gold, and is wrong. cites nothing:
has the right verdict without a paper. breaks: fails with status 500 at the judgment. by another:
blind for gold papers, and right by another."""
STANCE = {
    "holds": "supports",
    "relaxed": "qualifies",
    "overturned": "contradicts",
    "undetermined": "supports",
}
DECIDED = ("holds", "relaxed", "overturned")
_TITLE = re.compile(r"^(\d{4}\.\d{4,5}) .+$", re.MULTILINE)


@dataclass(frozen=True)
class Known:
    """What a model knows by heart: the claim as it is worded, its verdict, and the papers that
    settle it. `others` bear on it too."""

    claim: str
    expected: str
    gold: tuple[str, ...]
    others: tuple[str, ...] = ()


def drawn(*of: object) -> Random:
    """Chance that is the same for the same things."""
    return Random(hashlib.sha256(repr(of).encode()).hexdigest())  # noqa: S311 - chance that can be had again


class RightWhenShown:
    """Right about every claim of which a gold paper is evidence; else `undetermined`."""

    def __init__(self, known: Iterable[Known], slips: Mapping[str, Slip] | None = None) -> None:
        self._known = {one.claim: one for one in known}
        self._slips = slips or {}

    def verdict(self, known: Known) -> str:
        """What it will say of a claim, if it is shown what it needs."""
        return known.expected

    def confidence(self, known: Known) -> float:
        return 0.9

    def __call__(self, schema: str, system: str, user: str) -> Json | Fault:
        claim = claim_of(user)
        known = self._known.get(claim, Known(claim, "undetermined", ()))
        slip = self._slips.get(claim)
        if schema == "QueryPlan":
            return {
                "terms": TERMS,
                "queries": [{"all_of": [], "any_of": claim.rstrip(".").split()}],
                "counter_statement": claim,
            }
        if schema == "Triage":
            leaves = known.gold if slip == "overlooks" else ()
            return {"picks": [name for name in _TITLE.findall(user) if name not in leaves]}
        if schema == "Extraction":
            return {"findings": self.findings(known, slip, shown(user))}
        if schema == "Entailment":
            if slip == "refuses":
                return checks(user, entails=False, why="It measures something else.")
            return checks(user)
        if schema == "Essay":
            return {"sentences": []}
        if schema == "Synthesis":
            return {"superseding": [], "questions": [], "limits": "Abstracts only."}
        return (
            Fault("status", status=500)
            if slip == "breaks"
            else self.judged(known, slip, evidence(user))
        )

    def findings(self, known: Known, slip: Slip | None, papers: list[str]) -> list[Json]:
        gold = () if slip in ("blind", "by another") else known.gold
        others = known.others if slip in ("cites another", "by another") else ()
        said = _wrong(known) if slip in ("wrong", "cites another") else self.verdict(known)
        return [
            finding(name, STANCE[said], [99 if slip == "misquotes" else 2])
            for name in papers
            if name in (*gold, *others)
        ]

    def judged(self, known: Known, slip: Slip | None, seen: list[tuple[str, str]]) -> Json:
        names = [name for name, _ in seen]
        if slip == "cites nothing":
            return _judged(known.expected, [], self.confidence(known))
        if slip == "cites another":
            return _judged(
                _wrong(known), [n for n in names if n in known.others], self.confidence(known)
            )
        if slip == "wrong":
            return _judged(_wrong(known), names, self.confidence(known))
        if not names:
            return _judged("undetermined", [], 0.5)
        return _judged(self.verdict(known), names, self.confidence(known))


class RightWith(RightWhenShown):
    """Right with probability `p`, drawn by seed and claim; else another decided verdict."""

    def __init__(self, known: Iterable[Known], p: float, seed: int) -> None:
        super().__init__(known)
        self._p, self._seed = p, seed

    def verdict(self, known: Known) -> str:
        return (
            known.expected if drawn(self._seed, known.claim).random() < self._p else _wrong(known)
        )


class AlwaysHolds(RightWhenShown):
    """Says `holds` of everything."""

    def verdict(self, known: Known) -> str:
        return "holds"


class ConfidentAndRandom(RightWhenShown):
    """Any decided verdict, drawn by seed and claim, with a confidence of 0.95."""

    def __init__(self, known: Iterable[Known], seed: int) -> None:
        super().__init__(known)
        self._seed = seed

    def verdict(self, known: Known) -> str:
        return drawn(self._seed, known.claim).choice(DECIDED)

    def confidence(self, known: Known) -> float:
        return 0.95


class AsGoodAsItsWord(RightWhenShown):
    """A confidence for each claim, drawn by seed and claim, and right with that probability."""

    def __init__(self, known: Iterable[Known], seed: int) -> None:
        super().__init__(known)
        self._seed = seed

    def verdict(self, known: Known) -> str:
        right = drawn("verdict", self._seed, known.claim).random() < self.confidence(known)
        return known.expected if right else _wrong(known)

    def confidence(self, known: Known) -> float:
        return round(drawn("confidence", self._seed, known.claim).uniform(0.1, 1.0), 2)


class Noisy(RightWhenShown):
    """Right with probability `p`, drawn anew every time that a claim is planned; the order plays no
    part in it."""

    def __init__(self, known: Iterable[Known], p: float, seed: int) -> None:
        super().__init__(known)
        self._p, self._seed = p, seed
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()

    def __call__(self, schema: str, system: str, user: str) -> Json | Fault:
        if schema == "QueryPlan":
            with self._lock:
                self._asked[claim_of(user)] += 1
        return super().__call__(schema, system, user)

    def verdict(self, known: Known) -> str:
        right = drawn(self._seed, known.claim, self._asked[known.claim]).random() < self._p
        return known.expected if right else _wrong(known)


class FirstShown(RightWhenShown):
    """Every paper that it knows is a finding, each with a stance of its own. It judges by the first
    evidence alone, or, `at` extraction, points at the first paper of a call alone, and judges
    whatever the order."""

    def __init__(self, known: Iterable[Known], at: Literal["judge", "extract"] = "judge") -> None:
        super().__init__(known)
        self._at = at

    def findings(self, known: Known, slip: Slip | None, papers: list[str]) -> list[Json]:
        found = [name for name in papers if name in (*known.gold, *known.others)]
        found = found[:1] if self._at == "extract" else found
        return [
            finding(name, drawn(name).choice(tuple(STANCE.values())[:3]), [2]) for name in found
        ]

    def judged(self, known: Known, slip: Slip | None, seen: list[tuple[str, str]]) -> Json:
        if not seen:
            return _judged("undetermined", [], 0.5)
        name, stance = seen[0] if self._at == "judge" else min(seen)
        return _judged(next(v for v, s in STANCE.items() if s == stance), [name], 0.8)


def _wrong(known: Known) -> str:
    """Another decided verdict than the expected one, the same every time."""
    return drawn("wrong", known.claim).choice(
        [verdict for verdict in DECIDED if verdict != known.expected]
    )


def _judged(verdict: str, cites: list[str], confidence: float) -> Json:
    return judgment(verdict, cites, confidence=confidence)
