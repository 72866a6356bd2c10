"""The chart: each claim's verdict over time, the evidence that moved it, readable by everybody and
everywhere."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from retest.domain.record import ClaimRecord, HistoryEntry, Record
from retest.reports.chart import LEVELS, PITCH, chart
from retest.reports.chart_marks import DARK, EDGE, LETTERS, LIGHT, WIDTH
from tests.reports.any_record import records
from tests.reports.browser import browsing, chromium
from tests.reports.news import DAY, claim, line, paper
from tests.reports.seen import SIGHT, apart, contrast
from tests.reports.twelve import twelve

SVG = "{http://www.w3.org/2000/svg}"
PROGRAM = chromium()


def drawn(record: Record) -> ET.Element:
    return ET.fromstring(chart(record))  # noqa: S314 - drawn by ourselves


def of_class(root: ET.Element, name: str) -> list[ET.Element]:
    return [one for one in root.iter() if name in (one.get("class") or "").split()]


def said(root: ET.Element) -> list[str]:
    return ["".join(one.itertext()) for one in root.iter(f"{SVG}text")]


def past(*entries: tuple[date, str], by: tuple[str, ...] = ()) -> tuple[HistoryEntry, ...]:
    return tuple(
        HistoryEntry.model_validate({"on": on, "verdict": v, "decided_by": by}) for on, v in entries
    )


def one(**more: Any) -> ClaimRecord:
    return claim("tides", **{"verdict": more["history"][-1].verdict, "evidence": (), **more})


def bands(root: ET.Element) -> list[tuple[str, float, float]]:
    """Verdict, begin and end of each band, without those of the legend."""
    found = [(r, r.get("class")) for r in root.iter(f"{SVG}rect") if r.get("class") in LETTERS]
    return [
        (str(v), float(r.get("x", 0)), float(r.get("x", 0)) + float(r.get("width", 0)))
        for r, v in found[4:]
    ]


def test_each_claims_verdict_is_named_in_text_too() -> None:
    words = said(drawn(twelve()))
    for row in (*twelve().claims, twelve().counter_thesis):
        at = next(n for n, word in enumerate(words) if word.startswith(row.text[:20]))
        assert re.match(rf"{row.verdict}\b", words[at + 2]), (
            f"{row.id} is not said to be {row.verdict}"
        )


def test_why_a_claim_is_undetermined_is_said_and_no_two_reasons_alike() -> None:
    words = " ".join(said(drawn(twelve())))
    for why in ("nothing newer found", "nothing grounded", "search failed", "not judged"):
        assert f"undetermined, {why}, since" in words


def test_a_band_changes_where_the_history_does_and_the_last_runs_to_the_edge() -> None:
    history = past((date(2025, 3, 1), "holds"), (date(2026, 1, 1), "relaxed"), (DAY, "overturned"))
    rows = bands(drawn(line(one(history=history))))[:3]
    assert [verdict for verdict, _, _ in rows] == ["holds", "relaxed", "overturned"]
    assert [rows[0][2], rows[1][2], rows[2][2]] == pytest.approx(
        [rows[1][1], rows[2][1], WIDTH - EDGE]
    )
    assert all(end - begun > 30 for _, begun, end in rows), "a verdict of today is seen too"


def test_what_comes_before_the_first_run_is_no_verdict() -> None:
    root = drawn(line(one(history=past((DAY, "holds")))))
    _, begun, _ = bands(root)[0]
    untested = of_class(root, "untested")[1]
    assert float(untested.get("x2", 0)) == pytest.approx(begun)
    assert "not tested yet" in said(root)


def test_undetermined_is_an_empty_band_that_holds_never_is() -> None:
    style = drawn(twelve()).findtext(f"{SVG}style") or ""
    assert style.count("rect.undetermined{fill:none") == 2, "in light and in dark"
    assert "rect.holds{fill:none" not in style
    undetermined = line(one(history=past((DAY, "undetermined")), why="search-failed"))
    assert "holds" not in [verdict for verdict, _, _ in bands(drawn(undetermined))][:1]


def test_the_evidence_that_moved_a_verdict_leads_to_the_day_on_which_it_did() -> None:
    moved, other = (
        paper(f"2606.0000{n}", published=date(2026, 6, n), stance="contradicts") for n in (1, 9)
    )
    turned = (*past((date(2026, 3, 1), "holds")), *past((DAY, "overturned"), by=(moved.arxiv_id,)))
    root = drawn(line(one(history=turned, evidence=(moved, other))))
    (cause,) = of_class(root, "cause")
    mark = [g for g in root.iter(f"{SVG}g") if "2606.00001" in "".join(g.itertext())][
        1
    ]  # within its row
    at = [float(number) for number in re.findall(r"[\d.]+", mark.get("transform", ""))]
    path = [float(number) for number in re.findall(r"[\d.]+", cause.get("d", ""))]
    assert path[:2] == at
    assert path[-2] == pytest.approx(bands(root)[1][1]), "it ends where the new verdict begins"
    ringed = [
        g for g in root.iter(f"{SVG}g") if g.get("class") == "big" and of_class(g, "deciding")
    ]
    assert ["2606.00001" in "".join(g.itertext()) for g in ringed] == [True], (
        "and no other one is ringed"
    )


def test_a_record_from_before_evidence_was_noted_draws_no_cause() -> None:
    turned = past((date(2026, 3, 1), "relaxed"), (DAY, "holds"))
    old = json.loads(line(one(history=turned, evidence=(paper("2606.00001"),))).model_dump_json())
    for row in (*old["claims"], old["counter_thesis"]):
        for entry in row["history"]:
            del entry["decided_by"]
    root = drawn(Record.model_validate_json(json.dumps(old)))
    assert not of_class(root, "cause")
    assert len(of_class(root, "deciding")) == 1, "that of the legend"


def test_evidence_of_one_week_lies_on_levels_and_not_on_one_heap() -> None:
    week = tuple(
        paper(f"2607.0000{n}", published=date(2026, 6, 1) + timedelta(days=n))
        for n in range(LEVELS)
    )
    root = drawn(
        line(one(history=past((date(2024, 1, 1), "holds"), (DAY, "relaxed")), evidence=week))
    )
    heights = {
        float(re.findall(r"[\d.]+", g.get("transform", ""))[1])
        for g in root.iter(f"{SVG}g")
        if "2607.0000" in "".join(g.itertext())
        and g.get("transform")
        and len(list(g.iter(f"{SVG}title"))) == 1
    }
    assert len(heights) == LEVELS
    assert max(heights) - min(heights) == PITCH * (LEVELS - 1)


def test_marks_differ_in_shape_and_verdicts_in_letter() -> None:
    root = drawn(twelve())
    shapes = {mark: {m.tag for m in of_class(root, mark)} for mark in ("for", "in-part", "against")}
    assert shapes == {
        "for": {f"{SVG}circle"},
        "in-part": {f"{SVG}path"},
        "against": {f"{SVG}rect"},
    }
    assert len(set(LETTERS.values())) == len(LETTERS)
    assert {t.text for t in of_class(root, "letter")} == set(LETTERS.values())


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_verdicts_are_told_apart_by_every_kind_of_colour_vision(
    colours: dict[str, str], sight: str
) -> None:
    for a, b in combinations(("holds", "relaxed", "overturned"), 2):
        assert apart(colours[a], colours[b], sight) > 15, f"{a} and {b}"


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_and_marks_stand_out_from_what_is_behind_them(colours: dict[str, str]) -> None:
    for text in ("text", "quiet", "on-undetermined"):
        assert contrast(colours[text], colours["back"]) >= 4.5, text
    for verdict in ("holds", "relaxed", "overturned"):
        assert contrast(colours[f"on-{verdict}"], colours[verdict]) >= 4.5, verdict
    for mark in ("for", "in part", "against", "holds", "overturned", "undetermined"):
        assert contrast(colours[mark], colours["back"]) >= 3, mark


def test_screen_readers_are_told_every_verdict_with_its_days_and_the_evidence() -> None:
    root = drawn(twelve())
    assert root.get("role") == "img"
    assert "as of 2026-11-20" in (root.findtext(f"{SVG}title") or "")
    told = root.findtext(f"{SVG}desc") or ""
    texts = {row.id: row.text for row in twelve().claims}
    assert (
        f"{texts['rerankers-do-not-pay']} holds from 2024-11-15, relaxed from 2025-08-03, "
        "overturned from 2026-11-20" in told
    )
    assert (
        f"{texts['tables-need-their-own-reader']} undetermined from 2026-10-02 (nothing newer "
        "found); evidence: none." in told
    )


def test_it_is_as_wide_as_a_report_needs_nothing_else_and_comes_out_the_same() -> None:
    text = chart(twelve())
    assert drawn(twelve()).get("width") == "880"
    assert not re.search(r"href|url\(|<script|@import", text)
    assert chart(Record.model_validate_json(twelve().model_dump_json())) == text


@settings(max_examples=60)
@given(records())
def test_any_record_is_drawn_within_its_frame(record: Record) -> None:
    root = drawn(record)
    high = float(root.get("height", 0))
    for element in root.iter():
        for name, most in (
            ("x", WIDTH),
            ("x1", WIDTH),
            ("x2", WIDTH),
            ("y", high),
            ("y1", high),
            ("y2", high),
        ):
            assert -10 <= float(element.get(name, 0)) <= most + 10
        assert float(element.get("width", 1)) > 0
    assert chart(record) == chart(record.model_copy())


LETTER = "getComputedStyle(document.querySelector('text.name')).fontSize"
FAR = (
    "[...document.querySelectorAll('text')].filter(t => t.getBoundingClientRect().right > "
    "innerWidth + 1).length"
)


@pytest.mark.skipif(PROGRAM is None, reason="there is no chromium on this machine")
def test_in_a_narrow_window_text_grows_fits_and_does_not_collide(tmp_path: Path) -> None:
    assert PROGRAM is not None
    page = tmp_path / "page.html"
    inside = chart(twelve()).replace("<svg ", '<svg style="max-width:100%;height:auto" ', 1)
    page.write_text(
        '<!doctype html><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width">{inside}'
    )
    heads = (
        "(() => { const seen = [...document.querySelectorAll('text.name')].filter(t => "
        "t.checkVisibility()).map(t => t.getBoundingClientRect()); return seen.some((a, n) => "
        "seen.some((b, m) => m > n && a.left < b.right && b.left < a.right && a.top + 4 < "
        "b.bottom && b.top + 4 < a.bottom)); })()"
    )
    with browsing(PROGRAM, tmp_path / "profile") as tab:
        for width, size in ((912, "13px"), (390, "25px")):
            tab.size(width)
            tab.open(page)
            assert tab.ask(LETTER) == size
            assert tab.ask(FAR) == 0, f"text leaves the chart at {width}"
            assert not tab.ask(heads), f"names and verdicts lie on each other at {width}"
