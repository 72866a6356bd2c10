"""Promise three: nothing new, nothing changed; and flips, reviews and memory."""

from __future__ import annotations

import re
import shutil
from datetime import date
from typing import Any

import pytest

from retest.data import defaults
from retest.domain.paper import Paper
from tests.answers import judgment
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.papers_small import ASIDE, DENIES, LIMITS


def forget(workspace: Workspace) -> None:
    """Lose the remembered answers, as a fresh machine has."""
    shutil.rmtree(workspace.folder / ".retest" / "answers")


def test_the_same_command_twice_makes_no_call_and_changes_no_byte(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    assert workspace.run().status == 0
    before, paid = workspace.reports(), len(fake.requests)
    ran = workspace.run()
    assert ran.status == 0
    assert len(fake.requests) == paid, "a question was paid for twice"
    assert workspace.reports() == before
    assert "nothing new" in ran.err
    assert " new " not in ran.out, "a quiet night's table speaks of something new"


def test_the_next_day_without_new_papers_is_as_quiet(workspace: Workspace, model: Any) -> None:
    fake = model(Reader())
    workspace.run(as_of="2026-08-21")
    before, paid = workspace.reports(), len(fake.requests)
    workspace.run(as_of="2026-08-22")
    assert len(fake.requests) == paid, "a prompt that holds the day is paid for every night"
    assert workspace.reports() == before


def test_other_words_for_the_same_verdict_are_no_news(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    before = workspace.reports()
    forget(workspace)
    model(
        Reader().saying(
            "Judgment",
            judgment("relaxed", [LIMITS.id], "Put in other words.", confidence=0.1),
            "Wind",
        )
    )
    assert workspace.run().status == 0
    assert workspace.reports() == before


def test_a_new_paper_is_news_and_only_its_claim_changes(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    before = workspace.record()
    new = Paper(
        id="2608.00007",
        version=1,
        published=date(2026, 8, 20),
        title="Depth, again: tides of small lakes",
        abstract="We gauge six quarries. The tides of small lakes grow with depth in all six "
        "quarries, as expected.",
    )
    workspace.mirror(new)
    stances = {
        **Reader().stances,
        "The tides": {"2606.00004": ("supports", [2]), new.id: ("supports", [2])},
    }
    model(Reader(stances=stances))
    workspace.run(as_of="2026-08-22")
    after = workspace.record()
    assert after["claims"][0] == before["claims"][0], "a claim without news was touched"
    assert [e["arxiv_id"] for e in after["claims"][1]["evidence"]] == [new.id, "2606.00004"]
    assert after["as_of"] == "2026-08-22"


def test_a_flip_that_a_second_answer_agrees_with_stands(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    forget(workspace)
    stances = {**Reader().stances, "Wind drives": {DENIES.id: ("contradicts", [2])}}
    fake = model(Reader(stances=stances))
    workspace.run(as_of="2026-08-22")
    asked = [
        r for r in fake.requests if r.schema == "Judgment" and "Wind drives the tides" in r.user
    ]
    assert len(asked) == 2, "a flip is asked once more"
    claim = workspace.claim("wind-drives")
    assert claim["verdict"] == "overturned"
    assert claim["flip"] == {
        "from": "relaxed",
        "to": "overturned",
        "on": "2026-08-22",
        "pending": False,
    }
    assert "Was relaxed; two independent answers on 2026-08-22" in workspace.markdown()


def test_a_flip_that_the_verifier_disagrees_with_stays_pending(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run()
    forget(workspace)
    stances = {**Reader().stances, "Wind drives": {DENIES.id: ("contradicts", [2])}}
    told = {"n": 0}
    reader = Reader(stances=stances)

    def wavering(schema: str, system: str, user: str) -> Any:
        if schema == "Judgment" and "Wind drives the tides" in user:
            told["n"] += 1
            return judgment("overturned" if told["n"] == 1 else "undetermined", [DENIES.id])
        return reader(schema, system, user)

    model(wavering)
    workspace.run(as_of="2026-08-22")
    claim = workspace.claim("wind-drives")
    assert claim["verdict"] == "relaxed", "disagreement keeps the old verdict"
    assert claim["flip"]["pending"] is True
    assert [entry["verdict"] for entry in claim["history"]] == ["relaxed"]
    assert "pending: overturned?" in workspace.markdown()


def test_a_reviewers_verdict_wins_and_newer_evidence_against_it_is_named(
    workspace: Workspace, model: Any
) -> None:
    review = "    review: {verdict: holds, by: Ada, on: 2026-04-01, because: I gauged it myself}\n"
    workspace.claims(
        CLAIMS.replace(
            "    levers: [depth of the lake]\n", "    levers: [depth of the lake]\n" + review
        )
    )
    model(Reader())
    assert workspace.run().status == 0
    claim = workspace.claim("wind-drives")
    assert claim["verdict"] == "holds"
    said = (
        f"retest itself says relaxed; evidence newer than the review speaks against it: {LIMITS.id}"
    )
    assert claim["detail"] == said
    assert "Reviewed by Ada on 2026-04-01" in workspace.markdown()


def test_a_review_is_news_also_where_it_says_what_the_report_said(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run()
    before = workspace.claim("wind-drives")
    assert (before["verdict"], before["review"]) == ("relaxed", None)
    said = "{verdict: relaxed, by: Ada, on: 2026-08-21, because: I gauged it myself}"
    levers = "    levers: [depth of the lake]\n"
    workspace.claims(CLAIMS.replace(levers, f"{levers}    review: {said}\n"))
    ran = workspace.run(as_of="2026-08-22")
    assert "nothing new" not in ran.err
    after = workspace.claim("wind-drives")
    assert (after["verdict"], after["review"]["by"]) == ("relaxed", "Ada")
    assert "Reviewed by Ada" in workspace.markdown()
    workspace.claims()
    workspace.run(as_of="2026-08-23")
    assert workspace.claim("wind-drives")["review"] is None, "that it is taken back is news too"


def test_changing_a_claims_text_asks_about_that_claim_anew(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    workspace.run()
    fake.requests.clear()
    workspace.claims(CLAIMS.replace("grow with their depth", "shrink with their depth"))
    workspace.run()
    asked = [r for r in fake.requests if r.schema in ("QueryPlan", "Extraction", "Judgment")]
    assert asked
    assert all("shrink with their depth" in r.user for r in asked)


def test_a_prompt_of_the_workspace_replaces_the_bundled_one_and_is_asked_anew(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    workspace.run()
    before = workspace.record()["prompts"]
    fake.requests.clear()
    (workspace.folder / "prompts").mkdir()
    bundled = (defaults("prompts") / "judge.md").read_text(encoding="utf-8")
    own = "{% block system %}Be strict.{% endblock %}" + bundled.partition("{% endblock %}")[2]
    (workspace.folder / "prompts" / "judge.md").write_text(own, encoding="utf-8")
    workspace.run()
    assert {r.schema for r in fake.requests} == {"Judgment"}
    assert {r.system for r in fake.requests} == {"Be strict.\n"}
    assert workspace.record()["prompts"] == before, (
        "a changed prompt that changes no verdict is no news"
    )


@pytest.mark.parametrize("name", ["tides.md", "tides.svg"])
def test_a_report_that_was_damaged_is_drawn_again_from_the_record(
    workspace: Workspace, model: Any, name: str
) -> None:
    model(Reader())
    workspace.run()
    before = workspace.reports()
    (workspace.folder / "reports" / name).write_text("half", encoding="utf-8")
    workspace.run()
    assert workspace.reports() == before


def test_no_candidate_is_lost_between_what_was_found_and_what_was_read(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    workspace.run()
    searched = workspace.claim("wind-drives")["searched"]
    asked = [
        r.user
        for r in fake.requests
        if r.schema == "Extraction" and "<claim>\nWind drives" in r.user
    ]
    shown = {paper for user in asked for paper in _ids(user)}
    assert searched["extracted"] == len(shown)
    assert ASIDE.id in shown, (
        "an unrelated paper in the window is read too: the model leaves it out, not the search"
    )


def _ids(user: str) -> list[str]:
    return [line.split()[1].rstrip(">") for line in user.splitlines() if line.startswith("<paper ")]


MORE = [
    Paper(
        id=f"2607.{n:05}",
        version=1,
        published=date(2026, 7, 20),
        title=f"Wind and the tides of small lakes: lake {n}",
        abstract="The wind drives the tides of small lakes. We gauge one more lake. The wind "
        "explains its tides.",
    )
    for n in range(1, 12)
]


def test_only_papers_that_are_new_to_a_claim_are_shown_to_the_model(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    workspace.run()
    before = len(fake.requests)
    workspace.mirror(MORE[0])
    workspace.run(as_of="2026-08-22")
    night = fake.requests[before:]
    read = [r.user for r in night if r.schema == "Extraction" and "<claim>\nWind drives" in r.user]
    assert len(read) == 1
    assert re.findall(r"<paper (\S+)>", read[0]) == [MORE[0].id], (
        "a paper was read twice for the same claim"
    )
    assert not [r for r in night if r.schema == "Entailment"], "a quote was verified twice"


def test_evidence_that_newer_papers_crowd_out_of_the_first_ranks_is_kept(
    workspace: Workspace, model: Any
) -> None:
    workspace.environment["RETEST_CANDIDATES"] = "5"
    model(Reader())
    workspace.run()
    before = {item["arxiv_id"] for item in workspace.claim("wind-drives")["evidence"]}
    assert before
    workspace.mirror(*MORE)
    assert workspace.run(as_of="2026-08-22").status == 0
    after = {item["arxiv_id"] for item in workspace.claim("wind-drives")["evidence"]}
    assert before <= after


def test_another_prompt_reads_every_paper_again(workspace: Workspace, model: Any) -> None:
    fake = model(Reader())
    workspace.run()
    before = len(fake.requests)
    prompts = workspace.folder / "prompts"
    prompts.mkdir()
    text = (defaults("prompts") / "extract.md").read_text(encoding="utf-8")
    (prompts / "extract.md").write_text(
        text.replace("{% endblock %}", "Read with care.\n{% endblock %}", 1), "utf-8"
    )
    workspace.run(as_of="2026-08-22")
    assert "Extraction" in {r.schema for r in fake.requests[before:]}
