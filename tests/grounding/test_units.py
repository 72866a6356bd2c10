"""A quote begins and ends with a whole number: its sign, its currency and its unit belong to it."""

from __future__ import annotations

import pytest

from retest.grounding.quote import Fallen, Place, find_quote

SAID = "In all ninety lakes the wind explains at least {} of the tide, and the moon the rest."


def found(quote: str, text: str) -> str:
    place = find_quote(quote, [("abstract", text)])
    return "stands" if isinstance(place, Place) else place.reason


@pytest.mark.parametrize(
    ("number", "cut"),
    [
        ("80%", "80"),
        ("80 %", "80"),
        ("80\\%", "80"),
        ("$80\\%$", "80"),
        ("80‰", "80"),
        ("80°C", "80"),
        ("80€", "80"),
        ("80ms", "80"),
        ("80x", "80"),
        ("80-fold", "80"),
        ("80/100", "80"),
        ("10^3", "10"),
        ("$10^{3}$", "10"),
        ("1.80", "1"),
        ("1,800", "1"),
        ("1 800", "1"),
    ],
)
def test_a_quote_that_loses_the_unit_or_the_end_of_its_last_number_does_not_stand(
    number: str, cut: str
) -> None:
    text, quote = SAID.format(number), "In all ninety lakes the wind explains at least "
    assert found(quote + number, text) == "stands"
    assert found(quote + cut, text) == "quote-not-found"


@pytest.mark.parametrize(
    ("number", "cut"),
    [
        ("-80", "80"),
        ("\u221280", "80"),
        ("$-80$", "80"),
        ("+80", "80"),
        ("±80", "80"),
        ("~80", "80"),
        ("<80", "80"),
        ("€80", "80"),
        ("£80", "80"),
        ("\\$80", "80"),
        ("0.80", "80"),
        ("12,800", "800"),
        ("12 800", "800"),
        ("1/80", "80"),
    ],
)
def test_a_quote_that_loses_the_sign_or_the_beginning_of_its_first_number_does_not_stand(
    number: str, cut: str
) -> None:
    text, quote = SAID.format(number), " of the tide, and the moon the rest"
    assert found(number + quote, text) == "stands"
    assert found(cut + quote, text) == "quote-not-found"


def test_a_number_that_is_whole_stands_before_a_stop_a_comma_and_a_bracket() -> None:
    for end in (".", ", of all.", "; more.", " (80%).", ") of them.", ": all of it."):
        text = f"(The wind explains the tides of small lakes in {'80' + end}"
        quote = "The wind explains the tides of small lakes in 80"
        assert found(quote, text) == "stands", end


def test_what_falls_says_that_it_does_not_stand_in_the_text() -> None:
    fallen = find_quote("the wind explains at least 80", [("abstract", SAID.format("80%"))])
    assert isinstance(fallen, Fallen)
    assert fallen.detail == "it does not stand in the abstract"
