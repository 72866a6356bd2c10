"""Bibliographic items as BibTeX, CSL-JSON and RIS. Titles and names are a stranger's: each format's
own marks are taken out of their meaning, and a reader of the format gets the same words back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any, Literal

from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field
from bibtexparser.writer import BibtexFormat
from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]  # it ships no types
from pylatexenc.latexencode import UnicodeToLatexEncoder  # type: ignore[import-untyped]  # it ships no types

from retest.errors import UsageError
from retest.reports.cited import Item, person
from retest.text.harmless import escaped

Format = Literal["bibtex", "csl-json", "ris"]


def exported(items: Sequence[Item], form: Format) -> str:
    """The items in a format, as the text of a file. Raises UsageError where the library for RIS is
    not installed."""
    return {"bibtex": bibtex, "csl-json": csl_json, "ris": ris}[form](items)


def bibtex(items: Sequence[Item]) -> str:
    """BibTeX, with arXiv's own fields (info.arxiv.org/help/hypertex/bibstyles): eprint,
    archivePrefix, primaryClass."""
    library = Library()
    for item in items:
        values = {
            "author": " and ".join(
                [*map(_bibtex_name, item.authors), *["others"] * item.and_others]
            ),
            # Braced once more, so that no style makes its capitals small.
            "title": f"{{{latex(item.title)}}}",
            "year": str(item.published.year) if item.published else "",
            "eprint": item.cited,
            "archivePrefix": "arXiv",
            "primaryClass": latex(item.category),
            "doi": item.doi,
            "url": item.url,
            "keywords": latex(", ".join(item.keywords)),
        }
        fields = [Field(name, value) for name, value in values.items() if value]
        library.add(Entry("misc", item.key, fields))
    form = BibtexFormat()  # type: ignore[no-untyped-call]  # its constructor says nothing of what it returns
    form.indent, form.trailing_comma, form.block_separator = "  ", True, "\n"
    return write_string(library, bibtex_format=form)


def csl_json(items: Sequence[Item]) -> str:
    """CSL-JSON: names and types of the fields are those of csl-data.json, CSL 1.0.2
    (resource.citationstyles.org/schema/v1.0/input/json/csl-data.json)."""
    return escaped(json.dumps([_csl(item) for item in items], ensure_ascii=False, indent=2)) + "\n"


def ris(items: Sequence[Item]) -> str:
    """RIS, through rispy. A preprint is UNPB, "unpublished work": the format has no type for
    one."""
    try:
        from rispy.writer import RisWriter  # type: ignore[import-untyped]  # it ships no types
    except ImportError as error:
        raise UsageError("RIS needs the package rispy", "pip install 'retest[export]'") from error

    class Writer(RisWriter):  # type: ignore[misc]  # its base has no types
        def set_header(self, count: int) -> str:
            """No `1.` above a record: strict readers take it for a fault."""
            del count
            return ""

    return str(Writer().formats([_ris(item) for item in items]))


def _csl(item: Item) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": item.key,
        "type": "article",
        "genre": "preprint",
        "title": item.title,
        "author": [*map(_csl_name, item.authors), *[{"literal": "others"}] * item.and_others],
        "issued": {"date-parts": [[item.published.year, item.published.month, item.published.day]]}
        if item.published
        else None,
        "publisher": "arXiv",
        "number": f"arXiv:{item.cited}",
        "DOI": item.doi,
        "URL": item.url,
        "keyword": ", ".join(item.keywords),
    }
    return {name: value for name, value in values.items() if value}


def _csl_name(name: str) -> dict[str, str]:
    parts = person(name)
    if parts is None:
        return {"literal": name}
    named = {"family": parts.last, "given": parts.first, "non-dropping-particle": parts.von}
    return {part: " ".join(words) for part, words in named.items() if words}


def _ris(item: Item) -> dict[str, Any]:
    values: dict[str, Any] = {
        "type_of_reference": "UNPB",
        "id": item.key,
        "title": item.title,
        "authors": [*map(_ris_name, item.authors), *["et al."] * item.and_others],
        "year": str(item.published.year) if item.published else "",
        "date": item.published.strftime("%Y/%m/%d") if item.published else "",
        "publisher": "arXiv",
        "accession_number": f"arXiv:{item.cited}",
        "doi": item.doi,
        "urls": [item.url],
        "keywords": list(item.keywords),
    }
    return {name: value for name, value in values.items() if value}


def _ris_name(name: str) -> str:
    parts = person(name)
    return f"{' '.join([*parts.von, *parts.last])}, {' '.join(parts.first)}" if parts else name


def _bibtex_name(name: str) -> str:
    """A person's name as it is, for BibTeX to take apart; any other in braces, which keeps it
    whole."""
    return latex(name) if person(name) else f"{{{latex(name)}}}"


_SPECIAL = {
    "\\": r"{\textbackslash}",
    "{": r"{\ensuremath{\lbrace}}",
    "}": r"{\ensuremath{\rbrace}}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"{\string^}",
    "~": r"{\textasciitilde}",
    "|": r"{\ensuremath{|}}",
    "<": r"{\ensuremath{<}}",
    ">": r"{\ensuremath{>}}",
}
"""TeX's own marks. Braces are words here, since BibTeX counts an escaped one as well."""
_LIGATURES = ("--", "``", "''", "!`", "?`", ",,", "<<", ">>")
"""Pairs that a font makes one character of."""


def latex(text: str) -> str:
    """Plain text as LaTeX that typesets and reads back as itself."""
    pieces: list[str] = []
    for before, character in zip(" " + text, text, strict=False):
        if before + character in _LIGATURES:
            pieces.append("{}")
        pieces.append(
            _SPECIAL.get(character) or (character if character.isascii() else _letter(character))
        )
    return "".join(pieces)


@lru_cache(maxsize=4096)
def _letter(character: str) -> str:
    """A letter as a macro, where a reader of LaTeX makes the same letter of it; else as it is, in
    UTF-8."""
    encoder, decoder = _coders()
    macro = f"{{{encoder.unicode_to_latex(character)}}}"
    return macro if decoder.latex_to_text(macro) == character != macro[1:-1] else character


@cache
def _coders() -> tuple[UnicodeToLatexEncoder, LatexNodes2Text]:
    encoder = UnicodeToLatexEncoder(unknown_char_policy="keep", unknown_char_warning=False)
    return encoder, LatexNodes2Text(math_mode="verbatim")
