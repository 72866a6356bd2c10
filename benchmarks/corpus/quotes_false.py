"""Quotes that do not stand in their abstract, each by one small lie: all must fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from benchmarks.corpus import Record, pick
from benchmarks.corpus.papers import bare, plain_sentences, sentences
from benchmarks.corpus.quotes_true import LIGATURES

Maker = Callable[[Record, Random], str | None]
SYNONYMS = {
    "significantly": "substantially",
    "show": "demonstrate",
    "propose": "suggest",
    "improves": "enhances",
    "however": "nevertheless",
    "novel": "new",
    "method": "technique",
    "approach": "strategy",
    "results": "findings",
    "introduce": "describe",
    "existing": "current",
    "performance": "accuracy",
    "demonstrate": "reveal",
    "various": "several",
    "large": "big",
    "task": "problem",
    "also": "further",
    "achieves": "reaches",
    "often": "commonly",
}
OPPOSITES = {
    "more": "less",
    "less": "more",
    "higher": "lower",
    "lower": "higher",
    "increase": "decrease",
    "better": "worse",
    "decrease": "increase",
    "increases": "decreases",
    "larger": "smaller",
    "smaller": "larger",
    "before": "after",
    "with": "without",
    "without": "with",
    "improves": "degrades",
    "reduces": "raises",
    "most": "least",
    "positive": "negative",
    "always": "never",
    "above": "below",
    "best": "worst",
    "outperforms": "underperforms",
    "all": "some",
    "strong": "weak",
    "first": "last",
    "and": "or",
    "can": "must",
}
PREFIXES = {
    "supervised": "un",
    "known": "un",
    "reliable": "un",
    "stable": "un",
    "biased": "un",
    "certain": "un",
    "able": "un",
    "seen": "un",
    "labeled": "un",
    "structured": "un",
    "efficient": "in",
    "accurate": "in",
    "sufficient": "in",
    "consistent": "in",
    "complete": "in",
    "effective": "in",
    "dependent": "in",
    "direct": "in",
    "relevant": "ir",
    "possible": "im",
    "trained": "un",
    "linear": "non",
    "trivial": "non",
    "monolingual": "non-",
}
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


def replace_one(paper: Record, rng: Random, table: dict[str, str]) -> str | None:
    """A sentence with one word of `table` replaced, its capital kept."""
    pattern = rf"\b(?:{'|'.join(map(re.escape, table))})\b"
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(pattern, s)])
    return re.sub(pattern, lambda m: table[m[0]], found, count=1) if found else None


def synonym(paper: Record, rng: Random) -> str | None:
    return replace_one(paper, rng, SYNONYMS)


def opposite(paper: Record, rng: Random) -> str | None:
    return replace_one(paper, rng, OPPOSITES)


def unit(paper: Record, rng: Random) -> str | None:
    table = {f"{word}": to for word, to in UNITS.items()}
    pattern = rf"(\d[\d.,]* ?)({'|'.join(table)})\b"
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(pattern, s)])
    return re.sub(pattern, lambda m: m[1] + table[m[2]], found, count=1) if found else None


def prefix(paper: Record, rng: Random) -> str | None:
    add = {word: before + word for word, before in PREFIXES.items()}
    return replace_one(
        paper, rng, add if rng.random() < 0.5 else {to: word for word, to in add.items()}
    )


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


def not_added(paper: Record, rng: Random) -> str | None:
    verbs = r"\b(is|are|was|were|does|do|can|will|could|should|may|have|has)\b(?! not|not)"
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(verbs, s)])
    return (
        re.sub(verbs, rng.choice([r"\1 not", r"\1 never", r"\1 hardly"]), found, count=1)
        if found
        else None
    )


def not_dropped(paper: Record, rng: Random) -> str | None:
    pattern = r"\b(?:not|never|no|hardly|nor|without|few) |(?<=can)not\b|n't\b"
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(pattern, s)])
    return re.sub(pattern, "", found, count=1) if found else None


def word_changed(paper: Record, rng: Random) -> str | None:
    known = plain_sentences(paper)
    found = pick(rng, known)
    if not found:
        return None
    others = re.findall(r"\b[a-z]{5,}\b", paper.abstract)
    at = list(re.finditer(r"\b[a-z]{5,}\b", found))
    if not at:
        return None
    word = rng.choice(at)
    to: str = rng.choice([o for o in others if o != word[0]] or ["otherwise"])
    return found[: word.start()] + to + found[word.end() :]


def word_form(paper: Record, rng: Random) -> str | None:
    """Another tense or number of one word."""
    found = pick(rng, plain_sentences(paper))
    changes = [
        (r"\b(\w{4,})ed\b", r"\1ing"),
        (r"\b(\w{4,})ing\b", r"\1ed"),
        (r"\b(model|method|task|result)s\b", r"\1"),
        (r"\b(model|method|task|language)\b", r"\1s"),
        (r"\b(show|improve|reduce|use)\b", r"\1s"),
        (r"\b(achieve|improve|require|demonstrate)s\b", r"\1d"),
        (r"\bis\b", "was"),
        (r"\bare\b", "were"),
    ]
    for pattern, to in rng.sample(changes, len(changes)):
        if found and re.search(pattern, found):
            return re.sub(pattern, to, found, count=1)
    return None


def word_dropped(paper: Record, rng: Random) -> str | None:
    found = pick(rng, plain_sentences(paper, least=12))
    if not found:
        return None
    parts = found.split()
    at = rng.randrange(2, len(parts) - 2)
    return " ".join(parts[:at] + parts[at + 1 :]) if bare(parts[at]) else None


def word_added(paper: Record, rng: Random) -> str | None:
    found = pick(rng, plain_sentences(paper))
    if not found:
        return None
    parts = found.split()
    word = rng.choice(
        ["only", "very", "sometimes", "slightly", "the", "almost", "previously", "human", "barely"]
    )
    at = rng.randrange(1, len(parts))
    return " ".join([*parts[:at], word, *parts[at:]])


def swapped(paper: Record, rng: Random) -> str | None:
    """Two neighbouring words, the other way round."""
    found = pick(rng, plain_sentences(paper))
    parts = (found or "").split()
    at = [
        i
        for i in range(len(parts) - 1)
        if parts[i].islower()
        and parts[i + 1].islower()
        and parts[i].isalpha()
        and parts[i + 1].isalpha()
        and parts[i] != parts[i + 1]
    ]
    if not at:
        return None
    i = rng.choice(at)
    parts[i], parts[i + 1] = parts[i + 1], parts[i]
    return " ".join(parts)


def entities(paper: Record, rng: Random) -> str | None:
    """Two names of a sentence, each in the other's place."""
    names = re.compile(r"\b[A-Z][A-Za-z]*[A-Z0-9][\w-]*\b|\b[A-Za-z]+-\d[\w.]*\b")
    known = [(s, list(dict.fromkeys(names.findall(s)))) for s in plain_sentences(paper)]
    known = [(s, found) for s, found in known if len(found) >= 2]
    if not known:
        return None
    text, found = rng.choice(known)
    a, b = rng.sample(found, 2)
    return re.sub(rf"\b(?:{re.escape(a)}|{re.escape(b)})\b", lambda m: b if m[0] == a else a, text)


def sides(paper: Record, rng: Random) -> str | None:
    """A outperforms B as B outperforms A, from A to B as from B to A."""
    pattern = (
        r"\b(\w[\w-]*) "
        r"(outperforms?|surpass(?:es)?|than|over|to|versus|into|and not|rather than)"
        r" (\w[\w-]*)\b"
    )
    found = pick(
        rng, [s for s in plain_sentences(paper) if (m := re.search(pattern, s)) and m[1] != m[3]]
    )
    return re.sub(pattern, r"\3 \2 \1", found, count=1) if found else None


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


def paraphrase(paper: Record, rng: Random) -> str | None:
    found = pick(
        rng, [s for s in plain_sentences(paper) if sum(w in SYNONYMS for w in s.split()) >= 2]
    )
    return " ".join(SYNONYMS.get(w, w) for w in found.split()) if found else None


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


def disguised(paper: Record, rng: Random) -> str | None:
    """A changed digit or word under changes of form, so that a lenient way to compare is
    asked for."""
    found = rng.choice([digit, not_added, opposite, word_changed])(paper, rng)
    if not found or bare(found) in bare(paper.abstract):
        return None
    found = re.sub(r"ff[il]|f[fil]", lambda m: LIGATURES[m[0]], found)
    return f"\u201c{found.replace(' ', chr(0xA0), 2)}\u201d"


FALSE: dict[str, Maker] = {
    "digit changed": digit,
    "number cut": number_cut,
    "not added": not_added,
    "not dropped": not_dropped,
    "prefix un-, in-": prefix,
    "word changed": word_changed,
    "word form": word_form,
    "word dropped": word_dropped,
    "word added": word_added,
    "synonym": synonym,
    "opposite": opposite,
    "unit changed": unit,
    "per cent lost": per_cent,
    "sign changed": sign,
    "neighbours swapped": swapped,
    "names swapped": entities,
    "sides swapped": sides,
    "joined without elision": joined,
    "elision out of order": disordered,
    "elision of scraps": scraps,
    "elision and one scrap": one_scrap,
    "paraphrase": paraphrase,
    "cut inside a word": cut_word,
    "fewer than five words": few_words,
    "fewer than 25 characters": few_letters,
    "nothing but marks": nothing,
    "LaTeX digit": latex_digit,
    "LaTeX symbol": latex_symbol,
    "power lost": power_lost,
    "relation turned": compared,
    "lie in another form": disguised,
}
SEEN_BY_SYMBOLS = frozenset(
    {
        "number cut",
        "per cent lost",
        "sign changed",
        "cut inside a word",
        "LaTeX symbol",
        "power lost",
        "relation turned",
        "digit changed",
        "fewer than five words",
        "fewer than 25 characters",
        "elision of scraps",
        "elision and one scrap",
    }
)
"""Kinds that may leave letters and digits as they were, or all stand in the text."""
SHORT = frozenset({"fewer than five words", "fewer than 25 characters", "nothing but marks"})
SCRAPS = frozenset({"elision of scraps", "elision and one scrap"})


def really_false(kind: str, quote: str, paper: Record) -> bool:
    """That the alteration did not by chance make another true quote."""
    if kind in SHORT | SCRAPS:
        return True
    if kind not in SEEN_BY_SYMBOLS:
        return not any(
            bare(quote) in bare(text) for text in (paper.abstract, paper.title + paper.abstract)
        )
    inner = quote.strip(" .,;:")
    return not re.search(rf"(?<![\w.,^-]){re.escape(inner)}(?![\w%^]|[.,]\d)", paper.abstract)
