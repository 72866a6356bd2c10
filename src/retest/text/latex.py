"""LaTeX markup in titles, abstracts and quotes, as the characters that it stands for.

`without_latex` is for texts that are compared, `decoded` for fields of files and records that are
LaTeX. The meaning of macros comes from pylatexenc, one macro at a time: an abstract is no document,
and a whole parser takes `%` for a comment and `$5` for a formula. A macro that only sets (\\emph)
goes; one that is not known keeps its name as a word, so that two different ones never become the
same text.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MARKUP = "\\$~{}"
"""Characters that show that a text may hold markup."""


def without_latex(text: str) -> str:
    """`text` with the characters that its markup stands for; prices ($5) stay."""
    macros, formulas = (
        "\\" in text,
        "$" in text,
    )  # each pass costs a look at every character: only those that can find
    if macros:
        text = _LINK.sub("", text) if "{" in text else text
        text = _FRACTION.sub(r"{\1\2}/{\3\4}", text) if "frac" in text else text
    if formulas:
        text = _FORMULA.sub(rf"\1{_END}", text)
    if macros:
        text = _MACRO.sub(lambda match: _meaning(match[0]), text)
    if formulas:
        text = _CUT_FORMULA.sub("", _POWER.sub(r"\1\2", _MATH.sub(r"\1", text)))
    elif "^{" in text or "_{" in text:
        text = _POWER.sub(r"\1\2", text)
    if "~" in text:
        text = _TIE.sub(" ", text)
    for sign, shown in (("}{", " "), ("{", ""), ("}", ""), (_END, "")):
        text = text.replace(sign, shown)
    return text


def decoded(text: str) -> str:
    """LaTeX as the text that it sets, on one line; formulas stay as they are written."""
    if any(sign in text for sign in _TEX):
        parts = _WHOLE_FORMULA.split(text)
        parts[::2] = [_set(part) for part in parts[::2]]
        text = "".join(parts)
    return " ".join(unicodedata.normalize("NFC", text).split())


def _set(text: str) -> str:
    for written, shown in _LIGATURES:
        text = text.replace(written, shown)
    return without_latex(text).replace("~", " ")


@lru_cache(maxsize=2048)
def _meaning(macro: str) -> str:
    from pylatexenc.latex2text import (  # type: ignore[import-untyped]  # the package ships no types
        LatexNodes2Text,
        get_default_latex_context_db,
    )

    name = macro[1:].strip()
    accent, letter = macro[1:2], name[1:]
    if letter and (accent in _ACCENTS or (accent in _LETTER_ACCENTS and not name.isalpha())):
        return str(LatexNodes2Text().latex_to_text(macro))
    name = name.removesuffix("*") or name
    if name in _OWN:
        return _OWN[name]
    if name in _SETTING:
        return ""
    spec = get_default_latex_context_db().get_macro_spec(name)
    shown = getattr(spec, "simplify_repl", None)
    if not isinstance(shown, str) or not shown or "%" in shown or shown.startswith("<"):
        return f" {name} " if name.isalpha() else name
    return f" {shown} " if shown.isalpha() and shown.isascii() and len(shown) > 1 else shown


_TEX = (*MARKUP, "--", "``", "''")
_LIGATURES = (("---", "\u2014"), ("--", "\u2013"), ("``", "\u201c"), ("''", "\u201d"))
_WHOLE_FORMULA = re.compile(r"(?<!\\)(\$\$?[^$]{1,400}(?<!\\)\$\$?)")
_END = "\ue000"
"""Ends a macro's name where a formula ended. No text holds it, since private characters are
dropped."""
_OWN = {
    "": " ",
    "\\": " ",
    ",": " ",
    ";": " ",
    ":": " ",
    "!": "",
    "quad": " ",
    "qquad": " ",
    "%": "%",
    "sqrt": "√",
    "begin": " ",
    "end": " ",
    "(": "",
    ")": "",
    "[": "",
    "]": "",
    "|": "‖",
    "lt": "<",
    "gt": ">",
    "textless": "<",
    "textgreater": ">",
    "not": "¬",
    "neg": "¬",
    "lnot": "¬",
    "textminus": "-",
    "pounds": "£",
    "textsterling": "£",
    "euro": "€",
    "texteuro": "€",
    "textdollar": "$",
    "percent": "%",
    "textpercent": "%",
    "textsuperscript": "^",
    "textsubscript": "_",
    "over": "/",
    "checkmark": "✓",
    "xmark": "✗",
    "cmark": "✓",
    "textasciitilde": "~",
    "textbar": "|",
    "textbackslash": "\\",
    "textendash": "--",
    "textemdash": "---",
    "ldots": "...",
    "dots": "...",
    "cdots": "...",
    "textellipsis": "...",
    "&": "&",
    "$": "$",
    "#": "#",
    "_": "_",
    "{": "",
    "}": "",
    " ": " ",
    "\n": " ",
    "/": "",
    "-": "",
    "@": "",
    '"': '"',
}
_SETTING_MACROS = """
    textbf textit emph textsc texttt textrm textsf textup textmd textsl textnormal text mathrm
    mathbf mathit mathsf mathtt mathcal mathbb mathfrak mathscr mathnormal boldsymbol bm bf it em
    sc tt rm sl sf bfseries itshape underline uline mbox hbox fbox left right big Big bigg Bigg
    bigl bigr Bigl Bigr middle tiny scriptsize footnotesize small normalsize large Large LARGE
    huge Huge displaystyle textstyle scriptstyle nolinebreak nobreak allowbreak protect url
    operatorname ensuremath mathop mathrel mathbin limits nolimits noindent xspace relax par
    texorpdfstring newblock natexlab
"""
_SETTING = frozenset(_SETTING_MACROS.split())
_ACCENTS, _LETTER_ACCENTS = frozenset("\"'`^~=."), frozenset("uvHtcdbkr")
_LINK = re.compile(r"\\(?:href|textcolor|color)\s?\{[^{}]{0,300}\}")
_FRACTION = re.compile(
    r"\\(?:[dtc]|nice|s|x)?frac\s?(?:\{([^{}]{1,80})\}|(\w))\s?(?:\{([^{}]{1,80})\}|(\w))"
)
_MACRO = re.compile(
    r"\\(?:[\"'`^~=.](?:\s?\{\s?\\?[a-zA-Z]\s?\}|\s?\\?[a-zA-Z])"
    r"|[uvHtcdbkr](?:\s?\{\s?\\?[a-zA-Z]\s?\}|\s\\?[a-zA-Z])|[a-zA-Z]{1,40}\*?\s?|[^a-zA-Z]|$)",
    re.DOTALL,
)
_FORMULA = re.compile(r"\$\$?((?:\\[a-zA-Z]|[\^_])[^$]{0,400}|\s?[<>=+~*/-]{1,3}\s?)\$\$?")
_MATH = re.compile(
    r"\$\$?(?!\s)([^$]{1,400}?)(?<!\s)\$\$?(?!\d)"
)  # as pandoc tells math from money
_CUT_FORMULA = re.compile(r"\$(?!\d)")  # of a formula that a quote cuts through; a price stays
_POWER = re.compile(r"([\^_])\{([^{}]{1,40})\}")
_TIE = re.compile(
    rf"(?<=[^\W\d])~(?=[\w(\[])|(?<=[)\]}}.,;:{_END}])~(?=[^\W\d])|(?<=\d)~(?=[a-zA-Z(\[])"
)
"""What LaTeX sets as a space; between figures it is a range."""
