"""A loopback OAI-PMH service with ten papers, a place for a mirror, and what it is to hold in the
end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from retest.domain.paper import Paper
from retest.papers.mirror import Mirror
from tests.fakes.oai import FakeOai
from tests.fakes.oai_records import entries
from tests.papers.harvesting import TEN, stored


@pytest.fixture
def fake() -> Iterator[FakeOai]:
    with FakeOai(entries(TEN)) as started:
        yield started


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a mirror can be made: in memory where the system has a place for it, as commits are
    slow on a disk."""
    memory = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as made:
        yield Path(made) / "mirror"


@pytest.fixture(scope="session")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Paper]:
    """What a mirror holds into which the same papers are put directly."""
    folder = tmp_path_factory.mktemp("undisturbed") / "mirror"
    with Mirror(folder) as mirror:
        mirror.upsert(TEN)
    return stored(folder)
