"""Asking a model: from the cache, or paid once, tried again while it may pass, validated, never
repaired."""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import count
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from retest.errors import ModelFailed, RunError, Waiting
from retest.llm.budget import Budget, Prices
from retest.llm.failures import Unusable, not_read, shown
from retest.llm.model import Model, Reply, Request, Usage
from retest.llm.parts import KINDS, parts_of
from retest.llm.reading import answer_in
from retest.retry import BrokeOff, Patience, Transient, async_retrying

if TYPE_CHECKING:
    from retest.cache import AnswerCache  # it loads diskcache
    from retest.llm.batch.batches import Batches

A = TypeVar("A", bound=BaseModel)

ASKS = 2
"""An answer that does not validate is asked again once (docs/interfaces.md, The model calls)."""
SHOWN_ERRORS, SHOWN_ANSWER = 10, 2000
"""How much of a wrong answer is shown to the model again: errors, and characters of the answer."""
TOKENS_A_WORD = 0.8
"""The fewest tokens that a text can have for each of its words. Tokenizers keep words apart, so
there is one at least; those that join common phrases, as none in wide use does, save a fifth more.
Prompts of ours have 1.2 to 1.4 (o200k_base, over 16,000 abstracts)."""
FITS = 250
"""Words that fit into the context of any server."""


@dataclass(frozen=True, slots=True)
class Call:
    """One answer from the cache, or one attempt at the model (counted from 1), for progress and the
    run log."""

    schema: str
    line: str
    claim: str
    attempt: int
    cached: bool
    usage: Usage
    seconds: float
    failed: str = ""
    """What went wrong, if the attempt brought no text."""
    note: str = ""
    """What was learned of the server, if that is to be told."""


@dataclass(slots=True)
class _Flight:
    """A question on its way to the model, and how many wait for its answer."""

    task: asyncio.Task[str]
    waiting: int = 0


class Asker:
    """A model with memory, patience and a limit on calls at a time. `usage` is what was spent,
    failures included.

    `ladder_version` is part of every key: answers that an older ladder asked for are not reused.
    `observer` is told of every call as it ends, and must not raise. With a `budget`, `prices` say
    what this model's calls count for in it. With `afresh`, only answers are reused that were asked
    for under the same word. With `batches`, questions may be queued there and their answers may
    come from there.
    """

    def __init__(
        self,
        model: Model,
        *,
        cache: AnswerCache | None,
        patience: Patience,
        concurrency: asyncio.Semaphore | int,
        ladder_version: str,
        observer: Callable[[Call], None] | None = None,
        budget: Budget | None = None,
        prices: Prices | None = None,
        afresh: str = "",
        batches: Batches | None = None,
    ) -> None:
        self.model = model
        self._cache = cache
        self._patience = patience
        self._slots = (
            asyncio.Semaphore(concurrency) if isinstance(concurrency, int) else concurrency
        )
        # Answers are kept for whoever asks later, and asked afresh for themselves too: so that a
        # killed run goes on.
        self._kept_under = dict.fromkeys(
            (f"{ladder_version} {afresh}" if afresh else ladder_version, ladder_version)
        )
        self._read_under = next(iter(self._kept_under))
        self._observer = observer
        self._budget, self.prices = budget, prices
        self._batches = batches
        self._flights: dict[str, _Flight] = {}
        self._usage = Usage()

    @property
    def usage(self) -> Usage:
        return self._usage

    async def ask(self, request: Request, schema: type[A]) -> A:
        """The answer, valid, its parts kept. Identical questions in flight at once are paid once.

        Raises ModelFailed (and Waiting) for this question alone; KeyRejected and RunError where no
        other can succeed.
        """
        if request.schema is not schema:
            raise TypeError(f"the request is for {request.schema.__name__}, not {schema.__name__}")
        key = self._key(request, self._read_under)
        kept = self._cache.get(key) if self._cache else None
        if kept is not None:
            try:
                answer = _valid(schema, kept)
            except ValidationError:
                pass  # kept by an older version, or not by us: as if it were not there
            else:
                self._tell(request, 0, Usage(), 0.0, cached=True)
                self._keep_parts(request, answer)
                return answer
        answer = _valid(schema, await self._shared(key, request))
        self._keep_parts(request, answer)
        return answer

    def awaits(self, kind: str, prompt_hash: str, about: Sequence[str]) -> Waiting | None:
        """What to raise in place of asking where an answer with this part is under way in a
        batch."""
        if self._batches is None:
            return None
        return self._batches.waiting(self._pair_key(self._read_under, kind, prompt_hash, about))

    def recall(self, kind: str, prompt_hash: str, about: Sequence[str]) -> str | None:
        """What was kept with `keep` under the same model, ladder, prompt and texts, or None."""
        return (
            self._cache.get(self._pair_key(self._read_under, kind, prompt_hash, about))
            if self._cache
            else None
        )

    def keep(self, kind: str, prompt_hash: str, about: Sequence[str], text: str) -> None:
        """Remember a part of a paid answer, so that it need not be asked for again beside other
        papers."""
        for version in self._kept_under:
            self._put(self._pair_key(version, kind, prompt_hash, about), text)

    def _keep_parts(self, request: Request, answer: BaseModel) -> None:
        kind = KINDS.get(request.schema.__name__, "")
        for name, text in parts_of(answer, list(request.parts)).items():
            self.keep(kind, request.prompt_hash, request.parts[name], text)

    def _pair_key(self, version: str, kind: str, prompt_hash: str, about: Sequence[str]) -> str:
        parts = [kind, self.model.provider, self.model.name, version, prompt_hash, *about]
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    async def _shared(self, key: str, request: Request) -> str:
        """The valid text, from the flight that is under way or a new one; the last to leave a
        flight ends it."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(asyncio.create_task(self._paid(request)))
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                del self._flights[key]
                flight.task.cancel()  # does nothing to a task that is done

    async def _paid(self, request: Request) -> str:
        """Ask, and once more with the error if the answer does not validate. Valid answers are
        kept."""
        asked, problems, attempts = request, "", count(1)
        keys: list[str] = []
        for _ in range(ASKS):
            keys.append(self._key(asked, self._read_under))
            reply = self._batched(asked, request) or await self._patiently(asked, attempts)
            answer = answer_in(reply.text)
            try:
                _valid(request.schema, answer)
            except ValidationError as error:
                problems = _problems(error)
                asked = replace(request, user=_once_more(request.user, reply.text, problems))
            else:
                for version in self._kept_under:
                    self._put(self._key(request, version), answer)
                return answer
        failed = ModelFailed(
            f"{self._who} gave no valid {request.schema.__name__}, asked {ASKS} times: "
            f"{shown(problems)}",
            "run again, or use a model that keeps to a schema (--model)",
        )
        if self._batches:
            self._batches.gave_up(keys, failed)
        raise failed

    def _batched(self, asked: Request, first: Request) -> Reply | None:
        """The reply that a batch brought, or None where the model is to be asked directly. Raises
        what became of the question, and Waiting where it is under way; one that is queued now keeps
        its worst case counted, at half price, and its answer is picked up free."""
        if self._batches is None:
            return None
        key = self._key(asked, self._read_under)
        text = self._batches.answer(key)
        if text is not None:
            self._tell(asked, 0, Usage(), 0.0, cached=True)
            return Reply(text)
        if not self._batches.takes(asked):
            return None
        self._reserve(asked, batch=True)
        keys = [self._key(first, version) for version in self._kept_under]
        kind = KINDS.get(asked.schema.__name__, "")
        parts = {
            name: [
                self._pair_key(version, kind, asked.prompt_hash, about)
                for version in self._kept_under
            ]
            for name, about in asked.parts.items()
        }
        raise self._batches.queue(self.model.provider, self.model.name, key, keys, parts, asked)

    async def _patiently(self, request: Request, attempts: Iterator[int]) -> Reply:
        """One reply. A failure that may pass is waited for, and is this question's failure when
        patience ends."""
        try:
            return await async_retrying(self._patience)(self._attempt, request, attempts)
        except Transient as error:
            raise ModelFailed(
                f"{self._who} could not be asked, tried {self._patience.attempts} times: {error}",
                "run again later; the answers so far are kept",
            ) from error

    async def _attempt(self, request: Request, attempts: Iterator[int]) -> Reply:
        """One call, told and added up, however it ends. A slot is held for as long, and never
        between two attempts."""
        async with self._slots:
            attempt, started = next(attempts), time.monotonic()
            worst = self._reserve(request)
            try:
                reply = await self.model.complete(request)
                self._check_read(request, reply.usage)
            except (RunError, Transient) as error:
                usage = error.usage if isinstance(error, Unusable) else Usage()
                if not isinstance(
                    error, BrokeOff
                ):  # what broke off may have been billed: its worst case stays counted
                    self._settle(worst, usage)
                self._tell(
                    request, attempt, usage, time.monotonic() - started, failed=shown(str(error))
                )
                raise
            self._settle(worst, reply.usage)
            self._tell(request, attempt, reply.usage, time.monotonic() - started, note=reply.note)
            return reply

    def _check_read(self, request: Request, usage: Usage) -> None:
        """Raise Unusable where the server counted fewer tokens than what was sent can have: it cut
        the question to its context, and answered the rest."""
        words = len(request.system.split()) + len(request.user.split())
        if words > FITS and 0 < usage.input < words * TOKENS_A_WORD:
            raise not_read(self._who, usage.input, words, usage)

    def _reserve(self, request: Request, *, batch: bool = False) -> Usage:
        """The worst case of a call, set aside. Raises OutOfBudget."""
        if self._budget is None or self.prices is None:
            return Usage()
        sent = request.system + request.user + _schema(request.schema)
        return self._budget.reserve(
            replace(self.prices, batch=batch), sent, request.max_output_tokens
        )

    def _settle(self, worst: Usage, used: Usage) -> None:
        if self._budget is not None and self.prices is not None:
            self._budget.settle(self.prices, worst, used)

    def _tell(
        self,
        request: Request,
        attempt: int,
        usage: Usage,
        seconds: float,
        *,
        cached: bool = False,
        failed: str = "",
        note: str = "",
    ) -> None:
        self._usage += usage
        if self._observer:
            facts = request.facts
            self._observer(
                Call(
                    request.schema.__name__,
                    facts.line,
                    facts.claim,
                    attempt,
                    cached,
                    usage,
                    seconds,
                    failed,
                    note,
                )
            )

    @property
    def _who(self) -> str:
        return f"{self.model.provider}:{self.model.name}"

    def _put(self, key: str, text: str) -> None:
        if self._cache:
            self._cache.put(key, text)

    def _key(self, request: Request, version: str) -> str:
        return answer_key(self.model.provider, self.model.name, request, version)


def answer_key(provider: str, name: str, request: Request, ladder_version: str) -> str:
    """What the answer of a model to a request is kept under."""
    parts = {
        "provider": provider,
        "model": name,
        "schema": _schema(request.schema),
        "prompt": request.prompt_hash,
        "system": request.system,
        "user": request.user,
        "ladder": ladder_version,
        "ask": request.ask,
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


@cache
def _schema(schema: type[BaseModel]) -> str:
    """The schema as it stands in keys; made once, since pydantic takes milliseconds for it."""
    return json.dumps(schema.model_json_schema(), sort_keys=True)


def _valid(schema: type[A], text: str) -> A:
    """Strict: a number in quotes is no number. Raises ValidationError."""
    return schema.model_validate_json(text, strict=True)


def _problems(error: ValidationError) -> str:
    """What is wrong, a line each, without what was found: that is the stranger's text."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    lines = [
        f"{shown('.'.join(map(str, one['loc'])), 120) or 'answer'}: {shown(one['msg'])}"
        for one in found
    ]
    more = [f"and {len(lines) - SHOWN_ERRORS} more"] if len(lines) > SHOWN_ERRORS else []
    return "\n".join(lines[:SHOWN_ERRORS] + more)


def _once_more(user: str, answer: str, problems: str) -> str:
    """The user text of the second ask: the first, the wrong answer in a fence that it cannot close,
    and the errors."""
    wrong = answer if len(answer) <= SHOWN_ANSWER else answer[:SHOWN_ANSWER] + "…"
    fence = "```"
    while fence in wrong:
        fence += "`"
    return (
        f"{user}\n\nYour answer was not valid. It was:\n{fence}\n{wrong}\n{fence}\n"
        f"What is wrong with it:\n{problems}\n\nAnswer again, with one JSON object that fits the "
        "schema.\n"
    )
