"""`import retest` as a library: what docs/api.md shows is what happens, and a program that imports
it stays as it was."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

import retest
from tests.brains import Reader
from tests.conftest import Workspace
from tests.fakes.models import FakeModels

PAGE = Path(__file__).parents[1] / "docs" / "api.md"
BLOCKS = re.compile(r"```python\n(.*?)```\n(?:```text\n(.*?)```\n)?", re.DOTALL)
NAMES = sorted(retest._HOMES)
DAY = date(2026, 8, 21)


def test_the_examples_of_the_page_print_what_the_page_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCKS.findall(PAGE.read_text(encoding="utf-8"))
    assert len(blocks) == 3
    names: dict[str, object] = {}
    for code, expected in blocks:
        exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 - the page is ours
        assert capsys.readouterr().out == expected


@pytest.mark.parametrize("name", NAMES)
def test_the_page_names_all_that_can_be_imported(name: str) -> None:
    assert getattr(retest, name).__name__ == name if name != "Event" else retest.Event
    assert name in dir(retest)
    assert f"`{name}" in PAGE.read_text(encoding="utf-8")


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'run_line'"):
        _ = retest.run_line


SILENT = """
import importlib, json, logging, os, pkgutil, sys
before = dict(os.environ)
import retest
heavy = sorted({"pydantic", "langgraph", "typer", "anthropic", "httpx2"} & sys.modules.keys())
for module in pkgutil.walk_packages(retest.__path__, "retest."):
    if module.name != "retest.__main__":
        importlib.import_module(module.name)
levels = {
    name: logging.getLogger(name).level for name in ("bibtexparser", "pylatexenc", "retest", "")
}
print(json.dumps([heavy, dict(os.environ) == before, levels]))
"""


def test_to_import_it_is_light_and_to_import_all_of_it_changes_nothing_of_the_process() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SILENT], capture_output=True, text=True, check=True, timeout=60
    )
    heavy, same_environment, levels = json.loads(done.stdout)
    assert heavy == []
    assert same_environment
    assert levels == {"bibtexparser": 0, "pylatexenc": 0, "retest": 0, "": 30}


def test_its_types_are_there_for_programs_that_check_theirs() -> None:
    assert (files("retest") / "py.typed").is_file()


def test_a_job_takes_all_that_it_knows_from_its_caller(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The key, and where the service is, are the job's: what the process has set counts for
    nothing, and the caller's event loop stays as it was."""
    with FakeModels(Reader()) as ours, FakeModels(Reader()) as others:
        workspace.model(ours)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "of-the-process")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", others.url)
        monkeypatch.setenv("RETEST_SOURCE", "arxiv")
        environment = workspace.environment
        settings = retest.load_settings(workspace.folder, environment, {})
        job = retest.Job(
            lines=(retest.load_line(workspace.folder / "claims" / "tides.yaml"),),
            settings=settings,
            environment=environment,
            today=DAY,
            as_of=DAY,
            model="anthropic:loopback",
        )

        async def run() -> tuple[retest.LineOutcome, str]:
            loop = asyncio.get_running_loop()
            loop.set_default_executor(ThreadPoolExecutor(1, thread_name_prefix="of-the-caller"))
            (outcome,) = await retest.run_lines(job)
            return outcome, await asyncio.to_thread(lambda: threading.current_thread().name)

        outcome, thread = asyncio.run(run())
        assert outcome.complete
        assert ours.requests
        assert not others.requests
        assert thread.startswith("of-the-caller")
    log = (workspace.folder / ".retest" / "runs.jsonl").read_text(encoding="utf-8")
    entry = json.loads(log)
    assert (entry["run"], entry["started"], entry["ended"]) == (None, None, None), "nobody said"
