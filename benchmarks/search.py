"""How well and how fast the mirror finds papers that settle dated claims.

    python benchmarks/search.py --mirror FOLDER --claims FILE --plans FILE

Claims are JSON lines with `id`, `claim`, `claim_date`, `anchor_ids` and `gold_ids` (newer papers that settle it), plans
with `id`, `queries` (`all_of`, `any_of`), `counter_statement` and `hyde`. For each way: the share of the claims
with a gold paper among the first N, window respected, anchors left out, lists fused by reciprocal rank. Claims of which
no gold paper is in the mirror cannot be found: how many are left is printed, and the others stay in the share.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from retest.domain.line import Window
from retest.domain.paper import Paper, Query
from retest.papers.mirror import MirrorSource

DEPTHS = (10, 20, 32, 50, 100, 200)
LIMIT = 250
"""Papers asked for in each search."""
Record = dict[str, Any]


def words(text: str) -> Query:
    return Query(any_of=(text,))


def claim(record: Record, _: Record, __: list[Paper]) -> list[Query]:
    return [words(record["claim"])]


def claim_and_anchors(record: Record, plan: Record, anchors: list[Paper]) -> list[Query]:
    titles = [words(paper.title) for paper in anchors]
    return claim(record, plan, anchors) + titles + [words(f"{paper.title} {paper.abstract}") for paper in anchors]


def counter_statement(_: Record, plan: Record, __: list[Paper]) -> list[Query]:
    return [words(plan["counter_statement"])]


def passage(_: Record, plan: Record, __: list[Paper]) -> list[Query]:
    return [words(plan["hyde"])]


def planned(_: Record, plan: Record, __: list[Paper]) -> list[Query]:
    return [Query(all_of=tuple(query["all_of"]), any_of=tuple(query["any_of"])) for query in plan["queries"]]


def pipeline(record: Record, plan: Record, anchors: list[Paper]) -> list[Query]:
    parts = (planned, counter_statement, claim_and_anchors)
    return [query for part in parts for query in part(record, plan, anchors)]


def everything(record: Record, plan: Record, anchors: list[Paper]) -> list[Query]:
    return pipeline(record, plan, anchors) + passage(record, plan, anchors)


WAYS: dict[str, Callable[[Record, Record, list[Paper]], list[Query]]] = {
    "the claim's own words": claim,
    "claim and anchors": claim_and_anchors,
    "counter-statement": counter_statement,
    "imagined passage": passage,
    "the plan's queries": planned,
    "plan, counter, claim, anchors": pipeline,
    "all of these": everything,
}


def fused(lists: list[list[Paper]]) -> list[str]:
    score: dict[str, float] = defaultdict(float)
    for found in lists:
        for rank, paper in enumerate(found, start=1):
            score[paper.id] += 1 / (60 + rank)
    return sorted(score, key=lambda arxiv_id: (-score[arxiv_id], arxiv_id))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("mirror", "claims", "plans"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 11, 24))
    options = parser.parse_args()
    source = MirrorSource(options.mirror)
    claims = [json.loads(line) for line in options.claims.read_text(encoding="utf-8").splitlines()]
    plans = {plan["id"]: plan for plan in map(json.loads, options.plans.read_text(encoding="utf-8").splitlines())}
    known = source.get([i for record in claims for i in (*record["anchor_ids"], *record["gold_ids"])])
    reachable = sum(any(isinstance(known[i], Paper) for i in record["gold_ids"]) for record in claims)
    print(f"{len(claims)} claims, {reachable} of them with a gold paper in the mirror")
    print(f"{'searched with':30}", *(f"{depth:>5}" for depth in DEPTHS), "  ms a search")
    for name, queries in WAYS.items():
        ranks, times = [], []
        for record in claims:
            anchors = [paper for i in record["anchor_ids"] if isinstance(paper := known[i], Paper)]
            opens = max((paper.published for paper in anchors), default=date.fromisoformat(record["claim_date"]))
            window = Window(opens=opens, as_of=options.as_of)
            lists = []
            for query in queries(record, plans[record["id"]], anchors):
                began = time.perf_counter()
                lists.append(source.search(query, window, LIMIT))
                times.append((time.perf_counter() - began) * 1000)
            ranked = [i for i in fused(lists) if i not in record["anchor_ids"]]
            ranks.append(min((ranked.index(i) for i in record["gold_ids"] if i in ranked), default=10**9))
        shares = [sum(rank < depth for rank in ranks) / len(claims) for depth in DEPTHS]
        print(f"{name:30}", *(f"{share:5.2f}" for share in shares), f"{statistics.median(times):10.1f}")


if __name__ == "__main__":
    main()
