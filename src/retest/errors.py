"""Every error that retest raises on purpose, with a hint that says how to go on.

RetestError
|-- UsageError            the input is wrong                       exit status 2
|   `-- FileError         ... at a place in a file: file:line, found, expected
`-- RunError              something went wrong while running       exit status 1
    |-- KeyRejected       the model's service refused the key: the run stops at once
    `-- ClaimError        costs one claim, never the run           exit status 3
        |-- SearchFailed  the paper source could not be asked
        `-- ModelFailed   the model gave no usable answer
            `-- Waiting   an answer that a person, or a service's batch, has yet to give
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

Awaits = Literal["person", "batch", "dry-run"]
"""Whose answer a claim waits for: a person's (provider `manual`), that of a service's batch, or in
`run --explain`, which asks nobody and writes no record, no one's."""


class RetestError(Exception):
    """Base of all errors here. `message` says what is wrong, `hint` how to go on; both are plain
    text."""

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def in_one_line(self) -> str:
        """Message and hint as one line of prose, for a report."""
        return " ".join(f"{self.message}; {self.hint}".rstrip("; ").split())

    def __str__(self) -> str:
        return f"{self.message}\n  {self.hint}" if self.hint else self.message


class UsageError(RetestError):
    """The command line, the environment or a file is not as it must be."""

    exit_status = 2


class FileError(UsageError):
    """A place in a file: what was found there and what was expected."""

    def __init__(
        self, path: Path | str, line: int | None, found: str, expected: str, hint: str = ""
    ) -> None:
        self.path, self.line, self.found, self.expected = str(path), line, found, expected
        where = f"{path}:{line}" if line else str(path)
        super().__init__(f"{where}: found {found}; expected {expected}", hint)


class RunError(RetestError):
    """The run could not go on."""


class KeyRejected(RunError):
    """The service refused the key (401 or 403): no other call can succeed either."""


class ClaimError(RunError):
    """One claim cannot be searched or judged; its siblings go on."""

    exit_status = 3


class SearchFailed(ClaimError):
    """The paper source could not be asked, or its answer was broken. Never the same as "found
    nothing"."""


class ModelFailed(ClaimError):
    """The model gave no usable answer: refused, cut off, not valid after asking again, or out of
    reach."""


class Waiting(ModelFailed):
    """The answer is awaited: from a person (provider `manual`) or from a batch (`run --batch`).
    `awaits` is None where there is an answer that somebody has to mend."""

    def __init__(self, message: str, hint: str = "", *, awaits: Awaits | None = None) -> None:
        super().__init__(message, hint)
        self.awaits = awaits
