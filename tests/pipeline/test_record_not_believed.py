"""What is kept from the last record is not believed for standing there: edited by hand, it climbs
again; what does not pass is put right or left out, and named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.answers import judgment
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import status
from tests.papers_small import AGREES, LIMITS

Json = dict[str, Any]
INVENTED = "The tides of small lakes were long known to stand still"
CLOSING = {
    "superseding": [
        {"arxiv_id": LIMITS.id, "argument": "Under ice the wind explains none of the tide."}
    ],
    "questions": [{"question": "What moves lakes under ice?", "motivated_by": [LIMITS.id]}],
    "limits": "Only abstracts were read.",
}
READER = Reader().saying("Synthesis", CLOSING)


def edit(workspace: Workspace, change: Callable[[Json], None]) -> None:
    record = workspace.record()
    change(record)
    path = workspace.folder / "reports" / "tides.json"
    path.write_text(json.dumps(record, indent=2), encoding="utf-8")


def forget(workspace: Workspace, *folders: str) -> None:
    for folder in folders:
        shutil.rmtree(workspace.folder / ".retest" / folder)


def title(record: Json) -> None:
    record["claims"][0]["evidence"][0]["title"] = INVENTED


def day(record: Json) -> None:
    record["claims"][0]["evidence"][0]["published"] = "2026-04-09"


def rationale(record: Json) -> None:
    record["claims"][0]["rationale"] = INVENTED


def why(record: Json) -> None:
    record["claims"][1]["evidence"][0]["points"][0]["why"] = INVENTED


def quote(record: Json) -> None:
    record["claims"][1]["evidence"][0]["points"][0]["quote"] = INVENTED


def limits(record: Json) -> None:
    record["limits"] = INVENTED


def question(record: Json) -> None:
    record["questions"][0]["question"] = INVENTED


def argument(record: Json) -> None:
    record["superseding"][0]["argument"] = INVENTED


def superseding(record: Json) -> None:
    record["superseding"][0]["evidence"]["title"] = INVENTED


def confidence(record: Json) -> None:
    record["claims"][0] |= {"confidence": 1.0, "moved": "data"}


def rejected(record: Json) -> None:
    record["counter_thesis"]["rejected"] = [
        {
            "cited": "2606.99999",
            "title": INVENTED,
            "rung": "newer",
            "reason": "anchor",
            "detail": "",
        }
    ]


def side(record: Json) -> None:
    record["claims"][1]["evidence"][0]["points"][0]["lever"] = "data"


def terms(record: Json) -> None:
    record["claims"][0]["terms"]["overturns"] = INVENTED


def decided_by(record: Json) -> None:
    record["claims"][0]["history"][0]["decided_by"].append("2605.11111")


EDITS = [title, day, rationale, why, limits, question, argument, superseding, confidence, rejected]
EDITS += [side, terms]


@pytest.mark.parametrize("change", [*EDITS, decided_by])
def test_what_is_written_into_a_record_by_hand_does_not_survive_a_quiet_night(
    workspace: Workspace, model: Any, change: Callable[[Json], None]
) -> None:
    fake = model(READER)
    assert workspace.run().status == 0
    before, asked = workspace.reports(), len(fake.requests)
    edit(workspace, change)
    ran = workspace.run(as_of="2026-08-22")
    assert ran.status == 0, ran.err
    assert len(fake.requests) == asked, "it cost a call"
    assert workspace.reports() == before
    assert "tides.json, " in ran.err, "nobody was told"
    assert workspace.run(as_of="2026-08-23").err.count("tides.json, ") == 0


def test_a_quote_that_the_paper_does_not_hold_is_gone_after_a_quiet_night_and_named(
    workspace: Workspace, model: Any
) -> None:
    model(READER)
    workspace.run()
    before = workspace.claim("depth-matters")["evidence"]
    edit(workspace, quote)
    ran = workspace.run(as_of="2026-08-22")
    assert "quote-not-found" in ran.err
    assert workspace.claim("depth-matters")["evidence"] == before
    assert INVENTED.encode() not in b"".join(workspace.reports().values())


@pytest.mark.parametrize("change", [title, day, superseding, decided_by])
def test_where_the_state_is_lost_too_the_source_still_knows_better(
    workspace: Workspace, model: Any, change: Callable[[Json], None]
) -> None:
    model(READER)
    workspace.run()
    before = workspace.reports()
    edit(workspace, change)
    forget(workspace, "written", "answers")
    ran = workspace.run(as_of="2026-08-22")
    assert ran.status == 0, ran.err
    assert workspace.reports() == before
    assert "tides.json, " in ran.err


def test_where_the_state_is_lost_words_that_lean_on_what_is_no_evidence_are_cut(
    workspace: Workspace, model: Any
) -> None:
    model(READER)
    workspace.run()
    leaning = f"{INVENTED} (2601.99999). So it says."

    def change(record: Json) -> None:
        record["claims"][0]["rationale"] = leaning
        record["claims"][1]["evidence"][0]["points"][0]["why"] = leaning
        record["limits"] = leaning

    edit(workspace, change)
    forget(workspace, "written", "answers")
    ran = workspace.run(as_of="2026-08-22")
    assert ran.status == 0, ran.err
    after = workspace.record()
    assert after["claims"][0]["rationale"] == "So it says."
    assert after["claims"][1]["evidence"][0]["points"][0]["why"] == "So it says."
    assert after["limits"] == "So it says."
    assert ran.err.count("leans on what is no evidence") == 3


@pytest.mark.parametrize("lost", [("written",), ("written", "answers")])
def test_a_record_that_nobody_touched_stays_to_the_byte_where_the_state_is_lost(
    workspace: Workspace, model: Any, lost: tuple[str, ...]
) -> None:
    model(READER)
    workspace.run()
    before = workspace.reports()
    forget(workspace, *lost)
    other = judgment("relaxed", [LIMITS.id], "In other words.", confidence=0.2)
    model(READER.saying("Judgment", other, "Wind"))
    ran = workspace.run(as_of="2026-08-22")
    assert ran.status == 0, ran.err
    assert workspace.reports() == before
    assert "tides.json, " not in ran.err


def test_evidence_that_a_failed_night_keeps_is_what_the_source_bears_out(
    workspace: Workspace, model: Any
) -> None:
    model(READER)
    workspace.run()

    def change(record: Json) -> None:
        first, second = record["claims"][0]["evidence"]
        first["title"] = INVENTED
        second["points"][0]["quote"] = INVENTED

    edit(workspace, change)
    forget(workspace, "answers")
    model(READER.saying("Extraction", status(500)).saying("QueryPlan", status(500)))
    ran = workspace.run(as_of="2026-08-22")
    assert ran.status == 3
    claim = workspace.claim("wind-drives")
    assert claim["why"] == "not-judged"
    assert [item["title"] for item in claim["evidence"]] == [LIMITS.title]
    assert f"evidence {AGREES.id} is left out: quote-not-found" in ran.err
    assert f"evidence {LIMITS.id} is put right: its title" in ran.err
    assert INVENTED.encode() not in b"".join(workspace.reports().values())


def test_a_look_up_is_made_only_for_what_retest_did_not_write(
    workspace: Workspace, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retest.papers.mirror_source import MirrorSource

    model(READER)
    workspace.run()
    looked: list[tuple[str, ...]] = []
    real = MirrorSource.get

    def get(self: MirrorSource, ids: Any) -> Any:
        looked.append(tuple(ids))
        return real(self, ids)

    monkeypatch.setattr(MirrorSource, "get", get)
    workspace.run(as_of="2026-08-22")
    assert looked[0] == ("2501.00001",), "nothing is asked before the anchors"
    looked.clear()
    edit(workspace, title)
    workspace.run(as_of="2026-08-23")
    assert looked[:2] == [(AGREES.id, LIMITS.id), ("2501.00001",)], "of the edited claim alone"
