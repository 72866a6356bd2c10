"""Titles that are not the paper's, each by one small change: wording, number, subtitle, name."""

from __future__ import annotations

import re
from random import Random

from benchmarks.corpus import Record
from benchmarks.corpus.papers import STOP, World, content, words

OPPOSITES = (
    ("supervised", "unsupervised"),
    ("symmetric", "asymmetric"),
    ("synchronous", "asynchronous"),
    ("implicit", "explicit"),
    ("online", "offline"),
    ("homogeneous", "heterogeneous"),
    ("monolingual", "multilingual"),
    ("intra", "inter"),
    ("structured", "unstructured"),
    ("unimodal", "multimodal"),
    ("local", "global"),
    ("short", "long"),
    ("large", "small"),
    ("static", "dynamic"),
    ("forward", "backward"),
    ("black-box", "white-box"),
    ("low-resource", "high-resource"),
    ("training", "inference"),
    ("encoder", "decoder"),
    ("weak", "strong"),
    ("discrete", "continuous"),
    ("with", "without"),
    ("attack", "defense"),
    ("understanding", "generation"),
    ("improving", "degrading"),
    ("safe", "unsafe"),
    ("few", "zero"),
    ("biased", "unbiased"),
    ("aligned", "misaligned"),
    ("question", "answer"),
    ("positive", "negative"),
    ("parallel", "serial"),
)


TURNED = re.compile(r"\b(\w[\w-]*)(-to-| to | vs\.? | for | as | from | over )(\w[\w-]*)\b")


INVENTED = (
    "{} for {} with Sparse Mixture Distillation",
    "Toward {}: A Unified View of {} Pre-Conditioning",
    "Rethinking {} through the Lens of {} Thermodynamics",
    "On the Emergence of {} in Deep {} Reservoirs",
    "{} Is Enough: Eliminating {} by Spectral Folding",
    "A Causal Audit of {} under {} Shift",
    "Beyond {}: Amortised {} with Hierarchical Ledgers",
    "Do {} Models Dream of {}? A Counterfactual Inventory",
)


SUBTITLES = (
    "A Comprehensive Survey",
    "Evidence from Forty Models",
    "A Case Study in Radiology",
    "Theory and Practice",
    "A Replication",
    "Lessons from Industry",
    "The Case of Low-Resource Languages",
    "A Negative Result",
)


NOISE = (
    "quantum",
    "marine",
    "bayesian",
    "hyperbolic",
    "veterinary",
    "orbital",
    "culinary",
    "tectonic",
    "maritime",
)


def random_title(paper: Record, rng: Random, world: World) -> str | None:
    other = rng.choice(world.records)
    return (
        other.title
        if other.id != paper.id and not content(other.title) <= content(paper.title)
        else None
    )


def sibling_title(paper: Record, _: Random, world: World) -> str | None:
    other = world.sibling(paper)
    return other.title if other else None


def content_word(paper: Record, rng: Random, world: World) -> str | None:
    """One content word exchanged for that of another title, which is no form of it."""
    at = [m for m in re.finditer(r"\b[A-Za-z]{5,}\b", paper.title) if m[0].lower() not in STOP]
    donors = [
        w
        for w in re.findall(r"\b[A-Za-z]{5,}\b", rng.choice(world.records).title)
        if w.lower() not in STOP
    ]
    if not at or not donors or len(content(paper.title)) < 3:
        return None
    match: re.Match[str] = rng.choice(at)
    donor: str = rng.choice(donors)
    if donor.lower()[:3] == match[0].lower()[:3] or donor.lower() in paper.title.lower():
        return None
    return paper.title[: match.start()] + donor + paper.title[match.end() :]


def content_word_of_long(paper: Record, rng: Random, world: World) -> str | None:
    """The same where it is one word of ten or more, so that any measure of likeness is high."""
    return content_word(paper, rng, world) if len(words(paper.title)) >= 10 else None


def noise_word(paper: Record, rng: Random, _: World) -> str | None:
    """A word more, of no meaning in this place."""
    parts = paper.title.split()
    at = [
        i for i in range(1, len(parts)) if parts[i][:1].isalpha() and parts[i].lower() not in STOP
    ]
    if len(parts) < 4 or not at:
        return None
    i = rng.choice(at)
    return " ".join([*parts[:i], rng.choice(NOISE).title(), *parts[i:]])


def negated(paper: Record, rng: Random, _: World) -> str | None:
    patterns = [
        (r"\b(Is|Are|is|are|Can|can|Do|do|Does|Need|Should|Will)\b", r"\1 Not"),
        (r"\b(?:Not|not|No) |n't\b|n\u2019t\b", ""),
        (r"\b(Improves?|Helps?|Reduces?|Makes?|Enables?)\b", r"Never \1"),
    ]
    for pattern, to in rng.sample(patterns, len(patterns)):
        if re.search(pattern, paper.title):
            return re.sub(pattern, to, paper.title, count=1)
    return None


def number(paper: Record, rng: Random, _: World) -> str | None:
    """GPT-3 as GPT-4, 2024 as 2023, 7B as 70B, Part I as Part II."""
    at = list(re.finditer(r"\d+|\b(?:II|III|IV|I)\b(?=$|[:.,])", paper.title))
    if not at or re.search(r"[$\\]", paper.title):
        return None
    match = rng.choice(at)
    if match[0].isdigit():
        new = rng.choice([str(int(match[0]) + 1), f"{match[0]}0", str(max(0, int(match[0]) - 1))])
    else:
        new = {"I": "II", "II": "III", "III": "II", "IV": "V"}[match[0]]
    return (
        paper.title[: match.start()] + new + paper.title[match.end() :] if new != match[0] else None
    )


def number_added(paper: Record, rng: Random, _: World) -> str | None:
    """The sequel that was never written."""
    main, colon, rest = paper.title.partition(":")
    suffix = rng.choice([" 2", "-2", " II", " 2.0", " v2", "++"])
    return (
        f"{main}{suffix}{colon}{rest}"
        if colon and re.fullmatch(r"[\w-]{4,}[A-Za-z]", main)
        else None
    )


def opposite(paper: Record, rng: Random, _: World) -> str | None:
    pairs = [*OPPOSITES, *((b, a) for a, b in OPPOSITES)]
    for a, b in rng.sample(pairs, len(pairs)):
        found = re.search(rf"\b{a}\b", paper.title, re.IGNORECASE)
        if found and b not in paper.title.lower():
            new = b.capitalize() if found[0][0].isupper() else b
            return paper.title[: found.start()] + new + paper.title[found.end() :]
    return None


def turned(paper: Record, _: Random, __: World) -> str | None:
    """Text-to-image as image-to-text."""
    found = TURNED.search(paper.title)
    if (
        not found
        or found[1].lower() == found[3].lower()
        or {found[1].lower(), found[3].lower()} & STOP
    ):
        return None
    return TURNED.sub(r"\3\2\1", paper.title, count=1)


def subtitle_added(paper: Record, rng: Random, _: World) -> str | None:
    if ":" in paper.title or len(content(paper.title)) < 3:
        return None
    return f"{paper.title.rstrip('.?!')}: {rng.choice(SUBTITLES)}"


def subtitle_changed(paper: Record, rng: Random, _: World) -> str | None:
    main, colon, rest = paper.title.partition(": ")
    new = rng.choice(SUBTITLES)
    return f"{main}: {new}" if colon and len(content(rest) - content(new)) > 2 else None


def other_subtitle(paper: Record, rng: Random, world: World) -> str | None:
    """The main title with the subtitle of some other paper."""
    main, colon, _ = paper.title.partition(": ")
    _, other, rest = rng.choice(world.records).title.partition(": ")
    return (
        f"{main}: {rest}"
        if colon and other and len(content(rest) - content(paper.title)) > 2
        else None
    )


def other_name(paper: Record, rng: Random, world: World) -> str | None:
    """The subtitle with the name of another system."""
    main, colon, rest = paper.title.partition(": ")
    name, other, _ = rng.choice(world.records).title.partition(": ")
    if not (
        colon
        and other
        and re.fullmatch(r"[A-Z]\w{3,}", name)
        and re.fullmatch(r"[A-Z][\w-]{3,}", main)
    ):
        return None
    return f"{name}: {rest}" if name[:3].lower() != main[:3].lower() else None


def sharing_words(paper: Record, rng: Random, _: World) -> str | None:
    """An invented title out of the words of the real one."""
    own = [w for w in re.findall(r"\b[A-Za-z][\w-]{4,}\b", paper.title) if w.lower() not in STOP]
    return rng.choice(INVENTED).format(*rng.sample(own, 2)) if len(own) >= 2 else None
