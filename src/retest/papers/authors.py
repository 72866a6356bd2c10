"""The one line of authors in arXiv's raw records as names, in the way of arXiv's own list of
them."""

from __future__ import annotations

import re

from retest.text.latex import decoded

DEEPEST = 4
"""Parentheses within each other that are looked into; from a deeper one on the rest of the line is
left out."""
_INNERMOST = re.compile(r"\([^()]*\)")
_BETWEEN = re.compile(r"\s*[,:]\s*(?:(?:and|&)\s+)?|\s+(?:and|&)\s+")
_SUFFIX = re.compile(r"(?:Jr|Sr)\.?|[IV]{2,}")


def names(line: str) -> tuple[str, ...]:
    """`Ann Author (MIT), B. M\\"uller, Jr. and the C Collaboration` as three names: what stands in
    parentheses is left out, and accents in TeX are letters."""
    text = decoded(line)
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
