"""The protocol between the stations and a model: one request in, one reply out, nothing believed
yet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import BaseModel

from retest.domain.evidence import Evidence
from retest.domain.paper import Paper


@dataclass(frozen=True, slots=True)
class Facts:
    """What a request is about, for providers that answer without reading prose (`annotations`) and
    for logs."""

    line: str
    claim: str = ""
    text: str = ""
    """The claim as it is worded."""
    papers: tuple[Paper, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    against: frozenset[str] = frozenset()
    """Ids of evidence that speaks against the line and is of the last six months."""
    questions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Request:
    """One model call. `system` is the fixed part (shared by calls of a kind), `user` the rest."""

    schema: type[BaseModel]
    system: str
    user: str
    prompt_hash: str
    facts: Facts
    max_output_tokens: int = 4000
    ask: int = 1
    """1, or 2 for the independent second question about a flip: part of the cache key."""
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """For answers that speak of several papers: by arXiv id, all that what is said of this paper
    depends on. What is said of it is then remembered for itself (parts.py)."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one or more calls; of `input`, `cached` were read from the service's cache and
    `written` into it. Of `calls`, `uncounted` are those of which the service did not tell all: what
    it did not is in no number here."""

    calls: int = 0
    input: int = 0
    cached: int = 0
    output: int = 0
    written: int = 0
    uncounted: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.calls + other.calls,
            self.input + other.input,
            self.cached + other.cached,
            self.output + other.output,
            self.written + other.written,
            self.uncounted + other.uncounted,
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """The text of an answer that ended by itself. Providers raise ModelFailed for refusals and
    cut-off answers. `note` says what was learned of the server, if that is to be told."""

    text: str
    usage: Usage = field(default_factory=Usage)
    note: str = ""


class Model(Protocol):
    """A provider and a model name. `complete` raises KeyRejected, ModelFailed, or retry.Transient
    to be tried again."""

    provider: str
    name: str

    async def complete(self, request: Request) -> Reply: ...

    async def aclose(self) -> None: ...
