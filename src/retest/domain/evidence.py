"""What passed the citation ladder, and what fell off it."""

from __future__ import annotations

from datetime import date
from typing import Literal

from retest.domain import Frozen
from retest.domain.verdict import Condition, Stance

Rung = Literal["id", "resolves", "title", "newer", "quote", "entails"]
Reason = Literal[
    "malformed-id",
    "not-shown",
    "not-found",
    "unverifiable",
    "withdrawn",
    "wrong-title",
    "wrong-author",
    "not-newer",
    "after-as-of",
    "anchor",
    "no-such-sentence",
    "no-quote",
    "quote-not-found",
    "quote-too-short",
    "quote-is-claim",
    "not-entailed",
    "not-evidence",
]
"""Why a citation fell off; `not-evidence` is what prose leans on without its being evidence here: a
real paper, or authors and a year that no paper of the evidence has."""


class Evidence(Frozen):
    """A finding that passed the ladder. `quote` was cut from the paper by code; `where` says from
    which text."""

    arxiv_id: str
    version: int | None
    title: str
    published: date
    stance: Stance
    quote: str
    where: str
    rungs: tuple[Rung, ...]
    found_by: tuple[str, ...]
    """The queries that found the paper, as people read them; `model` if the model named it."""
    why: str
    lever: Condition | None


class Rejection(Frozen):
    """A finding or citation that did not pass: how it was cited, the rung it fell off and the
    reason."""

    cited: str
    title: str | None = None
    rung: Rung
    reason: Reason
    detail: str
