"""`retest diff` against commits and files, and what `run --fail-on` ends with."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from retest.reports.write import write_report
from tests.answers import judgment
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.papers_small import DENIES
from tests.reports.news import claim, line

DATE = "2026-08-22T03:17:00Z"


def git(folder: Path, *arguments: str) -> str:
    """git as on a machine without settings of its own."""
    alone = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@localhost",
        "GIT_AUTHOR_DATE": DATE,
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@localhost",
        "GIT_COMMITTER_DATE": DATE,
    }
    done = subprocess.run(
        ["/usr/bin/env", "git", *arguments],
        cwd=folder,
        env=alone,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


def commit(folder: Path) -> None:
    git(folder, "add", "--all", "--", "claims", "reports")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "night")


def report(night: Workspace, verdict: str = "relaxed", **more: Any) -> None:
    """Write a record of the line `tides`, with `wind-drives` as it stands."""
    write_report(
        night.folder / "reports", line(claim("wind-drives", verdict), line="tides", **more)
    )


@pytest.fixture
def night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Workspace:
    """A workspace with a committed report of the line `tides`."""
    folder = tmp_path / "library"
    folder.mkdir()
    made = Workspace(folder, monkeypatch, capsys)
    made.claims()
    report(made)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return made


def test_a_report_that_has_not_changed_is_said_to_be_quiet(night: Workspace) -> None:
    ran = night.retest("diff", "--exit-code")
    assert (ran.status, ran.out, ran.err) == (0, "Nothing new: tides\n", "")


def test_a_verdict_change_is_a_row_within_80_columns_and_a_status_for_scripts(
    night: Workspace,
) -> None:
    report(night, "overturned")
    ran = night.retest("diff")
    assert ran.status == 0, ran.err
    first, *rows = ran.out.splitlines()
    assert first == "tides: 1 overturned"
    assert ["relaxed", "overturned", "Plain", "words"] in [row.split()[:4] for row in rows]
    assert "(wind-drives)" in ran.out
    assert max(map(len, rows)) <= 80
    assert "\x1b" not in ran.out
    assert night.retest("diff", "--exit-code").status == 4, "1 would say that the command failed"


def test_markdown_is_title_empty_line_and_body(night: Workspace) -> None:
    report(night, "overturned")
    title, empty, *body = night.retest("diff", "tides", "--markdown").out.split("\n")
    assert (title, empty) == ("tides: 1 overturned", "")
    text = "\n".join(body)
    assert "🟡 relaxed → 🔴 overturned **Plain words** (wind-drives)" in text
    assert "reports/" in text


def test_json_is_one_object_for_programs(night: Workspace) -> None:
    report(night, "overturned")
    found = json.loads(night.retest("diff", "--json").out)
    assert (found["changed"], found["title"], found["against"]) == (
        True,
        "tides: 1 overturned",
        "HEAD",
    )
    (line,) = found["lines"]
    (claim,) = [claim for claim in line["claims"] if claim["turned"]]
    assert (claim["id"], claim["was"], claim["now"]) == ("wind-drives", "relaxed", "overturned")
    quiet = json.loads(night.retest("diff", "--json", "--against", "reports/tides.json").out)
    assert quiet["changed"] is False


def test_any_commit_branch_or_file_can_be_compared_with(night: Workspace) -> None:
    git(night.folder, "tag", "before")
    (night.folder / "old.json").write_bytes((night.folder / "reports" / "tides.json").read_bytes())
    report(night, "overturned")
    commit(night.folder)
    assert night.retest("diff").out == "Nothing new: tides\n"
    for earlier in ("HEAD~1", "before", git(night.folder, "rev-parse", "before"), "old.json"):
        assert night.retest("diff", "--against", earlier).out.startswith("tides: 1 overturned"), (
            earlier
        )


def test_a_line_that_the_commit_has_not_is_new_and_one_that_is_left_out_is_gone(
    night: Workspace,
) -> None:
    git(night.folder, "rm", "--quiet", "--cached", "reports/tides.json")
    git(night.folder, "commit", "--quiet", "--message", "away")
    assert night.retest("diff").out.startswith("tides: first report, 1 relaxed\n")
    commit(night.folder)
    (night.folder / "reports" / "tides.json").unlink()
    assert night.retest("diff").out.startswith("tides: 1 report gone")
    assert night.retest("diff", "tides", "--exit-code").status == 4


def test_a_workspace_inside_a_larger_repository_is_found(
    night: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = tmp_path / "outer" / "library"
    moved.parent.mkdir()
    night.folder.rename(moved)
    (moved / ".git").rename(moved.parent / ".git")
    git(moved.parent, "add", "--all")
    git(moved.parent, "commit", "--quiet", "--message", "moved")
    monkeypatch.setattr(night, "folder", moved)
    ran = night.retest("diff", "-C", str(moved))
    assert (ran.status, ran.out) == (0, "Nothing new: tides\n"), ran.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ebb"], "there is no report of ebb"),
        (["--against", "nowhere"], "--against nowhere names no commit"),
        (["--against", "nowhere.json"], "names no commit"),
        (["--against", "--output=x"], "--against is '--output=x'"),
        (["--against", "-h"], "--against is '-h'"),
        (["--against", ""], "--against is ''"),
        (["--against", "HEAD\n"], "--against is"),
        (["--against", "HEAD:reports"], "names no commit"),
        (["--against", "--end-of-options"], "--against is"),
        (["--markdown", "--json"], "two forms of the same"),
        (["ebb", "--against", "reports/tides.json"], "is a record of tides"),
        (["-C", "nowhere"], "there is no folder nowhere"),
    ],
)
def test_wrong_input_is_told_with_a_way_on_and_status_2(
    night: Workspace, arguments: list[str], said: str
) -> None:
    before = sorted(night.folder.rglob("*"))
    ran = night.retest("diff", *arguments)
    assert ran.status == 2, ran
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert sorted(night.folder.rglob("*")) == before


def test_without_git_the_way_on_is_a_file(
    night: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(night.folder.parent))
    (night.folder / ".git").rename(night.folder / "git-is-elsewhere")
    ran = night.retest("diff")
    assert ran.status == 2
    assert "is in no git repository" in ran.err
    assert "--against FILE.json" in ran.err
    ran = night.retest("diff", environment={"PATH": str(night.folder)})
    assert (ran.status, "git is not there" in ran.err) == (1, True), ran.err


def test_a_repository_without_a_commit_says_so(night: Workspace) -> None:
    shutil.rmtree(night.folder / ".git")
    git(night.folder, "init", "--quiet")
    ran = night.retest("diff")
    assert (ran.status, "--against HEAD names no commit" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (
            lambda text: text.replace('"format": 2', '"format": 3'),
            "found format 3; expected a report",
        ),
        (lambda text: text[:100], "found the file: Invalid JSON"),
        (lambda text: "[]", "found the file: Input should be an object"),
        (lambda text: '{"a": 1}', "Field required"),
        (lambda text: "", "found the file: Invalid JSON"),
        (lambda text: "[" * 100_000, "found the file: Invalid JSON"),
        (
            lambda text: text.replace('"line": "tides"', '"line": "tides\\n@you"'),
            "the record of 'tides\\n@you'",
        ),
    ],
)
@pytest.mark.parametrize("where", ["the folder", "the commit", "a file"])
def test_what_is_no_record_is_told_by_file_found_and_expected(
    night: Workspace, spoil: Any, found: str, where: str
) -> None:
    report = night.folder / "reports" / "tides.json"
    whole = report.read_text(encoding="utf-8")
    report.write_text(spoil(whole), encoding="utf-8")
    arguments, name = [], str(report)
    if where == "the commit":
        commit(night.folder)
        report.write_text(whole, encoding="utf-8")
        name = "HEAD:reports/tides.json"
    elif where == "a file":
        report.rename(night.folder / "other.json")
        report.write_text(whole, encoding="utf-8")
        arguments, name = ["--against", "other.json"], "other.json"
    ran = night.retest("diff", *arguments)
    assert ran.status == 2, ran
    assert f"{name}: " in ran.err
    assert found in ran.err
    assert "Traceback" not in ran.err


def test_another_lines_record_under_this_lines_name_is_told(night: Workspace) -> None:
    write_report(night.folder / "reports", line(line="ebb"))
    (night.folder / "reports" / "ebb.json").rename(night.folder / "reports" / "tides.json")
    ran = night.retest("diff")
    assert (ran.status, "found the record of 'ebb'; expected that of tides" in ran.err) == (
        2,
        True,
    ), ran.err


def test_bytes_that_are_no_text_are_told(night: Workspace) -> None:
    (night.folder / "reports" / "tides.json").write_bytes(b"\xff\xfe")
    ran = night.retest("diff")
    assert (ran.status, "bytes that are not UTF-8" in ran.err) == (2, True), ran.err


def test_the_repositorys_own_settings_run_nothing(night: Workspace) -> None:
    """A library may be somebody else's: no filter, pager, text conversion or monitor of theirs is
    run."""
    mark = night.folder.parent / "ran"
    script = night.folder.parent / "hook.sh"
    script.write_text(f"#!/bin/sh\ntouch {mark}\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    for name in (
        "core.pager",
        "diff.x.textconv",
        "diff.x.command",
        "filter.x.smudge",
        "core.fsmonitor",
    ):
        git(night.folder, "config", name, str(script))
    (night.folder / ".gitattributes").write_text("*.json diff=x filter=x\n", encoding="utf-8")
    git(
        night.folder,
        "-c",
        "core.fsmonitor=false",
        "-c",
        "filter.x.smudge=cat",
        "add",
        ".gitattributes",
    )
    git(night.folder, "-c", "core.fsmonitor=false", "commit", "--quiet", "--message", "theirs")
    mark.unlink(missing_ok=True)
    assert night.retest("diff").status == 0
    assert not mark.exists()


@pytest.mark.parametrize(
    ("fail_on", "status"),
    [
        (["relaxed"], 4),
        (["overturned"], 0),
        (["overturned", "holds"], 4),
        (["undetermined"], 0),
        (["flip"], 0),
        (["stale"], 2),
    ],
)
def test_fail_on_ends_with_a_status_of_its_own_where_a_claim_stands_so(
    workspace: Workspace, model: Any, fail_on: list[str], status: int
) -> None:
    model(Reader())
    arguments = [argument for what in fail_on for argument in ("--fail-on", what)]
    ran = workspace.run(*arguments)
    assert ran.status == status, ran.err
    assert (workspace.folder / "reports").exists() == (status != 2), (
        "the report is written whatever --fail-on says"
    )
    again = workspace.run(*arguments, as_of="2026-08-22")
    assert again.status == status, "it stands so on a quiet night, too"
    if status == 4:
        assert "--fail-on" in ran.err
        assert "counter-thesis" not in ran.err.rpartition("--fail-on")[2]


def test_fail_on_flip_names_the_claim_whose_verdict_changed_in_this_run(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    workspace.run()
    shutil.rmtree(workspace.folder / ".retest" / "answers")
    stances = {**Reader().stances, "Wind drives": {DENIES.id: ("contradicts", [2])}}
    model(Reader(stances=stances).saying("Judgment", judgment("overturned", [DENIES.id]), "Wind"))
    ran = workspace.run("--fail-on", "flip", as_of="2026-08-22")
    assert ran.status == 4, ran.err
    assert "--fail-on flip: wind-drives of tides" in ran.err
    assert workspace.run("--fail-on", "flip", as_of="2026-08-22").status == 0, (
        "the next run changes nothing"
    )


def test_what_was_asked_for_outweighs_what_could_not_be_judged(
    workspace: Workspace, model: Any
) -> None:
    from tests.fakes.models import status

    model(Reader().saying("Judgment", status(500), "The tides"))
    assert workspace.run().status == 3
    assert workspace.run("--fail-on", "relaxed").status == 4
    assert workspace.run("--fail-on", "overturned").status == 3


def test_a_reviewers_verdict_is_what_fail_on_sees(workspace: Workspace, model: Any) -> None:
    review = "    review: {verdict: holds, by: Ada, on: 2026-08-01, because: I gauged it}\n"
    workspace.claims(
        CLAIMS.replace(
            "    levers: [depth of the lake]\n", "    levers: [depth of the lake]\n" + review
        )
    )
    model(Reader())
    arguments = ("--fail-on", "relaxed", "--fail-on", "flip")
    assert workspace.run(*arguments).status == 0
    assert workspace.run(*arguments, as_of="2026-08-22").status == 0, (
        "the model's other mind, once more"
    )
