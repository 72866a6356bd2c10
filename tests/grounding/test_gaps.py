"""Rung 5: a `...` in a quote may stand for a gap, and for nothing else."""

from __future__ import annotations

import pytest

from retest.grounding.quote import Place, find_quote

ABSTRACT = (
    "It is often said that wind drives the tides of small lakes. We gauge ninety small lakes "
    "through a winter. The wind explains none of the tides under ice, and we wonder why. "
    "The wind explains most of the tides of small lakes in summer."
)
TITLE = "The tides of small lakes under ice, and what the wind has to do with them"
TEXTS = [("title", TITLE), ("abstract", ABSTRACT)]


def found(quote: str, texts: list[tuple[str, str]] = TEXTS) -> str:
    place = find_quote(quote, texts)
    return str(place) if isinstance(place, Place) else place.reason


@pytest.mark.parametrize("gap", ["...", "…", ". . .", "[...]", "[…]", "(...)", "....", "[ ... ]"])
def test_pieces_that_stand_in_order_in_one_text_are_a_quote_with_a_gap(gap: str) -> None:
    quote = f"wind drives the tides of small lakes {gap} The wind explains none of the tides"
    assert found(quote) == "abstract, sentence 1, offset 22"
    assert found(quote.lower()) == "abstract, sentence 1, offset 22"


@pytest.mark.parametrize(
    "quote",
    [
        "The wind explains most of the tides ... wind drives the tides of small lakes.",
        "We gauge ninety small lakes through a winter ... wind drives the tides of small lakes.",
        # Once in the text, and so not twice in the quote.
        "We gauge ninety small lakes through ... We gauge ninety small lakes through a winter",
        # The second piece begins within the first.
        "wind drives the tides of small lakes ... the tides of small lakes. We gauge ninety",
        # One piece of the title, one of the abstract.
        "what the wind has to do with them ... We gauge ninety small lakes through a winter",
        "We gauge ninety small lakes through a winter ... the wind explains all of the tides",
        "the wind explains all of the tides ... The wind explains most of the tides",
    ],
)
def test_pieces_in_another_order_of_two_texts_or_not_all_there_are_no_quote(quote: str) -> None:
    assert found(quote) == "quote-not-found"


def test_a_piece_that_stands_twice_is_looked_for_behind_the_piece_before() -> None:
    assert found("We gauge ninety small lakes ... the tides of small lakes in summer").startswith(
        "abstract, sentence 2"
    )
    assert found("The wind explains none of the tides ... tides of small lakes in summer") == (
        "abstract, sentence 3, offset 106"
    )


@pytest.mark.parametrize(
    "quote",
    ["small lakes ... of the tides", "The ... We gauge ninety small lakes through a winter"],
    ids=["no piece is long enough", "a piece of one word"],
)
def test_one_piece_is_long_enough_and_every_piece_has_two_words(quote: str) -> None:
    assert found(quote) == "quote-too-short"


def test_a_short_piece_beside_a_long_one_takes_nothing_away() -> None:
    quote = "We gauge ninety small lakes through a winter ... most of the tides"
    assert found(quote).startswith("abstract")


def test_dots_that_the_text_itself_has_are_no_gap() -> None:
    text = "Models wander off ... and nobody knows why they do so."
    assert found("wander off ... and nobody knows why", [("abstract", text)]).startswith("abstract")
    assert found("Models wander ... and nobody knows why", [("abstract", text)]) == (
        "quote-too-short"
    )


def test_dots_at_either_end_leave_nothing_out() -> None:
    quote = "... wind drives the tides of small lakes ..."
    assert found(quote) == "abstract, sentence 1, offset 22"
    assert found("wind drives the tides of small lakes...") == "abstract, sentence 1, offset 22"
