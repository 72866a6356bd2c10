"""A run while it goes on, on stderr: drawn in place on a terminal, as plain lines in a log, as JSON
for programs."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from retest.cli.show import NARROW, say, say_json
from retest.cli.tally import Tally
from retest.llm.spent import shown
from retest.pipeline.events import StationDone, StationEntered, ignore
from retest.run.events import (
    Called,
    ClaimSettled,
    Event,
    EventSink,
    LineEnded,
    LineStarted,
    Notice,
    Progress,
)

if TYPE_CHECKING:
    from rich.console import Console

EVERY = 30.0
"""Seconds between two lines in a log that say how far a run is."""
A_SECOND = 4
"""How often a terminal is drawn anew."""
Display = Callable[[Progress], None]


@contextmanager
def progress(*, as_json: bool, quiet: bool, many: bool) -> Iterator[EventSink]:
    """What takes the events of a run that is shown as asked for. `many` is whether several lines
    are run."""
    with _display(as_json=as_json, quiet=quiet, many=many) as display:

        def sink(event: Event) -> None:
            if isinstance(event, Notice):
                say(event.text, needed=event.needed)
            else:
                display(event)

        yield sink


@contextmanager
def _display(*, as_json: bool, quiet: bool, many: bool) -> Iterator[Display]:
    if quiet:
        yield ignore
    elif as_json:
        yield JsonLines()
    elif (console := _terminal()) is not None:
        with on_terminal(console, many=many) as display:
            yield display
    else:
        with as_lines(many=many) as display:
            yield display


def _terminal() -> Console | None:
    """The terminal at stderr, if there is one that can be drawn on. rich alone would also take a
    log for one where FORCE_COLOR is set."""
    if not sys.stderr.isatty():
        return None
    from rich.console import Console

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    return console if console.is_interactive else None  # not so where TERM is dumb


@contextmanager
def on_terminal(
    console: Console, *, many: bool, clock: Callable[[], float] = time.monotonic
) -> Iterator[Display]:
    """A block of a few lines that is drawn in place; settled claims go above it and stay."""
    from rich.live import Live
    from rich.text import Text

    tally, lock = Tally(clock), threading.Lock()

    def drawn() -> Text:
        with lock:
            lines = tally.block(console.width)
        return Text("\n".join(lines), style="dim", no_wrap=True, overflow="ellipsis", end="")

    # What others write to stderr meanwhile goes above the block too.
    live = Live(
        get_renderable=drawn,
        console=console,
        refresh_per_second=A_SECOND,
        transient=True,
        redirect_stdout=False,
    )

    def display(event: Progress) -> None:
        with lock:
            tally.take(event)
        for line in _transcript(event, many, console.width):
            console.print(Text(line), soft_wrap=True)

    with live:
        yield display


@contextmanager
def as_lines(
    *, many: bool, every: float = EVERY, clock: Callable[[], float] = time.monotonic
) -> Iterator[Display]:
    """A line for each settled claim and, every so many seconds, one that says how far the run
    is."""
    tally, lock, ended = Tally(clock), threading.Lock(), threading.Event()

    def display(event: Progress) -> None:
        with lock:
            tally.take(event)
            for line in _transcript(event, many, NARROW):
                say(line)

    def remind() -> None:
        while not ended.wait(every):
            with lock:
                if tally.claims:
                    say(tally.sentence())

    reminder = threading.Thread(target=remind, daemon=True)
    reminder.start()
    try:
        yield display
    finally:
        ended.set()
        reminder.join()


def _transcript(event: Progress, many: bool, width: int) -> list[str]:
    """What stays of an event once it is over."""
    match event:
        case LineStarted(line=line, claims=claims, settled=settled) if many or settled:
            return [
                f"{line}: {claims} claims"
                + (f", {settled} of them settled before" if settled else "")
            ]
        case ClaimSettled(claim=claim, settled=settled, claims=claims):
            verdict = f"undetermined: {claim.why}" if claim.why else claim.verdict
            if width < NARROW:
                return [f"[{settled}/{claims}] {verdict} {claim.id}"]
            return [f"[{settled:>3}/{claims}] {verdict:<34} {claim.id}"]
        case Called(call=call) if call.note:
            return [call.note]
        case _:
            return []


class JsonLines:
    """One JSON object a line (docs/nightly.md). `at` is seconds since the run began."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._began = clock, clock()

    def __call__(self, event: Progress) -> None:
        name, told = _described(event)
        say_json({"event": name, "at": round(self._clock() - self._began, 3), **told})


def _described(event: Progress) -> tuple[str, dict[str, Any]]:
    match event:
        case LineStarted():
            return "line-started", {
                "line": event.line,
                "claims": event.claims,
                "settled": event.settled,
            }
        case StationEntered() | StationDone():
            state = "entered" if isinstance(event, StationEntered) else "left"
            return "station", {
                "line": event.line,
                "claim": event.claim,
                "station": event.station,
                "state": state,
            }
        case Called():
            call, used = event.call, event.call.usage
            return "call", {
                "line": call.line,
                "claim": call.claim,
                "schema": call.schema,
                "attempt": call.attempt,
                "from_memory": call.cached,
                "model": f"{event.prices.provider}:{event.prices.model}",
                "input": used.input,
                "cached": used.cached,
                "output": used.output,
                "usd": shown(event.usd),
                "seconds": round(call.seconds, 3),
                "failed": call.failed,
                "note": call.note,
            }
        case ClaimSettled():
            return "claim", {
                "line": event.line,
                "claim": event.claim.id,
                "verdict": event.claim.verdict,
                "why": event.claim.why,
                "settled": event.settled,
                "claims": event.claims,
            }
        case LineEnded():
            outcome, used = event.outcome, event.outcome.usage
            return "line-ended", {
                "line": outcome.record.line,
                "news": outcome.news,
                "complete": outcome.complete,
                "written": [path.name for path in outcome.written],
                "calls": used.calls,
                "input": used.input,
                "cached": used.cached,
                "output": used.output,
                "usd": shown(outcome.usd),
                "seconds": outcome.seconds,
            }
