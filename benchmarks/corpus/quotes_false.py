"""Quotes that do not stand in their abstract, each by one small lie: all must fail."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

from benchmarks.corpus import Record, pick
from benchmarks.corpus.papers import bare, plain_sentences
from benchmarks.corpus.quotes_pieces import (
    cut_word,
    disordered,
    few_letters,
    few_words,
    joined,
    nothing,
    one_scrap,
    scraps,
)
from benchmarks.corpus.quotes_symbols import (
    compared,
    digit,
    latex_digit,
    latex_symbol,
    number_cut,
    per_cent,
    power_lost,
    sign,
    unit,
)
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


def replace_one(paper: Record, rng: Random, table: dict[str, str]) -> str | None:
    """A sentence with one word of `table` replaced, its capital kept."""
    pattern = rf"\b(?:{'|'.join(map(re.escape, table))})\b"
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(pattern, s)])
    return re.sub(pattern, lambda m: table[m[0]], found, count=1) if found else None


def synonym(paper: Record, rng: Random) -> str | None:
    return replace_one(paper, rng, SYNONYMS)


def opposite(paper: Record, rng: Random) -> str | None:
    return replace_one(paper, rng, OPPOSITES)


def prefix(paper: Record, rng: Random) -> str | None:
    add = {word: before + word for word, before in PREFIXES.items()}
    return replace_one(
        paper, rng, add if rng.random() < 0.5 else {to: word for word, to in add.items()}
    )


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


def paraphrase(paper: Record, rng: Random) -> str | None:
    found = pick(
        rng, [s for s in plain_sentences(paper) if sum(w in SYNONYMS for w in s.split()) >= 2]
    )
    return " ".join(SYNONYMS.get(w, w) for w in found.split()) if found else None


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
