"""What is remembered of batches, in `batches.json` of the state folder: what was sent, and what
came of it.

The file says for what money was spent. One that cannot be read is an error, never an empty state.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from retest.errors import FileError
from retest.files.read import read_bytes
from retest.files.replace import replace
from retest.files.summed import checked, summed
from retest.llm.failures import shown
from retest.llm.model import Usage
from retest.llm.providers import provider_of

NAME = "batches.json"
LARGEST = 500_000_000
"""Bytes. A night of a thousand questions takes one or two million."""
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,128}$")]
"""Ids of services and of ours: they become parts of addresses."""


Kind = Literal["Triage", "Extraction", "Entailment", "Judgment"]
"""Which questions go through a batch, by the names of their schemas. A plan is asked for once a
claim, a synthesis when nothing waits any more: both are short."""


def _has_batches(provider: str) -> str:
    if not provider_of(provider).has_batches:
        raise ValueError("no provider with a batch API")
    return provider


class _Kept(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Asked(_Kept):
    """A question of a batch. `key` is its own; `keys` are what a valid answer is kept under, and
    `parts` the same for what is said of each paper. For a second ask, `keys` are those of the
    first."""

    key: str
    keys: list[str]
    parts: dict[str, list[str]]
    kind: Kind
    line: str
    claim: str
    limit: int
    """How many tokens the answer may have."""


class Sent(_Kept):
    """A batch. Without an `id` it is an intent: it was about to be created when the run ended."""

    nonce: Id
    provider: Annotated[str, AfterValidator(_has_batches)]
    model: str
    day: date
    id: Id | None = None
    asked: dict[Id, Asked]
    """By custom id, which holds the nonce."""
    missed: int = 0
    """How many runs did not find the intent at the service."""
    misread: int = 0
    """How many times results of it were missing or no JSON."""


class Failed(_Kept):
    """A question that came back without an answer that can be used. `final` is for the day."""

    said: str
    hint: str
    day: date
    times: int
    final: bool


class Invalid(_Kept):
    """An answer that does not validate: it is shown to the model once more."""

    text: str
    day: date


class Untold(_Kept):
    """What an answer used, until the log of its line has it."""

    line: str
    claim: str
    kind: Kind
    provider: str
    model: str
    usage: Usage
    failed: str = ""


class State(_Kept):
    """All that is remembered. `afresh` is the word of a run with --full that still waits."""

    format: Literal[1] = 1
    afresh: str = ""
    sent: list[Sent] = []
    failed: dict[str, Failed] = {}
    invalid: dict[str, Invalid] = {}
    untold: list[Untold] = []


def read_state(home: Path) -> State:
    """What is remembered; nothing where there is no file. Raises FileError for one that is not
    ours, or not as it was written."""
    path = home / NAME
    expected = "the state of batches, as retest wrote it"
    hint = (
        "restore it from a backup, or move it away and keep it: it says what waits in batches, "
        "which is paid for, and without it is asked for again"
    )
    if not os.path.lexists(path):
        return State()
    try:
        values = checked(read_bytes(path, expected, LARGEST))
        return State.model_validate_json(json.dumps(values))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = shown(".".join(map(str, first["loc"])), 120) or "the file"
        raise FileError(path, None, f"{where}: {shown(first['msg'])}", expected, hint) from error
    except ValueError as error:
        found = f"what is not whole: {shown(str(error))}"
        raise FileError(path, None, found, expected, hint) from error
    except FileError as error:
        raise FileError(path, None, error.found, expected, hint) from error


def write_state(home: Path, state: State) -> None:
    """All of the file or nothing, and on the disk before anything is paid for."""
    replace(home / NAME, summed(state.model_dump(mode="json")), mode=0o600)
