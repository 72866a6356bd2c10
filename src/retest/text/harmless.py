"""Text of others, made harmless: nothing in it that a reader cannot see or a terminal obeys."""

from __future__ import annotations

import json
import re
import unicodedata

MOST_MARKS = 6
"""Marks that may stand on one letter: pointed Hebrew and stacked Tibetan have up to five, a pile
that runs over the lines around it has dozens."""
_USUAL = re.compile(
    r"[ "
    r"-~\xa1-\xac\xae-\u02ff\u0391-\u03a1\u03a3-\u03ff\u2010-\u2027\u2030-\u205e\u2100-\u218b\u2190-\u22ff]*"
)
"""Nearly all text: it is visible as it stands, and found to be so at a tenth of the time."""
_SPACE = re.compile(r"[\s\u2800]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_MARKS = frozenset({"Mn", "Me"})
_UNSEEN = frozenset(
    chr(code)
    for first, last in (
        (0x034F, 0x034F),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFFA0, 0xFFA0),
        (0xE0100, 0xE01EF),
    )
    for code in range(first, last + 1)
)
"""Fillers, joiners and variation selectors: Unicode's Default_Ignorable_Code_Point beyond what
`_INVISIBLE` covers."""


def visible(text: str) -> str:
    """`text` as a reader sees it: white space of any kind as spaces; control, bidirectional,
    zero-width, filler, private and unassigned characters dropped, and so are marks that pile up on
    one letter. Safe for a terminal as it stands."""
    if _USUAL.fullmatch(text):
        return text
    kept: list[str] = []
    marks = 0
    for character in _SPACE.sub(" ", text):
        kind = unicodedata.category(character)
        if kind in _INVISIBLE or character in _UNSEEN:
            continue
        marks = marks + 1 if kind in _MARKS else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def one_line(text: str) -> str:
    """`text` on one line, as `visible` has it, its spaces single."""
    shown = visible(text)
    return " ".join(shown.split()) if "  " in shown else shown.strip()


def cut(text: str, length: int) -> str:
    """`text` on one line, cut at a word where it is longer. One without anything to see stays as it
    is: whoever shows it knows what to put in its place."""
    plain = one_line(text)
    if len(plain) <= length:
        return plain or text
    kept = plain[: length - 1]
    return (kept.rpartition(" ")[0].rstrip(" ,;:.-") or kept) + "…"


def is_right_to_left(text: str) -> bool:
    """Whether something in `text` is written from the right, and so may move what stands
    around it."""
    return not text.isascii() and any(
        unicodedata.bidirectional(c) in ("R", "AL", "AN") for c in text
    )


def escaped(json_text: str) -> str:
    """JSON text in which what a reader cannot see stands as `\\uXXXX`: the same value, and nothing
    that a terminal obeys or that a reviewer overlooks."""
    hidden = (c for c in set(json_text) if unicodedata.category(c) in _INVISIBLE or c in _UNSEEN)
    return json_text.translate({ord(c): json.dumps(c)[1:-1] for c in hidden if c != "\n"})
