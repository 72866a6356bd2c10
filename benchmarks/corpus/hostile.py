"""Papers that mean harm: what a stranger may put on arXiv, and what a quote check must say of it.

hostile.json holds them, all invented: title, abstract, quotes that must pass and quotes that must
fail. They give orders to whoever reads; break out of Markdown, HTML, YAML, JSON, templates and
terminals; hide words, negations and figures in invisible, look-alike and turned characters and in
LaTeX; say a claim only to deny it; are long and deep.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from benchmarks.corpus import Case
from retest.domain.paper import Paper

FALSE_REASONS = frozenset({"quote-not-found", "quote-too-short"})


def made() -> Iterator[tuple[Paper, list[Case]]]:
    """Each paper with its cases, and its title cited as it stands, which is right however it
    looks."""
    known = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    for number, entry in enumerate(known, start=1):
        title = entry["title"]
        paper = Paper(
            id=f"2402.{90_000 + number}",
            title=title,
            abstract=entry["abstract"],
            published=date(2024, 2, 1),
            version=1,
            authors=("Mallory Vex",),
        )
        cases = [
            Case("hostile: true quote", {"id": paper.id, "quote": q}, "grounded", title)
            for q in entry["true"]
        ]
        cases += [
            Case(
                "hostile: false quote",
                {"id": paper.id, "quote": q},
                "rejected",
                title,
                FALSE_REASONS,
            )
            for q in entry["false"]
        ]
        cases.append(
            Case("hostile: own title", {"id": paper.id, "title": title}, "grounded", title)
        )
        yield paper, cases
