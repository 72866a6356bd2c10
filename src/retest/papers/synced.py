"""How far a mirror is in step with arXiv: FOLDER/harvest.json, beside the index.

It is replaced at once, and only after what it speaks of is committed to the index. A writer that is
killed in between has papers of which the note does not know yet: they come again, and change
nothing.
"""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import Field

from retest.domain import Frozen
from retest.errors import FileError, UsageError
from retest.files.read import read_bytes
from retest.files.replace import replace
from retest.files.summed import checked, summed

NAME = "harvest.json"
OVERLAP = timedelta(days=1)
"""Datestamps are days, and a paper may be changed on a day after that day was harvested: it is
asked for again."""


class UnderWay(Frozen):
    """A list of changes that has not come to its end. `asked` is its first day; None where it
    begins with arXiv."""

    asked: date | None = None
    since: date | None = None
    """The first day of the request that the token goes back to: `asked`, or a later one after a new
    start."""
    token: str | None = None
    expires: datetime | None = None
    answered: date | None = None
    """The server's day at the list's first page: what is changed after it may be missing from the
    list."""
    newest: date | None = None
    """The newest datestamp so far."""
    ordered: bool = True
    """Whether the datestamps have come in order so far, as arXiv's do."""
    seen: int = 0
    """Records since the request that the token goes back to."""

    def again(self) -> UnderWay:
        """The same without its token: from the newest day seen, all before which is here, if the
        days came in order."""
        since = self.newest if self.ordered and self.newest else self.asked
        return self.model_copy(update={"since": since, "token": None, "expires": None, "seen": 0})


class Extent(Frozen):
    """What the mirror holds of a set: the changes from `since` (None: all) up to some on the day
    `until` (None: the first harvest has not come to its end), and what `under_way` has brought
    beyond that."""

    since: date | None = None
    until: date | None = None
    under_way: UnderWay | None = None


class Synced(Frozen):
    """`imported` is the day up to which an imported snapshot went; `sets` are by their OAI names,
    all of arXiv as ""; `unread` are ids whose record could not be read, and why."""

    format: Literal[1] = 1
    imported: date | None = None
    sets: dict[str, Extent] = Field(default_factory=dict)
    unread: dict[str, str] = Field(default_factory=dict)

    def known(self, oai_set: str) -> date | None:
        """The latest day up to which the changes of a set are known to be here: by its own harvest,
        by a whole one of a wider set, or by a snapshot."""
        whole = [
            extent.until
            for name in _wider(oai_set)
            if (extent := self.sets.get(name)) and extent.since is None
        ]
        days = [self.sets.get(oai_set, Extent()).until, self.imported, *whole]
        return max((day for day in days if day), default=None)

    def with_set(self, oai_set: str, extent: Extent) -> Synced:
        return self.model_copy(update={"sets": {**self.sets, oai_set: extent}})

    def with_import(self, until: date) -> Synced:
        return self.model_copy(update={"imported": max(until, self.imported or until)})


def _wider(oai_set: str) -> list[str]:
    """The sets that hold all of a set: of `cs:cs:CL` all of arXiv, `cs` and `cs:cs`."""
    parts = oai_set.split(":") if oai_set else []
    return [":".join(parts[:length]) for length in range(len(parts))]


def load_synced(folder: Path) -> Synced | None:
    """What is noted in a mirror's folder, or None if nothing is. Raises UsageError for a note that
    cannot be read, or is not as it was written."""
    path = folder / NAME
    if not os.path.lexists(path):
        return None
    try:
        return Synced.model_validate(checked(read_bytes(path, "a note of a sync")))
    except (FileError, ValueError) as error:  # ValidationError is one
        raise UsageError(
            f"{path} cannot be read, is damaged, or was made by another version of retest",
            "remove that file: the papers stay, and the next sync goes on from the newest of them",
        ) from error


def save_synced(folder: Path, synced: Synced) -> None:
    """Note how far a mirror is in step. Raises OSError."""
    replace(folder / NAME, summed(synced.model_dump(mode="json")), mode=0o600)
