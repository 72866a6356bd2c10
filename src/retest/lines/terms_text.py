"""Terms written into the text of a claims file: an insertion, which leaves every other byte as it
was."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from retest.domain.line import COUNTER_THESIS, Line
from retest.domain.terms import Terms
from retest.errors import UsageError
from retest.files.yaml_nodes import LOADER
from retest.lines.load import check_text


def with_terms(text: str, path: Path, line: Line, terms: Mapping[str, Terms]) -> str:
    """The text of a valid claims file, in which `line` stands, with these terms by claim id; the
    counter-thesis's stand as `counter_terms`.

    Raises UsageError, and changes nothing, where the file is laid out so that they cannot be put in
    by insertion alone.
    """
    places = sorted(_places(yaml.compose(text, Loader=LOADER), text, terms), reverse=True)
    for at, inserted in places:
        text = text[:at] + inserted + text[at:]
    claims = tuple(
        claim.model_copy(update={"terms": terms[claim.id]}) if claim.id in terms else claim
        for claim in line.claims
    )
    wanted = line.model_copy(update={"claims": claims})
    if COUNTER_THESIS in terms:
        wanted = wanted.model_copy(update={"counter_terms": terms[COUNTER_THESIS]})
    if check_text(text, path).line != wanted:
        raise UsageError(
            f"the terms cannot be put into {path} without changing more of it",
            "write `terms:` there by hand; `retest show LINE --claim C` has the proposed ones",
        )
    return text


def _places(root: Node | None, text: str, terms: Mapping[str, Terms]) -> Iterator[tuple[int, str]]:
    """Where each claim's terms go, and what is written there."""
    assert isinstance(root, MappingNode)  # noqa: S101 - the file is valid
    for key, value in root.value:
        if key.value == "counter_thesis" and COUNTER_THESIS in terms:
            yield _Place(root, value, text).insertion("counter_terms", terms[COUNTER_THESIS])
        if key.value == "claims" and isinstance(value, SequenceNode):
            for claim in value.value:
                named = {k.value: v.value for k, v in claim.value if isinstance(v, ScalarNode)}
                name = " ".join(str(named.get("id", "")).split())
                if name in terms:
                    _, last = claim.value[-1]
                    yield _Place(claim, last, text).insertion("terms", terms[name])


@dataclass(frozen=True, slots=True)
class _Place:
    """Behind one value of a mapping."""

    mapping: MappingNode
    value: Node
    text: str

    def insertion(self, key: str, terms: Terms) -> tuple[int, str]:
        """Where in the text something is inserted, and what."""
        said = terms.model_dump(mode="json", exclude_defaults=True)
        if self.mapping.flow_style:
            return self.value.end_mark.index, f", {key}: {_flow(said)}"
        at, newline = self._next_line(), "\r\n" if "\r\n" in self.text else "\n"
        indent = " " * self.mapping.value[0][0].start_mark.column
        block = newline.join(f"{indent}{line}" for line in _block(key, said))
        if at and self.text[at - 1] != "\n":  # the file ends without a line break
            return at, newline + block
        return at, block + newline

    def _next_line(self) -> int:
        """The start of the line behind the value. Blank lines between stay behind what is
        inserted."""
        end = _end(self.value)
        if end.value and end.style in ("|", ">"):  # its mark is behind all the blank lines
            kept = self.text[: end.end_mark.index].rstrip(" \t\r\n")
            at = self.text.find("\n", len(kept))
        else:
            at = self.text.find("\n", end.end_mark.index)
        return len(self.text) if at < 0 else at + 1


def _end(node: Node) -> ScalarNode:
    """The last scalar of a value in block style; of one in flow style a scalar at its end."""
    if isinstance(node, ScalarNode):
        return node
    if not isinstance(node, MappingNode | SequenceNode) or node.flow_style or not node.value:
        return ScalarNode(node.tag, "", node.start_mark, node.end_mark)
    last = node.value[-1]
    return _end(last[1] if isinstance(node, MappingNode) else last)


def _block(key: str, said: Mapping[str, object]) -> Iterator[str]:
    """Lines of YAML in block style; every text is quoted, in JSON's way, which is YAML's too."""
    yield f"{key}:"
    for name, value in said.items():
        if isinstance(value, list):
            yield f"  {name}:"
            yield from (f"    - {_quoted(item)}" for item in value)
        else:
            yield f"  {name}: {_quoted(value)}"


def _flow(said: Mapping[str, object]) -> str:
    return f"{{{', '.join(f'{name}: {_quoted(value)}' for name, value in said.items())}}}"


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
