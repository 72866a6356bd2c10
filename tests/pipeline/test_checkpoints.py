"""What the database of checkpoints holds is never trusted: whoever can write to it runs nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.base import empty_checkpoint
from pydantic import BaseModel

from retest.domain.paper import Paper
from retest.errors import UsageError
from retest.run.checkpoints import NAME, open_checkpoints

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
    with pytest.raises(UsageError, match="not a database of checkpoints") as error:
        async with open_checkpoints(tmp_path):
            pass
    assert "delete it" in error.value.hint
