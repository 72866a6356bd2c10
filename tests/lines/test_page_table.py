"""docs/page.md answers for the whole bundled line."""

from __future__ import annotations

import re
from pathlib import Path

from retest.lines.load import load_line

ROOT = Path(__file__).parents[2]


def test_the_table_names_every_claim_of_the_bundled_line_and_no_other() -> None:
    line = load_line(ROOT / "claims" / "scale-anticipation.yaml")
    table = (ROOT / "docs" / "page.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`([a-z]+(?:-[a-z]+){2,})`", table))
    assert named == {claim.id for claim in line.claims}
