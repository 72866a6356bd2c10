"""Where killed runs stood: a database of LangGraph's checkpoints. What it holds is never
trusted: only the models of our own state come back from it."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from retest.errors import UsageError
from retest.pipeline.state import channel_types

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

NAME = "checkpoints.sqlite"


@asynccontextmanager
async def open_checkpoints(home: Path) -> AsyncIterator[AsyncSqliteSaver]:
    """The checkpoints of a state folder, which is made if need be. Raises UsageError where the
    file is none of ours."""
    import aiosqlite
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

    path = home / NAME
    path.parent.mkdir(parents=True, exist_ok=True)
    # LangGraph's default would import and call whatever a row names.
    serializer = JsonPlusSerializer(allowed_msgpack_modules=channel_types())
    try:
        async with aiosqlite.connect(path) as connection:
            saver = AsyncSqliteSaver(connection, serde=serializer)
            await saver.setup()
            yield saver
    except sqlite3.DatabaseError as error:
        hint = "delete it: it only holds where interrupted runs stood"
        raise UsageError(f"{path} is not a database of checkpoints ({error})", hint) from error
