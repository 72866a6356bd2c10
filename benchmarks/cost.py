"""What one claim with 100 titles, 20 abstracts and six findings costs: calls and prompt tokens as
the loopback model counts them.

    pip install bpe-openai && python -m benchmarks.cost --mirror W/.retest/mirror

The 20 that are read are real records whose titles and abstracts have about 365 tokens each (7,300
together); beside them the searches find the 80 that are nearest to the claim, of which the model
sees the titles. Tokens are those of o200k_base, system and user text of every request; the schema
is not counted. The line has one claim; what its counter-thesis asks is left out, the synthesis is
counted in. Times are without imports.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import bpe_openai

from benchmarks.loopback import TITLE, Loopback, answer, loopback, measured
from retest.data import defaults
from retest.domain.line import Line, Window
from retest.domain.paper import Paper, Query
from retest.lines.load import load_line
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.run.events import LineOutcome
from retest.settings import Settings

CLAIM = "scale-does-not-gate-anticipation"
AS_OF = date(2026, 8, 21)
TOKENS_A_PAPER, PAPERS, TITLES = 365, 20, 100


def chosen(line: Line, mirror: Path) -> tuple[list[Paper], list[Paper], list[Paper]]:
    """The claim's anchors, 20 papers that its words find and that are as long as wanted, and the 80
    that they find first beside them."""
    source = MirrorSource(mirror)
    claim = line.claims[0]
    anchors = [paper for paper in source.get(claim.anchors).values() if isinstance(paper, Paper)]
    window = Window(opens=max(paper.published for paper in anchors), as_of=AS_OF)
    found = source.search(Query(any_of=(claim.text,)), window, 1000)
    read = sorted(
        found, key=lambda paper: abs(size(f"{paper.title} {paper.abstract}") - TOKENS_A_PAPER)
    )[:PAPERS]
    return anchors, read, [paper for paper in found if paper not in read][: TITLES - PAPERS]


def picking(ids: frozenset[str], claim: str, schema: str, user: str) -> dict[str, Any]:
    """The loopback model, which picks these papers by their titles, and finds three a batch to bear
    on the claim, two on anything else."""
    if schema == "Triage":
        return {"picks": [name for name in TITLE.findall(user) if name in ids]}
    return answer(schema, user, findings=3 if f"<claim>\n{claim}" in user else 2)


def size(text: str) -> int:
    return len(bpe_openai.get_encoding("o200k_base").encode(text))


def run(line: Line, papers: list[Paper], model: Loopback) -> tuple[LineOutcome, float]:
    """The line, run in a workspace of its own on a mirror of these papers; and the seconds that it
    took."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(Path(folder), source="mirror", candidates=PAPERS)
        with Mirror(settings.path("home") / "mirror") as mirror:
            mirror.upsert(papers)
        return measured(line, settings, AS_OF, model)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--delay", type=float, default=0.3)
    options = parser.parse_args()
    whole = load_line(defaults("claims") / "scale-anticipation.yaml")
    claims = tuple(claim for claim in whole.claims if claim.id == CLAIM)
    line = whole.model_copy(update={"claims": claims})
    anchors, papers, others = chosen(line, options.mirror)
    every = [*anchors, *papers, *others]
    picks = partial(picking, frozenset(paper.id for paper in papers), claims[0].text)
    with loopback(options.delay, temperament=picks) as model:
        run(line, every, model)  # once for the imports, which are no part of a claim's time
        model.asked()
        outcome, wall = run(line, every, model)
        asked = model.asked()
    ours = [
        one
        for one in asked
        if f"<claim>\n{claims[0].text}" in one.user or f"): {claims[0].text}" in one.user
    ]
    ours += [one for one in asked if one.schema == "Synthesis"]
    sizes = [size(one.system) + size(one.user) for one in ours]
    shown = sum(size(f"{paper.title} {paper.abstract}") for paper in papers)
    record = outcome.record.claims[0]
    print(
        f"{record.searched.candidates} titles, {record.searched.extracted} papers read ({shown} "
        f"tokens), {len(record.evidence)} pieces of evidence"
    )
    kinds = dict(Counter(one.schema for one in ours))
    print(f"{len(ours)} calls {kinds}, {sum(sizes)} prompt tokens, largest {max(sizes)}")
    print(f"by call: {[(one.schema, n) for one, n in zip(ours, sizes, strict=True)]}")
    claim = max(one.at for one in ours) - min(one.at for one in ours) + options.delay
    each = f"{options.delay * 1000:.0f} ms a call"
    print(f"at {each}: {claim:.2f} s from first to last answer, {wall:.2f} s with all around")


if __name__ == "__main__":
    main()
