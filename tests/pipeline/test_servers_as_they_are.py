"""A run on a server that leaves out, words otherwise or cuts: what becomes of the claims, and what
people are told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import FakeModels, raw
from tests.fakes.wires import Fault, Json


@pytest.fixture
def chat(workspace: Workspace, model: Any) -> FakeModels:
    """The workspace asks a compatible server."""
    fake: FakeModels = model(Reader())
    workspace.environment |= {
        "RETEST_MODEL": "openai-chat:m",
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": fake.openai_url,
    }
    return fake


def answering(usage: Any) -> Any:
    """A reader whose replies have this usage."""

    def brain(schema: str, system: str, user: str) -> Fault:
        answer = json.dumps(Reader()(schema, system, user))
        choice: Json = {"message": {"content": answer}, "finish_reason": "eos_token"}
        return raw({"choices": [choice], "usage": usage})

    return brain


def test_without_usage_a_budget_holds_by_the_worst_case_of_each_call(
    workspace: Workspace, chat: FakeModels
) -> None:
    chat.brain = answering(None)
    assert workspace.run("--max-tokens", "20000").status == 3
    sent = sum(len(seen.system + seen.user) // 2 + 4000 for seen in chat.requests)
    assert 0 < sent <= 20_000
    assert {claim["why"] for claim in workspace.record()["claims"]} == {"not-judged"}


def test_without_usage_and_limits_all_is_judged_and_no_price_is_made_up(
    workspace: Workspace, chat: FakeModels
) -> None:
    chat.brain = answering({})
    assert workspace.run().status == 0
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"
    log = (workspace.folder / ".retest" / "runs.jsonl").read_text(encoding="utf-8").splitlines()
    entry = json.loads(log[0])
    assert entry["usage"]["uncounted"] == entry["usage"]["calls"] == len(chat.requests)
    assert entry["usd"] is None


def test_a_prompt_that_the_server_cut_ends_its_claim_not_judged_with_what_to_set(
    workspace: Workspace, chat: FakeModels
) -> None:
    chat.brain = answering({"prompt_tokens": 128, "completion_tokens": 9})
    assert workspace.run().status == 3
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "not-judged")
    assert "read only a part of the question" in claim["detail"]
    assert "OLLAMA_CONTEXT_LENGTH" in claim["detail"]


@pytest.mark.parametrize(
    "fault",
    [
        raw({"error": {"message": "Insufficient credits for this account", "code": 402}}),
        Fault("status", status=400, text="Your credit balance is too low to access the API."),
    ],
    ids=["an error with status 200", "a refusal in words"],
)
def test_an_empty_account_ends_the_run_with_status_1_and_its_own_words(
    workspace: Workspace, chat: FakeModels, fault: Fault
) -> None:
    chat.brain = lambda *_: fault
    ran = workspace.run()
    assert ran.status == 1
    assert fault.text in ran.err or "Insufficient credits for this account" in ran.err
    assert "top it up" in ran.err
    assert not (workspace.folder / "reports").exists()


def test_a_server_without_schemas_is_asked_otherwise_and_that_is_said_once(
    workspace: Workspace, chat: FakeModels
) -> None:
    chat.lacks = {"json_schema": "unknown field", "tool": "unknown field"}
    workspace.claims(
        (workspace.folder / "claims" / "tides.yaml")
        .read_text(encoding="utf-8")
        .replace("line: tides", "line: ebb"),
        "ebb",
    )
    workspace.environment["RETEST_CONCURRENCY"] = "1"
    ran = workspace.retest("run", "--all", "--as-of", "2026-08-21")
    assert ran.status == 0, ran.err
    assert ran.err.count("openai-chat:m takes no JSON schema") == 1
    assert chat.refused == ["json_schema", "tool"], "what was learned holds for every line"
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"
