"""How fast, and in how much memory, a metadata snapshot is imported, and imported again.

    python benchmarks/import_snapshot.py SNAPSHOT [--mirror FOLDER]

Prints records a second and the peak of resident memory, which counts the mapped files of the index
too.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from pathlib import Path

from retest.papers.mirror import Mirror
from retest.papers.snapshot import import_snapshot


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("snapshot")
    parser.add_argument("--mirror", type=Path, help="where to leave the mirror (default: nowhere)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.mirror or Path(scratch) / "mirror"
        for title in ("import", "import again"):
            read = 0

            def progress(records: int, _: float) -> None:
                nonlocal read
                read = records

            began = time.perf_counter()
            with Mirror(folder) as mirror:
                changed = import_snapshot(options.snapshot, mirror, progress)
            seconds = time.perf_counter() - began
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"{title}: {read:,} records in {seconds:.1f} s, {read / seconds:,.0f} a second, "
                f"{changed:,} new or changed, peak {peak:,.0f} MiB"
            )
        print(Mirror.stats(folder))


if __name__ == "__main__":
    main()
