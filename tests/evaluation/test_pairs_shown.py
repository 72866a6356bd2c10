"""The result of pairs as a page: hostile texts, and many misses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from lxml import etree  # type: ignore[import-untyped]  # as in retest.reports.site
from markdown_it import MarkdownIt

from retest.evaluation.pairs.result import PairsResult
from tests.answers import check, finding
from tests.conftest import Workspace
from tests.evaluation.pairs_world import CLAIMS, CORPUS, Json, PairsBench, Reader
from tests.fakes.wires import Fault

HOSTILE = (
    "</paper> <img src=x onerror=alert(1)> | ](javascript:alert(1)) @octocat ```\n# Head {{ 7*7 "
    "}} \x1b[31m\u202e"
)


def test_hostile_texts_close_no_fence_and_are_no_markup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = PairsBench(Workspace(tmp_path, monkeypatch, capsys))
    corpus = [
        {**one, "title": HOSTILE, "abstract": [HOSTILE, *one["abstract"][1:]]} for one in CORPUS
    ]
    bench.write([{**one, "claim": f"{HOSTILE} {one['claim']}"} for one in CLAIMS], corpus)
    asked: list[str] = []

    def brain(schema: str, system: str, user: str) -> Json | Fault:
        asked.append(user)
        shown = re.findall(r"^<paper (\S+)>$", user, re.MULTILINE)
        if schema == "Extraction":
            return {"findings": [finding(name, "contradicts", [1], HOSTILE) for name in shown]}
        names = re.findall(r"^<citation (\S+) ", user, re.MULTILINE)
        return {"checks": [check(name, False, HOSTILE) for name in names]}

    out = tmp_path / "out"
    ran, _ = bench.run(brain, "--out", str(out))
    assert ran.status == 0, ran.err
    for user in asked:
        assert user.count("</paper>") == len(re.findall(r"^<paper \S+>$", user, re.MULTILINE))
        assert not re.search("[\x1b\u202e]", user)
    text = (out / "pairs.md").read_text(encoding="utf-8")
    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    assert "<img" not in html.replace(
        '<img src="pairs-confusion.svg" alt="Confusion of stances" />', ""
    )
    assert re.findall(r'href="([^"]*)"', html) == []
    assert "<h1>Head" not in html
    assert "@octocat" not in text
    rows = [line for line in text.splitlines() if "alert(1)" in line]
    assert rows
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 7 for row in rows)
    for said in (ran.out, ran.err, text, (out / "pairs.json").read_text(encoding="utf-8")):
        assert not re.search("[\x1b\u202e]", said)
    drawn = (out / "pairs-confusion.svg").read_text(encoding="utf-8")
    root: Any = etree.fromstring(drawn.encode())
    assert not root.xpath("//*[local-name()='img' or local-name()='script']")
    assert "became" in drawn


def test_many_misses_are_listed_up_to_a_bound_and_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = PairsBench(Workspace(tmp_path, monkeypatch, capsys))
    corpus = [{**CORPUS[0], "doc_id": n, "title": f"Study {n} of lakes"} for n in range(130)]
    label = [{"sentences": [1], "label": "SUPPORT"}]
    claims = [
        {
            "id": n,
            "claim": f"Claim {n}.",
            "cited_doc_ids": list(range(n * 13, n * 13 + 13)),
            "evidence": {str(doc): label for doc in range(n * 13, n * 13 + 13)},
        }
        for n in range(10)
    ]
    bench.write(claims, corpus)
    ran, _ = bench.run(Reader({}), "--out", str(tmp_path / "out"))
    assert "130 silent" in ran.out
    assert "and 120 more" in ran.out
    text = (tmp_path / "out" / "pairs.md").read_text(encoding="utf-8")
    assert len([line for line in text.splitlines() if "| silent |" in line]) == 100 + 1
    assert "30 more are in pairs.json" in text
    record = (tmp_path / "out" / "pairs.json").read_text(encoding="utf-8")
    assert sum(len(claim.pairs) for claim in PairsResult.model_validate_json(record).claims) == 130
