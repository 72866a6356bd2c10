"""What a section is for, told by its heading."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retest.fulltext.document import Role

_WORDS: tuple[tuple[Role, str], ...] = (
    ("abstract", r"abstract|summary of the paper"),
    ("limitations", r"limitations?|threats? to validity|caveats?"),
    (
        "related work",
        r"related (?:works?|research|literature|studies)|prior (?:works?|research|art)"
        r"|previous (?:works?|research|studies)|literature review|background and related"
        r"|comparison (?:to|with) (?:prior|existing|related|previous)",
    ),
    (
        "introduction",
        r"introduction|motivation|overview|background|preliminar(?:y|ies)|problem (?:statement"
        r"|setting|setup|formulation|definition)|notations?",
    ),
    (
        "conclusion",
        r"conclusions?|concluding|future (?:works?|directions?|research)|summary|outlook",
    ),
    (
        "discussion",
        r"discussions?|implications?|broader impacts?|takeaways?|lessons learned|ethic(?:s|al)"
        r"|impact statement|societal",
    ),
    (
        "results",
        r"results?|findings?|evaluations?|experiments?|ablations?|analys[ei]s|empirical"
        r"|performance|case stud(?:y|ies)|comparisons?|observations?|benchmark(?:s|ing)? results"
        r"|main experiments?|experimental (?:results|evaluation|study|studies|analysis)"
        r"|error analysis|robustness|generali[sz]ation|scaling (?:results|behaviou?r)",
    ),
    (
        "method",
        r"methods?|methodolog(?:y|ies)|approach(?:es)?|models?|architectures?|algorithms?"
        r"|implementation(?: details)?|training(?: details| setup| procedure)?"
        r"|data(?:sets?| collection)?|setups?|settings?|materials|framework|proposed"
        r"|our (?:method|approach|framework)|hyper-?parameters"
        r"|design|formulation|metrics?|tasks?|baselines?|theor(?:y|etical)|proofs?",
    ),
)
_SETUP = re.compile(
    r"\b(?:experiment(?:s|al)?|evaluation) (?:setups?|settings?|design|details?|protocols?)\b",
    re.IGNORECASE,
)
_PATTERNS = tuple((role, re.compile(rf"\b(?:{words})\b", re.IGNORECASE)) for role, words in _WORDS)
_NUMBER = re.compile(
    r"^(?:section\s+|appendix\s+)?(?:[\dA-Z](?:\.\d+)*\.?|[IVX]+\.)\s+", re.IGNORECASE
)
_LONGEST = 200
"""Characters of a heading that are looked at."""


def role_of(headings: Sequence[str], *, appendix: bool = False) -> Role:
    """The role of a section whose headings are given from the outermost to its own.

    The innermost heading that tells something decides. All of an appendix is appendix, but for its
    limitations. A heading that names a set-up is method, also among experiments.
    """
    told: Role | None = None
    for heading in reversed(headings):
        if role := _told(_NUMBER.sub("", heading[:_LONGEST])):
            told = role
            break
    if appendix:
        return "limitations" if told == "limitations" else "appendix"
    return told or "other"


def _told(heading: str) -> Role | None:
    if _SETUP.search(heading):
        return "method"
    found = [
        (match.start(), rank, role)
        for rank, (role, pattern) in enumerate(_PATTERNS)
        if (match := pattern.search(heading))
    ]
    if not found:
        return None
    # limitations and related work win wherever they stand; else what stands first
    for _, _, role in found:
        if role in ("limitations", "related work"):
            return role
    return min(found)[2]
