"""Promise two: silence is never a verdict. What could not be searched or judged says so, and costs
one claim."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retest.domain.paper import Lookup, Unknown
from retest.papers.mirror_source import MirrorSource
from tests.answers import TERMS, judgment
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import HANG, HTML, REFUSAL, RESET, TRUNCATED, prose, status
from tests.fakes.wires import Fault
from tests.papers_small import AGREES

BROKEN = {
    "prose": prose("The claim holds, I am sure."),
    "half a JSON": prose('{"findings": [{"arxiv_id": "26'),
    "nothing": prose(""),
    "a refusal": REFUSAL,
    "a cut-off answer": TRUNCATED,
    "429": status(429, retry_after="0"),
    "529": status(529),
    "503": status(503),
    "an HTML page": HTML,
    "a reset": RESET,
}


@pytest.mark.parametrize("schema", ["Extraction", "Entailment", "Judgment"])
@pytest.mark.parametrize("fault", BROKEN.values(), ids=BROKEN.keys())
def test_a_model_that_fails_costs_one_claim_and_its_siblings_go_on(
    workspace: Workspace, model: Any, fault: Fault, schema: str
) -> None:
    model(Reader().saying(schema, fault, "Wind drives"))
    ran = workspace.run()
    assert ran.status == 3, ran.err
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "not-judged")
    assert claim["detail"], "the reason and what to do must be told"
    assert workspace.claim("depth-matters")["verdict"] == "holds"


def test_a_hanging_model_is_given_up(workspace: Workspace, model: Any) -> None:
    workspace.environment |= {"RETEST_TIMEOUT": "0.2"}
    model(Reader().saying("Judgment", HANG, "Wind drives"))
    assert workspace.run().status == 3
    assert workspace.claim("wind-drives")["why"] == "not-judged"


@pytest.mark.parametrize("code", [401, 403])
def test_a_refused_key_stops_the_run_and_names_the_variable(
    workspace: Workspace, model: Any, code: int
) -> None:
    fake = model(Reader().saying("Extraction", status(code)))
    ran = workspace.run()
    assert ran.status == 1
    assert "ANTHROPIC_API_KEY" in ran.err
    assert "Traceback" not in ran.err
    assert not (workspace.folder / "reports").exists(), "nothing half-known is written"
    assert len([r for r in fake.requests if r.schema == "Extraction"]) <= 3, (
        "other claims went on asking"
    )


def test_an_unusable_plan_is_replaced_by_the_rule_and_the_report_says_so(
    workspace: Workspace, model: Any
) -> None:
    model(Reader().saying("QueryPlan", {"terms": TERMS, "queries": [], "counter_statement": ""}))
    assert workspace.run().status == 0
    searched = workspace.claim("wind-drives")["searched"]
    assert "planned by rule" in searched["detail"]
    assert {query["by"] for query in searched["queries"]} == {"rule"}
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"


def test_papers_that_do_not_bear_on_a_claim_leave_it_undetermined(
    workspace: Workspace, model: Any
) -> None:
    model(Reader(stances={}))
    ran = workspace.run()
    assert ran.status == 0, "it was searched and judged: nothing bears on it"
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "nothing-newer-found")
    assert "none bears on the claim" in claim["detail"]


def test_a_window_without_papers_is_told_apart_from_papers_that_say_nothing(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    ran = workspace.run(as_of="2025-02-01")
    assert ran.status == 0
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "nothing-newer-found")
    assert "found no newer paper" in claim["detail"]
    assert claim["searched"]["queries"], "how it was searched must be told"
    asked = {r.schema for r in fake.requests if "<claim>\nWind drives" in r.user}
    assert asked == set(), "nothing to read, nothing to pay for"


def test_papers_after_the_as_of_day_do_not_exist(workspace: Workspace, model: Any) -> None:
    fake = model(Reader())
    workspace.run(as_of="2026-03-31")
    assert workspace.claim("wind-drives")["verdict"] == "holds"
    assert all("2604.00002" not in request.user for request in fake.requests)


def test_a_failed_night_keeps_the_evidence_and_makes_no_flip(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run()
    before = workspace.claim("wind-drives")
    model(Reader().saying("Extraction", status(503), "Wind drives"))
    forget(workspace)
    assert workspace.run().status == 3
    failed = workspace.claim("wind-drives")
    assert (failed["verdict"], failed["why"]) == ("undetermined", "not-judged")
    assert failed["evidence"] == before["evidence"]
    assert [entry["verdict"] for entry in failed["history"]] == ["relaxed", "undetermined"], (
        "or it reads as decided"
    )
    chart = (workspace.folder / "reports" / "tides.svg").read_text(encoding="utf-8")
    assert (
        "Wind drives the tides of small lakes. relaxed from 2026-08-21, "
        "undetermined from 2026-08-21 (not judged)" in chart
    )
    model(Reader())
    assert workspace.run().status == 0
    after = workspace.claim("wind-drives")
    assert (after["verdict"], after["flip"]) == ("relaxed", None)
    assert [entry["verdict"] for entry in after["history"]] == ["relaxed"], "no state"


def test_an_error_that_nobody_foresaw_costs_one_claim(
    workspace: Workspace, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retest.pipeline import extract

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(extract, "batches", broken)
    model(Reader())
    ran = workspace.run()
    assert ran.status == 3
    assert (
        "internal error in station extract (ZeroDivisionError)"
        in workspace.claim("wind-drives")["detail"]
    )


def test_a_line_without_anchors_that_resolve_opens_its_window_by_its_date(
    workspace: Workspace, model: Any
) -> None:
    workspace.claims(CLAIMS.replace("2501.00001", "2501.09999"))
    model(Reader())
    workspace.run()
    assert workspace.claim("wind-drives")["window"]["opens"] == "2025-01-01"
    (anchor,) = workspace.record()["anchors"]
    assert anchor["status"] == "not-found"
    assert "News of the anchors" in workspace.markdown()


def forget(workspace: Workspace) -> None:
    """Lose the remembered answers, as a fresh machine has."""
    import shutil

    shutil.rmtree(workspace.folder / ".retest" / "answers")


def test_a_mirror_that_ends_before_the_day_says_so(workspace: Workspace, model: Any) -> None:
    model(Reader())
    ran = workspace.run(as_of="2026-11-24")
    assert "the mirror ends on 2026-07-07: what came out after it was not looked at" in ran.err
    assert (
        "the mirror knows no papers after 2026-07-07"
        in workspace.claim("wind-drives")["searched"]["detail"]
    )
    ran = workspace.run("--reports", "earlier", as_of="2026-07-01")
    assert ran.status == 0
    assert "ends on" not in ran.err


def test_a_key_that_is_mended_goes_on_and_pays_for_nothing_twice(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader().saying("Judgment", status(401), "Wind drives"))
    assert workspace.run().status == 1
    paid = {(r.schema, r.user) for r in fake.requests if r.schema != "Judgment"}
    again = model(Reader())
    ran = workspace.run()
    assert ran.status == 0, ran.err
    assert not paid & {(r.schema, r.user) for r in again.requests}
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"


def test_a_reviewed_claim_that_could_not_be_judged_does_not_pass_for_done(
    workspace: Workspace, model: Any
) -> None:
    review = "    review: {verdict: holds, by: Ada, on: 2026-04-01, because: I gauged it myself}\n"
    workspace.claims(
        CLAIMS.replace(
            "    levers: [depth of the lake]\n", "    levers: [depth of the lake]\n" + review
        )
    )
    model(Reader().saying("Extraction", status(503), "Wind drives"))
    ran = workspace.run()
    assert ran.status == 3
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("holds", "not-judged"), (
        "the reviewer's verdict, and what went wrong"
    )
    assert "wind-drives:" in ran.err


def test_a_claim_without_its_text_of_before_starts_afresh(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    workspace.claims(CLAIMS.replace("Wind drives the tides", "Wind drives the fish"))
    fake = model(Reader().saying("Extraction", status(503), "Wind drives the fish"))
    workspace.run()
    claim = workspace.claim("wind-drives")
    assert claim["evidence"] == [], "quotes about another sentence are no evidence about this one"
    assert [entry["verdict"] for entry in claim["history"]] == ["undetermined"]
    assert fake.requests


def test_a_source_that_ends_before_the_window_opens_was_not_searched(
    workspace: Workspace, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.cli.options.today", lambda: date(2027, 9, 1))
    model(Reader())
    ran = workspace.run(as_of="2027-08-21")
    assert ran.status == 3
    counter = workspace.claim("counter-thesis")
    assert (counter["verdict"], counter["why"]) == ("undetermined", "search-failed")
    assert "before the window opens" in counter["detail"]


def test_annotations_answer_only_for_the_wording_they_were_made_for(
    workspace: Workspace, tmp_path: Path
) -> None:
    made = tmp_path / "library"
    workspace.retest("init", str(made))
    path = made / "claims" / "scale-anticipation.yaml"
    before = path.read_text(encoding="utf-8")
    path.write_text(
        before.replace(
            "Scaling up pretraining mainly improves factual knowledge.", "Bananas are blue."
        ),
        "utf-8",
    )
    bare = {"RETEST_SOURCE": "", "RETEST_MODEL": "", "ANTHROPIC_API_KEY": ""}
    ran = workspace.retest("run", "--all", "--offline", "-C", str(made), "--json", environment=bare)
    assert ran.status == 3
    claims = {claim["id"]: claim for claim in json.loads(ran.out)["lines"][0]["claims"]}
    assert (
        claims["pretraining-scale-adds-facts"]["verdict"],
        claims["pretraining-scale-adds-facts"]["evidence"],
    ) == (
        "undetermined",
        0,
    )


def test_a_failed_synthesis_is_said(workspace: Workspace, model: Any) -> None:
    model(Reader().saying("Synthesis", prose("no")))
    ran = workspace.run()
    assert ran.status == 3
    assert "The synthesis could not be written" in ran.err


def test_a_prompt_that_cannot_render_stops_the_run_with_its_name(
    workspace: Workspace, model: Any
) -> None:
    (workspace.folder / "prompts").mkdir()
    prompt = workspace.folder / "prompts" / "extract.md"
    prompt.write_text("{% block system %}{% endblock %}", encoding="utf-8")
    assert "no block user" in workspace.run().err
    prompt.write_text(
        "{% block system %}{{ 1/0 }}{% endblock %}{% block user %}{% endblock %}", encoding="utf-8"
    )
    model(Reader())
    ran = workspace.run()
    assert (ran.status, "ZeroDivisionError" in ran.err, "Traceback" in ran.err) == (2, True, False)
    assert "prompts/extract.md" in ran.err


def test_a_bug_outside_the_claims_does_not_poison_the_next_run(
    workspace: Workspace, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retest.pipeline import synthesize

    def broken(*_: object) -> None:
        raise ZeroDivisionError("a bug")

    fake = model(Reader())
    with monkeypatch.context() as patched:
        patched.setattr(synthesize, "evidence_to_tell", broken)
        with pytest.raises(ZeroDivisionError):
            workspace.run()
    paid = len(fake.requests)
    ran = workspace.run()
    assert ran.status == 0, ran.err
    assert {r.schema for r in fake.requests[paid:]} == {"Synthesis", "Essay"}, (
        "what was paid for was paid for again"
    )


def test_evidence_that_the_source_could_not_be_asked_for_fails_its_claim(
    workspace: Workspace, model: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model(Reader())
    workspace.run()
    before = workspace.claim("wind-drives")
    known = MirrorSource.get

    def get(self: MirrorSource, ids: Sequence[str]) -> dict[str, Lookup]:
        return {
            name: Unknown(id=name, reason="timed out") if name == AGREES.id else found
            for name, found in known(self, ids).items()
        }

    monkeypatch.setattr(MirrorSource, "get", get)
    abstract = f"Wind drives the tides of small lakes, not the moon. {AGREES.abstract}"
    newer = [  # they push it out of all titles that are shown
        AGREES.model_copy(update={"id": f"2607.{n:05}", "abstract": abstract}) for n in range(120)
    ]
    workspace.mirror(*newer)
    assert workspace.run().status == 3
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "search-failed")
    assert "timed out" in claim["detail"]
    assert claim["evidence"] == before["evidence"]


def test_a_failure_does_not_take_a_night_that_did_not_decide_out_of_the_history(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run(as_of="2026-08-21")
    undecided = Reader().saying("Judgment", judgment("undetermined", []), "Wind drives")
    failing = Reader().saying("Extraction", status(503), "Wind drives")
    for day, reader in (
        ("2026-08-22", undecided),
        ("2026-08-23", failing),
        ("2026-08-24", undecided),
    ):
        model(reader)
        forget(workspace)
        workspace.run(as_of=day)
    history = [
        (entry["on"], entry["verdict"]) for entry in workspace.claim("wind-drives")["history"]
    ]
    assert history == [("2026-08-21", "relaxed"), ("2026-08-22", "undetermined")]
