"""Citations followed against a loopback OpenAlex: which ids come back, what is asked, and what is
never believed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retest.domain.line import Window
from retest.errors import SearchFailed, UsageError
from retest.papers.day_cache import DayCache
from retest.papers.following import MOST_PAGES, Following
from retest.retry import Patience
from retest.settings import load_settings
from tests.fakes.openalex import Cited, FakeOpenAlex, Fault, work

ATTEMPTS = 3
ANCHOR = "2203.15556"
WINDOW = Window(opens=date(2022, 3, 29), as_of=date(2026, 1, 15))
BY = [
    work(1, "2404.10102"),
    work(2, "2405.00001", where="pdf"),
    work(3, "2406.00002", where="doi"),
    work(4, None),
    work(5, "2407.00003"),
]
CITING = ["2404.10102", "2405.00001", "2406.00002", "2407.00003"]


@pytest.fixture
def fake() -> Iterator[FakeOpenAlex]:
    with FakeOpenAlex([Cited(ANCHOR, 99, BY)]) as fake:
        yield fake


@pytest.fixture
def following(fake: FakeOpenAlex, tmp_path: Path) -> Following:
    return impatient(fake, tmp_path)


def impatient(fake: FakeOpenAlex, folder: Path, **more: Any) -> Following:
    return Following(
        url=fake.url,
        interval=0.0,
        patience=Patience(ATTEMPTS, 0.0, 0.0),
        lock_folder=folder,
        **more,
    )


def test_finds_arxiv_ids_wherever_a_work_names_them_and_skips_works_without_one(
    following: Following,
) -> None:
    assert following.citing([ANCHOR], WINDOW, 10) == {ANCHOR: CITING}


def test_an_old_id_is_found_as_an_anchor_and_as_a_citing_paper(tmp_path: Path) -> None:
    by = [work(1, "hep-th/9901002", published=date(1999, 2, 1), where="old")]
    with FakeOpenAlex([Cited("hep-th/9711200", 7, by)]) as fake:
        found = impatient(fake, tmp_path).citing(
            ["hep-th/9711200"], Window(opens=date(1997, 11, 27), as_of=date(2000, 1, 1)), 5
        )
    assert found == {"hep-th/9711200": ["hep-th/9901002"]}


def test_an_anchor_that_openalex_does_not_know_is_told_from_one_that_nobody_cites(
    tmp_path: Path,
) -> None:
    with FakeOpenAlex([Cited(ANCHOR, 99, [])]) as fake:
        assert impatient(fake, tmp_path).citing([ANCHOR, "2401.99999"], WINDOW, 10) == {ANCHOR: []}


def test_pages_are_asked_for_until_there_are_enough(tmp_path: Path) -> None:
    by = [work(n, f"2404.{n:05}") for n in range(1, 251)]
    with FakeOpenAlex([Cited(ANCHOR, 99, by)]) as fake:
        assert len(impatient(fake, tmp_path).citing([ANCHOR], WINDOW, 150)[ANCHOR]) == 150
        assert fake.pages == ["1", "2"]
        assert len(impatient(fake, tmp_path).citing([ANCHOR], WINDOW, 1000)[ANCHOR]) == 250
        assert fake.pages == ["1", "2", "1", "2", "3"]


def test_an_anchor_that_everybody_cites_costs_a_bounded_number_of_requests(tmp_path: Path) -> None:
    by = [work(n, None) for n in range(1, 100 * MOST_PAGES + 200)]
    with FakeOpenAlex([Cited(ANCHOR, 99, by)]) as fake:
        assert impatient(fake, tmp_path).citing([ANCHOR], WINDOW, 10) == {ANCHOR: []}
        assert len(fake.pages) == MOST_PAGES


def test_only_papers_that_may_be_in_the_window_come_back(tmp_path: Path) -> None:
    ids = ["2202.00001", "2203.00001", "2306.00001", "2601.00001", "2602.00001", "2603.00001"]
    with FakeOpenAlex(
        [Cited(ANCHOR, 99, [work(n, i) for n, i in enumerate(ids, start=1)])]
    ) as fake:
        assert impatient(fake, tmp_path).citing([ANCHOR], WINDOW, 10)[ANCHOR] == ids[1:5]
        assert (
            "from_publication_date:2022-01-01,to_publication_date:2027-12-31"
            in fake.requests[-1].params["filter"]
        )


def test_nothing_is_asked_where_nothing_can_be_found(
    fake: FakeOpenAlex, following: Following
) -> None:
    day = date(2024, 1, 1)
    assert following.citing([ANCHOR], Window(opens=day, as_of=day), 10) == {ANCHOR: []}
    assert following.citing([ANCHOR], WINDOW, 0) == {ANCHOR: []}
    assert following.citing([], WINDOW, 10) == {}
    assert fake.requests == []


def test_asks_under_its_own_name_and_with_the_key(fake: FakeOpenAlex, tmp_path: Path) -> None:
    impatient(fake, tmp_path, key="k1").citing([ANCHOR], WINDOW, 10)
    impatient(fake, tmp_path).citing([ANCHOR], WINDOW, 10)
    assert [seen.headers.get("Authorization") for seen in fake.requests] == [
        "Bearer k1",
        "Bearer k1",
        None,
        None,
    ]
    assert all(seen.headers["User-Agent"].startswith("retest/") for seen in fake.requests)


def test_no_redirect_takes_the_key_or_the_question_to_another_origin(
    fake: FakeOpenAlex, tmp_path: Path
) -> None:
    with FakeOpenAlex([Cited(ANCHOR, 99, [])]) as other:
        moved = f"{other.url}/works/doi:10.48550/arXiv.{ANCHOR}?api_key=k1"
        fake.faults = [Fault(301, (("Location", moved),))]
        with pytest.raises(SearchFailed, match="another origin") as failed:
            impatient(fake, tmp_path, key="k1").citing([ANCHOR], WINDOW, 10)
        assert fake.url in failed.value.message
        assert other.url in failed.value.message
        assert "k1" not in str(failed.value)
        assert other.requests == []


def test_a_redirect_within_the_host_is_followed(fake: FakeOpenAlex, tmp_path: Path) -> None:
    there = f"{fake.url}/works/doi:10.48550/arXiv.{ANCHOR}"
    fake.faults = [Fault(302, (("Location", there),))]
    assert impatient(fake, tmp_path, key="k1").citing([ANCHOR], WINDOW, 10) == {ANCHOR: CITING}
    assert {seen.headers.get("Authorization") for seen in fake.requests} == {"Bearer k1"}


def nested(depth: int) -> bytes:
    return b'{"meta": {"count": 1}, "results": [' + b"[" * depth + b"]" * depth + b"]}"


LOOKED_UP = Fault(body=json.dumps(work(99, ANCHOR)).encode())
PASSING = {
    "429": Fault(429, (("Retry-After", "0"),)),
    "503": Fault(503),
    "500 with a page": Fault(500, body=b"<html>"),
    "408": Fault(408),
    "truncated JSON": Fault(body=b'{"meta": {"count": 1}, "resul'),
    "an HTML page": Fault(body=b"<!DOCTYPE html><p>Down for maintenance"),
    "a list": Fault(body=b"[1]"),
    "a number": Fault(body=b"3"),
    "null": Fault(body=b"null"),
    "an empty object": Fault(body=b"{}"),
    "results without meta": Fault(body=b'{"results": []}'),
    "nested too deeply": Fault(body=nested(200_000)),
    "bytes that are no text": Fault(body=b"\xff\xfe\x00\xd8" * 9),
}
FINAL = {
    "401": Fault(401, body=b'{"error": "no"}'),
    "403": Fault(403),
    "400": Fault(400),
    "the budget is spent": Fault(429, (("X-RateLimit-Remaining", "0"), ("Retry-After", "40000"))),
    "results that are no works": Fault(body=b'{"meta": {}, "results": ["a", 1]}'),
    "an id that is none": Fault(body=b'{"id": "https://openalex.org/../W1"}'),
    "an id of another kind": Fault(body=b'{"id": 7}'),
    "locations that are none": Fault(
        body=b'{"id": "https://openalex.org/W1", "locations": {"a": 1}}'
    ),
}


@pytest.mark.parametrize("place", [0, 1], ids=["looking the anchor up", "listing what cites it"])
@pytest.mark.parametrize("fault", [*PASSING.values(), *FINAL.values()], ids=[*PASSING, *FINAL])
def test_every_fault_is_a_failed_search_and_never_an_empty_list(
    fake: FakeOpenAlex, following: Following, fault: Fault, place: int
) -> None:
    fake.faults = [LOOKED_UP] * place
    fake.always = fault
    with pytest.raises(SearchFailed, match="OpenAlex") as failed:
        following.citing([ANCHOR], WINDOW, 10)
    assert failed.value.hint
    assert len(fake.requests) <= ATTEMPTS + place


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_fault_that_passes_does_no_harm(
    fake: FakeOpenAlex, following: Following, fault: Fault
) -> None:
    fake.faults = [fault]
    assert following.citing([ANCHOR], WINDOW, 10) == {ANCHOR: CITING}


@pytest.mark.parametrize(
    ("fault", "hint"), [("401", "OPENALEX_API_KEY"), ("the budget is spent", "midnight UTC")]
)
def test_what_does_not_pass_is_asked_once_and_says_what_to_do(
    fake: FakeOpenAlex, following: Following, fault: str, hint: str
) -> None:
    fake.always = FINAL[fault]
    with pytest.raises(SearchFailed) as failed:
        following.citing([ANCHOR], WINDOW, 10)
    assert hint in failed.value.hint
    assert len(fake.requests) == 1


def test_a_page_that_lacks_what_was_announced_is_a_failed_search(
    fake: FakeOpenAlex, following: Following
) -> None:
    fake.faults = [LOOKED_UP, Fault(body=b'{"meta": {"count": 50}, "results": []}')]
    with pytest.raises(SearchFailed, match="announced 50 works"):
        following.citing([ANCHOR], WINDOW, 10)


def test_retry_after_is_honoured(fake: FakeOpenAlex, tmp_path: Path) -> None:
    slept: list[float] = []
    fake.faults = [Fault(429, (("Retry-After", "7"),))]
    following = Following(
        url=fake.url,
        interval=1.0,
        patience=Patience(3, 2.0, 60.0),
        lock_folder=tmp_path,
        clock=lambda: 1000.0 + sum(slept),
        sleep=slept.append,
    )
    assert following.citing([ANCHOR], WINDOW, 10) == {ANCHOR: CITING}
    assert sum(slept) == 7 + 1


def test_the_same_question_costs_nothing_again_that_day(fake: FakeOpenAlex, tmp_path: Path) -> None:
    def ask(day: date) -> dict[str, list[str]]:
        answers = DayCache(tmp_path / "answers", day)
        return impatient(fake, tmp_path, answers=answers).citing([ANCHOR, "2401.99999"], WINDOW, 10)

    first = ask(date(2026, 1, 15))
    asked = len(fake.requests)
    assert ask(date(2026, 1, 15)) == first == {ANCHOR: CITING}
    assert len(fake.requests) == asked
    assert ask(date(2026, 1, 16)) == first
    assert len(fake.requests) == 2 * asked


@pytest.mark.parametrize(
    "planted", ['["../../etc"]', '["2404.10102v2"]', "[7]", "{}", "", '["2404.1010' * 9]
)
def test_a_planted_answer_is_asked_for_again(
    fake: FakeOpenAlex, tmp_path: Path, planted: str
) -> None:
    answers = DayCache(tmp_path / "answers", date(2026, 1, 15))
    following = impatient(fake, tmp_path, answers=answers)
    following.citing([ANCHOR], WINDOW, 10)
    (file,) = (tmp_path / "answers").rglob("*.json")
    kept = json.loads(file.read_text())
    file.write_text(json.dumps(kept | {"answer": planted}))
    assert following.citing([ANCHOR], WINDOW, 10) == {ANCHOR: CITING}
    assert len(fake.requests) == 4


def test_a_failed_search_is_not_kept(fake: FakeOpenAlex, tmp_path: Path) -> None:
    following = impatient(fake, tmp_path, answers=DayCache(tmp_path / "answers", date(2026, 1, 15)))
    fake.faults = [Fault(401)]
    with pytest.raises(SearchFailed):
        following.citing([ANCHOR], WINDOW, 10)
    assert following.citing([ANCHOR], WINDOW, 10) == {ANCHOR: CITING}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
KEYS = st.sampled_from(
    ["id", "doi", "ids", "locations", "landing_page_url", "results", "meta", "count", "error"]
)


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(KEYS, JSON, max_size=6) | JSON)
def test_no_answer_whatever_does_more_than_fail_the_search(
    fake: FakeOpenAlex, following: Following, answer: object
) -> None:
    fake.always = Fault(body=json.dumps(answer).encode())
    with pytest.raises(SearchFailed):
        following.citing([ANCHOR], WINDOW, 10)


def test_without_pyalex_it_is_said_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "pyalex", None)
    with pytest.raises(UsageError) as missing:
        Following(url="http://127.0.0.1:9", lock_folder=tmp_path)
    assert "pip install 'retest[follow]'" in missing.value.hint


def test_a_host_that_is_not_there_fails_the_search(tmp_path: Path) -> None:
    with FakeOpenAlex() as gone:
        pass
    with pytest.raises(SearchFailed, match="could not be reached"):
        impatient(gone, tmp_path).citing([ANCHOR], WINDOW, 10)


def test_it_is_off_unless_it_is_switched_on(tmp_path: Path) -> None:
    assert load_settings(tmp_path, {}, {}).follow is False
    assert load_settings(tmp_path, {"RETEST_FOLLOW": "true"}, {}).follow is True
    assert load_settings(tmp_path, {"RETEST_FOLLOW": "0"}, {}).follow is False
    (tmp_path / "retest.toml").write_text("follow = true")
    assert load_settings(tmp_path, {}, {}).follow is True
    assert load_settings(tmp_path, {}, {"follow": False}).follow is False


@pytest.mark.parametrize("written", ['"maybe"', "1", "[true]"])
def test_a_switch_that_is_neither_on_nor_off_is_said(tmp_path: Path, written: str) -> None:
    (tmp_path / "retest.toml").write_text(f"follow = {written}")
    with pytest.raises(UsageError, match="follow is") as wrong:
        load_settings(tmp_path, {}, {})
    assert "true or false" in wrong.value.hint
