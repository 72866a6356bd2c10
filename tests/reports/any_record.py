"""Records in which every free text is a stranger's, and what such a record looks like in plain
words."""

from __future__ import annotations

import re
import types
from datetime import date, timedelta
from random import Random
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from hypothesis import strategies as st
from pydantic import BaseModel

from retest.domain.record import Record
from retest.text.harmless import one_line

FORMAL = {
    "line": ("a-line",),
    "id": ("a-claim", "another", "counter-thesis"),
    "claim": ("a-claim", "another"),
    "claims": ("a-claim", "another"),
    "arxiv_id": ("2606.00001", "2606.00002", "hep-th/9901001"),
    "anchors": ("2501.00001", "2502.00002"),
    "motivated_by": ("2606.00001",),
    "decided_by": ("2606.00001", "2606.00009"),
    "dated": ("2025",),
    "source": ("mirror",),
    "prompts": ("0" * 12,),
    "model": ("anthropic:m", "annotations:reader"),
    "verifier": ("openai:v",),
}
"""Fields that are text by their type, and yet nobody else's: slugs, ids that climbed the ladder,
our own settings."""
MARKUP = (
    "\\`*_{}[]()<>#+-=.!|~$^@&;:/'\" "
    "\n\rwhtpsa0123456789GHgh\u202e\u200b\u0301\u0338\u05d0\u0661\u06e9\ufe0f"
)
_LINKED = re.compile("|".join(re.escape(f"[{arxiv_id}]") for arxiv_id in FORMAL["arxiv_id"]))
SNIPPETS = (
    "[2606.00001]",
    "![2606.00001]",
    "\\[2606.00001]",
    "[2606.00001](https://evil.example)",
    "[!NOTE]",
    "</details>",
    "<!--",
    "-->",
    "https://evil.example",
    "www.evil.example",
    "GH-1",
    "o/r#1",
    "deadbeef1",
    ":smile:",
    "@octocat",
    "| - |",
    "---",
    "===",
    "```",
    "$$x$$",
    "[ ] ",
    "&lt;",
    "&#64;",
    "/close",
    "\U000e0041",
    "\x9b31m",
    "\x1b]0;x\x07",
    "\u2028# x",
    "\x85",
    "\x00",
    "\ufffe",
    "]]>",
    "<![CDATA[",
    "<?x?>",
    "\u05e9\u05dc\u05d5\u05dd",
    "\u0661\u0662",
    "\u200b",
    "[^1]",
    "[^1]: x",
    "[x]: y",
    "<a@b.c>",
    "\u0338",
    "a" + "\u0301" * 40,
)


def hostile() -> st.SearchStrategy[str]:
    """Any text at all, with a liking for what means something to a parser, a code host or a
    terminal."""
    pieces = st.one_of(st.sampled_from(SNIPPETS), st.text(MARKUP, max_size=8), st.text(max_size=8))
    return st.lists(pieces, max_size=5).map("".join)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """A record of any shape that its models allow, whose free texts are all drawn from
    `hostile`."""
    texts = draw(st.lists(hostile(), min_size=1, max_size=6))
    filled: Record = _Filler(Random(draw(st.integers(0, 9999))), texts).model(Record)  # noqa: S311 - no secret
    return filled


class _Filler:
    """Fills models field by field, whatever the fields are: a field that is added later is filled
    as well."""

    def __init__(self, random: Random, texts: list[str]) -> None:
        self._random, self._texts = random, texts

    def model(self, model: type[BaseModel]) -> Any:
        fields = model.model_fields
        return model.model_validate(
            {
                info.alias or name: self._value(info.annotation, name, bounded=bool(info.metadata))
                for name, info in fields.items()
            }
        )

    def _value(self, annotation: Any, name: str, *, bounded: bool = False) -> Any:
        kind, inner = get_origin(annotation), get_args(annotation)
        if kind is Annotated:
            return self._value(inner[0], name, bounded=True)
        if kind is Literal:
            return self._random.choice(inner)
        if kind in (Union, types.UnionType):
            return self._value(self._random.choice(inner), name, bounded=bounded)
        if kind is tuple:
            return tuple(
                self._value(inner[0], name) for _ in range(self._random.randint(int(bounded), 2))
            )
        if kind is dict:
            return {"plan": self._value(inner[1], name)}
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            return self.model(annotation)
        return self._plain(annotation, name, bounded=bounded)

    def _plain(self, annotation: Any, name: str, *, bounded: bool) -> Any:
        if annotation is str and name in FORMAL:
            return self._random.choice(FORMAL[name])
        if annotation is str:
            text = self._random.choice(self._texts)
            return (
                text if text.strip() or not bounded else "\u200b"
            )  # what a claims file takes for a text
        return {
            date: date(2024, 1, 1) + timedelta(days=self._random.randint(0, 900)),
            int: self._random.randint(0, 99),
            bool: self._random.random() < 0.5,
            float: self._random.random(),
            type(None): None,
        }[annotation]


def plainly(model: BaseModel) -> Any:
    """The same record with plain words in each place where a stranger's text stands. Empty texts
    stay empty, and ids of evidence in brackets stay: in a model's prose they are links."""
    fields = type(model).model_fields
    return model.model_copy(
        update={
            name: _plain(getattr(model, name), name, info.annotation)
            for name, info in fields.items()
        }
    )


def _plain(value: Any, name: str, annotation: Any) -> Any:
    if isinstance(value, BaseModel):
        return plainly(value)
    if isinstance(value, tuple):
        return tuple(_plain(item, name, get_args(annotation)[0]) for item in value)
    is_text = annotation is str or str in get_args(annotation)
    if not (is_text and isinstance(value, str) and value) or name in FORMAL:
        return value
    return " ".join(["plain words", *_LINKED.findall(one_line(value))])
