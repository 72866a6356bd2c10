"""`retest run --explain` says what the next run does, spends nothing, and changes nothing that the
next run sees."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from retest.data import defaults
from retest.domain.paper import Paper
from retest.grounding.ladder import LADDER_VERSION
from tests.answers import TERMS, check, judgment
from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import FakeModels, prose
from tests.papers_small import ANCHOR, LIMITS, PAPERS

KINDS = ("QueryPlan", "Triage", "Extraction", "Entailment", "Judgment", "Synthesis")
NEW = Paper(
    id="2608.00007",
    version=1,
    published=date(2026, 8, 20),
    title="Wind and the tides of small lakes: one lake more",
    abstract="The wind drives the tides of small lakes. We gauge one more lake. The wind explains "
    "its tides.",
)
PRICED = {"RETEST_MODEL": "anthropic:claude-sonnet-5-5"}


def explained(workspace: Workspace, *arguments: str, as_of: str = "2026-08-21") -> dict[str, Any]:
    ran = workspace.run("--explain", "--json", *arguments, as_of=as_of)
    assert ran.status == 0, ran.err
    found: dict[str, Any] = json.loads(ran.out)
    return found


def claim(said: dict[str, Any], name: str) -> dict[str, Any]:
    (line,) = said["lines"]
    return next(one for one in [*line["claims"], line["synthesis"]] if one["id"] == name)


def calls(
    workspace: Workspace, *arguments: str, as_of: str = "2026-08-21"
) -> dict[str, Counter[str]]:
    """What a run really asks, by claim and kind; the synthesis under its name here."""
    err = workspace.run("--json", *arguments, as_of=as_of).err
    events = [json.loads(line) for line in err.splitlines()]
    made: dict[str, Counter[str]] = {}
    for event in events:
        if event["event"] == "call" and not event["from_memory"]:
            made.setdefault(event["claim"] or "(synthesis)", Counter())[event["schema"]] += 1
    return made


@dataclass(frozen=True)
class Situation:
    """What has happened since a first run, or instead of it."""

    workspace: Workspace
    fake: FakeModels

    def first(self) -> None:
        assert self.workspace.run().status == 0

    def paper(self) -> None:
        self.first()
        self.workspace.mirror(NEW)

    def prompt(self, name: str) -> None:
        self.first()
        folder = self.workspace.folder / "prompts"
        folder.mkdir()
        text = (defaults("prompts") / f"{name}.md").read_text(encoding="utf-8")
        (folder / f"{name}.md").write_text(
            text.replace("{% endblock %}", "Take care.\n{% endblock %}", 1), "utf-8"
        )

    def plan_prompt(self) -> None:
        self.prompt("plan")

    def extract_prompt(self) -> None:
        self.prompt("extract")

    def entail_prompt(self) -> None:
        self.prompt("entail")

    def judge_prompt(self) -> None:
        self.prompt("judge")

    def synthesis_prompt(self) -> None:
        self.prompt("synthesize")

    def two_prompts(self) -> None:
        self.prompt("judge")
        self.workspace.mirror(NEW)

    def text(self) -> None:
        self.first()
        self.workspace.claims(CLAIMS.replace("grow with their depth", "shrink with their depth"))

    def verifier(self) -> None:
        self.first()
        self.workspace.environment["RETEST_VERIFIER"] = "anthropic:another"

    def model(self) -> None:
        self.first()
        self.workspace.environment["RETEST_MODEL"] = "anthropic:another"

    def anchor(self) -> None:
        self.first()
        self.workspace.mirror(
            ANCHOR.model_copy(update={"version": 2, "title": "Wind tides, the second edition"})
        )

    def left_open(self) -> None:
        brain = self.fake.brain
        self.fake.brain = Reader().saying("Judgment", prose("no JSON"), "Wind")
        assert self.workspace.run().status == 3
        self.fake.brain = brain

    def a_flip(self) -> None:
        self.first()
        self.fake.brain = Reader().saying("Judgment", judgment("overturned", [LIMITS.id]), "Wind")
        self.workspace.mirror(NEW)

    def nothing_grounded(self) -> None:
        self.fake.brain = Reader(stances={})
        self.first()
        self.workspace.mirror(NEW)

    def unread(self) -> None:
        """The plans are known, and nothing is read; what the second round of searches would bring
        is unread too."""
        self.workspace.environment["RETEST_CANDIDATES"] = "2"
        brain = self.fake.brain
        self.fake.brain = Reader().saying("Extraction", prose("no JSON"))
        assert self.workspace.run().status == 3
        self.fake.brain = brain

    def untitled(self) -> None:
        """More papers are found than may be read, and one more comes in: its title is new."""
        self.workspace.environment["RETEST_CANDIDATES"] = "2"
        self.paper()

    def all_denied(self) -> None:
        """The check is asked anew and denies what it let pass: then it is searched once more."""
        self.workspace.environment["RETEST_CANDIDATES"] = "2"
        self.prompt("entail")
        ids = [paper.id for paper in PAPERS]
        denied = {"checks": [check(name, False, "It does not.") for name in ids]}
        self.fake.brain = Reader().saying("Entailment", denied)

    def lost_answers(self) -> None:
        self.first()
        shutil.rmtree(self.workspace.folder / ".retest" / "answers")

    def nothing(self) -> None:
        self.first()

    def no_run_yet(self) -> None:
        """As the workspace comes."""


PLAN = "plan first, then up to 32 papers"
SITUATIONS: dict[str, tuple[str, list[str]]] = {
    "no_run_yet": ("wind-drives", ["never tested", PLAN]),
    "nothing": ("wind-drives", ["nothing: quiet"]),
    "paper": ("wind-drives", ["1 paper new to it"]),
    "text": ("depth-matters", ["the claim's text has changed", PLAN]),
    "plan_prompt": ("wind-drives", ["prompt plan changed", PLAN]),
    "extract_prompt": ("depth-matters", ["prompt extract changed", "6 papers to read"]),
    "entail_prompt": ("depth-matters", ["prompt entail changed"]),
    "judge_prompt": ("wind-drives", ["prompt judge changed"]),
    "synthesis_prompt": ("(synthesis)", ["prompt synthesize changed"]),
    "two_prompts": ("wind-drives", ["prompt judge changed", "1 paper to read"]),
    "model": ("wind-drives", ["the model was anthropic:loopback", PLAN]),
    "verifier": ("wind-drives", ["the verifier was anthropic:loopback"]),
    "anchor": ("wind-drives", ["its anchors or their titles have changed", PLAN]),
    "left_open": ("wind-drives", ["left open last time: not-judged"]),
    "a_flip": ("wind-drives", ["1 paper new to it"]),
    "nothing_grounded": ("wind-drives", ["1 paper new to it"]),
    "unread": ("wind-drives", ["left open last time: not-judged", "2 papers to read"]),
    "untitled": ("wind-drives", ["1 title new to it"]),
    "all_denied": ("wind-drives", ["prompt entail changed"]),
    "lost_answers": ("wind-drives", ["never asked in these words", PLAN]),
}
"""What has happened (a method above), and why a claim is due then."""


@pytest.fixture
def situation(workspace: Workspace, model: Callable[..., FakeModels]) -> Situation:
    return Situation(workspace, model(Reader()))


@pytest.mark.parametrize("name", SITUATIONS)
def test_it_says_why_and_certain_calls_are_made_and_no_more_than_the_most(
    situation: Situation, name: str
) -> None:
    getattr(situation, name)()
    workspace, asked = situation.workspace, len(situation.fake.requests)
    said = explained(workspace, as_of="2026-08-22")
    assert len(situation.fake.requests) == asked, "--explain asked the model"
    who, why = SITUATIONS[name]
    assert claim(said, who)["why"] == why
    made = calls(workspace, as_of="2026-08-22")
    (line,) = said["lines"]
    for one in [*line["claims"], line["synthesis"]]:
        for kind in KINDS:
            least, most = one["certain"]["kinds"].get(kind, 0), one["at_most"]["kinds"].get(kind, 0)
            done = made.get(one["id"], Counter())[kind]
            assert least <= done <= most, (
                f"{one['id']}: {kind} was said to be {least} to {most}, and was {done}"
            )
    assert sum(sum(kinds.values()) for kinds in made.values()) <= said["at_most"]["calls"]


@pytest.mark.parametrize("name", ["paper", "no_run_yet", "extract_prompt", "left_open"])
def test_a_run_after_it_asks_and_writes_what_it_would_have_without_it(
    situation: Situation, name: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    getattr(situation, name)()
    workspace, fake = situation.workspace, situation.fake
    kept = tmp_path_factory.mktemp("kept") / "workspace"
    shutil.copytree(workspace.folder, kept)

    def outcome(explain: bool) -> tuple[list[tuple[str, str]], dict[str, bytes]]:
        if explain:
            for arguments in ([], ["--full"], ["--max-tokens", "10"]):
                explained(workspace, *arguments, as_of="2026-08-22")
        fake.requests.clear()
        workspace.run(as_of="2026-08-22")
        asked = sorted((seen.schema, seen.user) for seen in fake.requests)
        return asked, workspace.reports()

    alone = outcome(explain=False)
    for path in workspace.folder.iterdir():
        shutil.rmtree(path)
    shutil.copytree(kept, workspace.folder, dirs_exist_ok=True)
    assert outcome(explain=True) == alone


def test_nothing_is_written_under_reports_and_no_prompt_file(
    workspace: Workspace, model: Any
) -> None:
    workspace.environment["RETEST_MODEL"] = "manual"
    assert explained(workspace)["certain"]["calls"] == 3
    assert not (workspace.folder / "reports").exists()
    assert not (workspace.folder / ".retest" / "manual").exists()
    assert not (workspace.folder / ".retest" / "runs.jsonl").exists()


def test_answers_that_people_have_written_are_not_asked_for_again(workspace: Workspace) -> None:
    workspace.environment["RETEST_MODEL"] = "manual"
    workspace.run()
    (prompt,) = (workspace.folder / ".retest" / "manual").glob(
        "tides--wind-drives--QueryPlan-*.prompt.md"
    )
    plan = {
        "terms": TERMS,
        "queries": [{"all_of": ["lakes"], "any_of": ["tides", "wind"]}],
        "counter_statement": "The moon does.",
    }
    prompt.with_name(prompt.name.replace(".prompt.md", ".answer.json")).write_text(
        json.dumps(plan), encoding="utf-8"
    )
    files = sorted((workspace.folder / ".retest" / "manual").iterdir())
    said = explained(workspace)
    assert set(claim(said, "wind-drives")["certain"]["kinds"]) == {"Extraction"}
    assert set(claim(said, "depth-matters")["certain"]["kinds"]) == {"QueryPlan"}
    assert sorted((workspace.folder / ".retest" / "manual").iterdir()) == files


def test_another_ladder_is_a_reason(situation: Situation, monkeypatch: pytest.MonkeyPatch) -> None:
    situation.first()
    for module in ("retest.run.models", "retest.run.lines", "retest.explain.reasons"):
        monkeypatch.setattr(f"{module}.LADDER_VERSION", "later")
    why = claim(explained(situation.workspace), "wind-drives")["why"]
    assert f"the ladder was of version {LADDER_VERSION}" in why


def test_a_prompt_that_brought_no_news_is_no_reason_the_night_after(situation: Situation) -> None:
    situation.judge_prompt()
    situation.workspace.run()
    situation.workspace.mirror(NEW)
    assert claim(explained(situation.workspace), "wind-drives")["why"] == ["1 paper new to it"]


def test_full_is_the_reason_where_it_is_asked_for(situation: Situation) -> None:
    situation.first()
    assert claim(explained(situation.workspace, "--full"), "wind-drives")["why"][0] == "--full"


def test_a_claim_that_cannot_be_searched_says_so(situation: Situation) -> None:
    situation.workspace.claims(
        CLAIMS.replace("dated: 2025\n", "dated: 2026-08\n")
    )  # the mirror ends before that
    assert situation.workspace.run(as_of="2026-08-25").status == 3
    said = claim(explained(situation.workspace, as_of="2026-08-25"), "depth-matters")
    assert "before the window opens" in said["failed"]
    assert said["at_most"]["calls"] == 0


def test_what_it_costs_is_never_more_than_it_says(situation: Situation) -> None:
    situation.workspace.environment |= PRICED
    said = explained(situation.workspace)
    situation.workspace.run()
    lines = (
        (situation.workspace.folder / ".retest" / "runs.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    entry = json.loads(lines[0])
    assert 0 < said["certain"]["usd"] < said["at_most"]["usd"]
    assert entry["usd"] < said["at_most"]["usd"]
    assert said["certain"]["input"] < entry["usage"]["input"] < said["at_most"]["input"]


def test_without_a_price_it_says_so_and_counts_tokens(situation: Situation) -> None:
    said = explained(situation.workspace)
    assert said["at_most"]["usd"] is None
    assert said["at_most"]["input"] > 0
    assert "no price" in situation.workspace.run("--explain").out


def test_a_budget_that_may_stop_it_is_said_and_the_most_still_holds(situation: Situation) -> None:
    said = explained(situation.workspace, "--max-tokens", "14000")
    assert said["budget"] == {"max_usd": None, "max_tokens": 14000, "may_stop": True}
    made = calls(situation.workspace, "--max-tokens", "14000")
    assert sum(sum(kinds.values()) for kinds in made.values()) <= said["at_most"]["calls"]
    text = situation.workspace.run("--explain", "--max-tokens", "14000").out
    assert "The budget (--max-tokens 14000) may stop it earlier" in text
    assert explained(situation.workspace, "--max-tokens", "900000")["budget"]["may_stop"] is False


def test_a_budget_that_is_said_to_suffice_does(situation: Situation) -> None:
    situation.first()
    situation.workspace.mirror(NEW)
    limit = next(n for n in (20_000, 80_000, 320_000) if not may_stop(situation.workspace, n))
    assert situation.workspace.run("--max-tokens", str(limit), as_of="2026-08-22").status == 0


def may_stop(workspace: Workspace, limit: int) -> bool:
    stops: bool = explained(workspace, "--max-tokens", str(limit), as_of="2026-08-22")["budget"][
        "may_stop"
    ]
    return stops


def test_it_needs_no_key(workspace: Workspace) -> None:
    del workspace.environment["ANTHROPIC_API_KEY"]
    assert explained(workspace)["certain"]["kinds"] == {"QueryPlan": 3}


def test_offline_nothing_is_asked(tmp_path: Path, workspace: Workspace) -> None:
    shutil.rmtree(workspace.folder / "claims")
    ran = workspace.retest("run", "--all", "--offline", "--explain")
    assert ran.status == 0
    assert "No call is due." in ran.out


def test_the_table_fits_80_columns_and_says_what_it_did(situation: Situation) -> None:
    situation.paper()
    ran = situation.workspace.run("--explain")
    lines = ran.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in ran.out
    assert any(
        line.startswith("wind-drives ") and "read +" in line and "1 paper new" in line
        for line in lines
    )
    assert "Papers were searched, which is free. No model was asked" in ran.out
    assert any(line.startswith("certain: ") for line in lines)
    assert any(line.startswith("at most: ") for line in lines)


def test_a_quiet_line_says_quiet(situation: Situation) -> None:
    situation.first()
    out = situation.workspace.run("--explain").out
    assert out.startswith("tides: nothing: quiet\n")


def test_the_batch_takes_half_of_what_goes_through_it(situation: Situation) -> None:
    situation.workspace.environment |= PRICED
    situation.extract_prompt()
    whole, half = (
        explained(situation.workspace, *batch)["certain"]["usd"] for batch in ((), ("--batch",))
    )
    assert half == pytest.approx(whole / 2)
