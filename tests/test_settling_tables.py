"""The tables of docs/settling.md are those that the code settles by."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest

from retest.domain.settling import ORDINARY, SPECIAL, verdict_of
from retest.domain.terms import KINDS
from retest.domain.verdict import State, Verdict

PAGE = (Path(__file__).parents[1] / "docs" / "settling.md").read_text(encoding="utf-8")
STATES: tuple[State, ...] = get_args(State)


def table(head: str) -> dict[str, tuple[str, ...]]:
    """The rows of the table whose first cell is `head`, by their first cells."""
    rows = PAGE[PAGE.index(f"| {head} ") :].split("\n\n")[0].splitlines()[2:]
    cells = [[cell.strip() for cell in row.strip("| ").split("|")] for row in rows]
    return {first: tuple(rest) for first, *rest in cells}


def test_the_page_says_what_follows_from_the_ordinary_case() -> None:
    rows = table("the ordinary case of a part")
    assert set(rows) == set(STATES)
    for state in STATES:
        for kind in KINDS:
            column = 1 if kind == "universal" else 0
            assert rows[state][column] == ORDINARY[kind][state], (kind, state)


def test_the_page_says_what_a_special_case_changes() -> None:
    rows = table("a special case of substance fails beside it")
    verdicts: tuple[Verdict, ...] = get_args(Verdict)
    assert set(rows) == set(verdicts)
    for verdict in verdicts:
        for kind in KINDS:
            column = 1 if kind == "existence" else 0
            assert rows[verdict][column] == SPECIAL[kind][verdict], (kind, verdict)


@pytest.mark.parametrize("kind", KINDS)
def test_a_confirmation_with_a_limit_still_supports_and_a_refutation_with_a_caveat_refutes(
    kind: str,
) -> None:
    assert verdict_of(kind, ["stands"], False) == "holds"  # type: ignore[arg-type]  # one of KINDS
    assert verdict_of(kind, ["fails"], True) == "overturned"  # type: ignore[arg-type]  # as above


def test_a_counter_case_elsewhere_does_not_undo_that_something_can_be() -> None:
    assert verdict_of("existence", ["stands"], True) == "holds"
    assert verdict_of("general", ["stands"], True) == "relaxed"


def test_parts_that_differ_make_a_claim_relaxed_and_untested_ones_have_no_say() -> None:
    assert verdict_of("general", ["stands", "fails"], False) == "relaxed"
    assert verdict_of("general", ["stands", "untested"], False) == "holds"
    assert verdict_of("general", ["untested", "fails"], False) == "relaxed"
    assert verdict_of("general", ["untested", "untested"], False) == "undetermined"
