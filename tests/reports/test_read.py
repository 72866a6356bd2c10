"""A record that retest cannot have written is named: nothing is drawn from it, no run goes on from
it, and it is never overwritten."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.brains import Reader
from tests.conftest import Workspace


def edited(change: Callable[[dict[str, Any]], None]) -> Callable[[Path], None]:
    def edit(path: Path) -> None:
        record = json.loads(path.read_text(encoding="utf-8"))
        change(record)
        path.write_text(json.dumps(record), encoding="utf-8")

    return edit


def of_claim(**changes: Any) -> Callable[[Path], None]:
    return edited(lambda record: record["claims"][0].update(changes))


def with_conflict(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('  "as_of"', "<<<<<<< HEAD\n=======\n>>>>>>> retest/nightly\n" + '  "as_of"'),
        encoding="utf-8",
    )


def cut_off(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:500])


def of_another_line(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**record, "line": "moons"}), encoding="utf-8")


def folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def named_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def dangling(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.json")


def backwards(record: dict[str, Any]) -> None:
    claim = record["claims"][0]
    claim["history"].insert(0, {**claim["history"][0], "verdict": "holds", "on": "2026-08-21"})
    claim["history"][-1]["on"] = "2026-08-20"


def outside(record: dict[str, Any]) -> None:
    record["claims"][0]["evidence"][0]["published"] = "2024-01-01"


def as_anchor(record: dict[str, Any]) -> None:
    record["claims"][0]["evidence"][0]["arxiv_id"] = "2501.00001"


def undecided(record: dict[str, Any]) -> None:
    record["claims"][0] |= {"verdict": "undetermined", "why": None}


BROKEN = [
    (with_conflict, "the mark of a merge conflict"),
    (cut_off, "Invalid JSON"),
    (of_another_line, "the record of 'moons'"),
    (folder, "a folder"),
    (named_pipe, "a named pipe"),
    (dangling, "a link that leads nowhere"),
    (edited(lambda record: record.update(as_of="0001-01-01")), "as_of 0001-01-01"),
    (edited(lambda record: record["claims"][1].update(id="wind-drives")), "two claims"),
    (edited(lambda record: record["counter_thesis"].update(id="x")), "counter_thesis with"),
    (edited(backwards), "stands behind a later day"),
    (edited(outside), "outside the window"),
    (edited(as_anchor), "an anchor of the claim"),
    (edited(undecided), "no reason"),
    (of_claim(verdict="holds"), "a history that ends in relaxed"),
    (of_claim(confidence=7.5), "the confidence 7.5"),
    (of_claim(evidence=[]), "without any evidence"),
    (of_claim(window={"opens": "0001-01-01", "as_of": "2026-08-21"}), "opens on 0001-01-01"),
    (of_claim(window={"opens": "2025-01-01", "as_of": "2027-01-01"}), "up to 2027-01-01"),
]


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the report of one run, made by the first test that wants it."""
    return tmp_path_factory.mktemp("reported")


@pytest.mark.parametrize(("broken", "found"), BROKEN)
def test_a_record_that_breaks_its_rules_is_named_and_neither_overwritten_nor_drawn(
    workspace: Workspace,
    model: Any,
    reported: Path,
    broken: Callable[[Path], None],
    found: str,
) -> None:
    fake = model(Reader())
    reports = workspace.folder / "reports"
    if not (reported / "reports").exists():
        assert workspace.run().status == 0
        shutil.copytree(reports, reported / "reports")
    else:
        shutil.copytree(reported / "reports", reports)
    broken(reports / "tides.json")
    before, asked = sorted(reports.iterdir()), len(fake.requests)
    drawn = (reports / "tides.md").read_bytes()
    for command in (
        ("run", "--line", "tides", "--as-of", "2026-08-22"),
        ("show", "tides"),
        ("prompt", "tides"),
        ("export", "tides"),
        ("site",),
    ):
        ran = workspace.retest(*command)
        assert ran.status == 2, ran.err
        assert "tides.json" in ran.err
        assert found in ran.err
        assert "Traceback" not in ran.err
    assert len(fake.requests) == asked, "something was paid for"
    assert sorted(reports.iterdir()) == before
    assert (reports / "tides.md").read_bytes() == drawn
    assert not (workspace.folder / "site").exists()


def test_a_run_on_an_earlier_day_than_the_records_is_refused_before_anything_is_asked(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    assert workspace.run(as_of="2026-08-21").status == 0
    before, asked = workspace.reports(), len(fake.requests)
    for more in ((), ("--explain",), ("--full",)):
        ran = workspace.run(*more, as_of="2026-08-20")
        assert ran.status == 2
        assert "tides.json is of 2026-08-21" in ran.err
        assert "--reports" in ran.err
    assert (workspace.reports(), len(fake.requests)) == (before, asked)
    elsewhere = workspace.run("--reports", "earlier", as_of="2026-08-20")
    assert elsewhere.status == 0, elsewhere.err
    assert workspace.reports() == before


def test_no_claim_is_of_a_day_that_is_a_slip_of_the_pen(workspace: Workspace) -> None:
    text = (workspace.folder / "claims" / "tides.yaml").read_text(encoding="utf-8")
    review = "    review: {verdict: holds, by: Ada, on: 2926-04-01, because: seen}\n"
    for wrong in (
        text.replace("dated: 2025\n", 'dated: "0001"\n'),
        text.replace("    levers: [method]\n", review),
        text.replace("    levers: [method]\n", review.replace("2926", "0001")),
    ):
        assert wrong != text
        workspace.claims(wrong)
        ran = workspace.retest("check")
        assert ran.status == 2
        assert "one that is not" in ran.err
