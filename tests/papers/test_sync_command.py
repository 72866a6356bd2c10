"""`retest mirror sync` and what `retest mirror stats` says of it."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from retest.papers.mirror import Mirror
from tests.conftest import Workspace
from tests.fakes.oai import FakeOai, Fault
from tests.fakes.oai_records import Entry
from tests.papers.harvesting import TEN


@pytest.fixture
def place(workspace: Workspace, fake: FakeOai, tmp_path: Path) -> Workspace:
    shutil.rmtree(workspace.folder / ".retest")
    workspace.environment |= {
        "RETEST_OAI_URL": fake.url,
        "RETEST_ARXIV_INTERVAL": "0",
        "RETEST_RETRY_PAUSE": "0",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }
    return workspace


def test_the_command_says_what_came_and_the_statistics_how_far_it_is(
    place: Workspace, fake: FakeOai
) -> None:
    ran = place.retest("mirror", "sync", "--since", "2026-01-02", "--set", "cs", "--set", "math")
    assert ran.status == 0, ran.err
    assert ran.out == "7 records new or changed of 7 harvested\n"
    assert "cs: changes since 2026-01-02" in ran.err
    assert "7 records" in ran.err
    assert [seen.params.get("set") for seen in fake.requests if "set" in seen.params] == [
        "cs",
        "math",
    ]
    stats = place.retest("mirror", "stats")
    assert "math" in stats.out
    assert "2026-01-05" in stats.out
    assert (
        json.loads(place.retest("mirror", "stats", "--json").out)["synced"]["sets"]["cs"]["until"]
        == "2026-01-05"
    )


def test_the_command_answers_programs_in_json(place: Workspace, fake: FakeOai) -> None:
    found = json.loads(place.retest("mirror", "sync", "--json").out)
    assert found["complete"] is True
    assert found["records"] == found["changed"] == 10
    assert found["sets"][""]["until"] == "2026-01-05"
    fake.always = Fault("html")
    failed = place.retest("mirror", "sync", "--json")
    assert failed.status == 1
    assert json.loads(failed.out)["complete"] is False
    assert "sync again later" in failed.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--set", "cs.CL"), "cs:cs:CL"),
        (("--since", "yesterday"), "YYYY-MM-DD"),
        (("--since", "2999-01-01"), "today"),
    ],
)
def test_the_command_refuses_what_it_cannot_ask_for(
    place: Workspace, fake: FakeOai, arguments: tuple[str, ...], said: str
) -> None:
    ran = place.retest("mirror", "sync", *arguments)
    assert ran.status == 2
    assert said in ran.err
    assert not fake.requests


def test_a_second_sync_at_once_says_so_and_asks_nothing(place: Workspace, fake: FakeOai) -> None:
    with Mirror(place.folder / ".retest" / "mirror"):
        ran = place.retest("mirror", "sync")
    assert ran.status == 2
    assert "another process is writing the mirror" in ran.err
    assert not fake.requests


def test_a_sync_that_left_a_record_out_ends_with_status_1(place: Workspace, fake: FakeOai) -> None:
    fake.put(
        Entry(TEN[4], date(2026, 1, 3), raw='<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"/>')
    )
    ran = place.retest("mirror", "sync")
    assert ran.status == 1
    assert "2404.00000" in ran.err
    assert "9 records new or changed" in ran.out
    assert "2404.00000" in place.retest("mirror", "stats").out
