"""What batches remember, how they are cut, and what they cost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from genai_prices import Usage as Priced
from genai_prices import calc_price
from hypothesis import given
from hypothesis import strategies as st

from retest.cache import AnswerCache
from retest.domain.answers import Entailment, Extraction
from retest.errors import FileError, Waiting
from retest.llm.batch.anthropic import AnthropicBatches
from retest.llm.batch.batches import Batches
from retest.llm.batch.openai import OpenAIBatches
from retest.llm.batch.service import BatchService
from retest.llm.batch.state import (
    NAME,
    Asked,
    Failed,
    Invalid,
    Sent,
    State,
    Untold,
    read_state,
    write_state,
)
from retest.llm.budget import Prices
from retest.llm.model import Usage
from retest.llm.parts import parts_of
from retest.retry import Patience
from tests.answers import check, finding
from tests.fakes.batches import FakeBatches
from tests.fakes.models import in_turn
from tests.llm.requests import RIGHT, judgment

TODAY = date(2026, 8, 21)
SPEC = "anthropic:m"


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[AnswerCache]:
    kept = AnswerCache(tmp_path / "answers")
    yield kept
    kept.close()


class Said:
    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, text: str, *, needed: bool = False) -> None:
        self.lines.append(text)


def no_service(provider: str, name: str) -> BatchService:
    raise AssertionError("nothing is to be asked of a service")


def batches(
    home: Path, cache: AnswerCache, service: Any = no_service, day: date = TODAY, **more: Any
) -> Batches:
    numbers = count()
    chance = {"nonce": lambda: f"nonce{next(numbers)}", "notify": Said()}
    patience = Patience(attempts=2, pause=0.01)
    return Batches(home, cache, day, [SPEC], service, patience, **{"on": True, **chance, **more})


def asked(key: str = "k1", **more: Any) -> Asked:
    given: dict[str, Any] = {
        "keys": [key],
        "parts": {},
        "kind": "Judgment",
        "line": "a-line",
        "claim": "a-claim",
        "limit": 5,
    }
    return Asked(key=key, **{**given, **more})


def sent(**more: Any) -> Sent:
    given: dict[str, Any] = {
        "nonce": "n",
        "provider": "anthropic",
        "model": "m",
        "day": TODAY,
        "id": "b1",
    }
    return Sent(**{**given, "asked": {"c1": asked()}, **more})


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
@pytest.mark.parametrize(
    ("requests", "size", "expected"),
    [(2, 10**9, [2, 2, 1]), (100, 6000, [2, 2, 1]), (100, 10**9, [5]), (9, 1, [1] * 5)],
)
async def test_a_queue_is_cut_where_the_service_wants_it(
    tmp_path: Path, cache: AnswerCache, provider: str, requests: int, size: int, expected: list[int]
) -> None:
    with FakeBatches(in_turn(RIGHT)) as fake:
        service: Any = (
            AnthropicBatches("m", api_key="k", base_url=fake.url)
            if provider == "anthropic"
            else OpenAIBatches("m", api_key="k", base_url=fake.openai_url)
        )
        service.most_requests, service.most_bytes = requests, size
        if size == 6000:
            service.most_bytes = 2 * len(service.encoded("c" * 57, judgment("question 0"))) + 200
        run = batches(tmp_path, cache, lambda *_: service)
        for number in range(5):
            key = f"{number}" * 64
            assert isinstance(
                run.queue(provider, "m", key, [key], {}, judgment(f"question {number}")), Waiting
            )
        await run.submit()
        await run.aclose()
        assert [len(batch.asked) for batch in fake.batches.values()] == expected
        assert sorted(seen.user for batch in fake.batches.values() for _, seen in batch.asked) == [
            f"question {number}" for number in range(5)
        ]
    assert len({name for one in read_state(tmp_path).sent for name in one.asked}) == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        '{"format": 2}',
        '{"unknown": 1}',
        "\x00\xff",
        '{"sent": 7}',
        '{"failed": {"a": null}}',
        "null",
        "9" * 5000,
        '{"sent": ' * 300,
        '{"untold": [{"usage": {"calls": "1"}}]}',
    ],
)
def test_a_state_that_is_not_ours_is_an_error_that_says_where(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text, encoding="latin-1")
    with pytest.raises(FileError, match=NAME):
        read_state(tmp_path)


@pytest.mark.parametrize("name", ["../../v1/files", "a/b", "", "x" * 200, "a b", "a\nb"])
def test_an_id_that_could_steer_an_address_is_none(tmp_path: Path, name: str) -> None:
    write_state(tmp_path, State(sent=[sent()]))
    path = tmp_path / NAME
    path.write_text(
        path.read_text(encoding="utf-8").replace('"b1"', json.dumps(name)), encoding="utf-8"
    )
    with pytest.raises(FileError):
        read_state(tmp_path)


@given(
    st.text(max_size=50),
    st.dictionaries(st.text(max_size=9), st.lists(st.text(max_size=9)), max_size=3),
)
def test_a_state_is_read_as_it_was_written(text: str, parts: dict[str, list[str]]) -> None:
    whole = State(
        sent=[sent(asked={"c1": asked(text, parts=parts)})],
        failed={text: Failed(said=text, hint="", day=TODAY, times=1, final=False)},
        invalid={"k": Invalid(text=text, day=TODAY)},
    )
    assert State.model_validate_json(whole.model_dump_json()) == whole


async def test_what_no_service_has_any_more_is_forgotten_and_said(
    tmp_path: Path, cache: AnswerCache
) -> None:
    write_state(tmp_path, State(sent=[sent()]))
    said = Said()
    run = batches(tmp_path, cache, day=TODAY + timedelta(days=31), notify=said)
    with pytest.raises(Waiting):
        run.answer("k1")
    await run.pick_up()
    assert run.answer("k1") is None
    assert "results no more" in said.lines[0]
    assert read_state(tmp_path).sent == [], "the next run says it again"


def test_a_batch_of_a_provider_without_batches_is_an_error(tmp_path: Path) -> None:
    write_state(tmp_path, State(sent=[sent()]))
    path = tmp_path / NAME
    path.write_text(
        path.read_text(encoding="utf-8").replace('"anthropic"', '"manual"'), encoding="utf-8"
    )
    with pytest.raises(FileError, match="provider"):
        read_state(tmp_path)


def test_what_was_picked_up_for_a_line_makes_its_next_run_begin_anew(
    tmp_path: Path, cache: AnswerCache
) -> None:
    untold = Untold(
        line="l",
        claim="c",
        kind="Judgment",
        provider="anthropic",
        model="m",
        usage=Usage(1, 1, 0, 1),
    )
    write_state(tmp_path, State(untold=[untold]))
    assert batches(tmp_path, cache, on=False).touched, (
        "a killed run that waited would go on waiting"
    )


def test_a_full_run_that_others_kept_waiting_for_weeks_is_a_new_one(
    tmp_path: Path, cache: AnswerCache
) -> None:
    write_state(tmp_path, State(afresh=f"full {TODAY - timedelta(days=8)}", sent=[sent()]))
    assert batches(tmp_path, cache, full=True).afresh == f"full {TODAY}"


async def test_batches_of_other_models_are_left_alone(tmp_path: Path, cache: AnswerCache) -> None:
    write_state(tmp_path, State(sent=[sent(provider="openai")]))
    run = batches(tmp_path, cache)
    await run.pick_up()
    await run.submit()
    with pytest.raises(Waiting):
        run.answer("k1")
    assert len(read_state(tmp_path).sent) == 1


async def test_a_full_run_that_waits_goes_on_under_its_first_day(
    tmp_path: Path, cache: AnswerCache
) -> None:
    with FakeBatches(in_turn(RIGHT), polls=9) as fake:
        service = AnthropicBatches("m", api_key="k", base_url=fake.url)
        first = batches(tmp_path, cache, lambda *_: service, full=True)
        first.queue("anthropic", "m", "k" * 64, ["k" * 64], {}, judgment())
        await first.submit()
        assert (
            batches(tmp_path, cache, day=TODAY + timedelta(days=1), full=True).afresh
            == f"full {TODAY}"
        )
        assert batches(tmp_path, cache, day=TODAY + timedelta(days=1)).afresh == ""
        await service.aclose()


def test_without_a_batch_nothing_is_written(tmp_path: Path, cache: AnswerCache) -> None:
    run = batches(tmp_path, cache, on=False)
    assert run.answer("k") is None
    assert not run.takes(judgment())
    assert not run.touched
    assert not (tmp_path / NAME).exists()


@pytest.mark.parametrize(
    "model", ["anthropic:claude-sonnet-5-5", "anthropic:claude-haiku-5-5", "openai:gpt-6.1-terra"]
)
def test_half_the_price_is_what_the_library_of_prices_says_of_batches(model: str) -> None:
    provider, _, name = model.partition(":")
    written = 100 if provider == "anthropic" else 0
    halved = Prices(provider, name, TODAY, batch=True).of(Usage(1, 9000, 500, 700, written))
    used = Priced(
        input_tokens=9000, cache_read_tokens=500, cache_write_tokens=written, output_tokens=700
    )
    listed = calc_price(
        used,
        name,
        provider_id=provider,
        genai_request_timestamp=datetime(2026, 11, 24, tzinfo=UTC),
        price_context={"processing": "batch"},
    )
    assert halved == listed.total_price


def test_an_answer_is_taken_apart_by_paper_and_nothing_of_it_is_lost() -> None:
    found = [
        finding(name, "supports", [1])
        for name in ("2501.00002v3", "arXiv:2501.00001", "2599.99999", "no id", "2501.00002")
    ]
    parts = parts_of(
        Extraction.model_validate({"findings": found}), ["2501.00001", "2501.00002", "2501.00003"]
    )
    cited = {
        name: [f["arxiv_id"] for f in json.loads(text)["findings"]] for name, text in parts.items()
    }
    assert cited == {
        "2501.00001": ["arXiv:2501.00001", "2599.99999", "no id"],
        "2501.00002": ["2501.00002v3", "2501.00002"],
        "2501.00003": [],
    }
    checks = [check("2501.00001", yes, "", point) for point in (1, 2) for yes in (True, point == 1)]
    names = ["2501.00001 1", "2501.00001 2", "2501.00002 1"]
    said = parts_of(Entailment.model_validate({"checks": checks}), names)
    assert {name: json.loads(text)["entails"] for name, text in said.items()} == {
        "2501.00001 1": True,
        "2501.00001 2": False,
    }


def test_the_one_point_of_a_paper_is_meant_whatever_number_a_check_gives_it() -> None:
    answer = Entailment.model_validate({"checks": [check("arXiv:2501.00001v2", True, "", 7)]})
    assert parts_of(answer, ["2501.00001 3", "2501.00002 1"]).keys() == {"2501.00001 3"}
    assert parts_of(answer, ["2501.00001 3", "2501.00001 4"]) == {}
