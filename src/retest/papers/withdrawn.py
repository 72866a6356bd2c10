"""Whether a paper's authors, or arXiv, took it back.

arXiv's metadata has no flag for it. A withdrawal is a new version whose comments say so; its
abstract mostly stays, and in older papers is replaced by a sentence. So only set phrases about the
paper itself count: a paper that was withdrawn from a conference still stands, and one that studies
withdrawal, or mentions it further on, is none.
"""

from __future__ import annotations

import re

_SUBJECT = (
    r"\b(?:this|the|our)\s+(?:\w+\s+)?"
    r"(?:paper|article|manuscript|submission|preprint|work|version|note|report)"
)
_FATE = (
    r"(?:has|have|had)\s+been|was|were|is|is\s+being|will\s+be"
    r"|(?:needs?|has)\s+to\s+be|must\s+be|should\s+be"
)
_PASSIVE = rf"(?:{_SUBJECT})\s+(?:\w+\s+)?(?:{_FATE})\s+(?:\w+\s+)?withdrawn"
_ELSEWHERE = r"(?!\s+(?:from\s+(?!arxiv)|before\b))"
_BARE = r"\W*(?:paper\s+)?withdrawn(?=\s*(?:[.,;:!(]|$|by\b|due\b|because\b|as\b|for\b|pending\b))"
_COMMENTS = re.compile(
    rf"{_PASSIVE}{_ELSEWHERE}|\bneeds\s+to\s+be\s+withdrawn{_ELSEWHERE}"
    rf"|\bwithdraw\s+(?:this|the|our)\s+(?:paper|article|manuscript|submission|preprint)(?!\s+from\s+(?!arxiv))"
    rf"|^{_BARE}",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(rf"^(?:\W*{_PASSIVE}{_ELSEWHERE}|{_BARE})", re.IGNORECASE)


def is_withdrawn(abstract: str, comments: str) -> bool:
    """True where the comments, or the abstract's first words, say that this very paper is
    withdrawn."""
    return bool(_COMMENTS.search(comments) or _ABSTRACT.match(abstract))
