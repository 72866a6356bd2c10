"""A run never spends more than it may, says what it left, and takes that up first the next time."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.llm.budget import Budget, OutOfBudget, Prices
from retest.llm.model import Usage
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.wires import WIRES, Fault

DAY = date(2026, 8, 21)
PRICED = {"RETEST_MODEL": "anthropic:claude-sonnet-5-5"}


def log(workspace: Workspace) -> dict[str, Any]:
    lines = (workspace.folder / ".retest" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    found: dict[str, Any] = next(
        entry for line in reversed(lines) if "usage" in (entry := json.loads(line))
    )
    return found


def test_a_budget_in_tokens_is_never_overshot(workspace: Workspace, model: Any) -> None:
    fake = model(Reader())
    assert workspace.run("--max-tokens", "14000").status == 3
    used = log(workspace)["usage"]
    assert 0 < used["input"] + used["output"] <= 14000
    assert fake.requests, "what fits into the budget is asked"
    claims = [workspace.claim(name) for name in ("wind-drives", "depth-matters", "counter-thesis")]
    left = [claim for claim in claims if claim["why"] == "not-judged"]
    assert left
    assert all(
        "the budget of this run is used up (--max-tokens 14000)" in claim["detail"]
        for claim in left
    )


def test_no_budget_means_no_call(workspace: Workspace, model: Any) -> None:
    fake = model(Reader())
    assert workspace.run("--max-tokens", "0").status == 3
    workspace.environment |= PRICED
    assert workspace.run("--max-usd", "0").status == 3
    assert fake.requests == []


def test_with_a_small_budget_all_is_judged_after_some_nights(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    nights = [workspace.run("--max-tokens", "14000").status for _ in range(6)]
    assert nights[0] == 3, "one night is not enough"
    assert nights[-1] == 0, "each night goes on where the last one stopped"
    assert nights == sorted(nights, reverse=True)
    assert [claim["why"] for claim in every(workspace)] == [None] * 3


def every(workspace: Workspace) -> list[dict[str, Any]]:
    record = workspace.record()
    return [*record["claims"], record["counter_thesis"]]


def test_a_budget_in_dollars_needs_a_price(workspace: Workspace, model: Any) -> None:
    model(Reader())
    ran = workspace.run("--max-usd", "1")
    assert ran.status == 2
    assert "no price is known of anthropic:loopback" in ran.err
    assert "--max-tokens" in ran.err


def test_dollars_are_counted_and_told_by_claim(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.environment |= PRICED
    ran = workspace.run("--max-usd", "5")
    assert ran.status == 0, ran.err
    entry = log(workspace)
    assert entry["usd"] == pytest.approx(
        sum(cost["usd"] for cost in entry["cost"].values()), abs=1e-5
    )
    assert set(entry["cost"]) == {"", "wind-drives", "depth-matters", "counter-thesis"}
    assert f"${entry['usd']:.4f}" in ran.err
    assert "usd" not in json.dumps(workspace.record()), (
        "the record holds nothing that changes without news"
    )


def test_a_budget_in_dollars_is_never_overshot(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.environment |= PRICED
    assert workspace.run("--max-usd", "0.06").status == 3
    assert 0 < log(workspace)["usd"] <= 0.06


def test_a_connection_that_breaks_off_counts_as_its_worst_case(
    workspace: Workspace, model: Any
) -> None:
    calls = {"n": 0}

    def breaking(*_: Any) -> Any:
        calls["n"] += 1
        return Fault(kind="reset")

    model(breaking)
    assert workspace.run("--max-tokens", "12000").status == 3
    assert calls["n"] <= 2, "each attempt may have been billed"


@given(
    st.lists(st.tuples(st.text(max_size=400), st.integers(1, 3000), st.floats(0, 1)), max_size=20),
    st.integers(0, 9000),
)
def test_whatever_is_asked_what_is_used_stays_within(
    calls: list[tuple[str, int, float]], limit: int
) -> None:
    budget, prices, used = Budget(max_tokens=limit), Prices("manual", "x", DAY), 0
    for sent, most, share in calls:
        try:
            worst = budget.reserve(prices, sent, most)
        except OutOfBudget:
            continue
        real = Usage(1, int(worst.input * share), 0, int(worst.output * share))
        budget.settle(prices, worst, real)
        used += real.input + real.output
    assert used <= limit


def test_prices_tell_read_written_and_plain_tokens_apart() -> None:
    prices = Prices("anthropic", "claude-sonnet-5-5", DAY)
    plain, read, written = (
        prices.of(Usage(1, 1_000_000, r, 0, w)) for r, w in ((0, 0), (1_000_000, 0), (0, 1_000_000))
    )
    assert read is not None
    assert plain is not None
    assert written is not None
    assert Decimal(0) < read < plain < written
    assert Prices("anthropic", "no-such-model", DAY).of(Usage(1, 5, 0, 5)) is None


def test_full_asks_everything_anew_once_and_later_nights_go_on_from_it(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    workspace.run()
    paid = len(fake.requests)
    assert workspace.run("--full").status == 0
    assert len(fake.requests) == 2 * paid - 1, "all but the answer, which stands"
    workspace.run("--full")
    workspace.run()
    assert len(fake.requests) == 2 * paid - 1, (
        "the same day, a full run that was made already is not paid for again"
    )


def test_show_says_what_the_last_run_used(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.environment |= PRICED
    workspace.run()
    entry = log(workspace)
    shown = workspace.retest("show", "tides").out
    assert f"last run: as of 2026-08-21, {entry['usage']['calls']} model calls" in shown
    assert f"${entry['usd']:.4f}" in shown
    assert "model calls" in workspace.retest("show", "tides", "--claim", "wind-drives").out
    workspace.run()
    assert "0 model calls, 0 tokens" in workspace.retest("show", "tides").out


def test_a_run_log_with_half_a_line_is_read_as_far_as_it_goes(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run()
    with (workspace.folder / ".retest" / "runs.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"line": "tides", "us')
    assert "last run: as of 2026-08-21" in workspace.retest("show", "tides").out
    workspace.run(as_of="2026-08-22")
    assert "last run: as of 2026-08-22" in workspace.retest("show", "tides").out


@pytest.mark.parametrize("limit", [(), ("--max-usd", "5")])
def test_a_service_that_counts_tokens_wrongly_costs_no_run(
    workspace: Workspace, model: Any, monkeypatch: pytest.MonkeyPatch, limit: tuple[str, ...]
) -> None:
    fake, wire = model(Reader()), WIRES["/v1/responses"]
    answer = wire.reply

    def reply(*seen: Any) -> Any:
        said = answer(*seen)
        said["usage"] |= {"input_tokens_details": {"cached_tokens": 10**6}, "output_tokens": -3}
        return said

    monkeypatch.setattr(wire, "reply", reply)
    workspace.environment |= {
        "RETEST_MODEL": "openai:gpt-6.1-terra",
        "OPENAI_API_KEY": "loopback",
        "OPENAI_BASE_URL": fake.openai_url,
    }
    ran = workspace.run(*limit)
    assert ran.status == 0, ran.err
    assert log(workspace)["usd"] > 0


def test_a_run_log_of_a_stranger_stops_no_run(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    odd = [
        "[" * 200_000,
        '{"line": "tides", "usage": {}, "prompts": {"judge": [1]}, "model": {}, "ladder": []}',
        "7",
    ]
    with (workspace.folder / ".retest" / "runs.jsonl").open("a", encoding="utf-8") as file:
        file.write("\n".join([*odd, *reversed(odd)]) + "\n")
    assert workspace.run("--explain").status == 0
    assert workspace.run().status == 0
