"""Citations as JSON Lines: an object a line, `{"id": "...", "title": "...", "authors": [...],
"quote": "..."}`."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from dataclasses import dataclass

from retest.citations.names import split_names
from retest.domain.citation import Citation
from retest.errors import FileError
from retest.files.read import shown

_KEYS = ("id", "title", "authors", "quote", "claim")
_OBJECT = "one JSON object a line, with an id or a title"


@dataclass(frozen=True, slots=True)
class _Number:
    """A number as it is written: 2401.10 is none, but an id that lost its quotation marks."""

    text: str


@dataclass(frozen=True, slots=True)
class _Twice(ValueError):
    key: str


def read_jsonl(text: str, file: str) -> Iterator[Citation]:
    """The citations of a JSONL text. Raises FileError for a line that is no such object."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            yield _Line(file, number).citation(line)


@dataclass(frozen=True, slots=True)
class _Line:
    file: str
    number: int

    def citation(self, text: str) -> Citation:
        said = self._object(text)
        for key in said:
            if near := _meant(key):
                raise self._fault(f"the key `{shown(key)}`", f"`{near}`", f"did you mean `{near}`?")
        paper, title = self._text(said, "id"), self._text(said, "title")
        if not paper and not title:
            raise self._fault(
                "neither id nor title", _OBJECT, 'as in {"id": "2401.00001", "title": "..."}'
            )
        return Citation(
            cited=paper or title or "",
            id=paper,
            title=title,
            authors=self._authors(said.get("authors")),
            quote=self._text(said, "quote"),
            claim=self._text(said, "claim"),
            file=self.file,
            line=self.number,
        )

    def _object(self, text: str) -> dict[str, object]:
        try:
            said = json.loads(
                text,
                object_pairs_hook=_unique,
                parse_int=_Number,
                parse_float=_Number,
                parse_constant=_Number,
            )
        except _Twice as error:
            raise self._fault(f"the key `{shown(error.key)}` twice", "each key once") from error
        except json.JSONDecodeError as error:
            hint = "write each object on a line of its own, without a list around them"
            raise self._fault(
                f"broken JSON ({error.msg}, column {error.colno})", _OBJECT, hint
            ) from error
        except RecursionError as error:
            raise self._fault("JSON that is very deep", _OBJECT) from error
        if not isinstance(said, dict):
            raise self._fault(f"{shown(text)}, which is no object", _OBJECT)
        return said

    def _text(self, said: dict[str, object], key: str) -> str | None:
        value = said.get(key)
        if value is None:
            return None
        if isinstance(value, _Number) and key == "id":
            raise self._fault(
                f"the number {shown(value.text)} as id",
                "a string",
                f'put the id in quotes: "{shown(value.text)}"',
            )
        return self._string(value, f"`{key}`") or None

    def _authors(self, value: object) -> tuple[str, ...]:
        names = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(names, list):
            raise self._fault("`authors` that are no list", "a list of names, or one name")
        return tuple(
            name
            for text in names
            for name in split_names(self._string(text, "a name in `authors`"))
        )

    def _string(self, value: object, what: str) -> str:
        if not isinstance(value, str):
            raise self._fault(f"{what} that is no string", "a string, or null")
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise self._fault(f"{what} with half a surrogate pair", "Unicode text")
        return value.strip()

    def _fault(self, found: str, expected: str, hint: str = "") -> FileError:
        return FileError(self.file, self.number, found, expected, hint)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    said = dict(pairs)
    if len(said) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return said


def _meant(key: str) -> str | None:
    """The known key that an unknown one is likely to stand for."""
    plain = key.casefold()
    if key in _KEYS:
        return None
    if plain in ("id", "ids") or "arxiv" in plain:
        return "id"
    return next(iter(difflib.get_close_matches(plain[:40], _KEYS[1:], 1, 0.75)), None)
