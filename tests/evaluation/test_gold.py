"""Gold files are checked like claims files: each fault with its line, what was found and what was
expected."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.data import defaults
from retest.errors import FileError, UsageError
from retest.evaluation.claims.gold import gold_claims, load_gold
from tests.evaluation.world import TOPICS, write_gold

TODAY = date(2026, 11, 24)
GOOD = TOPICS[0].row()


def faults(*lines: str) -> list[str]:
    with pytest.raises(FileError) as raised:
        gold_claims("\n".join(lines), Path("g.jsonl"), TODAY)
    return str(raised.value).split("\n  ")


def row(**changes: Any) -> str:
    return json.dumps({**GOOD, **changes})


def test_a_good_file_is_read_as_it_is(tmp_path: Path) -> None:
    path = write_gold(
        tmp_path / "known.jsonl", [GOOD, TOPICS[1].row(contested=True, note="Why.", gold_ids=[])]
    )
    gold = load_gold(str(path), TODAY)
    first, second = gold.claims
    assert (gold.name, first.id, first.claim_date, first.anchor_ids) == (
        "known",
        "c00",
        "2025-01",
        ("2501.00001",),
    )
    assert (first.expected_verdict, first.gold_ids, first.contested) == (
        "holds",
        ("2603.00001",),
        False,
    )
    assert (second.contested, second.note, second.gold_ids) == (True, "Why.", ())


@pytest.mark.parametrize(
    ("line", "found", "expected"),
    [
        (row(topik="x"), "found the unknown key `topik`", "did you mean `topic`?"),
        (
            row(id="Claim 1"),
            'found "Claim 1" for `id`',
            "lower-case words and digits joined by hyphens",
        ),
        (row(id="a/../b"), 'found "a/../b" for `id`', "lower-case words"),
        (row(id=7), "found the number 7 for `id`", "a text in quotes"),
        (row(id="counter-thesis"), "a claim named counter-thesis", "another name"),
        (row(claim=" "), "found nothing for `claim`", "a text"),
        (row(claim="x" * 2001), "2,001 characters for `claim`", "at most 2,000"),
        (row(claim="wind \u202e lakes"), "U+202E", "text that can be seen"),
        (row(claim_date="2025-13"), 'found "2025-13" for `claim_date`', "YYYY"),
        (row(claim_date="May 2025"), 'found "May 2025"', "YYYY-MM"),
        (row(claim_date="2027"), "found the date 2027", "not after 2026-11-24"),
        (
            row(expected_verdict="true"),
            'found "true" for `expected_verdict`',
            "one of holds, relaxed, overturned",
        ),
        (row(expected_verdict=None), "found null for `expected_verdict`", "one of"),
        (
            row(anchor_ids="2501.00001"),
            'found "2501.00001" for `anchor_ids`',
            "a list of arXiv ids",
        ),
        (
            row(gold_ids=["2603.00001", "2603.00001"]),
            '"2603.00001" again in `gold_ids`',
            "each id once",
        ),
        (
            row(gold_ids=["2501.00001"]),
            '"2501.00001" in `gold_ids` and in `anchor_ids`',
            "papers newer than the claim",
        ),
        (
            row(gold_ids=["2603.00001v2"]),
            '"2603.00001v2" in `gold_ids`',
            'the id alone: "2603.00001"',
        ),
        (row(gold_ids=["arXiv:2603.00001"]), '"arXiv:2603.00001"', 'the id alone: "2603.00001"'),
        (row(gold_ids=["2613.00001"]), '"2613.00001" in `gold_ids`', "an arXiv id"),
        (row(gold_ids=["2701.00001"]), '"2701.00001" in `gold_ids`', "an arXiv id"),
        (row(gold_ids=[None]), "found null in `gold_ids`", "an arXiv id"),
        (row(contested="no"), 'found "no" for `contested`', "true or false"),
        (
            '{"id": "a", "gold_ids": [2603.00010]}',
            "the unquoted id 2603.00010",
            'quotes around it: "2603.00010"',
        ),
        ('{"id": "a", "id": "b"}', "the key `id` twice", "each key once"),
        ('{"id": "a"', "broken JSON", "one JSON object a line"),
        ("[]", "found [], which is no object", "one JSON object a line"),
        ("[" * 100_000, "JSON that is very deep", "one JSON object a line"),
    ],
)
def test_a_fault_is_told_with_its_place_and_with_what_to_do(
    line: str, found: str, expected: str
) -> None:
    told = faults(json.dumps(TOPICS[1].row()), line)
    assert any(one.startswith("g.jsonl:2: ") and found in one for one in told), told
    assert any(expected in one for one in told), told


def test_what_is_missing_is_told_and_all_faults_at_once() -> None:
    told = "\n".join(faults('{"id": "a"}', row(id="b", claim=""), row(id="b")))
    for name in ("claim", "claim_date", "anchor_ids", "expected_verdict", "gold_ids"):
        assert f"g.jsonl:1: found no `{name}`" in told
    assert "g.jsonl:2: found nothing for `claim`" in told
    assert "g.jsonl:3: found the claim b again; expected each id once (first in line 2)" in told


def test_an_empty_file_is_no_gold() -> None:
    assert "found no claim" in faults("", " ")[0]


@given(st.text(max_size=200))
def test_whatever_stands_in_a_line_ends_in_claims_or_in_a_fault(text: str) -> None:
    with suppress(FileError):
        assert gold_claims(text, Path("g.jsonl"), TODAY)


def test_a_bundled_gold_is_named_and_an_unknown_name_says_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_gold(tmp_path / "small-things.jsonl", [GOOD])
    monkeypatch.setattr(
        "retest.evaluation.claims.gold.defaults",
        lambda name: tmp_path if name == "gold" else defaults(name),
    )
    assert load_gold("small-things", TODAY).name == "small-things"
    with pytest.raises(
        UsageError, match="'large-things' is neither a file nor a bundled gold"
    ) as raised:
        load_gold("large-things", TODAY)
    assert "small-things" in raised.value.hint
    with pytest.raises(FileError, match="no such file"):
        load_gold("../small-things", TODAY)


@pytest.mark.parametrize(
    "path", sorted(defaults("gold").glob("*.jsonl")), ids=lambda path: path.stem
)
def test_what_is_bundled_is_fit(path: Path) -> None:
    assert load_gold(path.stem, TODAY).claims


def test_the_line_of_a_gold_keeps_the_order_in_which_anchors_are_named(tmp_path: Path) -> None:
    shared = [["2501.00002", "2501.00001"], ["2501.00001", "2501.00003"]]
    rows = [topic.row(anchor_ids=ids) for topic, ids in zip(TOPICS, shared, strict=False)]
    line = load_gold(str(write_gold(tmp_path / "g.jsonl", rows))).line()
    assert [anchor.id for anchor in line.anchors] == ["2501.00002", "2501.00001", "2501.00003"]
    assert [claim.id for claim in line.claims] == ["c00", "c01"]
