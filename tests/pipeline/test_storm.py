"""A night on which everything fails now and then, with two runners on one machine: nothing is lost
and nobody is pressed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from itertools import pairwise
from pathlib import Path
from typing import Any

from tests.brains import Reader
from tests.conftest import CLAIMS
from tests.fakes.arxiv import FakeArxiv, Fault
from tests.fakes.models import FakeModels, status
from tests.papers_small import PAPERS

INTERVAL = 0.15
"""Seconds; arXiv's own is 3."""


def run(folder: Path, environment: dict[str, str]) -> subprocess.Popen[str]:
    (folder / "claims").mkdir(parents=True)
    (folder / "claims" / "tides.yaml").write_text(CLAIMS, encoding="utf-8")
    ours = ("RETEST_", "ANTHROPIC", "OPENAI")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return subprocess.Popen(
        [sys.executable, "-m", "retest", "run", "--line", "tides", "--as-of", "2026-08-21"],
        cwd=folder,
        env={**kept, **environment},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


class EveryFifth:
    """A reader whose every fifth answer is that the service is overloaded."""

    def __init__(self) -> None:
        self._count, self._lock, self._reader = 0, threading.Lock(), Reader()

    def __call__(self, schema: str, system: str, user: str) -> Any:
        with self._lock:
            self._count += 1
            fails = self._count % 5 == 0
        return status(529) if fails else self._reader(schema, system, user)


def test_in_a_storm_all_claims_settle_and_arxiv_is_asked_by_one_at_a_time(tmp_path: Path) -> None:
    with FakeArxiv(PAPERS, delay=0.03) as arxiv, FakeModels(EveryFifth()) as model:
        passes = Fault("none")
        one_in_three = [passes, passes, Fault("status", status=429, retry_after="0")]
        one_in_three += [passes, passes, Fault("status", status=503)]
        arxiv.faults = one_in_three * 50
        environment = {
            "RETEST_SOURCE": "arxiv",
            "RETEST_ARXIV_URL": arxiv.url,
            "RETEST_ARXIV_INTERVAL": str(INTERVAL),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "RETEST_MODEL": "anthropic:loopback",
            "ANTHROPIC_API_KEY": "loopback",
            "ANTHROPIC_BASE_URL": model.url,
            "RETEST_RETRY_PAUSE": "0.02",
            "RETEST_RETRY_ATTEMPTS": "4",
        }
        runners = [run(tmp_path / name, environment) for name in ("one", "two")]
        ended = [(*runner.communicate(), runner.returncode) for runner in runners]
        asked, left = list(arxiv.requests), len(arxiv.faults)
    for name, (_, err, code) in zip(("one", "two"), ended, strict=True):
        record = json.loads(
            (tmp_path / name / "reports" / "tides.json").read_text(encoding="utf-8")
        )
        claims = [*record["claims"], record["counter_thesis"]]
        for claim in claims:
            honest = claim["verdict"] == "undetermined" and claim["why"] and claim["detail"]
            assert claim["verdict"] != "undetermined" or honest, (
                f"{claim['id']} says neither verdict nor reason"
            )
        is_open = [
            claim["id"] for claim in claims if claim["why"] in ("search-failed", "not-judged")
        ]
        assert code == (3 if is_open else 0), f"status {code} with {is_open} open: {err}"
        assert not is_open, (
            f"four attempts outlast one failure in three, yet {is_open} stayed open: {err}"
        )
        assert "Traceback" not in err
    assert len(one_in_three) * 50 - left >= 6, "the storm had hardly begun"
    assert len({request.user_agent for request in asked}) == 1
    for earlier, later in pairwise(sorted(asked, key=lambda request: request.start)):
        assert later.start >= earlier.end, "two requests to arXiv at once"
        assert later.start - earlier.start >= INTERVAL, "a request closer than the interval"
