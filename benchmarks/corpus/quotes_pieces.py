"""Quotes that are joined from pieces in a wrong way, or are too short to say anything."""

from __future__ import annotations

import re
from random import Random

from benchmarks.corpus import Record, pick
from benchmarks.corpus.papers import plain_sentences


def joined(paper: Record, rng: Random) -> str | None:
    """The head of one sentence and the tail of a later one, with nothing to show it."""
    known = plain_sentences(paper, least=14)
    if len(known) < 2:
        return None
    i, j = sorted(rng.sample(range(len(known)), 2))
    return f"{' '.join(known[i].split()[:8])} {' '.join(known[j].split()[-8:])}"


def disordered(paper: Record, rng: Random) -> str | None:
    known = [" ".join(s.split()[:9]).rstrip(",.;:") for s in plain_sentences(paper, least=13)]
    known = [s for s in known if paper.abstract.count(s) == 1]
    if len(known) < 2:
        return None
    i, j = sorted(rng.sample(range(len(known)), 2))
    return f"{known[j]} ... {known[i]}"


def scraps(paper: Record, rng: Random) -> str | None:
    """Elided pieces of a word or two, that could be found in any text."""
    known = plain_sentences(paper, least=16)
    if len(known) < 2:
        return None
    parts = " ".join(known).split()
    at = sorted(rng.sample(range(len(parts)), 6))
    return f" {rng.choice(['...', '[...]'])} ".join(parts[i].strip(".,;:()") for i in at)


def one_scrap(paper: Record, _: Random) -> str | None:
    """One long piece, and a scrap of a word after the gap: what is left out may turn the sentence
    round."""
    known = plain_sentences(paper, least=16)
    if len(known) < 2:
        return None
    last = known[-1].split()[-1].strip(".,;:()")
    return (
        f"{' '.join(known[0].split()[:10])} ... {last}"
        if last.isalpha() and known[0] != known[-1]
        else None
    )


def cut_word(paper: Record, rng: Random) -> str | None:
    """Begins or ends inside a word."""
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(r"\b[a-z]{8,}\b", s)])
    if not found:
        return None
    word = rng.choice(list(re.finditer(r"\b[a-z]{8,}\b", found)))
    cut = word.start() + rng.randint(2, len(word[0]) - 2)
    quote = found[:cut] if cut > len(found) / 2 else found[cut:]
    return quote if len(quote.split()) >= 7 and len(quote) > 40 else None


def few_words(paper: Record, rng: Random) -> str | None:
    found = pick(rng, plain_sentences(paper))
    parts = (found or "").split()
    at = rng.randrange(0, max(1, len(parts) - 4))
    taken = parts[at : at + rng.randint(1, 4)]
    return " ".join(taken) if taken and all(part.isalpha() for part in taken) else None


def few_letters(paper: Record, rng: Random) -> str | None:
    known = [
        m[0]
        for s in plain_sentences(paper)
        for m in re.finditer(r"\b\w+ \w+ \w+ \w+ \w+\b", s)
        if len(m[0]) < 22
    ]
    return pick(rng, known)


def nothing(_: Record, rng: Random) -> str:
    """A quote of which nothing is left without its marks."""
    return rng.choice(
        [
            "...",
            '""',
            "\u200b\u200b",
            "[...]",
            ". . .",
            "\u201c \u2026 \u201d",
            "-",
            "'...'",
            "\u00ad",
        ]
    )
