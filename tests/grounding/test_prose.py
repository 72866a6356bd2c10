"""What a model's own prose cites is evidence, or the sentence goes and is listed."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.paper import Lookup, Missing, Paper
from retest.grounding.prose import clean, to_look_up

LAKES = Paper(
    id="2604.00002",
    title="When lakes freeze",
    abstract="",
    published=date(2026, 4, 5),
    authors=("Ann-Sofie Müller", "José O'Brien", "Wei Chen"),
)
KNOWN: dict[str, Lookup] = {LAKES.id: LAKES}
FROM_MEMORY = [
    ("Smith et al. (2024) rule it out.", "Smith et al. (2024)"),
    ("It is ruled out (Smith et al., 2024).", "Smith et al., 2024"),
    ("Smith et al. 2024b rule it out.", "Smith et al. 2024b"),
    ("Smith et al.'s 2024 study rules it out.", "Smith et al.'s 2024"),
    ("Smith *et al.* (2024) rule it out.", "Smith *et al.* (2024)"),
    ("Smith et al. rule it out.", "Smith et al."),
    ("Smith and colleagues (2024) rule it out.", "Smith and colleagues (2024)"),
    ("van der Waals et al., 2021 rule it out.", "Waals et al., 2021"),
    ("J. Smith et al. [2604.00002] rule it out.", "Smith et al."),
    ("Smith et al., 2604.00002v2, rule it out.", "Smith et al."),
    ("Smith and Lee (2023) rule it out.", "Smith and Lee (2023)"),
    ("It is ruled out (Smith and Lee, 2023).", "Smith and Lee, 2023"),
    ("It is ruled out (J. Smith and K. Lee, 2023).", "Smith and K. Lee, 2023"),
    ("Smith & Lee 2024b rule it out.", "Smith & Lee 2024b"),
    ("It is ruled out [Smith, Lee, and Park, 2023].", "Smith, Lee, and Park, 2023"),
    ("As Smith, Lee & Park (2023) say, it is out.", "Smith, Lee & Park (2023)"),
    ("It is ruled out (Smith, 2024).", "Smith, 2024"),
    ("It is ruled out (see Smith, 2024a; Lee, 2023).", "Lee, 2023"),
    ("It is ruled out (McCoy, 2024).", "McCoy, 2024"),
    ("It is ruled out (O\u2019Neill, 2024).", "O\u2019Neill, 2024"),
    ("M\u00fcller et al., 2025 rule it out.", "M\u00fcller et al., 2025"),
    ("Mu\u0308ller et al. (2028) rule it out.", "M\u00fcller et al. (2028)"),
    ("O'Brien et al. (2026) rule it out.", "O'Brien et al. (2026)"),
    ("M\u00fcller and Lee (2026) rule it out.", "M\u00fcller and Lee (2026)"),
    ("\u738b et al. (2024) rule it out.", "\u738b et al. (2024)"),
]
GROUNDED = [
    "M\u00fcller et al. (2026) rule it out.",
    "Mu\u0308ller et al. (2027) rule it out.",
    "Muller et al. [2604.00002] rule it out.",
    "It is ruled out (M\u00fcller, 2026).",
    "M\u00fcller and O\u2019Brien (2026) rule it out.",
    "M\u00fcller, O'Brien, and Chen (2026) rule it out.",
]
ORDINARY = [
    "In 2024 and 2025 the lakes froze.",
    "In May 2025 they thawed.",
    "Between January and February 2024 nothing moved.",
    "They froze early (March, 2024) and late (May, 2025).",
    "Winter and Spring 2024 were cold.",
    "GPT 2023 is no lake, nor is GPT-4 (2023).",
    "Chinchilla (2022) moved the optimum.",
    "Table 2 and Figure 2024 show it.",
    "See Table and Figure 2024.",
    "NeurIPS and ICML 2024 took papers on lakes.",
    "Of 2048 lakes and 1999 ponds none moved.",
    "The wind explains 75% [2604.00002] in 2026.",
    "Evaluation on MMLU (2021) and BIG-Bench (2022) differs.",
    "Wind, ice and moon in 2024 and 2025 are told apart.",
    "The study (begun, 2019) went on.",
    "It is so (n = 2000, 2024 runs).",
]


@pytest.mark.parametrize(("sentence", "cited"), FROM_MEMORY)
def test_authors_from_memory_cost_the_sentence_and_are_listed(sentence: str, cited: str) -> None:
    text, rejected = clean(f"Ice limits it [2604.00002]. {sentence} So it is.", {LAKES.id}, KNOWN)
    assert text == "Ice limits it [2604.00002]. So it is."
    assert cited in {item.cited for item in rejected}
    assert {(item.rung, item.reason) for item in rejected} == {("resolves", "not-evidence")}


@pytest.mark.parametrize("sentence", GROUNDED)
def test_the_authors_of_the_evidence_may_be_named(sentence: str) -> None:
    kept, rejected = clean(sentence, {LAKES.id}, KNOWN)
    assert rejected == []
    assert "rule" in kept


@pytest.mark.parametrize("sentence", ORDINARY)
def test_ordinary_words_with_a_year_are_no_citation(sentence: str) -> None:
    assert clean(sentence, {LAKES.id}, KNOWN) == (sentence, [])


def test_authors_of_a_paper_that_is_no_evidence_are_not_enough() -> None:
    text, (rejected,) = clean("M\u00fcller et al. (2026) rule it out.", set(), KNOWN)
    assert (text, rejected.reason) == ("", "not-evidence")


def test_where_nobody_knows_the_authors_a_name_is_from_memory_still() -> None:
    nameless = {LAKES.id: LAKES.model_copy(update={"authors": ()})}
    for known in (nameless, {LAKES.id: Missing(id=LAKES.id)}, {}):
        assert clean("M\u00fcller et al. (2026) rule it out.", {LAKES.id}, known)[0] == ""


def test_the_evidence_is_looked_up_only_where_authors_are_named() -> None:
    assert to_look_up({LAKES.id}, "Ice limits it [2604.00002].") == []
    assert to_look_up({LAKES.id}, "See 2603.00001.") == ["2603.00001"]
    assert to_look_up({LAKES.id}, "Smith et al. say so.", "See 2603.00001.") == [
        "2603.00001",
        LAKES.id,
    ]


@pytest.mark.parametrize(
    "form",
    [
        "Smith et al., 2611.31415v2",
        "arXiv:2611.31415",
        "https://arxiv.org/abs/2611.31415v1",
        "[2611.31415]",
        "10.48550/arXiv.2611.31415",
        "\uff12\uff16\uff11\uff11.\uff13\uff11\uff14\uff11\uff15",
        "hf.co/papers/2611.31415",
    ],
)
def test_an_id_in_any_written_form_costs_the_sentence(form: str) -> None:
    text, rejected = clean(
        f"Ice limits it. It is out ({form}).", {LAKES.id}, {**KNOWN, "2611.31415": Missing(id="x")}
    )
    assert text == "Ice limits it."
    assert any(item.reason == "not-found" for item in rejected)


PIECES = st.sampled_from(
    [
        "Smith",
        "Lee",
        "M\u00fcller",
        " and ",
        " & ",
        ", ",
        " et al. ",
        "(",
        ")",
        "2024",
        "2026b",
        "[2604.00002]",
        "; ",
        ". ",
        "et",
        "al",
        "May",
        "*",
        "\u2019s ",
        "J. ",
        "\u738b",
        '"',
        "\u0301",
        "\ud800",
        "2611.31415",
    ]
)


@given(st.one_of(st.text(), st.lists(PIECES, max_size=30).map("".join)))
def test_no_text_at_all_breaks_it_and_what_is_cut_is_listed(text: str) -> None:
    kept, rejected = clean(text, {LAKES.id}, KNOWN)
    assert rejected or "".join(kept.split()) == "".join(clean(kept, {LAKES.id}, KNOWN)[0].split())
    assert clean(kept, {LAKES.id}, KNOWN)[0] == kept, "what was left leans on nothing that fails"
