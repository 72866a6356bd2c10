"""Search as mirror and library share it: what a query means, and that a phrase is never a
grammar."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retest.domain.line import Window
from retest.domain.paper import Paper, Query
from retest.papers.index import PaperIndex
from retest.text.form import title_words
from retest.text.titles import title_keys, title_parts
from tests.papers.some import PAPERS, WINDOW, paper

EVER = Window(opens=date(1990, 1, 1), as_of=date(2030, 1, 1))
INDEX = PaperIndex.of(PAPERS)


def found(index: PaperIndex, query: Query, window: Window = EVER, limit: int = 10) -> list[str]:
    return [p.id for p in index.search(query, window, limit)]


def among(*papers: Paper) -> PaperIndex:
    return PaperIndex.of(papers)


def test_gives_back_the_whole_paper() -> None:
    assert INDEX.search(Query(all_of=("re-test",)), EVER, 10) == [PAPERS[1]]


def test_every_phrase_of_all_of_and_one_of_any_of() -> None:
    assert set(found(INDEX, Query(all_of=("scaling laws",)))) == {"2301.00001", "2402.00002"}
    assert found(INDEX, Query(all_of=("scaling laws", "small"))) == ["2402.00002"]
    assert found(INDEX, Query(all_of=("scaling laws",), any_of=("tiny", "huge"))) == ["2301.00001"]
    assert found(INDEX, Query(all_of=("scaling laws",), any_of=("huge",))) == []


def test_without_all_of_any_word_will_do_and_more_of_them_rank_higher() -> None:
    assert (
        found(INDEX, Query(any_of=("do scaling laws hold for small models?",)))[0] == "2402.00002"
    )
    assert found(INDEX, Query(any_of=("unheard strings",))) == ["hep-th/9901001"]


def test_words_match_by_their_stem_in_any_case_and_without_accents() -> None:
    assert found(INDEX, Query(all_of=("NAIVE language model",))) == ["2403.00003"]
    assert found(INDEX, Query(all_of=("naïve",))) == ["2403.00003"]
    assert found(among(paper("2401.00001", "An eﬃcient method")), Query(all_of=("efficient",))) == [
        "2401.00001"
    ]


def test_hyphens_part_words_as_spaces_do() -> None:
    for phrase in ("chain-of-thought", "chain of thought", "Chain—of—Thought"):
        assert found(INDEX, Query(all_of=(phrase,))) == ["2403.00003"]


def test_the_phrase_word_for_word_ranks_above_its_scattered_words() -> None:
    scattered = paper(
        "2401.00001", "Search by sampling", "A tree of samples that we search, of thought or not."
    )
    whole = paper(
        "2401.00002",
        "Search by sampling",
        "A tree of thought that we search, sampled or not at all.",
    )
    assert found(among(scattered, whole), Query(all_of=("tree of thought",))) == [
        "2401.00002",
        "2401.00001",
    ]


def test_papers_like_a_text_are_found_and_rank_higher() -> None:
    plain = paper("2401.00001", "Fish of the lake", "We count fish.")
    like = paper("2401.00002", "Fish of the lake", "We count fish under the ice with gauges.")
    other = paper("2401.00003", "Gauges for ice", "A catalogue of them.")
    asked = Query(
        any_of=("fish of the lake",), like=("Gauges under the ice. We read gauges in winter.",)
    )
    assert found(among(plain, like, other), asked) == ["2401.00002", "2401.00001", "2401.00003"]


def test_what_a_paper_is_to_be_like_never_softens_what_is_required() -> None:
    asked = Query(
        all_of=("scaling laws",),
        any_of=("small",),
        like=("Models of strings. Strings are modelled.",),
    )
    assert found(INDEX, asked) == ["2402.00002"]


def test_rare_words_of_a_like_text_weigh_more_than_common_ones() -> None:
    common = [paper(f"2401.0001{n}", "Models of lakes", "Models and models.") for n in range(8)]
    rare = paper("2401.00002", "Models of seiches")
    assert found(among(*common, rare), Query(like=("Models of seiches",)))[0] == "2401.00002"


def test_of_two_papers_alike_the_one_that_argues_comes_first() -> None:
    tells = paper(
        "2401.00001",
        "Wind and the lakes",
        "We measure the tides of the lakes in the wind once more today.",
    )
    argues = paper(
        "2401.00002",
        "Wind and the lakes",
        "We revisit the tides of the lakes in the wind: a myth today.",
    )
    assert found(among(tells, argues), Query(any_of=("wind drives lakes",))) == [
        "2401.00002",
        "2401.00001",
    ]
    assert found(among(tells, argues), Query(any_of=("myth",))) == ["2401.00002"], (
        "it finds no paper by itself"
    )


@pytest.mark.parametrize("british", ["optimising", "Optimisation", "optimiser"])
def test_british_words_are_looked_for_as_the_papers_spell_them(british: str) -> None:
    american = paper("2401.00001", "Optimizing, optimization, an optimizer")
    assert found(among(american), Query(all_of=(british,))) == ["2401.00001"]
    at_home = paper("2401.00002", "Optimising, optimisation, an optimiser")
    assert found(among(at_home), Query(all_of=(british,))) == ["2401.00002"]


@pytest.mark.parametrize("word", ["supervised", "precise", "noise", "our", "colour", "behaviour"])
def test_words_that_only_look_british_stay(word: str) -> None:
    assert found(
        among(paper("2401.00001", f"A {word} thing")), Query(all_of=(f"{word} thing",))
    ) == ["2401.00001"]


def test_a_title_counts_for_more_than_an_abstract() -> None:
    body = paper("2401.00001", "On some matter of size", "Pruning of networks in general.")
    title = paper("2401.00002", "Pruning of networks in general", "On some matter of size.")
    assert found(among(body, title), Query(any_of=("pruning",))) == ["2401.00002", "2401.00001"]


def test_the_window_excludes_its_first_day_and_includes_its_last() -> None:
    day = date(2024, 2, 2)
    query = Query(all_of=("small models",))
    assert found(INDEX, query, Window(opens=day, as_of=date(2030, 1, 1))) == []
    assert found(INDEX, query, Window(opens=date(2024, 2, 1), as_of=day)) == ["2402.00002"]
    assert found(INDEX, query, Window(opens=day, as_of=day)) == []


def test_gives_no_more_than_the_limit() -> None:
    query = Query(any_of=("models",))
    assert len(found(INDEX, query, limit=2)) == 2
    assert found(INDEX, query, limit=0) == []
    assert len(found(INDEX, query, limit=10**12)) == 4


def test_equal_papers_come_in_the_order_of_their_ids() -> None:
    twins = [paper(f"2401.0000{n}", "Twins") for n in (3, 1, 2)]
    assert found(among(*twins), Query(all_of=("twins",))) == [
        "2401.00001",
        "2401.00002",
        "2401.00003",
    ]


def test_looks_up_many_ids_at_once() -> None:
    assert INDEX.get(
        ["hep-th/9901001", "2402.00002", "2402.00002", "9999.99999", "\ud800", ""]
    ) == {
        "hep-th/9901001": PAPERS[3],
        "2402.00002": PAPERS[1],
    }
    assert INDEX.get([]) == {}


@pytest.mark.parametrize("phrase", ["", " ", "?!", '"', "()", "\ud800", "\x00", "\u200b", "🦆"])
def test_a_phrase_without_words_does_nothing(phrase: str) -> None:
    assert found(INDEX, Query(all_of=(phrase,))) == []
    assert found(INDEX, Query(any_of=(phrase,))) == []
    assert found(INDEX, Query(all_of=("strings", phrase), any_of=(phrase,))) == ["hep-th/9901001"]


def test_a_phrase_of_stop_words_only_is_looked_for_as_it_stands() -> None:
    index = among(paper("2401.00001", "To be or not to be"), paper("2401.00002", "Something else"))
    assert found(index, Query(all_of=("to be or not",))) == ["2401.00001"]


@pytest.mark.parametrize(
    "phrase",
    [
        '"strings"',
        "(strings",
        "strings)",
        "title:strings",
        "+strings",
        "-strings^9",
        "strings~2",
        "strings*",
        "[strings",
    ],
)
def test_signs_of_a_grammar_mean_nothing(phrase: str) -> None:
    assert "hep-th/9901001" in found(INDEX, Query(any_of=(phrase,)))


def test_operators_are_words() -> None:
    assert found(INDEX, Query(all_of=("strings NOT strings",))) == ["hep-th/9901001"]
    assert found(INDEX, Query(all_of=("strings OR tiny",))) == []


@given(st.lists(st.text(max_size=80), max_size=5), st.lists(st.text(max_size=80), max_size=5))
def test_no_phrase_breaks_the_search_or_the_window(all_of: list[str], any_of: list[str]) -> None:
    for query in (
        Query(all_of=tuple(all_of), any_of=tuple(any_of)),
        Query(any_of=tuple(all_of), like=tuple(any_of)),
    ):
        for hit in INDEX.search(query, WINDOW, 5):
            assert hit.published in WINDOW


@settings(max_examples=30)  # each makes an index of its own
@given(st.text(min_size=1, max_size=60))
def test_a_paper_is_found_by_its_own_title(title: str) -> None:
    index = among(paper("2401.00001", title), paper("2401.00002", "Something else entirely"))
    if INDEX.queries.build(Query(all_of=(title,)), EVER) is not None:
        assert "2401.00001" in found(index, Query(all_of=(title,)))


def test_a_flood_of_phrases_and_words_is_cut() -> None:
    flood = tuple(f"word{n} " * 500 for n in range(500))
    assert found(INDEX, Query(any_of=(*flood, "strings"))) == []
    assert found(INDEX, Query(any_of=("strings", *flood))) == ["hep-th/9901001"]


@settings(max_examples=300)
@given(
    st.lists(
        st.sampled_from([*"aB1 -:,.?!()[;&$~{}_'\t", " or ", " - ", " -- ", "é", "Word "]),
        max_size=24,
    ).map("".join)
)
def test_a_title_is_keyed_by_its_words_and_those_of_its_parts_however_simple_it_is(
    title: str,
) -> None:
    words = ["".join(title_words(text)) for text in (title, *title_parts(title))]
    assert title_keys([title]) == list(dict.fromkeys(key for key in words if key))
