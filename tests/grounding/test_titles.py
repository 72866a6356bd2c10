"""Rung 3 for titles: what is a slip of the finger, and what is another title."""

from __future__ import annotations

import pytest

from retest.grounding.identity import title_fits

KNOWN = "Causal Inference of Tides in Small Lakes"


@pytest.mark.parametrize(
    "cited",
    [
        "Causl Inference of Tides in Small Lakes",
        "Causal Infrence of Tides in Small Lakes",
        "Causal Inferrence of Tides in Small Lakes",
        "Causal Inferecne of Tides in Small Lakes",
        "Causal Inference of Tides in Small Lake",
        "Causal Inferences of Tides in Small Lakes",
        "causal inference of the tides in small lakes",
    ],
)
def test_one_slip_that_gives_no_word_is_forgiven_and_so_is_a_plural(cited: str) -> None:
    assert title_fits(cited, [KNOWN]) == "whole"


@pytest.mark.parametrize(
    ("cited", "known"),
    [
        ("Casual Inference of Tides in Small Lakes", KNOWN),
        ("Causal Interference of Tides in Small Lakes", KNOWN),
        ("Adapting Models to Trials", "Adapting Models to Trails"),
        ("Models That Preform Planning", "Models That Perform Planning"),
        ("Large Modals of Language", "Large Models of Language"),
    ],
)
def test_a_slip_that_gives_another_english_word_is_another_title(cited: str, known: str) -> None:
    """causal, casual: both are words, and only one of them is the paper's."""
    assert title_fits(cited, [known]) is None


@pytest.mark.parametrize(
    "cited",
    [
        "Causal Inference of Tidez in Smalk Lakes",
        "Causal Infrnce of Tides in Small Lakes",
        "Xausal Inference of Tides in Small Lakes",
        "Causal Inference of Tides in Smll Lakes 2",
        "Causal Inference of Tids3 in Small Lakes",
    ],
)
def test_two_slips_a_first_letter_or_a_figure_are_not_forgiven(cited: str) -> None:
    assert title_fits(cited, [KNOWN]) is None


def test_a_short_word_has_no_slip() -> None:
    assert title_fits("Tides of Laks under Ice", ["Tides of Lake under Ice"]) is None
    assert title_fits("Fast GANZ for Lakes", ["Fast GANS for Lakes"]) is None


def test_of_ten_words_two_may_have_a_slip_and_of_nine_one() -> None:
    nine = "Nightly Measured Gauges Estimate Current Tides Within Frozen Lakes"
    slips = nine.replace("Measured", "Measurred").replace("Estimate", "Estimatte")
    assert len(nine.split()) == 9
    assert title_fits(slips, [nine]) is None
    assert title_fits(f"{slips} Everywhere", [f"{nine} Everywhere"]) == "whole"
    third = slips.replace("Current", "Currrent")
    assert title_fits(f"{third} Everywhere", [f"{nine} Everywhere"]) is None
