"""A claims file in the making, and its text: every value quoted by PyYAML, every comment one line
at a time."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from retest.text.harmless import one_line
from retest.text.sentences import sentences

LONGEST, MOST_SENTENCES = 2000, 100
"""Characters of a sentence, and sentences, of an answer (domain/line.py)."""
_EMPHASIS = re.compile(r"\*{1,3}([^\s*](?:[^*]{0,300}[^\s*])?)\*{1,3}")
_WORD = re.compile(r"[a-z0-9]+")
_SMALL = frozenset(
    {
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "but",
        "by",
        "can",
        "do",
        "does",
        "for",
        "from",
        "have",
        "how",
        "in",
        "into",
        "is",
        "it",
        "its",
        "not",
        "of",
        "on",
        "or",
        "that",
        "the",
        "their",
        "this",
        "to",
        "what",
        "whether",
        "which",
        "while",
        "why",
        "with",
    }
)
_TO_DO = """\
Draft of a claims file, made by `retest import`. What a person still has to do:
- cut each finding that says two things into claims of one sentence each;
- give each claim the `anchors` that it rests on, and `levers` to ask about;
- make claims of what the notes say beyond the findings;
- say under each sentence of `answer` which `claims` it leans on, or leave that to a model; `pinned`
  sentences are never rewritten;
- replace what is marked TODO, and then delete these comments; `retest check` says what is wrong."""


@dataclass
class Draft:
    """What a page gives. `text()` is a file that loads once line, question and at least one claim
    are there."""

    line: str = ""
    question: str = ""
    thesis: str = "TODO: what the findings say together, in one sentence that can be true or false."
    counter_thesis: str = "TODO: the opposite of the thesis, as a paper would argue it."
    anchors: list[dict[str, str]] = field(default_factory=list)
    claims: list[dict[str, str]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    explanation: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    prompt: list[str] = field(default_factory=list)

    def _answer(self) -> list[dict[str, Any]]:
        """The page's explanation as the answer that a line begins with: without the gloss below
        the question, and without the titles of notes that stand in it as links."""
        paragraphs = []
        for paragraph in map(plain, self.explanation[len(self._gloss) :]):
            for title, _ in self.notes:
                paragraph = paragraph.replace(f" {plain(title)}", "") if title else paragraph
            paragraphs.append(paragraph)
        found = [one for paragraph in paragraphs for one in _sentences_of(paragraph)]
        return found[:MOST_SENTENCES]

    @property
    def _gloss(self) -> list[str]:
        """The first paragraph of an explanation of several says what is asked, and answers
        nothing."""
        return self.explanation[:1] if len(self.explanation) > 1 else []

    def text(self) -> str:
        head = {
            "line": self.line,
            "question": self.question,
            "thesis": self.thesis,
            "counter_thesis": self.counter_thesis,
        }
        anchors = [
            {**a, "id": _Quoted(a["id"]), "dated": _Quoted(a["dated"])} for a in self.anchors
        ]
        claims = [
            {**claim, "dated": _Quoted(claim["dated"]), "anchors": []} for claim in self.claims
        ]
        blocks = [
            "\n".join(f"# {line}" for line in _TO_DO.split("\n")),
            _dump(head),
            _comment("gloss", self._gloss),
            _dump({"anchors": anchors}),
            _dump({"claims": claims}),
            _comment("note", [f"{title} {text}" for title, text in self.notes]),
            _dump({"questions": self.questions}),
            _dump({"answer": self._answer()}) if self.explanation else "",
            _comment("the page's prompt", self.prompt),
        ]
        return "\n\n".join(block.rstrip("\n") for block in blocks if block) + "\n"


def _sentences_of(paragraph: str) -> Iterator[dict[str, Any]]:
    """The sentences of a paragraph, none longer than a claims file takes."""
    for number, text in enumerate(sentences(paragraph)):
        yield {"text": text[:LONGEST], **({} if number else {"paragraph": True})}


def plain(text: str) -> str:
    """Text on one line, without the asterisks of emphasis."""
    return one_line(_EMPHASIS.sub(r"\1", text))


def slug_of(text: str, otherwise: str, words: int = 5) -> str:
    """A name made of the first words that carry meaning; `otherwise` if there is none."""
    ascii_ = unicodedata.normalize("NFKD", text[:500]).encode("ascii", "ignore").decode().lower()
    found = [word[:12] for word in _WORD.findall(ascii_) if word not in _SMALL]
    name = "-".join(found[:words])
    return name if name and name != "counter-thesis" else otherwise


def unique(name: str, taken: Sequence[str]) -> str:
    """`name`, with a number behind it if it is taken."""
    candidates = [name, *(f"{name}-{n}" for n in range(2, len(taken) + 3))]
    return next(candidate for candidate in candidates if candidate not in taken)


class _Quoted(str):
    """A text that is written in double quotes, whatever it looks like."""


class _Dumper(yaml.SafeDumper):
    """PyYAML's safe dumper, and `_Quoted`."""


_Dumper.add_representer(
    _Quoted, lambda dumper, text: dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
)


def _dump(value: dict[str, Any]) -> str:
    return str(yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100))


def _comment(name: str, texts: Iterable[str]) -> str:
    lines = [
        line
        for text in texts
        for line in textwrap.wrap(
            one_line(f"{name}: {text}"),
            98,
            break_long_words=False,
            break_on_hyphens=False,
            subsequent_indent="  ",
        )
    ]
    return "\n".join(f"# {line}" for line in lines)
