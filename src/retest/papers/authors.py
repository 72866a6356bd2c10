"""The one line of authors in arXiv's raw records as names, in the way of arXiv's own list of
them."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = {
    "aa": "å",
    "AA": "Å",
    "ae": "æ",
    "AE": "Æ",
    "oe": "œ",
    "OE": "Œ",
    "ss": "ß",
    "o": "ø",
    "O": "Ø",
    "l": "ł",
    "L": "Ł",
    "i": "i",
    "j": "j",
}
"""TeX's own letters; the dotless i and j are there to bear accents."""
_ACCENTS = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_LETTER = re.compile(r"\\(aa|AA|ae|AE|oe|OE|ss|[oOlLij])(?![A-Za-z])(?:\{\}|\s+)?")
_ACCENT = re.compile(r"\\(?:([`'^~=.\"])\s*|([uvHcdbkr])(?:\s+|(?=\{)))\{*([^\W\d_])")
DEEPEST = 4
"""Parentheses within each other that are looked into; from a deeper one on the rest of the line is
left out."""
_INNERMOST = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"\s*[,:]\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|[IV]{2,}")


def names(line: str) -> tuple[str, ...]:
    """`Ann Author (MIT), B. M\\"uller, Jr. and the C Collaboration` as three names: what stands in
    parentheses is left out, and accents in TeX are letters."""
    text = untexed(line)
    for _ in range(DEEPEST):
        text = _INNERMOST.sub(" ", text)
    found: list[str] = []
    for part in _BETWEEN.split(text.partition("(")[0].replace(")", " ")):
        name = " ".join(part.split())
        if found and _SUFFIX.fullmatch(name):
            found[-1] += f" {name}"
        elif name:
            found.append(name)
    return tuple(found)


def untexed(text: str) -> str:
    """With TeX's accents and letters as Unicode's: `Bal\\'azs`, `{\\v S}olc` and `J\\o rgensen`."""
    if "\\" in text:
        text = _LETTER.sub(
            lambda m: f"{{{_LETTERS[m[1]]}}}" if m[1] in "ij" else _LETTERS[m[1]], text
        )
        text = _ACCENT.sub(lambda m: m[3] + _ACCENTS[m[1] or m[2]], text)
    return unicodedata.normalize(
        "NFC", text.replace("~", " ").translate({ord("{"): None, ord("}"): None})
    )
