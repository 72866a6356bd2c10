"""The streams of this process, made fit before anything is said: open, in UTF-8, without secrets,
and inert where a service reads commands out of logs."""

from __future__ import annotations

import io
import os
import re
import stat
import sys
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, TextIO, cast

from retest.errors import RunError
from retest.masking import Mask, MaskedStream

OF_CI = ("CI", "GITHUB_ACTIONS", "TF_BUILD")
"""Variables of services that read their logs for workflow commands."""
_FIRST = re.compile(r"((?:^|[\r\n])[^\S\r\n]*:):")
"""`::set-output ...`: at the start of a line, white space before it aside (GitHub's runner,
ActionCommand.TryParseV2)."""
_ANYWHERE = re.compile(r"##(vso)?\[")
"""`##[group]` and `##vso[...]`: anywhere in a line (ActionCommand.TryParse)."""


class InertStream:
    """A stream of text in which nothing is a workflow command: `::` that begins a line is written
    `: :`, and `##[` is written `## [`."""

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._line = stream, ""

    def write(self, text: str) -> int:
        # What the line holds so far is white space and colons, or it can be no command any more.
        whole = _FIRST.sub(r"\1 :", self._line + text)
        self._stream.write(_ANYWHERE.sub(r"## \1[", whole[len(self._line) :]))
        last = re.split(r"[\r\n]", whole)[-1]
        self._line = last if not last.strip(" \t:") and len(last) < 1000 else "x"
        return len(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def prepare(environment: Mapping[str, str]) -> None:
    """Make the three streams fit. Raises RunError where standard output is closed."""
    closed = _open_all()
    mask, in_ci = Mask(environment), any(environment.get(name) for name in OF_CI)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            _in_utf8(stream)
        fit = cast("TextIO", MaskedStream(stream, mask))
        setattr(sys, name, InertStream(fit) if in_ci and not _is_file(stream) else fit)
    if "stdout" in closed:
        raise RunError("standard output is closed", "open it, or send it to a file: > FILE")


def _open_all() -> list[str]:
    """Give every closed stream the null device, so that no file that is opened later takes its
    number and is written into; the names of those that were closed."""
    closed = []
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free, so this one
        if getattr(sys, name) is None:
            closed.append(name)
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123 - to the process's end
    return closed


def _in_utf8(stream: io.TextIOWrapper) -> None:
    """UTF-8 in files and pipes, whatever the locale. A terminal keeps its own encoding, which it
    would show wrongly else. What cannot be said is written out (`\\u2192`), never as `?`."""
    if stream.isatty():
        stream.reconfigure(errors="backslashreplace")
    else:
        stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def _is_file(stream: TextIO) -> bool:
    """Whether a stream goes to a file, which no service reads for commands."""
    with suppress(OSError, ValueError, AttributeError):
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    return False


def flush() -> None:
    """Write out what is still held back. Raises OSError, as on a full disk, once: the streams are
    the null device's then, since Python would try again at its end."""
    for number, stream in ((1, sys.stdout), (2, sys.stderr)):
        try:
            stream.flush()
        except OSError:
            with suppress(OSError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), number)
            raise
