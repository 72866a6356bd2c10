"""The words in which a paper argues with earlier ones.

Papers that settle a claim are worded so more often than others.

A mild preference among papers that match, never a ground for finding one (benchmarks/search.py).
"""

from __future__ import annotations

import re

WORDS = (
    "contrary",
    "contradict",
    "challenge",
    "question",
    "revisit",
    "rethink",
    "reexamine",
    "reassess",
    "refute",
    "rebut",
    "critical",
    "illusion",
    "myth",
    "overestimate",
    "overstated",
    "replicate",
    "reproduce",
    "replication",
    "debunk",
    "overturn",
    "misconception",
    "scrutinize",
    "counterexample",
)
"""For titles and abstracts; the index stems them."""
_TITLE = re.compile(
    r"\?|\b(?:(?:not?|cannot|without|really)\b|limit|fail|pitfall|re-?think|re-?visit|re-?examin|re-?evaluat|re-?assess|"
    r"challeng|illusion|myth|contra[dr]|refut|debunk|replicat|reproduc)",
    re.IGNORECASE,
)


def argues(title: str) -> bool:
    """Whether a title asks, denies or goes back to something.

    As in "Do they really ...?" and "Rethinking ...".
    """
    return _TITLE.search(title) is not None
