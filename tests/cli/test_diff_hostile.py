"""`retest diff` in a folder of a stranger runs nothing that the folder's git settings name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Workspace


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b.c", *arguments],  # noqa: S607 - the git on the PATH
        cwd=folder,
        check=True,
        capture_output=True,
    )


def committed(workspace: Workspace) -> None:
    """A repository with the line's report in its only commit."""
    workspace.environment |= {"RETEST_SOURCE": "library", "RETEST_MODEL": "annotations"}
    git(workspace.folder, "init", "-q")
    from retest.data import defaults

    bundled = defaults("claims") / "scale-anticipation.yaml"
    workspace.claims(bundled.read_text(encoding="utf-8"), "scale-anticipation")
    ran = workspace.retest("run", "--line", "scale-anticipation", "--offline")
    assert ran.status == 0, ran.err
    git(workspace.folder, "add", "reports")
    git(workspace.folder, "commit", "-q", "-m", "a night")


def settings(marker: Path) -> dict[str, str]:
    run = f"touch {marker}"
    return {
        "core.fsmonitor": run,
        "core.pager": run,
        "pager.cat-file": run,
        "core.sshCommand": run,
        "core.gitProxy": run,
        "core.alternateRefsCommand": run,
        "diff.external": run,
        "diff.x.textconv": run,
        "filter.x.smudge": run,
        "alias.rev-parse": f"!{run}",
        "credential.helper": f"!{run}",
    }


def test_no_setting_of_the_folder_runs_a_command(workspace: Workspace) -> None:
    committed(workspace)
    marker = workspace.folder / "ran"
    for name, value in settings(marker).items():
        git(workspace.folder, "config", name, value)
    hooks = workspace.folder / "hooks"
    hooks.mkdir()
    for name in ("post-index-change", "reference-transaction", "fsmonitor-watchman"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {marker}\n", encoding="utf-8")
        (hooks / name).chmod(0o755)
    git(workspace.folder, "config", "core.hooksPath", str(hooks))
    (workspace.folder / ".gitattributes").write_text("*.json diff=x filter=x\n", encoding="utf-8")
    marker.unlink(missing_ok=True)  # what setting it up may have run
    ran = workspace.retest("diff")
    assert ran.status == 0, ran.err
    assert not marker.exists()


@pytest.mark.parametrize(
    "url", ["file://{}", "{}", "ext::sh -c 'touch {}/ran'", "ssh://127.0.0.1/x"]
)
def test_an_object_that_is_missing_is_never_fetched(workspace: Workspace, url: str) -> None:
    committed(workspace)
    folder = workspace.folder
    marker = folder / "ran"
    git(folder, "config", "remote.origin.url", url.format(folder))
    git(folder, "config", "remote.origin.promisor", "true")
    git(folder, "config", "remote.origin.uploadpack", f"touch {marker}; git-upload-pack")
    git(folder, "config", "extensions.partialClone", "origin")
    git(folder, "config", "core.repositoryFormatVersion", "1")
    git(folder, "config", "core.sshCommand", f"touch {marker}")
    git(folder, "config", "protocol.allow", "always")
    blob = subprocess.run(
        ["git", "rev-parse", "HEAD:reports/scale-anticipation.json"],  # noqa: S607 - as above
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (folder / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    ran = workspace.retest("diff")
    assert not marker.exists()
    assert ran.status == 2
    assert "scale-anticipation.json cannot be read from the repository" in ran.err
