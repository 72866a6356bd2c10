"""Records as they were in a commit. git is asked, never obeyed: names become a commit's hash before
anything else is done with them."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from retest.domain.record import Record
from retest.errors import RunError, UsageError
from retest.reports.read import parsed


def records_in_commit(
    reports: Path, ref: str, names: Sequence[str], environment: Mapping[str, str]
) -> dict[str, Record]:
    """The lines' records as the commit `ref` has them, or all. Raises UsageError where there is no
    such commit. `environment` is what git runs in."""
    if not ref.strip() or ref.startswith("-") or not ref.isprintable():
        raise UsageError(f"--against is {ref!r}", "name a commit, a branch, a tag or a .json file")
    there = next(path for path in (reports, *reports.parents) if path.is_dir())
    git = partial(_git, environment)
    root = git(there, "rev-parse", "--show-toplevel")
    if root.returncode:
        raise UsageError(
            f"{reports} is in no git repository that can be read",
            f"git says: {_first_line(root.stderr)}\n  without git, compare with a file: --against "
            "FILE.json",
        )
    top = Path(root.stdout.decode().rstrip("\n"))
    found = git(top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if found.returncode:
        hint = (
            "name one that `git log` shows, or a .json file; a shallow clone has only its newest "
            "commits"
        )
        raise UsageError(f"--against {ref} names no commit", hint)
    commit = found.stdout.decode().strip()
    folder = reports.resolve().relative_to(top.resolve()).as_posix()
    listed = git(
        top,
        "ls-tree",
        "-z",
        "--name-only",
        commit,
        "--",
        *([] if folder == "." else [f"{folder}/"]),
    )
    files = [
        Path(name)
        for name in listed.stdout.decode(errors="replace").split("\0")
        if name.endswith(".json")
    ]
    chosen = [path for path in files if not names or path.stem in names]
    records = {}
    for path in chosen:
        blob = git(top, "cat-file", "blob", f"{commit}:{path.as_posix()}")
        if blob.returncode:
            raise UsageError(
                f"{ref}:{path.as_posix()} cannot be read from the repository",
                f"git says: {_first_line(blob.stderr)}\n  fetch what is missing, or compare with a "
                "file: --against FILE.json",
            )
        records[path.stem] = parsed(blob.stdout, f"{ref}:{path.as_posix()}", path.stem)
    return records


_CLOSED = {
    "GIT_NO_LAZY_FETCH": "1",  # git 2.45 and newer: an object that is missing is missing
    "GIT_ALLOW_PROTOCOL": "none",  # and older ones: no remote can be asked for it
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
}
"""A folder of strangers may name commands in its own settings: remotes with an `uploadpack`, file
monitors, hooks, pagers. With these, and `_QUIET`, git runs none of them."""
_QUIET = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-pager")


def _git(
    environment: Mapping[str, str], folder: Path, *arguments: str
) -> subprocess.CompletedProcess[bytes]:
    """Plumbing commands only: they run no filter or text conversion that a repository names."""
    try:
        return subprocess.run(  # noqa: S603 - a list, without a shell; what others name is a commit's hash by now
            ["git", *_QUIET, "-C", str(folder), *arguments],  # noqa: S607 - the git that people have on their PATH
            capture_output=True,
            check=False,
            env={**environment, **_CLOSED},
        )
    except FileNotFoundError as error:
        raise RunError(
            "git is not there", "install it, or compare with a file: --against FILE.json"
        ) from error


def _first_line(text: bytes) -> str:
    return text.decode(errors="replace").strip().split("\n")[0]
