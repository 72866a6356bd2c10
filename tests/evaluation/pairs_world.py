"""A tiny SciFact: four claims that cite six documents, and readers of known temperament.

    claim 1 cites 11 (SUPPORT: sentences 2 and 3 together, or 5 alone) and 12 (no evidence)
    claim 2 cites 13 (CONTRADICT: 1)
    claim 3 cites 14 (SUPPORT: 4) and 15 (CONTRADICT: 3)
    claim 4 cites 16 (no evidence)

Six pairs, four of them with a stance, six gold sentences. Numbers here count from 1, in the files
from 0.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retest.evaluation.pairs.result import PairsResult, Scored
from tests.answers import CITED, check, finding
from tests.conftest import Ran, Workspace
from tests.fakes.models import Brain, FakeModels
from tests.fakes.wires import Fault

Json = dict[str, Any]
Said = Mapping[int, tuple[str, list[int]]]
"""By document, the finding of a reader."""
PERFECT: Said = {
    11: ("supports", [2, 3, 5]),
    13: ("contradicts", [1]),
    14: ("supports", [4]),
    15: ("contradicts", [3]),
}
CLAIMS: list[Json] = [
    {
        "id": 1,
        "claim": "Wind raises the waves of small lakes.",
        "cited_doc_ids": [11, 12],
        "evidence": {
            "11": [
                {"sentences": [1, 2], "label": "SUPPORT"},
                {"sentences": [4], "label": "SUPPORT"},
            ]
        },
    },
    {
        "id": 2,
        "claim": "Ice deepens all lakes.",
        "cited_doc_ids": [13],
        "evidence": {"13": [{"sentences": [0], "label": "CONTRADICT"}]},
    },
    {
        "id": 3,
        "claim": "Reeds calm the shores of lakes.",
        "cited_doc_ids": [14, 15],
        "evidence": {
            "14": [{"sentences": [3], "label": "SUPPORT"}],
            "15": [{"sentences": [2], "label": "CONTRADICT"}],
        },
    },
    {
        "id": 4,
        "claim": "Moonlight warms the lakes at night.",
        "cited_doc_ids": [16],
        "evidence": {},
    },
]
CORPUS: list[Json] = [
    {
        "doc_id": doc,
        "title": f"Study {doc} of lakes",
        "structured": False,
        "abstract": [f"In part {n} of study {doc} many lakes were seen." for n in range(1, 6)],
    }
    for doc in range(11, 18)
]
LABELS: list[Json] = [
    {
        "id": claim["id"],
        "claim": claim["claim"],
        "citance_id": 900 + claim["id"],
        "doc_ids": claim["cited_doc_ids"],
        "evidence": {
            doc: [{"label": rationales[0]["label"]}]
            for doc, rationales in claim["evidence"].items()
        },
    }
    for claim in CLAIMS
]
"""The same claims in SCitance's form: labels without sentences."""
_PAPER = re.compile(r"^<paper (\S+)>\nStudy (\d+) of lakes$", re.MULTILINE)


class Reader:
    """Finds what it is told to find, and as a verifier refuses the documents it is told to
    refuse."""

    def __init__(
        self, said: Said, refuses: Collection[int] = (), why: str = "It measures something else."
    ) -> None:
        self._said, self._refuses, self._why = said, refuses, why
        self._documents: dict[str, int] = {}
        self._lock = threading.Lock()

    def __call__(self, schema: str, system: str, user: str) -> Json | Fault:
        if schema == "Extraction":
            shown = {name: int(doc) for name, doc in _PAPER.findall(user)}
            with self._lock:
                self._documents |= shown
            return {
                "findings": [
                    finding(name, *self._said[doc])
                    for name, doc in shown.items()
                    if doc in self._said
                ]
            }
        checks = []
        for name, point, *_ in CITED.findall(user):
            refused = self._documents[name] in self._refuses
            why = self._why.replace("THIS", name) if refused else "It does."
            checks.append(check(name, not refused, why, int(point)))
        return {"checks": checks}


def write_lines(path: Path, rows: list[Json]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@dataclass(frozen=True)
class PairsBench:
    """`retest eval --pairs` against a loopback model."""

    workspace: Workspace

    @property
    def claims(self) -> Path:
        return self.workspace.folder / "claims_dev.jsonl"

    def write(self, claims: list[Json] = CLAIMS, corpus: list[Json] = CORPUS) -> None:
        write_lines(self.claims, claims)
        write_lines(self.workspace.folder / "corpus.jsonl", corpus)

    def run(self, brain: Brain, *arguments: str, pairs: str = "") -> tuple[Ran, FakeModels]:
        with FakeModels(brain) as fake:
            self.workspace.model(fake)
            return self.workspace.retest(
                "eval", "--pairs", pairs or str(self.claims), *arguments
            ), fake

    def result(
        self, brain: Brain, *arguments: str, status: int = 0, pairs: str = ""
    ) -> PairsResult:
        ran, _ = self.run(brain, "--json", *arguments, pairs=pairs)
        assert ran.status == status, ran.err
        return PairsResult.model_validate_json(ran.out)


ONE = (1, 1, 1)
"""Precision, recall and F1 of who makes no mistake."""


def prf(scored: Scored) -> tuple[float | None, float | None, float | None]:
    return scored.precision.value, scored.recall.value, scored.f1.value


def misses(result: PairsResult) -> dict[str, str]:
    return {
        pair.paper: pair.missed for claim in result.claims for pair in claim.pairs if pair.missed
    }
