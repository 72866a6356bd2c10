"""The form of a text: what may differ between a quote or title and its source without making it
another text.

Two texts are the same here if they differ only in Unicode form, typographic quotes and dashes,
ligatures, white space, line-break hyphenation, letter case, invisible characters, and LaTeX or HTML
markup of the same characters (docs/grounding.md, rung 5). Every rule is applied to both sides
alike, and none joins, drops or changes a digit, a word or a word's place.
"""

from __future__ import annotations

import html
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

from retest.text.harmless import one_line
from retest.text.latex import MARKUP, without_latex


def plain(text: str) -> str:
    """`text` without LaTeX and HTML markup, on one line, in Unicode's compatibility form; case and
    dashes as they were.

    Superscripts keep a mark (10² is `10^2`, never 102), and a LaTeX fraction is a/b.
    """
    if "&" in text:
        text = html.unescape(text)
    if any(sign in text for sign in MARKUP):
        text = without_latex(text)
    if not text.isascii():
        text = _SOFT_BREAK.sub("", text)
        text = unicodedata.normalize("NFKC", _SCRIPTS.sub(_raised, text).translate(_SIGNS))
        text = text.translate(_SIGNS)  # those that a compatibility form brings: \u0149 is \u02bcn
    return one_line(text)


def folded(shown: str) -> str:
    """What `plain` made, without case, with one kind of quotation mark, without dashes between
    letters, and without the spaces and brackets that only typesetting puts around an operator or an
    editor around a letter."""
    shown = shown.casefold()
    shown = shown.replace('"', "'").replace("`", "'")
    if "''" in shown:
        shown = _QUOTES.sub("'", shown)
    if "[" in shown:
        shown = _BRACKETED.sub(r"\1", shown)
    shown = _composed(shown)
    for sign in "<>=+~\u2248\xb1":
        if sign in shown:
            shown = shown.replace(f" {sign}", sign).replace(f"{sign} ", sign)
    shown = shown.replace(" %", "%")
    if "_" in shown:
        shown = _SUBSCRIPT.sub("", shown)
    return _composed(_hyphenless(shown)) if "-" in shown else shown


@lru_cache(maxsize=8192)
def canonical(text: str) -> str:
    """What is compared of a source's text."""
    return folded(plain(text))


def parted(shown: str) -> str:
    """As `folded`, but a dash that parts a sentence stays a break of its own: `a—b` is two words
    here, and a quote may begin behind it."""
    return folded(_PARTING.sub(" / ", shown))


@lru_cache(maxsize=8192)
def spaced(text: str) -> str:
    """What is compared of a source's text where `canonical` finds nothing."""
    return parted(plain(text))


def squeezed(folded_text: str) -> str:
    """What `canonical` or `folded` made, without its spaces, save those beside a figure. Between
    figures a space is the `~` that LaTeX sets as one."""
    return _TIED_FIGURES.sub("~", _SPACE.sub("", folded_text))


def place_unsqueezed(folded_text: str, place: int) -> int:
    """Where the character at `place` of the squeezed text stands in the text itself."""
    for space in _SPACE.finditer(folded_text):
        if space.start() > place:
            break
        place += 1
    return place


def has_parting_dash(text: str) -> bool:
    """Whether `spaced` can differ from `canonical`."""
    if "--" in text or " - " in text or "- and " in text or "- or " in text:
        return True
    return not text.isascii() and any(
        dash in text for dash in ("\u2014", "\u2015", " \u2013 ", " \u2212 ")
    )


def words(text: str) -> list[str]:
    """The words of a text as they are compared, without punctuation."""
    return "".join(c if c.isalnum() else " " for c in canonical(text)).split()


def title_words(title: str) -> tuple[str, ...]:
    """The words of a title as titles are compared: without accents, punctuation and case, and with
    Greek letters spelled out."""
    shown = plain(title).casefold()
    if not shown.isascii():
        shown = unicodedata.normalize("NFKD", shown.translate(_BARRED)).translate(_SPELLED)
        shown = "".join(c for c in shown if not unicodedata.combining(c))
    return tuple(_WORD.findall(shown))


def _composed(text: str) -> str:
    """What letters and accents are one letter of now: those of `[a]` and of `\u00df`, whose small
    letters are two, were none before."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def _hyphenless(text: str) -> str:
    """Without the dashes between letters, line breaks behind them included, and without spaces
    around all others, save between two."""
    parts = (_DASHES_RUN.sub("-", text) if "--" in text else text).split("-")
    last = len(parts) - 1
    parts = [
        p.strip() or p[:1] if 0 < n < last else p.rstrip() if n < last else p.lstrip()
        for n, p in enumerate(parts)
    ]
    joined = [parts[0]]
    for left, right in pairwise(parts):
        joined += (right,) if left[-1:].isalpha() and right[:1].isalpha() else ("-", right)
    return "".join(joined)


def _raised(match: re.Match[str]) -> str:
    """Superscripts, subscripts, fractions and figures in circles, with what keeps them apart from a
    figure beside."""
    run = match[0]
    kind = unicodedata.decomposition(run[0]).split(" ")[0]
    mark = {"<super>": "^", "<sub>": "_"}.get(kind)
    shown = unicodedata.normalize("NFKC", run)
    return f"{mark}{shown}" if mark else f" {shown} "


_WORD = re.compile(r"[^\W_]+")
_SOFT_BREAK = re.compile("\u00ad[ \t]*\r?\n[ \t]*")
_BRACKETED = re.compile(
    r"(?<!\[)\[([^\W\d_])\](?!\])"
)  # "[t]he" is "the" at the head of a sentence
_SPACE = re.compile(r"(?<!\d) (?!\d)")
_TIED_FIGURES = re.compile(r"(?<=\d) (?=\d)")
_QUOTES = re.compile(r"'{2,}")
_SUBSCRIPT = re.compile(r"(?<=[^\W\d_])_(?=\d)")
_SCRIPTS = re.compile(
    "[\u00b2\u00b3\u00b9\u2070-\u207f]+|[\u2080-\u208e]+|[\u00bc-\u00be\u2150-\u215e]|[\u2460-\u249b\u24ea-\u24ff]"
)
_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
_DASHES_RUN = re.compile(r"-{2,}")
_PARTING = re.compile(r" -{1,3} |-{2,3}|- (?=and |or )")
# Typographic signs by their plain forms; the long dashes keep two, so that they can be told from
# hyphens.
_SIGNS = {
    **{ord(c): "-" for c in _DASHES},
    0x2014: "--",
    0x2015: "--",
    **{ord(c): "'" for c in "\u2018\u2019\u201a\u201b\u02bc\u00b4\u2039\u203a"},
    **{ord(c): '"' for c in "\u201c\u201d\u201e\u201f\u00ab\u00bb\u300c\u300d\u300e\u300f"},
    0x00D7: "x",
    0x223C: "~",
    0x2264: "<=",
    0x2265: ">=",
    0x2A7D: "<=",
    0x2A7E: ">=",
    0x2192: "->",
    0x2026: "...",
    0x2044: "/",
    0x2215: "/",
    0x2217: "*",
    0x22C5: "*",
    0x00B7: "*",
}
# Letters that Unicode does not take apart into a letter and its accent.
_BARRED = {
    ord(c): plain_one
    for c, plain_one in zip(
        "\u0142\u00f8\u0111\u00f0\u0131\u00e6\u0153\u00fe\u0127",
        ("l", "o", "d", "d", "i", "ae", "oe", "th", "h"),
        strict=True,
    )
}
_SPELLED = {
    ord(letter): name
    for letter, name in zip(
        "\u03b1\u03b2\u03b3\u03b4\u03b5\u03b6\u03b7\u03b8\u03b9\u03ba\u03bb\u03bc\u03bd\u03be\u03c0\u03c1\u03c3\u03c2\u03c4\u03c5\u03c6\u03c7\u03c8\u03c9",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "pi",
            "rho",
            "sigma",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "chi",
            "psi",
            "omega",
        ],
        strict=True,
    )
}
