"""Kill -9 at random moments, and the same command again.

    python -m benchmarks.kills [--run 100] [--batch 50] [--sync 50] [--seed 1]

Each scenario runs once undisturbed, for its duration, its result and what it asked. Then it is
started as many times as said, each time in a fresh folder, killed at a random moment between a
third of that duration (before, the interpreter is still importing) and its end, and the same
command is run again to the end. Batches take several commands to the end: a random one of them is
killed. Checked each time: the second command's status is the undisturbed one's; the result is the
undisturbed one to the byte (the mirror: paper by paper); no question is paid for again whose answer
was sent at least MARGIN seconds before the kill; and no file stays that the undisturbed folder has
not. What was on its way at the moment of the kill is counted: the services may charge for that, and
nobody can have it back. In a batch nothing is on its way, so nothing may be asked twice.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from retest.papers.mirror import Mirror
from tests.brains import Reader
from tests.conftest import CLAIMS
from tests.fakes.batches import FakeBatches
from tests.fakes.models import FakeModels
from tests.fakes.oai import FakeOai
from tests.fakes.oai_records import entries
from tests.papers.harvesting import TEN, stored
from tests.papers_small import PAPERS

MARGIN = 0.3
"""Seconds in which an answer that was sent should be on disk, on a busy machine."""
DELAY = 0.15
"""Seconds that the loopback model takes for an answer: what is killed is then mostly waiting, as in
life."""
VARYING = re.compile(r"index/|answers|searches|-wal$|-shm$|\.lock$|cache/|\.val$|manual/")
"""Files of libraries, whose names are random, or that come and go as they please."""


class Scenario(Protocol):
    """What is killed: how a folder is made ready, the command, and what it has made."""

    command: list[str]
    environment: dict[str, str]

    commands: int
    """How often the command is given until all is done."""

    def prepare(self, folder: Path) -> None: ...
    def result(self, folder: Path) -> Any: ...
    def answered(self, until: float) -> Counter[str]: ...
    def forget(self) -> None: ...


@dataclass
class Run:
    """One line, with a loopback model."""

    fake: FakeModels
    command: list[str] = field(
        default_factory=lambda: ["run", "--line", "tides", "--as-of", "2026-08-21"]
    )
    commands: int = 1

    def __post_init__(self) -> None:
        self.environment = {
            "RETEST_SOURCE": "mirror",
            "RETEST_MODEL": "anthropic:loopback",
            "ANTHROPIC_API_KEY": "loopback",
            "ANTHROPIC_BASE_URL": self.fake.url,
            "RETEST_RETRY_PAUSE": "0.02",
            "RETEST_CONCURRENCY": "2",
        }

    def prepare(self, folder: Path) -> None:
        (folder / "claims").mkdir()
        (folder / "claims" / "tides.yaml").write_text(CLAIMS, encoding="utf-8")
        with Mirror(folder / ".retest" / "mirror") as mirror:
            mirror.upsert(PAPERS)

    def result(self, folder: Path) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in sorted((folder / "reports").iterdir())}

    def answered(self, until: float) -> Counter[str]:
        """Questions whose answers had been sent by then."""
        return Counter(
            f"{r.schema} {r.system} {r.user}" for r in self.fake.requests if r.at + DELAY < until
        )

    def forget(self) -> None:
        self.fake.requests.clear()


@dataclass
class Batched(Run):
    """The same line, with --batch: a batch has ended when the next command asks for it."""

    fake: FakeBatches
    commands: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        self.command = [*self.command, "--batch"]

    def answered(self, until: float) -> Counter[str]:
        """All that was paid in batches; nothing of it is on its way. What is asked directly beside
        them, the plan and the synthesis, is the other scenario's."""
        del until
        direct = ("QueryPlan", "Synthesis")
        return Counter(
            f"{schema} {user}" for schema, user in self.fake.paid if schema not in direct
        )

    def forget(self) -> None:
        """Nothing: what is paid twice is told from all that was paid."""

    def prepare(self, folder: Path) -> None:
        super().prepare(folder)
        self.fake.paid.clear()
        self.fake.batches.clear()


@dataclass
class Sync:
    """A mirror that is filled from the loopback's OAI-PMH."""

    fake: FakeOai
    command: list[str] = field(default_factory=lambda: ["mirror", "sync"])
    commands: int = 1

    def __post_init__(self) -> None:
        self.environment = {
            "RETEST_OAI_URL": self.fake.url,
            "RETEST_ARXIV_INTERVAL": "0.1",
            "RETEST_RETRY_PAUSE": "0.02",
        }

    def prepare(self, folder: Path) -> None:
        del folder

    def result(self, folder: Path) -> dict[str, Any]:
        return dict(stored(folder / ".retest" / "mirror"))

    def answered(self, until: float) -> Counter[str]:
        """Nobody pays for a page of a harvest; tests/papers/test_harvest_resumed.py counts which
        are asked again."""
        del until
        return Counter()

    def forget(self) -> None:
        self.fake.requests.clear()


def start(scenario: Scenario, folder: Path) -> subprocess.Popen[str]:
    ours = ("RETEST_", "ANTHROPIC", "OPENAI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment = {**kept, **scenario.environment, "XDG_CACHE_HOME": str(folder / "cache")}
    return subprocess.Popen(
        [sys.executable, "-m", "retest", *scenario.command, "-C", str(folder)],
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def files(folder: Path) -> set[str]:
    """Every file but those whose names are none of ours."""
    names = (str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
    return {name for name in names if not VARYING.search(name)}


@contextmanager
def fresh(scenario: Scenario) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="kills"))
    try:
        scenario.prepare(folder)
        scenario.forget()
        yield folder
    finally:
        shutil.rmtree(folder)


@dataclass
class Found:
    """What went wrong, by kind, and what was on its way when it was killed."""

    wrong: Counter[str] = field(default_factory=Counter)
    killed: int = 0
    on_the_way: int = 0


def ended(scenario: Scenario, folder: Path, commands: int) -> tuple[int, str]:
    """Give the command until it ends with 0, or as often as said; its last status, and what it
    said."""
    code, said = 1, ""
    while code != 0 and commands:
        process = start(scenario, folder)
        _, said = process.communicate()
        code, commands = process.returncode, commands - 1
    return code, said


def killed(name: str, scenario: Scenario, times: int, chance: random.Random) -> Found:
    found = Found()
    if not times:
        return found
    with fresh(scenario) as folder:
        began = time.monotonic()
        status, said = ended(scenario, folder, scenario.commands)
        duration = (time.monotonic() - began) / scenario.commands
        result, left = scenario.result(folder), files(folder)
        print(f"{name}: undisturbed {duration:.1f} s a command, status {status}", flush=True)
        if status != 0:
            raise SystemExit(said)
    for number in range(times):
        with fresh(scenario) as folder:
            before_it = chance.randrange(scenario.commands)
            if before_it:
                ended(scenario, folder, before_it)
            process = start(scenario, folder)
            time.sleep(chance.uniform(duration / 3, duration))
            was_running = process.poll() is None
            process.send_signal(signal.SIGKILL)
            process.communicate()
            at = time.monotonic()
            found.killed += was_running
            before, reached = scenario.answered(at - MARGIN), scenario.answered(at + DELAY)
            time.sleep(DELAY)
            scenario.forget()
            code, said = ended(scenario, folder, scenario.commands + 2)
            again = scenario.answered(time.monotonic() + DELAY)
            if scenario.commands > 1:
                twice = Counter({question: count for question, count in again.items() if count > 1})
            else:
                twice, on_the_way = before & again, again & reached
                found.on_the_way += on_the_way.total() - twice.total()
            for kind, is_wrong in checks(code, folder, scenario, result, left, twice):
                if is_wrong:
                    found.wrong[kind] += 1
                    print(f"{name} {number}: {kind}\n{said[-600:]}", flush=True)
    return found


def checks(
    code: int,
    folder: Path,
    scenario: Scenario,
    result: Any,
    left: set[str],
    twice: Mapping[str, int],
) -> Iterable[tuple[str, bool]]:
    yield f"the command that was given again ended with {code}", code != 0
    if code == 0:
        yield "another result than undisturbed", scenario.result(folder) != result
    stayed = sorted(files(folder) - left)
    yield f"files stayed: {', '.join(stayed)}", bool(stayed)
    yield f"{len(twice)} paid answers were asked for again", bool(twice)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name, times in (("run", 100), ("batch", 50), ("sync", 50)):
        parser.add_argument(f"--{name}", type=int, default=times)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)  # noqa: S311 - not for secrets
    wrong = 0
    with (
        FakeModels(Reader(), delay=DELAY) as models,
        FakeBatches(Reader(), delay=DELAY) as batches,
        FakeOai(entries(TEN)) as oai,
    ):
        for name, scenario in (
            ("run", Run(models)),
            ("batch", Batched(batches)),
            ("sync", Sync(oai)),
        ):
            found = killed(name, scenario, getattr(given, name), chance)
            wrong += found.wrong.total()
            print(
                f"{name}: {found.killed} killed while running, {found.wrong.total()} faults, "
                f"{found.on_the_way} answers were on their way"
            )
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main()
