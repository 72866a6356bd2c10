"""Text of others, made harmless, and cut into sentences."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_SPACE = re.compile(r"\s+")
_MARK = re.compile(r"\(?\b(?:[ivx]{1,4}|\d{1,2}|[a-h])\)|\[\d{1,4}(?:[,;-] ?\d{1,4})*\]")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def one_line(text: str) -> str:
    """`text` on one line: white space folded to single spaces; control, bidirectional, zero-width, private and
    unassigned characters dropped. Safe for a terminal as it stands."""
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()  # nearly all text, at a tenth of the time
    folded = _SPACE.sub(" ", text)
    return "".join(c for c in folded if unicodedata.category(c) not in _INVISIBLE).strip()


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of an abstract, in order, each on one line. Cut by sentencex; pieces without a letter join the one
    before. Remembered: each station that shows, cuts or quotes a paper needs the same ones."""
    import sentencex

    plain = one_line(text)
    # sentencex takes "(iii)", "2)" and "[3]" for the heads of list items and leaves whole items together: it sees
    # letters there, and the cuts it makes are made in the text itself.
    masked = _MARK.sub(lambda match: "x" * len(match[0]), plain)
    pieces: list[str] = []
    end = 0
    for piece in sentencex.segment("en", masked):
        start, end = end, end + len(piece)
        line = plain[start:end].strip()
        if not line:
            continue
        if pieces and not any(c.isalpha() for c in line):
            pieces[-1] = f"{pieces[-1]} {line}"
        else:
            pieces.append(line)
    return tuple(pieces)
