"""What the database of checkpoints holds is never trusted: whoever can write to it runs nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from pydantic import BaseModel

from retest.domain.paper import Paper
from retest.errors import RunError, UsageError
from retest.run.checkpoints import NAME, UNREADABLE, open_checkpoints
from tests.conftest import Workspace
from tests.pipeline.test_interrupted import held, start

PAPER = Paper(id="2501.00001", title="Wind", abstract="It blows.", published=date(2025, 1, 1))
THREAD: Any = {"configurable": {"thread_id": "a", "checkpoint_ns": ""}}
made: list[str] = []


class Foreign(BaseModel):
    """Does something when it is made, as a class that a stranger names in a row may."""

    word: str

    def model_post_init(self, context: object) -> None:
        made.append(self.word)


async def test_a_type_that_is_not_of_our_state_is_not_made_from_a_checkpoint(
    tmp_path: Path,
) -> None:
    checkpoint = empty_checkpoint()
    checkpoint["channel_values"] = {"ours": [PAPER], "foreign": Foreign(word="hello")}
    async with open_checkpoints(tmp_path) as saver:
        await saver.aput(THREAD, checkpoint, {}, {})
    made.clear()
    async with open_checkpoints(tmp_path) as saver:
        found = await saver.aget_tuple(THREAD)
    assert found is not None
    values = found.checkpoint["channel_values"]
    assert values["ours"] == [PAPER], "what is ours comes back as it went"
    assert not isinstance(values["foreign"], Foreign)
    assert made == []


async def test_a_file_that_is_no_database_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("These are my notes.\n" * 100, encoding="utf-8")
    with pytest.raises(UsageError, match="is damaged, or was made by something else") as error:
        async with open_checkpoints(tmp_path):
            pass
    assert f"delete {tmp_path / NAME}" in error.value.hint


async def test_a_full_disk_and_a_lock_are_told_as_such_and_nobody_is_told_to_delete(
    tmp_path: Path,
) -> None:
    checkpoint = empty_checkpoint()
    checkpoint["channel_values"] = {"ours": ["x" * 100_000]}

    async def put(pragma: str) -> None:
        async with open_checkpoints(tmp_path) as saver:
            await saver.conn.execute(pragma)
            await saver.aput(THREAD, checkpoint, {}, {})

    with pytest.raises(RunError, match="the disk is full") as full:
        await put("PRAGMA max_page_count = 8")
    with closing(sqlite3.connect(tmp_path / NAME)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(RunError, match="in use by another process") as locked:
            await put("PRAGMA busy_timeout = 10")
    for error in (full.value, locked.value):
        assert error.exit_status == 1
        assert "run again" in error.hint
        assert "delete" not in error.hint


async def test_a_checkpoint_with_a_flipped_byte_does_not_come_back(tmp_path: Path) -> None:
    checkpoint = empty_checkpoint()
    checkpoint["channel_values"] = {"ours": [PAPER]}
    async with open_checkpoints(tmp_path) as saver:
        await saver.aput(THREAD, checkpoint, {}, {})
    with closing(sqlite3.connect(tmp_path / NAME)) as database, database:
        (kept,) = database.execute("SELECT checkpoint FROM checkpoints").fetchone()
        at = kept.index(PAPER.title.encode())
        flipped = kept[:at] + bytes([kept[at] ^ 1]) + kept[at + 1 :]
        database.execute("UPDATE checkpoints SET checkpoint = ?", (flipped,))
    with pytest.raises(UNREADABLE):
        async with open_checkpoints(tmp_path) as saver:
            await saver.aget_tuple(THREAD)


def test_a_killed_run_whose_checkpoints_are_damaged_begins_afresh_and_pays_nothing_twice(
    workspace: Workspace, model: Any
) -> None:
    fake, reached, go = held(workspace, model, "Judgment")
    process = start(workspace)
    assert reached.wait(60), process.communicate(timeout=5)
    process.kill()
    process.communicate()
    go.set()
    with closing(sqlite3.connect(workspace.folder / ".retest" / NAME)) as database, database:
        done = database.execute("UPDATE checkpoints SET checkpoint = zeroblob(40)")
        assert done.rowcount
    answered = [r for r in fake.requests if r.schema in ("QueryPlan", "Extraction")]
    fake.requests.clear()
    ran = workspace.run()
    assert ran.status == 0, ran.err
    assert "is damaged: it begins afresh" in ran.err
    again = {(r.schema, r.user) for r in fake.requests}
    assert not again & {(r.schema, r.user) for r in answered}
