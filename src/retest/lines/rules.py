"""What a schema cannot say of a claims file: ids and dates that mean something, names that fit
together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from retest.domain.arxiv_id import ArxivId, read_id
from retest.domain.line import COUNTER_THESIS, EARLIEST, first_day
from retest.errors import FileError
from retest.files.read import shown
from retest.files.yaml_nodes import Node

_NUMBER_LIKE = re.compile(r"[0-9][0-9._]*(?:e[0-9]+)?", re.ASCII | re.IGNORECASE)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def broken_rules(root: Node, path: Path, today: date | None) -> list[FileError]:
    """The faults of ids, dates and names. Nodes of a wrong shape are passed over: the schema finds
    those."""
    return list(_Rules(path, today).broken(root))


@dataclass(frozen=True, slots=True)
class _Scalar:
    """A text with its white space folded, and where it stands."""

    text: str
    line: int
    plain: bool


@dataclass(frozen=True, slots=True)
class _Rules:
    path: Path
    today: date | None

    def broken(self, root: Node) -> Iterator[FileError]:
        anchors, claims = _items(root, "anchors"), _items(root, "claims")
        listed = [scalar for anchor in anchors for scalar in _scalars(anchor, "id")]
        known = {scalar.text for scalar in listed}
        names = [scalar for claim in claims for scalar in _scalars(claim, "id")]
        yield from self._file_name(_scalars(root, "line"))
        yield from self._repeated(listed, "anchor")
        yield from self._repeated(names, "claim")
        yield from self._reserved(names)
        yield from self._dates(
            scalar for item in (*anchors, *claims) for scalar in _scalars(item, "dated")
        )
        for scalar in listed:
            yield from self._id(scalar)
        for sentence in _items(root, "answer"):
            yield from self._leans_on(_scalars(sentence, "claims"), {name.text for name in names})
        for claim in claims:
            yield from self._claim_anchors(_scalars(claim, "anchors"), known)
            yield from self._queries(_items(claim, "queries"))
            yield from self._days(
                scalar for review in _at(claim, "review") for scalar in _scalars(review, "on")
            )

    def _fault(self, at: _Scalar, found: str, expected: str, hint: str = "") -> FileError:
        return FileError(self.path, at.line, found, expected, hint)

    def _file_name(self, names: Iterable[_Scalar]) -> Iterator[FileError]:
        for name in names:
            if self.path.name != f"{name.text}.yaml":
                expected = (
                    f"`{self.path.stem}`, as the file is named"
                    if self.path.suffix == ".yaml"
                    else "a .yaml file"
                )
                yield self._fault(
                    name, f"`{shown(name.text)}` for `line`", expected, "rename one of the two"
                )

    def _id(self, at: _Scalar) -> Iterator[FileError]:
        named, cited = read_id(at.text, self.today), shown(at.text)
        if at.plain and (isinstance(named, ArxivId) or _NUMBER_LIKE.fullmatch(at.text)):
            hint = "" if isinstance(named, ArxivId) else f"and correct it: {named}"
            yield self._fault(at, f"the unquoted id {cited}", f'quotes around it: "{cited}"', hint)
        elif isinstance(named, str):
            yield self._fault(at, f'"{cited}"', 'an arXiv id, such as "2401.10001"', named)
        elif named.version is not None:
            hint = "an anchor is the paper, whatever its version"
            yield self._fault(at, f'"{cited}"', f'the id without a version: "{named.base}"', hint)
        elif at.text != named.base:
            yield self._fault(at, f'"{cited}"', f'the id alone: "{named.base}"')

    def _claim_anchors(self, ids: list[_Scalar], known: set[str]) -> Iterator[FileError]:
        yield from self._repeated(ids, "anchor of this claim")
        for at in ids:
            unfit = list(self._id(at))
            yield from unfit
            if not unfit and at.text not in known:
                hint = "add it there with `dated` and `about`, or correct it"
                yield self._fault(
                    at, f'"{at.text}"', "one of the ids in the line's `anchors`", hint
                )

    def _leans_on(self, ids: list[_Scalar], known: set[str]) -> Iterator[FileError]:
        yield from self._repeated(ids, "claim of this sentence")
        for at in ids:
            if at.text not in {*known, COUNTER_THESIS}:
                yield self._fault(at, f"`{shown(at.text)}`", "the id of a claim of the line")

    def _repeated(self, scalars: Iterable[_Scalar], what: str) -> Iterator[FileError]:
        first: dict[str, int] = {}
        for at in scalars:
            if at.text in first:
                hint = f"first in line {first[at.text]}"
                yield self._fault(at, f"the {what} {shown(at.text)} again", "each one once", hint)
            first.setdefault(at.text, at.line)

    def _reserved(self, names: Iterable[_Scalar]) -> Iterator[FileError]:
        for name in names:
            if name.text == COUNTER_THESIS:
                hint = "the line's own counter_thesis runs under that name"
                yield self._fault(name, f"a claim named {COUNTER_THESIS}", "another name", hint)

    def _dates(self, dates: Iterable[_Scalar]) -> Iterator[FileError]:
        for at in dates:
            try:
                first = first_day(at.text)
            except ValueError:
                continue  # the schema's
            yield from self._out_of_time(at, first)

    def _out_of_time(self, at: _Scalar, day: date) -> Iterator[FileError]:
        if self.today and day > self.today:
            yield self._fault(at, f"the date {at.text}", f"one that is not after {self.today}")
        elif day < EARLIEST:
            yield self._fault(at, f"the date {at.text}", f"one that is not before {EARLIEST}")

    def _days(self, days: Iterable[_Scalar]) -> Iterator[FileError]:
        for at in days:
            if not _is_day(at.text):
                yield self._fault(
                    at, f"`{shown(at.text)}` for `on`", "a day that exists, as YYYY-MM-DD"
                )
            else:
                yield from self._out_of_time(at, date.fromisoformat(at.text))

    def _queries(self, queries: Iterable[Node]) -> Iterator[FileError]:
        for query in queries:
            if isinstance(query.value, dict) and not any(
                _items(query, "all_of") + _items(query, "any_of")
            ):
                yield FileError(
                    self.path,
                    query.line,
                    "a query without a phrase",
                    "phrases in `all_of` or `any_of`",
                )


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and date.fromisoformat(text) is not None
    except ValueError:
        return False


def _at(node: Node, key: str) -> list[Node]:
    """What stands under a key, as a list of none or one."""
    return [node.value[key]] if isinstance(node.value, dict) and key in node.value else []


def _items(node: Node, key: str) -> list[Node]:
    """The items of the list under a key; none where there is no list."""
    return [
        item for found in _at(node, key) if isinstance(found.value, list) for item in found.value
    ]


def _scalars(node: Node, key: str) -> list[_Scalar]:
    """The text under a key, or the texts of the list there."""
    nodes = _items(node, key) or _at(node, key)
    return [
        _Scalar(" ".join(n.value.split()), n.line, n.plain)
        for n in nodes
        if isinstance(n.value, str)
    ]
