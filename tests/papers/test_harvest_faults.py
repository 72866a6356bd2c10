"""Whatever OAI-PMH answers, the mirror ends as an undisturbed one would, or the sync says that it
did not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path

import pytest

from retest.domain.paper import Paper
from retest.errors import RunError, UsageError
from retest.papers.index import PaperIndex
from retest.papers.oai import Oai
from retest.papers.oai_page import CODES
from retest.papers.polite import Turns, site
from retest.retry import Patience
from tests.fakes.oai import FakeOai, Fault, Kind
from tests.fakes.oai_records import entries
from tests.papers.harvesting import NOW, TEN, noted, stored, sync
from tests.papers.some import PAPERS

# Errors of the protocol


def test_nothing_new_is_a_success(fake: FakeOai, folder: Path) -> None:
    sync(fake, folder)
    before = (folder / "harvest.json").read_text()
    fake.faults[len(fake.requests)] = Fault("error", code="noRecordsMatch")
    assert sync(fake, folder).records == 0
    assert (folder / "harvest.json").read_text() == before


@pytest.mark.parametrize("code", sorted(CODES - {"noRecordsMatch", "badResumptionToken"}))
@pytest.mark.parametrize("number", [0, 1])
def test_a_refusal_ends_the_sync_with_what_came_and_the_next_completes_it(
    fake: FakeOai, folder: Path, undisturbed: dict[str, Paper], code: str, number: int
) -> None:
    fake.faults[number] = Fault("error", code=code)
    with pytest.raises(RunError, match=rf"(?i)refused.*{code}") as refused:
        sync(fake, folder)
    assert refused.value.exit_status == 1
    assert refused.value.hint
    assert PaperIndex.create(folder / "index").index.searcher().num_docs == 4 * number
    sync(fake, folder)
    assert stored(folder) == undisturbed


@pytest.mark.parametrize("code", ["__doc__", "OAIPMHException", "annotations", "", "x" * 500])
def test_an_unknown_error_code_is_a_refusal_and_no_python(
    fake: FakeOai, folder: Path, code: str
) -> None:
    fake.always = Fault("error", code=code)
    with pytest.raises(RunError, match="refused"):
        sync(fake, folder)


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("code", ["badResumptionToken", "noRecordsMatch"])
def test_a_token_that_is_not_valid_any_more_costs_the_days_since_the_newest_only(
    fake: FakeOai, folder: Path, undisturbed: dict[str, Paper], number: int, code: str
) -> None:
    fake.faults[number] = Fault("error", code=code)
    told: list[str] = []
    sync(fake, folder, told=told)
    assert stored(folder) == undisturbed
    newest = ["2026-01-02", "2026-01-04"][number - 1]
    assert fake.requests[number + 1].params["from"] == newest
    assert newest in told[-1]


def test_a_token_is_not_used_after_the_day_it_was_given_out_for(
    fake: FakeOai, folder: Path, undisturbed: dict[str, Paper]
) -> None:
    fake.faults[1] = Fault("error")
    with pytest.raises(RunError):
        sync(fake, folder)
    sync(fake, folder, now=NOW + timedelta(days=1))
    assert fake.requests[2].params["from"] == "2026-01-02"
    assert stored(folder) == undisturbed


def test_a_list_out_of_order_is_begun_anew_where_its_token_fails(folder: Path) -> None:
    with FakeOai(entries(TEN), sized=True) as fake:
        fake._listed.reverse()  # days that go backwards
        fake.faults[1] = Fault("error", code="badResumptionToken")
        sync(fake, folder)
    assert len(stored(folder)) == 10
    assert "from" not in fake.requests[2].params


def test_tokens_that_are_always_refused_are_an_error_at_last(fake: FakeOai, folder: Path) -> None:
    fake.page = 2  # a page is a day: no restart gets further
    fake.faults = {number: Fault("error", code="badResumptionToken") for number in range(1, 20, 2)}
    with pytest.raises(RunError, match="refusing its own resumption tokens"):
        sync(fake, folder)
    assert len(fake.requests) < 10


# Broken answers

PASSING: list[Kind] = [
    "status",
    "html",
    "truncated",
    "cut",
    "malformed",
    "empty",
    "blank",
    "reset",
    "hang",
    "repeated",
    "same-token",
    "other-request",
    "undated",
    "nameless",
    "short",
    "skipped",
    "bomb",
    "attribute-bomb",
    "external",
]
"""Faults that a second attempt may not meet again, but for two that have tests of their own."""


@pytest.mark.parametrize("kind", PASSING)
def test_an_answer_that_is_broken_once_is_asked_for_again(
    fake: FakeOai, folder: Path, undisturbed: dict[str, Paper], kind: Kind
) -> None:
    fake.sized = kind in ("short", "skipped")
    fake.faults[1] = Fault(kind, seconds=0.3)
    sync(fake, folder, timeout=0.2 if kind == "hang" else 100.0)
    assert stored(folder) == undisturbed
    assert len(fake.requests) == 4


@pytest.mark.parametrize("kind", PASSING)
def test_an_answer_that_stays_broken_is_an_error_and_never_the_end(
    fake: FakeOai, folder: Path, undisturbed: dict[str, Paper], kind: Kind
) -> None:
    fake.sized = kind in ("short", "skipped")
    fake.faults = {number: Fault(kind, seconds=0.15) for number in range(1, 4)}
    with pytest.raises(RunError, match="after 3 attempts") as failed:
        sync(fake, folder, timeout=0.1 if kind == "hang" else 100.0)
    assert failed.value.exit_status == 1
    assert "again" in failed.value.hint
    extent = noted(folder)
    assert extent.until is None
    assert extent.under_way
    sync(fake, folder)
    assert stored(folder) == undisturbed


def test_a_last_page_that_does_not_say_so_is_no_end(fake: FakeOai, folder: Path) -> None:
    fake.faults = {number: Fault("no-token") for number in range(1, 4)}
    with pytest.raises(RunError, match="does not say that it is the last"):
        sync(fake, folder)


def test_a_list_that_leads_back_to_its_first_page_is_no_list(fake: FakeOai, folder: Path) -> None:
    fake.page = 2
    fake.faults = {number: Fault("first-token") for number in range(2, 5)}
    with pytest.raises(RunError, match="in circles"):
        sync(fake, folder)
    assert len(fake.requests) == 5


def test_a_first_page_of_a_hostile_kind_leaves_the_mirror_empty(
    fake: FakeOai, folder: Path
) -> None:
    for kind in ("html", "truncated", "blank", "bomb", "external"):
        fake.always = Fault(kind)
        with pytest.raises(RunError):
            sync(fake, folder)
    assert PaperIndex.create(folder / "index").index.searcher().num_docs == 0


@pytest.mark.parametrize("packed", [False, True])
def test_an_answer_larger_than_any_page_is_not_read_to_its_end(
    fake: FakeOai, folder: Path, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.papers.oai.LARGEST", 4000)
    fake.packed = packed
    with pytest.raises(RunError, match="goes on after"):
        sync(fake, folder)


def test_characters_that_xml_forbids_do_not_hold_up_a_harvest(fake: FakeOai, folder: Path) -> None:
    fake.always = Fault("control")
    sync(fake, folder)
    assert stored(folder)["2301.00001"].title == PAPERS[0].title


def test_a_server_that_is_not_there_is_said(fake: FakeOai, folder: Path) -> None:
    with FakeOai() as gone:
        pass
    with pytest.raises(RunError, match="could not be reached"):
        sync(gone, folder)


def test_an_address_that_moved_is_told_and_not_followed(fake: FakeOai, folder: Path) -> None:
    fake.always = Fault("moved")
    with pytest.raises(RunError, match=r"moved to https://elsewhere\.example/oai") as moved:
        sync(fake, folder)
    assert "RETEST_OAI_URL" in moved.value.hint


@pytest.mark.parametrize("url", ["arxiv.org", "file:///etc/passwd", "http://[", ""])
def test_an_address_that_is_none_is_an_error_of_usage(url: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        Oai(url, Turns(tmp_path, "x", 0.0), Patience(1, 0.0, 0.0))


# Manners


@pytest.mark.parametrize("date_form", [False, True])
def test_retry_after_is_waited_for(fake: FakeOai, folder: Path, date_form: bool) -> None:
    then = (
        format_datetime(datetime.now(UTC) + timedelta(seconds=100), usegmt=True)
        if date_form
        else "99"
    )
    fake.faults[1] = Fault("status", status=503, retry_after=then)
    slept: list[float] = []
    sync(fake, folder, sleep=slept.append, patience=Patience(3, 2.0, 300.0))
    assert len(slept) == 1
    assert 90 < slept[0] <= 100


def test_no_server_can_make_it_wait_longer_than_patience(fake: FakeOai, folder: Path) -> None:
    fake.faults[0] = Fault("status", status=429, retry_after="86400")
    slept: list[float] = []
    sync(fake, folder, sleep=slept.append, patience=Patience(3, 2.0, 0.3))
    assert slept == [0.3]


@pytest.mark.parametrize("status", [403, 406, 429, 500, 502, 503])
def test_being_slowed_down_is_no_refusal(fake: FakeOai, folder: Path, status: int) -> None:
    fake.faults[1] = Fault("status", status=status)
    assert sync(fake, folder).records == 10


def test_requests_come_one_at_a_time_with_pauses_under_our_name(
    fake: FakeOai, folder: Path
) -> None:
    fake.delay = 0.01
    sync(fake, folder, interval=0.03)
    assert all(next_one.start - one.end >= 0.03 for one, next_one in pairwise(fake.requests))
    assert all(seen.user_agent.startswith("retest/") for seen in fake.requests)


def test_all_of_arxivs_interfaces_share_their_turns() -> None:
    assert (
        site("https://oaipmh.arxiv.org/oai")
        == site("https://export.arxiv.org/api/query")
        == "arxiv.org"
    )
    assert site("http://127.0.0.1:8000/oai") == "127.0.0.1:8000"
    assert site("https://notarxiv.org/oai") == "notarxiv.org"
