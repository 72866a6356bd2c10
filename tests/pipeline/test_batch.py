"""A run with --batch asks through a service's batch API, pays for every question once, and reports
the same."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from tests.answers import finding, judgment
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.batches import FakeBatches
from tests.fakes.models import RESET, TRUNCATED, prose, status
from tests.papers_small import AGREES, DENIES
from tests.pipeline.batching import ALONE, direct, once, state, through


def test_it_goes_from_station_to_station_and_reports_what_a_run_without_it_reports(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(polls=1)
    ran = through(workspace)
    assert once(fake)
    assert {schema for schema, _ in fake.submitted} == {"Extraction", "Entailment", "Judgment"}
    assert {r.schema for r in fake.requests} == {"QueryPlan", "Synthesis", "Essay"}, (
        "the rest is asked directly"
    )
    waited = [r for r in ran if "in batch batch_001" in r.err]
    assert len(waited) == 2, "it has to be asked for twice"
    assert all("the same command picks up the answers" in r.err for r in waited)
    reports = workspace.reports()
    assert reports == direct(workspace)


def test_choices_by_title_go_through_batches_too(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    workspace.environment["RETEST_CANDIDATES"] = "3"
    fake = host(Reader().saying("Triage", {"picks": [AGREES.id, DENIES.id]}))
    through(workspace)
    assert once(fake)
    assert "Triage" in {schema for schema, _ in fake.submitted}
    assert "Triage" not in {request.schema for request in fake.requests}
    assert workspace.claim("wind-drives")["searched"]["extracted"] == 2
    reports = workspace.reports()
    assert reports == direct(workspace)


def test_strange_answers_are_reported_as_in_a_run_without_it(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    strays = (
        finding("2508.99999", "contradicts", [1]),
        finding(DENIES.id, "supports", [2]),
        finding("no-id", "supports", [1]),
    )
    bare = Reader(extra=strays)

    def silent(schema: str, system: str, user: str) -> Any:
        said: Any = bare(schema, system, user)
        return {"checks": said["checks"][1:]} if schema == "Entailment" and "Wind" in user else said

    fake = host(silent)
    through(workspace)
    assert once(fake)
    reports = workspace.reports()
    assert all(
        reason in reports["tides.json"]
        for reason in (b"not-found", b"malformed-id", b"said nothing of it")
    )
    assert reports == direct(workspace)


def test_a_flip_is_asked_about_twice_and_a_waiting_claim_makes_no_noise(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    through(workspace)
    before, kept = workspace.reports(), workspace.folder / "kept"
    shutil.copytree(workspace.folder / ".retest", kept)
    workspace.claims(
        CLAIMS.replace("levers: [depth of the lake]", "levers: [ice]")
    )  # another question to the judge
    fake.brain = Reader().saying("Judgment", judgment("holds", [AGREES.id]), "Wind drives")
    fake.polls, sent = 1, len(fake.submitted)
    ran = workspace.run("--batch")
    assert ran.status == 3
    assert workspace.reports() == before
    assert "nothing new: the report stays as it is" in ran.err
    through(workspace)
    asked = Counter(fake.submitted[sent:])
    assert {schema for schema, _ in asked} == {"Judgment"}
    assert [
        count for (_, user), count in asked.items() if "Wind drives" in user.splitlines()[1]
    ] == [2]
    assert (
        workspace.claim("wind-drives")["verdict"],
        workspace.claim("wind-drives")["flip"]["from"],
    ) == ("holds", "relaxed")
    reports = workspace.reports()
    for name, data in before.items():
        (workspace.folder / "reports" / name).write_bytes(data)
    assert workspace.retest(*ALONE, environment={"RETEST_HOME": str(kept)}).status == 0
    assert workspace.reports() == reports


def test_a_new_claim_says_that_it_waits_and_leaves_no_trace_of_that(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(polls=1)
    workspace.run("--batch")
    claim = workspace.claim("wind-drives")
    assert (claim["verdict"], claim["why"]) == ("undetermined", "not-judged")
    assert "waits in a batch" in claim["detail"]
    through(workspace)
    assert [entry["verdict"] for entry in workspace.claim("wind-drives")["history"]] == ["relaxed"]
    assert once(fake)


def test_nothing_is_asked_anew_while_it_is_under_way(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(polls=100)
    workspace.run("--batch")
    asked = len(fake.submitted)
    for arguments in (("--batch",), (), ()):
        ran = workspace.run(*arguments)
        assert ran.status == 3
        assert f"{asked} questions wait in batch batch_001" in ran.err
    assert len(fake.submitted) == asked
    assert not [seen for seen in fake.requests if seen.schema != "QueryPlan"]


def test_a_run_without_it_takes_what_has_ended_and_asks_the_rest_itself(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    workspace.run("--batch")
    assert workspace.run().status == 0
    assert len(fake.batches) == 1
    assert {seen.schema for seen in fake.requests} == {
        "QueryPlan",
        "Entailment",
        "Judgment",
        "Synthesis",
        "Essay",
    }
    assert once(fake)


def test_papers_that_come_in_meanwhile_are_asked_about_and_those_under_way_are_not(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(polls=2)
    workspace.run("--batch")
    first = {user for schema, user in fake.submitted if schema == "Extraction"}
    new = DENIES.model_copy(
        update={"id": "2608.00077", "title": "The tides of small lakes and the wind, again"}
    )
    workspace.mirror(new)
    through(workspace)
    shown = [user for schema, user in fake.submitted if schema == "Extraction"]
    assert any("2608.00077" in user for user in shown)
    for user in first:
        papers = [line for line in user.splitlines() if line.startswith("<paper ")]
        claim = user.split("</claim>")[0]
        for paper in papers:
            assert sum(paper in other and other.startswith(claim) for other in shown) == 1, (
                "a paper was shown twice"
            )


@pytest.mark.parametrize("outcome", ["expired", "canceled", "lost", status(500), status(429)])
def test_a_question_that_came_back_without_an_answer_is_sent_again(
    workspace: Workspace, host: Callable[..., FakeBatches], outcome: Any
) -> None:
    fake = host()
    fake.outcome = lambda seen, n: (
        outcome if seen.schema == "Extraction" and len(fake.batches) == 1 else None
    )
    through(workspace)
    assert once(fake)
    asked = Counter(fake.submitted)
    assert {asked[question] for question in asked if question[0] == "Extraction"} == {2}


def test_three_times_without_an_answer_is_the_claims_failure(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    fake.outcome = lambda seen, n: (
        "expired" if seen.user.startswith("<claim>\nWind drives") else None
    )
    ran = [workspace.run("--batch") for _ in range(8)][-1]
    assert ran.status == 3
    claim = workspace.claim("wind-drives")
    assert claim["why"] == "not-judged"
    assert "expired" in claim["detail"]
    wind = Counter(
        question for question in fake.submitted if question[1].startswith("<claim>\nWind drives")
    )
    assert set(wind.values()) == {3}
    assert workspace.claim("depth-matters")["verdict"] == "holds", "its siblings go on"


def test_a_question_that_the_service_does_not_take_is_told_in_its_words_at_once(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    wrong = status(400)
    fake.outcome = lambda seen, n: wrong if seen.user.startswith("<claim>\nWind drives") else None
    ran = [workspace.run("--batch") for _ in range(7)][-1]
    assert ran.status == 3
    assert "injected by a test" in workspace.claim("wind-drives")["detail"]
    assert set(Counter(q for q in fake.submitted if "Wind drives" in q[1]).values()) == {1}


def test_answers_that_are_cut_off_are_told_as_direct_ones_are(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(Reader().saying("Judgment", TRUNCATED, "The moon"))
    for _ in range(6):
        workspace.run("--batch")
    claim = workspace.claim("counter-thesis")
    assert "was cut off at" in claim["detail"]
    assert once(fake), "for the day it is not asked again"
    fake.brain = Reader()
    assert workspace.run().status == 0, "a run without --batch asks again, as always"


def test_an_invalid_answer_is_shown_to_the_model_once_more_through_a_batch(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    reader = Reader()

    def careless(schema: str, system: str, user: str) -> Any:
        bad = schema in ("Extraction", "Judgment") and "Your answer was not valid" not in user
        return prose("I think so.") if bad else reader(schema, system, user)

    fake = host(careless)
    through(workspace)
    assert once(fake)
    assert sum("Your answer was not valid" in user for _, user in fake.submitted) > 3
    assert not [seen for seen in fake.requests if seen.schema in ("Extraction", "Judgment")]
    assert state(workspace)["invalid"] == {}
    reports = workspace.reports()
    assert reports == direct(workspace)


def test_two_invalid_answers_are_the_claims_failure_for_the_day(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(Reader().saying("Judgment", prose("I think so."), "The moon"))
    for _ in range(7):
        workspace.run("--batch")
    assert "no valid Judgment, asked 2 times" in workspace.claim("counter-thesis")["detail"]
    assert once(fake)


def test_results_that_cannot_be_read_are_looked_for_again_before_they_are_paid_for_again(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    fake.outcome = lambda seen, n: "garbled" if n == 0 and len(fake.batches) == 1 else None
    workspace.run("--batch")
    assert "1 result of it cannot be read; the next run looks again" in workspace.run("--batch").err
    fake.batches["batch_001"].result = []  # the service has found its voice
    fake.outcome = lambda seen, n: None
    through(workspace)
    assert max(Counter(fake.submitted).values()) == 1


def test_a_service_that_fails_now_and_then_is_asked_again(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake, codes = (
        host(),
        {"create": 429, "retrieve": 500, "results": 529, "upload": 503, "list": 504},
    )
    fake.spoil = lambda kind, n: status(codes[kind]) if n % 3 == 0 else None
    through(workspace)
    assert once(fake)
    assert {"create", "retrieve", "results"} <= set(fake.happened)


@pytest.mark.parametrize("what", ["retrieve", "results", "create", "upload"])
def test_a_service_that_fails_all_night_loses_nothing(
    workspace: Workspace, host: Callable[..., FakeBatches], what: str, provider: str
) -> None:
    if what == "upload" and provider == "anthropic":
        pytest.skip("Anthropic takes no files")
    fake = host()
    fake.spoil = lambda kind, n: status(529) if kind == what else None
    ran = [workspace.run("--batch") for _ in range(2)]
    assert [one.status for one in ran] == [3, 3]
    assert "answered 529" in ran[-1].err
    fake.spoil = lambda kind, n: None
    through(workspace)
    assert once(fake)


def test_a_refused_key_stops_the_run(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    workspace.run("--batch")
    fake.spoil = lambda kind, n: status(401) if kind == "retrieve" else None
    ran = workspace.run("--batch")
    assert ran.status == 1
    assert "answered 401" in ran.err
    fake.spoil = lambda kind, n: None
    through(workspace)
    assert once(fake)


def test_a_refused_batch_is_told_and_its_questions_are_not_lost(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    fake.spoil = lambda kind, n: status(400) if kind == "create" else None
    ran = workspace.run("--batch")
    assert ran.status == 1
    assert "refused the batch" in ran.err
    assert (workspace.folder / "reports" / "tides.json").exists()
    fake.spoil = lambda kind, n: status(404) if kind == "create" else None
    assert "takes no batch" in workspace.run("--batch").err
    fake.spoil = lambda kind, n: None
    through(workspace)
    assert once(fake)


def test_a_batch_that_the_service_has_lost_is_sent_again(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host(polls=5)
    workspace.run("--batch")
    fake.batches.clear()
    fake.polls = 0
    through(workspace)
    assert once(fake)


def test_a_connection_that_breaks_while_a_batch_is_created_pays_for_nothing_twice(
    workspace: Workspace, host: Callable[..., FakeBatches]
) -> None:
    fake = host()
    fake.spoil = lambda kind, n: RESET if kind == "create" and n == 0 else None
    ran = workspace.run("--batch")
    assert "whether a batch has reached" in ran.err
    assert "the next run looks for it" in ran.err
    through(workspace)
    assert once(fake)
    assert max(Counter(fake.submitted).values()) == 1


def test_a_results_address_on_another_host_is_not_followed(
    workspace: Workspace, host: Callable[..., FakeBatches], provider: str
) -> None:
    fake = host()
    with FakeBatches(Reader()) as thief:
        fake.elsewhere = thief.url
        through(workspace)
        assert thief.happened == []
        assert thief.requests == []
    assert once(fake)
