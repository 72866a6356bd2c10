"""From a judgment in parts to a verdict: the tables of docs/settling.md, and what counts."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.answers import Judgment
from retest.domain.evidence import Evidence, mark_of
from retest.domain.settling import ORDINARY, SPECIAL, together, verdict_of
from retest.domain.terms import KINDS, Kind, Terms
from retest.domain.verdict import Case, Mark, Side, State, Verdict
from retest.pipeline.weigh import as_said, weigh
from tests.answers import point

PAGE = (Path(__file__).parents[2] / "docs" / "settling.md").read_text(encoding="utf-8")
STATES: tuple[State, ...] = get_args(State)
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
NAMES = [f"2606.0000{number}" for number in range(1, 6)]


def table(*columns: str) -> list[list[str]]:
    """The rows of the page's one table with these columns."""
    lines = re.findall(r"^ *\|.*$", PAGE, re.MULTILINE)
    rows = [[cell.strip() for cell in line.strip(" |").split("|")] for line in lines]
    start = rows.index(list(columns))
    body = itertools.takewhile(lambda row: len(row) == len(columns), rows[start + 2 :])
    return list(body)


def by_kind(rows: Sequence[Sequence[str]]) -> dict[Kind, list[str]]:
    """Rows by kind, with `all others` for each that has none of its own."""
    own = {row[0]: list(row[1:]) for row in rows}
    return {kind: own.get(kind, own["all others"]) for kind in KINDS}


def test_the_page_has_the_tables_that_the_code_goes_by() -> None:
    ordinary = by_kind(table("kind", *STATES)[:2])
    special = by_kind(table("kind", *VERDICTS)[:2])
    for kind in KINDS:
        assert [ORDINARY[kind][state] for state in STATES] == ordinary[kind]
        assert [SPECIAL[kind][verdict] for verdict in VERDICTS] == special[kind]
    assert [row[0] for row in table("kind", "such a claim says", "its ordinary case fails if")][
        : len(KINDS)
    ] == list(KINDS)


def test_the_page_has_the_marks_that_the_code_gives() -> None:
    rows = [row for row in table("points of the paper", "mark") if row[1] in get_args(Mark)]
    assert {row[1] for row in rows} == set(get_args(Mark))
    for said, mark in rows:
        points = [tuple(part.split(", ")) for part in said.split("; ")]
        assert mark_of(points) == mark, said  # type: ignore[arg-type] # sides and cases, as the page words them


@given(st.lists(st.tuples(st.sampled_from(get_args(Side)), st.sampled_from(get_args(Case)))))
def test_special_cases_never_change_the_mark_of_a_paper_that_takes_a_side(
    points: list[tuple[Side, Case]],
) -> None:
    ordinary = [one for one in points if one[1] == "ordinary"]
    assert mark_of(points) == mark_of(ordinary)


def piece(name: str, *stances: str, which: str = "") -> Evidence:
    return Evidence(
        arxiv_id=name,
        version=1,
        title=name,
        published=date(2026, 6, 1),
        points=tuple(point(s, which=which if s == "qualifies" else "") for s in stances),
        rungs=("id",),
        found_by=("q",),
    )


def terms(kind: Kind = "general", parts: int = 1) -> Terms:
    return Terms(
        kind=kind,
        parts=tuple(f"Part {n}." for n in range(1, parts + 1)),
        ordinary="-",
        supports="-",
        limits="-",
        overturns="-",
        no_evidence="-",
    )


def judged(
    *parts: tuple[State, Sequence[str]], fails_in: Sequence[tuple[str, Sequence[str]]] = ()
) -> Judgment:
    return Judgment.model_validate(
        {
            "parts": [
                {"part": n, "ordinary": state, "cites": list(cites)}
                for n, (state, cites) in enumerate(parts, 1)
            ],
            "fails_in": [{"case": case, "cites": list(cites)} for case, cites in fails_in],
            "rationale": "",
            "moved": None,
            "artifact": False,
            "confidence": 0.5,
        }
    )


FOR, LIMITS, AGAINST, UNDERCUTS, BOTH = NAMES
EVIDENCE = (
    piece(FOR, "supports"),
    piece(LIMITS, "qualifies", which="small lakes"),
    piece(AGAINST, "contradicts"),
    piece(UNDERCUTS, "undercuts"),
    piece(BOTH, "supports", "qualifies", which="in winter"),
)


def verdict(judgment: Judgment, kind: Kind = "general", parts: int = 1) -> Verdict:
    return weigh(judgment, terms(kind, parts), EVIDENCE).verdict


def test_a_confirmation_with_a_limit_is_support_for_the_ordinary_case() -> None:
    assert verdict(judged(("stands", [BOTH]))) == "holds"
    assert weigh(judged(("stands", [BOTH])), None, EVIDENCE).decided_by == (BOTH,)


def test_a_refutation_with_a_caveat_is_a_refutation() -> None:
    assert verdict(judged(("fails", [AGAINST, LIMITS]))) == "overturned"
    said = judged(("fails", [AGAINST]), fails_in=[("small lakes", [LIMITS])])
    assert verdict(said) == "overturned"


def test_what_is_explained_away_is_overturned_also_where_nothing_shows_the_opposite() -> None:
    assert verdict(judged(("fails", [UNDERCUTS])), "existence") == "overturned"


def test_counter_cases_do_not_relax_what_only_says_that_something_can_be() -> None:
    said = judged(("stands", [FOR]), fails_in=[("small lakes", [LIMITS])])
    assert verdict(said, "existence") == "holds"
    for kind in KINDS:
        assert kind == "existence" or verdict(said, kind) == "relaxed"


def test_one_counter_case_in_its_domain_overturns_only_all_never_and_cannot() -> None:
    said = judged(("divided", [FOR, AGAINST]))
    assert verdict(said, "universal") == "overturned"
    for kind in KINDS:
        assert kind == "universal" or verdict(said, kind) == "relaxed"


def test_a_counter_case_at_the_margin_relaxes_it() -> None:
    assert verdict(judged(("divided", [FOR, LIMITS])), "universal") == "relaxed"
    assert verdict(judged(("fails", [LIMITS])), "universal") == "relaxed"


def test_of_two_parts_of_which_one_fails_the_claim_is_relaxed() -> None:
    assert verdict(judged(("stands", [FOR]), ("fails", [AGAINST])), parts=2) == "relaxed"
    assert verdict(judged(("fails", [AGAINST]), ("stands", [FOR])), parts=2) == "relaxed"
    assert verdict(judged(("fails", [AGAINST]), ("fails", [UNDERCUTS])), parts=2) == "overturned"


def test_a_size_that_is_another_relaxes_a_claim_whose_effect_is_there() -> None:
    said = judged(("stands", [FOR]), ("fails", [AGAINST]))
    assert verdict(said, "magnitude", parts=2) == "relaxed"
    assert verdict(judged(("fails", [AGAINST])), "magnitude") == "overturned"


def test_parts_that_nobody_tested_have_no_say_unless_only_the_main_one_is_left() -> None:
    assert verdict(judged(("stands", [FOR]), ("untested", [])), parts=2) == "holds"
    assert verdict(judged(("fails", [AGAINST]), ("untested", [])), parts=2) == "overturned"
    assert verdict(judged(("untested", []), ("fails", [AGAINST])), parts=2) == "relaxed"
    assert verdict(judged(("untested", []), ("untested", [])), parts=2) == "undetermined"


@pytest.mark.parametrize(
    ("said", "doubt"),
    [
        (judged(("stands", [AGAINST])), "part 1 stands"),
        (judged(("fails", [FOR])), "part 1 fails"),
        (judged(("divided", [FOR])), "part 1 divided"),
        (judged(("stands", ["2606.99999", "no id"])), "part 1 stands"),
        (judged(("untested", []), fails_in=[("ice", [FOR])]), "it fails in ice"),
    ],
)
def test_what_cites_no_evidence_of_its_kind_does_not_count(said: Judgment, doubt: str) -> None:
    found = weigh(said, None, EVIDENCE)
    assert found.doubts == (doubt,)
    assert found.verdict in ("undetermined", "holds")
    assert (found.verdict == "holds") == (said.parts[0].ordinary == "divided")
    assert found.fails_in == ()


def test_a_part_that_is_passed_over_or_said_two_things_of_is_untested() -> None:
    nothing = judged()
    assert weigh(nothing, terms(), EVIDENCE).verdict == "undetermined"
    twice = Judgment.model_validate(
        judged(("stands", [FOR])).model_dump()
        | {
            "parts": [
                {"part": 1, "ordinary": "stands", "cites": [FOR]},
                {"part": 1, "ordinary": "fails", "cites": [AGAINST]},
            ]
        }
    )
    assert weigh(twice, terms(), EVIDENCE).verdict == "undetermined"
    beyond = judged(("stands", [FOR]), ("fails", [AGAINST]))
    assert weigh(beyond, terms(), EVIDENCE).verdict == "holds", "the claim has one part"


def test_special_cases_that_take_the_place_of_a_failure_keep_their_names() -> None:
    found = weigh(judged(("fails", [LIMITS])), None, EVIDENCE)
    assert [(case.case, case.cites) for case in found.fails_in] == [("small lakes", (LIMITS,))]
    assert found.decided_by == (LIMITS,)


def test_what_decided_opposes_the_claim_unless_it_holds() -> None:
    said = judged(("divided", [FOR, AGAINST]), fails_in=[("winter", [BOTH])])
    assert weigh(said, None, EVIDENCE).decided_by == (AGAINST, BOTH)
    assert weigh(judged(("stands", [FOR, BOTH])), None, EVIDENCE).decided_by == (FOR, BOTH)


states = st.lists(st.sampled_from(STATES), min_size=1, max_size=3)


@given(st.sampled_from(KINDS), states, st.booleans())
def test_a_failing_special_case_never_helps_a_claim(
    kind: Kind, parts: list[State], fails: bool
) -> None:
    harm: dict[Verdict, int] = {"holds": 0, "undetermined": 0, "relaxed": 1, "overturned": 2}
    with_, without = (verdict_of(kind, parts, special) for special in (True, False))
    assert harm[with_] >= harm[without]
    assert verdict_of(kind, [*parts, "untested"], fails) == verdict_of(kind, parts, fails)


@given(st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=3))
def test_parts_together_are_no_better_than_the_best_and_no_worse_than_the_worst(
    parts: list[Verdict],
) -> None:
    order = ("holds", "relaxed", "overturned")
    tested = [order.index(verdict) for verdict in parts if verdict != "undetermined"]
    found = together(parts)
    assert (found == "undetermined") == (not tested)
    if found != "undetermined":
        assert min(tested) <= order.index(found) or parts[0] == "undetermined"
        assert order.index(found) <= max(tested)


@given(
    st.sampled_from(KINDS),
    st.lists(
        st.tuples(st.sampled_from(STATES), st.lists(st.sampled_from(NAMES))), min_size=1, max_size=3
    ),
    st.lists(st.tuples(st.sampled_from(["ice", ""]), st.lists(st.sampled_from(NAMES)))),
)
def test_every_verdict_but_undetermined_rests_on_cited_evidence_of_its_kind(
    kind: Kind, parts: list[tuple[State, list[str]]], special: list[tuple[str, list[str]]]
) -> None:
    said = judged(*parts, fails_in=special)
    found = weigh(said, terms(kind, len(parts)), EVIDENCE)
    cited = set(said.cites)
    assert set(found.decided_by) <= cited
    assert bool(found.decided_by) == (found.verdict != "undetermined")
    by_id = {item.arxiv_id: item for item in EVIDENCE}
    for name in found.decided_by:
        sides = {one.side for one in by_id[name].points}
        assert "for" in sides if found.verdict == "holds" else sides - {"for"}
    if found.verdict == "overturned":
        assert cited & {AGAINST, UNDERCUTS}


def test_with_all_evidence_in_place_the_verdict_is_the_one_that_was_meant() -> None:
    said = judged(("divided", [FOR]), fails_in=[("ice", [FOR])])
    assert as_said(said, None) == "relaxed"
    assert as_said(said, terms("universal")) == "overturned"
