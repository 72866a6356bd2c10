"""The verdict on a line's question follows from its claims by the table of docs/settling.md."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from retest.domain.question import ANSWERED, STATES, fares, on_question
from retest.domain.verdict import Verdict
from retest.reports.diff import compared
from retest.reports.markdown import markdown
from tests.pipeline.test_settling import VERDICTS, table
from tests.reports.news import claim, line

some = st.lists(st.sampled_from(VERDICTS), max_size=8)


def test_the_page_has_the_table_that_the_code_goes_by() -> None:
    rows = table("thesis", *STATES)[: len(STATES)]
    assert {row[0]: row[1:] for row in rows} == {
        thesis: [ANSWERED[thesis][counter] for counter in STATES] for thesis in STATES
    }


@given(some)
def test_a_side_stands_or_fails_only_by_more_than_half_of_what_is_decided(
    verdicts: list[Verdict],
) -> None:
    counts = Counter(verdicts)
    decided = len(verdicts) - counts["undetermined"]
    state = fares(verdicts)
    assert (state == "untested") == (decided == 0 or decided < counts["undetermined"])
    if state == "stands":
        assert counts["holds"] > counts["relaxed"] + counts["overturned"]
    if state == "fails":
        assert counts["overturned"] > counts["relaxed"] + counts["holds"]


@given(some, some)
def test_silence_on_one_side_is_never_a_verdict_for_it(
    thesis: list[Verdict], counter: list[Verdict]
) -> None:
    rows = [claim(f"t-{n}", v, bears_on="thesis") for n, v in enumerate(thesis)]
    rows += [claim(f"c-{n}", v, bears_on="counter-thesis") for n, v in enumerate(counter)]
    found = on_question(line(*rows, counter_thesis=claim("counter-thesis", "undetermined")))
    if not thesis:
        assert (found.verdict, found.why) == ("open", "nothing-bears")
    elif found.verdict == "thesis stands":
        assert thesis.count("holds") * 2 > len(thesis) - thesis.count("undetermined") > 0
    if set(thesis) | set(counter) <= {"undetermined"}:
        assert found.verdict == "open"
    assert (found.why is None) == (found.verdict != "open")


def test_claims_that_bear_on_neither_side_have_no_say() -> None:
    bears = claim("a", "holds", bears_on="thesis")
    others = [claim(f"o-{n}", "overturned") for n in range(9)]
    counter = claim("counter-thesis", "overturned")
    record = line(bears, *others, counter_thesis=counter)
    assert on_question(record).verdict == "thesis stands"
    assert (
        "**The thesis stands.** Of the one claim that bears on the thesis, newer work bears "
        in (markdown(record))
    )


def test_a_verdict_on_the_question_that_turns_is_told_where_people_review() -> None:
    counter = claim("counter-thesis", "overturned")
    before = line(claim("a", "holds", bears_on="thesis"), counter_thesis=counter)
    after = line(claim("a", "overturned", bears_on="thesis"), counter_thesis=counter)
    notes = compared(before, after).notes
    assert "the verdict on the question is open, was thesis stands" in notes
    assert compared(before, before).notes == ()


def test_a_line_that_says_nothing_of_what_bears_on_it_is_open_and_says_why() -> None:
    assert "(\\`bears\\_on\\` in the claims file)" in markdown(line())
