"""Planning, fusing and widening: what a claim is searched with, what comes first, and what is said
of it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.line import Claim, Window
from retest.domain.paper import Paper, Query
from retest.papers.argues import argues
from retest.papers.source import Ranked
from retest.pipeline.plan import by_rule, wider
from retest.pipeline.search import fuse
from retest.pipeline.state import PlannedSearch, Subject
from tests.answers import TERMS
from tests.brains import PLAN, Reader
from tests.conftest import CLAIMS, Workspace
from tests.papers.some import paper
from tests.papers_small import ANCHOR, ASIDE

RULE = PlannedSearch(query=Query(any_of=("tides",)), by="rule")
SUBJECT = Subject(
    claim=Claim(id="tides", text="Wind drives the tides.", dated="2025"),
    window=Window(opens=date(2025, 1, 1), as_of=date(2026, 9, 1)),
    excluded=(),
)


def fused(*lists: list[Paper]) -> list[str]:
    return [
        candidate.paper.id for candidate in fuse([(RULE, papers) for papers in lists], set(), 100)
    ]


def test_the_rule_asks_with_the_claim_and_for_papers_like_its_anchors() -> None:
    (only,) = by_rule(SUBJECT, [ANCHOR])
    assert only.query.any_of == ("Wind drives the tides.",)
    assert all(part in only.query.like[0] for part in (ANCHOR.title, ANCHOR.abstract))
    assert str(only.query) == 'near 1 text: "Wind drives the tides."', (
        "the report shows it in one short line"
    )


MANY = [paper(f"2401.{n:05}", "Do tides fail?" if n % 3 == 0 else "Tides") for n in range(60)]
MANY[7] = MANY[7].model_copy(update={"withdrawn": True})


@given(
    lists=st.lists(st.lists(st.sampled_from(MANY), unique_by=lambda one: one.id), max_size=5),
    most=st.integers(1, 9),
)
def test_the_best_few_are_the_first_of_all_however_the_papers_are_read(
    lists: list[list[Paper]], most: int
) -> None:
    held = {paper.id: paper for paper in MANY}
    ranked = [(RULE, Ranked([paper.id for paper in papers], held.__getitem__)) for papers in lists]
    every = fuse([(RULE, papers) for papers in lists], {MANY[3].id}, 100)
    assert fuse(ranked, {MANY[3].id}, most) == every[:most]
    assert not {MANY[3].id, MANY[7].id} & {candidate.paper.id for candidate in every}


def test_papers_that_cannot_be_among_the_best_are_not_read() -> None:
    read: list[int] = []

    def paper_at(place: int) -> Paper:
        read.append(place)
        return MANY[place]

    assert len(fuse([(RULE, Ranked(range(60), paper_at))], set(), 3)) == 3
    assert len(read) < 20, "a search's papers are read although their places leave them no chance"


def test_what_two_searches_find_beats_what_one_finds_and_first_places_count_most() -> None:
    one, two, three = (paper(f"2401.0000{n}", "Tides") for n in (1, 2, 3))
    assert fused([one, two], [two, three]) == ["2401.00002", "2401.00001", "2401.00003"]
    many = [paper(f"2402.{n:05}", "Tides") for n in range(40)]
    alone = fused([one], many, [*many[30:], *many[:30]])
    assert alone.index("2401.00001") < alone.index("2402.00029"), (
        "a first place is worth more than two thirtieth ones"
    )


def test_a_title_that_argues_rises_a_few_places_and_no_more() -> None:
    tells = [paper(f"2401.{n:05}", "Tides of lakes") for n in range(60)]
    asks = paper("2402.00001", "Do lakes have tides at all?")
    assert fused([*tells[:20], asks])[0] == "2401.00000"
    assert 5 < fused([*tells[:20], asks, *tells[20:]]).index("2402.00001") < 20
    assert fused([*tells, asks]).index("2402.00001") > 30


@pytest.mark.parametrize(
    "title",
    [
        "Do they really?",
        "Rethinking lakes",
        "Re-evaluating tides",
        "Lakes do not move",
        "The illusion of tides",
    ],
)
def test_titles_that_argue(title: str) -> None:
    assert argues(title)


@pytest.mark.parametrize(
    "title", ["Tides of lakes", "Notes on lakes", "Novel gauges", "Normal contrast of depth"]
)
def test_titles_that_tell(title: str) -> None:
    assert not argues(title)


def test_the_second_round_loosens_what_was_planned_and_learns_from_the_nearest() -> None:
    strict = PlannedSearch(
        query=Query(all_of=("small lakes",), any_of=("moon", "gauges")), by="model"
    )
    found = wider({"subject": SUBJECT, "searches": [strict, RULE], "nearest": [ASIDE]})
    assert [one.by for one in found] == ["widened", "widened"]
    assert found[0].query.any_of == ("small lakes moon gauges",)
    assert found[0].query.all_of == (), "nothing is required any more"
    assert all(ASIDE.abstract in one.query.like[0] for one in found)
    assert wider({"subject": SUBJECT, "searches": [RULE]})[0].query.any_of == (SUBJECT.claim.text,)


def test_a_claim_for_which_nothing_is_grounded_is_searched_once_more(
    workspace: Workspace, model: Any
) -> None:
    model(Reader(stances={}))
    assert workspace.run().status == 0
    searched = workspace.claim("wind-drives")["searched"]["queries"]
    assert [one["by"] for one in searched if one["by"] == "widened"] == ["widened", "widened"]
    assert all(isinstance(one["found"], int) for one in searched)


def test_a_plan_that_finds_nothing_leaves_the_rule_and_the_report_says_so(
    workspace: Workspace, model: Any
) -> None:
    nothing = {
        "terms": TERMS,
        "queries": [{"all_of": ["seiche zzz"], "any_of": ["qqq"]}],
        "counter_statement": "Xyzzy plugh.",
    }
    model(Reader().saying("QueryPlan", nothing))
    assert workspace.run().status == 0
    claim = workspace.claim("wind-drives")
    assert claim["verdict"] == "relaxed", "the rule's searches found the papers"
    assert "the model's plan found nothing" in claim["searched"]["detail"]


def test_a_plan_that_finds_something_needs_no_note(workspace: Workspace, model: Any) -> None:
    model(Reader().saying("QueryPlan", PLAN))
    workspace.run()
    assert "plan" not in workspace.claim("wind-drives")["searched"]["detail"]


def test_a_claim_without_a_word_is_not_quietly_unfound(workspace: Workspace, model: Any) -> None:
    model(Reader().saying("QueryPlan", {"terms": TERMS, "queries": [], "counter_statement": ""}))
    workspace.claims(CLAIMS.replace("The tides of small lakes grow with their depth.", '"?!"'))
    ran = workspace.run()
    assert ran.status == 3, ran.err
    claim = workspace.claim("depth-matters")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "search-failed")
    assert "no word to search for" in claim["detail"]
