"""Citations of a BibTeX file: every entry that names an arXiv paper in any of its fields, by id;
or, where it only says that it is on arXiv, by title.

An entry that cannot be read is told of with its line: left out, it would look as if nothing were
wrong with it. The others are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from bibtexparser.middlewares.names import split_multiple_persons_names
from bibtexparser.model import Entry, String

from retest.citations.bibtex_blocks import Broken, blocks
from retest.citations.blocks import mention, one_a_version
from retest.citations.faults import LONGEST, Tell, raised
from retest.citations.names import names_of
from retest.domain.arxiv_id import Found, find_ids, parse_id, read_id
from retest.domain.citation import Citation
from retest.errors import FileError
from retest.files.read import shown
from retest.text.latex import decoded

_EXPECTED = "BibTeX"
_HINT = (
    "look for a missing comma or an unbalanced brace there; an entry that is left out would look "
    "as if it were right"
)
_PREFIX = ("archiveprefix", "eprinttype")
_IDS = ("eprint", "arxivid", "arxiv")
"""Fields whose whole value is an id; the first one may be another archive's."""
_SIGNS = (
    *_PREFIX,
    *[
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
    ],
    *["institution", "booktitle", "addendum"],
)
"""Fields that say of an entry without an id that it is on arXiv."""
_OF_OTHERS = frozenset(
    ["abstract", "annote", "annotation", "comment", "comments", "review", "keywords", "title"]
)
"""Fields whose text may name other papers. An id there is cited, but not under the entry's
title."""
_ARXIV = re.compile(r"arxiv|10\.48550", re.IGNORECASE)
_FORM = re.compile(
    r"(?:arxiv:|https?://arxiv\.org/)?\S{0,100}?"
    r"(?:\d{4}\.\d{4,5}|[a-z-]{2,9}(?:\.[a-z]{2})?/\d{7})",
    re.IGNORECASE,
)
_HOST = re.compile(r"arxiv|lanl|huggingface|hf\.co", re.IGNORECASE)
_ADDRESS = re.compile(r"://|\bwww\.|\b10\.\d{4}")
_MARKS = re.compile(r"(?<!\\)[{}\"#]")
_WORD = re.compile(r"[^\s{}\"#,=%()]+")
_FILE_NAME = re.compile(r"\S{1,200}\.(?:pdf|html?|tex|ps)", re.IGNORECASE)


def read_bibtex(
    text: str, file: str, first_line: int = 1, tell: Tell = raised
) -> Iterator[Citation]:
    """The citations of a BibTeX text, which begins in line `first_line` of `file`."""
    macros: dict[str, str] = {}
    for block in blocks(text):
        try:
            if isinstance(block, Broken):
                raise FileError(file, first_line + block.line, block.why, _EXPECTED, _HINT)
            line = first_line + (block.start_line or 0)
            if isinstance(block, String):
                macros[block.key.lower()] = _value(block.value, macros, file, line)
            else:
                yield from _citations(block, macros, file, line, first_line)
        except FileError as fault:
            tell(fault)


def _citations(
    entry: Entry, macros: Mapping[str, str], file: str, line: int, first_line: int
) -> list[Citation]:
    """One for each paper that the entry names; one without an id if it only says that it is on
    arXiv."""
    fields: dict[str, str] = {}
    for field in entry.fields:
        name = field.key.rpartition("\n")[2].strip().lower()
        place = first_line + (field.start_line or 0)
        value = _value(field.value, macros, file, place)
        most = LONGEST.get({"author": "authors", "eprint": "id"}.get(name, name))
        if most and len(value) > most:
            found = f"{len(value):,} characters for `{name}`"
            raise FileError(file, place, found, f"at most {most:,}")
        fields.setdefault(name, value)
    title = decoded(fields.get("title", ""))
    if parse_id(title) or _FILE_NAME.fullmatch(title):
        title = ""
    quote = decoded(fields["quote"]) if "quote" in fields else None
    authors = _authors(fields.get("author", ""))

    def cited(paper: str | None) -> Citation:
        return Citation(
            cited=paper or title,
            id=paper,
            title=title or None,
            quote=quote,
            authors=authors,
            file=file,
            line=line,
        )

    own = one_a_version([mention(one, 0, 0, line, linked=False) for one in _found(fields)])
    named = [cited(one.cited) for one in own]
    if not named and any(_ARXIV.search(fields.get(name, "")) for name in _SIGNS):
        if not title:
            what = f"the arXiv entry {shown(entry.key)} with neither id nor title"
            hint = "give it an eprint = {2401.00001} or a title"
            raise FileError(file, line, what, "one of them", hint)
        named = [cited(None)]
    others = [mention(one, 0, 0, line, linked=False) for one in _of_others(fields)]
    papers = {one.paper for one in own}
    return named + [
        Citation(cited=one.cited, id=one.cited, file=file, line=line)
        for one in one_a_version(others)
        if one.paper not in papers
    ]


def _found(fields: Mapping[str, str]) -> Iterator[Found]:
    """The ids that an entry names as its own, fit or not."""
    prefix = next((fields[name] for name in _PREFIX if fields.get(name)), "")
    for name in _IDS:
        value = fields.get(name, "").strip()
        if name == "eprint" and value.isdigit() and fields.get("primaryclass"):
            value = f"{fields['primaryclass'].split('.')[0]}/{value}"
        if value and (
            name != "eprint" or _ARXIV.search(prefix) or (not prefix and _FORM.match(value))
        ):
            yield Found(0, len(value), value, read_id(value))
    for name, value in fields.items():
        if name not in _IDS and name not in _OF_OTHERS:
            yield from _in_text(value)


def _of_others(fields: Mapping[str, str]) -> Iterator[Found]:
    for name in _OF_OTHERS & fields.keys():
        yield from _in_text(fields[name])


def _in_text(value: str) -> Iterator[Found]:
    """The ids in a field's text. Other services' addresses hold numbers too."""
    foreign = bool(_ADDRESS.search(value))
    for one in find_ids(value):
        if not foreign or _HOST.search(one.cited):
            yield one


def _authors(text: str) -> tuple[str, ...]:
    """The names of an author field. Between names stands "and"; some write commas, as in a list of
    references."""
    return names_of([decoded(name) for name in split_multiple_persons_names(text)])


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
