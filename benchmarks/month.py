"""A month of nights: what each costs and changes, beside a job that re-tests everything every
night.

    python -m benchmarks.month --mirror WORKSPACE/.retest/mirror [--gold machine-learning] [--until
    2026-08-20]
                               [--nights 30] [--claims N] [--loss N]

The bundled line (or, with --gold, claims of known fate as one line) runs every night on a mirror
that grows as the given one would have grown (retest.papers.grown), with the model of
benchmarks.steady behind the loopback. Beside it the same line runs with --full in a workspace of
its own. Printed for each night: papers that came in, model calls and tokens, lines of the Markdown
that a reviewer would see changed, bytes of reports/ that are other than the night before, changed
verdicts, and the calls of the --full night. The verdicts of both are compared at the end. With
--loss N every Nth night begins without memory, as on a fresh CI runner: the report is then all that
it has.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import shutil
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from benchmarks import steady
from benchmarks.loopback import loopback
from retest.data import defaults
from retest.domain.line import Line
from retest.evaluation.claims.gold import load_gold
from retest.lines.load import load_line
from retest.papers.grown import Growing
from retest.run.events import LineOutcome
from retest.run.job import Job
from retest.run.lines import run_lines
from retest.settings import Settings


@dataclass
class Library:
    """A workspace whose mirror is a link to the one that grows."""

    folder: Path

    def __post_init__(self) -> None:
        self.settings = Settings(workspace=self.folder, source="mirror", retry_pause=0.1)
        (self.folder / ".retest").mkdir(parents=True)
        (self.folder / ".retest" / "mirror").symlink_to(self.folder.parent / "mirror")

    def night(
        self, line: Line, day: date, environment: Mapping[str, str], *, full: bool
    ) -> LineOutcome:
        job = Job(
            lines=(line,),
            settings=self.settings,
            environment=environment,
            today=day,
            as_of=day,
            model="anthropic:steady",
            full=full,
        )
        (outcome,) = asyncio.run(run_lines(job))
        return outcome

    def reports(self) -> dict[str, str]:
        return {
            path.name: path.read_text(encoding="utf-8")
            for path in sorted(self.folder.glob("reports/*"))
        }

    def forget(self) -> None:
        for path in (self.folder / ".retest").iterdir():
            if path.name != "mirror":
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[int, int]:
    """Lines of Markdown that were added or taken away, and bytes of all files in lines that
    were."""
    lines = size = 0
    for name, text in now.items():
        said = difflib.unified_diff(
            before.get(name, "").splitlines(), text.splitlines(), lineterm="", n=0
        )
        marked = [one for one in said if one[:1] in "+-" and one[:3] not in ("+++", "---")]
        size += sum(len(one.encode()) for one in marked)
        lines += len(marked) if name.endswith(".md") else 0
    return lines, size


def verdicts(outcome: LineOutcome) -> dict[str, str]:
    return {claim.id: claim.verdict for claim in outcome.record.claims}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--until", type=date.fromisoformat, default=date(2026, 8, 20))
    parser.add_argument("--nights", type=int, default=30)
    parser.add_argument(
        "--gold", default="", help="claims of known fate instead of the bundled line"
    )
    parser.add_argument("--claims", type=int, default=100)
    parser.add_argument("--loss", type=int, default=0)
    given = parser.parse_args()
    bundled = defaults("claims") / "scale-anticipation.yaml"
    line = load_gold(given.gold).line() if given.gold else load_line(bundled)
    line = line.model_copy(update={"claims": line.claims[: given.claims]})
    print(f"{len(line.claims)} claims and the counter-thesis")
    print(
        "| night | new papers | calls | tokens | .md lines | bytes | verdicts | pending | calls "
        "--full |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    with (
        tempfile.TemporaryDirectory() as scratch,
        loopback(0.0, temperament=steady.answer) as model,
    ):
        environment = {"ANTHROPIC_API_KEY": "loopback", "ANTHROPIC_BASE_URL": model.url}
        growing = Growing(given.mirror, Path(scratch) / "mirror")
        nightly, anew = Library(Path(scratch) / "nightly"), Library(Path(scratch) / "full")
        sums = [0] * 5
        before: dict[str, str] = {}
        stood: dict[str, str] = {}
        anew_stood: dict[str, str] = {}
        row = [0] * 5
        calls: list[int] = []
        seconds = 0.0
        for number in range(given.nights):
            day = given.until - timedelta(days=given.nights - 1 - number)
            came = growing.until(day)
            if given.loss and number and number % given.loss == 0:
                nightly.forget()
            began = time.perf_counter()
            tonight = nightly.night(line, day, environment, full=False)
            seconds += time.perf_counter() - began
            every = anew.night(line, day, environment, full=True)
            now = nightly.reports()
            lines, size = changed(before, now) if before else (0, 0)
            moved = sum(
                stood.get(name, verdict) != verdict for name, verdict in verdicts(tonight).items()
            )
            pending = sum(
                claim.flip is not None and claim.flip.pending for claim in tonight.record.claims
            )
            row = [
                tonight.usage.calls,
                tonight.usage.input + tonight.usage.output,
                lines,
                size,
                every.usage.calls,
            ]
            sums = [total + one for total, one in zip(sums, row, strict=True)]
            print(
                f"| {day} | {came:,} | {row[0]} | {row[1]:,} | {lines} | {size:,} | {moved} | "
                f"{pending} | {row[4]} |",
                flush=True,
            )
            calls.append(row[0])
            before, stood, anew_stood = now, verdicts(tonight), verdicts(every)
        later = (sums[4] - row[4]) / max(1, sums[0] - calls[0])
        print(
            f"sum: {sums[0]:,} calls, {sums[1]:,} tokens; --full {sums[4]:,} calls: "
            f"{sums[4] / sums[0]:.1f} times as many, {later:.1f} times from the second night on"
        )
        print(
            f"{sum(not one for one in calls)} nights without a call; {seconds / given.nights:.1f} "
            "s a night"
        )
        other = [name for name, verdict in anew_stood.items() if stood[name] != verdict]
        print(f"verdicts that the last --full night has otherwise: {len(other)} of {len(stood)}")


if __name__ == "__main__":
    main()
