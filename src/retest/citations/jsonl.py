"""Citations as JSON Lines: an object a line, `{"id": "...", "title": "...", "authors": [...],
"quote": "..."}`."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass

from retest.citations.faults import LONGEST, Tell, raised
from retest.citations.names import split_names
from retest.domain.citation import Citation
from retest.errors import FileError
from retest.files.json_lines import Number, objects
from retest.files.read import shown

_KEYS = ("id", "title", "authors", "quote", "claim")
_OBJECT = "one JSON object a line, with an id or a title"


def read_jsonl(text: str, file: str, tell: Tell = raised) -> Iterator[Citation]:
    """The citations of a JSONL text. A line that is no such object is told of."""
    for number, said in objects(text, file, _OBJECT, hidden=True):
        try:
            if isinstance(said, FileError):
                raise said
            yield _Line(file, number, said).citation()
        except FileError as fault:
            tell(fault)


@dataclass(frozen=True, slots=True)
class _Line:
    file: str
    number: int
    said: dict[str, object]

    def citation(self) -> Citation:
        for key in self.said:
            if near := _meant(key):
                raise self._fault(f"the key `{shown(key)}`", f"`{near}`", f"did you mean `{near}`?")
        paper, title = self._text("id"), self._text("title")
        if not paper and not title:
            raise self._fault(
                "neither id nor title", _OBJECT, 'as in {"id": "2401.00001", "title": "..."}'
            )
        return Citation(
            cited=paper or title or "",
            id=paper or None,
            title=title or None,
            authors=self._authors(),
            quote=self._text("quote"),
            claim=self._text("claim") or None,
            file=self.file,
            line=self.number,
        )

    def _text(self, key: str) -> str | None:
        """The text of a key, which may be empty; None where it is absent or null."""
        value = self.said.get(key)
        if value is None:
            return None
        if isinstance(value, Number) and key == "id":
            raise self._fault(
                f"the number {shown(value.text)} as id",
                "a string",
                f'put the id in quotes: "{shown(value.text)}"',
            )
        text = self._string(value, f"`{key}`")
        if len(text) > LONGEST[key]:
            found = f"{len(text):,} characters for `{key}`"
            raise self._fault(found, f"at most {LONGEST[key]:,}")
        return text

    def _authors(self) -> tuple[str, ...]:
        value = self.said.get("authors")
        names = [value] if isinstance(value, str) else [] if value is None else value
        if not isinstance(names, list):
            raise self._fault("`authors` that are no list", "a list of names, or one name")
        texts = [self._string(text, "a name in `authors`") for text in names]
        if (size := sum(map(len, texts))) > LONGEST["authors"]:
            found = f"{size:,} characters for `authors`"
            raise self._fault(found, f"at most {LONGEST['authors']:,}")
        return tuple(name for text in texts for name in split_names(text))

    def _string(self, value: object, what: str) -> str:
        if not isinstance(value, str):
            raise self._fault(f"{what} that is no string", "a string, or null")
        if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
            raise self._fault(f"{what} with half a surrogate pair", "Unicode text")
        return value.strip()

    def _fault(self, found: str, expected: str, hint: str = "") -> FileError:
        return FileError(self.file, self.number, found, expected, hint)


def _meant(key: str) -> str | None:
    """The known key that an unknown one is likely to stand for."""
    plain = key.casefold()
    if key in _KEYS:
        return None
    if plain in ("id", "ids") or "arxiv" in plain:
        return "id"
    return next(iter(difflib.get_close_matches(plain[:40], _KEYS[1:], 1, 0.75)), None)
