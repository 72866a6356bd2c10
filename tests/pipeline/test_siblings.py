"""A paper that is evidence for one claim of a line is a candidate for its siblings, where their own
searches know it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from retest.domain.evidence import Evidence
from retest.domain.line import Claim, Line, Window
from retest.domain.paper import Paper, Query
from retest.domain.record import ClaimRecord, HistoryEntry, Record, Searched
from retest.papers.source import Seen
from retest.pipeline.search import Round, round_of
from retest.pipeline.state import Deps, Limits, PlannedSearch, Subject
from tests.answers import point
from tests.brains import Reader, titles
from tests.conftest import Workspace
from tests.papers_small import AGREES, LIMITS
from tests.pipeline.test_triage import MANY, asked

DAY = date(2026, 7, 20)
WINDOW = Window(opens=date(2026, 1, 1), as_of=date(2026, 9, 1))
CLAIMS = [Claim(id=name, text=f"The {name} moves lakes.", dated="2026") for name in ("wind", "ice")]
SEARCHES = [
    PlannedSearch(query=Query(any_of=(text,)), by="rule") for text in ("wind moves", "lakes move")
]


def paper(number: int, day: date = DAY) -> Paper:
    return Paper(id=f"2607.{number:05}", title=f"Lake {number}", abstract="-", published=day)


def evidence(of: Paper) -> Evidence:
    return Evidence(
        arxiv_id=of.id,
        version=None,
        title=of.title,
        published=of.published,
        points=(point("supports"),),
        rungs=(),
        found_by=("some query",),
    )


def record(name: str, *papers: Paper) -> ClaimRecord:
    return ClaimRecord(
        id=name,
        text=f"The {name} moves lakes.",
        dated="2026",
        anchors=(),
        window=WINDOW,
        verdict="holds",
        why=None,
        detail="",
        moved=None,
        artifact=False,
        confidence=None,
        rationale="",
        flip=None,
        review=None,
        evidence=tuple(map(evidence, papers)),
        rejected=(),
        unread=(),
        searched=Searched(source="s", queries=(), candidates=0, extracted=0),
        history=(HistoryEntry(on=DAY, verdict="holds"),),
    )


class Lists:
    """A source whose searches find these papers."""

    name, until = "lists", None

    def __init__(self, *lists: Sequence[Paper]) -> None:
        self.lists = lists

    def search_noted(
        self, queries: Sequence[Query], window: Window, limit: int
    ) -> tuple[list[list[Paper]], Seen | None]:
        return [list(papers) for papers in self.lists], None


def searched(
    before: Sequence[ClaimRecord], *lists: Sequence[Paper], excluded: tuple[str, ...] = ()
) -> Round:
    """One round for the claim about ice, of which two papers may be read, three titles shown, and
    two siblings' papers more."""
    line = Line(line="lakes", question="-", thesis="-", counter_thesis="-", claims=tuple(CLAIMS))
    previous = Record(
        line="lakes",
        question="-",
        thesis="-",
        as_of=DAY,
        model="m",
        verifier=None,
        source="s",
        prompts={},
        anchors=(),
        claims=tuple(before),
        counter_thesis=record("counter-thesis"),
        superseding=(),
        questions=(),
        limits="",
        rejected=(),
    )
    limits = Limits(titles=3, candidates=2, siblings=2)
    deps = Deps(line, DAY, Lists(*lists), None, None, {}, limits, previous)  # type: ignore[arg-type]  # a round asks no model, and of the source no more than this
    subject = Subject(claim=CLAIMS[1], window=WINDOW, excluded=excluded)
    return round_of(deps, subject, SEARCHES, [])


def ids(found: Round) -> list[str]:
    return [candidate.paper.id for candidate in found.candidates]


EVERY = [paper(n) for n in range(9)]


def test_what_a_sibling_rests_on_is_a_candidate_where_the_claims_own_searches_found_it() -> None:
    unfound = paper(50)
    found = searched([record("wind", EVERY[6], unfound), record("ice")], EVERY, EVERY)
    assert ids(found) == [paper.id for paper in (*EVERY[:3], EVERY[6])]
    assert found.shared == [EVERY[6].id], "a paper that no search of the claim found is none of its"
    assert found.candidates[-1].found_by[-1] == "evidence for wind"
    assert (found.done[-1].by, found.done[-1].found) == ("sibling", 1)


def test_siblings_bring_no_more_than_their_number_and_the_highest_ranked_first() -> None:
    found = searched([record("wind", *EVERY[4:]), record("ice")], EVERY, EVERY)
    assert found.shared == [EVERY[4].id, EVERY[5].id]


def test_one_that_ranks_among_the_titles_is_read_where_the_order_decides() -> None:
    found = searched([record("wind", EVERY[0], EVERY[2]), record("ice")], EVERY, EVERY)
    assert ids(found) == [paper.id for paper in EVERY[:3]]
    assert found.shared == [EVERY[2].id], "the first is read by its rank"


def test_own_evidence_anchors_and_older_papers_are_no_siblings() -> None:
    old = paper(60, date(2025, 12, 31))
    every = [*EVERY, old]
    found = searched(
        [record("wind", EVERY[7], old), record("ice", EVERY[8])],
        every,
        every,
        excluded=(EVERY[7].id,),
    )
    assert found.shared == []


def test_a_claim_that_has_left_the_line_shares_nothing() -> None:
    found = searched([record("moon", EVERY[6]), record("ice")], EVERY, EVERY)
    assert found.shared == []


def test_the_next_night_reads_for_a_claim_what_became_evidence_for_its_sibling(
    workspace: Workspace, model: Any
) -> None:
    workspace.mirror(*MANY)
    workspace.environment["RETEST_CANDIDATES"] = "3"
    reader = Reader().saying("Triage", {"picks": [AGREES.id, LIMITS.id]}, "Wind")
    reader = reader.saying("Triage", {"picks": ["2401.00001"]})  # so that the order decides
    fake = model(reader)
    workspace.run()
    wind = {item["arxiv_id"] for item in workspace.claim("wind-drives")["evidence"]}
    assert wind == {AGREES.id, LIMITS.id}
    read = "\n".join(asked(fake, "Extraction", "The tides"))
    unread = {name for name in wind if f"<paper {name}>" not in read}
    assert unread, "the test shows nothing"
    fake.requests.clear()
    knows = dict.fromkeys(wind, ("supports", [2]))
    fake.brain = Reader(stances={**reader.stances, "The tides": knows}, says=reader.says)
    workspace.run(as_of="2026-08-22")
    shown = "\n".join(asked(fake, "Extraction", "The tides"))
    assert all(f"<paper {name}>" in shown for name in unread)
    claim = workspace.claim("depth-matters")
    shared = [item for item in claim["evidence"] if item["arxiv_id"] in unread]
    assert len(shared) == len(unread)
    assert all("evidence for wind-drives" in item["found_by"] for item in shared)
    queries = claim["searched"]["queries"]
    assert {"query": "evidence for wind-drives", "by": "sibling", "found": len(unread)} in queries


def test_a_model_that_chooses_by_title_decides_about_a_siblings_evidence_too(
    workspace: Workspace, model: Any
) -> None:
    workspace.mirror(*MANY)
    workspace.environment["RETEST_CANDIDATES"] = "3"
    fake = model(Reader().saying("Triage", {"picks": [AGREES.id, LIMITS.id]}, "Wind"))
    fake.brain = fake.brain.saying("Triage", {"picks": []}, "The tides")
    workspace.run()
    workspace.run(as_of="2026-08-22")
    assert {item["arxiv_id"] for item in workspace.claim("wind-drives")["evidence"]}
    assert not asked(fake, "Extraction", "The tides")
    (first, *_) = asked(fake, "Triage", "The tides")
    assert AGREES.id in titles(first)
