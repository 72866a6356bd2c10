"""Keys stay where they belong: no file and no stream shows one, none is redirected, and none goes
where a workspace wants it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.answers import finding
from tests.brains import Reader
from tests.conftest import Ran, Workspace
from tests.fakes.arxiv import FakeArxiv
from tests.fakes.elsewhere import STATUSES, Elsewhere
from tests.fakes.models import FakeModels, prose, raw
from tests.fakes.openalex import FakeOpenAlex
from tests.fakes.wires import Fault
from tests.papers_small import AGREES, PAPERS

KEY, TOKEN, PASSWORD = "sk-planted-0123456789", "ghp_planted/9876543210", "planted-Pa55word"
SECRETS = (KEY, TOKEN, PASSWORD)


@pytest.fixture
def planted(workspace: Workspace, model: Any) -> Callable[[Any], FakeModels]:
    """The workspace with a secret in every place, and a server with a brain."""

    def start(brain: Any) -> FakeModels:
        fake: FakeModels = model(brain)
        address = fake.openai_url.replace("http://", f"http://user:{PASSWORD}@")
        workspace.environment |= {
            "RETEST_MODEL": "openai-chat:m",
            "OPENAI_API_KEY": KEY,
            "OPENAI_BASE_URL": address,
            "GH_TOKEN": TOKEN,
        }
        return fake

    return start


def shows(folder: Path, *ran: Ran) -> list[str]:
    """Where a secret is shown: streams, and every file below the folder, byte by byte."""
    texts = {f"stream {n}": text for n, one in enumerate(ran) for text in (one.out + one.err,)}
    found = [name for name, text in texts.items() if any(secret in text for secret in SECRETS)]
    for path in folder.rglob("*"):
        if path.is_file() and any(secret.encode() in path.read_bytes() for secret in SECRETS):
            found.append(str(path.relative_to(folder)))
    return found


ECHO = f"your key {KEY}, {TOKEN} and http://user:{PASSWORD}@host are not liked"
ECHOES = {
    "a refusal": Fault("status", status=400, text=ECHO),
    "a rejected key": Fault("status", status=401, text=ECHO),
    "an unknown model": Fault("status", status=404, text=ECHO),
    "an overloaded service": Fault("status", status=529, text=ECHO),
    "an error with status 200": raw({"error": {"message": ECHO, "code": 400}}),
    "an empty account": raw({"error": {"message": ECHO, "code": 402}}),
    "an answer that is none": prose(ECHO),
    "an answer with slashes escaped": prose(ECHO.replace("/", "\\/")),
    "a page": raw(f"<html>{ECHO}</html>"),
}


@pytest.mark.parametrize("echo", ECHOES.values(), ids=ECHOES)
def test_a_key_that_a_server_says_again_is_shown_nowhere(
    workspace: Workspace, planted: Callable[[Any], FakeModels], echo: Fault
) -> None:
    fake = planted(Reader().saying("Extraction", echo))
    ran = workspace.run()
    assert fake.requests, "the server was asked"
    assert ran.status in (1, 3)
    assert shows(workspace.folder, ran) == []
    again = workspace.retest("show", "tides"), workspace.run("--json")
    assert shows(workspace.folder, *again) == []


def test_a_key_that_a_model_writes_into_a_valid_answer_is_shown_nowhere(
    workspace: Workspace, planted: Callable[[Any], FakeModels]
) -> None:
    said = {"findings": [finding(AGREES.id, "supports", [3], why=f"It has {KEY} and {TOKEN}.")]}
    closing = {
        "superseding": [],
        "questions": [],
        "limits": f"Only {KEY} and {PASSWORD} were read.",
    }
    planted(Reader().saying("Extraction", said, "Wind").saying("Synthesis", closing))
    ran = workspace.run()
    assert ran.status == 0, ran.err
    assert "***" in workspace.record()["limits"]
    assert shows(workspace.folder, ran, workspace.retest("show", "tides", "--json")) == []


def test_an_error_that_nobody_foresaw_is_logged_without_secrets(
    workspace: Workspace, planted: Callable[[Any], FakeModels], monkeypatch: pytest.MonkeyPatch
) -> None:
    from retest.pipeline import extract

    def broken(*_: object) -> None:
        raise ZeroDivisionError(ECHO)

    monkeypatch.setattr(extract, "batches", broken)
    planted(Reader())
    ran = workspace.run()
    log = (workspace.folder / ".retest" / "retest.log").read_text(encoding="utf-8")
    assert "ZeroDivisionError: your key ***" in log
    assert shows(workspace.folder, ran) == []


@pytest.mark.parametrize("model", ["openai-chat:m", "openai:m", "anthropic:m"])
def test_a_password_in_an_address_is_shown_by_nobody(workspace: Workspace, model: str) -> None:
    address = f"http://user:{PASSWORD}@127.0.0.1:9"
    workspace.environment |= {
        "RETEST_MODEL": model,
        "RETEST_SOURCE": "arxiv",
        "RETEST_ARXIV_URL": f"{address}/api/query?key={KEY}",
        "RETEST_ARXIV_INTERVAL": "0",
        "OPENAI_API_KEY": KEY,
        "ANTHROPIC_API_KEY": KEY,
        "OPENAI_BASE_URL": address,
        "ANTHROPIC_BASE_URL": address,
    }
    every = [
        workspace.retest("doctor"),
        workspace.retest("doctor", "--json"),
        workspace.run(),
        workspace.run("--json"),
        workspace.retest("mirror", "sync", environment={"RETEST_OAI_URL": f"{address}/oai"}),
    ]
    assert shows(workspace.folder, *every) == []
    assert "127.0.0.1:9" in every[0].out, "the rest of the address is told"


def test_doctor_takes_no_key_to_another_origin(workspace: Workspace) -> None:
    with Elsewhere(200) as other:
        for status in STATUSES:
            with Elsewhere(status, f"{other.url}/v1/models") as host:
                for variable, spec in (("ANTHROPIC", "anthropic:m"), ("OPENAI", "openai:m")):
                    asked = {
                        "RETEST_MODEL": spec,
                        f"{variable}_API_KEY": KEY,
                        f"{variable}_BASE_URL": host.url,
                    }
                    ran = workspace.retest("doctor", "--json", environment=asked)
                    assert ran.status == 3
                    (row,) = (row for row in json.loads(ran.out) if host.url in row["detail"])
                    assert other.url in row["detail"], "both are named"
        assert other.requests == []


def test_doctor_asks_arxiv_in_turn_and_as_a_run_does(workspace: Workspace, tmp_path: Path) -> None:
    with FakeArxiv(PAPERS) as fake:
        workspace.environment |= {
            "RETEST_SOURCE": "arxiv",
            "RETEST_ARXIV_URL": fake.url,
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        }
        rows = {row["what"]: row for row in json.loads(workspace.retest("doctor", "--json").out)}
    assert rows["arXiv"]["ok"] is True
    (request,) = fake.requests
    assert request.user_agent.startswith("retest/")
    assert list((tmp_path / "cache" / "retest").glob("*.lock")), "a turn was taken"


@pytest.mark.parametrize("written", ["openalex_url", "arxiv_url", "oai_url"])
def test_what_is_no_address_is_an_error_of_the_input(workspace: Workspace, written: str) -> None:
    for value in ("nowhere", "http://h:99999", f"http://user:{PASSWORD}@[", "file:///etc/passwd"):
        (workspace.folder / "retest.toml").write_text(f'{written} = "{value}"\n', encoding="utf-8")
        ran = workspace.retest("doctor")
        assert ran.status == 2, ran
        assert written in ran.err
        assert PASSWORD not in ran.err


def test_a_workspace_cannot_send_a_key_to_a_host_of_its_choice(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    with FakeOpenAlex() as elsewhere:
        toml = f'follow = true\nopenalex_url = "{elsewhere.url}"\n'
        (workspace.folder / "retest.toml").write_text(toml, encoding="utf-8")
        ran = workspace.retest(
            *("run", "--line", "tides", "--as-of", "2026-08-21"),
            environment={"OPENALEX_API_KEY": KEY},
        )
        assert ran.status == 2
        assert "OPENALEX_API_KEY is not sent where a workspace wants it" in ran.err
        assert "RETEST_OPENALEX_URL" in ran.err
        assert elsewhere.requests == []
        assert workspace.run().status in (0, 3), "without a key it may be asked"
        assert elsewhere.requests
        assert all("Authorization" not in seen.headers for seen in elsewhere.requests)


def test_a_key_goes_to_an_address_of_the_users_own(workspace: Workspace, model: Any) -> None:
    model(Reader())
    with FakeOpenAlex() as own:
        (workspace.folder / "retest.toml").write_text(
            'follow = true\nopenalex_url = "http://127.0.0.1:9"\n', encoding="utf-8"
        )
        asked = {"OPENALEX_API_KEY": KEY, "RETEST_OPENALEX_URL": own.url}
        workspace.retest(*("run", "--line", "tides", "--as-of", "2026-08-21"), environment=asked)
        assert {seen.headers.get("Authorization") for seen in own.requests} == {f"Bearer {KEY}"}
