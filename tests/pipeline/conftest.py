"""Both services as hosts of batches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.batches import FakeBatches
from tests.fakes.models import Brain
from tests.pipeline.batching import point


@pytest.fixture(params=["anthropic", "openai"])
def provider(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def host(workspace: Workspace, provider: str) -> Iterator[Callable[..., FakeBatches]]:
    """Start a host and point the workspace at it."""
    started: list[FakeBatches] = []

    def start(brain: Brain | None = None, polls: int = 0) -> FakeBatches:
        fake = FakeBatches(brain or Reader(), polls=polls)
        fake.__enter__()
        started.append(fake)
        point(workspace, fake, provider)
        return fake

    yield start
    for fake in started:
        fake.__exit__(None, None, None)
