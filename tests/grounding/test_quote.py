"""Where a quote may begin and end, and which pieces of an elided one count."""

from __future__ import annotations

import pytest

from retest.grounding.quote import Fallen, Place, find_quote

TEXT = (
    "On small lakes we report a speedup of 1.1x for 1.2B models and 80% of tasks over 10,000 runs "
    "at 5 km/h, a cost of $5 million; errors fall by -2.5 points, p<=0.05, 10$^{-3}$ per step, "
    "0.91 ± 0.02 overall, from 3-5 to 20 °C. In 2019, GPT-4 based agents took 5 ms, 80 percent of "
    "1 000 users, 3:1 odds and 7 \u00d7 10$^5$ tokens in 2020--we do not."
)


def found(quote: str) -> bool:
    return isinstance(find_quote(quote, [("abstract", TEXT)]), Place)


@pytest.mark.parametrize(
    "quote",
    [
        "a speedup of 1.1x for 1.2B models",
        "models and 80% of tasks over 10,000 runs",
        "over 10,000 runs at 5 km/h",
        "$5 million; errors fall by \u22122.5 points",
        "p<=0.05, 10^-3 per step, 0.91 ± 0.02 overall",
        "overall, from 3-5 to 20 °C. In 2019",
        "GPT-4 based agents took 5 ms, 80 percent",
        "of 1 000 users, 3:1 odds and 7 \u00d7 10^5 tokens",
        "3:1 odds and 7 \u00d7 10^5 tokens in 2020",
    ],
)
def test_a_quote_may_begin_and_end_with_a_whole_number(quote: str) -> None:
    assert found(quote)


@pytest.mark.parametrize(
    "quote",
    [
        "On small lakes we report a speedup of 1",
        "On small lakes we report a speedup of 1.1",
        ".1x for 1.2B models and 80% of tasks",
        "1x for 1.2B models and 80% of tasks",
        "a speedup of 1.1x for 1.2B models and 80",
        "% of tasks over 10,000 runs",
        "models and 80% of tasks over 10",
        ",000 runs at 5 km/h, a cost of $5 million",
        "80% of tasks over 10,000 runs at 5",
        "80% of tasks over 10,000 runs at 5 km",
        "5 million; errors fall by \u22122.5 points",
        "10,000 runs at 5 km/h, a cost of $5",
        "2.5 points, p<=0.05, 10^-3 per step",
        "=0.05, 10^-3 per step, 0.91 ± 0.02",
        "errors fall by \u22122.5 points, p<=0.05, 10",
        "-3 per step, 0.91 ± 0.02 overall",
        "3 per step, 0.91 ± 0.02 overall",
        "p<=0.05, 10^-3 per step, 0.91",
        "0.02 overall, from 3-5 to 20 °C",
        "per step, 0.91 ± 0.02 overall, from 3",
        "5 to 20 °C. In 2019, GPT-4 based agents",
        "C. In 2019, GPT-4 based agents took 5 ms",
        "In 2019, GPT-4 based agents took 5",
        "GPT-4 based agents took 5 ms, 80",
        "agents took 5 ms, 80 percent of 1",
        "1 odds and 7 \u00d7 10^5 tokens in 2020",
        "of 1 000 users, 3:1 odds and 7",
        "1 000 users, 3:1 odds and 7 \u00d7 10",
        "4 based agents took 5 ms, 80 percent",
    ],
)
def test_a_quote_does_not_begin_or_end_inside_a_number(quote: str) -> None:
    assert not found(quote), "a part of a number is another number"


@pytest.mark.parametrize(
    "quote",
    [
        "a speedup of 1.1x for 1.2B models ... of tasks",
        "we report ... errors fall by \u22122.5 points ... per step",
        "On small lakes [...] GPT-4 based agents took 5 ms",
    ],
)
def test_one_long_piece_in_order_with_the_short_ones_is_enough(quote: str) -> None:
    assert found(quote)


@pytest.mark.parametrize(
    ("quote", "reason"),
    [
        ("of tasks ... a speedup of 1.1x for 1.2B models", "quote-not-found"),
        ("a speedup of 1.1x for 1.2B models ... of ponds", "quote-not-found"),
        ("a speedup of 1.1x for 1.2B models ... tasks", "quote-too-short"),
        ("small lakes ... of tasks ... per step", "quote-too-short"),
        ("a speedup of 1.1x for 1.2B models ... and 80", "quote-not-found"),
        ("", "no-quote"),
        (" … ", "no-quote"),
    ],
)
def test_pieces_that_are_out_of_order_or_single_words_ground_nothing(
    quote: str, reason: str
) -> None:
    fallen = find_quote(quote, [("abstract", TEXT)])
    assert isinstance(fallen, Fallen)
    assert fallen.reason == reason
