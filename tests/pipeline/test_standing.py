"""A line for which nothing has changed since it last ended whole is not run again; a line for which
anything has changed is."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from retest.domain.paper import Paper
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import REFUSAL
from tests.papers_small import DENIES, LIMITS

ASTRAY = Paper(
    id="2608.00301",
    version=1,
    published=date(2026, 8, 3),
    title="Sourdough kept warm",
    abstract="Bakers keep sourdough warm.",
)
OTHERS = [ASTRAY.model_copy(update={"id": f"2608.01{n:03}"}) for n in range(200)]
"""So many that a paper more is no growth to speak of."""
TELLING = Paper(
    id="2608.00302",
    version=1,
    published=date(2026, 8, 3),
    title="Wind drives the tides of small lakes again",
    abstract="We gauge small lakes. Wind drives their tides.",
)


def nights(workspace: Workspace) -> list[bool]:
    """Of each night whether the line was taken through the stations."""
    log = (workspace.folder / ".retest" / "runs.jsonl").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in log.splitlines()]
    return [entry["ran"] for entry in entries if "ran" in entry]


@pytest.fixture
def settled(workspace: Workspace, model: Any) -> Workspace:
    """A line whose last night brought no news."""
    model(Reader())
    workspace.mirror(*OTHERS)
    while not nights_without_news(workspace):
        assert workspace.run().status == 0
    assert all(nights(workspace))
    return workspace


def nights_without_news(workspace: Workspace) -> int:
    log = workspace.folder / ".retest" / "runs.jsonl"
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return sum(json.loads(line).get("news") is False for line in lines)


def test_a_quiet_line_is_not_run_and_is_told_as_before(settled: Workspace) -> None:
    ran, before = settled.run(as_of="2026-08-22"), settled.reports()
    again = settled.run(as_of="2026-08-23")
    assert nights(settled)[-2:] == [False, False]
    assert (again.status, again.out) == (ran.status, ran.out)
    assert "nothing new" in again.err
    assert settled.reports() == before


def test_new_papers_that_reach_no_search_leave_it_as_it_stands(settled: Workspace) -> None:
    settled.mirror(ASTRAY)
    assert settled.run(as_of="2026-08-22").status == 0
    settled.mirror(ASTRAY.model_copy(update={"id": "2608.00303"}))
    assert settled.run(as_of="2026-08-23").status == 0
    assert nights(settled)[-2:] == [False, False]


def _a_telling_paper(workspace: Workspace) -> None:
    workspace.mirror(TELLING)


def _other_words_for_a_claim(workspace: Workspace) -> None:
    workspace.claims(CLAIMS.replace("Does the wind matter under ice?", "Does wind matter?"))


def _another_prompt(workspace: Workspace) -> None:
    from retest.data import defaults

    (workspace.folder / "prompts").mkdir()
    text = (defaults("prompts") / "judge.md").read_text(encoding="utf-8")
    changed = text.replace("You say how", "Say how")
    assert changed != text
    (workspace.folder / "prompts" / "judge.md").write_text(changed, encoding="utf-8")


def _another_number_of_candidates(workspace: Workspace) -> None:
    workspace.environment["RETEST_CANDIDATES"] = "31"


def _evidence_is_withdrawn(workspace: Workspace) -> None:
    workspace.mirror(LIMITS.model_copy(update={"withdrawn": True}))


def _evidence_has_another_title(workspace: Workspace) -> None:
    workspace.mirror(DENIES.model_copy(update={"title": DENIES.title + ", revisited"}))


def _a_picture_is_gone(workspace: Workspace) -> None:
    (workspace.folder / "reports" / "tides.svg").unlink()


def _the_record_is_edited_by_hand(workspace: Workspace) -> None:
    path = workspace.folder / "reports" / "tides.json"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")


CHANGES = [
    _a_telling_paper,
    _other_words_for_a_claim,
    _another_prompt,
    _another_number_of_candidates,
    _evidence_is_withdrawn,
    _evidence_has_another_title,
    _a_picture_is_gone,
    _the_record_is_edited_by_hand,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__.strip("_"))
def test_whatever_may_change_the_report_makes_it_run(
    settled: Workspace, change: Callable[[Workspace], None]
) -> None:
    change(settled)
    settled.run(as_of="2026-08-22")
    assert nights(settled)[-1] is True


def test_a_new_month_and_a_run_in_full_take_it_through_the_stations(settled: Workspace) -> None:
    settled.run(as_of="2026-08-31")
    settled.run("--full", as_of="2026-08-31")
    settled.run(as_of="2026-09-01")
    assert nights(settled)[-3:] == [False, True, True]


def test_a_lost_or_foreign_note_of_where_it_stood_costs_a_run_and_nothing_else(
    settled: Workspace,
) -> None:
    from retest.cache import AnswerCache

    before = settled.reports()
    kept = AnswerCache(settled.folder / ".retest" / "searches")
    reports = (settled.folder / "reports").absolute()
    assert kept.get(f"standing {reports} tides")
    kept.put(f"standing {reports} tides", '{"as_of": "2026-08-20", "inputs": 1}')
    kept.close()
    assert settled.run(as_of="2026-08-22").status == 0
    assert nights(settled)[-1] is True
    assert settled.reports() == before


def test_a_line_with_something_open_is_never_left_as_it_stands(
    workspace: Workspace, model: Any
) -> None:
    model(Reader().saying("Judgment", REFUSAL, "Wind"))
    for _ in range(3):
        assert workspace.run().status == 3
    assert all(nights(workspace))
