"""Abstracts, cut into sentences."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

from retest.text.harmless import one_line

Span = tuple[int, int]
_MARK = re.compile(r"\(?\b(?:[ivx]{1,4}|\d{1,2}|[a-hA-H])\)|\[\d{1,4}(?:[,;-] ?\d{1,4})*\]")
_DOLLARS = re.compile(r"(?<!\\)\$\$?")
_PROSE = re.compile(r"[.!?] +[A-Z]")
_BRACKETS = re.compile(r"[()\[\]{}]")
_OPENER = {")": "(", "]": "[", "}": "{"}
INTERVAL = 40
"""Characters between the ends of a half-open interval, `[0, 1)`, whose brackets differ."""
NEAR = 400
"""Characters before a cut that are looked at."""
_CLOSERS = re.compile(r"[)\]}$]+[\u201d\u2019\"']*[.,;:!?]*")
_ENDED = re.compile(r"[.!?\u2026\u3002\uff01\uff1f] ?[)\]}$\"'\u201d\u2019*]*$")
_ITEM = re.compile(
    r"(?:^|[:;] +)(?:[ivx]{1,4}|\d{1,2}|[a-h])\.$|(?:,|\b(?:and|or)) (?:[ivx]{1,4}|[a-h])\.$"
)
"""The head of a list's item at the end of a piece: `: 1.`, `and ii.`, or all of the piece."""
_LAST_ITEM = re.compile(r"[,;] (?:and|or) \d{1,2}\.$")
_NUMBERED = re.compile(r"(?:^|[:;] )\d{1,2}\. ")
"""The head of a list's last item, and of one before it."""
_GOES_ON = re.compile(
    r"https?://|www\.|[a-z\d-]{1,63}(?:\.[a-z\d-]{1,63}){1,5}/|(?:i\.e|e\.g|viz|cf)\."
    r"|[-\u2013\u2014]{1,3} ?(?=[a-z\d])|[,;:/=+]"
)
"""What no sentence begins with: an address, an explanation, a sign that joins."""
_ADDRESS = re.compile(r"https?://\S*\.$")


@lru_cache(maxsize=4096)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of an abstract, in order, each on one line. Cut by sentencex; no cut is left
    inside a bracket or a formula, before an address or an explanation, or behind the head of a
    list's item. Pieces without a letter join the one before. Time grows with the length alone.
    Remembered: each station that shows, cuts or quotes a paper needs the same ones."""
    plain = one_line(text)
    pieces: list[list[str]] = []
    start = 0
    for end in (*_cuts(plain), len(plain)):
        line = plain[start:end].strip()
        start = end
        if not line:
            continue
        if pieces and not any(c.isalpha() for c in line):
            pieces[-1].append(line)
        else:
            pieces.append([line])
    return tuple(" ".join(lines) for lines in pieces)


def _cuts(plain: str) -> list[int]:
    """Where one sentence ends and the next begins."""
    import sentencex

    spans = enclosed(plain)
    closing = {end for _, end in spans}
    # sentencex takes "(iii)", "2)" and "[3]" for the heads of list items and leaves whole items
    # together: it sees letters there, and the cuts it makes are made in the text itself.
    masked = _MARK.sub(
        lambda mark: (
            mark[0] if mark[0][0] not in "([" and mark.end() in closing else "x" * len(mark[0])
        ),
        plain,
    )
    if (
        masked[:1] in ("'", '"') and masked[-1] == masked[0]
    ):  # the whole text in quotes would stay in one piece
        masked = f"x{masked[1:-1]}x"
    outer = _outermost(spans)
    cuts: list[int] = []
    start = end = at = 0
    for piece in sentencex.segment("en", masked):
        end += len(piece)
        while at < len(outer) and outer[at][1] <= end:
            at += 1
        closes = outer[at][1] if at < len(outer) and outer[at][0] < end else 0
        cut = _behind(plain, end, closes)
        if start < cut < len(plain) and not _goes_on(plain, start, cut):
            cuts.append(cut)
            start = cut
    return cuts


def _behind(plain: str, end: int, closes: int) -> int:
    """The cut at `end`, put behind what closes there; 0 inside a bracket or formula that ends at
    `closes` and has more than that in it."""
    at = end + (plain[end : end + 1] == " ")
    if signs := _CLOSERS.match(plain, at):
        after = plain[signs.end() : signs.end() + 2]
        if signs.end() >= closes and (not after or (after[0] == " " and not after[1:].islower())):
            return signs.end()
    return 0 if closes else end


def _goes_on(plain: str, start: int, cut: int) -> bool:
    """Whether the sentence that began at `start` goes on behind the cut."""
    said = plain[max(start, cut - NEAR) : cut].strip()
    follows = cut + (plain[cut : cut + 1] == " ")
    if not _ENDED.search(said[-20:]) or _GOES_ON.match(plain, follows):
        return True
    head = said if len(said) < 12 else f"x{said[-12:]}"
    if _ITEM.search(head) or (_LAST_ITEM.search(head) and _NUMBERED.search(said)):
        return True
    return plain[follows : follows + 1].islower() and _ADDRESS.search(said) is not None


def enclosed(text: str) -> list[Span]:
    """Where pairs of brackets and formulas between dollar signs stand, from the opening sign to
    behind the closing one, in the order of their ends. Signs without a partner are none: heads of
    lists, faces, sums of money. A bracket within a formula has its partner there."""
    formulas = _formulas(text)
    groups: list[list[re.Match[str]]] = [[] for _ in range(len(formulas) + 1)]
    at = 0
    for sign in _BRACKETS.finditer(text):
        while at < len(formulas) and formulas[at][1] <= sign.start():
            at += 1
        within = at < len(formulas) and formulas[at][0] < sign.start()
        groups[at if within else -1].append(sign)
    pairs = [span for group in groups for span in _pairs(text, group)]
    return sorted([*pairs, *formulas], key=lambda span: (span[1], -span[0]))


def _pairs(text: str, signs: Sequence[re.Match[str]]) -> Iterator[Span]:
    opened: list[re.Match[str]] = []
    counts: Counter[str] = Counter()
    for sign in signs:
        opener = _OPENER.get(sign[0])
        if opener is None:
            opened.append(sign)
            counts[sign[0]] += 1
            continue
        if opened and _interval(text, opened[-1], sign):
            opener = opened[-1][0]
        while counts[opener]:
            first = opened.pop()
            counts[first[0]] -= 1
            if first[0] == opener:
                yield first.start(), sign.end()
                break


def _interval(text: str, first: re.Match[str], last: re.Match[str]) -> bool:
    """Whether two brackets of which one is round and one is square are the ends of an interval."""
    if {first[0], last[0]} not in ({"[", ")"}, {"(", "]"}) or last.start() - first.end() > INTERVAL:
        return False
    within = text[first.end() : last.start()]
    return "," in within and ". " not in within


def _formulas(text: str) -> list[Span]:
    """Text between dollar signs, taken in turn. What reads like prose between two sums of money is
    none."""
    signs = list(_DOLLARS.finditer(text))

    def is_prose(first: re.Match[str], last: re.Match[str]) -> bool:
        money = len(signs) % 2 or text[first.end()].isdigit()
        return bool(money and _PROSE.search(text, first.end(), last.start()))

    found: list[Span] = []
    opened: re.Match[str] | None = None
    for sign in signs:
        if opened and opened[0] == sign[0] and not is_prose(opened, sign):
            found.append((opened.start(), sign.end()))
            opened = None
        else:
            opened = sign
    return found


def _outermost(spans: list[Span]) -> list[Span]:
    found: list[Span] = []
    for start, end in spans:  # by their ends, so that an outer one follows what it holds
        while found and found[-1][0] >= start:
            found.pop()
        found.append((start, end))
    return found
