"""What the last run left unsearched or unjudged comes first in the next one: lines and claims."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from retest.data import defaults
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import status

WIND, DEPTH, MOON = "Wind drives the", "The tides of", "The moon alone"


def lines_of(err: str) -> list[str]:
    """The lines that a run took up, in order."""
    events = [json.loads(line) for line in err.splitlines()]
    return [event["line"] for event in events if event["event"] == "line-started"]


@pytest.mark.parametrize("claim", [WIND, MOON])
def test_a_line_that_was_left_open_comes_first(
    workspace: Workspace, model: Any, claim: str
) -> None:
    workspace.claims(CLAIMS.replace("line: tides", "line: ebbs"), "ebbs")
    model(Reader().saying("Extraction", status(503), claim))
    assert workspace.retest("run", "--line", "tides", "--as-of", "2026-08-20").status == 3
    model(Reader())
    assert workspace.retest("run", "--line", "ebbs", "--as-of", "2026-08-20").status == 0
    ran = workspace.retest("run", "--all", "--json", "--as-of", "2026-08-21")
    assert lines_of(ran.err) == ["tides", "ebbs"]
    done = workspace.retest("run", "--all", "--json", "--as-of", "2026-08-22")
    assert lines_of(done.err) == ["ebbs", "tides"], "where nothing is open, by name"


def test_a_line_that_has_no_report_yet_comes_first(workspace: Workspace, model: Any) -> None:
    workspace.claims(CLAIMS.replace("line: tides", "line: ebbs"), "ebbs")
    model(Reader())
    assert workspace.retest("run", "--line", "ebbs", "--as-of", "2026-08-20").status == 0
    ran = workspace.retest("run", "--all", "--json", "--as-of", "2026-08-21")
    assert lines_of(ran.err) == ["tides", "ebbs"]


@pytest.mark.parametrize(
    ("left", "order"), [(MOON, [MOON, WIND, DEPTH]), (DEPTH, [DEPTH, WIND, MOON])]
)
@pytest.mark.parametrize("schema", ["Extraction", "Judgment"])
def test_a_claim_that_was_left_open_is_asked_about_first(
    workspace: Workspace, model: Any, left: str, order: list[str], schema: str
) -> None:
    workspace.environment["RETEST_CONCURRENCY"] = "1"
    model(Reader().saying(schema, status(503), left))
    assert workspace.run().status == 3
    # Another prompt, so that every claim has something to be asked about.
    (workspace.folder / "prompts").mkdir()
    bundled = (defaults("prompts") / "plan.md").read_text(encoding="utf-8")
    own = bundled.replace("{% endblock %}", "Plan well.\n{% endblock %}", 1)
    (workspace.folder / "prompts" / "plan.md").write_text(own, encoding="utf-8")
    fake = model(Reader())
    assert workspace.run(as_of="2026-08-22").status == 0
    planned = [seen.user for seen in fake.requests if seen.schema == "QueryPlan"]
    asked = [re.search("|".join((WIND, DEPTH, MOON)), user) for user in planned]
    assert [found[0] for found in asked if found] == order
