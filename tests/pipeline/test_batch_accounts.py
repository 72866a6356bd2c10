"""What batches cost and who may spend it, the state that is kept of them, and what --full and
--explain make of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable

import pytest

from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.batches import FakeBatches
from tests.fakes.models import prose, status
from tests.pipeline.batching import log, once, point, state, through


def test_usage_and_half_the_price_are_in_the_log_of_the_run_that_picks_up(
    workspace: Workspace, host: Callable[..., FakeBatches], provider: str
) -> None:
    host()
    workspace.environment["RETEST_MODEL"] = {
        "anthropic": "anthropic:claude-sonnet-5-5",
        "openai": "openai:gpt-6.1-terra",
    }[provider]
    through(workspace)
    first, second, *_ = log(workspace)
    assert first["usage"]["calls"] == 3, "three plans"
    assert second["usage"]["calls"] == 3
    assert second["cost"]["wind-drives"]["output"] > 0
    batched = log(workspace)
    for path in sorted((workspace.folder / "reports").iterdir()):
        path.unlink()
    for path in sorted((workspace.folder / ".retest" / "answers").iterdir()):
        path.unlink()
    assert workspace.run().status == 0
    plain = log(workspace)[-1]
    plans, closing = batched[0], batched[-1]
    assert sum(one["usage"]["calls"] for one in batched) == plain["usage"]["calls"]
    halved = sum(one["usd"] for one in batched[1:-1])
    assert halved > 0
    assert plain["usd"] > sum(one["usd"] for one in batched)
    assert (plans["usd"], closing["usd"]) >= (0, 0)


def test_a_budget_is_reserved_for_what_is_queued_and_answers_are_free(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    ran = workspace.run("--batch", "--max-tokens", "14000")
    assert ran.status == 3
    queued = len(fake.submitted)
    left = [
        c
        for c in ("wind-drives", "depth-matters", "counter-thesis")
        if "the budget of this run" in workspace.claim(c)["detail"]
    ]
    assert left
    assert queued + len(left) <= 3
    ran = workspace.run("--batch", "--max-tokens", "0")
    assert f"picked up {queued} of {queued} answer" in ran.err
    assert log(workspace)[-1]["usage"]["calls"] == queued
    through(workspace)
    assert once(fake)


def test_a_state_that_is_not_ours_is_an_error_that_names_the_file(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    path = workspace.folder / ".retest" / "batches.json"
    path.write_text('{"sent": [{"id": "../../etc"}]}', encoding="utf-8")
    for arguments in (("--batch",), ()):
        ran = workspace.run(*arguments)
        assert ran.status == 2
        assert "batches.json" in ran.err
        assert "move it away and keep it" in ran.err
        assert "Traceback" not in ran.err
    assert fake.happened == []
    assert fake.requests == []


def test_full_goes_on_until_nothing_waits_and_the_next_one_begins_anew(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    through(workspace)
    first = len(fake.paid)
    through(workspace, "--full")
    assert len(fake.paid) == 2 * first - 1, "all but the answer, which stands"
    assert state(workspace)["afresh"] == ""


def test_what_a_full_run_has_under_way_is_not_paid_for_by_a_plain_one(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    workspace.run("--batch", "--full")
    workspace.run("--batch", "--full")
    fake.polls = 1
    workspace.run("--batch", "--full")
    assert state(workspace)["sent"][0]["asked"].popitem()[1]["kind"] == "Judgment"
    assert workspace.run("--batch").status == 3
    through(workspace)
    assert max(Counter(fake.submitted).values()) == 1
    assert once(fake)


def test_what_answers_used_is_logged_though_the_run_that_took_them_dies_before_it_logs(
    workspace: Workspace, host: Callable[..., FakeBatches], monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = host()
    workspace.run("--batch")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("retest.run.lines.write_report", full_disk)
        assert workspace.run("--batch").status == 1
    through(workspace)
    assert sum(entry["usage"]["calls"] for entry in log(workspace)) == len(fake.paid)
    assert state(workspace)["untold"] == []


def test_the_log_says_which_runs_asked_through_batches(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    host()
    workspace.run("--batch")
    workspace.run()
    assert [entry["batch"] for entry in log(workspace)] == [True, False]


def test_explain_knows_what_has_failed_for_the_day_and_writes_nothing(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(Reader().saying("Judgment", prose("I think so."), "The moon"))
    wrong = status(400)
    fake.outcome = lambda seen, n: wrong if seen.user.startswith("<claim>\nWind drives") else None
    for _ in range(4):
        workspace.run("--batch")
    ponds = (
        CLAIMS.replace("line: tides", "line: ponds")
        .replace("lakes", "ponds")
        .replace("moon", "sun")
    )
    workspace.claims(ponds, "ponds")  # its run picks up what is of the other line, and asks nothing
    workspace.retest(
        "run", "--line", "ponds", "--as-of", "2026-08-21", "--batch", "--max-tokens", "0"
    )
    assert len(state(workspace)["invalid"]) == 2
    before = (workspace.folder / ".retest" / "batches.json").read_bytes()
    said = workspace.run("--batch", "--explain", "--json").out
    assert (workspace.folder / ".retest" / "batches.json").read_bytes() == before
    (line,) = json.loads(said)["lines"]
    assert [one["certain"]["kinds"] for one in line["claims"]] == [{}, {}, {}]
    asked, sent = len(fake.requests), len(fake.submitted)
    workspace.run("--batch")
    assert {seen.schema for seen in fake.requests[asked:]} <= {"Synthesis", "Essay"}
    assert len(fake.submitted) == sent


@pytest.mark.parametrize("spec", ["openai-chat:llama", "manual:chat", "annotations:"])
def test_models_without_a_batch_api_are_an_error_that_says_which_have_one(
    workspace: Workspace, host: Callable[..., FakeBatches], spec: str
) -> None:
    host()
    for arguments in (("--model", spec), ("--verifier", spec)):
        ran = workspace.run("--batch", *arguments)
        assert ran.status == 2
        assert "anthropic and openai" in ran.err


def test_a_verifier_of_the_other_service_is_batched_there(workspace: Workspace) -> None:
    with FakeBatches(Reader()) as one, FakeBatches(Reader()) as other:
        point(workspace, one, "anthropic")
        other.today = one.today
        workspace.environment |= {
            "OPENAI_BASE_URL": other.openai_url,
            "RETEST_VERIFIER": "openai:checker",
        }
        through(workspace)
        assert {schema for schema, _ in one.submitted} == {"Extraction", "Judgment"}
        assert {schema for schema, _ in other.submitted} == {"Entailment"}
        assert once(one)
        assert once(other)
        assert {batch.wire for batch in other.batches.values()} == {"/v1/responses"}
