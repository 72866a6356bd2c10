"""Pairs from JSON Lines: claims and corpus of SciFact and of SCitance as they are published, or our
own form (docs/eval.md).

SciFact: Wadden et al., Fact or Fiction: Verifying Scientific Claims, EMNLP 2020
(arxiv.org/abs/2004.14974). SCitance: Alvarez, Bennett and Wang, Zero-shot Scientific Claim
Verification Using LLMs and Citation Text, SDP 2024 (github.com/larchlab/scitance).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import cast, get_args

from retest.domain.arxiv_id import ArxivId, read_id
from retest.domain.line import COUNTER_THESIS, Claim
from retest.domain.paper import Paper
from retest.domain.verdict import NotedStance
from retest.errors import FileError
from retest.evaluation.pairs.pair import DATED, DAY, Pair, PairClaim, Pairs, digest_of, stand_in
from retest.files.json_lines import Fields, objects
from retest.files.read import read_text, shown
from retest.lines.load import together
from retest.text.harmless import one_line, visible

LARGEST, LARGEST_CORPUS = 50_000_000, 50_000_000
"""Bytes. SciFact's largest claims file has 0.2 MB, its corpus of 5,183 abstracts 8 MB."""
LONGEST, LONGEST_SENTENCE, LONGEST_ID, MOST_SENTENCES = 2000, 6000, 80, 300
"""Characters (of a sentence: as many as a prompt shows), and sentences of a paper."""
STANCES: tuple[NotedStance, ...] = get_args(NotedStance)
LABELS: dict[str, NotedStance] = {"SUPPORT": "supports", "CONTRADICT": "contradicts"}
CITED, UNPOINTED = "cited_doc_ids", "doc_ids"
"""Where SciFact has the documents of a claim; and where SCitance has them, as MultiVerS does, whose
rationales may be a label alone."""
CLAIM = (
    'SciFact claims, as in {"id": 3, "claim": "...", "evidence": {"147": [...]}, '
    '"cited_doc_ids": [147]}; or with SCitance\'s `doc_ids`'
)
DOCUMENT = 'SciFact documents, as in {"doc_id": 147, "title": "...", "abstract": ["...", "..."]}'
OWN = (
    'pairs, as in {"id": "a1", "claim": "...", "paper": {...}, "stance": "supports", '
    '"sentences": [2]}'
)
Row = tuple[int, dict[str, object] | FileError]
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def read_pairs(path: Path, corpus: Path | None, today: date) -> Pairs:
    """The pairs of a file in either form. Raises FileError as `load_pairs` does."""
    text = read_text(path, "claim-abstract pairs, as JSONL", LARGEST)
    # Abstracts of a published corpus hold characters that nobody sees, as arXiv's do: they are
    # dropped, not refused.
    plain = "\n".join(visible(line) for line in text.split("\n"))
    rows = list(objects(plain, path, CLAIM))
    first = next((said for _, said in rows if isinstance(said, dict)), {})
    if not first:
        broken = [fault for _, fault in rows if isinstance(fault, FileError)]
        raise together(broken or [FileError(path, None, "no pair", OWN)])
    if corpus is None and ("paper" in first or "stance" in first):
        return Pairs(path.stem, "jsonl", digest_of(text), _Own(path, today).claims(text))
    if "abstract" in first:
        raise FileError(
            path,
            rows[0][0],
            "a document",
            CLAIM,
            "name the claims; the corpus is found beside them",
        )
    if not any(isinstance(said, dict) and "evidence" in said for _, said in rows):
        hint = (
            "its test claims are published without evidence: use claims_dev.jsonl or "
            "claims_train.jsonl"
        )
        raise FileError(
            path, rows[0][0], "no `evidence`, so that nothing can be scored", CLAIM, hint
        )
    beside = corpus or path.parent / "corpus.jsonl"
    if corpus is None and not beside.is_file():
        raise FileError(
            beside,
            None,
            "no such file",
            DOCUMENT,
            "name the file with the abstracts: --corpus FILE",
        )
    abstracts = read_text(beside, "the corpus that the claims cite", LARGEST_CORPUS)
    claims = _SciFact(path, beside).claims(rows, abstracts)
    return Pairs(path.stem, "scifact", digest_of(text, abstracts), claims)


@dataclass(slots=True)
class _SciFact:
    """Reads claims against a corpus, of which only the documents that they cite are looked at
    closely."""

    path: Path
    corpus: Path
    faults: list[FileError] = field(default_factory=list)
    documents: dict[str, tuple[int, dict[str, object]]] = field(default_factory=dict)
    papers: dict[str, Paper] = field(default_factory=dict)

    def claims(self, rows: Sequence[Row], abstracts: str) -> tuple[PairClaim, ...]:
        self._index(abstracts)
        found: list[PairClaim] = []
        lines: dict[str, int] = {}
        for number, said in rows:
            if isinstance(said, FileError):
                self.faults.append(said)
                continue
            fields = Fields(self.path, number, _seen(said), self.faults)
            fields.needed(("claim", "evidence", *(() if UNPOINTED in said else (CITED,))))
            name, text = fields.number("id"), fields.text("claim", LONGEST)
            if name and name in lines:
                fields.fault(
                    f"the claim {name} again", "each id once", f"first in line {lines[name]}"
                )
            lines.setdefault(name, number)
            pairs = self._pairs(fields)
            if pairs and not self.faults:
                found.append(PairClaim(Claim(id=name, text=text, dated=DATED), (), pairs))
        return _whole(found, self.faults, self.path, CLAIM)

    def _index(self, text: str) -> None:
        for number, said in objects(
            "\n".join(visible(line) for line in text.split("\n")), self.corpus, DOCUMENT
        ):
            if isinstance(said, FileError):
                self.faults.append(said)
                continue
            fields = Fields(self.corpus, number, said, self.faults)
            name = fields.number("doc_id")
            if name and name in self.documents:
                fields.fault(
                    f"the document {name} again",
                    "each once",
                    f"first in line {self.documents[name][0]}",
                )
            self.documents.setdefault(name, (number, said))

    def _pairs(self, fields: Fields) -> tuple[Pair, ...]:
        """Every document that is cited, and every one with evidence; without evidence it is
        unrelated."""
        evidence = fields.said.get("evidence", {})
        if not isinstance(evidence, dict):
            fields.fault(
                "`evidence` that is no object",
                CLAIM,
                "{} where none of the cited documents has any",
            )
            evidence = {}
        found: list[Pair] = []
        taken: list[str] = []
        cited = CITED if CITED in fields.said else UNPOINTED
        for name in dict.fromkeys([*fields.numbers(cited), *evidence]):
            paper = self._paper(name, fields)
            if paper is None:
                continue
            stance, rationales = (
                self._evidence(evidence[name], len(paper.synopsis), fields)
                if name in evidence
                else ("unrelated", ())
            )
            taken.append(stand_in(name, taken))
            found.append(Pair(paper.model_copy(update={"id": taken[-1]}), name, stance, rationales))
        return tuple(found)

    def _paper(self, name: str, fields: Fields) -> Paper | None:
        if name not in self.documents:
            expected = f"documents of {self.corpus.name}"
            fields.fault(
                f'the document "{shown(name)}"',
                expected,
                "name the corpus of these claims: --corpus FILE",
            )
            return None
        if name not in self.papers:
            number, said = self.documents[name]
            document = Fields(self.corpus, number, _seen(said), self.faults)
            title = document.text("title", LONGEST, empty=True)
            self.papers[name] = _paper(title, _sentences(document, "abstract", empty=True))
        return self.papers[name]

    def _evidence(
        self, said: object, last: int, fields: Fields
    ) -> tuple[NotedStance, tuple[tuple[int, ...], ...]]:
        labels: set[str] = set()
        rationales = []
        for one in said if isinstance(said, list) else ():
            rationale = Fields(
                self.path, fields.line, one if isinstance(one, dict) else {}, self.faults
            )
            unpointed = CITED not in fields.said and "sentences" not in rationale.said
            rationale.needed(("label",) if unpointed else ("sentences", "label"))
            labels.add(rationale.choice("label", tuple(LABELS)))
            if unpointed:
                continue
            numbers = rationale.numbers("sentences", 0, last - 1)
            if not numbers and rationale.said.get("sentences") == []:
                rationale.fault("a rationale without sentences", f"numbers from 0 to {last - 1}")
            rationales.append(tuple(number + 1 for number in map(int, numbers)))
        if not labels:
            fields.fault(
                "a document of `evidence` without any",
                "a list with a rationale or more",
                "or leave it out",
            )
            return "unrelated", ()
        if len(labels) > 1:
            fields.fault("both SUPPORT and CONTRADICT for one document", "one label a document")
        return LABELS[min(labels)], tuple(rationales)


@dataclass(slots=True)
class _Own:
    """Reads our own form: a line is a pair, and lines of the same `id` are of the same claim."""

    path: Path
    today: date
    faults: list[FileError] = field(default_factory=list)

    def claims(self, text: str) -> tuple[PairClaim, ...]:
        claims: dict[str, tuple[int, Claim, list[Pair]]] = {}
        for number, said in objects(text, self.path, OWN):
            if isinstance(said, FileError):
                self.faults.append(said)
                continue
            fields = Fields(self.path, number, said, self.faults)
            fields.keys(("id", "claim", "paper", "stance", "sentences"), ())
            name, wording = self._name(fields), fields.text("claim", LONGEST)
            if not name or not wording:
                continue
            first, claim, pairs = claims.setdefault(
                name, (number, Claim(id=name, text=wording, dated=DATED), [])
            )
            if claim.text != wording:
                fields.fault(
                    f"another wording of the claim {name}",
                    f"that of line {first}",
                    "or another `id`",
                )
            pair = self._pair(fields, [one.paper.id for one in pairs if not one.real])
            if pair is None:
                continue
            if any(one.paper.id == pair.paper.id or one.name == pair.name for one in pairs):
                fields.fault(
                    f'the paper "{shown(pair.name)}" again for the claim {name}',
                    "each paper once a claim",
                )
            pairs.append(pair)
        found = [PairClaim(claim, (), tuple(pairs)) for _, claim, pairs in claims.values()]
        return _whole(found, self.faults, self.path, OWN)

    def _name(self, fields: Fields) -> str:
        name = fields.text("id", LONGEST_ID)
        if name and (not _NAME.fullmatch(name) or name == COUNTER_THESIS):
            fields.fault(
                f'"{shown(name)}" for `id`', "lower-case words and digits joined by hyphens"
            )
            return ""
        return name

    def _pair(self, fields: Fields, taken: Sequence[str]) -> Pair | None:
        stance = cast("NotedStance", fields.choice("stance", STANCES))
        said = fields.said.get("paper")
        if not isinstance(said, dict):
            if "paper" in fields.said:
                fields.fault(
                    "`paper` that is no object",
                    'as in {"title": "...", "sentences": ["...", "..."]}',
                )
            return None
        inner = Fields(self.path, fields.line, said, self.faults)
        inner.keys(("title", "sentences"), ("id",))
        cited, title = inner.text("id", LONGEST_ID, empty=True), inner.text("title", LONGEST)
        paper = _paper(title, _sentences(inner, "sentences"))
        numbers = tuple(map(int, fields.numbers("sentences", 1, len(paper.synopsis))))
        if bool(fields.said.get("sentences")) == (stance == "unrelated"):
            told = (
                "no sentences"
                if stance == "unrelated"
                else "the numbers of the sentences that show it, from 1"
            )
            fields.fault(f"{'a list with' if numbers else 'no'} sentences for {stance}", told)
        arxiv = read_id(cited, self.today)
        real = isinstance(arxiv, ArxivId)
        text = cited or " ".join((title, *paper.synopsis))
        named = arxiv.base if isinstance(arxiv, ArxivId) else stand_in(text, taken)
        paper = paper.model_copy(update={"id": named})
        return Pair(paper, cited or title, stance, (numbers,) if numbers else (), real)


def _paper(title: str, sentences: tuple[str, ...]) -> Paper:
    """A paper whose sentences are shown as they were cut by whoever annotated them. It has no id
    yet."""
    return Paper(
        id="", title=title, abstract=" ".join(sentences), published=DAY, synopsis=sentences
    )


def _sentences(fields: Fields, key: str, *, empty: bool = False) -> tuple[str, ...]:
    value = fields.said.get(key)
    if not isinstance(value, list) or not value:
        if key in fields.said or empty:
            fields.fault(f"`{key}` that is no list of sentences", 'as in ["...", "..."]')
        return ()
    if len(value) > MOST_SENTENCES:
        fields.fault(f"{len(value):,} sentences in `{key}`", f"at most {MOST_SENTENCES}")
        return ()
    each = Fields(
        fields.path, fields.line, {f"{key}[{n}]": one for n, one in enumerate(value)}, fields.faults
    )
    return tuple(each.text(name, LONGEST_SENTENCE, empty=empty) for name in each.said)


def _whole(
    found: list[PairClaim], faults: list[FileError], path: Path, expected: str
) -> tuple[PairClaim, ...]:
    if faults:
        raise together(faults)
    if not found:
        raise FileError(path, None, "no pair", expected)
    return tuple(found)


def _seen(said: dict[str, object]) -> dict[str, object]:
    """An object whose texts are as a reader sees them, also those of lists in it."""
    return {key: _shown(value) for key, value in said.items()}


def _shown(value: object) -> object:
    if isinstance(value, list):
        return [_shown(one) for one in value]
    return one_line(value) if isinstance(value, str) else value
