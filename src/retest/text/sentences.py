"""Abstracts, cut into sentences."""

from __future__ import annotations

import re
from functools import lru_cache

from retest.text.harmless import one_line

_MARK = re.compile(r"\(?\b(?:[ivx]{1,4}|\d{1,2}|[a-h])\)|\[\d{1,4}(?:[,;-] ?\d{1,4})*\]")


def _closes(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark like `2)` is the end of a bracket that was opened before it: "(see Section
    2)", "(GPT-4)"."""
    before = text[: mark.start()]
    return mark[0][0] not in "([" and before.count("(") > before.count(")")


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of an abstract, in order, each on one line. Cut by sentencex; pieces without a
    letter join the one before. Remembered: each station that shows, cuts or quotes a paper needs
    the same ones."""
    import sentencex

    plain = one_line(text)
    # sentencex takes "(iii)", "2)" and "[3]" for the heads of list items and leaves whole items
    # together: it sees letters there, and the cuts it makes are made in the text itself.
    masked = _MARK.sub(
        lambda match: match[0] if _closes(plain, match) else "x" * len(match[0]), plain
    )
    if (
        masked[:1] in ("'", '"') and masked[-1] == masked[0]
    ):  # the whole text in quotes would stay in one piece
        masked = f"x{masked[1:-1]}x"
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
