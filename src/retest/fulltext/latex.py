"""An e-print's LaTeX source as a full text.

The parser is pylatexenc's. It reads macros as they stand; simple ones that the source defines
(`\\newcommand{\\ours}{LakeNet}`, with or without arguments) are written out before. Nothing is run
and no file outside the archive is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from retest.fulltext.build import Builder, first_id
from retest.fulltext.document import LEAST_PARAGRAPHS, FullText, NotThatPaper
from retest.fulltext.macros import LEVELS, MATH, REFERRING, UNREAD, UNREAD_MACROS, known_macros
from retest.fulltext.tex_source import Source, whole_document
from retest.text.latex import without_latex

DEEPEST = 60
"""Environments and groups within each other that are read."""
_CITING = re.compile(r"(?:no|text|paren|auto|foot|super)?[Cc]ite[a-zA-Z]*")
_TABLES = re.compile(r"(?:tabular|tabularx|tabulary|longtable|tblr|array|tabu|supertabular)\*?")
_FLOATS = re.compile(r"(?:wrap|sideways|sc|long)?(?:table|figure)\*?|subtable|subfigure|floatrow")
_BREAK = re.compile(r"\n[ \t]*\n")


def read_latex(files: Mapping[str, bytes], arxiv_id: str, version: int | None) -> FullText:
    """The full text of an e-print's files, by their names. Raises NotThatPaper where no main file
    is found, where it is too large or too deep, and where it has hardly any text."""
    source = whole_document(files)
    builder = Builder(_references(source))
    try:
        _Reader(builder).read(source.body)
    except RecursionError as error:
        raise NotThatPaper("a source that nests too deep") from error
    text = builder.full_text(arxiv_id, version, "latex")
    if sum(passage.kind == "paragraph" for passage in text.passages) < LEAST_PARAGRAPHS:
        raise NotThatPaper("a source with hardly any text")
    return text


def _references(source: Source) -> dict[str, str]:
    """The arXiv ids that the bibliography names, by key: of `\\bibitem`s and of BibTeX entries."""
    found: dict[str, str] = {}
    for key, entry in source.bibliography:
        if named := first_id(entry[:3_000]):
            found.setdefault(key, named)
    return found


class _Reader:
    """Walks the nodes of a document and hands its passages to a builder."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder
        self._pieces: list[str] = []
        self._numbers = [0] * 6
        self._appendix = False

    def read(self, body: str) -> None:
        from pylatexenc.latexwalker import (  # type: ignore[import-untyped]  # it ships no types
            LatexWalker,
        )

        walker = LatexWalker(body, latex_context=known_macros(), tolerant_parsing=True)
        nodes, _, _ = walker.get_latex_nodes()
        self._nodes(nodes, 0)
        self._flush()

    def _flush(self) -> None:
        text = " ".join("".join(self._pieces).split())
        self._pieces = []
        if text:
            self._builder.add(text)

    def _nodes(self, nodes: Sequence[Any] | None, depth: int) -> None:
        if depth > DEEPEST:
            return
        for node in nodes or ():
            self._node(node, depth)

    def _node(self, node: Any, depth: int) -> None:
        kind = type(node).__name__
        if kind == "LatexCharsNode":
            first, *others = _BREAK.split(node.chars)
            self._pieces.append(_plain(first))
            for other in others:
                self._flush()
                self._pieces.append(_plain(other))
        elif kind == "LatexMathNode":
            self._pieces.append(_formula(node.latex_verbatim()))
        elif kind == "LatexGroupNode":
            self._nodes(node.nodelist, depth + 1)
        elif kind == "LatexMacroNode":
            self._macro(node, depth)
        elif kind == "LatexEnvironmentNode":
            self._environment(node, depth)
        elif kind == "LatexSpecialsNode":
            if node.specials_chars in ("&", "~"):
                self._pieces.append(" ")
            elif "\n" in node.specials_chars:  # a blank line
                self._flush()
            else:
                self._pieces.append(_plain(node.latex_verbatim()))

    def _macro(self, node: Any, depth: int) -> None:
        name = node.macroname
        level = LEVELS.get(name.rstrip("*"))
        if level is not None:
            self._flush()
            starred = any(a.latex_verbatim() == "*" for a in _arguments(node))
            self._heading(level, self._said(_arguments(node)[-1:], depth), numbered=not starred)
        elif name == "appendix" or name == "appendices":
            self._appendix, self._numbers = True, [0] * 6
        elif name == "item":
            self._flush()
            self._nodes(_arguments(node), depth + 1)
        elif name in ("caption", "captionof"):
            self._builder.add(self._said(_arguments(node)[-1:], depth), "caption")
        elif name == "par":
            self._flush()
        elif _CITING.fullmatch(name):
            self._pieces.append(self._cited(node))
        elif name in REFERRING or name in UNREAD_MACROS:
            return
        elif name in ("multicolumn", "textcolor", "href", "adjustbox", "colorbox", "parbox"):
            self._nodes(_arguments(node)[-1:], depth + 1)
        elif arguments := _arguments(node):
            if _is_accent(name):
                self._pieces.append(_plain(node.latex_verbatim()))
            else:
                self._nodes(arguments, depth + 1)
        elif name in (" ", "\n", ",", ";", ":", "quad", "qquad", "\\"):
            self._pieces.append(" ")
        else:
            shown = _plain(f"\\{name}").strip()
            self._pieces.append(
                shown + (" " if not name.isalpha() and node.macro_post_space else "")
            )

    def _environment(self, node: Any, depth: int) -> None:
        name = node.environmentname
        if name in UNREAD:
            return
        if name in MATH:
            self._pieces.append(f" {_formula(node.latex_verbatim())} ")
        elif name == "abstract":
            self._flush()
            self._builder.heading(1, "Abstract", role="abstract")
            self._nodes(node.nodelist, depth + 1)
            self._flush()
        elif _TABLES.fullmatch(name):
            self._flush()
            self._builder.add(self._rows(node, depth), "table")
        elif _FLOATS.fullmatch(name):
            before, self._pieces = self._pieces, []
            self._nodes(node.nodelist, depth + 1)
            self._pieces = before  # a float stands inside a paragraph and is none of its text
        else:
            self._nodes(node.nodelist, depth + 1)

    def _heading(self, level: int, text: str, *, numbered: bool) -> None:
        if not numbered or level > 3 or not level:
            self._builder.heading(level, text, appendix=self._appendix)
            return
        self._numbers[level] += 1
        self._numbers[level + 1 :] = [0] * (5 - level)
        first = chr(64 + min(self._numbers[1], 26)) if self._appendix else str(self._numbers[1])
        number = ".".join([first, *map(str, self._numbers[2 : level + 1])])
        anchor = f"{'A' if self._appendix else 'S'}{self._numbers[1]}"
        anchor += "".join(f".{'S' * n}{self._numbers[n]}" for n in range(2, level + 1))
        self._builder.heading(level, f"{number} {text}", anchor, appendix=self._appendix)

    def _cited(self, node: Any) -> str:
        keys = "".join(a.latex_verbatim() for a in _arguments(node)[-1:]).strip("{} ")
        named = [key.strip() for key in keys.split(",")]
        references = self._builder.references
        said = (f"arXiv:{references[key]}" if key in references else key for key in named)
        return f"[{'; '.join(said)}]"

    def _said(self, nodes: Sequence[Any], depth: int) -> str:
        """What nodes say, as text of their own and none of the paragraph's."""
        before, self._pieces = self._pieces, []
        self._nodes(nodes, depth + 1)
        said, self._pieces = " ".join("".join(self._pieces).split()), before
        return said

    def _rows(self, node: Any, depth: int) -> str:
        rows: list[list[list[Any]]] = [[[]]]
        for child in node.nodelist or ():
            if type(child).__name__ == "LatexMacroNode" and child.macroname == "\\":
                rows.append([[]])
            elif type(child).__name__ == "LatexSpecialsNode" and child.specials_chars == "&":
                rows[-1].append([])
            else:
                rows[-1][-1].append(child)
        lines = []
        for row in rows:
            cells = [self._said(cell, depth) for cell in row]
            if any(cells):
                lines.append(" | ".join(cells))
        return "\n".join(lines)


def _arguments(node: Any) -> list[Any]:
    parsed = getattr(node.nodeargd, "argnlist", None) if node.nodeargd else None
    return [argument for argument in parsed or () if argument is not None]


def _is_accent(name: str) -> bool:
    return len(name) == 1 and name in "\"'`^~=.uvHtcdbkr"


def _plain(text: str) -> str:
    if "``" in text or "''" in text:
        text = text.replace("``", '"').replace("''", '"')
    return without_latex(text) if any(sign in text for sign in "\\~{}$") else text


def _formula(source: str) -> str:
    inner = re.sub(r"^\\begin\{[^}]*\}|\\end\{[^}]*\}$", "", source.strip()).strip("$ ")
    inner = re.sub(r"\\label\{[^}]*\}|\\nonumber|&", " ", inner)
    inner = re.sub(r"^\\[(\[]|\\[)\]]$", "", inner)
    return without_latex(f"${inner[:2000].strip()}$").strip("$")
