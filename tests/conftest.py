"""What all tests of runs share: a workspace of their own, a small mirror of papers, and the command
line in process."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import typer

from retest.domain.paper import Paper
from retest.papers.mirror import Mirror
from tests.fakes.models import Brain, FakeModels
from tests.papers_small import PAPERS

# The same examples every time; `pytest --hypothesis-profile=explore` looks for new ones.
# How long anything takes is no matter here: other work on the machine would decide.
UNHURRIED = hypothesis.settings(
    deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("same", UNHURRIED, derandomize=True)
hypothesis.settings.register_profile("explore", UNHURRIED, max_examples=2000)
hypothesis.settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a process of ours makes once, and what these tests would make anew for each of a
    thousand runs in one process: the commands with their options, and the certificates of the
    world, which no loopback host has."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SSL_CERT_DIR", str(tmp_path_factory.mktemp("no-certificates")))
        patched.setattr(typer.main, "get_command", cache(typer.main.get_command))
        yield


CLAIMS = """\
line: tides
question: What drives the tides of small lakes?
thesis: The wind drives them.
counter_thesis: The moon alone drives the tides of small lakes.
anchors:
  - {id: "2501.00001", dated: 2025-01, about: wind and lakes}
claims:
  - id: wind-drives
    text: Wind drives the tides of small lakes.
    dated: 2025-01
    anchors: ["2501.00001"]
    levers: [depth of the lake]
  - id: depth-matters
    text: The tides of small lakes grow with their depth.
    dated: 2025
    levers: [method]
questions: [Does the wind matter under ice?]
"""


@dataclass(frozen=True)
class Ran:
    """How the command line ended."""

    status: int
    out: str
    err: str


class Workspace:
    """A folder with one line and a mirror, and the command line run in it against a loopback
    model."""

    def __init__(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.folder, self._monkeypatch, self._capsys = folder, monkeypatch, capsys
        self.environment: dict[str, str] = {
            "RETEST_SOURCE": "mirror",
            "RETEST_MODEL": "anthropic:loopback",
            "ANTHROPIC_API_KEY": "loopback",
            "RETEST_RETRY_PAUSE": "0.01",
            "RETEST_RETRY_ATTEMPTS": "2",
            "RETEST_TIMEOUT": "100",
            "RETEST_FULL_TEXT": "never",
        }

    def claims(self, text: str = CLAIMS, name: str = "tides") -> None:
        (self.folder / "claims").mkdir(exist_ok=True)
        (self.folder / "claims" / f"{name}.yaml").write_text(text, encoding="utf-8")

    def mirror(self, *papers: Paper) -> None:
        """Add papers to the mirror."""
        with Mirror(self.folder / ".retest" / "mirror") as mirror:
            mirror.upsert(papers)

    def model(self, fake: FakeModels) -> None:
        self.environment["ANTHROPIC_BASE_URL"] = fake.url

    def retest(self, *arguments: str, environment: Mapping[str, str] | None = None) -> Ran:
        """`retest ARGUMENTS -C this folder`, in this process."""
        from retest.cli import main

        with self._monkeypatch.context() as patched:
            for name in (
                "OPENAI_API_KEY",
                "OPENAI_BASE_URL",
                "ANTHROPIC_API_KEY",
                "ANTHROPIC_BASE_URL",
            ):
                patched.delenv(name, raising=False)
            for name, value in {**self.environment, **(environment or {})}.items():
                patched.setenv(name, value)
            patched.chdir(self.folder)
            patched.setattr("sys.argv", ["retest", *arguments])
            self._capsys.readouterr()
            with pytest.raises(SystemExit) as ended:
                main()
        said = self._capsys.readouterr()
        code = ended.value.code
        return Ran(code if isinstance(code, int) else 0 if code is None else 1, said.out, said.err)

    def run(self, *arguments: str, as_of: str = "2026-08-21") -> Ran:
        """`retest run --line tides`, on a fixed day."""
        return self.retest("run", "--line", "tides", "--as-of", as_of, *arguments)

    def record(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            (self.folder / "reports" / "tides.json").read_text(encoding="utf-8")
        )
        return found

    def claim(self, name: str) -> dict[str, Any]:
        record = self.record()
        return next(
            claim for claim in [*record["claims"], record["counter_thesis"]] if claim["id"] == name
        )

    def markdown(self) -> str:
        return (self.folder / "reports" / "tides.md").read_text(encoding="utf-8")

    def reports(self) -> dict[str, bytes]:
        """Every file under reports/ as bytes."""
        return {
            path.name: path.read_bytes() for path in sorted((self.folder / "reports").iterdir())
        }


@pytest.fixture(scope="session")
def small_mirror(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mirror of the small papers, made once."""
    folder = tmp_path_factory.mktemp("small") / "mirror"
    with Mirror(folder) as mirror:
        mirror.upsert(PAPERS)
    return folder


@pytest.fixture
def workspace(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    small_mirror: Path,
) -> Workspace:
    """A workspace with the line `tides` and a mirror of the small papers."""
    made = Workspace(tmp_path, monkeypatch, capsys)
    made.claims()
    shutil.copytree(small_mirror, tmp_path / ".retest" / "mirror")
    return made


@pytest.fixture
def model(workspace: Workspace) -> Iterator[Callable[[Brain], FakeModels]]:
    """Start a loopback model with a brain and point the workspace at it."""
    started: list[FakeModels] = []

    def start(brain: Brain, delay: float = 0.0) -> FakeModels:
        fake = FakeModels(brain, delay=delay)
        fake.__enter__()
        started.append(fake)
        workspace.model(fake)
        return fake

    yield start
    for fake in started:
        fake.__exit__(None, None, None)
