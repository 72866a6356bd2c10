"""Few requests to arXiv: a claim's searches together, the same question once a day. Against the
loopback arXiv."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retest.domain.line import Window
from retest.domain.paper import Missing, Query, Unknown
from retest.errors import SearchFailed
from retest.papers.arxiv import POOL, ArxivSource
from retest.papers.day_cache import DayCache
from retest.papers.grammar import LONGEST, QUERIES_A_REQUEST, joined, render
from tests.fakes.arxiv import FakeArxiv, Fault, parse
from tests.papers.some import PAPERS, WINDOW, paper
from tests.papers.test_arxiv import ATTEMPTS, HOSTILE, SCALING, TRANSIENT, ids, impatient


@pytest.fixture
def fake() -> Iterator[FakeArxiv]:
    with FakeArxiv(PAPERS) as fake:
        yield fake


@pytest.fixture
def source(fake: FakeArxiv, tmp_path: Path) -> ArxivSource:
    return impatient(fake, tmp_path)


PLAN = [
    Query(all_of=("scaling laws",), any_of=("small models", "parameters")),
    Query(all_of=("chain-of-thought",)),
    Query(any_of=("Do scaling laws hold for small language models?",)),
    Query(any_of=("Thought needs size.",), like=("Chain-of-thought prompting in language models",)),
    Query(any_of=("?!",)),
]


def test_a_claims_searches_cost_two_requests_and_each_finds_its_own(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    found = [ids(papers) for papers in source.search_all(PLAN, WINDOW, 10)]
    assert found[0] == ["2402.00002"]
    assert found[1] == ["2403.00003"]
    assert "2402.00002" in found[2]
    assert "2403.00003" in found[3]
    assert found[4] == []
    assert len(fake.requests) == 2
    assert all(seen.params["max_results"] == str(POOL) for seen in fake.requests)


def test_each_search_gives_at_most_as_many_papers_as_it_is_asked_for(source: ArxivSource) -> None:
    assert [len(papers) for papers in source.search_all(PLAN, WINDOW, 1)] == [1, 1, 1, 1, 0]


def test_searches_together_find_papers_of_the_window_only(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    fake.ignore_dates = True
    found = source.search_all(PLAN, WINDOW, 10)
    assert {paper.id for papers in found for paper in papers} == {"2402.00002", "2403.00003"}


def test_a_broad_search_does_not_crowd_out_a_narrow_one(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    common = [paper(f"2404.{n:05}", "Small language models") for n in range(1, POOL + 50)]
    fake.papers = [*common, paper("2404.90000", "Phlogiston in small language models")]
    searches = [Query(any_of=("small language models",)), Query(all_of=("phlogiston",))]
    assert ids(source.search_all(searches, WINDOW, 10)[1]) == ["2404.90000"]


def test_what_arxiv_ranks_higher_comes_first_among_equals(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    fake.papers = [paper("2404.00002", "Same title"), paper("2404.00001", "Same title")]
    assert ids(source.search_all([Query(all_of=("title",))], WINDOW, 1)[0]) == ["2404.00002"]


def test_nothing_is_asked_together_where_nothing_can_be_found(
    fake: FakeArxiv, source: ArxivSource
) -> None:
    day = date(2024, 1, 1)
    assert source.search_all([], WINDOW, 10) == []
    assert source.search_all([Query(), Query(any_of=("?!",))], WINDOW, 10) == [[], []]
    assert source.search_all(PLAN, Window(opens=day, as_of=day), 10) == [[]] * 5
    assert source.search_all(PLAN, WINDOW, 0) == [[]] * 5
    assert fake.requests == []


@pytest.mark.parametrize("whole", [0, 1])
@pytest.mark.parametrize(
    "fault", [*TRANSIENT, Fault("bad-id"), Fault("error-entry")], ids=lambda fault: fault.kind
)
def test_one_broken_answer_fails_the_searches_of_a_claim(
    fake: FakeArxiv, source: ArxivSource, fault: Fault, whole: int
) -> None:
    healthy = Fault("none")
    fake.faults, fake.always = [healthy] * whole, fault
    with pytest.raises(SearchFailed, match="arXiv"):
        source.search_all(PLAN, WINDOW, 10)
    assert len(fake.requests) <= whole + ATTEMPTS


PHRASES = st.lists(HOSTILE | st.text(min_size=30, max_size=400), max_size=20).map(tuple)
QUERIES = st.lists(st.builds(Query, all_of=PHRASES, any_of=PHRASES, like=PHRASES), max_size=12)


@settings(max_examples=50)
@given(QUERIES)
def test_any_queries_whatever_make_few_requests_that_arxivs_grammar_takes(
    queries: list[Query],
) -> None:
    asked = joined([render(query) for query in queries])
    assert len(asked) <= -(-len(queries) // QUERIES_A_REQUEST)
    assert sorted(place for _, places in asked for place in places) == [
        place for place, query in enumerate(queries) if render(query)
    ]
    for text, _ in asked:
        assert len(quote_plus(text)) <= LONGEST
        parse(text)


@settings(max_examples=50)
@given(QUERIES)
def test_queries_together_ask_for_what_each_asks_for(queries: list[Query]) -> None:
    for text, places in joined([render(query) for query in queries]):
        matches = parse(text)
        for place in places:
            query = queries[place]
            candidate = paper("2402.00009", " ; ".join((*query.all_of, *query.any_of)) or "x")
            assert matches(candidate) or not parse(render(query))(candidate)


TODAY = date(2026, 1, 15)


@pytest.fixture
def kept(tmp_path: Path) -> DayCache:
    return DayCache(tmp_path / "answers", TODAY)


def test_the_same_question_costs_one_request_a_day(
    fake: FakeArxiv, tmp_path: Path, kept: DayCache
) -> None:
    found = impatient(fake, tmp_path, answers=kept).search_all(PLAN, WINDOW, 10)
    again = impatient(fake, tmp_path, answers=DayCache(tmp_path / "answers", TODAY))
    assert again.search_all(PLAN, WINDOW, 10) == found
    assert len(fake.requests) == 2
    tomorrow = impatient(fake, tmp_path, answers=DayCache(tmp_path / "answers", date(2026, 1, 16)))
    assert tomorrow.search_all(PLAN, WINDOW, 10) == found
    assert len(fake.requests) == 4


def test_another_window_page_or_host_is_another_question(
    fake: FakeArxiv, tmp_path: Path, kept: DayCache
) -> None:
    source = impatient(fake, tmp_path, answers=kept)
    source.search(SCALING, WINDOW, 10)
    source.search(SCALING, WINDOW, 11)
    source.search(SCALING, Window(opens=WINDOW.opens, as_of=date(2025, 1, 1)), 10)
    assert len(fake.requests) == 3
    with FakeArxiv() as other:
        assert impatient(other, tmp_path, answers=kept).search(SCALING, WINDOW, 10) == []


def test_an_honest_empty_answer_is_kept_and_a_failed_one_is_not(
    fake: FakeArxiv, tmp_path: Path, kept: DayCache
) -> None:
    source = impatient(fake, tmp_path, answers=kept)
    fake.faults = [Fault("truncated")] * ATTEMPTS
    with pytest.raises(SearchFailed):
        source.search(SCALING, WINDOW, 10)
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]
    fake.requests.clear()
    for _ in range(2):
        assert source.search(Query(all_of=("phlogiston",)), WINDOW, 10) == []
    assert len(fake.requests) == 1


def test_ids_are_asked_for_once_a_day_missing_ones_too_and_unknown_ones_again(
    fake: FakeArxiv, tmp_path: Path, kept: DayCache
) -> None:
    source = impatient(fake, tmp_path, answers=kept)
    fake.faults = [Fault("html")] * ATTEMPTS
    assert isinstance(source.get(["2402.00002"])["2402.00002"], Unknown)
    expected = {
        "2402.00002": PAPERS[1],
        "0808.05394": Missing(id="0808.05394"),
        "hep-th/9901001": PAPERS[3],
    }
    assert source.get(list(expected)) == expected
    fake.requests.clear()
    assert source.get([*expected, "2301.00001"]) == expected | {"2301.00001": PAPERS[0]}
    assert [seen.params["id_list"] for seen in fake.requests] == ["2301.00001"]


PLANTED = {
    "no JSON": lambda kept: "\x80",
    "no envelope": lambda kept: json.dumps([kept]),
    "an answer to another question": lambda kept: json.dumps(kept | {"asked": "what is the time?"}),
    "a paper with a key too many": lambda kept: json.dumps(
        kept | {"answer": '[{"id": "2402.00002", "run": 1}]'}
    ),
    "an id that is none": lambda kept: json.dumps(
        kept | {"answer": kept["answer"].replace("2402.00002", "../x")}
    ),
    "more papers than were asked for": lambda kept: json.dumps(
        kept | {"answer": json.dumps(json.loads(kept["answer"]) * 11)}
    ),
    "an endless answer": lambda kept: json.dumps(kept | {"answer": " " * 17_000_000}),
}


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED)
def test_a_planted_answer_is_asked_for_again(
    fake: FakeArxiv, tmp_path: Path, kept: DayCache, plant: object
) -> None:
    source = impatient(fake, tmp_path, answers=kept)
    found = source.search(SCALING, WINDOW, 10)
    (file,) = (tmp_path / "answers").rglob("*.json")
    assert callable(plant)
    file.write_text(plant(json.loads(file.read_text())), encoding="latin-1")
    assert source.search(SCALING, WINDOW, 10) == found
    assert len(fake.requests) == 2


def test_other_days_answers_are_removed_and_nothing_else(
    fake: FakeArxiv, tmp_path: Path, kept: DayCache
) -> None:
    impatient(fake, tmp_path, answers=kept).search(SCALING, WINDOW, 10)
    answers, elsewhere = tmp_path / "answers", tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / f"{'0' * 64}.json").write_text("mine")
    (answers / "2026-01-10").symlink_to(elsewhere)
    (answers / "2026-01-11").mkdir()
    (answers / "2026-01-11" / "notes.txt").write_text("mine")
    (answers / "notes.txt").write_text("mine")
    impatient(fake, tmp_path, answers=DayCache(answers, date(2026, 1, 16))).search(
        SCALING, WINDOW, 10
    )
    assert sorted(path.name for path in answers.iterdir()) == [
        "2026-01-10",
        "2026-01-11",
        "2026-01-16",
        "notes.txt",
    ]
    assert [
        file.read_text() for file in (answers / "2026-01-11", elsewhere) for file in file.iterdir()
    ] == ["mine"] * 2


def test_a_cache_that_cannot_be_written_costs_requests_only(
    fake: FakeArxiv, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    source = impatient(fake, tmp_path, answers=DayCache(tmp_path / "file" / "answers", TODAY))
    assert ids(source.search(SCALING, WINDOW, 10)) == ["2402.00002"]
    assert "could not be kept" in caplog.text
