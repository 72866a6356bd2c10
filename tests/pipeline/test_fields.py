"""What a claim waits for, why it failed and what was not looked at stand in fields of the record,
whatever a message says."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from retest.domain.record import Record
from tests.answers import judgment
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import Brain, FakeModels, status
from tests.papers_small import AGREES, LIMITS

Model = Callable[[Brain], FakeModels]


def test_an_error_text_that_speaks_of_a_batch_is_an_error_like_any_other(
    workspace: Workspace, model: Model
) -> None:
    model(Reader())
    workspace.run()
    said = status(400, message="your deposit waits in a batch; it waits for its answer")
    model(Reader().saying("Judgment", said, "Wind drives"))
    ran = workspace.run("--full", as_of="2026-08-22")
    assert ran.status == 3
    claim = workspace.claim("wind-drives")
    assert claim["why"] == "not-judged", "a failed night is news, and not a claim that waits"
    assert "waits in a batch" in claim["detail"]
    assert claim["awaits"] is None
    assert "wind-drives: " in ran.err, "what went wrong is said"


def test_a_claim_that_waits_for_a_person_says_so(workspace: Workspace) -> None:
    workspace.environment["RETEST_MODEL"] = "manual"
    ran = workspace.run()
    assert ran.status == 3
    record = workspace.record()
    assert {claim["awaits"] for claim in record["claims"]} == {"person"}
    assert record["synthesis_failed"] is True


def test_a_failure_on_the_first_night_leaves_the_history_when_the_claim_comes_back(
    workspace: Workspace, model: Model
) -> None:
    model(Reader().saying("Judgment", status(503), "Wind drives"))
    workspace.run()
    first = workspace.claim("wind-drives")["history"]
    assert [(entry["on"], entry["verdict"]) for entry in first] == [("2026-08-21", "undetermined")]
    model(Reader())
    workspace.run(as_of="2026-08-22")
    after = workspace.claim("wind-drives")["history"]
    assert [(entry["on"], entry["verdict"]) for entry in after] == [("2026-08-22", "relaxed")]


@pytest.mark.parametrize(
    ("detail", "awaits"),
    [
        ("its answer waits in a batch; the same command picks it up", "batch"),
        ("tides--Judgment-0123456789.prompt.md waits for its answer; give it to a chat", "person"),
        ("the service answered 503 four times", None),
    ],
)
def test_a_record_of_format_1_is_read_and_its_sentences_become_fields(
    workspace: Workspace, model: Model, detail: str, awaits: str | None
) -> None:
    model(Reader())
    workspace.run()
    old = workspace.record()
    old["format"] = 1
    del old["synthesis_failed"]
    for claim in [*old["claims"], old["counter_thesis"]]:
        del claim["awaits"], claim["searched"]["source_ends"]
    old["limits"] = "The synthesis could not be written: the model was out of reach"
    old["claims"][0] |= {
        "verdict": "undetermined",
        "why": "not-judged",
        "detail": detail,
        "moved": None,
        "confidence": None,
        "rationale": "",
    }
    old["claims"][0]["history"].append(
        {"on": "2026-08-21", "verdict": "undetermined", "decided_by": []}
    )
    old["claims"][0]["searched"]["detail"] = "the mirror knows no papers after 2026-07-31"
    record = Record.model_validate_json(json.dumps(old))
    assert record.format == 2
    assert record.claims[0].awaits == awaits
    assert record.claims[1].awaits is None
    assert str(record.claims[0].searched.source_ends) == "2026-07-31"
    assert record.synthesis_failed
    (workspace.folder / "reports" / "tides.json").write_text(json.dumps(old), encoding="utf-8")
    assert workspace.run().status == 0, "a run goes on from it"
    assert workspace.record()["format"] == 2


def test_grounded_evidence_that_does_not_decide_is_told_from_nothing_grounded(
    workspace: Workspace, model: Model
) -> None:
    undecided = judgment("undetermined", [AGREES.id, LIMITS.id])
    model(Reader().saying("Judgment", undecided, "Wind drives"))
    workspace.run()
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "undecided")
    assert AGREES.id in claim["detail"], "which evidence that is"
    assert LIMITS.id in claim["detail"]


def test_a_day_that_is_still_to_come_is_refused(workspace: Workspace) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    ran = workspace.run(as_of=tomorrow)
    assert ran.status == 2
    assert f"--as-of is {tomorrow}, which is still to come" in ran.err
    assert not (workspace.folder / "reports").exists()


def test_an_anchor_needs_no_words_about_it(workspace: Workspace, model: Model) -> None:
    workspace.claims(re.sub(r", about: [^}]*}", "}", CLAIMS))
    assert "about" not in (workspace.folder / "claims" / "tides.yaml").read_text(encoding="utf-8")
    model(Reader())
    ran = workspace.run()
    assert ran.status == 0, ran.err
    assert "None" not in workspace.markdown()
