"""Citations of a BibTeX file: every entry that says it is on arXiv, by id or, where it names none,
by title.

An entry that cannot be read is an error with its line: left out, it would look as if nothing were
wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import cache, lru_cache

from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    ParsingFailedBlock,
    String,
)
from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]  # it ships no types

from retest.citations.blocks import mention, one_a_version
from retest.citations.names import names_of
from retest.domain.arxiv_id import Found, find_ids, read_id
from retest.domain.citation import Citation
from retest.errors import FileError
from retest.files.read import shown

_EXPECTED = "BibTeX"
_HINT = (
    "look for a missing comma or an unbalanced brace there; an entry that is left out would look "
    "as if it were right"
)
_PREFIX = ("archiveprefix", "eprinttype")
_IDS = ("eprint", "arxivid", "arxiv")
"""Fields whose whole value is an id; the first one may be another archive's."""
_WHERE = (
    "doi",
    "url",
    "journal",
    "journaltitle",
    "note",
    "howpublished",
    "volume",
    "number",
    "pages",
    "publisher",
    "series",
    "institution",
    "booktitle",
    "addendum",
)
"""Fields in which an id may stand."""
_ARXIV = re.compile(r"arxiv|10\.48550", re.IGNORECASE)
_FORM = re.compile(
    r"(?:arxiv:|https?://arxiv\.org/)?\S*?(?:\d{4}\.\d{4,5}|[a-z-]{2,9}(?:\.[a-z]{2})?/\d{7})",
    re.IGNORECASE,
)
_HOST = re.compile(r"arxiv|lanl|huggingface|hf\.co", re.IGNORECASE)
_STRAY_FIELD = re.compile(r"^[ \t,]*([A-Za-z][\w-]{1,30})[ \t]*=[ \t]*[{\"\d]", re.MULTILINE)
_MARKS = re.compile(r"(?<!\\)[{}\"#]")
_LATEX = re.compile(r"[\\$~]|``|--")
_PERCENT = re.compile(r"(?<!\\)%")  # BibTeX takes it as it is, TeX for a comment
_WORD = re.compile(r"[^\s{}\"#,=%()]+")


def read_bibtex(text: str, file: str, first_line: int = 1) -> Iterator[Citation]:
    """The citations of a BibTeX text, which begins in line `first_line` of `file`. Raises
    FileError."""
    macros: dict[str, str] = {}
    for block in parse_string(text, parse_stack=[]).blocks:
        line = first_line + (block.start_line or 0)
        if (
            isinstance(block, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock)
            and block.ignore_error_block
        ):
            block = block.ignore_error_block  # BibTeX itself warns of these and goes on
        if isinstance(block, ParsingFailedBlock):
            reason = shown(str(getattr(block.error, "abort_reason", block.error)))
            raise FileError(file, line, f"an entry that is broken: {reason}", _EXPECTED, _HINT)
        if isinstance(block, ImplicitComment) and (stray := _STRAY_FIELD.search(block.comment)):
            line += block.comment.count("\n", 0, stray.start(1))
            raise FileError(
                file, line, f"the field `{stray[1]}` outside of any entry", _EXPECTED, _HINT
            )
        if isinstance(block, String):
            macros[block.key.lower()] = _value(block.value, macros, file, line)
        if isinstance(block, Entry):
            yield from _citations(block, macros, file, line, first_line)


def _citations(
    entry: Entry, macros: Mapping[str, str], file: str, line: int, first_line: int
) -> Iterator[Citation]:
    """One for each paper that the entry names; one without an id if it only says that it is on
    arXiv."""
    fields: dict[str, str] = {}
    for field in entry.fields:
        value = _value(field.value, macros, file, first_line + (field.start_line or 0))
        fields.setdefault(field.key.lower(), value)
    found = one_a_version([mention(one, 0, 0, line, linked=False) for one in _found(fields)])
    title = decode(fields.get("title", ""))
    if not found and not any(_ARXIV.search(fields.get(name, "")) for name in (*_PREFIX, *_WHERE)):
        return
    if not found and not title:
        hint = "give it an eprint = {2401.00001} or a title"
        raise FileError(
            file,
            line,
            f"the arXiv entry {shown(entry.key)} with neither id nor title",
            "one of them",
            hint,
        )
    ids: list[str | None] = [one.cited for one in found] or [None]
    for cited in ids:
        yield Citation(
            cited=cited or title,
            id=cited,
            title=title or None,
            quote=decode(fields.get("quote", "")) or None,
            authors=_authors(fields.get("author", "")),
            file=file,
            line=line,
        )


def _found(fields: Mapping[str, str]) -> Iterator[Found]:
    """The ids that an entry names, fit or not."""
    prefix = next((fields[name] for name in _PREFIX if fields.get(name)), "")
    for name in _IDS:
        value = fields.get(name, "").strip()
        if name == "eprint" and value.isdigit() and fields.get("primaryclass"):
            value = f"{fields['primaryclass'].split('.')[0]}/{value}"
        if value and (
            name != "eprint" or _ARXIV.search(prefix) or (not prefix and _FORM.match(value))
        ):
            yield Found(0, len(value), value, read_id(value))
    for name in _WHERE:
        for one in find_ids(fields.get(name, "")):
            if name not in ("doi", "url") or _HOST.search(
                one.cited
            ):  # other addresses hold numbers too
                yield one


def _authors(text: str) -> tuple[str, ...]:
    """The names of an author field. Between names stands "and"; some write commas, as in a list of
    references."""
    return names_of([decode(name) for name in split_multiple_persons_names(text)])


def _value(raw: str, macros: Mapping[str, str], file: str, line: int) -> str:
    """What a field says: its text without delimiters, macros replaced, `#` joining pieces."""
    if raw[:1] == "{" and raw.find("}") == len(raw) - 1 and raw.count("{") == 1:
        return raw[1:-1]  # nearly all
    pieces, depth, quoted, start = list[str](), 0, False, 0
    for mark in _MARKS.finditer(raw):
        depth += {"{": 1, "}": -1}.get(mark[0], 0)
        quoted ^= mark[0] == '"' and not depth
        if mark[0] == "#" and not depth and not quoted:
            pieces.append(raw[start : mark.start()])
            start = mark.end()
    return "".join(_piece(piece.strip(), macros, file, line) for piece in [*pieces, raw[start:]])


def _piece(piece: str, macros: Mapping[str, str], file: str, line: int) -> str:
    if piece[:1] + piece[-1:] in ("{}", '""') and len(piece) > 1:
        inner, depth = piece[1:-1], 0
        for mark in _MARKS.finditer(inner):
            depth += {"{": 1, "}": -1}.get(mark[0], 0)
            if depth < 0 or (mark[0] == '"' == piece[0] and not depth):
                break
        else:
            return inner
    elif _WORD.fullmatch(piece):
        return macros.get(piece.lower(), piece)
    raise FileError(file, line, f"the value {shown(piece)}", "a comma between fields", _HINT)


@lru_cache(maxsize=4096)
def decode(text: str) -> str:
    """LaTeX as plain text on one line; formulas stay as they are."""
    if _LATEX.search(text):
        with suppress(LookupError, ValueError, RecursionError):  # then it stays as it was written
            text = _decoder().latex_to_text(_PERCENT.sub(r"\\%", text))
    else:
        text = text.replace("{", "").replace("}", "")
    return " ".join(text.split())


@cache
def _decoder() -> LatexNodes2Text:
    return LatexNodes2Text(math_mode="verbatim")
