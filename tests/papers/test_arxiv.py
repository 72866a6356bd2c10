"""The live source against a loopback arXiv: what is asked, what comes back, and what is never taken
for an answer."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import arxiv  # type: ignore[import-untyped]  # the package ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.line import Window
from retest.domain.paper import Missing, Paper, Query, Unknown
from retest.errors import SearchFailed
from retest.papers.arxiv import ArxivSource
from retest.papers.day_cache import DayCache
from retest.papers.grammar import render
from retest.retry import Patience
from tests.fakes.arxiv import FakeArxiv, Fault, parse
from tests.papers.some import PAPERS, WINDOW, paper

ATTEMPTS = 3
SCALING = Query(all_of=("scaling laws",))


@pytest.fixture
def fake() -> Iterator[FakeArxiv]:
    with FakeArxiv(PAPERS) as fake:
        yield fake


@pytest.fixture
def source(fake: FakeArxiv, tmp_path: Path) -> ArxivSource:
    return impatient(fake, tmp_path)


def impatient(
    fake: FakeArxiv, folder: Path, *, timeout: float = 100.0, answers: DayCache | None = None
) -> ArxivSource:
    return ArxivSource(
        url=fake.url,
        interval=0.0,
        timeout=timeout,
        patience=Patience(ATTEMPTS, 0.0, 0.0),
        lock_folder=folder,
        answers=answers,
    )


def ids(papers: list[Paper]) -> list[str]:
    return [p.id for p in papers]


def test_finds_papers_of_the_window_only(source: ArxivSource) -> None:
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]
    assert ids(
        source.search(SCALING, Window(opens=date(2022, 12, 31), as_of=date(2024, 2, 2)), 10)
    ) == [
        "2301.00001",
        "2402.00002",
    ]


def test_the_window_excludes_its_first_day_and_includes_its_last(source: ArxivSource) -> None:
    day = date(2024, 2, 2)
    assert source.search(SCALING, Window(opens=day, as_of=date(2026, 1, 1)), 10) == []
    assert ids(source.search(SCALING, Window(opens=date(2024, 2, 1), as_of=day), 10)) == [
        "2402.00002"
    ]


def test_a_server_that_ignores_the_dates_is_filtered_here(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    fake.ignore_dates = True
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]


def test_an_honest_empty_answer_is_an_empty_list_and_is_asked_for_once(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    assert source.search(Query(all_of=("phlogiston",)), WINDOW, 10) == []
    assert len(fake.requests) == 1


def test_asks_for_no_more_than_the_limit_under_its_own_name(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    assert (
        len(
            source.search(
                Query(any_of=("models",)), Window(opens=date(2000, 1, 1), as_of=date(2026, 1, 1)), 2
            )
        )
        == 2
    )
    (seen,) = fake.requests
    assert (seen.params["start"], seen.params["max_results"]) == ("0", "2")
    assert seen.params["sortBy"] == "relevance"
    assert seen.user_agent.startswith("retest/")


def test_asks_nothing_where_nothing_can_be_found(fake: FakeArxiv, source: ArxivSource) -> None:
    day = date(2024, 1, 1)
    assert source.search(Query(all_of=("?!", "")), WINDOW, 10) == []
    assert source.search(SCALING, Window(opens=day, as_of=day), 10) == []
    assert source.search(SCALING, WINDOW, 0) == []
    assert fake.requests == []


def test_reads_every_field(fake: FakeArxiv, source: ArxivSource) -> None:
    fake.comments["hep-th/9901001"] = (
        "This paper has been withdrawn by the author due to an error in Eq. 3"
    )
    found = source.get(["2402.00002", "hep-th/9901001"])
    assert found["2402.00002"] == PAPERS[1]
    assert found["hep-th/9901001"] == PAPERS[3].model_copy(update={"withdrawn": True})


def test_a_feed_is_read_as_the_arxiv_package_reads_it(fake: FakeArxiv, source: ArxivSource) -> None:
    client = arxiv.Client(page_size=len(PAPERS), delay_seconds=0, num_retries=0)
    client.query_url_format = fake.url + "?{}"
    wanted = [paper.id for paper in PAPERS]
    found = source.get(wanted)
    for theirs in client.results(arxiv.Search(id_list=wanted, max_results=10)):
        ours = found[theirs.get_short_id().rpartition("v")[0]]
        assert isinstance(ours, Paper)
        assert (ours.title, ours.abstract) == (theirs.title, " ".join(theirs.summary.split()))
        assert (ours.published, ours.updated or ours.published) == (
            theirs.published.date(),
            theirs.updated.date(),
        )
        assert list(ours.authors) == [author.name for author in theirs.authors]
        assert list(ours.categories) == theirs.categories
    assert fake.requests[0].params == fake.requests[1].params


def test_ids_that_a_whole_answer_lacks_are_missing(fake: FakeArxiv, source: ArxivSource) -> None:
    found = source.get(["2402.00002", "0808.05394", "2402.00002"])
    assert found == {"2402.00002": PAPERS[1], "0808.05394": Missing(id="0808.05394")}
    assert len(fake.requests) == 1


def test_many_ids_are_asked_for_a_hundred_at_a_time(fake: FakeArxiv, source: ArxivSource) -> None:
    wanted = [f"2312.{n:05}" for n in range(250)]
    assert source.get(wanted) == {i: Missing(id=i) for i in wanted}
    assert [len(seen.params["id_list"].split(",")) for seen in fake.requests] == [100, 100, 50]


def test_no_ids_ask_nothing(fake: FakeArxiv, source: ArxivSource) -> None:
    assert source.get([]) == {}
    assert fake.requests == []


TRANSIENT = [
    Fault("status", status=429),
    Fault("status", status=429, retry_after="1"),
    Fault("status", status=403),
    Fault("status", status=406),
    Fault("status", status=503),
    Fault("status", status=500, retry_after="Wed, 21 Oct 2015 07:28:00 GMT"),
    Fault("html"),
    Fault("truncated"),
    Fault("cut"),
    Fault("malformed"),
    Fault("empty"),
    Fault("short"),
    Fault("reset"),
    Fault("undated"),
    Fault("other-page"),
]


@pytest.mark.parametrize(
    "fault", TRANSIENT, ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.retry_after}"
)
def test_a_broken_answer_is_asked_for_again_within_bounds_and_never_an_empty_list(
    fake: FakeArxiv, source: ArxivSource, fault: Fault
) -> None:
    fake.always = fault
    with pytest.raises(SearchFailed, match="arXiv") as failed:
        source.search(SCALING, WINDOW, 10)
    assert failed.value.hint
    assert len(fake.requests) == ATTEMPTS


@pytest.mark.parametrize(
    "fault", TRANSIENT, ids=lambda fault: f"{fault.kind}-{fault.status}-{fault.retry_after}"
)
def test_a_fault_that_passes_does_no_harm(
    fake: FakeArxiv, source: ArxivSource, fault: Fault
) -> None:
    fake.faults = [fault]
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]
    assert len(fake.requests) == 2


@pytest.mark.parametrize(
    "fault", [*TRANSIENT, Fault("bad-id"), Fault("error-entry")], ids=lambda fault: fault.kind
)
def test_a_look_up_that_fails_leaves_ids_unknown_and_never_missing(
    fake: FakeArxiv, source: ArxivSource, fault: Fault
) -> None:
    fake.always = fault
    found = source.get(["2402.00002", "0808.05394"])
    assert all(isinstance(answer, Unknown) and answer.reason for answer in found.values())
    assert set(found) == {"2402.00002", "0808.05394"}


@pytest.mark.parametrize(
    "fault", [Fault("bad-id"), Fault("error-entry"), Fault("status", status=404)]
)
def test_a_refusal_is_not_asked_again(fake: FakeArxiv, source: ArxivSource, fault: Fault) -> None:
    fake.always = fault
    with pytest.raises(SearchFailed, match="refused"):
        source.search(SCALING, WINDOW, 10)
    assert len(fake.requests) == 1


def test_a_server_that_hangs_costs_no_more_than_the_timeout_each_time(
    fake: FakeArxiv, tmp_path: Path
) -> None:
    fake.always = Fault("hang", seconds=5)
    with pytest.raises(SearchFailed, match=r"could not be reached \(ReadTimeout"):
        impatient(fake, tmp_path, timeout=0.1).search(SCALING, WINDOW, 10)
    assert len(fake.requests) == ATTEMPTS


def test_a_host_that_is_not_there_fails_the_search(tmp_path: Path) -> None:
    with FakeArxiv() as gone:
        pass
    with pytest.raises(SearchFailed, match="could not be reached"):
        impatient(gone, tmp_path).search(SCALING, WINDOW, 10)


def test_a_lock_folder_that_cannot_be_made_is_said(fake: FakeArxiv, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SearchFailed, match="no turn"):
        impatient(fake, tmp_path / "file" / "below").search(SCALING, WINDOW, 10)


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now, self.slept = 1000.0, list[float]()

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)

    def clock(self) -> float:
        return self.now


def patient(fake: FakeArxiv, folder: Path, time: Time, longest: float = 60.0) -> ArxivSource:
    return ArxivSource(
        url=fake.url,
        lock_folder=folder,
        clock=time.clock,
        sleep=time.sleep,
        patience=Patience(3, 2.0, longest),
    )


def test_requests_are_three_seconds_apart_unless_told_otherwise(
    fake: FakeArxiv, tmp_path: Path
) -> None:
    time = Time()
    source = patient(fake, tmp_path, time)
    source.search(SCALING, WINDOW, 10)
    assert time.now == 1000
    source.get(["2402.00002"])
    patient(fake, tmp_path, time).search(SCALING, WINDOW, 10)  # another object, the same host
    assert time.now == 1006


def test_retry_after_is_honoured_and_holds_for_others_too(fake: FakeArxiv, tmp_path: Path) -> None:
    time = Time()
    fake.faults = [Fault("status", status=429, retry_after="40")]
    patient(fake, tmp_path, time).search(SCALING, WINDOW, 10)
    assert time.now == 1040
    fake.faults = [Fault("status", status=429, retry_after="40")] * 3
    with pytest.raises(SearchFailed):
        patient(fake, tmp_path, time).search(SCALING, WINDOW, 10)
    before = time.now
    patient(fake, tmp_path, time).search(SCALING, WINDOW, 10)
    assert time.now == before + 40


def test_an_hour_long_retry_after_does_not_hold_the_night(fake: FakeArxiv, tmp_path: Path) -> None:
    time = Time()
    fake.always = Fault("status", status=503, retry_after="3600")
    with pytest.raises(SearchFailed):
        patient(fake, tmp_path, time, longest=5.0).search(SCALING, WINDOW, 10)
    assert time.now == 1010


@pytest.mark.parametrize(
    "note", ["", "[]", '{"written": NaN, "next": NaN}', '{"written": 9e99, "next": 9e99}', "\x00"]
)
def test_a_spoilt_note_of_the_last_request_costs_one_interval(
    fake: FakeArxiv, tmp_path: Path, note: str
) -> None:
    time = Time()
    patient(fake, tmp_path, time).search(SCALING, WINDOW, 10)
    (file,) = tmp_path.glob("*.json")
    file.write_text(note)
    patient(fake, tmp_path, time).search(SCALING, WINDOW, 10)
    assert time.now == 1003


ASK = """
import sys
from datetime import date
from pathlib import Path
from retest.domain.line import Window
from retest.domain.paper import Query
from retest.papers.arxiv import ArxivSource
source = ArxivSource(url=sys.argv[1], interval=float(sys.argv[2]), lock_folder=Path(sys.argv[3]))
window = Window(opens=date(2023, 1, 1), as_of=date(2026, 1, 1))
for _ in range(2):
    source.search(Query(all_of=("scaling laws",)), window, 5)
    source.get(["2402.00002"])
"""


def test_two_processes_never_ask_at_once_nor_closer_than_the_interval(
    fake: FakeArxiv, tmp_path: Path
) -> None:
    interval, fake.delay = 0.05, 0.03
    command = [sys.executable, "-c", ASK, fake.url, str(interval), str(tmp_path)]
    running = [subprocess.Popen(command) for _ in range(2)]
    assert [process.wait() for process in running] == [0, 0]
    assert len(fake.requests) == 8
    for one, next_one in zip(fake.requests, fake.requests[1:], strict=False):
        assert next_one.start - one.end >= interval, (
            "a request came too soon after the one before it"
        )


HOSTILE = st.text(max_size=60) | st.sampled_from(
    [
        '"',
        '") OR all:"',
        "AND OR ANDNOT",
        "au:del_maestro",
        "(((",
        "[2020 TO 2030]",
        "a\\",
        "\ud800",
        "%22",
        "the of",
        "a b",
    ]
)


@given(st.lists(HOSTILE, max_size=4), st.lists(HOSTILE, max_size=4))
def test_no_phrase_can_be_anything_but_words(all_of: list[str], any_of: list[str]) -> None:
    rendered = render(Query(all_of=tuple(all_of), any_of=tuple(any_of)))
    if rendered:
        parse(rendered)
    assert not any(
        operator in rendered.replace(" AND ", " ").replace(" OR ", " ")
        for operator in ("AND", "OR", ":[")
    )


@given(st.lists(HOSTILE, min_size=1, max_size=3))
def test_a_paper_that_has_the_phrases_is_found_by_them(phrases: list[str]) -> None:
    rendered = render(Query(all_of=tuple(phrases)))
    title = " ; ".join(phrases)
    assert not rendered or parse(rendered)(paper("2402.00009", title or "x"))


def test_all_of_needs_every_phrase_and_any_of_one() -> None:
    query = parse(
        render(Query(all_of=("chain of thought", "small"), any_of=("distillation", "fine-tuning")))
    )
    assert query(paper("2402.00009", "Distillation of chain-of-thought into small models"))
    assert query(paper("2402.00009", "A chain in thought: fine tuning small models"))
    assert not query(paper("2402.00009", "Chain of thought in small models"))
    assert not query(paper("2402.00009", "Distillation of chain-of-thought"))


def test_without_all_of_any_word_will_do() -> None:
    query = parse(render(Query(any_of=("LLM judges are biased by the order of answers",))))
    assert query(paper("2402.00009", "Judges"))
    assert not query(paper("2402.00009", "The of by are"))
