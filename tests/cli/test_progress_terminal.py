"""Progress at a real terminal: drawn in place, in any width, and tidy when it is over."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
from dataclasses import dataclass
from typing import Any

import pytest

from tests.brains import Reader
from tests.conftest import Workspace

ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"


@dataclass(frozen=True)
class Drawn:
    """What a run sent to a terminal, and how it ended."""

    raw: str
    status: int

    @property
    def plain(self) -> str:
        return ESCAPE.sub("", self.raw)


def drawn(
    workspace: Workspace,
    columns: int,
    *arguments: str,
    interrupted: str = "",
    narrower: int = 0,
    **variables: str,
) -> Drawn:
    """`retest run` at a real terminal of so many columns; SIGINT when the text `interrupted` has
    been drawn, and a window of `narrower` columns from the first claim on."""
    ours = ("RETEST_", "ANTHROPIC", "OPENAI", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    ends, tty = pty.openpty()
    sized(tty, columns)
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "retest",
            "run",
            "--line",
            "tides",
            "--as-of",
            "2026-08-21",
            *arguments,
        ],
        cwd=workspace.folder,
        env={**kept, "TERM": "xterm-256color", **workspace.environment, **variables},
        stdin=tty,
        stdout=tty,
        stderr=tty,
    )
    os.close(tty)
    raw = b""
    while piece := _read(ends):
        raw += piece
        if interrupted and interrupted.encode() in raw:
            process.send_signal(signal.SIGINT)
            interrupted = ""
        if narrower and b"/3]" in raw:
            sized(ends, narrower)
            narrower = 0
    os.close(ends)
    return Drawn(raw.decode(), process.wait())


def _read(terminal: int) -> bytes:
    """What was drawn next; nothing once the other end is closed, which Linux calls an error."""
    with contextlib.suppress(OSError):
        return os.read(terminal, 65536)
    return b""


def sized(terminal: int, columns: int) -> None:
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))


@pytest.mark.parametrize(("columns", "no_color"), [(40, ""), (120, "1")])
def test_a_terminal_sees_it_move_and_keeps_a_tidy_transcript(
    workspace: Workspace, model: Any, columns: int, no_color: str
) -> None:
    model(Reader(), delay=0.15)
    seen = drawn(workspace, columns, NO_COLOR=no_color)
    assert seen.status == 0
    assert "of 3 settled" in seen.plain
    assert "\x1b[1A" in seen.raw, "the block is drawn in place"
    assert seen.raw.count(HIDE) == seen.raw.count(SHOW), "the cursor is given back"
    after = ESCAPE.sub("", seen.raw.rpartition(SHOW)[2])
    assert "settled" not in after
    assert "wrote tides.md" in after.replace("\r\n", " ")
    for claim in ("wind-drives", "depth-matters", "counter-thesis"):
        assert re.search(rf"[\r\n]\[ *\d/3\] [a-z]+ +{claim}\r\n", seen.plain), claim
    assert not no_color or not re.search(r"\x1b\[[0-9;]*3[0-9]m", seen.raw), "NO_COLOR"


def test_a_window_that_is_made_narrower_ends_nothing(workspace: Workspace, model: Any) -> None:
    model(Reader(), delay=0.15)
    seen = drawn(workspace, 80, narrower=40)
    assert seen.status == 0
    assert "Traceback" not in seen.plain


def test_a_dumb_terminal_gets_plain_lines(workspace: Workspace, model: Any) -> None:
    model(Reader())
    seen = drawn(workspace, 80, TERM="dumb")
    assert seen.status == 0
    assert "\x1b" not in seen.raw
    assert "[  1/3]" in seen.raw


def test_ctrl_c_gives_the_cursor_back_and_is_logged(workspace: Workspace, model: Any) -> None:
    model(Reader(), delay=0.3)
    seen = drawn(workspace, 80, interrupted="of 3 settled")
    assert seen.status == 130
    assert seen.raw.count(HIDE) == seen.raw.count(SHOW)
    assert "the same command goes on" in seen.plain
    assert "Traceback" not in seen.plain
    (whole,) = [
        json.loads(text)
        for text in (workspace.folder / ".retest" / "runs.jsonl").read_text().splitlines()
    ]
    assert whole["exit_status"] == 130
