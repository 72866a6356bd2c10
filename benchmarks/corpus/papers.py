"""Real papers from a mirror, and the few questions that generators ask of their texts."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from random import Random

import orjson
import tantivy

from benchmarks.corpus import Record
from retest.papers.index import PaperIndex

_END = re.compile(r"(?<![A-Z.])(?<!e\.g)(?<!i\.e)(?<!et al)(?<!vs)(?<!cf)(?<!Fig)[.!?] (?=[A-Z])")
MARKUP = re.compile(r"[\\${}^_~`<>|*#]")
"""Characters whose meaning depends on the markup around them: most kinds leave such sentences
alone."""
STOP = frozenset(
    (
        "a",
        "an",
        "the",
        "of",
        "for",
        "in",
        "on",
        "to",
        "from",
        "by",
        "with",
        "and",
        "or",
        "is",
        "are",
        "be",
        "as",
        "at",
        "via",
        "its",
        "it",
        "their",
        "into",
        "using",
        "towards",
        "toward",
        "how",
        "do",
        "does",
        "can",
        "not",
        "what",
        "when",
        "why",
        "we",
        "you",
        "all",
    )
)


def bare(text: str) -> str:
    """Letters and digits alone: what even the most lenient comparison sees."""
    return "".join(c for c in unicodedata.normalize("NFKD", text).casefold() if c.isalnum())


def words(text: str) -> list[str]:
    """The words of a text, lower case, cut at anything else."""
    return re.findall(r"[^\W_]+", unicodedata.normalize("NFKC", text).casefold())


def content(text: str) -> set[str]:
    return set(words(text)) - STOP


def sentences(text: str) -> list[str]:
    """Sentences, roughly: any run of whole words of a text is a true quote, wherever it is cut."""
    cuts = [0, *(match.end() for match in _END.finditer(text)), len(text)]
    return [text[a:b].strip() for a, b in pairwise(cuts)]


def plain_sentences(paper: Record, least: int = 10, most: int = 45) -> list[str]:
    """Sentences of usual length without markup that occur once."""
    return [
        s
        for s in sentences(paper.abstract)
        if least <= len(s.split()) <= most and not MARKUP.search(s) and paper.abstract.count(s) == 1
    ]


class World:
    """All papers, shuffled by the seed; and what is needed to know that an altered title is
    nobody's."""

    def __init__(self, records: list[Record], rng: Random) -> None:
        self.records = sorted(records, key=lambda record: record.id)
        rng.shuffle(self.records)
        self.ids = {record.id for record in records}

    @cached_property
    def titles(self) -> Counter[str]:
        return Counter(bare(record.title) for record in self.records)

    @cached_property
    def main_titles(self) -> Counter[str]:
        return Counter(bare(record.title.partition(":")[0]) for record in self.records)

    @cached_property
    def vocabulary(self) -> Counter[str]:
        return Counter(word for record in self.records for word in set(words(record.title)))

    @cached_property
    def starts(self) -> Counter[str]:
        return Counter(bare(record.title)[:30] for record in self.records)

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        found = defaultdict(list)
        for at, record in enumerate(self.records):
            for word in content(record.title):
                if self.vocabulary[word] <= 400:
                    found[word].append(at)
        return found

    def sibling(self, paper: Record) -> Record | None:
        """The other paper whose title shares most words with this one's and adds a word that is no
        mere form of one here; None where they share less than half."""
        own = content(paper.title)
        shared = Counter(at for word in own for at in self._by_word.get(word, ()))
        best, score = None, 0.5
        for at, _ in shared.most_common(200):
            other = self.records[at]
            theirs = content(other.title)
            likeness = len(own & theirs) / len(own | theirs)
            if (
                other.id != paper.id
                and likeness > score
                and any(not _form_of(word, own) for word in theirs - own)
            ):
                best, score = other, likeness
        return best


def _form_of(word: str, known: set[str]) -> bool:
    """Whether a word could be another's plural, spelling or part: such differences decide
    nothing."""
    joined = "".join(sorted(known))
    return word in joined or any(
        k[:4] == word[:4] or k in word or word in k for k in known if len(k) > 2
    )


def load(mirror: Path) -> list[Record]:
    """Every paper of a mirror that has an abstract and is not withdrawn."""
    index = PaperIndex.open(mirror / "index").index
    searcher = index.searcher()
    hits = searcher.search(tantivy.Query.all_query(), searcher.num_docs, count=False).hits
    records = (orjson.loads(searcher.doc(at)["record"][0]) for _, at in hits)
    return [
        Record(r["id"], r["title"], r["abstract"], tuple(r["authors"]))
        for r in records
        if len(r["abstract"]) > 200 and not r["withdrawn"]
    ]
