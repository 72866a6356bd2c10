"""Rung 6 and time: what the verifier is asked, what its answers do, and what the years do to papers
and anchors."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from retest.domain.paper import Paper
from tests.answers import check, finding
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import REFUSAL, status
from tests.fakes.wires import Fault
from tests.papers_small import AGREES, ANCHOR, LIMITS, WITHDRAWN

ASKED_OF_WIND = """\
<claim>
Wind drives the tides of small lakes.
</claim>
It rests on: Wind and the tides of small lakes
<terms>
Kind: general
Ordinary case: The case that its words name.
Supports: The same result again.
Limits: It fails under a common condition.
Overturns: It fails in the ordinary case.
No evidence: Results on neighbouring questions.
</terms>
<citation 2603.00001 point 1: for, ordinary>
before: Tides of small lakes have been laid to the wind.
quote: We repeat the measurement with better gauges on ninety lakes.
after: In all ninety lakes the wind explains at least 80% of the tide.
</citation>
<citation 2604.00002 point 1: against, special>
which: under ice
before: We gauge eleven lakes through a winter.
quote: Under ice the wind explains none of the tide, while in summer it explains 75% of it.
</citation>
"""


def asked(fake: Any, schema: str) -> list[str]:
    """What was asked of the model about the claim on the wind."""
    return [
        r.user for r in fake.requests if r.schema == schema and "<claim>\nWind drives" in r.user
    ]


def reasons(claim: dict[str, Any]) -> dict[str, str]:
    return {rejection["cited"]: rejection["reason"] for rejection in claim["rejected"]}


def test_the_verifier_sees_claim_terms_points_and_a_sentence_on_either_side_in_one_call(
    workspace: Workspace, model: Any
) -> None:
    said = (
        finding(LIMITS.id, "qualifies", [3], "A reason.", "under ice"),
        finding(AGREES.id, "supports", [2], "Another reason."),
    )
    fake = model(Reader(stances={}, extra=said))
    workspace.run()
    assert asked(fake, "Entailment") == [ASKED_OF_WIND]


def test_what_a_quote_leaves_out_is_shown_to_the_verifier(workspace: Workspace, model: Any) -> None:
    fake = model(Reader(stances={}, extra=(finding(LIMITS.id, "supports", [3, 1]),)))
    workspace.run()
    (user,) = asked(fake, "Entailment")
    assert "\nbetween: We gauge eleven lakes through a winter.\n" in user
    assert "before:" not in user
    assert "after:" not in user


def test_a_belief_that_the_abstract_goes_on_to_refute_is_shown_with_what_refutes_it(
    workspace: Workspace, model: Any
) -> None:
    refutes = Paper(
        id="2606.07777",
        version=1,
        published=date(2026, 6, 7),
        title="No wind in the tides of small lakes",
        abstract="It is held that wind drives the tides of small lakes. We show that it drives "
        "the tides of none.",
    )
    workspace.mirror(refutes)
    no = {"checks": [check(refutes.id, False, "It restates what it refutes.")]}
    fake = model(
        Reader(stances={}, extra=(finding(refutes.id, "supports", [1]),)).saying(
            "Entailment", no, "Wind"
        )
    )
    workspace.run()
    (user,) = asked(fake, "Entailment")
    assert "\nafter: We show that it drives the tides of none.\n" in user
    (system,) = {r.system for r in fake.requests if r.schema == "Entailment"}
    assert "a belief that its context refutes" in " ".join(system.split())
    assert reasons(workspace.claim("wind-drives"))[refutes.id] == "not-entailed"


def test_a_no_beside_a_yes_of_the_same_answer_is_a_no(workspace: Workspace, model: Any) -> None:
    both = [check(AGREES.id, entails, "So.") for entails in (True, False, True)]
    model(Reader().saying("Entailment", {"checks": both}, "Wind drives"))
    workspace.run()
    claim = workspace.claim("wind-drives")
    assert reasons(claim) == {AGREES.id: "not-entailed", LIMITS.id: "unverifiable"}
    assert claim["evidence"] == []


def test_a_no_stays_a_no_in_the_second_round_of_searches(workspace: Workspace, model: Any) -> None:
    no = {"checks": [check(AGREES.id, False, "No.")]}
    fake = model(
        Reader(stances={}, extra=(finding(AGREES.id, "supports", [3]),)).saying(
            "Entailment", no, "Wind"
        )
    )
    workspace.run()
    assert len(asked(fake, "Entailment")) == 1, "what was refused was put to the verifier again"
    assert workspace.claim("wind-drives")["evidence"] == []


@pytest.mark.parametrize("fault", [REFUSAL, status(503)])
@pytest.mark.parametrize("verifier", [(), ("--verifier", "openai:other")])
def test_where_the_verifier_fails_nothing_is_evidence_and_nobody_judges(
    workspace: Workspace, model: Any, fault: Fault, verifier: tuple[str, ...]
) -> None:
    fake = model(Reader().saying("Entailment", fault, "Wind drives"))
    workspace.environment |= {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": fake.openai_url}
    assert workspace.run(*verifier).status == 3
    claim = workspace.claim("wind-drives")
    assert reasons(claim) == {AGREES.id: "unverifiable", LIMITS.id: "unverifiable"}
    assert (claim["evidence"], claim["why"]) == ([], "not-judged")
    assert asked(fake, "Judgment") == []


def test_an_old_paper_revised_yesterday_is_not_newer(workspace: Workspace, model: Any) -> None:
    old = Paper(
        id="2412.00009",
        version=3,
        published=date(2024, 12, 1),
        updated=date(2026, 8, 20),
        title="Wind and tides of small lakes, revised",
        abstract="In nine small lakes the wind explains all tides.",
    )
    workspace.mirror(old)
    fake = model(Reader(stances={}, extra=(finding(old.id, "supports", [1]),)))
    workspace.run()
    assert reasons(workspace.claim("wind-drives"))[old.id] == "not-newer"
    assert all(f"<paper {old.id}>" not in r.user for r in fake.requests)


def test_a_withdrawn_paper_is_not_even_read(workspace: Workspace, model: Any) -> None:
    fake = model(Reader())
    workspace.run()
    assert all(f"<paper {WITHDRAWN.id}>" not in r.user for r in fake.requests)


def revised(day: date) -> Paper:
    return ANCHOR.model_copy(update={"version": 2, "updated": day})


@pytest.mark.parametrize(
    ("anchor", "said"),
    [
        (
            revised(date(2026, 8, 1)),
            "(**revised**: revised on 2026-08-01, after a claim that rests on it had been dated)",
        ),
        (
            ANCHOR.model_copy(update={"withdrawn": True}),
            "(**withdrawn**: its authors have withdrawn it:",
        ),
    ],
)
def test_what_became_of_an_anchor_is_news_about_the_claim_that_rests_on_it(
    workspace: Workspace, model: Any, anchor: Paper, said: str
) -> None:
    model(Reader())
    workspace.run()
    before = workspace.reports()
    workspace.mirror(anchor)
    workspace.run(as_of="2026-08-22")
    assert workspace.reports() != before, "an anchor that changed is news by itself"
    (record,) = workspace.record()["anchors"]
    assert record["claims"] == ["wind-drives"]
    report = workspace.markdown()
    section = report.partition('<a id="wind-drives"></a>')[2].partition("<a id=")[0]
    assert f"Rests on [{ANCHOR.id}](https://arxiv.org/abs/{ANCHOR.id}) {said}" in section
    assert (
        "Claims: [Wind drives the tides of small lakes.](#wind-drives)"
        in report.partition("## News of the anchors")[2].partition("##")[0]
    )


def test_a_revision_is_news_only_of_claims_that_were_dated_before_it(
    workspace: Workspace, model: Any
) -> None:
    later = CLAIMS.replace("dated: 2025\n", 'dated: 2026-06\n    anchors: ["2501.00001"]\n')
    assert later != CLAIMS
    workspace.claims(later)
    workspace.mirror(revised(date(2026, 3, 1)))
    model(Reader())
    workspace.run()
    (record,) = workspace.record()["anchors"]
    assert (record["status"], record["claims"]) == ("revised", ["wind-drives"])
    assert workspace.markdown().count("(**revised**") == 1


def test_a_revision_before_every_claim_is_no_news(workspace: Workspace, model: Any) -> None:
    workspace.mirror(revised(date(2025, 1, 20)))
    model(Reader())
    workspace.run()
    (record,) = workspace.record()["anchors"]
    assert (record["status"], record["claims"]) == ("ok", [])
    assert "News of the anchors" not in workspace.markdown()


def test_a_yes_to_a_quote_that_was_not_asked_about_lets_nothing_pass(
    workspace: Workspace, model: Any
) -> None:
    yes = [check(name, True, "Yes.") for name in (AGREES.id, LIMITS.id, "2606.00099")]
    fake = model(Reader().saying("Entailment", {"checks": yes[:1]}, "Wind drives"))
    workspace.run()
    assert reasons(workspace.claim("wind-drives")) == {LIMITS.id: "unverifiable"}
    workspace.mirror(AGREES.model_copy(update={"id": "2606.00099", "published": date(2026, 6, 9)}))
    stances = {
        AGREES.id: ("supports", [3]),
        LIMITS.id: ("qualifies", [3]),
        "2606.00099": ("supports", [3]),
    }
    fake.brain = Reader(stances={"Wind drives": stances}).saying(
        "Entailment", {"checks": yes}, "Wind drives"
    )
    workspace.run()
    assert LIMITS.id not in asked(fake, "Entailment")[-1]
    assert {item["arxiv_id"] for item in workspace.claim("wind-drives")["evidence"]} == {
        AGREES.id,
        "2606.00099",
    }
