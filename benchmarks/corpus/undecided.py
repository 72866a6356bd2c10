"""Cases of which careful people differ: shown, not judged."""

from __future__ import annotations

import re
from random import Random

from benchmarks.corpus import Line, Record, pick
from benchmarks.corpus.citations_false import wrong_authors
from benchmarks.corpus.citations_true import Maker as Cite
from benchmarks.corpus.citations_true import names, title
from benchmarks.corpus.papers import World, content
from benchmarks.corpus.quotes_true import Maker as Quote
from benchmarks.corpus.quotes_true import having, one

NEIGHBOURS = {
    "neural": "neutral",
    "prompting": "promoting",
    "patient": "patent",
    "contrast": "contract",
    "complete": "compete",
    "tracking": "tracing",
    "mortality": "morality",
    "medication": "mediation",
    "continuous": "contiguous",
    "computing": "competing",
    "internal": "interval",
    "causal": "casual",
    "lightning": "lighting",
    "learning": "leaning",
    "inflection": "infection",
    "retraining": "retaining",
    "attacking": "attaching",
    "perception": "perceptron",
}
"""Words that one slip of the finger makes of each other, each of its own meaning."""
LIKE_NAMES = {
    "Zhang": "Zheng",
    "Zheng": "Zhang",
    "Chang": "Cheng",
    "Cheng": "Chang",
    "Huang": "Hwang",
}


def emphasised(paper: Record, rng: Random) -> str | None:
    """With the Markdown of the text that quotes it."""
    found = one(paper, rng)
    return (
        re.sub(r" ([a-z]{6,}) ", rng.choice([r" **\1** ", r" *\1* ", r" `\1` "]), found, count=1)
        if found
        else None
    )


def neighbour(paper: Record, _: Random, __: World) -> str | None:
    pattern = rf"\b(?:{'|'.join(NEIGHBOURS)})\b"

    def other(match: re.Match[str]) -> str:
        word = NEIGHBOURS[match[0].lower()]
        return word.capitalize() if match[0][0].isupper() else word

    changed = re.sub(pattern, other, paper.title, count=1, flags=re.IGNORECASE)
    return changed if changed != paper.title else None


def short_name(paper: Record, _: Random, __: World) -> str | None:
    main, colon, _rest = paper.title.partition(": ")
    return main if colon and len(content(main)) <= 2 else None


def subtitle(paper: Record, _: Random, __: World) -> str | None:
    return paper.title.partition(": ")[2] or None


def plural(paper: Record, rng: Random, _: World) -> str | None:
    found = pick(rng, re.findall(r"\b[A-Za-z]{4,}[b-r]\b", paper.title))
    return re.sub(rf"\b{found}\b", f"{found}s", paper.title, count=1) if found else None


def like_names(paper: Record, _: Random, __: World) -> Line | None:
    known = names(paper)
    made = [f"{n.rpartition(' ')[0]} {LIKE_NAMES.get(n.split()[-1], n.split()[-1])}" for n in known]
    return (
        {"id": paper.id, "title": paper.title, "authors": made[:1]}
        if known and made[0] != known[0]
        else None
    )


QUOTES: dict[str, Quote] = {
    "a comma less": having(
        r"[a-z], [a-z]", lambda s: re.sub(r"(?<=[a-z]), (?=[a-z])", " ", s, count=1)
    ),
    "space around a sign": having(
        r" [=<>+] \d|\d [=<>+] ", lambda s: re.sub(r" ([=<>+]) ", r"\1", s, count=1)
    ),
    "Markdown emphasis": emphasised,
    "look-alike letter": having("a", lambda s: s.replace("a", "\u0430", 1)),
    "spelling of Britain": having(
        r"[a-z]iz(?=ation|ing|ed|es)", lambda s: re.sub(r"iz(?=ation|ing|ed|es)", "is", s)
    ),
    "a misprint": having(
        r"[a-z]{9}",
        lambda s: re.sub(r"([a-z]{5})([a-z])([a-z])(?=[a-z]{2})", r"\1\3\2", s, count=1),
    ),
}
CITATIONS: dict[str, Cite] = {
    "word of one letter's difference": title(neighbour),
    "name before the colon alone": title(short_name),
    "subtitle alone": title(subtitle),
    "a plural's s": title(plural),
    "one stranger of three": wrong_authors(
        lambda own, s, _: [*own[:2], s[0]] if len(own) > 2 else None
    ),
    "one author left out, one invented": wrong_authors(
        lambda own, s, _: [*own[:-1], s[0]] if len(own) > 4 else None
    ),
    "first author's name like it": like_names,
}
