"""What a pull request says of a night: what changed, the weightiest first, and nothing of a
stranger's making."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings

from retest.domain.line import Review, Window
from retest.domain.record import Record
from retest.reports import pull_request
from retest.reports.diff import LineNews, compared
from retest.reports.pull_request import LONGEST_BODY, LONGEST_TITLE, body, title
from tests.reports import records
from tests.reports.any_record import hostile, plainly
from tests.reports.any_record import records as any_records
from tests.reports.news import DAY, anchor, claim, flip, line, paper
from tests.reports.test_hostile_text import GFM, HOSTILE, HOSTS, structure, texts


def told(before: Record | None, after: Record | None) -> tuple[str, str]:
    news = [compared(before, after)]
    return title(news), body(news, "reports")


FAILS = {"verdict": "undetermined", "why": "search-failed", "detail": "arXiv answered 503"}
REVIEW = Review(verdict="holds", by="Ada", on=DAY, because="I gauged it")
CHANGES: dict[str, tuple[Record, Record, str, str]] = {
    "overturned": (
        line(),
        line(claim(verdict="overturned")),
        "1 overturned",
        "### Verdict changes",
    ),
    "relaxed": (
        line(),
        line(claim(verdict="relaxed")),
        "1 relaxed",
        "🟢 holds → 🟡 relaxed **Plain words** (a-claim)",
    ),
    "holds again": (line(claim(verdict="relaxed")), line(), "1 now holds", "🟡 relaxed → 🟢 holds"),
    "undecided": (
        line(),
        line(claim(verdict="undetermined", why="nothing-grounded")),
        "1 now undetermined",
        "⚪ undetermined",
    ),
    "counter-thesis": (
        line(),
        line(counter_thesis=claim("counter-thesis", "overturned")),
        "counter-thesis overturned",
        "(counter-thesis)",
    ),
    "evidence": (
        line(),
        line(claim(evidence=(paper("2606.00009"),))),
        "1 with new evidence",
        "### New evidence",
    ),
    "another mark": (
        line(claim(evidence=(paper("2606.00001"),))),
        line(claim(evidence=(paper("2606.00001", stance="supports"),))),
        "1 with new evidence",
        "(was: in part)",
    ),
    "pending": (
        line(),
        line(claim(flip=flip("overturned"))),
        "1 flip pending",
        "one answer says overturned",
    ),
    "withdrawn": (
        line(anchors=(anchor(),)),
        line(anchors=(anchor("withdrawn", detail="its authors took it back"),)),
        "1 anchor withdrawn",
        "**withdrawn**, was as stated: its authors took it back",
    ),
    "revised": (
        line(anchors=(anchor(),)),
        line(anchors=(anchor("revised"),)),
        "1 anchor revised",
        "**revised**",
    ),
    "new anchor": (line(), line(anchors=(anchor(),)), "1 anchor new", "### Anchors"),
    "anchor gone": (line(anchors=(anchor(),)), line(), "1 anchor gone", "no longer an anchor"),
    "two anchors": (
        line(anchors=(anchor(), anchor(id="2501.00002"))),
        line(anchors=(anchor("revised"), anchor("withdrawn", id="2501.00002"))),
        "2 anchors changed",
        "### Anchors",
    ),
    "not searched": (
        line(),
        line(claim(**FAILS)),
        "1 not searched or judged",
        "search-failed, was 🟢 holds",
    ),
    "no synthesis": (
        line(),
        line(limits="no answer", synthesis_failed=True),
        "1 not searched or judged",
        "no answer",
    ),
    "searched again": (
        line(claim(history=claim().history, **FAILS)),
        line(),
        "1 other change",
        "searched and judged again, and is holds",
    ),
    "new claim": (line(), line(claim(), claim("another")), "1 claim new", "(another) is new"),
    "claim gone": (
        line(claim(), claim("another")),
        line(),
        "1 claim gone",
        "(another) is no longer a claim",
    ),
    "reworded": (line(), line(claim(text="Else")), "1 claim reworded", "begins without a past"),
    "review": (
        line(),
        line(claim(review=REVIEW)),
        "1 other change",
        "reviewed by Ada on 2026-08-21: holds",
    ),
    "review gone": (line(claim(review=REVIEW)), line(), "1 other change", "the review is no more"),
    "evidence gone": (
        line(),
        line(claim(evidence=())),
        "1 other change",
        "no longer evidence: 2606.00001",
    ),
    "flip gone": (
        line(claim(flip=flip("relaxed"))),
        line(),
        "1 other change",
        "pending flip to relaxed is no more",
    ),
    "another reason": (
        line(claim(verdict="undetermined", why="nothing-newer-found")),
        line(claim(verdict="undetermined", why="nothing-grounded")),
        "1 other change",
        "nothing-grounded, was nothing-newer",
    ),
    "its date": (
        line(),
        line(claim(dated="2025-06")),
        "1 other change",
        "is dated 2025-06, was 2025",
    ),
    "its window": (
        line(),
        line(claim(window=Window(opens=date(2025, 2, 1), as_of=DAY))),
        "1 other change",
        "2025-02-01",
    ),
    "its anchors": (
        line(),
        line(claim(anchors=())),
        "1 other change",
        "rests on no anchor, was 2501.00001",
    ),
    "the question": (line(), line(question="Else?"), "1 other change", "question is worded anew"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_each_kind_of_news_is_told_in_title_and_body(change: str) -> None:
    before, after, in_title, in_body = CHANGES[change]
    said, text = told(before, after)
    assert said == f"a-line: {in_title}"
    assert in_body in text, text
    assert compared(before, after).is_news


def test_the_same_record_is_no_news() -> None:
    said, text = told(line(), line())
    assert said == "Nothing new: a-line"
    assert text.startswith("Nothing changed in 1 line.")
    assert not compared(line(), line()).is_news


def test_other_words_another_day_and_another_model_are_no_news_and_are_not_hidden() -> None:
    after = line(claim(rationale="In other words.", confidence=0.1), as_of=date(2026, 9, 1))
    assert not compared(line(), after).is_news
    assert compared(line(), after).details == ("wording",)
    said, text = told(line(), after.model_copy(update={"model": "openai:new"}))
    assert said.startswith("Nothing new")
    assert "model openai:new, was plain" in text


def test_the_counter_theses_dates_move_without_being_news() -> None:
    moved = claim(
        "counter-thesis", dated="2026-03-01", window=Window(opens=date(2026, 3, 1), as_of=DAY)
    )
    assert not compared(line(), line(counter_thesis=moved)).is_news


def test_a_night_of_failure_in_between_makes_no_verdict_change_and_hides_none() -> None:
    failed = claim(history=claim().history, **FAILS)
    assert not any(c.turned for c in compared(line(failed), line()).claims)
    (turned,) = compared(line(failed), line(claim(verdict="overturned"))).claims
    assert (turned.turned, turned.was, turned.now) == (True, "holds", "overturned")


def test_what_still_cannot_be_searched_is_no_news_and_stays_said() -> None:
    failed = line(claim(**FAILS))
    said, text = told(failed, failed)
    assert said == "Nothing new: a-line"
    assert "Still not searched or judged: **Plain words** (a-claim)." in text
    _, text = told(failed, failed.model_copy(update={"anchors": (anchor("revised"),)}))
    assert "(a-claim): still search-failed. arXiv answered 503" in text


def test_verdict_changes_come_first_and_overturned_before_all() -> None:
    names = ("a", "b", "c", "d")
    before = line(*(claim(name) for name in names), anchors=(anchor(),))
    after = line(
        claim("a", "relaxed"),
        claim("b", evidence=(paper("2606.00009"),)),
        claim("c", flip=flip("relaxed")),
        claim("d", "overturned"),
        anchors=(anchor("revised"),),
    )
    said, text = told(before, after)
    assert said == "a-line: 1 overturned, 1 relaxed, 1 with new evidence, 1 flip pending, …"
    places = [
        text.index(words)
        for words in ("(d)", "(a)", "### New evidence", "### Pending", "### Anchors")
    ]
    assert places == sorted(places)


def test_a_claim_counts_once_under_the_weightiest_of_its_news() -> None:
    after = line(
        claim(verdict="overturned", evidence=(paper("2606.00009"),), flip=None, review=REVIEW)
    )
    assert told(line(), after)[0] == "a-line: 1 overturned"


def test_a_first_report_says_how_the_claims_stand() -> None:
    said, text = told(None, line(claim(verdict="relaxed"), claim("another", **FAILS)))
    assert said == "a-line: first report, 1 relaxed, 1 undetermined"
    assert "First report of a-line" in text
    assert "(another): search-failed. arXiv answered 503" in text


def test_a_line_that_is_gone_is_said_to_be() -> None:
    said, text = told(line(), None)
    assert said == "a-line: 1 report gone"
    assert "**a-line** has no report any more" in text


def test_several_lines_are_counted_together_and_named_with_their_claims() -> None:
    other = {"line": "b-line"}
    news = [
        compared(line(), line(claim(verdict="overturned"))),
        compared(line(**other), line(claim(verdict="relaxed"), **other)),
        compared(line(line="quiet"), line(line="quiet")),
    ]
    assert title(news) == "2 lines: 1 overturned, 1 relaxed"
    assert "(a-line: a-claim)" in body(news, "reports")
    assert title(news[1:]) == "b-line: 1 relaxed", "a quiet line is not counted"


@pytest.mark.parametrize("name", ["x" * 80, "-".join(["long"] * 16), "a-line"])
def test_a_title_has_at_most_72_characters_whatever_changed(name: str) -> None:
    for before, after, *_ in CHANGES.values():
        news = [compared(*(r.model_copy(update={"line": name}) for r in (before, after)))]
        assert len(title(news)) <= LONGEST_TITLE
    everything = [compared(before, after) for before, after, *_ in CHANGES.values()]
    everything += [compared(None, line()), compared(line(), None)]
    assert len(title(everything)) <= LONGEST_TITLE
    assert title(everything).endswith(", …")


@settings(max_examples=25)
@given(any_records(), any_records())
def test_of_any_two_records_the_title_is_one_plain_line_and_the_body_one_of_plain_words(
    a: Record, b: Record
) -> None:
    pairs: list[tuple[Record | None, Record | None]] = [(a, b), (None, b), (a, None)]
    for before, after in pairs:
        said = title([compared(before, after)])
        assert said.isprintable()
        assert 0 < len(said) <= LONGEST_TITLE
        assert not HOSTS.search(said)
        assert len(body([compared(before, after)], "reports")) <= LONGEST_BODY


def everything_changed(text: str) -> tuple[Record, Record]:
    """Two records between which everything changed, each free text of theirs being `text`."""
    before = line(
        claim(text="1"),
        claim("turned", text="2"),
        claim("failed", text="3"),
        claim("reviewed", text="4"),
        anchors=(anchor(),),
    )
    strange = records.record(text)
    seen = (records.evidence(text).model_copy(update={"arxiv_id": "2606.00009"}),)
    review = REVIEW.model_copy(update={"by": text, "because": text})
    after = strange.model_copy(
        update={
            "claims": (
                claim(text="1", evidence=seen, flip=flip("relaxed")),
                claim("turned", "overturned", text="2", evidence=seen, rationale=text),
                claim("failed", text="3", verdict="undetermined", why="not-judged", detail=text),
                claim("reviewed", text="4", review=review),
                claim("new", text=text),
            ),
            "anchors": (anchor("revised", about=text, detail=text),),
            "limits": text,
            "synthesis_failed": True,
        }
    )
    return before, after


PLAIN_BODY = structure(told(*everything_changed("plain words"))[1])


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("around", ["a {}", "{} z"])
def test_a_hostile_text_leaves_the_body_as_it_was_and_stays_out_of_the_title(
    text: str, around: str
) -> None:
    said, drawn = told(*everything_changed(around.format(text)))
    assert structure(drawn) == PLAIN_BODY
    assert said == told(*everything_changed("plain words"))[0]


@settings(max_examples=60)
@given(hostile().filter(lambda text: bool(text.strip())))
def test_a_code_host_finds_nothing_to_mention_or_link_in_a_body(text: str) -> None:
    _, drawn = told(*everything_changed(text))
    assert structure(drawn) == PLAIN_BODY
    for token in GFM.parse(drawn):
        if token.type == "inline":
            inside = False
            for child in token.children or []:
                inside = child.type == "link_open" or (inside and child.type != "link_close")
                if child.type == "text" and not inside:
                    assert not HOSTS.search(child.content), child.content
            assert all(not piece.startswith("/") for piece in texts(token)[:1])


@settings(max_examples=25)
@given(any_records())
def test_a_first_report_has_the_structure_of_its_like_in_plain_words(a: Record) -> None:
    first, plain = (body([compared(None, r)], "reports") for r in (a, plainly(a)))
    assert structure(first) == structure(plain)


def many(claims: int, quotes: Callable[[int], str]) -> list[LineNews]:
    before = line(*(claim(f"claim-{n}") for n in range(claims)))
    after = line(
        *(
            claim(f"claim-{n}", evidence=(paper("2606.00009", quote=quotes(n), title="T" * 300),))
            for n in range(claims)
        )
    )
    return [compared(before, after)]


def test_a_body_that_is_too_long_leaves_the_quotes_out_and_says_so() -> None:
    news = many(100, lambda n: "long words " * 100)
    text = body(news, "reports")
    assert len(text) <= LONGEST_BODY
    assert "Quotes and the claims of first reports are left out" in text
    assert "under reports/" in text
    assert "(claim-99)" in text
    assert "long words" not in text


def test_a_body_that_is_far_too_long_is_a_row_a_line() -> None:
    rows = [
        n.model_copy(update={"line": f"line-{i}"})
        for i in range(400)
        for n in many(3, lambda n: "q")
    ]
    text = body(rows, "reports")
    assert len(text) <= LONGEST_BODY
    assert "400 of 400 lines changed. **This is too much for a pull request:**" in text
    assert "- **line-7**: 3 with new evidence" in text
    assert f"and {400 - pull_request.SHOWN_LINES} lines more" in text
    widest = [n.model_copy(update={"line": f"{'x' * 240}{n.line}"}) for n in rows]
    assert len(body(widest, "reports")) <= LONGEST_BODY


def test_one_text_without_end_does_not_fill_the_body() -> None:
    _, text = told(*everything_changed("word " * 50_000))
    assert len(text) < 10_000
    assert "…" in text
