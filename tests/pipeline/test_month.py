"""A month of nights: papers come on five of them, and the others cost nothing and change
nothing. All papers together are fewer than one claim is shown titles of, so each that comes in is
new to every claim: no night is dearer."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from benchmarks import steady
from retest.domain.paper import Paper
from tests.conftest import Workspace

WORDS = (
    "barley",
    "clover",
    "fennel",
    "ginger",
    "hazel",
    "juniper",
    "laurel",
    "mallow",
    "nettle",
    "quince",
)
FIRST = date(2026, 7, 22)
COME = {4: (0, 1), 9: (2,), 15: (3, 4, 0), 22: (5,), 27: (6, 7)}
"""Which claims get a new paper on which night."""


def paper(word: str, number: int, day: date) -> Paper:
    abstract = (
        f"Yields of {word} are known to vary. On ninety plots, {word} yields more with every year "
        f"of trial {number}."
    )
    return Paper(
        id=f"{day:%y%m}.{number:05}",
        version=1,
        published=day,
        title=f"Yields of {word}, trial {number}",
        abstract=abstract,
    )


def line() -> str:
    claims = "".join(
        f'  - id: {word}\n    text: "Plots of {word} yield more each year."\n    dated: 2025-01\n'
        for word in WORDS
    )
    return (
        "line: plots\nquestion: What do plots yield?\nthesis: More each year.\n"
        f'counter_thesis: "Plots yield less each year."\nclaims:\n{claims}'
    )


def test_thirty_nights_cost_a_fourteenth_of_testing_all_anew(
    workspace: Workspace, model: Any
) -> None:
    fake = model(lambda schema, system, user: steady.answer(schema, user))
    workspace.claims(line(), "plots")
    old = [
        paper(word, 10 * n + k, date(2025, 3, 1)) for n, word in enumerate(WORDS) for k in range(6)
    ]
    workspace.mirror(*old)
    calls: list[int] = []
    changed: list[int] = []
    stood: dict[str, bytes] = {}
    for night in range(30):
        day = FIRST + timedelta(days=night)
        workspace.mirror(*(paper(WORDS[n], 900 + n, day) for n in COME.get(night, ())))
        fake.requests.clear()
        ran = workspace.retest("run", "--line", "plots", "--as-of", str(day))
        assert ran.status == 0, ran.err
        now = {p.name: p.read_bytes() for p in (workspace.folder / "reports").iterdir()}
        calls.append(len(fake.requests))
        changed.append(sum(now[name] != stood.get(name) for name in now))
        stood = now
    quiet = [night for night in range(1, 30) if night not in COME]
    assert [calls[night] for night in quiet] == [0] * len(quiet), (
        f"quiet nights asked a model: {calls}"
    )
    assert [changed[night] for night in quiet] == [0] * len(quiet), (
        f"quiet nights changed reports/: {changed}"
    )
    assert all(calls[night] for night in COME), (
        f"a night with new papers did not read them: {calls}"
    )
    fake.requests.clear()
    ran = workspace.retest(
        "run", "--line", "plots", "--as-of", str(FIRST + timedelta(days=29)), "--full"
    )
    assert ran.status == 0, ran.err
    every = len(fake.requests)
    assert 30 * every >= 14 * sum(calls), (
        f"{30 * every} calls anew every night, {sum(calls)} in fact: {calls}"
    )
    assert {p.name: p.read_bytes() for p in (workspace.folder / "reports").iterdir()} == stood, (
        "testing anew differs"
    )
