"""What a walk could notice, and how it is shown: from a history alone."""

from __future__ import annotations

import re
from datetime import date

import pytest

from retest.domain.verdict import Verdict
from retest.evaluation.walk.chart import chart, outcome
from retest.evaluation.walk.history import Backtest, ClaimHistory, SettlingPaper, State, Step
from retest.evaluation.walk.page import headline, page


def history(
    gold: list[SettlingPaper], told: list[tuple[str, Verdict]], last: str = "2026-06-20"
) -> ClaimHistory:
    states = tuple(State(on=date.fromisoformat(day), verdict=verdict) for day, verdict in told)
    return ClaimHistory(
        id="a1",
        text="A claim.",
        dated="2025",
        expected="relaxed",
        gold=tuple(gold),
        states=states,
        decided_by=(),
        last=date.fromisoformat(last) if told else None,
    )


def paper(day: str, known: str | None = "", name: str = "2604.00002") -> SettlingPaper:
    text = day if known == "" else known
    return SettlingPaper(
        id=name, published=date.fromisoformat(day), known=date.fromisoformat(text) if text else None
    )


@pytest.mark.parametrize(
    ("gold", "told", "fate"),
    [
        ([paper("2026-07-01")], [("2026-03-22", "undetermined")], "not settled yet"),
        ([paper("2026-07-01")], [("2026-03-22", "relaxed")], "not settled yet"),
        ([paper("2026-04-05")], [], "not tested"),
        ([paper("2026-04-05", None)], [("2026-03-22", "undetermined")], "not in the mirror"),
        (
            [paper("2026-04-05", "2026-09-01")],
            [("2026-03-22", "undetermined")],
            "not in the mirror",
        ),
        (
            [paper("2026-04-05", None)],
            [("2026-03-22", "holds"), ("2026-05-21", "relaxed")],
            "noticed",
        ),
        ([paper("2026-04-05", "2026-05-01")], [("2026-03-22", "undetermined")], "missed"),
        (
            [paper("2026-04-05")],
            [("2026-04-05", "undetermined"), ("2026-05-05", "relaxed")],
            "noticed",
        ),
        (
            [paper("2026-04-05")],
            [("2026-04-06", "undetermined"), ("2026-05-05", "relaxed")],
            "settled before",
        ),
        (
            [paper("2026-04-05")],
            [("2026-03-22", "relaxed"), ("2026-04-21", "holds")],
            "right before",
        ),
        ([paper("2026-04-05")], [("2026-03-01", "relaxed"), ("2026-03-22", "holds")], "missed"),
    ],
)
def test_only_what_a_walk_could_notice_is_missed(
    gold: list[SettlingPaper], told: list[tuple[str, Verdict]], fate: str
) -> None:
    assert history(gold, told).fate == fate


def test_what_was_never_to_be_noticed_is_no_claim_that_was_settled_meanwhile() -> None:
    claims = (
        history([paper("2026-04-05")], [("2026-03-22", "holds"), ("2026-04-21", "relaxed")]),
        history([paper("2026-07-01")], [("2026-03-22", "holds")]),
        history([paper("2026-04-05")], []),
        history([paper("2026-04-05", None)], [("2026-03-22", "holds")]),
    )
    step = Step(as_of=date(2026, 3, 22), papers=1, came=1)
    walk = Backtest(line="l", model="m", verifier=None, undated=0, steps=(step,), claims=claims)
    assert headline(walk) == (
        "Of 1 claims that were settled meanwhile 1 were noticed, after 16 days in the median; 1 "
        "not settled yet; 1 not tested; 1 not in the mirror; 1 flip, 0 of them taken back."
    )
    assert all(outcome(claim) in chart(walk) for claim in claims)


def test_every_kind_of_mark_in_the_timeline_has_a_style() -> None:
    told: list[tuple[str, Verdict]] = [("2026-03-22", "holds"), ("2026-04-21", "relaxed")]
    steps = tuple(
        Step(as_of=date.fromisoformat(day), papers=1, came=1)
        for day in ("2025-12-22", "2026-06-20")
    )
    claims = (history([paper("2026-04-05")], told),)
    drawn = chart(
        Backtest(line="l", model="m", verifier=None, undated=0, steps=steps, claims=claims)
    )
    used = {name for names in re.findall(r'class="([^"]+)"', drawn) for name in names.split()}
    assert not {name for name in used if f".{name}" not in drawn}, (
        "no rule of the chart's style knows them"
    )


def test_a_late_text_is_that_of_the_paper_that_is_named() -> None:
    first, second = (
        paper("2026-04-05", "2026-06-10", "2604.00002"),
        paper("2026-05-01", "2026-05-01", "2605.00003"),
    )
    told: list[tuple[str, Verdict]] = [("2026-03-22", "holds"), ("2026-05-21", "relaxed")]
    steps = tuple(
        Step(as_of=date.fromisoformat(day), papers=1, came=1)
        for day in ("2026-03-22", "2026-05-21")
    )
    walk = Backtest(
        line="l",
        model="m",
        verifier=None,
        undated=0,
        steps=steps,
        claims=(history([first, second], told),),
    )
    text = " ".join(page(walk).split())
    assert (
        "the text of [2604.00002](https://arxiv.org/abs/2604.00002) that is known is of 2026-06-10"
        in text
    )
    assert "66 days after its v1" in text
    unknown = history([paper("2026-04-05", None, "2604.00002"), second], told)
    walk = walk.model_copy(update={"claims": (unknown,)})
    assert (
        "(https://arxiv.org/abs/2604.00002) is of a later version, of an unknown day"
        in " ".join(page(walk).split())
    )
