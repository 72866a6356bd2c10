"""Quotes that stand word for word in their abstract and differ from it in form alone: all must
pass."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from random import Random
from typing import Literal

from benchmarks.corpus import Record, pick
from benchmarks.corpus.papers import MARKUP, plain_sentences, sentences

Maker = Callable[[Record, Random], str | None]
LIGATURES = {"ffi": "\ufb03", "ffl": "\ufb04", "ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02"}


def one(paper: Record, rng: Random) -> str | None:
    return pick(rng, plain_sentences(paper))


def having(pattern: str, change: Callable[[str], str]) -> Maker:
    """A kind that needs a sentence with `pattern` in it, and changes its form."""

    def make(paper: Record, rng: Random) -> str | None:
        found = pick(rng, [s for s in plain_sentences(paper) if re.search(pattern, s)])
        changed = change(found) if found else None
        return changed if changed != found else None

    return make


def two_sentences(paper: Record, rng: Random) -> str | None:
    known = sentences(paper.abstract)
    at = [i for i in range(len(known) - 1) if not MARKUP.search(known[i] + known[i + 1])]
    return f"{known[i]} {known[i + 1]}" if at and (i := rng.choice(at)) is not None else None


def whole(paper: Record, _: Random) -> str:
    return paper.abstract


def inside(paper: Record, rng: Random) -> str | None:
    """From one word boundary to another, with whatever punctuation stands there."""
    found = pick(rng, plain_sentences(paper, least=14))
    if not found:
        return None
    parts = found.split()
    start = rng.randrange(0, len(parts) - 9)
    quote = " ".join(parts[start : start + rng.randint(7, 9)])
    return quote if len(quote) > 35 else None


def letter_case(paper: Record, rng: Random) -> str | None:
    found = pick(rng, [s for s in plain_sentences(paper) if s.isascii()])
    return rng.choice([str.upper, str.lower, str.title, str.swapcase])(found) if found else None


def curly(text: str) -> str:
    text = re.sub(r'(^|[\s(])"', "\\1\u201c", text).replace('"', "\u201d")
    return re.sub(r"(^|[\s(])'", "\\1\u2018", text).replace("'", "\u2019")


def spaces(paper: Record, rng: Random) -> str | None:
    found = one(paper, rng)
    kinds = ["\u00a0", "\u202f", "\u2009", "\n", "\r\n", "  ", "\t", " \n  ", "\u3000", "\u2028"]
    return re.sub(" ", lambda _: rng.choice([" ", *kinds]), found) if found else None


def broken_word(paper: Record, rng: Random) -> str | None:
    """A line break, with a hyphen that is not in the word."""
    found = one(paper, rng)
    at = list(re.finditer(r"\b[a-z]{8,}\b", found or ""))
    if not found or not at:
        return None
    word = rng.choice(at)
    cut = word.start() + rng.randint(3, len(word[0]) - 3)
    return (
        found[:cut]
        + rng.choice(["-\n", "-\r\n", "- \n", "-\n    ", "\u00ad", "\u00ad\n", "\u2010\n"])
        + found[cut:]
    )


def broken_compound(paper: Record, rng: Random) -> str | None:
    """A line break after a hyphen that is in the word."""
    found = pick(rng, [s for s in plain_sentences(paper) if re.search(r"[a-z]-[a-z]", s)])
    return re.sub(r"([a-z])-([a-z])", r"\1-" + "\n" + r"\2", found, count=1) if found else None


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if c.isdigit() or "A" <= c <= "Z" else c for c in text)


def elided(paper: Record, rng: Random) -> str | None:
    """Long pieces of two or three sentences, in order."""
    known = [" ".join(s.split()[:12]).rstrip(",.;:") for s in plain_sentences(paper, least=13)]
    known = [s for s in known if len(s) > 45 and paper.abstract.count(s) == 1]
    if len(known) < 3:
        return None
    gap = rng.choice(
        [
            "...",
            " ... ",
            "\u2026",
            " \u2026 ",
            " [...] ",
            " [\u2026] ",
            " . . . ",
            ". ... ",
            " (...) ",
        ]
    )
    return gap.join(
        [known[i] for i in sorted(rng.sample(range(len(known)), rng.choice([2, 2, 3])))]
    )


def elided_inside(paper: Record, rng: Random) -> str | None:
    found = pick(rng, plain_sentences(paper, least=22))
    if not found:
        return None
    parts = found.split()
    head, tail = " ".join(parts[:8]), " ".join(parts[-8:])
    return (
        f"{head}{rng.choice([' ... ', ' [...] ', '... '])}{tail}"
        if min(len(head), len(tail)) > 35
        else None
    )


def open_ends(paper: Record, rng: Random) -> str | None:
    """An elision before or after the quote, where nothing is left out between."""
    found = inside(paper, rng)
    return (
        rng.choice(["...{}", "... {} ...", "{}...", "[...] {}", "\u2026{}\u2026"]).format(found)
        if found
        else None
    )


def marked(paper: Record, rng: Random) -> str | None:
    """In quotation marks of some language, with or without the full stop."""
    found = pick(rng, [s for s in plain_sentences(paper) if s[-1] == "." and '"' not in s])
    pair = rng.choice(
        ['""', "\u201c\u201d", "\u00ab\u00bb", "\u201e\u201c", "''", "\u2018\u2019", "\u300c\u300d"]
    )
    return pair[0] + (found if rng.random() < 0.5 else found[:-1]) + pair[1] if found else None


def stop(paper: Record, rng: Random) -> str | None:
    """A full stop, comma or semicolon that closes the quoting sentence."""
    found = inside(paper, rng)
    return (
        found.rstrip(".,;:") + rng.choice([".", ",", ";"])
        if found and found[-1].isalpha()
        else None
    )


def bracketed(paper: Record, rng: Random) -> str | None:
    """The capital, or small letter, that the quoting sentence needs."""
    found = one(paper, rng)
    if not found or not found[0].isalpha():
        return None
    if rng.random() < 0.5 and found[:2].istitle():
        return f"[{found[0].lower()}]{found[1:]}"
    tail = found.partition(" ")[2]
    return f"[{tail[0].upper()}]{tail[1:]}" if tail[:2].isalpha() and tail[:2].islower() else None


# LaTeX of the paper, plain in the quote: what a reader of the page copies.
_TO_PLAIN = (
    (r"\\(?:emph|textbf|textit|texttt|textsc|text|mathrm|mathbf)\{([^{}$]*)\}", r"\1"),
    (r"\{\\(?:em|bf|it) ([^{}$]*)\}", r"\1"),
    (r"\\times\b ?", "\u00d7"),
    (r"\\sim\b ?", "\u223c"),
    (r"\\approx\b ?", "\u2248"),
    (r"\\pm\b ?", "\u00b1"),
    (r"\\leq?\b ?", "\u2264"),
    (r"\\geq?\b ?", "\u2265"),
    (r"\\(?:rightarrow|to)\b ?", "\u2192"),
    (r"\\alpha\b ?", "\u03b1"),
    (r"\\beta\b ?", "\u03b2"),
    (r"\\gamma\b ?", "\u03b3"),
    (r"\\lambda\b ?", "\u03bb"),
    (r"\\epsilon\b ?", "\u03f5"),
    (r"\\mu\b ?", "\u03bc"),
    (r"\\sigma\b ?", "\u03c3"),
    (r"\\tau\b ?", "\u03c4"),
    (r"\\ldots\b", "..."),
    (r"\\,", " "),
    (r"\\([%&$#_])", r"\1"),
    (r"\{?\\\"\{?([a-zA-Z])\}?\}?", "\\1\u0308"),
    (r"\{?\\'\{?([a-zA-Z])\}?\}?", "\\1\u0301"),
    (r"\{?\\`\{?([a-zA-Z])\}?\}?", "\\1\u0300"),
    (r"\{?\\~\{?([a-zA-Z])\}?\}?", "\\1\u0303"),
    (r"\{?\\\^\{?([a-zA-Z])\}?\}?", "\\1\u0302"),
    (r"\\c\{([a-zA-Z])\}", "\\1\u0327"),
    (r"---", "\u2014"),
    (r"(?<=[\w\s])--(?=[\w\s])", "\u2013"),
    (r"``", "\u201c"),
    (r"''", "\u201d"),
    (r"(?<=\w)~(?=[\w(\[])", " "),
    (r"\$([^$\\{}\s]{1,20}(?: [=<>+] [^$\\{}\s]{1,12})?)\$", r"\1"),
)


def plain_of(text: str) -> str:
    for pattern, to in _TO_PLAIN:
        text = re.sub(pattern, to, text)
    return unicodedata.normalize("NFC", text)


def from_latex(pattern: str) -> Maker:
    """A sentence whose LaTeX is of one sort, without it. Sentences with markup of a doubtful
    reading are left out."""

    def make(paper: Record, rng: Random) -> str | None:
        known = [
            s
            for s in sentences(paper.abstract)
            if re.search(pattern, s) and 10 <= len(s.split()) <= 50
        ]
        known = [
            s for s in known if r"\$" not in s
        ]  # dollars, which `plain_of` would take for mathematics
        found = pick(
            rng,
            [s for s in known if not re.search(r"[\\${}^_`|*#]", plain_of(s)) and plain_of(s) != s],
        )
        return plain_of(found) if found else None

    return make


def powers(paper: Record, rng: Random) -> str | None:
    """10^{-3} in the paper, as people type or set it."""
    known = [
        s
        for s in sentences(paper.abstract)
        if re.search(r"\d\^\{?-?\d", s) and 8 <= len(s.split()) <= 50
    ]
    found = pick(rng, known)
    if not found:
        return None
    to_raised = str.maketrans(
        "-0123456789", "\u207b\u2070\u00b9\u00b2\u00b3\u2074\u2075\u2076\u2077\u2078\u2079"
    )
    raised = rng.random() < 0.5
    quote = re.sub(
        r"(?<=\d)\^(?:\{(-?\d+)\}|(-?\d+))",
        lambda m: (m[1] or m[2]).translate(to_raised) if raised else f"^{m[1] or m[2]}",
        found,
    )
    quote = plain_of(quote.replace("\\cdot", "\u00b7"))
    return quote if not re.search(r"[\\${}_`|*#]", quote) and quote != found else None


def to_latex(text: str) -> str:
    """The same characters as a .tex or .bib file holds them."""
    text = re.sub(r"(\d[\d.]*)%", r"$\1\\%$", text).replace("&", "\\&").replace("\u2014", "---")
    text = re.sub(r'"([^"]+)"', r"``\1''", text)
    text = re.sub(
        "[\u00e9\u00e1\u00ed\u00f3\u00fa]",
        lambda m: f"{{\\'{unicodedata.normalize('NFD', m[0])[0]}}}",
        text,
    )
    text = re.sub(
        "[\u00f6\u00fc\u00e4]", lambda m: f'\\"{{{unicodedata.normalize("NFD", m[0])[0]}}}', text
    )
    return re.sub(r"^(\w+ \w+) (\w{5,}) ", r"\1 \\emph{\2} ", text)


def accents(form: Literal["NFC", "NFD"]) -> Maker:
    def make(paper: Record, rng: Random) -> str | None:
        known = [s for s in plain_sentences(paper) if re.search("[\u00c0-\u00f6\u00f8-\u017f]", s)]
        found = pick(rng, known)
        return unicodedata.normalize(form, found) if found else None

    return make


TRUE: dict[str, Maker] = {
    "exact sentence": one,
    "two sentences": two_sentences,
    "whole abstract": whole,
    "inside a sentence": inside,
    "letter case": letter_case,
    "curly quotation marks": having(r"[\"']", curly),
    "straight for curly": lambda p, r: (
        (
            s := pick(
                r,
                [
                    x
                    for x in sentences(p.abstract)
                    if re.search("[\u2018\u2019\u201c\u201d]", x) and len(x) > 60
                ],
            )
        )
        and re.sub("[\u2018\u2019]", "'", re.sub("[\u201c\u201d]", '"', s))
    ),
    "other hyphens": having(r"\w-\w", lambda s: re.sub(r"(?<=[a-zA-Z])-(?=[a-zA-Z])", "\u2011", s)),
    "other dashes": having(r" --? ", lambda s: re.sub(r" --? ", " \u2013 ", s)),
    "minus sign": having(r"(?<=[ (])-\d", lambda s: re.sub(r"(?<=[ (])-(?=\d)", "\u2212", s)),
    "ligatures": having(
        r"f[fil]", lambda s: re.sub(r"ff[il]|f[fil]", lambda m: LIGATURES[m[0]], s)
    ),
    "white space": spaces,
    "hyphen at a line break": broken_word,
    "compound at a line break": broken_compound,
    "full-width forms": having(r"[A-Z0-9]", full_width),
    "decomposed accents": accents("NFD"),
    "elision between sentences": elided,
    "elision in a sentence": elided_inside,
    "elision at the ends": open_ends,
    "quotation marks around": marked,
    "closing punctuation": stop,
    "bracketed first letter": bracketed,
    "LaTeX per cent": from_latex(r"\\%"),
    "LaTeX commands": from_latex(r"\\(?:emph|text\w\w)\{"),
    "LaTeX symbols": from_latex(
        r"\\(?:alpha|beta|gamma|lambda|epsilon|mu|sigma|tau|leq?|geq?|sim|approx|pm)\b"
    ),
    "LaTeX times": from_latex(r"\\times"),
    "LaTeX accents": from_latex(r"\\[\"'`^~][{a-zA-Z]|\\c\{"),
    "LaTeX quotes and dashes": from_latex(r"``|---"),
    "LaTeX spaces": from_latex(r"\w~[\w(]|\\,"),
    "LaTeX math of plain text": from_latex(r"\$[\w.+=<> -]{1,40}\$"),
    "LaTeX powers": powers,
    "LaTeX in the quote": having(r"\d%|\"|&|\u2014|[\u00c0-\u00f6]", to_latex),
    "soft hyphens, zero width": having(
        r"[a-z]{9}", lambda s: re.sub(r"([a-z]{5})([a-z]{4})", "\\1\u00ad\\2\u200b", s)
    ),
}
