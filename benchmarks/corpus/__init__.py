"""A labelled corpus for `retest verify`: quotes and citations that must pass, and others that must
fail.

    python -m benchmarks.corpus --mirror FOLDER [--seed N] [--each N] [--out FOLDER] [--only TEXT]
    [--build]

Real papers come from a mirror (or `--snapshot FILE`) at run time and are altered by one generator a
kind; hostile and planted papers are written here and go into a mirror of their own. Labels follow
from how a case was made, from the words of docs/design.md alone, and not from the code that is
tested: nothing here imports retest.grounding. Prints a table a kind and ends with status 1 if any
case is decided wrongly.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Literal

Status = Literal["grounded", "rejected", "unverifiable", "either"]
"""`either`: careful people differ, so it is shown how such cases fare, and none is counted as
wrong."""
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Record:
    """A paper as the generators see it."""

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Case:
    """`line` is what `retest verify` reads; `reasons` are those that a rejection may give, any if
    empty; `found` is the paper that it should name, where that is not plain from the line."""

    kind: str
    line: Line
    status: Status
    why: str
    reasons: frozenset[str] = frozenset()
    found: str | None = None


def pick(rng: Random, items: list[str]) -> str | None:
    """One of `items`, or None if there are none."""
    return rng.choice(items) if items else None
