"""A workspace on the small literature, and `retest eval` in it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from retest.evaluation.claims.result import Result
from retest.papers.mirror import Mirror
from tests.conftest import Ran, Workspace
from tests.evaluation.pairs_world import PairsBench
from tests.evaluation.world import AS_OF, TOPICS, papers, write_gold
from tests.fakes.models import Brain, FakeModels


@dataclass(frozen=True)
class Bench:
    """`retest eval` against a loopback model. `asked` counts the requests of the last
    evaluation."""

    workspace: Workspace

    @property
    def gold(self) -> Path:
        return self.workspace.folder / "known.jsonl"

    def write(self, rows: Sequence[dict[str, object]]) -> None:
        write_gold(self.gold, rows)

    def run(self, brain: Brain, *arguments: str) -> tuple[Ran, FakeModels]:
        with FakeModels(brain) as fake:
            self.workspace.model(fake)
            return self.workspace.retest("eval", str(self.gold), "--as-of", AS_OF, *arguments), fake

    def result(self, brain: Brain, *arguments: str) -> Result:
        ran, _ = self.run(brain, "--json", *arguments)
        assert ran.status in (0, 3), ran.err
        return Result.model_validate_json(ran.out)


@pytest.fixture(scope="session")
def literature(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirror of the small literature, made once."""
    folder = tmp_path_factory.mktemp("literature") / "mirror"
    with Mirror(folder) as mirror:
        mirror.upsert(papers())
    return folder


@pytest.fixture
def bench(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    literature: Path,
) -> Bench:
    """All claims of the small literature as gold."""
    workspace = Workspace(tmp_path, monkeypatch, capsys)
    shutil.copytree(literature, tmp_path / ".retest" / "mirror")
    workspace.environment["RETEST_CANDIDATES"] = (
        "4"  # the papers of a claim's own word, read in one call
    )
    made = Bench(workspace)
    made.write([topic.row() for topic in TOPICS])
    return made


@pytest.fixture
def pairs_bench(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> PairsBench:
    """The tiny SciFact of pairs_world.py."""
    made = PairsBench(Workspace(tmp_path, monkeypatch, capsys))
    made.write()
    return made
