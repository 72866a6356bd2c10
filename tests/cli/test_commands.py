"""The command line as people and scripts meet it: exit statuses, messages, what goes to stdout and
what to stderr."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.brains import Reader
from tests.conftest import CLAIMS, Workspace
from tests.fakes.models import FakeModels, status


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run"], "name a line with --line"),
        (["run", "--line", "ebb"], "unknown line 'ebb'"),
        (["run", "--line", "tides", "--as-of", "yesterday"], "--as-of"),
        (["run", "--line", "tides", "--source", "web"], "unknown source 'web'"),
        (["run", "--line", "tides", "--model", "gpt"], "unknown provider in model 'gpt'"),
        (["run", "--line", "tides", "--model", "anthropic:"], "has no name"),
        (["run", "--line", "tides", "--offline", "--model", "manual"], "--offline"),
        (["run", "--line", "tides", "--model", "openai:x"], "OPENAI_API_KEY"),
        (["run", "--line", "tides", "--offline"], "no bundled library"),
        (["run", "--line", "tides", "--as-of", "0001-01-01"], "arXiv begins on"),
        (["run", "--line", "tides", "--reports", "retest.toml"], "reports cannot be written"),
        (["check", "-C", "nowhere"], "there is no folder"),
        (["doctor", "-C", "nowhere"], "there is no folder"),
        (["show", "ebb"], "unknown line 'ebb'"),
        (["show", "tides"], "there is no report of tides"),
        (["import", "nowhere.txt"], "nowhere.txt"),
        (["check", "nowhere.yaml"], "nowhere.yaml"),
    ],
)
def test_wrong_input_is_told_with_a_way_on_and_status_2(
    workspace: Workspace, arguments: list[str], said: str
) -> None:
    (workspace.folder / "retest.toml").write_text("", encoding="utf-8")
    ran = workspace.retest(*arguments)
    assert ran.status == 2, ran
    assert said in ran.err
    assert "Traceback" not in ran.err
    assert ran.out == ""
    assert not (workspace.folder / "reports").exists()


def test_without_key_and_offline_both_ways_out_are_named(workspace: Workspace) -> None:
    ran = workspace.retest(
        "run", "--line", "tides", environment={"RETEST_MODEL": "", "ANTHROPIC_API_KEY": ""}
    )
    assert ran.status == 2
    assert "ANTHROPIC_API_KEY" in ran.err
    assert "--offline" in ran.err


@pytest.mark.parametrize("value", ["inf", "nan", "-1", "3.5", "true", "1e400", '""', "[]"])
def test_numbers_in_the_settings_are_numbers(workspace: Workspace, value: str) -> None:
    (workspace.folder / "retest.toml").write_text(f"candidates = {value}\n", encoding="utf-8")
    ran = workspace.retest("lines")
    assert ran.status == 2, ran
    assert "candidates" in ran.err


def test_a_misspelt_variable_is_an_error_with_the_right_name(workspace: Workspace) -> None:
    ran = workspace.retest("lines", environment={"RETEST_MODLE": "x"})
    assert ran.status == 2
    assert "did you mean RETEST_MODEL?" in ran.err


def test_settings_from_the_file_give_way_to_the_environment(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    (workspace.folder / "retest.toml").write_text(
        'candidates = 2\nreports = "out"\n', encoding="utf-8"
    )
    assert workspace.run().status == 0
    record = json.loads((workspace.folder / "out" / "tides.json").read_text(encoding="utf-8"))
    assert record["claims"][0]["searched"]["extracted"] == 2
    (workspace.folder / "retest.toml").write_text("candidates = []\n", encoding="utf-8")
    assert "must be a whole number" in workspace.run().err
    (workspace.folder / "retest.toml").write_text("colour = 1\n", encoding="utf-8")
    assert "unknown key 'colour'" in workspace.run().err


@pytest.mark.parametrize(
    "spoilt",
    [
        CLAIMS.replace('"2501.00001"', "2501.00001"),
        CLAIMS.replace("levers:", "lever:"),
        CLAIMS.replace("dated: 2025\n", "dated: soon\n"),
        CLAIMS.replace("id: depth-matters", "id: wind-drives"),
        CLAIMS.replace("  - id: wind", "\t- id: wind"),
        "\ufeff" + CLAIMS,
        "",
    ],
)
def test_a_spoilt_claims_file_stops_the_run_before_it_starts(
    workspace: Workspace, spoilt: str
) -> None:
    workspace.claims(spoilt)
    for command in (["run", "--line", "tides"], ["check"]):
        ran = workspace.retest(*command)
        assert ran.status == 2, ran
        assert re.search(r"tides\.yaml(:\d+)?: found .*; expected ", ran.err), ran.err
    assert not (workspace.folder / "reports").exists()


def test_a_run_answers_on_stdout_and_tells_its_progress_on_stderr(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    ran = workspace.run()
    lines = ran.out.splitlines()
    assert lines[0].split() == ["verdict", "claim"]
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in ran.out
    assert "[  1/3]" in ran.err
    assert "wrote tides.md, tides.svg, tides.json" in ran.err


def test_json_is_one_object_for_programs(workspace: Workspace, model: Any) -> None:
    model(Reader())
    (line,) = json.loads(workspace.run("--json").out)["lines"]
    assert line["complete"] is True
    assert line["usage"]["calls"] > 0
    assert {claim["id"]: claim["verdict"] for claim in line["claims"]} == {
        "wind-drives": "relaxed",
        "depth-matters": "holds",
        "counter-thesis": "overturned",
    }


def test_show_lines_and_prompt_tell_what_the_report_says(workspace: Workspace, model: Any) -> None:
    model(Reader())
    workspace.run()
    assert "relaxed" in workspace.retest("show", "tides").out
    assert (
        "Under ice the wind explains none"
        in workspace.retest("show", "tides", "--claim", "wind-drives").out
    )
    assert workspace.retest("show", "tides", "--claim", "none").status == 2
    assert json.loads(workspace.retest("show", "tides", "--json").out) == workspace.record()
    (listed,) = json.loads(workspace.retest("lines", "--json").out)
    assert listed == {"line": "tides", "claims": 2, "as_of": "2026-08-21", "relaxed": 1, "holds": 1}
    assert "Wind drives the tides of small lakes" in workspace.retest("prompt", "tides").out


def test_a_verifier_of_another_provider_checks_the_quotes(workspace: Workspace, model: Any) -> None:
    fake = model(Reader())
    workspace.environment |= {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": fake.openai_url}
    assert workspace.run("--verifier", "openai:other").status == 0
    assert {r.path for r in fake.requests if r.schema == "Entailment"} == {"/v1/responses"}
    assert {r.path for r in fake.requests if r.schema != "Entailment"} == {"/v1/messages"}
    assert workspace.record()["verifier"] == "openai:other"


@pytest.mark.parametrize(
    ("spec", "path"), [("openai:m", "/v1/responses"), ("openai-chat:m", "/v1/chat/completions")]
)
def test_the_openai_providers_run_the_whole_job(
    workspace: Workspace, model: Any, spec: str, path: str
) -> None:
    fake = model(Reader())
    workspace.environment |= {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": fake.openai_url}
    ran = workspace.run("--model", spec)
    assert ran.status == 0, ran.err
    assert {r.path for r in fake.requests} == {path}
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"


def test_manual_writes_prompts_waits_and_picks_answers_up(workspace: Workspace) -> None:
    folder = workspace.folder / ".retest" / "manual"
    ran = workspace.run("--model", "manual")
    for _ in range(8):
        waiting = [path for path in folder.glob("*.prompt.md") if not answer_file(path).exists()]
        if not waiting:
            break
        assert ran.status == 3
        assert re.search(rf"{len(waiting)} prompts? waits? in", ran.err), ran.err
        for path in waiting:
            answer_as_a_chat_would(path)
        ran = workspace.run("--model", "manual")
    assert ran.status == 0, ran.err
    assert workspace.claim("wind-drives")["verdict"] == "relaxed"
    assert "What is new since the library" in workspace.markdown(), (
        "waiting for an answer is no state that a claim was in"
    )
    assert len(list(folder.glob("*Synthesis*.prompt.md"))) == 1, (
        "it is asked once, when all claims are judged"
    )


def answer_file(prompt: Path) -> Path:
    return prompt.with_name(prompt.name.replace("prompt.md", "answer.json"))


def answer_as_a_chat_would(prompt: Path) -> None:
    schema = prompt.name.split("--")[-1].split("-")[0]
    user = (
        prompt.read_text(encoding="utf-8").partition("# Request")[2].partition("# JSON schema")[0]
    )
    answer = json.dumps(Reader()(schema, "", user))
    answer_file(prompt).write_text(f"Here it is:\n```json\n{answer}\n```\n", encoding="utf-8")


def test_scripted_answers_run_the_job_without_any_server(workspace: Workspace) -> None:
    reader = Reader(stances={})
    rules = [
        {"schema": name, "answer": reader(name, "", "")} for name in ("QueryPlan", "Extraction")
    ]
    (workspace.folder / "script.json").write_text(json.dumps(rules), encoding="utf-8")
    ran = workspace.run("--model", "scripted:script.json")
    assert ran.status == 0, ran.err
    assert workspace.claim("wind-drives")["why"] == "nothing-newer-found"


def test_doctor_says_what_answers_and_what_is_missing_and_asks_no_model(
    workspace: Workspace, model: Any
) -> None:
    fake: FakeModels = model(lambda *_: status(500))
    ran = workspace.retest("doctor", "--json")
    rows = {row["what"]: row for row in json.loads(ran.out)}
    assert rows["claims/tides.yaml"]["ok"] is True
    assert rows["mirror"]["ok"] is True
    assert rows["ANTHROPIC_API_KEY"]["detail"] == "set"
    assert "loopback" not in json.dumps(rows["ANTHROPIC_API_KEY"]), "a key is never shown"
    assert fake.requests == []
    missing = workspace.retest("doctor", environment={"RETEST_MODEL": "", "ANTHROPIC_API_KEY": ""})
    assert missing.status == 3
    assert "no model is named" in missing.out


def test_graph_draws_every_station(workspace: Workspace) -> None:
    drawn = workspace.retest("graph").out
    for station in (
        "anchors",
        "plan",
        "search",
        "extract",
        "ground",
        "widen",
        "judge",
        "settle",
        "synthesize",
    ):
        assert f"({station})" in drawn, f"{station} is missing from the picture"


def test_init_makes_a_workspace_that_runs_offline_and_overwrites_nothing(
    workspace: Workspace, tmp_path: Path
) -> None:
    made = tmp_path / "library"
    assert workspace.retest("init", str(made)).status == 0
    own = made / "claims" / "scale-anticipation.yaml"
    own.write_text(own.read_text(encoding="utf-8") + "# mine\n", encoding="utf-8")
    assert "kept" in workspace.retest("init", str(made)).out
    assert own.read_text(encoding="utf-8").endswith("# mine\n")
    bare = {"RETEST_SOURCE": "", "RETEST_MODEL": "", "ANTHROPIC_API_KEY": ""}
    ran = workspace.retest(
        "run", "--line", "scale-anticipation", "--offline", "-C", str(made), environment=bare
    )
    assert ran.status == 0, ran.err
    assert (made / "reports" / "scale-anticipation.md").exists()


def test_a_mirror_is_filled_from_a_snapshot_and_counted(
    workspace: Workspace, tmp_path: Path
) -> None:
    record = {
        "id": "2602.00009",
        "title": "Seiches",
        "abstract": "  Lakes swing.\n",
        "authors": "A. B.",
        "categories": "cs.CL",
        "authors_parsed": [["B", "A", ""]],
        "comments": None,
        "update_date": "2026-02-03",
        "versions": [{"version": "v1", "created": "Mon, 2 Feb 2026 10:00:00 GMT"}],
    }
    snapshot = tmp_path / "snapshot.json"
    snapshot.write_text(json.dumps(record) + "\n", encoding="utf-8")
    before = json.loads(workspace.retest("mirror", "stats", "--json").out)["records"]
    ran = workspace.retest("mirror", "import", str(snapshot))
    assert ran.status == 0, ran.err
    assert json.loads(workspace.retest("mirror", "stats", "--json").out)["records"] == before + 1
    snapshot.write_text(json.dumps(record) + "\n{half", encoding="utf-8")
    broken = workspace.retest("mirror", "import", str(snapshot))
    assert broken.status == 2
    assert "snapshot.json:2" in broken.err


def test_the_record_keeps_to_its_published_schema(workspace: Workspace, model: Any) -> None:
    import jsonschema

    published = json.loads(
        (Path(__file__).parents[2] / "docs" / "report.schema.json").read_text(encoding="utf-8")
    )
    assert json.loads(workspace.retest("schema").out) == published, (
        "run `retest schema > docs/report.schema.json`"
    )
    model(Reader())
    workspace.run()
    jsonschema.validate(workspace.record(), published)


def test_a_page_is_imported_under_the_name_of_its_file_and_checks(
    workspace: Workspace, tmp_path: Path
) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "INQUIRING LINE\n\nDo small lakes have tides?\n\nThis explores whether they do.\n\n"
        "What a curated library found (dated claims):\n\u2022 Wind drives the tides of small "
        "lakes (~2025).\n\n"
        "Anchor papers:\n\u2022 arXiv:2501.00001 (2025-01) \u2014 wind and lakes\n",
        encoding="utf-8",
    )
    ran = workspace.retest("import", str(page), "-o", "claims/small-lakes.yaml")
    assert ran.status == 0, ran.err
    checked = workspace.retest("check", "claims/small-lakes.yaml")
    assert checked.status == 2, "thesis and counter-thesis are left to a person"
    assert "`thesis`" in checked.err
    assert workspace.retest("import", str(page), "-o", "claims/small-lakes.yaml").status == 2, (
        "nothing is overwritten"
    )


def test_check_calls_no_file_faultless_that_still_says_todo(workspace: Workspace) -> None:
    workspace.claims(CLAIMS.replace("thesis: The wind drives them.", "thesis: 'TODO: say it'"))
    ran = workspace.retest("check")
    assert ran.status == 2
    assert "no fault" not in ran.out
    assert "tides.yaml:3: found `TODO: say it` for `thesis`" in " ".join(ran.err.split())
