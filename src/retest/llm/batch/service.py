"""What the batch API of a service must do for us, and what its answers are to us."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from pydantic import BaseModel, ValidationError

from retest.errors import ModelFailed
from retest.llm.batch.state import Sent
from retest.llm.model import Reply, Request
from retest.retry import Transient

Line = TypeVar("Line", bound=BaseModel)
Result = Reply | ModelFailed | Transient
"""An answer; a failure that another try would not change; one that may pass."""
MOST_PAGES = 100
"""How many pages of a list of batches are looked through for one of ours."""


class Unsure(Exception):
    """Whether an intent became a batch cannot be said yet."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The results of a batch by custom id. With `whole`, there should be one for every question;
    else those without one were not answered, for the reason in `lacking`."""

    results: Mapping[str, Result]
    whole: bool
    lacking: str = "it has no result"


class BatchService(Protocol):
    """The batches of one model. All calls raise as `failures` says: Transient, KeyRejected,
    NotThere, RunError."""

    most_requests: int
    most_bytes: int

    def encoded(self, custom_id: str, request: Request) -> bytes:
        """A question as it is sent."""
        ...

    async def prepare(self, lines: Sequence[bytes]) -> Any:
        """What can be done before a batch is created; nothing is billed for it."""
        ...

    async def create(self, nonce: str, prepared: Any) -> str:
        """Create the batch: from here on it is paid for. Gives back its id."""
        ...

    async def find(self, intent: Sent, known: set[str]) -> str | None:
        """The id of the batch that an intent became, if it became one. `known` are ids of other
        batches of ours. Raises Unsure."""
        ...

    async def ended(self, batch: Sent) -> Ended | None:
        """The results, or None while it is under way. Raises NotThere for a batch that the service
        does not know."""
        ...

    async def aclose(self) -> None: ...


def json_lines(shape: type[Line], body: bytes) -> Iterator[Line]:
    """The lines of a JSONL body that have this shape; others are passed over."""
    for line in body.split(b"\n"):
        try:
            yield shape.model_validate_json(line)
        except ValidationError:
            continue


def read_result(read: Callable[[], Reply]) -> Result:
    """A reply, or how reading it failed."""
    try:
        return read()
    except (ModelFailed, Transient) as failed:
        return failed


def as_result(error: Exception) -> Result:
    """What `from_status` makes of one question's status, as a result: it costs this question, never
    the run."""
    if isinstance(error, Transient | ModelFailed):
        return error
    return ModelFailed(getattr(error, "message", str(error)), getattr(error, "hint", ""))


def compact(value: Any) -> bytes:
    """JSON without spaces, as it is sent."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode(errors="replace")
