"""What each tool gets wrong, as a Markdown table.

    python -m benchmarks.rivals.table --corpus FOLDER

Reads labels.jsonl and each tool's statuses from FOLDER: retest.json (`python -m benchmarks.corpus
--out FOLDER`), linkml.json and refchecker.json (the other scripts here). Kinds that a tool is not
made for are left blank.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from pathlib import Path

from benchmarks.rivals import cases

TOOLS = {
    "retest": "retest verify",
    "linkml": "linkml-reference-validator",
    "refchecker": "academic-refchecker",
}
GROUPS = (
    ("Quotes that must pass or fail", ("quote", "false quote", "hostile: true", "hostile: false")),
    ("Citations", ()),
)


def shown(counts: Counter[str]) -> str:
    """`2 false passes` and the like; a dash for none wrong; nothing for a kind that was not
    asked."""
    parts = [f"{n} {what}" for what, n in counts.items() if what != "right"]
    return ", ".join(parts) if parts else "-" if counts else ""


def judged(wanted: str, said: str) -> str:
    if said == wanted or (wanted == "rejected" and said == "unverifiable"):
        return "right"  # a paper that cannot be found is not accepted, whatever it is called
    return (
        "cannot say"
        if said == "unverifiable"
        else "false pass"
        if said == "grounded"
        else "false rejection"
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpus", type=Path, required=True)
    options = parser.parse_args()
    said = {
        tool: json.loads((options.corpus / f"{tool}.json").read_text(encoding="utf-8"))
        for tool in TOOLS
    }
    counts: dict[str, dict[str, Counter[str]]] = defaultdict(
        lambda: {tool: Counter() for tool in TOOLS}
    )
    sizes: Counter[str] = Counter()
    for number, _, label in cases(options.corpus):
        if label["status"] not in ("grounded", "rejected"):
            continue
        sizes[label["kind"]] += 1
        for tool, found in said.items():
            if str(number) in found:
                counts[label["kind"]][tool][judged(label["status"], found[str(number)])] += 1
    for heading, starts in GROUPS:
        kinds = [kind for kind in counts if kind.startswith(GROUPS[0][1]) is bool(starts)]
        print(f"\n### {heading}\n\n| kind | cases | " + " | ".join(TOOLS.values()) + " |")
        print("|---|---|" + "---|" * len(TOOLS))
        for kind in kinds:
            print(
                f"| {kind} | {sizes[kind]} | "
                + " | ".join(shown(counts[kind][tool]) for tool in TOOLS)
                + " |"
            )
        sums = {tool: sum((counts[kind][tool] for kind in kinds), Counter[str]()) for tool in TOOLS}
        asked = {tool: sum(sums[tool].values()) for tool in TOOLS}
        cells = (f"{shown(sums[tool])} (of {asked[tool]})" if asked[tool] else "" for tool in TOOLS)
        print(f"| **all** | {sum(sizes[kind] for kind in kinds)} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
