"""The streams of a run: closed, of another encoding, or read by a program."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.brains import Reader
from tests.cli.test_progress_terminal import drawn
from tests.conftest import CLAIMS, Workspace

RUN = [sys.executable, "-m", "retest", "run", "--line", "tides", "--as-of", "2026-08-21"]


def in_shell(
    workspace: Workspace, redirections: str, *arguments: str, **variables: str
) -> subprocess.CompletedProcess[bytes]:
    """The run in a process of its own, its streams redirected by a shell."""
    ours = ("RETEST_", "ANTHROPIC", "OPENAI", "PYTHON", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.run(
        ["/bin/sh", "-c", f'"$@" {redirections}', "sh", *RUN, *arguments],
        cwd=workspace.folder,
        env={**kept, **workspace.environment, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def test_with_standard_error_closed_a_run_writes_its_report_and_nothing_into_other_files(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    ran = in_shell(workspace, "2>&-")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"wind-drives" in ran.stdout
    before, asked = workspace.reports(), len(fake.requests)
    told = b"[3/3]"  # what a run says on standard error as it goes on
    for path in (workspace.folder / ".retest").rglob("*"):
        assert path.is_dir() or told not in path.read_bytes(), f"{path.name} was written into"
    assert workspace.run().status == 0, "what is remembered cannot be read any more"
    assert (workspace.reports(), len(fake.requests)) == (before, asked)


def test_with_standard_output_closed_it_says_so_before_anything_is_asked(
    workspace: Workspace, model: Any
) -> None:
    fake = model(Reader())
    ran = in_shell(workspace, ">&-")
    assert (ran.returncode, ran.stdout) == (1, b"")
    assert b"standard output is closed" in ran.stderr
    assert b"Traceback" not in ran.stderr
    assert fake.requests == []


def test_a_terminal_that_cannot_say_a_character_is_told_its_number(workspace: Workspace) -> None:
    workspace.claims(CLAIMS + "föhn: 1\n")
    seen = drawn(workspace, 100, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert seen.status == 2
    assert seen.raw.isascii()
    assert "f\\xf6hn" in seen.raw
    assert "Traceback" not in seen.raw


def test_into_a_pipe_it_speaks_utf_8_whatever_the_locale(workspace: Workspace, model: Any) -> None:
    workspace.claims(CLAIMS.replace("Does the wind matter", "Does the föhn (→ wind) matter"))
    model(Reader())
    ran = in_shell(workspace, "", "--json", LC_ALL="C", PYTHONIOENCODING="latin-1")
    assert ran.returncode == 0, ran.stderr
    json.loads(ran.stdout.decode("utf-8"))


def test_json_on_standard_output_is_one_document_and_events_are_on_standard_error(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    ran = workspace.run("--json")
    assert ran.status == 0, ran.err
    (line,) = json.loads(ran.out)["lines"]
    assert line["line"] == "tides"
    events = [json.loads(said) for said in ran.err.splitlines()]
    assert {"line-started", "station", "call", "claim", "line-ended"} <= {
        event["event"] for event in events
    }
    both = in_shell(workspace, "2>/dev/null", "--json")
    assert json.loads(both.stdout)["lines"][0]["line"] == "tides"
