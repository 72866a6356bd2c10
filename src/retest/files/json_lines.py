"""JSON Lines: an object a line, each value looked at, every fault with its place."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from retest.domain.arxiv_id import ArxivId, read_id
from retest.errors import FileError
from retest.files.read import shown, unseen

_BREAKS = "\n\r\t"
MOST = 10**18
"""Of any number in such a file."""
_WHOLE = re.compile(r"0|[1-9]\d{0,17}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Number:
    """A number as it is written: 2401.10 is none, but an id that lost its quotation marks."""

    text: str


@dataclass(frozen=True, slots=True)
class _Twice(ValueError):
    key: str


def objects(
    text: str, path: Path | str, expected: str, *, hidden: bool = False
) -> Iterator[tuple[int, dict[str, object] | FileError]]:
    """The line number and the object of each line that is not empty, or what is wrong with the
    line. `expected` says what an object is, for messages; with `hidden` a line may hold characters
    that nobody sees."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, _object(line, path, number, expected, hidden)
            except FileError as fault:
                yield number, fault


def _object(
    line: str, path: Path | str, number: int, expected: str, hidden: bool
) -> dict[str, object]:
    if not hidden and (found := unseen(line.replace("\r", ""))):
        raise FileError(
            path, number, f"the character {found}", "text that can be seen", "delete it"
        )
    try:
        said = json.loads(
            line,
            object_pairs_hook=_unique,
            parse_int=Number,
            parse_float=Number,
            parse_constant=Number,
        )
    except _Twice as error:
        raise FileError(
            path, number, f"the key `{shown(error.key)}` twice", "each key once"
        ) from error
    except json.JSONDecodeError as error:
        hint = "write each object on a line of its own, without a list around them"
        raise FileError(
            path, number, f"broken JSON ({error.msg}, column {error.colno})", expected, hint
        ) from error
    except RecursionError as error:
        raise FileError(path, number, "JSON that is very deep", expected) from error
    if not isinstance(said, dict):
        raise FileError(path, number, f"{shown(line)}, which is no object", expected)
    return said


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    said: dict[str, object] = {}
    for key, value in pairs:
        if key in said:
            raise _Twice(key)
        said[key] = value
    return said


@dataclass(slots=True)
class Fields:
    """The values of one object. What is wrong with one is added to `faults`, and a value stands in
    its place that breaks no rule."""

    path: Path
    line: int
    said: dict[str, object]
    faults: list[FileError] = field(default_factory=list)

    def fault(self, found: str, expected: str, hint: str = "") -> None:
        self.faults.append(FileError(self.path, self.line, found, expected, hint))

    def keys(self, needed: Sequence[str], optional: Sequence[str]) -> None:
        """No other keys than these, and all that are needed."""
        known = [*needed, *optional]
        for key in self.said:
            if key not in known:
                close = difflib.get_close_matches(key.casefold()[:40], known, 1)
                hint = f"did you mean `{close[0]}`?" if close else ""
                self.fault(f"the unknown key `{shown(key)}`", f"one of {', '.join(known)}", hint)
        self.needed(needed)

    def needed(self, keys: Sequence[str]) -> None:
        """All of these keys, whatever others there are."""
        for key in keys:
            if key not in self.said:
                self.fault(f"no `{key}`", f"the key `{key}`", f"needed are {', '.join(keys)}")

    def text(self, key: str, most: int, *, empty: bool = False) -> str:
        """A text, its white space folded; "" where there is none."""
        value = self.said.get(key)
        if value is None and (empty or key not in self.said):
            return ""
        return self._string(value, f"`{key}`", most, empty=empty)

    def choice(self, key: str, among: Sequence[str]) -> str:
        """One of `among`; the first of them where it is not."""
        value = self.said.get(key)
        if isinstance(value, str) and value in among:
            return value
        if key in self.said:
            self.fault(f"{_kind(value)} for `{key}`", f"one of {', '.join(among)}")
        return among[0]

    def switch(self, key: str) -> bool:
        value = self.said.get(key, False)
        if not isinstance(value, bool):
            self.fault(f"{_kind(value)} for `{key}`", "true or false, without quotation marks")
        return value is True

    def ids(self, key: str, today: date | None) -> tuple[str, ...]:
        """A list of arXiv ids, each without a version and once."""
        value = self.said.get(key, [])
        if not isinstance(value, list):
            self.fault(
                f"{_kind(value)} for `{key}`",
                "a list of arXiv ids",
                'as in ["2401.10001"]; [] for none',
            )
            return ()
        found: list[str] = []
        for item in value:
            named = self._id(item, key, today)
            if named in found:
                self.fault(f'"{named}" again in `{key}`', "each id once")
            elif named:
                found.append(named)
        return tuple(found)

    def number(self, key: str) -> str:
        """The digits of a whole number; "" where there is none."""
        if key not in self.said:
            self.fault(f"no `{key}`", f"the key `{key}`")
            return ""
        return self._whole(self.said[key], f"for `{key}`", 0, MOST)

    def numbers(self, key: str, least: int = 0, most: int = MOST) -> tuple[str, ...]:
        """The digits of whole numbers in a list, each once."""
        value = self.said.get(key, [])
        if not isinstance(value, list):
            self.fault(f"{_kind(value)} for `{key}`", "a list of whole numbers")
            return ()
        return tuple(
            dict.fromkeys(
                filter(None, (self._whole(one, f"in `{key}`", least, most) for one in value))
            )
        )

    def _whole(self, value: object, where: str, least: int, most: int) -> str:
        if (
            isinstance(value, Number)
            and _WHOLE.fullmatch(value.text)
            and least <= int(value.text) <= most
        ):
            return value.text
        between = f" from {least} to {most}" if most < MOST else ""
        self.fault(f"{_kind(value)} {where}", f"a whole number{between}")
        return ""

    def _id(self, value: object, key: str, today: date | None) -> str:
        if isinstance(value, Number):
            quoted = f'"{shown(value.text)}"'
            self.fault(
                f"the unquoted id {shown(value.text)} in `{key}`", f"quotes around it: {quoted}"
            )
            return ""
        if not isinstance(value, str):
            self.fault(f"{_kind(value)} in `{key}`", 'an arXiv id, such as "2401.10001"')
            return ""
        named = read_id(value, today)
        if not isinstance(named, ArxivId):
            self.fault(f'"{shown(value)}" in `{key}`', 'an arXiv id, such as "2401.10001"', named)
            return ""
        if value != named.base:
            hint = (
                "a version says nothing here: the paper is meant"
                if named.version is not None
                else ""
            )
            self.fault(f'"{shown(value)}" in `{key}`', f'the id alone: "{named.base}"', hint)
        return named.base

    def _string(self, value: object, what: str, most: int, *, empty: bool) -> str:
        if not isinstance(value, str):
            self.fault(f"{_kind(value)} for {what}", "a text in quotes")
            return ""
        if found := unseen("".join(" " if c in _BREAKS else c for c in value)):
            self.fault(f"the character {found} in {what}", "text that can be seen", "delete it")
            return ""
        text = " ".join(value.split())
        if not text and not empty:
            self.fault(f"nothing for {what}", "a text")
        if len(text) > most:
            self.fault(f"{len(text):,} characters for {what}", f"at most {most:,}")
        return text


def _kind(value: object) -> str:
    if isinstance(value, Number):
        return f"the number {shown(value.text)}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{shown(value)}"'
    return "a list" if isinstance(value, list) else "an object"
