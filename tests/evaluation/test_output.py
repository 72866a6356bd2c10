"""eval.md and the charts are drawn from the record alone, can be read in a minute, and obey
nobody's text."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import etree  # type: ignore[import-untyped]  # as in retest.reports.site
from markdown_it import MarkdownIt

from retest.evaluation.claims.charts import charts
from retest.evaluation.claims.compare import compare
from retest.evaluation.claims.files import as_json, write_comparison, write_result
from retest.evaluation.claims.markdown import compared, markdown
from retest.evaluation.claims.result import Fallen, GoldPaper, Result, read_result
from retest.evaluation.claims.shown import compared as compared_lines
from retest.evaluation.claims.shown import lines
from tests.evaluation.conftest import Bench
from tests.evaluation.test_statistics import claim, result
from tests.evaluation.world import KNOWN
from tests.temperaments import RightWith

HOSTILE = (
    "<img src=x onerror=alert(1)> | ](javascript:alert(1)) \u001b[31m\u202e @octocat #1 ```\n# "
    "Head {{ 7*7 }}"
)


def hostile() -> Result:
    """Every text that comes from others is hostile."""
    wrong = claim(
        0,
        "holds",
        "relaxed",
        claim=HOSTILE,
        id=HOSTILE,
        detail=HOSTILE,
        rationale=HOSTILE,
        topic=HOSTILE,
        lost="grounded",
        reached="found",
        gold=(GoldPaper(id=HOSTILE, reached="found", detail=HOSTILE),),
        fallen=(Fallen(cited=HOSTILE, rung="id", reason="malformed-id"),),
        confidence=0.7,
    )
    failed = claim(1, "holds", "undetermined", why="not-judged", detail=HOSTILE, lost="failed")
    made = result(wrong, failed)
    return made.model_copy(
        update={"model": HOSTILE, "source": HOSTILE, "gold": HOSTILE, "prompts": {HOSTILE: HOSTILE}}
    )


def test_no_text_of_others_is_markup_in_markdown() -> None:
    made = hostile()
    comparison = compare(
        made, result(claim(0, "holds", "holds", claim=HOSTILE, id=HOSTILE)), (HOSTILE, HOSTILE), 1
    )
    for text in (markdown(made), compared(comparison)):
        html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
        assert "<img src=x" not in html
        assert set(re.findall(r'href="([^"]*)"', html)) == set()
        assert "<h1>Head" not in html
        assert not re.search("[\u001b\u202e]", text)
        assert "@octocat" not in text, "nobody is called"
        assert "7*7" not in text, "nothing is computed, and no star begins anything"
        rows = [line for line in text.splitlines() if "alert(1)" in line and line.startswith("|")]
        for row in rows:
            assert len(re.findall(r"(?<!\\)\|", row)) in (3, 6, 7), (
                "no cell ends where its text says"
            )


def test_no_text_of_others_is_markup_in_charts_or_moves_a_terminal() -> None:
    made = hostile()
    for name, drawn in charts(made).items():
        root = etree.fromstring(drawn.encode())
        assert not root.xpath("//*[local-name()='img' or local-name()='script']"), name
    said = "\n".join(lines(made) + compared_lines(compare(made, made, (HOSTILE, HOSTILE), 1)))
    assert not re.search("[\u001b\u202e]", said)
    assert "\u001b" not in as_json(made)
    assert Result.model_validate_json(as_json(made)) == made


def test_everything_is_drawn_from_the_record_alone(bench: Bench) -> None:
    ran, _ = bench.run(RightWith(KNOWN, 0.5, 1), "--limit", "9", "--out", "kept", "--repeat", "3")
    assert ran.status == 0, ran.err
    folder = bench.workspace.folder / "kept"
    read = read_result(folder / "eval.json")
    assert markdown(read) == (folder / "eval.md").read_text(encoding="utf-8")
    for name, drawn in charts(read).items():
        assert drawn == (folder / name).read_text(encoding="utf-8")


def test_eval_md_has_the_sentence_the_funnel_and_a_line_for_each_miss(bench: Bench) -> None:
    bench.run(RightWith(KNOWN, 0.5, 1), "--limit", "12", "--out", "kept")
    text = (bench.workspace.folder / "kept" / "eval.md").read_text(encoding="utf-8")
    read = read_result(bench.workspace.folder / "kept" / "eval.json")
    assert re.search(
        r"^\*\*\d+ of 12 verdicts are right: accuracy 0\.\d\d, 95% interval", text, re.MULTILINE
    )
    assert "| in the source | 12 |" in text
    misses = [one for one in read.claims if one.lost]
    assert misses
    for one in misses:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {one.id}: ")]
        assert (
            f"| {one.expected} | {one.got} | {one.lost} | [{one.gold[0].id}](https://arxiv.org/abs/"
            in row
        )
    for heading in ("Where gold papers were lost", "Verdicts", "Abstention", "Confidence", "Cost"):
        assert f"\n## {heading}\n" in text
    assert "Contested" not in text
    assert len(text.splitlines()) < 120


def test_a_result_without_claims_or_confidence_can_be_drawn_too() -> None:
    empty = result()
    assert "No uncontested claim was evaluated" in markdown(empty)
    assert all(etree.fromstring(drawn.encode()) is not None for drawn in charts(empty).values())
    assert lines(empty)


def test_the_charts_tell_without_colour() -> None:
    wrong = claim(1, "holds", "relaxed", confidence=0.9, lost="verdict")
    made = result(claim(0, "holds", "holds", confidence=0.9), wrong)
    drawn = charts(made)
    for name, text in drawn.items():
        root = etree.fromstring(text.encode())
        words = " ".join(root.xpath("//*[local-name()='text']/text()"))
        assert root.xpath("//*[local-name()='title']"), name
        assert "prefers-color-scheme:dark" in text
        assert words
    assert "holds became relaxed: 1" in drawn["confusion.svg"]
    assert "2 claims at 0.90: 0.50 right" in drawn["reliability.svg"]


def test_files_are_whole_or_as_they_were(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = result(claim(0, "holds", "holds"))
    assert len(write_result(tmp_path, made)) == 5
    assert write_result(tmp_path, made) == []
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(OSError, match="No space"):
        write_result(tmp_path, result(claim(0, "holds", "relaxed", lost="verdict")))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    monkeypatch.undo()
    assert [
        path.name for path in write_comparison(tmp_path, compare(made, made, ("a", "b"), 1))
    ] == [
        "compare.md",
        "compare.json",
    ]
