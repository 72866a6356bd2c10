"""One service that papers come from, asked politely: a turn for each request, patience, bounds, and
an outage that is met once."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TypeVar

from retest.masking import Mask
from retest.papers.circuit import Circuit
from retest.papers.polite import Turns
from retest.retry import MAY_PASS, Patience, Transient, retry_after, retrying
from retest.transport import Answer, Bounds, Unreachable, fetch

T = TypeVar("T")
ARXIV_MAY_PASS = MAY_PASS | {403, 406}
"""At arXiv, 403 and 406 are what its edge answers to those that it slows down: on the API as on
OAI-PMH."""


class Host:
    """Asks a service that messages call `name`. Safe to use from several threads.

    `check` sees each answer first, and raises for what no other try would change. Statuses of
    `may_pass` and of 500 and more are tried again. A `circuit` that several hosts of a run share
    makes them meet an outage once.
    """

    def __init__(
        self,
        name: str,
        turns: Turns,
        patience: Patience,
        *,
        bounds: Bounds,
        may_pass: frozenset[int] = MAY_PASS,
        headers: Mapping[str, str] | None = None,
        check: Callable[[Answer], None] | None = None,
        circuit: Circuit | None = None,
        mask: Mask | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._name, self._turns, self._patience, self._bounds = name, turns, patience, bounds
        self._may_pass, self._headers, self._mask = may_pass, headers, mask
        self._check, self._circuit, self._sleep = check, circuit or Circuit(), sleep

    def ask(self, url: str, read: Callable[[Answer], T]) -> T:
        """What `read` makes of the answer; it raises Transient for one that is broken.

        Raises Transient where patience has ended or the service counts as down, Moved, OSError
        where the folder of turns cannot be written, and what else `check` and `read` raise.
        """

        def once() -> T:
            return self._once(url, read)

        def patiently() -> T:
            try:
                return retrying(self._patience).copy(sleep=self._sleep)(once)
            except Transient as error:
                tried = f"{error}, after {self._patience.attempts} attempts"
                raise Transient(tried, error.retry_after) from error

        return self._circuit.ask(patiently, once)

    def _once(self, url: str, read: Callable[[Answer], T]) -> T:
        with self._turns.turn(self._patience.longest):
            try:
                answer = fetch(url, headers=self._headers, bounds=self._bounds, mask=self._mask)
            except Unreachable as error:
                raise Transient(f"{self._name} could not be reached ({error})") from error
            if self._check:
                self._check(answer)
            if answer.status in self._may_pass or answer.status >= 500:
                raise Transient(
                    f"{self._name} answered with status {answer.status}",
                    retry_after(answer.headers.get("Retry-After")),
                )
            return read(answer)
