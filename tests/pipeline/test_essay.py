"""The living answer: only sentences whose claims moved are rewritten, each climbs the ladder, and
no news changes no byte of it."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.answer import Answer
from retest.domain.line import Claim, Line, Sentence
from retest.domain.record import ClaimRecord, HistoryEntry, Record
from retest.domain.verdict import Verdict
from retest.errors import ModelFailed
from retest.pipeline.essay import essay
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import REFUSAL
from tests.papers_small import AGREES, DENIES, LIMITS
from tests.pipeline.test_siblings import record

WIND, DEPTH = "It is the wind that moves small lakes.", "And the deeper, the more."
LAST = "Nobody has gauged the great lakes."
ESSAY = f"""\
answer:
  - text: {WIND}
    claims: [wind-drives]
  - text: {DEPTH}
    claims: [depth-matters]
  - text: {LAST}
    pinned: true
"""
NOW = f"The wind moves small lakes unless they are under ice [{LIMITS.id}]."


def writing(*sentences: dict[str, Any]) -> Reader:
    return Reader().saying("Essay", {"sentences": list(sentences)})


def sentence(number: int, text: str, *claims: str) -> dict[str, Any]:
    return {"number": number, "claims": list(claims), "text": text}


def answer(workspace: Workspace) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = workspace.record()["answer"]["sentences"]
    return found


def texts(workspace: Workspace) -> list[str]:
    return [one["text"] for one in answer(workspace)]


def asked(fake: Any) -> list[Any]:
    return [request for request in fake.requests if request.schema == "Essay"]


def test_a_sentence_whose_claim_moved_is_written_anew_and_says_what_it_said_before(
    workspace: Workspace, model: Any
) -> None:
    workspace.claims(CLAIMS + ESSAY)
    fake = model(writing(sentence(1, NOW), sentence(2, "Something else."), sentence(3, "No more.")))
    assert workspace.run().status == 0
    assert texts(workspace) == [NOW, DEPTH, LAST]
    first, second, pinned = answer(workspace)
    assert (first["was"], first["written_by"]) == ([{"text": WIND, "until": "2026-08-21"}], "model")
    assert (second["was"], second["standing"], pinned["pinned"]) == ([], "stands", True)
    assert first["evidence"] == [LIMITS.id]
    assert len(asked(fake)) == 1
    report = workspace.markdown()
    assert "## The answer" in report
    assert report.index("## The answer") < report.index("wind-drives")
    assert (
        f"~~{WIND}~~ **The wind moves small lakes unless they are under ice [{LIMITS.id}]" in report
    )


def test_a_night_without_news_asks_nothing_and_leaves_every_byte(
    workspace: Workspace, model: Any
) -> None:
    workspace.claims(CLAIMS + ESSAY)
    fake = model(writing(sentence(1, NOW)))
    workspace.run()
    before, paid = workspace.reports(), len(fake.requests)
    for day in ("2026-08-22", "2026-08-23"):
        assert workspace.run(as_of=day).status == 0
        assert workspace.reports() == before
    assert len(fake.requests) == paid


@pytest.mark.parametrize(
    ("name", "invented"),
    [
        ("an id", "The wind moves lakes, but see [2603.99999]."),
        ("the id of a paper that is no evidence for its claim", f"Lakes wait [{DENIES.id}]."),
        ("an author", f"As Petrov (2025) has it, the wind moves lakes [{LIMITS.id}]."),
        ("a quotation", f'"The wind is a myth of the shore" [{LIMITS.id}].'),
        ("a link", f"The wind moves lakes, https://example.org/lakes [{LIMITS.id}]."),
        ("a number", f"The wind moves 61% of lakes [{LIMITS.id}]."),
        ("no evidence", "The wind moves lakes now and then."),
    ],
)
def test_nothing_invented_gets_into_the_answer(
    workspace: Workspace, model: Any, name: str, invented: str
) -> None:
    workspace.claims(CLAIMS + ESSAY)
    model(writing(sentence(1, invented)))
    assert workspace.run().status == 0
    first, second, _ = answer(workspace)
    assert first["text"].startswith(WIND), f"{name} got in"
    assert f"[{LIMITS.id}]" in first["text"]
    assert first["written_by"] == "rule"
    assert second["text"] == DEPTH
    assert workspace.record()["answer"]["rejected"], f"{name} fell without a word"


def test_without_an_essay_one_is_written_from_the_verdicts_with_the_honest_limit_last(
    workspace: Workspace, model: Any
) -> None:
    model(
        writing(
            sentence(0, f"Wind moves lakes, if not under ice [{LIMITS.id}].", "wind-drives"),
            sentence(0, "All lakes are alike.", "wind-drives"),
            sentence(0, f"Nothing else does [{LIMITS.id}].", "no-such-claim"),
        )
    )
    assert workspace.run().status == 0
    *said, limit = answer(workspace)
    assert [one["text"] for one in said] == [f"Wind moves lakes, if not under ice [{LIMITS.id}]."]
    assert [one["claim"] for one in said[0]["basis"]] == ["wind-drives"]
    assert limit["is_limit"]


def test_where_the_model_writes_nothing_that_stands_the_rule_writes_and_says_so(
    workspace: Workspace, model: Any
) -> None:
    model(writing(sentence(0, "All lakes are alike.", "wind-drives")))
    assert workspace.run().status == 0
    every = answer(workspace)
    assert {one["written_by"] for one in every} == {"rule"}
    assert all(one["basis"] for one in every)
    assert sum(len(one["text"].split()) for one in every) <= 250
    assert "put together by rule" in workspace.markdown()


def test_a_model_that_could_not_be_asked_is_asked_by_the_next_run(
    workspace: Workspace, model: Any
) -> None:
    workspace.claims(CLAIMS + ESSAY)
    model(Reader().saying("Essay", REFUSAL))
    assert workspace.run().status == 3
    assert texts(workspace)[0].startswith(f"{WIND} Newer work limits this")
    model(writing(sentence(1, NOW)))
    assert workspace.run(as_of="2026-08-22").status == 0
    assert texts(workspace) == [NOW, DEPTH, LAST]


def test_an_essay_that_the_curator_edits_between_two_nights_keeps_the_edit(
    workspace: Workspace, model: Any
) -> None:
    workspace.claims(CLAIMS + ESSAY)
    model(writing(sentence(1, NOW)))
    workspace.run()
    edited = "Depth adds to it."
    workspace.claims(CLAIMS + ESSAY.replace(DEPTH, edited))
    workspace.run(as_of="2026-08-22")
    assert texts(workspace) == [NOW, edited, LAST]
    assert answer(workspace)[1]["was"][-1]["text"] == DEPTH


def test_a_sentence_that_names_no_claims_is_bound_by_a_model_once_and_shown_so(
    workspace: Workspace, model: Any
) -> None:
    workspace.claims(CLAIMS + ESSAY.replace("    claims: [depth-matters]\n", ""))
    fake = model(writing(sentence(1, NOW), sentence(2, DEPTH, "depth-matters", "no-such-claim")))
    workspace.run()
    assert [one["claim"] for one in answer(workspace)[1]["basis"]] == ["depth-matters"]
    assert "proposed by a model" in workspace.markdown()
    paid = len(asked(fake))
    workspace.run(as_of="2026-08-22")
    assert len(asked(fake)) == paid


def test_an_answer_that_was_edited_in_the_report_is_not_believed(
    workspace: Workspace, model: Any
) -> None:
    workspace.claims(CLAIMS + ESSAY)
    model(writing(sentence(1, NOW)))
    workspace.run()
    path = workspace.folder / "reports" / "tides.json"
    path.write_text(path.read_text(encoding="utf-8").replace(DEPTH, "The moon does it all."))
    ran = workspace.run(as_of="2026-08-22")
    assert "the answer is not as retest wrote it" in ran.err
    assert texts(workspace) == [NOW, DEPTH, LAST]


def test_a_sentence_may_lean_on_claims_of_the_line_alone(workspace: Workspace) -> None:
    workspace.claims(CLAIMS + ESSAY.replace("[depth-matters]", "[breadth-matters]"))
    ran = workspace.retest("check")
    assert ran.status == 2
    assert "`breadth-matters`" in ran.err + ran.out
    assert "the id of a claim of the line" in ran.err + ran.out


NAMES = tuple(f"claim-{n}" for n in range(6))
BOUND = [(0,), (1, 2), (3,), (2, 4), (), (5, 0)]
"""Which claims each sentence leans on; the fifth leans on none and is pinned."""
LINE = Line(
    line="lakes",
    question="-",
    thesis="-",
    counter_thesis="-",
    claims=tuple(Claim(id=name, text=f"Of lakes: {name}.", dated="2026") for name in NAMES),
    answer=tuple(
        Sentence(
            text=f"Sentence {at} of the essay.",
            claims=tuple(NAMES[n] for n in leans),
            pinned=not leans,
        )
        for at, leans in enumerate(BOUND)
    ),
)


def claim(name: str, verdict: Verdict) -> ClaimRecord:
    why = "undecided" if verdict == "undetermined" else None
    history = (HistoryEntry(on=record("wind").history[0].on, verdict=verdict),)
    changed = {"id": name, "text": f"Of lakes: {name}.", "verdict": verdict, "why": why}
    return record("wind").model_copy(update={**changed, "history": history})


class Silent:
    """A model that cannot be asked."""

    model = SimpleNamespace(provider="anthropic")

    async def ask(self, *_: object) -> None:
        raise ModelFailed("nobody answers", "wait")


def written(verdicts: dict[str, Verdict], last: Answer) -> Answer:
    """The answer after a run in which the claims have these verdicts."""
    claims = [claim(name, verdicts[name]) for name in NAMES]
    counter = claim("counter-thesis", "undetermined")
    previous = SimpleNamespace(answer=last, claims=tuple(claims))
    deps = SimpleNamespace(
        line=LINE,
        previous=previous,
        asker=Silent(),
        verifier=Silent(),
        as_of=claims[0].history[0].on,
        prompts={},
    )
    runtime: Any = SimpleNamespace(context=deps)
    state: Any = {"outcomes": [*claims, counter]}
    done = asyncio.run(essay(state, runtime))
    assert isinstance(done["answer"], Answer)
    return done["answer"]


VERDICTS = st.sampled_from(["holds", "relaxed", "overturned"])
ALL = st.fixed_dictionaries(dict.fromkeys(NAMES, VERDICTS))


@given(before=ALL, now=ALL)
def test_claims_that_change_change_their_sentences_and_no_others(
    before: dict[str, Verdict], now: dict[str, Verdict]
) -> None:
    first = written(before, Answer())
    second = written(now, first)
    changed = {name for name in NAMES if before[name] != now[name]}
    for leans, old, new in zip(BOUND, first.sentences, second.sentences, strict=True):
        if not changed & {NAMES[n] for n in leans}:
            assert new == old
    assert written(now, second) == second, "the same verdicts again changed something"


def test_records_of_before_answers_are_read_as_they_are(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    old = workspace.record()
    del old["answer"]
    assert Record.model_validate(old).answer == Answer()
    assert AGREES.id
