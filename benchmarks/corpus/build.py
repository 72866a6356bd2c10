"""The corpus out of its generators: as many cases a kind as asked for, the same ones for the same
seed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random

from benchmarks.corpus import (
    Case,
    Line,
    Record,
    Status,
    citations_false,
    citations_true,
    hostile,
    planted,
    quotes_false,
    undecided,
)
from benchmarks.corpus.papers import World, plain_sentences
from benchmarks.corpus.quotes_true import LIGATURES, curly, full_width, to_latex
from benchmarks.corpus.quotes_true import TRUE as QUOTES_TRUE
from retest.domain.paper import Paper

MOST_LOOKED_AT = 60_000
"""Papers that a kind may look at before it makes do with fewer cases."""
ABSENT = frozenset({"quote-not-found"})
SHORT = frozenset({"quote-too-short", "no-quote"})
CLAIM = frozenset({"quote-is-claim"})
Draw = Callable[[Record, Random], Case | None]


def real(world: World, seed: int, each: int) -> Iterator[Case]:
    """Cases of real papers, `each` a kind or as many as there are papers for."""
    for kind, draw in _kinds(world).items():
        rng = Random(f"{seed} {kind}")  # noqa: S311  a corpus that can be made again, no secret
        start = rng.randrange(len(world.records))
        order = (world.records[(start + i) % len(world.records)] for i in range(len(world.records)))
        drawn = (draw(paper, rng) for paper in islice(order, MOST_LOOKED_AT))
        yield from islice((case for case in drawn if case), each)


def invented() -> tuple[list[Paper], list[Case]]:
    """Hostile and planted papers, and the cases about them."""
    papers, cases = planted.made()
    for paper, own in hostile.made():
        papers.append(paper)
        cases.extend(own)
    return papers, cases


def _kinds(world: World) -> dict[str, Draw]:
    kinds: dict[str, Draw] = {}
    for name, make in QUOTES_TRUE.items():
        kinds[f"quote: {name}"] = _true_quote(f"quote: {name}", make)
    kinds["quote: with another claim"] = _other_claim
    for name, make in quotes_false.FALSE.items():
        kinds[f"false quote: {name}"] = _false_quote(name, make)
    for name, make in undecided.QUOTES.items():
        kinds[f"open quote: {name}"] = _open_quote(f"open quote: {name}", make)
    kinds["false quote: of another paper"] = _others_quote(world)
    kinds["false quote: is the claim"] = _own_claim
    for name, cite in citations_true.TRUE.items():
        kinds[name] = _citation(name, cite, world, None)
    for name, (cite, reasons) in citations_false.FALSE.items():
        kinds[f"false: {name}"] = _citation(f"false: {name}", cite, world, reasons)
    for name, cite in undecided.CITATIONS.items():
        kinds[f"open: {name}"] = _citation(f"open: {name}", cite, world, None, "either")
    return kinds


def _true_quote(kind: str, make: Callable[[Record, Random], str | None]) -> Draw:
    def draw(paper: Record, rng: Random) -> Case | None:
        quote = make(paper, rng)
        if not quote or len(quote.split()) < 5:
            return None
        return Case(
            kind,
            {"id": paper.id, "quote": quote},
            "grounded",
            "differs in form alone",
            found=paper.id,
        )

    return draw


def _false_quote(name: str, make: Callable[[Record, Random], str | None]) -> Draw:
    reasons = (
        SHORT
        if name in quotes_false.SHORT
        else ABSENT | SHORT
        if name in quotes_false.SCRAPS
        else ABSENT
    )

    def draw(paper: Record, rng: Random) -> Case | None:
        quote = make(paper, rng)
        if not quote or not quotes_false.really_false(name, quote, paper):
            return None
        return Case(
            f"false quote: {name}", {"id": paper.id, "quote": quote}, "rejected", name, reasons
        )

    return draw


def _open_quote(kind: str, make: Callable[[Record, Random], str | None]) -> Draw:
    def draw(paper: Record, rng: Random) -> Case | None:
        quote = make(paper, rng)
        return (
            Case(kind, {"id": paper.id, "quote": quote}, "either", "careful people differ")
            if quote
            else None
        )

    return draw


def _others_quote(world: World) -> Draw:
    def draw(paper: Record, rng: Random) -> Case | None:
        other = rng.choice(world.records)
        known = [s for s in plain_sentences(other) if s not in paper.abstract]
        if other.id == paper.id or not known:
            return None
        line = {"id": paper.id, "quote": rng.choice(known)}
        return Case(
            "false quote: of another paper", line, "rejected", f"stands in {other.id}", ABSENT
        )

    return draw


def _other_claim(paper: Record, rng: Random) -> Case | None:
    known = plain_sentences(paper)
    if len(known) < 2:
        return None
    quote, claim = rng.sample(known, 2)
    line = {"id": paper.id, "quote": quote, "claim": claim}
    return Case(
        "quote: with another claim",
        line,
        "grounded",
        "the claim is another sentence",
        found=paper.id,
    )


def _own_claim(paper: Record, rng: Random) -> Case | None:
    """The claim's own sentence, as it stands or in another form."""
    known = plain_sentences(paper)
    if not known:
        return None
    claim = rng.choice(known)
    forms = [
        claim.upper(),
        claim.rstrip("."),
        f"\u201c{claim}\u201d",
        claim.replace(" ", "  "),
        f"{claim[:-1]}...",
        unicodedata.normalize("NFD", claim),
        to_latex(claim),
        curly(claim),
        full_width(claim),
        re.sub(
            r"([a-z]{5})([a-z]{4})",
            rng.choice(["\\1\u00ad\\2", "\\1-\n\\2", "\\1\u200b\\2"]),
            claim,
        ),
        re.sub("f[fil]", lambda m: LIGATURES[m[0]], claim),
    ]
    quote = rng.choice([claim, *forms])
    line = {"id": paper.id, "quote": quote, "claim": claim}
    return Case("false quote: is the claim", line, "rejected", "the claim, said again", CLAIM)


def _citation(
    kind: str,
    cite: Callable[[Record, Random, World], Line | None],
    world: World,
    reasons: frozenset[str] | None,
    status: Status = "grounded",
) -> Draw:
    def draw(paper: Record, rng: Random) -> Case | None:
        line = cite(paper, rng, world)
        if line is None:
            return None
        if reasons is None:
            return Case(kind, line, status, "the paper, as people write it", found=paper.id)
        return Case(kind, line, "rejected", f"made from {paper.title!r}", reasons)

    return draw
