"""Whether a paper's authors, or arXiv, took it back.

arXiv's metadata has no flag for it (OAI's raw records have a sign, see oai_raw.py). A withdrawal is
a new version whose comments say so; its abstract mostly stays, and in older papers is replaced by a
sentence. So only set phrases about the paper itself count: a paper that was withdrawn from a
conference still stands, and one that studies withdrawal, or mentions it further on, is none.
"""

from __future__ import annotations

import re

_THING = r"(?:paper|article|manuscript|submission|preprint|work|version|note|report|e-?print)"
_THIS = (
    rf"(?<!version\sof\s)\b(?:this|the|our|my)\s+(?:\w+\s+)?{_THING}"
    rf"(?:\s+of\s+(?:this|the)\s+{_THING})?"
)
_ADVERB = r"(?:(?!not\b|never\b)\w+\s+)?"
_FATE = (
    rf"{_ADVERB}(?:(?:has|have|had)\s+been|was|were|is|is\s+being|will\s+be"
    rf"|(?:needs?|has)\s+to\s+be|must\s+be|should\s+be)\s+{_ADVERB}"
)
_TAKEN = r"(?:withdrawn|retracted|removed(?=\s+by\s+(?:the\s+)?arxiv))"
_WHO = r"(?:the|both|all|all\s+the)\s+(?:\w+\s+)?authors?|authors?|we|i"
_ELSEWHERE = r"(?!\s+(?:from\s+(?!arxiv)|before\b))"
_AT_ONCE = r"(?=\s*(?:[.,;:!()\]]|$|by\b|due\b|because\b|as\b|at\b|for\b|pending\b|on\b|since\b))"

# This paper has been withdrawn. This version withdrawn by arXiv administrators.
_PASSIVE = rf"{_THIS}\s+(?:{_FATE}{_TAKEN}{_ELSEWHERE}|{_TAKEN}{_AT_ONCE})"
# The author has withdrawn this paper. We have decided to withdraw our submission.
_ACTIVE = (
    rf"\b(?:{_WHO})\s+(?:(?:have|has|had|would|like|decided|chosen|asked|requested|wish|to)\s+){{0,3}}"
    rf"(?:withdraw|withdrawn|withdrew|retract|retracted)\s+{_THIS}{_ELSEWHERE}"
)
# Withdrawn. Submission withdrawn by the author. Paper has been withdrawn.
_BARE = rf"(?:{_THING}\s+)?(?:{_FATE})?{_TAKEN}{_AT_ONCE}"
_COMMENTS = re.compile(
    rf"{_PASSIVE}|{_ACTIVE}|\bneeds\s+to\s+be\s+withdrawn{_ELSEWHERE}"
    rf"|\bwithdraw\s+{_THIS}{_ELSEWHERE}|(?:^|[.;:!?(])\W{{0,8}}{_BARE}",
    re.IGNORECASE,
)
_ABSTRACT = re.compile(
    rf"\W{{0,8}}(?:arxiv\s+admin\s+note:\s*)?(?:{_PASSIVE}|{_ACTIVE}|{_BARE})", re.IGNORECASE
)


def is_withdrawn(abstract: str, comments: str) -> bool:
    """True where the comments, or the abstract's first words, say that this very paper is
    withdrawn."""
    return bool(_COMMENTS.search(comments) or _ABSTRACT.match(abstract))
