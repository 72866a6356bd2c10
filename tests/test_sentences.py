"""Where an abstract is cut into the numbered sentences that a model points at."""

from __future__ import annotations

import pytest

from retest.text.sentences import sentences

CUT = {
    "a bracket that ends in a short mark": (
        "We tune models (LLMs, e.g., GPT-4). However, few keep it (Pass@1). This is often so."
    ),
    "a reference to a section": (
        "The proof is long (see Section 2). It holds for lakes. It fails for seas."
    ),
    "a whole abstract in quotation marks": (
        "'Lakes have tides. Wind drives them. The moon does not.'"
    ),
    "a list in one sentence": (
        "It has three parts: (i) wind, (ii) depth, and iii) ice. It is complete. It is short."
    ),
}


@pytest.mark.parametrize("text", CUT.values(), ids=CUT.keys())
def test_each_sentence_stands_alone_and_none_is_lost(text: str) -> None:
    cut = sentences(text)
    assert len(cut) == 3, f"cut into {cut}"
    assert " ".join(cut) == text
