"""A call is counted at its worst before it is made, and at what it cost afterwards."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.answers import Judgment
from retest.errors import UsageError
from retest.llm.ask import Asker
from retest.llm.budget import Budget, OutOfBudget, Prices
from retest.llm.model import Model, Reply, Request, Usage
from retest.retry import Patience
from tests.llm.requests import RIGHT, judgment

DAY = date(2026, 8, 21)
FREE = Prices("manual", "anybody", DAY)
PAID = Prices("anthropic", "claude-sonnet-5-5", DAY)
ADDED = 200
"""Tokens that services add to what is sent."""


def cost(prices: Prices, usage: Usage) -> Decimal:
    found = prices.of(usage)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("sent", "tokens"),
    [
        ("", 0),
        ("x" * 1000, 500),
        ("x" * 1001, 500),
        ("é" * 500, 500),
        ("語" * 500, 750),
        ("\U0001d400" * 500, 1000),
        ("\ud800" * 500, 250),
    ],
)
def test_the_worst_case_is_a_token_for_every_two_bytes_and_all_of_the_answer(
    sent: str, tokens: int
) -> None:
    most = tokens + ADDED
    worst = Budget(max_tokens=most + 100).reserve(FREE, sent, 100)
    assert (worst.calls, worst.input, worst.output) == (1, most, 100)
    with pytest.raises(OutOfBudget, match=rf"--max-tokens {most + 99}"):
        Budget(max_tokens=most + 99).reserve(FREE, sent, 100)


def test_what_is_under_way_counts_at_its_worst_and_what_is_done_at_what_it_was() -> None:
    budget = Budget(max_tokens=2 * (500 + ADDED + 100))
    first = budget.reserve(FREE, "x" * 1000, 100)
    second = budget.reserve(FREE, "x" * 1000, 100)
    with pytest.raises(OutOfBudget):
        budget.reserve(FREE, "", 1)
    budget.settle(FREE, first, Usage(1, 300, 0, 50))
    left = first.input + first.output - 350
    with pytest.raises(OutOfBudget):
        budget.reserve(FREE, "", left - ADDED + 1)
    budget.reserve(FREE, "", left - ADDED)
    budget.settle(FREE, second, Usage())
    budget.reserve(FREE, "x" * 1000, 100)


def test_dollars_are_kept_to_the_last_cent_of_the_worst_case() -> None:
    tokens = 500 + ADDED
    worst = cost(PAID, Usage(1, tokens, 0, 100, tokens))
    Budget(max_usd=worst).reserve(PAID, "x" * 1000, 100)
    with pytest.raises(OutOfBudget, match="--max-usd"):
        Budget(max_usd=worst - Decimal("0.0000001")).reserve(PAID, "x" * 1000, 100)
    budget = Budget(max_usd=worst)
    budget.settle(PAID, budget.reserve(PAID, "x" * 1000, 100), Usage(1, 10, 0, 1))
    with pytest.raises(OutOfBudget):
        budget.reserve(PAID, "x" * 1000, 100)


@given(st.integers(0, 700), st.integers(0, 700), st.integers(0, 700), st.integers(0, 100))
def test_no_way_to_bill_a_call_costs_more_than_its_worst_case(
    sent: int, cached: int, written: int, output: int
) -> None:
    worst = Budget(max_tokens=10_000).reserve(PAID, "x" * 1000, 100)
    assert cost(PAID, Usage(1, sent, cached, output, written)) <= cost(PAID, worst)


def test_a_batch_costs_half() -> None:
    usage = Usage(1, 1000, 200, 300, 400)
    half = Prices(PAID.provider, PAID.model, DAY, batch=True)
    assert cost(half, usage) == cost(PAID, usage) / 2


@pytest.mark.parametrize("provider", ["manual", "annotations", "scripted"])
def test_who_is_paid_by_nobody_costs_nothing(provider: str) -> None:
    prices = Prices(provider, "anybody", DAY)
    assert prices.of(Usage(1, 10**6, 0, 10**6)) == 0
    Budget(max_usd=Decimal(0)).check(prices)
    Budget(max_usd=Decimal(0)).reserve(prices, "x" * 1000, 100)


def test_a_limit_in_dollars_needs_a_price_and_one_in_tokens_does_not() -> None:
    unknown = Prices("anthropic", "no-such-model", DAY)
    with pytest.raises(UsageError, match="no price is known of anthropic:no-such-model") as raised:
        Budget(max_usd=Decimal(1)).check(unknown)
    assert "--max-tokens" in str(raised.value.hint)
    Budget(max_tokens=1000).check(unknown)
    Budget().check(unknown)
    Budget(max_usd=Decimal(1)).check(PAID)


def test_what_a_service_counts_wrongly_is_taken_as_it_can_be() -> None:
    assert cost(PAID, Usage(1, 100, 500, 10, 500)) == cost(PAID, Usage(1, 100, 100, 10, 0))
    assert cost(PAID, Usage(1, -5, -5, -5, -5)) == 0
    assert cost(PAID, Usage(1, 100, 60, 10, 500)) == cost(PAID, Usage(1, 100, 60, 10, 40))
    budget = Budget(max_tokens=ADDED + 10)
    budget.settle(FREE, budget.reserve(FREE, "", 10), Usage(1, -1000, 0, -1000))
    with pytest.raises(OutOfBudget):
        budget.reserve(FREE, "", 11)


class Counted(Model):
    """A model that counts what it is asked."""

    provider, name = "manual", "one"

    def __init__(self) -> None:
        self.asked = 0

    async def complete(self, request: Request) -> Reply:
        self.asked += 1
        return Reply(json.dumps(RIGHT), Usage(1, 10, 0, 5))

    async def aclose(self) -> None:
        """Nothing is held open."""


@pytest.mark.parametrize("short", [0, 1])
async def test_all_that_is_sent_counts_system_user_and_schema(short: int) -> None:
    request = judgment()
    schema = json.dumps(Judgment.model_json_schema(), sort_keys=True)
    sent = len((request.system + request.user + schema).encode())
    budget = Budget(max_tokens=sent // 2 + ADDED + request.max_output_tokens - short)
    model = Counted()
    asker = Asker(
        model,
        cache=None,
        patience=Patience(1),
        concurrency=1,
        ladder_version="1",
        budget=budget,
        prices=FREE,
    )
    if short:
        with pytest.raises(OutOfBudget):
            await asker.ask(request, Judgment)
    else:
        await asker.ask(request, Judgment)
    assert model.asked == 1 - short
