"""What the tests of this folder ask."""

from __future__ import annotations

from typing import Any

from retest.domain.answers import Judgment
from retest.llm.model import Facts, Request

SYSTEM = "You judge claims. " * 40
RIGHT: dict[str, Any] = {
    "parts": [{"part": 1, "ordinary": "stands", "cites": ["2506.01234"]}],
    "fails_in": [],
    "rationale": "It does.",
    "moved": None,
    "artifact": False,
    "confidence": 0.8,
}


def judgment(user: str = "Does it hold?", *, claim: str = "a-claim", ask: int = 1) -> Request:
    facts = Facts(line="a-line", claim=claim)
    return Request(
        Judgment,
        SYSTEM,
        user,
        prompt_hash="0123456789ab",
        facts=facts,
        max_output_tokens=500,
        ask=ask,
    )
