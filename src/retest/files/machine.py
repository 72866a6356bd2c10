"""Errors of the machine in words: a full disk, too many open files, a folder that may not be
written. They are nobody's input, they pass, and nothing has to be deleted for it."""

from __future__ import annotations

import errno
from pathlib import Path

from retest.errors import RetestError, RunError, UsageError

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
FEW_HANDLES = frozenset({errno.EMFILE, errno.ENFILE})
WRONG_PLACE = frozenset(
    {errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ELOOP, errno.ENAMETOOLONG, errno.ENOTEMPTY}
)
PASSING = FULL | FEW_HANDLES | {errno.EIO, errno.ENOMEM, errno.EAGAIN}
"""What says nothing of the file: the machine could not do it now."""
KEPT = "nothing is lost: run again, and it goes on from there"


def in_words(number: int | None, what: str, said: str) -> RetestError:
    """An error by its number. `what` names the file or folder, `said` is the system's text."""
    if number in FULL:
        return RunError(f"the disk is full: {what} cannot be written", f"make room; {KEPT}")
    if number in FEW_HANDLES:
        return RunError(
            f"no more files may be opened: {what} cannot be used",
            f"raise the limit, as with `ulimit -n 1024`; {KEPT}",
        )
    if number in WRONG_PLACE:
        return UsageError(
            f"{what} cannot be there ({said})",
            "move away what stands in its place, or name another",
        )
    return RunError(
        f"{what} cannot be read or written ({said})",
        f"see to the permissions of its folder and to the disk; {KEPT}",
    )


def of_the_machine(error: OSError) -> RetestError:
    """An error of the machine as one of ours, that names the file if the system did."""
    what: Path | str = error.filename if isinstance(error.filename, str) else "a file"
    return in_words(error.errno, str(what), error.strerror or str(error))
