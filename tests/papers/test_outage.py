"""An outage is met once a run, not once a claim; one bad character costs itself; the throttle of
arXiv is no refusal."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import pytest

from retest.domain.paper import Missing, Unknown
from retest.errors import SearchFailed
from retest.papers.arxiv import ArxivSource
from retest.papers.circuit import LONGEST_REST, REST, Circuit
from retest.retry import Patience, Transient
from tests.fakes.arxiv import FakeArxiv, Fault
from tests.papers.some import PAPERS, WINDOW
from tests.papers.test_arxiv import ATTEMPTS, SCALING, Time, ids

DOWN = Fault("status", status=503)


@pytest.fixture
def fake() -> Iterator[FakeArxiv]:
    with FakeArxiv(PAPERS) as fake:
        yield fake


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def circuit(time: Time) -> Circuit:
    return Circuit(time.clock)


@pytest.fixture
def source(fake: FakeArxiv, tmp_path: Path, time: Time, circuit: Circuit) -> ArxivSource:
    return asking(fake, tmp_path, time, circuit)


def asking(fake: FakeArxiv, folder: Path, time: Time, circuit: Circuit) -> ArxivSource:
    return ArxivSource(
        url=fake.url,
        interval=0.0,
        patience=Patience(ATTEMPTS, 2.0, 60.0),
        lock_folder=folder,
        circuit=circuit,
        clock=time.clock,
        sleep=time.sleep,
    )


def failure(source: ArxivSource) -> str:
    with pytest.raises(SearchFailed) as failed:
        source.search(SCALING, WINDOW, 10)
    return failed.value.message


def test_after_the_first_patience_and_one_more_try_the_rest_fail_at_once(
    fake: FakeArxiv, source: ArxivSource, time: Time
) -> None:
    fake.always = DOWN
    said = {failure(source) for _ in range(27)}
    assert len(fake.requests) == ATTEMPTS + 1
    assert said == {"arXiv answered with status 503, after 3 attempts"}, (
        "the same for every claim, in whatever order they ask"
    )
    assert time.slept.count(2.0) <= 1, "patience is spent once"


def test_an_outage_that_ends_at_once_costs_one_question(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    fake.faults = [DOWN] * ATTEMPTS
    failure(source)
    for _ in range(3):
        assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]
    fake.faults = [DOWN]
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"], "patience is whole again"


def test_what_is_down_is_tried_now_and_then_and_ever_more_seldom(
    fake: FakeArxiv, source: ArxivSource, time: Time
) -> None:
    fake.always = DOWN
    for _ in range(2):
        failure(source)
    tried: list[float] = []
    began, before = time.now, len(fake.requests)
    while time.now < began + 4000:
        time.now += 1
        failure(source)
        if len(fake.requests) > before:
            before = len(fake.requests)
            tried.append(time.now - began)
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert tried[0] == pytest.approx(REST, abs=1)
    assert gaps == sorted(gaps)
    assert max(gaps) == pytest.approx(LONGEST_REST, abs=1)
    assert len(tried) < 10


def test_a_source_that_comes_back_is_found_to_be_back(
    fake: FakeArxiv, source: ArxivSource, time: Time
) -> None:
    fake.faults = [DOWN] * (ATTEMPTS + 1)
    for _ in range(3):
        failure(source)
    time.now += REST
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]


def test_a_refusal_is_no_outage(fake: FakeArxiv, source: ArxivSource) -> None:
    fake.always = Fault("bad-id")
    for number in range(1, 9):
        failure(source)
        assert len(fake.requests) == number


def test_sources_of_one_run_share_what_they_know(
    fake: FakeArxiv, tmp_path: Path, time: Time, circuit: Circuit
) -> None:
    fake.always = DOWN
    for _ in range(9):
        failure(asking(fake, tmp_path, time, circuit))
    assert len(fake.requests) == ATTEMPTS + 1


def test_claims_that_ask_at_once_wait_for_one_answer_together(circuit: Circuit) -> None:
    tries = 0
    lock = threading.Lock()

    def down() -> str:
        nonlocal tries
        with lock:
            tries += 1
        raise Transient("down")

    def asked(_: int) -> bool:
        with pytest.raises(Transient):
            circuit.ask(down, down)
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(asked, range(40)))
    assert tries == 2


def test_a_look_up_of_many_fails_in_the_time_of_one(fake: FakeArxiv, source: ArxivSource) -> None:
    fake.always = DOWN
    found = source.get([f"2312.{n:05}" for n in range(1000)])
    assert len(found) == 1000
    assert all(isinstance(one, Unknown) for one in found.values())
    assert len(fake.requests) == ATTEMPTS + 1


@pytest.mark.parametrize("status", [403, 406, 429])
def test_being_slowed_down_is_waited_out(fake: FakeArxiv, source: ArxivSource, status: int) -> None:
    fake.faults = [Fault("status", status=status)] * (ATTEMPTS - 1)
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]


CHARACTERS = {
    "bare": b"\x0b",
    "null": b"\x00",
    "by number": b"&#11;",
    "by hexadecimal number": b"&#x1F;",
    "half of a pair": b"&#xD800;",
    "no character at all": b"&#9999999999;",
    "not UTF-8": b"\xff",
    "a surrogate in UTF-8": b"\xed\xa0\x80",
    "U+FFFF": b"\xef\xbf\xbf",
}


@pytest.mark.parametrize("character", CHARACTERS.values(), ids=CHARACTERS)
def test_a_character_that_xml_forbids_costs_itself_and_not_the_batch(
    fake: FakeArxiv, source: ArxivSource, character: bytes
) -> None:
    fake.faults = [Fault("character", raw=character)]
    found = source.get([paper.id for paper in PAPERS])
    assert set(found) == {paper.id for paper in PAPERS}
    assert not any(isinstance(one, Unknown | Missing) for one in found.values())
    spoilt = found[PAPERS[0].id]
    assert not isinstance(spoilt, Unknown | Missing)
    assert spoilt.abstract.endswith(PAPERS[0].abstract)
    assert spoilt.abstract.removesuffix(PAPERS[0].abstract).strip("� ") == ""
    assert len(fake.requests) == 1


@pytest.mark.parametrize("kind", ["truncated", "malformed"])
@pytest.mark.parametrize("character", [b"\x0b", b"&#11;"])
def test_a_feed_that_breaks_off_is_none_whatever_characters_it_has(
    fake: FakeArxiv, source: ArxivSource, kind: str, character: bytes
) -> None:
    fake.always = Fault(kind, raw=character)  # type: ignore[arg-type]  # one of its kinds
    found = source.get([paper.id for paper in PAPERS])
    assert all(isinstance(one, Unknown) for one in found.values())
