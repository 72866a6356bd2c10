"""Pauses: as a service asks for them, whatever it writes, and never in step."""

from __future__ import annotations

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.retry import Patience, Transient, async_retrying, retry_after, retrying

NOW = datetime(2026, 8, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17),
        (" 17 ", 17),
        ("Fri, 21 Aug 2026 12:00:30 GMT", 30),
        ("Fri, 21 Aug 2026 12:00:30 -0000", 30),
        ("Fri, 21 Aug 2026 12:00:30", 30),
        ("Fri, 21 Aug 2026 14:00:30 +0200", 30),
        ("Fri, 21 Aug 2026 11:00:00 GMT", 0),
        ("²", None),
        ("٣", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("-5", None),
        ("1.5", None),
        ("Fri, 99 Aug 2026 99:99:99 GMT", None),
        ("Fri, 21 Aug 99999 12:00:30 GMT", None),
    ],
)
def test_retry_after_is_read_as_http_has_it_and_never_an_error(
    value: str | None, seconds: float | None
) -> None:
    assert retry_after(value, lambda: NOW) == seconds


@given(
    st.text(max_size=40)
    | st.from_regex(r"\A\w{3}, \d{1,4} \w{3} \d{1,6} \d\d:\d\d:\d\d( [+-]?\w{1,5})?\Z")
)
def test_no_retry_after_whatever_is_an_exception(value: str) -> None:
    seconds = retry_after(value, lambda: NOW)
    assert seconds is None or seconds >= 0


def pauses(patience: Patience, asked: float | None = None) -> list[float]:
    """How long is waited between the attempts of a call that always fails."""
    slept: list[float] = []

    def call() -> None:
        raise Transient("down", asked)

    with pytest.raises(Transient):
        retrying(patience).copy(sleep=slept.append)(call)
    return slept


def test_pauses_grow_and_are_exact_where_there_is_no_chance() -> None:
    assert pauses(Patience(5, 2.0, 10.0)) == [2, 4, 8, 10]
    assert pauses(Patience(3, 2.0, 60.0), 17) == [17, 17]


def test_calls_that_failed_together_do_not_try_again_together() -> None:
    chances = [random.Random(seed).random for seed in range(8)]  # noqa: S311 - chance, not secrets
    every = [pauses(Patience(4, 2.0, 60.0, chance)) for chance in chances]
    for attempt, whole in enumerate((2, 4, 8)):
        waited = {one[attempt] for one in every}
        assert len(waited) == 8
        assert all(whole / 2 <= pause <= whole for pause in waited)
    asked = {pauses(Patience(2, 2.0, 60.0, chance), 17)[0] for chance in chances}
    assert len(asked) == 8
    assert all(17 <= pause <= 19 for pause in asked), "never sooner than was asked for"


def test_the_same_chance_gives_the_same_pauses() -> None:
    one, other = (Patience(4, 2.0, 60.0, random.Random(7).random) for _ in range(2))  # noqa: S311 - the same
    assert pauses(one) == pauses(other)


def test_no_service_makes_anybody_wait_longer_than_patience_whatever_the_chance() -> None:
    assert pauses(Patience(2, 2.0, 5.0, lambda: 0.999), 86400) == [5]


async def test_coroutines_wait_likewise() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    async def call() -> None:
        raise Transient("down")

    with pytest.raises(Transient):
        await async_retrying(Patience(3, 2.0, 60.0, lambda: 0.5)).copy(sleep=sleep)(call)
    assert slept == [1.5, 3.0]
