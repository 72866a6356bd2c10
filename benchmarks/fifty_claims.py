"""A run of 50 claims on a mirror, 32 candidates each, against a loopback model: wall time against
the critical path.

    retest mirror import SNAPSHOT -C W && python -m benchmarks.fifty_claims --mirror
    W/.retest/mirror

The claims are the bundled line's, each asked of two windows, and the counter-thesis. Every call
takes `--delay` seconds, at most `--concurrency` are open. The critical path is the sum over the
stages (plan, extract, entail, judge, synthesize) of the waves that concurrency allows, ceil(calls /
concurrency), times the delay.
"""

from __future__ import annotations

import argparse
import math
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from benchmarks.loopback import Loopback, loopback, measured
from retest.data import defaults
from retest.domain.line import Claim, Line
from retest.lines.load import load_line
from retest.run.events import LineOutcome
from retest.settings import Settings

STAGES = ("QueryPlan", "Extraction", "Entailment", "Judgment", "Synthesis")


def fifty(line: Line) -> Line:
    """49 claims with room for 32 newer papers each; the counter-thesis is the fiftieth."""
    claims = [
        Claim(id=f"{claim.id[:60]}-{year}", text=claim.text, dated=year, levers=claim.levers)
        for year in ("2023", "2024")
        for claim in line.claims
    ]
    return line.model_copy(update={"claims": tuple(claims[:49])})


def run(line: Line, options: argparse.Namespace, model: Loopback) -> tuple[LineOutcome, float]:
    """The line in a workspace of its own, and the seconds that it took."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / ".retest"
        home.mkdir()
        (home / "mirror").symlink_to(options.mirror.resolve())
        settings = Settings(Path(folder), source="mirror", concurrency=options.concurrency)
        return measured(line, settings, options.as_of, model)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.3)
    parser.add_argument("--concurrency", type=int, default=16)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 8, 21))
    options = parser.parse_args()
    line = fifty(load_line(defaults("claims") / "scale-anticipation.yaml"))
    with loopback(options.delay) as model:
        few = line.model_copy(update={"claims": line.claims[:1]})
        run(few, options, model)  # once for the imports, which are no part of the pipeline's time
        model.asked()
        outcome, wall = run(line, options, model)
        calls = Counter(asked.schema for asked in model.asked())
    read = [
        claim.searched.extracted
        for claim in (*outcome.record.claims, outcome.record.counter_thesis)
    ]
    waves = {stage: math.ceil(calls[stage] / options.concurrency) for stage in STAGES}
    path = sum(waves.values()) * options.delay
    print(f"{len(read)} claims, {min(read)} to {max(read)} candidates read; calls {dict(calls)}")
    print(f"critical path {path:.2f} s (waves {waves}); wall {wall:.2f} s; ratio {wall / path:.2f}")


if __name__ == "__main__":
    main()
