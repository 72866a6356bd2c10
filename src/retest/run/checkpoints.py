"""Where killed runs stood: a database of LangGraph's checkpoints. What it holds is never
trusted: only the models of our own state come back from it, and only as they went in."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retest.files.database import explained
from retest.files.private import private_folder
from retest.files.read import check_regular
from retest.pipeline.state import channel_types

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

NAME = "checkpoints.sqlite"
UNREADABLE = (ValueError, TypeError, LookupError, EOFError)
"""What LangGraph makes of rows with flipped bytes; `Damaged` is among them."""
_SUM = 16
"""Bytes of the checksum before each value."""


class Damaged(ValueError):
    """A value that is not as it was written."""


@asynccontextmanager
async def open_checkpoints(home: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """The checkpoints of a state folder, which is made if need be. Raises UsageError where the
    file is none of ours or damaged, and RunError where the machine keeps it from being used."""
    import aiosqlite
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    path = home / NAME
    try:
        _make_ready(path)
        async with aiosqlite.connect(path) as connection:
            saver = AsyncSqliteSaver(connection, serde=_serializer())
            await saver.setup()
            yield saver
    except sqlite3.Error as error:
        hint = f"delete {path}: it only holds where interrupted runs stood, and no answers"
        raise explained(error, path, "the database of checkpoints", hint) from error


def _make_ready(path: Path) -> None:
    """The file, for its owner alone."""
    private_folder(path.parent, tighten=False)
    if os.path.lexists(path):
        check_regular(path, "a database of checkpoints")
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    path.chmod(0o600)


def _serializer() -> Any:
    """LangGraph's own, each value behind a checksum. Its default would import and call whatever a
    row names: only the types of our state are allowed."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

    class Summed(JsonPlusSerializer):
        def dumps_typed(self, obj: Any) -> tuple[str, bytes]:
            kind, data = super().dumps_typed(obj)
            return kind, _checksum(kind, data) + data

        def loads_typed(self, data: tuple[str, bytes]) -> Any:
            kind, kept = data
            checksum, value = kept[:_SUM], kept[_SUM:]
            if checksum != _checksum(kind, value):
                raise Damaged("a checkpoint whose checksum is another one")
            return super().loads_typed((kind, value))

    return Summed(allowed_msgpack_modules=channel_types())


def _checksum(kind: str, data: bytes) -> bytes:
    return hashlib.sha256(kind.encode() + b" " + data).digest()[:_SUM]
