"""Quotes with a changed number, unit, sign or formula."""

from __future__ import annotations

import re
from random import Random

from benchmarks.corpus import Record, pick
from benchmarks.corpus.papers import plain_sentences, sentences

UNITS = {
    "million": "billion",
    "billion": "million",
    "hours": "minutes",
    "minutes": "hours",
    "percent": "percentage points",
    "seconds": "minutes",
    "days": "weeks",
    "ms": "s",
    "GB": "MB",
    "tokens": "words",
    "thousand": "hundred",
    "points": "percent",
    "languages": "datasets",
    "times": "percent",
}


def unit(paper: Record, rng: Random) -> str | None:
    table = {f"{word}": to for word, to in UNITS.items()}
    pattern = rf"(\d[\d.,]* ?)({'|'.join(table)})\b"
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(pattern, s)])
    return re.sub(pattern, lambda m: m[1] + table[m[2]], found, count=1) if found else None


def numbered(paper: Record, rng: Random) -> tuple[str, re.Match[str]] | None:
    known = [(s, m) for s in plain_sentences(paper) for m in re.finditer(r"\d+(?:[.,]\d+)*", s)]
    return rng.choice(known) if known else None


def digit(paper: Record, rng: Random) -> str | None:
    """One digit more, less or other; a lost decimal point; a comma moved."""
    chosen = numbered(paper, rng)
    if not chosen:
        return None
    text, number = chosen
    old = number[0]
    at = rng.randrange(len(old))
    options = [f"1{old}", old.replace(".", "")]
    if old.isdigit():
        options += [f"{old}0", old[:at] + old[at + 1 :], f"{old[0]}.{old[1:] or '5'}"]
    if old[at].isdigit():
        options += [old[:at] + str((int(old[at]) + rng.randint(1, 8)) % 10) + old[at + 1 :]] * 3
    new = rng.choice([o for o in options if o not in (old, "")] or [f"1{old}"])
    return text[: number.start()] + new + text[number.end() :]


def number_cut(paper: Record, rng: Random) -> str | None:
    """A quote that begins, or ends, within a number: 13% of 113%, 5% of 2.5%."""
    chosen = numbered(paper, rng)
    if not chosen or len(chosen[1][0]) < 2:
        return None
    text, number = chosen
    cut = number.start() + rng.randint(1, len(number[0]) - 1)
    if not text[cut].isdigit() or not text[cut - 1].isdigit():
        cut = number.end() - 1 if text[number.end() - 1].isdigit() else cut
    head, tail = text[:cut], text[cut:]
    quote = tail if len(tail) > len(head) else head
    return quote if len(quote.split()) >= 7 and len(quote) > 40 and quote[0] not in ".," else None


def sign(paper: Record, rng: Random) -> str | None:
    """A minus more or less."""
    if rng.random() < 0.5:
        found = pick(rng, [s for s in plain_sentences(paper) if re.search(r"(?<=\w )-\d", s)])
        return re.sub(r"(?<=\w )-(?=\d)", "", found, count=1) if found else None
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(r"(?<=\w )\d", s)])
    return re.sub(r"(?<=\w )(?=\d)", rng.choice(["-", "\u2212"]), found, count=1) if found else None


def per_cent(paper: Record, rng: Random) -> str | None:
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(r"\d%", s)])
    return (
        re.sub(r"(?<=\d)%", rng.choice(["", "x", "\u2030", " points"]), found, count=1)
        if found
        else None
    )


def latex_digit(paper: Record, rng: Random) -> str | None:
    known = [
        s
        for s in sentences(paper.abstract)
        if re.search(r"\$[^$]*\d[^$]*\$|\d\\%", s) and len(s.split()) > 8
    ]
    found = pick(rng, known)
    spots = list(re.finditer(r"(?<=[$.\d^{-])\d(?=[\d.$\\}])", found or ""))
    if not found or not spots:
        return None
    at = rng.choice(spots).start()
    return found[:at] + str((int(found[at]) + rng.randint(1, 8)) % 10) + found[at + 1 :]


def latex_symbol(paper: Record, rng: Random) -> str | None:
    table = {
        "\\alpha": "\\beta",
        "\\beta": "\\alpha",
        "\\leq": "\\geq",
        "\\geq": "\\leq",
        "\\times": "\\div",
        "\\lambda": "\\mu",
        "\\uparrow": "\\downarrow",
        "\\pm": "+",
        "\\gamma": "\\delta",
        "\\approx": "\\neq",
    }
    pattern = rf"(?:{'|'.join(map(re.escape, table))})(?![a-zA-Z])"
    found = pick(
        rng, [s for s in sentences(paper.abstract) if re.search(pattern, s) and len(s.split()) > 8]
    )
    return re.sub(pattern, lambda m: table[m[0]], found, count=1) if found else None


def power_lost(paper: Record, rng: Random) -> str | None:
    """10^3 as 103, 10^{-3} as 10^{3}."""
    found = pick(
        rng,
        [
            s
            for s in sentences(paper.abstract)
            if re.search(r"\d\^\{?-?\d", s) and len(s.split()) > 8
        ],
    )
    if not found:
        return None
    if re.search(r"\^\{?-", found) and rng.random() < 0.5:
        return re.sub(r"(\^\{?)-", r"\1", found, count=1)
    return re.sub(r"(?<=\d)\^\{?(-?\d+)\}?", r"\1", found, count=1)


def compared(paper: Record, rng: Random) -> str | None:
    """p < 0.05 as p > 0.05."""
    known = [
        s for s in sentences(paper.abstract) if re.search(r" [<>] ?\d", s) and len(s.split()) > 8
    ]
    found = pick(rng, known)
    return (
        re.sub(r" [<>](?= ?\d)", lambda m: " >" if m[0] == " <" else " <", found, count=1)
        if found
        else None
    )
