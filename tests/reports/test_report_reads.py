"""The Markdown report with its reader's eyes: what changed comes first, detail is folded, and
nothing is lost."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt

from retest.domain.line import Review
from retest.domain.record import ClaimRecord, HistoryEntry, Record
from retest.reports.markdown import SIGNS, markdown
from retest.reports.summary import DECIDING, counted, shown_and_folded, summary
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.reports.any_record import records
from tests.reports.browser import browsing, chromium
from tests.reports.news import BEFORE, DAY, claim, flip, line, paper
from tests.reports.twelve import twelve

PROGRAM = chromium()
LONGEST_ROW = 350
"""Letters of a row of the list of claims, its link included."""
SCREEN = 1080
"""Pixels: two screens are what the claims may take before their details."""


def section(text: str, heading: str) -> str:
    """What stands under a heading of the second level; empty where there is none."""
    return f"\n{text}".partition(f"\n## {heading}")[2].partition("\n## ")[0]


def about(text: str, name: str) -> str:
    """What is said of one claim in its own place."""
    return text.partition(f'<a id="{name}"></a>')[2].partition("<a id=")[0]


def unfolded(text: str) -> str:
    return re.sub(r"<details>.*?</details>", "", text, flags=re.DOTALL)


def turned(was: str, now: str, **more: Any) -> ClaimRecord:
    history = (
        HistoryEntry.model_validate({"on": BEFORE, "verdict": was}),
        HistoryEntry.model_validate({"on": DAY, "verdict": now}),
    )
    return claim("tides", now, history=history, **more)


TEXT = markdown(twelve())
BUNDLED = Path(__file__).parents[2] / "reports" / "scale-anticipation.md"
HIGH = (
    "(() => { const top = [...document.querySelectorAll('h2')].find(h => "
    "h.textContent.includes('at a glance')); return document.querySelector('img').offsetTop - "
    "top.offsetTop; })()"
)
"""How high the list of claims is, from its heading to the chart."""


def test_a_flip_is_the_first_thing_that_is_told_with_its_reason_and_the_papers_that_did_it() -> (
    None
):
    changed = section(TEXT, "What changed on 2026-11-20")
    first = changed.strip().partition("\n- ")[0]
    assert first.startswith("- **🟡 relaxed → 🔴 overturned** [Once the window holds a hundred ")
    for part in (
        "What moved: **evaluation**",
        "2026-07-26 [2607.90207v1](https://arxiv.org/abs/2607.90207v1)",
        "How Far Apart",
    ):
        assert part in first
    assert (
        TEXT.index("## What changed")
        < TEXT.index("## The claims at a glance")
        < TEXT.index("](long-context.svg)")
    )


def test_a_flip_is_visible_in_the_list_of_claims_too() -> None:
    assert ") was relaxed; " in row_of(TEXT, "🔴 overturned", "rerankers-do-not-pay")


def row_of(text: str, heading: str, name: str) -> str:
    """What the list of all claims says of one under the heading of its verdict."""
    glance = section(text, "The claims at a glance")
    group = glance.partition(f"**{heading}")[2].partition("\n**")[0]
    return next(row for row in group.splitlines() if f"](#{name})" in row)


def test_what_could_not_be_decided_is_never_told_as_if_it_held() -> None:
    text = markdown(line(turned("holds", "undetermined", why="search-failed", detail="No answer.")))
    assert "**🟢 holds → ⚪ undetermined**" in section(text, "What changed")
    assert "Why: search failed. No answer." in section(text, "What changed")
    assert "search failed" in row_of(text, "⚪ undetermined", "tides")
    assert SIGNS["holds"] not in about(text, "tides").splitlines()[2]


@pytest.mark.parametrize(
    ("why", "words"),
    [
        ("nothing-newer-found", "nothing newer found"),
        ("nothing-grounded", "nothing grounded"),
        ("search-failed", "search failed"),
        ("not-judged", "not judged"),
    ],
)
def test_each_way_not_to_know_is_another_one_in_the_table(why: str, words: str) -> None:
    text = markdown(line(turned("undetermined", "undetermined", why=why)))
    assert words in row_of(text, "⚪ undetermined", "tides")


def test_a_first_report_says_what_is_new_since_the_library_dated_its_claims() -> None:
    def new(name: str, verdict: str, **more: Any) -> ClaimRecord:
        history = (HistoryEntry.model_validate({"on": DAY, "verdict": verdict}),)
        return claim(name, verdict, history=history, **more)

    rows = (new("a", "overturned", moved="data"), new("b", "relaxed", dated="2024-05"))
    text = markdown(line(*rows, counter_thesis=new("counter-thesis", "holds")))
    said = section(text, "What is new since the library wrote its page")
    assert "dated its claims 2024-05 to 2025. Of 2, newer work overturns 1, relaxes 1." in said
    assert "What moved most often: data (1)." in said
    assert "- **🔴 overturned** [" in said
    assert "→" not in said


def test_a_claim_that_came_back_as_it_was_is_no_flip() -> None:
    history = tuple(
        HistoryEntry.model_validate({"on": on, "verdict": v})
        for on, v in ((date(2026, 7, 1), "holds"), (BEFORE, "undetermined"), (DAY, "holds"))
    )
    text = markdown(line(claim("tides", history=history)))
    assert "Again **🟢 holds** [Plain words](#tides)" in section(text, "What changed")
    assert "was undetermined" not in text


def test_what_waits_for_a_person_has_a_place_of_its_own() -> None:
    looks = section(TEXT, "To look at")
    assert re.search(
        r"\*\*Pending flip\*\* of 2026-11-20: .*\]\(#middle-of-the-window-is-lost\)", looks
    )
    assert re.search(
        r"\*\*Evidence against a review:\*\* .*\]\(#retrieval-helps-small-models-most\)", looks
    )
    assert "[2606.90603](https://arxiv.org/abs/2606.90603) against (2026-06-14)" in looks
    assert "**withdrawn**, withdrawn by its authors" in section(TEXT, "News of the anchors")
    quiet = markdown(line(claim("tides")))
    assert "To look at" not in quiet
    assert "News of the anchors" not in quiet


def test_a_claim_that_failed_in_an_earlier_run_stays_to_be_looked_at() -> None:
    failed = claim("tides", "undetermined", why="not-judged", detail="Raise the budget.")
    assert "**Not judged:** [Plain words](#tides). Raise the budget." in section(
        markdown(line(failed)), "To look at"
    )


def test_evidence_that_is_older_than_a_review_does_not_speak_against_it() -> None:
    review = Review(verdict="holds", by="Ada", on=date(2026, 6, 1), because="It does.")
    old, new = (
        paper("2606.00001", published=day, stance="contradicts")
        for day in (date(2026, 6, 1), date(2026, 6, 2))
    )
    assert "To look at" not in markdown(line(claim("tides", review=review, evidence=(old,))))
    assert "Evidence against a review" in markdown(
        line(claim("tides", review=review, evidence=(new,)))
    )


def test_the_list_of_claims_keeps_within_350_characters_a_row() -> None:
    rows = [
        row for row in section(TEXT, "The claims at a glance").splitlines() if row.startswith("- ")
    ]
    assert len(rows) == len(twelve().claims) + 1
    assert max(map(len, rows)) <= LONGEST_ROW, max(rows, key=len)


@pytest.mark.skipif(PROGRAM is None, reason="there is no chromium on this machine")
def test_27_claims_fit_two_screens_and_need_no_scrolling_aside_on_a_phone(tmp_path: Path) -> None:
    assert PROGRAM is not None
    style = (
        "body{margin:0;padding:16px;font:16px/1.5 Helvetica,Arial,sans-serif}img{max-width:100%}"
        "table{display:block;width:max-content;max-width:100%;overflow:auto;border-collapse:collapse}"
        "td,th{padding:6px 13px;border:1px solid}"
    )
    page = tmp_path / "page.html"
    page.write_text(
        '<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<style>{style}</style>{MarkdownIt('gfm-like').render(BUNDLED.read_text(encoding='utf-8'))}"
    )
    with browsing(PROGRAM, tmp_path / "profile") as tab:
        for width in (912, 390):
            tab.size(width)
            tab.open(page)
            assert tab.ask("document.documentElement.scrollWidth") <= width
            if width == 912:
                assert tab.ask(HIGH) <= 2 * SCREEN


def test_long_evidence_is_folded_but_what_decided_and_what_speaks_otherwise_is_not() -> None:
    many = twelve().claims[1]
    assert len(many.evidence) == 25
    shown, folded = shown_and_folded(many)
    assert {item.arxiv_id for item in shown + folded} == {item.arxiv_id for item in many.evidence}
    assert [item.arxiv_id in many.history[-1].decided_by for item in shown[:DECIDING]] == [
        True
    ] * DECIDING
    assert {item.mark for item in shown} == {"for", "in part", "against"}
    place = about(TEXT, many.id)
    assert unfolded(place).count("\n  > ") == len(shown)
    assert (
        f"<details><summary>{len(folded)} more pieces of evidence: {counted(folded)}</summary>"
        in place
    )
    assert place.count("\n  > ") == 25


def test_a_quote_stands_with_its_paper_its_date_and_its_place() -> None:
    place = about(TEXT, "chunk-size-is-secondary")
    assert re.search(
        r"- \*\*against\*\*, decided it · 2025-06-17 · \[2506\.90700v2\]\(\S+\) .+\n"
        r"  > “.+” \(abstract, sentence \d\)",
        place,
    )


def test_the_history_of_a_claim_is_told_in_words() -> None:
    assert (
        "History: 🟢 holds 2024-11-15 → 🟡 relaxed 2025-08-03 → 🔴 overturned 2026-11-20." in TEXT
    )


def test_nothing_of_a_record_is_lost() -> None:
    record = twelve()
    for row in (*record.claims, record.counter_thesis):
        place = about(TEXT, row.id)
        for rejection in row.rejected:
            assert f"**{rejection.reason}** at rung {rejection.rung}" in place
            assert rejection.detail.partition("[")[0] in place
        for query in row.searched.queries:
            assert f"{query.by}: {query.query}" in place
        for unread in row.unread:
            assert unread.arxiv_id in place
        for item in row.evidence:
            assert f"{item.arxiv_id}v{item.version}" in place
        assert f"newer work is after {row.window.opens}, up to {row.window.as_of}" in place
        assert not row.review or f"Reviewed by {row.review.by} on {row.review.on}" in place
    made = section(TEXT, "How this report was made")
    assert record.verifier is not None
    for part in (
        record.source,
        record.model,
        record.verifier,
        *record.prompts,
        *record.prompts.values(),
        "not-evidence",
    ):
        assert part in made, f"{part} is not told"
    assert all(anchor.id in made for anchor in record.anchors)


def test_every_link_inside_the_report_leads_somewhere() -> None:
    places = set(re.findall(r'<a id="([^"]+)"></a>', TEXT))
    assert set(re.findall(r"\]\(#([^)]+)\)", TEXT)) <= places
    assert len(re.findall(r'<a id="([^"]+)"></a>', TEXT)) == len(places)


def test_the_same_record_gives_the_same_bytes() -> None:
    assert markdown(Record.model_validate_json(twelve().model_dump_json())) == TEXT


@settings(max_examples=60)
@given(records())
def test_any_record_has_a_report_with_a_row_and_a_place_for_each_claim(record: Record) -> None:
    text, top = markdown(record), summary(record)
    count = len(record.claims) + 1
    glance = section(text, "The claims at a glance")
    assert sum(row.startswith("- ") for row in glance.splitlines()) == count
    assert text.count("\n### ") == count
    assert len(top.turned) + len(top.others) <= count
    for row in (*record.claims, record.counter_thesis):
        shown, folded = shown_and_folded(row)
        assert {item.quote for item in shown + folded} == {item.quote for item in row.evidence}


def test_a_run_notes_which_evidence_decided_and_a_review_notes_none(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run()
    found = workspace.claim("wind-drives")
    ids = {
        item["arxiv_id"]: {point["side"] for point in item["points"]} for item in found["evidence"]
    }
    decided = found["history"][-1]["decided_by"]
    assert decided, "the evidence that the judgment cites"
    assert all("against" in ids[one] for one in decided), "and that relaxes"
    assert "decided it" in about(workspace.markdown(), "wind-drives")
    workspace.claims(
        CLAIMS.replace(
            "dated: 2025\n",
            "dated: 2025\n    review: {verdict: overturned, by: Ada, on: 2026-04-01, because: "
            "No.}\n",
            1,
        )
    )
    workspace.run(as_of="2026-08-22")
    reviewed = next(c for c in workspace.record()["claims"] if c["review"])
    assert reviewed["history"][-1]["verdict"] == "overturned"
    assert reviewed["history"][-1]["decided_by"] == []


def test_a_pending_flip_is_told_of_the_claim_that_it_would_turn() -> None:
    assert "pending: overturned?" in markdown(line(claim("tides", flip=flip("overturned"))))
