"""Questions that go through a service's batch API at half price, from run to run.

    a run:  pick_up --> the graph asks; what has no answer is queued, and its claim waits --> submit

A question costs money from the moment a batch is created, so an intent (a nonce and the questions'
keys) is written before that. A run that ends in between leaves an intent without an id, and the
next runs look for its batch at the service. The queue itself lives in memory: until the intent is
written nothing is paid for, and the next run asks anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar, cast, get_args

from retest.errors import KeyRejected, ModelFailed, RunError, Waiting
from retest.llm.batch.book import Book
from retest.llm.batch.service import BatchService, Ended, Unsure
from retest.llm.batch.state import Asked, Kind, Sent
from retest.llm.failures import NotThere, shown
from retest.llm.model import Reply, Request
from retest.retry import BrokeOff, Patience, Transient, async_retrying

if TYPE_CHECKING:
    from retest.cache import AnswerCache

T = TypeVar("T")
MISSED = 2
"""How many runs must not find a batch before its questions are asked again. Not the first: the
service may have been creating it still when that run looked."""
FULL_DAYS = 7
"""How many days a run with --full goes on under one word: a claim needs up to six batches, which
take a day at most. Where something always waits, as new papers come in, a later --full would find
the old answers again."""
ENVELOPE = 100
"""Bytes that a batch has beside its lines."""


@dataclass(frozen=True, slots=True)
class _Queued:
    """A question for the batch at the end of this run."""

    asked: Asked
    request: Request
    spec: tuple[str, str]


Part = Mapping[str, tuple[_Queued, bytes]]
"""The questions of one batch by custom id, each with the line that is sent."""


class Notify(Protocol):
    """Tells people one line; what is `needed` also those who want no progress."""

    def __call__(self, text: str, *, needed: bool = False) -> None: ...


class _NotSaid(Exception):
    """The connection broke while a batch was being created: whether there is one is not known."""


class Batches:
    """The batches of one workspace, during one run that asks the models `specs`. With `on`,
    questions are queued; without, those that earlier runs sent are still picked up, and waited for.
    With `looking`, nothing is queued or written down. `nonce` is chance. Raises FileError where the
    state is not ours."""

    def __init__(
        self,
        home: Path,
        cache: AnswerCache,
        today: date,
        specs: Sequence[str],
        opened: Callable[[str, str], BatchService],
        patience: Patience,
        *,
        on: bool,
        full: bool = False,
        looking: bool = False,
        notify: Notify,
        nonce: Callable[[], str] = lambda: secrets.token_hex(8),
    ) -> None:
        self.on, self.book, self._looking = on, Book(home, cache, today), looking
        self._today, self._specs, self._patience, self._opened = today, specs, patience, opened
        self._notify, self._nonce = notify, nonce
        # A run with --full goes on under the word of its first day until nothing waits, or midnight
        # would undo it.
        words = [f"full {today - timedelta(days=ago)}" for ago in range(FULL_DAYS)]
        begun = self.book.state.afresh
        self.afresh = (begun if begun in words else words[0]) if full else ""
        self._services: dict[tuple[str, str], BatchService] = {}
        self._queue: dict[str, _Queued] = {}
        self._queued_parts: set[str] = set()
        state = self.book.state
        self.touched = on or bool(state.sent or state.failed or state.invalid or state.untold)
        """Whether an answer of this run may come from a batch: where a killed run stood is then of
        no use."""

    def answer(self, key: str) -> str | None:
        """The invalid answer that a batch gave to a question, or None where it may be asked. Raises
        Waiting where it is under way, and ModelFailed where it has failed for the day."""
        if key in self._queue or key in self.book.keys:
            raise _waiting()
        failed = self.book.failed_today(key) if self.on else None
        if failed is not None:
            raise failed
        invalid = self.book.state.invalid.get(key)
        return invalid.text if invalid else None

    def waiting(self, part: str) -> Waiting | None:
        """What to raise where this part of an answer is under way."""
        return _waiting() if part in self._queued_parts or part in self.book.parts else None

    def takes(self, request: Request) -> bool:
        """Whether the question is to be queued."""
        return self.on and not self._looking and request.schema.__name__ in get_args(Kind)

    def gave_up(self, keys: Sequence[str], error: ModelFailed) -> None:
        """None of the answers to a question, asked under these keys in turn, was valid."""
        if not self._looking:
            self.book.gave_up(keys, error)

    def queue(
        self,
        provider: str,
        model: str,
        key: str,
        keys: Sequence[str],
        parts: Mapping[str, list[str]],
        request: Request,
    ) -> Waiting:
        """Put a question into this run's batch. Gives back what to raise."""
        asked = Asked(
            key=key,
            keys=list(keys),
            parts=dict(parts),
            kind=_kind(request),
            line=request.facts.line,
            claim=request.facts.claim,
            limit=request.max_output_tokens,
        )
        self._queue[key] = _Queued(asked, request, (provider, model))
        self._queued_parts.update(part for of in parts.values() for part in of)
        return _waiting()

    async def pick_up(self) -> None:
        """Take what has ended of the batches of the run's models. What cannot be asked for is
        waited for."""
        for gone in self.book.forget():
            self._notify(
                f"{_named(gone)} was sent on {gone.day}: the service has its results no more",
                needed=True,
            )
        for sent in self._ours():
            service = self._service(sent.provider, sent.model)
            try:
                if sent.id is None and not await self._sought(service, sent):
                    continue
                ended = await self._ended(service, sent)
            except KeyRejected:
                raise
            except (Transient, RunError) as error:
                self._notify(f"{_named(sent)} could not be asked for: {_short(error)}", needed=True)
                continue
            if ended is not None:
                answered = sum(isinstance(result, Reply) for result in ended.results.values())
                self._notify(
                    f"picked up {answered} of {_count(len(sent.asked), 'answer')} from "
                    f"{_named(sent)}"
                )
                if left := self.book.take(sent, ended):
                    self._notify(
                        f"{_count(left, 'result')} of it cannot be read; the next run looks again",
                        needed=True,
                    )

    async def _ended(self, service: BatchService, sent: Sent) -> Ended | None:
        async def ended() -> Ended | None:
            return await service.ended(sent)

        try:
            return await self._patiently(ended)
        except NotThere:
            sent.missed += 1
            if sent.missed < MISSED:  # perhaps another account or address was set for once
                self.book.save()
                raise
            return Ended(
                {}, whole=False, lacking=f"the service does not know {_named(sent)} any more"
            )

    async def _sought(self, service: BatchService, sent: Sent) -> bool:
        """Whether the batch of an intent is known now. After runs that did not find one its
        questions are free."""

        async def found() -> str | None:
            return await service.find(sent, self.book.ids)

        try:
            sent.id = await self._patiently(found)
        except Unsure:
            return False
        sent.missed += sent.id is None
        if sent.missed >= MISSED:
            self.book.drop(sent)
        else:
            self.book.save()
        return sent.id is not None

    async def submit(self) -> None:
        """Send the queue, a batch a model, more where the service's limits want it; and say what
        waits where. Raises RunError where a service refuses a batch, when all others are sent."""
        refused: list[RunError] = []
        for spec in dict.fromkeys(queued.spec for queued in self._queue.values()):
            service = self._service(*spec)
            try:
                for nonce, part in self._split(
                    service, [one for one in self._queue.values() if one.spec == spec]
                ):
                    await self._submit(service, spec, nonce, part)
            except RunError as error:
                refused.append(error)
        self._end()
        for sent in self._ours():
            self._notify(_what_waits(sent), needed=True)
        if refused:
            raise refused[0]

    def _split(
        self, service: BatchService, queued: Sequence[_Queued]
    ) -> Iterator[tuple[str, Part]]:
        """The questions under the service's limits, each batch with its nonce."""
        nonce, part, size = self._nonce(), dict[str, tuple[_Queued, bytes]](), 0
        for one in queued:
            line = service.encoded(_custom_id(one, nonce), one.request)
            if part and (
                len(part) >= service.most_requests
                or size + len(line) + ENVELOPE > service.most_bytes
            ):
                yield nonce, part
                nonce, part, size = self._nonce(), {}, 0
                line = service.encoded(_custom_id(one, nonce), one.request)
            part[_custom_id(one, nonce)] = one, line
            size += len(line) + 1
        yield nonce, part

    async def _submit(
        self, service: BatchService, spec: tuple[str, str], nonce: str, part: Part
    ) -> None:
        lines = [line for _, line in part.values()]
        asked = {custom_id: queued.asked for custom_id, (queued, _) in part.items()}
        sent = Sent(nonce=nonce, provider=spec[0], model=spec[1], day=self._today, asked=asked)

        async def prepare() -> object:
            return await service.prepare(lines)

        try:
            prepared = await self._patiently(prepare)
            self.book.state.sent.append(sent)
            self.book.save()
            sent.id = await self._created(service, sent, prepared)
        except (_NotSaid, Unsure) as error:
            self._notify(
                f"whether a batch has reached {_spec(sent)} is not known: {error}", needed=True
            )
        except (Transient, RunError) as error:
            if sent in self.book.state.sent:
                self.book.drop(sent)
            if isinstance(error, NotThere):
                hint = (
                    "check the model's name; a server without a batch API is asked without --batch"
                )
                raise RunError(f"{_spec(sent)} takes no batch: {error.message}", hint) from error
            if isinstance(error, RunError):
                raise RunError(
                    f"{_spec(sent)} refused the batch: {error.message}", error.hint
                ) from error
            self._notify(
                f"{_count(len(part), 'question')} could not be sent to {_spec(sent)}: "
                f"{_short(error)}",
                needed=True,
            )
        else:
            self.book.save()

    async def _created(self, service: BatchService, sent: Sent, prepared: object) -> str:
        """The id of the batch. Before a second attempt, and after the last, it is looked whether
        there is one already. Raises _NotSaid and Unsure where that is not known, and Transient
        where there is none."""
        attempts = count(1)

        async def found() -> str | None:
            return await service.find(sent, self.book.ids)

        async def create() -> str:
            try:
                there = await found() if next(attempts) > 1 else None
                return there or await service.create(sent.nonce, prepared)
            except BrokeOff as error:
                raise _NotSaid(_short(error)) from error

        try:
            return await self._patiently(create)
        except Transient as error:
            try:
                there = await self._patiently(found)
            except (Transient, RunError):
                raise _NotSaid(_short(error)) from error
            if there is None:
                raise
            return there

    async def aclose(self) -> None:
        for service in self._services.values():
            await service.aclose()

    def _end(self) -> None:
        """Where nothing waits any more, the next run with --full is a new one."""
        state = self.book.state
        afresh = (self.afresh or state.afresh) if self._queue or state.sent else ""
        if afresh != state.afresh:
            state.afresh = afresh
            self.book.save()

    def _ours(self) -> list[Sent]:
        return [sent for sent in self.book.state.sent if _spec(sent) in self._specs]

    def _service(self, provider: str, model: str) -> BatchService:
        if (provider, model) not in self._services:
            self._services[provider, model] = self._opened(provider, model)
        return self._services[provider, model]

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        return await async_retrying(self._patience)(call)


def _waiting() -> Waiting:
    """Without the batch's name: the report of a new claim shows this, and it holds nothing that
    changes by itself."""
    return Waiting(
        "its answer waits in a batch",
        "the same command picks it up when the batch has ended",
        awaits="batch",
    )


def _custom_id(queued: _Queued, nonce: str) -> str:
    """Of at most 64 characters, as both services want it, and never the same in two batches."""
    return f"{queued.asked.key[:40]}-{nonce}"


def _kind(request: Request) -> Kind:
    name = request.schema.__name__
    if name not in get_args(Kind):
        raise TypeError(f"{name} does not go through a batch")
    return cast("Kind", name)


def _spec(sent: Sent) -> str:
    return f"{sent.provider}:{sent.model}"


def _named(sent: Sent) -> str:
    return f"batch {sent.id or '(not found yet)'} of {_spec(sent)}"


def _what_waits(sent: Sent) -> str:
    waits = f"{_count(len(sent.asked), 'question')} wait{'s' if len(sent.asked) == 1 else ''}"
    if sent.id is None:
        return (
            f"{waits} for a batch of {_spec(sent)} that may have been sent on {sent.day}: the "
            "next run looks for it"
        )
    return f"{waits} in {_named(sent)}, sent on {sent.day}: the same command picks up the answers"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _short(error: Exception) -> str:
    return shown(getattr(error, "message", str(error)))
