"""`retest --help` against `python -c "import typer"`, and the size of the installed product.

    python benchmarks/startup.py [--repeat 15]

Prints the ratio of the medians of alternating runs, then packages and megabytes of what `pip
install retest` brings.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

RETEST = [str(Path(sys.executable).with_name("retest")), "--help"]
TYPER = [sys.executable, "-c", "import typer"]


def seconds(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def installed(name: str, seen: set[str]) -> set[str]:
    """The distributions that `name` needs without extras, itself included."""
    key = re.sub(r"[-_.]+", "-", name).lower()
    if key in seen:
        return seen
    seen.add(key)
    for requirement in importlib.metadata.requires(name) or []:
        marker = requirement.partition(";")[2]
        if "extra" in marker:
            continue
        needed = re.match(r"[A-Za-z0-9_.-]+", requirement)
        assert needed is not None
        try:
            installed(needed[0], seen)
        except importlib.metadata.PackageNotFoundError:
            seen.discard(
                re.sub(r"[-_.]+", "-", needed[0]).lower()
            )  # for another platform or Python
    return seen


def megabytes(names: set[str]) -> float:
    files = {
        file.locate()
        for name in names
        for file in importlib.metadata.files(name) or []
        if not file.name.endswith(".pyc")
    }
    return sum(Path(str(file)).stat().st_size for file in files if Path(str(file)).is_file()) / 1e6


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=15)
    repeat = parser.parse_args().repeat
    seconds(RETEST), seconds(TYPER)
    pairs = [(seconds(RETEST), seconds(TYPER)) for _ in range(repeat)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    names = installed("retest", set())
    print(
        f"retest --help {ours * 1000:.0f} ms, import typer {theirs * 1000:.0f} ms, ratio "
        f"{ours / theirs:.2f}"
    )
    print(f"{len(names)} packages, {megabytes(names):.0f} MB without byte code")


if __name__ == "__main__":
    main()
