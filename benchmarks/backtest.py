"""A line walked through time on real records, with a model that is right whenever it is shown a
settling paper.

    python -m benchmarks.backtest --mirror WORKSPACE/.retest/mirror [--gold machine-learning]
    [--from 2024-01]
                                  [--to 2026-08] [--every 30d] [--out DIR]

`retest backtest` itself runs, from the shell, against the model over the loopback
(tests.temperaments.RightWhenShown): it plans with the claim's own words, points at sentence 2 of
the gold papers that it is shown and at nothing else, and gives the expected verdict. So delays and
misses are the search's and the walk's alone. Printed are the command's own output and the wall
time.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.loopback import loopback
from retest.evaluation.claims.gold import load_gold
from tests.temperaments import Known, RightWhenShown


@dataclass(frozen=True)
class Told:
    """The model, made anew where it runs."""

    known: tuple[Known, ...]

    def __call__(self, schema: str, user: str) -> dict[str, Any]:
        said = RightWhenShown(self.known)(schema, "", user)
        assert isinstance(said, dict)  # no slips are planted
        return said


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--gold", default="machine-learning")
    parser.add_argument("--from", dest="first", default="2024-01")
    parser.add_argument("--to", dest="last", default="2026-08")
    parser.add_argument("--every", default="30d")
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    known = tuple(
        Known(one.claim, one.expected_verdict, one.gold_ids) for one in load_gold(given.gold).claims
    )
    with tempfile.TemporaryDirectory() as scratch, loopback(0.0, temperament=Told(known)) as model:
        home = Path(scratch) / ".retest"
        home.mkdir()
        (home / "mirror").symlink_to(given.mirror.resolve())
        environment = {
            **os.environ,
            "ANTHROPIC_API_KEY": "loopback",
            "ANTHROPIC_BASE_URL": model.url,
            "RETEST_MODEL": "anthropic:right-when-shown",
        }
        command = [
            sys.executable,
            "-m",
            "retest",
            "backtest",
            given.gold,
            "--from",
            given.first,
            "--to",
            given.last,
        ]
        command += [
            "--every",
            given.every,
            "-C",
            scratch,
            *(["--out", str(given.out.resolve())] if given.out else []),
        ]
        began = time.perf_counter()
        ended = subprocess.run(command, env=environment, check=False)
        print(f"{time.perf_counter() - began:.0f} s, status {ended.returncode}")


if __name__ == "__main__":
    main()
