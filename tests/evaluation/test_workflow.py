"""The workflow that evaluates a pull request has few rights, a budget, and puts the numbers where
they are read."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from retest.data import defaults
from retest.evaluation.claims.files import write_result
from tests.evaluation.test_statistics import rights

FILES = defaults("nightly")
TEXT = (FILES / "eval.yml").read_text(encoding="utf-8")
WORKFLOW: dict[Any, Any] = yaml.safe_load(TEXT)
(JOB,) = WORKFLOW["jobs"].values()
STEPS: dict[str, dict[str, Any]] = {step["name"]: step for step in JOB["steps"]}


def test_actions_are_pinned_as_the_nightly_workflow_pins_them() -> None:
    nightly = (FILES / "retest.yml").read_text(encoding="utf-8")
    used = re.findall(r"uses: (.*)", TEXT)
    assert used
    assert set(used) <= set(re.findall(r"uses: (.*)", nightly))


def test_it_may_read_the_repository_and_nothing_else() -> None:
    assert WORKFLOW["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read"}
    assert JOB["timeout-minutes"] <= 60
    assert STEPS["Check out"]["with"]["persist-credentials"] is False


def test_the_evaluation_alone_sees_the_keys_and_no_script_holds_an_expression() -> None:
    assert [name for name, step in STEPS.items() if "secrets." in json.dumps(step)] == ["Evaluate"]
    for name, step in STEPS.items():
        assert "${{" not in step.get("run", ""), (
            f"{name}: a script gets what others wrote as a variable"
        )


def test_it_runs_where_prompts_or_settings_change_and_not_for_forks() -> None:
    when = WORKFLOW[True]  # what YAML 1.1 makes of `on`
    assert set(when) == {"pull_request", "workflow_dispatch"}
    assert {"prompts/**", "retest.toml"} <= set(when["pull_request"]["paths"])
    assert "head.repo.full_name == github.repository" in JOB["if"]
    assert STEPS["Save what is paid for"]["if"] == "always()"


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A machine of the host: `retest eval GOLD` is played by a script, which takes the result that
    is prepared; what compares results is the program itself."""
    tools = tmp_path / "tools"
    tools.mkdir()
    played = (
        'mkdir -p "$6"; cp "$HOME"/prepared/* "$6"; echo "$@" > "$HOME/asked"; exit "$(cat '
        '"$HOME/status")"'
    )
    script = (
        f'#!/bin/sh\n[ "$2" = --compare ] || {{ {played}; }}\nexec {sys.executable} -m retest '
        '"$@"\n'
    )
    (tools / "retest").write_text(script, encoding="utf-8")
    (tools / "retest").chmod(0o755)
    write_result(tmp_path / "prepared", rights(True, True, False))
    (tmp_path / "status").write_text("0", encoding="utf-8")
    return tmp_path


def ran(runner: Path, name: str) -> subprocess.CompletedProcess[str]:
    """A step of the workflow, word for word, by bash as the host runs it."""
    file = runner / "step.sh"
    file.write_text(STEPS[name]["run"], encoding="utf-8")
    environment = {
        "PATH": f"{runner / 'tools'}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(runner),
        "LANG": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join(sys.path),
        "RUNNER_TEMP": str(runner / "temp"),
        "GITHUB_STEP_SUMMARY": str(runner / "summary.md"),
        **WORKFLOW["env"],
    }
    return subprocess.run(
        ["/usr/bin/env", "bash", "--noprofile", "--norc", "-eo", "pipefail", str(file)],
        cwd=runner,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_asks_within_its_budget_and_sums_up_without_charts(runner: Path) -> None:
    assert ran(runner, "Evaluate").returncode == 0
    assert (runner / "asked").read_text().split()[:4] == [
        "eval",
        "machine-learning",
        "--max-usd",
        "2",
    ]
    done = ran(runner, "Sum up")
    assert done.returncode == 0, done.stderr
    summary = (runner / "summary.md").read_text(encoding="utf-8")
    assert "2 of 3 verdicts are right" in summary
    assert "svg" not in summary
    assert "McNemar" not in summary, "there is nothing yet to hold it against"


def test_it_is_held_against_the_result_that_is_in_the_repository(runner: Path) -> None:
    write_result(runner / "eval", rights(True, False, False))
    assert ran(runner, "Evaluate").returncode == 0
    done = ran(runner, "Sum up")
    assert done.returncode == 0, done.stderr
    summary = (runner / "summary.md").read_text(encoding="utf-8")
    assert summary.index("1 of 3 claims differs") < summary.index("2 of 3 verdicts are right")
    assert (runner / "temp" / "eval" / "compare.json").is_file()


@pytest.mark.parametrize(("status", "ends"), [(3, 0), (1, 1), (2, 2)])
def test_what_was_not_reached_is_a_warning_and_a_failure_is_one(
    runner: Path, status: int, ends: int
) -> None:
    (runner / "status").write_text(str(status), encoding="utf-8")
    done = ran(runner, "Evaluate")
    assert done.returncode == ends
    assert ("::warning::" in done.stdout) == (status == 3)
