"""Build the corpus, run `retest verify` over it, and print what it decides wrongly. See the
package's docstring."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Any

import benchmarks.corpus
from benchmarks.corpus import Case
from benchmarks.corpus.build import invented, real
from benchmarks.corpus.papers import World, load
from retest.papers.mirror import Mirror
from retest.papers.snapshot import import_snapshot

Row = dict[str, Any]
UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def verify(workspace: Path, cases: Sequence[Case], *options: str) -> str:
    """What `retest verify` prints of the cases' lines, read from standard input."""
    lines = "".join(json.dumps(case.line, ensure_ascii=False) + "\n" for case in cases)
    command = [
        sys.executable,
        "-m",
        "retest",
        "verify",
        "-",
        "--format",
        "jsonl",
        "-C",
        str(workspace),
        "--source",
        "mirror",
        *options,
    ]
    done = subprocess.run(command, input=lines.encode(), capture_output=True, check=False)
    if done.returncode not in (0, 1, 3):
        sys.exit(
            "retest verify ended with "
            f"{done.returncode}:\n{done.stderr.decode(errors='replace')[-3000:]}"
        )
    return done.stdout.decode()


def rows(printed: str, cases: Sequence[Case]) -> list[Row]:
    found = [json.loads(line) for line in printed.split("\n") if line]
    if len(found) != len(cases):
        sys.exit(
            f"retest verify printed {len(found)} rows for {len(cases)} lines; does it end with a "
            "traceback?"
        )
    return found


def judged(case: Case, row: Row) -> str:
    """right, false pass, false rejection, undecided, or what else is wrong with a row."""
    if case.status == "either":
        return "open: passes" if row["status"] == "grounded" else "open: fails"
    if row["status"] != case.status:
        if "unverifiable" in (row["status"], case.status):
            return "undecided"
        return "false pass" if row["status"] == "grounded" else "false rejection"
    if case.reasons and row["reason"] not in case.reasons:
        return "other reason"
    if case.found and case.status == "grounded" and row["id"] != case.found:
        return "other paper"
    return "right"


RIGHT = ("right", "open: passes", "open: fails")
COLUMNS = (*RIGHT, "false pass", "false rejection", "undecided", "other reason", "other paper")
"""`undecided`: unverifiable where it can be told; `other reason` and `other paper`: rejected, or
grounded, for a reason or as a paper that it should not name; `open`: cases of which careful people
differ."""


def table(decided: list[tuple[Case, Row, str]]) -> bool:
    """Print the counts a kind and every wrong case; whether all are right."""
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    for case, _, verdict in decided:
        counts[case.kind][verdict] += 1
        counts["all"][verdict] += 1
    counts["all"] = counts.pop("all")
    print(f"{'kind':40}{'cases':>7}" + "".join(f"{column:>17}" for column in COLUMNS))
    for kind, found in counts.items():
        print(
            f"{kind:40}{sum(found.values()):7}"
            + "".join(f"{found[column] or '':>17}" for column in COLUMNS)
        )
    wrong = [(case, row, verdict) for case, row, verdict in decided if verdict not in RIGHT]
    for case, row, verdict in wrong:
        print(
            f"\n{verdict}: {case.kind}: {case.why}\n  {json.dumps(case.line)[:6000]}\n  "
            f"{json.dumps(row)[:1500]}"
        )
    return not wrong


def printed_safely(workspace: Path, cases: Sequence[Case]) -> bool:
    """That the table for people holds no character of these papers that a terminal would act on."""
    text = verify(workspace, cases)
    bad = sorted(
        {f"U+{ord(c):04X}" for c in text if c != "\n" and unicodedata.category(c) in UNSAFE}
    )
    print("\nthe table for people:", f"holds {', '.join(bad)}" if bad else "no unsafe character")
    return not bad


def main() -> int:
    parser = argparse.ArgumentParser(
        description=benchmarks.corpus.__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--mirror", type=Path, help="a mirror, for example .retest/mirror")
    source.add_argument("--snapshot", help="a metadata snapshot, which is imported first")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--each", type=int, default=10, help="cases a kind (default 10)")
    parser.add_argument("--only", default="", help="only kinds with this text in their name")
    parser.add_argument("--out", type=Path, help="where to leave lines.jsonl and labels.jsonl")
    parser.add_argument("--build", action="store_true", help="build the corpus and stop")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        places = [Path(scratch) / name / ".retest" / "mirror" for name in ("real", "invented")]
        for place in places:
            place.parent.mkdir(parents=True)
        if options.mirror:
            places[0].symlink_to(options.mirror.resolve(), target_is_directory=True)
        else:
            with Mirror(places[0]) as mirror:
                import_snapshot(options.snapshot, mirror, lambda _, __: None)
        world = World(load(places[0]), Random(options.seed))  # noqa: S311  a corpus that can be made again, no secret
        papers, planted = invented()
        with Mirror(places[1]) as mirror:
            mirror.upsert(papers)
        drawn = list(real(world, options.seed, options.each))
        parts = [[case for case in part if options.only in case.kind] for part in (drawn, planted)]
        if options.out:
            write(options.out, [case for part in parts for case in part])
        if options.build:
            return 0
        decided = []
        for place, cases in zip(places, parts, strict=True):
            if cases:
                began = time.perf_counter()
                found = rows(verify(place.parent.parent, cases, "--json"), cases)
                print(f"{len(cases)} lines in {time.perf_counter() - began:.1f} s")
                decided += [
                    (case, row, judged(case, row)) for case, row in zip(cases, found, strict=True)
                ]
        if options.out:
            statuses = {number: row["status"] for number, (_, row, _) in enumerate(decided)}
            (options.out / "retest.json").write_text(json.dumps(statuses), encoding="utf-8")
        right = table(decided)
        safe = printed_safely(places[1].parent.parent, parts[1]) if parts[1] else True
        return 0 if right and safe else 1


def write(folder: Path, cases: Sequence[Case]) -> None:
    """lines.jsonl as `retest verify` reads it, labels.jsonl beside it, line for line."""
    folder.mkdir(parents=True, exist_ok=True)
    labels = [
        {
            "kind": c.kind,
            "status": c.status,
            "reasons": sorted(c.reasons),
            "why": c.why,
            "found": c.found,
        }
        for c in cases
    ]
    for name, values in (("lines", [case.line for case in cases]), ("labels", labels)):
        text = "".join(json.dumps(value, ensure_ascii=False) + "\n" for value in values)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
