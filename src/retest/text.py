"""Text of others, made harmless, and cut into sentences."""

from __future__ import annotations

import re
import unicodedata

_SPACE = re.compile(r"\s+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str) -> str:
    """`text` on one line: white space folded to single spaces; control, bidirectional, zero-width, private and
    unassigned characters dropped. Safe for a terminal as it stands."""
    folded = _SPACE.sub(" ", text)
    if folded.isascii() and folded.isprintable():
        return folded.strip()
    return "".join(c for c in folded if unicodedata.category(c) not in _INVISIBLE).strip()


def sentences(text: str) -> tuple[str, ...]:
    """The sentences of an abstract, in order, each on one line. Cut by sentencex; pieces without a letter join the one
    before."""
    import sentencex

    pieces: list[str] = []
    for piece in sentencex.segment("en", one_line(text)):
        line = piece.strip()
        if not line:
            continue
        if pieces and not any(c.isalpha() for c in line):
            pieces[-1] = f"{pieces[-1]} {line}"
        else:
            pieces.append(line)
    return tuple(pieces)
