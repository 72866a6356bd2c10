"""What a quiet night costs a large library: many lines, no new papers.

    python -m benchmarks.quiet_night --mirror WORKSPACE/.retest/mirror [--lines 100] [--claims 10]
    [--until 2026-08-20]

The claims are last sentences of abstracts spread over the mirror, each with its paper as anchor.
`retest run --all` runs from the shell with the model of benchmarks.steady behind the loopback: the
first night; two more of the same day, in which claims read what the first found for their siblings
and then come to rest; a quiet night; and the next day, with the papers of that day in the
window. Printed are seconds, the peak memory of the process, model calls, and how many
files of reports/ changed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

from benchmarks import steady, verify
from benchmarks.growth import sentences
from benchmarks.loopback import loopback
from retest.domain.paper import Paper

PEAK = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024)
"""


NIGHTS = (("first", 0), ("second", 0), ("third", 0), ("quiet", 0), ("a day later", 1))


def line(number: int, papers: Sequence[Paper]) -> str:
    said = [
        f"line: line-{number:03}",
        "question: What of it?",
        "thesis: It is so.",
        f"counter_thesis: {json.dumps('It is not so: ' + papers[0].title[:200])}",
        "anchors:",
        *(
            f'  - {{id: "{one.id}", dated: {one.published:%Y-%m}, about: what it rests on}}'
            for one in papers
        ),
        "claims:",
    ]
    for n, one in enumerate(papers):
        text = sentences(one.abstract)[-1][:400]
        said.append(
            f"  - id: claim-{n}\n    text: {json.dumps(text)}\n    dated: {one.published:%Y-%m}"
        )
        said.append(f'    anchors: ["{one.id}"]\n    levers: [model scale]')
    return "\n".join(said) + "\n"


def night(folder: Path, day: date, environment: dict[str, str]) -> tuple[float, int, int]:
    """Seconds, exit status, and MiB at the peak."""
    command = [
        sys.executable,
        "-m",
        "retest",
        "run",
        "--all",
        "--as-of",
        str(day),
        "-C",
        str(folder),
        "--quiet",
    ]
    began = time.perf_counter()
    ended = subprocess.run(
        [sys.executable, "-c", PEAK, *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    code, peak = ended.stdout.split()
    return time.perf_counter() - began, int(code), int(peak)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--lines", type=int, default=100)
    parser.add_argument("--claims", type=int, default=10)
    parser.add_argument("--until", type=date.fromisoformat, default=date(2026, 8, 20))
    given = parser.parse_args()
    early = [
        p
        for p in verify.papers(given.mirror, 4 * given.lines * given.claims)
        if p.published.year in (2024, 2025)
    ]
    papers = early[:: max(1, len(early) // (given.lines * given.claims))]
    with (
        tempfile.TemporaryDirectory() as scratch,
        loopback(0.0, temperament=steady.answer) as model,
    ):
        folder = Path(scratch)
        (folder / "claims").mkdir()
        (folder / ".retest").mkdir()
        (folder / ".retest" / "mirror").symlink_to(given.mirror.resolve())
        for n in range(given.lines):
            those = papers[n * given.claims : (n + 1) * given.claims]
            (folder / "claims" / f"line-{n:03}.yaml").write_text(line(n, those), encoding="utf-8")
        environment = {
            **os.environ,
            "ANTHROPIC_API_KEY": "loopback",
            "ANTHROPIC_BASE_URL": model.url,
            "RETEST_MODEL": "anthropic:steady",
            "RETEST_SOURCE": "mirror",
        }
        print(f"{given.lines} lines of {given.claims} claims")
        print(
            "| night | seconds | MiB | calls | reports changed | status "
            "|\n|---|---|---|---|---|---|"
        )
        stood: dict[str, bytes] = {}
        for name, day in NIGHTS:
            seconds, status, peak = night(folder, given.until + timedelta(days=day), environment)
            now = {path.name: path.read_bytes() for path in (folder / "reports").iterdir()}
            changed = sum(now[file] != stood.get(file) for file in now)
            stood = now
            print(
                f"| {name} | {seconds:.1f} | {peak} | {len(model.asked())} | {changed} | {status} "
                "|",
                flush=True,
            )


if __name__ == "__main__":
    main()
