"""A loopback model in a process of its own, so that it does not share an interpreter with what is
measured.

Its temperament is fixed: it plans five queries, picks every title (the first of them by rank are
read then), finds that the first papers of each batch support the claim (two a batch, or as many as
are asked for; by one sentence and by two in turn), lets every quote pass, and judges that the claim
holds, citing all of the evidence.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import pairwise
from multiprocessing.connection import Connection
from typing import Any

from retest.domain.line import Line
from retest.run.events import LineOutcome
from retest.run.job import Job
from retest.run.lines import run_lines
from retest.settings import Settings
from tests.answers import TERMS, checks, evidence, finding, judgment
from tests.fakes.models import FakeModels

TITLE = re.compile(r"^(\d{4}\.\d{4,5}) .+$", re.MULTILINE)
PAPER = re.compile(r"^<paper (\S+)>$", re.MULTILINE)


def answer(schema: str, user: str, findings: int) -> dict[str, Any]:
    """What the loopback model says to a prompt."""
    if schema == "QueryPlan":
        words = re.findall(r"[a-z]{5,}", user.split("):", 1)[-1].lower())
        pairs = [f"{one} {two}" for one, two in pairwise(words)]
        queries = [{"all_of": [word], "any_of": [*pairs[:3], *words[:4]]} for word in words[:5]]
        return {
            "terms": terms(),
            "queries": queries,
            "counter_statement": "We find that the opposite is true of language models.",
        }
    if schema == "Triage":
        return {"picks": TITLE.findall(user)}
    if schema == "Extraction":
        ids = PAPER.findall(user)[:findings]
        pointed = [[1, 2][: 1 + number % 2] for number in range(len(ids))]
        told = zip(ids, pointed, strict=True)
        return {"findings": [finding(i, "supports", numbers) for i, numbers in told]}
    if schema == "Entailment":
        return checks(user)
    if schema == "Judgment":
        ids = [name for name, _ in evidence(user)]
        return judgment("holds", ids, f"Newer work agrees [{ids[0]}].")
    return {"superseding": [], "questions": [], "limits": "Abstracts only."}


def terms() -> dict[str, Any]:
    """Terms as long as careful readers wrote them for 24 claims: 96 characters a field."""
    said = "The result that is spoken of, in models of that kind and size, trained and tested as "
    said += "they were."
    texts = ("ordinary", "supports", "limits", "overturns", "no_evidence")
    return {**TERMS, "parts": [said], **dict.fromkeys(texts, said)}


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as the loopback model saw it."""

    schema: str
    system: str
    user: str
    at: float
    """When it arrived, in monotonic seconds."""


class Loopback:
    """The running model: its address, and what it was asked since the last look."""

    def __init__(self, url: str, pipe: Connection) -> None:
        self.url, self._pipe = url, pipe

    def asked(self) -> list[Asked]:
        self._pipe.send("asked")
        found: list[Asked] = self._pipe.recv()
        return found


Temperament = Callable[[str, str], dict[str, Any]]
"""What a model says to a schema's name and a prompt: a function that can be sent to another
process."""


@contextmanager
def loopback(
    delay: float, findings: int = 2, temperament: Temperament | None = None
) -> Iterator[Loopback]:
    """A model that takes `delay` seconds for each answer: the one described above, which finds
    `findings` papers a batch, or one of another temperament."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_serve,
        args=(theirs, delay, temperament or partial(answer, findings=findings)),
        daemon=True,
    )
    process.start()
    try:
        if not ours.poll(30):
            raise SystemExit("the loopback model did not start")
        yield Loopback(ours.recv(), ours)
    finally:
        ours.send("stop")
        process.join(10)


def _serve(pipe: Connection, delay: float, temperament: Temperament) -> None:
    with FakeModels(lambda schema, _, user: temperament(schema, user), delay=delay) as fake:
        pipe.send(fake.url)
        while pipe.recv() == "asked":
            pipe.send(
                [Asked(seen.schema, seen.system, seen.user, seen.at) for seen in fake.requests]
            )
            fake.requests.clear()


def measured(
    line: Line, settings: Settings, as_of: date, model: Loopback
) -> tuple[LineOutcome, float]:
    """What a run of the line against the loopback model did, and the seconds that it took."""
    environment = {"ANTHROPIC_API_KEY": "loopback", "ANTHROPIC_BASE_URL": model.url}
    started = time.perf_counter()
    job = Job(
        lines=(line,),
        settings=settings,
        environment=environment,
        today=as_of,
        as_of=as_of,
        model="anthropic:loopback",
    )
    (outcome,) = asyncio.run(run_lines(job))
    return outcome, time.perf_counter() - started
