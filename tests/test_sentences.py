"""Where an abstract is cut into the numbered sentences that a model points at."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.text.sentences import enclosed, sentences

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
    "a list with capital letters": (
        "Lakes fall into five kinds: (A) deep, (B) wide, and (C) small. They differ. We say how."
    ),
    "a function of two letters": (
        "The depth E(K, N) grows with K. For S(L, N) it falls. Both are bounded by E(K, L)."
    ),
    "sentences within a bracket": (
        "We went out (It was cold. Nobody complained.) and gauged. We came back. All was well."
    ),
    "a stop within a formula": (
        "It runs on lakes$.$org at night. The depth is $h = 3. \\dots$ at least. We stop there."
    ),
    "a formula that ends a sentence": (
        "The cost falls from $O(L^2)$ to $O(Lk)$. It holds for $d \\ll n$. We show it."
    ),
    "half-open intervals": (
        "Depths in [0, 1) are shallow. Those in (1, 2] are not. All others are unknown."
    ),
    "an amount of money": (
        "A gauge costs $5. We bought ninety for $400 in all. They lasted $n$ years."
    ),
    "an address behind the last sentence": (
        "All gauges are free. Lakes are not. The data are here. https://example.org/lakes.csv"
    ),
    "an address that is cut by a space": (
        "Lakes are deep. Some are not. The data are at https://example. org/lakes."
    ),
    "an explanation behind a stop": (
        "We gauge few lakes. They lose what they had. i.e., water. Then they dry up."
    ),
    "a numbered list behind a colon": (
        "There are two ways: 1. a gauge, and 2. a rope. Both are slow. We take both."
    ),
    "a list with roman numbers": (
        "Two things are hard: i. finding a lake, and ii. leaving it. We do both. It works."
    ),
    "numbers that are no list": (
        "We gauge at Stations 1, 2, and 3. From there we walk. The ratio is 300:1. It is high."
    ),
}
COUNTS = {"an amount of money": 3, "numbers that are no list": 4}


@pytest.mark.parametrize("name", CUT)
def test_each_sentence_stands_alone_and_none_is_lost(name: str) -> None:
    cut = sentences(CUT[name])
    assert len(cut) == COUNTS.get(name, 3), f"cut into {cut}"
    assert " ".join(cut) == CUT[name]


WORDS = st.sampled_from(
    [
        *("wind", "Lakes", "E(K, N)", "(see Sec. 2)", "(A. B. C.)", "$x. Y$", "[3]", "(ii)"),
        *("i.e.", "{We go. }", "end.", "End. We", "https://a.org/b.", "1.", "?", "$O(n)$."),
        "(Fig. (a). So)",
    ]
)


@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_no_sentence_ends_inside_a_bracket_or_a_formula_and_nothing_is_lost(text: str) -> None:
    cut = sentences(text)
    assert "".join(cut).replace(" ", "") == text.replace(" ", "")
    for kind in ("()", "[]", "{}"):
        assert all(one.count(kind[0]) == one.count(kind[1]) for one in cut), cut
    assert all(one.count("$") % 2 == 0 for one in cut), cut


def test_signs_without_a_partner_enclose_nothing() -> None:
    assert enclosed("a) wind :-( and 5 $ in all, [ice") == []
    text = "f(g(x), [0, 1)) is $h(y$"
    assert [text[start:end] for start, end in enclosed(text)] == [
        "(x)",
        "[0, 1)",
        "(g(x), [0, 1))",
        "$h(y$",
    ]
