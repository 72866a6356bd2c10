"""LaTeX's macros and environments, by what a reader of papers has to do with them."""

from __future__ import annotations

from functools import cache
from typing import Any

LEVELS = {
    "part": 0,
    "chapter": 1,
    "section": 1,
    "subsection": 2,
    "subsubsection": 3,
    "paragraph": 4,
    "subparagraph": 5,
}
CITES = [
    "cite",
    "citep",
    "citet",
    "citealp",
    "citealt",
    "citeauthor",
    "citeyear",
    "citeyearpar",
    "textcite",
    "parencite",
    "autocite",
    "Citet",
    "Citep",
    "Textcite",
    "footcite",
    "supercite",
    "shortcite",
    "newcite",
    "nocite",
]
REFERRING = frozenset(
    ["ref", "eqref", "cref", "Cref", "autoref", "pageref", "nameref", "subref", "vref"]
)
UNREAD_MACROS = frozenset(
    [
        "footnote",
        "footnotetext",
        "thanks",
        "label",
        "bibliography",
        "bibliographystyle",
        "vspace",
        "hspace",
        "includegraphics",
        "author",
        "affiliation",
        "title",
        "date",
        "email",
        "address",
        "institute",
        "newcommand",
        "renewcommand",
        "providecommand",
        "def",
        "usepackage",
        "documentclass",
        "setlength",
        "addtolength",
        "todo",
        "hypersetup",
        "maketitle",
        "tableofcontents",
        "pagestyle",
        "thispagestyle",
        "input",
        "include",
        "keywords",
        "icmltitle",
        "icmlauthor",
        "rowcolor",
        "cellcolor",
        "definecolor",
        "resizebox",
        "scalebox",
        "multirow",
        "color",
        "hline",
        "cline",
        "cmidrule",
        "toprule",
        "midrule",
        "bottomrule",
        "centering",
        "addlinespace",
        "arraystretch",
        "tabcolsep",
        "setcounter",
    ]
)
UNREAD = frozenset(
    [
        "thebibliography",
        "verbatim",
        "lstlisting",
        "minted",
        "tikzpicture",
        "picture",
        "comment",
        "algorithm",
        "algorithmic",
        "filecontents",
        "CCSXML",
        "acks",
        "IEEEbiography",
    ]
)
MATH = frozenset(
    [
        "equation",
        "equation*",
        "align",
        "align*",
        "gather",
        "gather*",
        "multline",
        "multline*",
        "eqnarray",
        "eqnarray*",
        "displaymath",
        "math",
        "flalign",
        "flalign*",
        "alignat",
        "alignat*",
    ]
)


@cache
def known_macros() -> Any:
    """pylatexenc's macros, and those of other packages whose arguments matter here."""
    from pylatexenc.latexwalker import (  # type: ignore[import-untyped]  # it ships no types
        get_default_latex_context_db,
    )
    from pylatexenc.macrospec import MacroSpec  # type: ignore[import-untyped]  # as above

    known = get_default_latex_context_db()
    given = {
        "*[{": (*LEVELS, "caption", "captionof"),
        "*[[{": tuple(f"{name}{end}" for name in CITES for end in ("", "s")),
        "{": [
            "ref",
            "eqref",
            "cref",
            "Cref",
            "autoref",
            "nameref",
            "pageref",
            "label",
            "url",
            "thanks",
            "author",
            "title",
            "date",
            "bibliography",
            "bibliographystyle",
            "email",
            "address",
            "affiliation",
            "institute",
            "keywords",
        ],
        "[{": ["includegraphics", "footnotetext", "todo"],
        "{{": [
            "textcolor",
            "href",
            "colorbox",
            "icmlauthor",
            "setlength",
            "addtolength",
            "setcounter",
        ],
        "{{{": ["multicolumn", "resizebox", "multirow"],
        "[{{": ["adjustbox", "scalebox", "parbox"],
    }
    macros = [MacroSpec(name, arguments) for arguments, names in given.items() for name in names]
    known.add_context_category("retest", macros=macros, prepend=True)
    return known
