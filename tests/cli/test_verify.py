"""`retest verify` as people, hooks and workflows run it."""

from __future__ import annotations

import io
import json
import shlex
import sys
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import Workspace
from tests.grounding.papers import PAPERS

ROOT = Path(__file__).parents[2]
GOOD = "As found before [SeicheNet: pre-training a β-VAE on lake levels](https://arxiv.org/abs/2503.04567).\n"
WRONG_TITLE = '{"id": "2504.00123", "title": "Seiches of Small Lakes, Part I: Theory"}\n'


@pytest.fixture
def lakes(workspace: Workspace) -> Workspace:
    workspace.mirror(*PAPERS)
    return workspace


def write(lakes: Workspace, name: str, text: str) -> str:
    path = lakes.folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return name


def test_all_grounded_is_status_0(lakes: Workspace) -> None:
    ran = lakes.retest("verify", write(lakes, "a.md", GOOD))
    assert ran.status == 0, ran.err
    assert "grounded" in ran.out
    assert "1 grounded, 0 rejected, 0 could not be checked" in ran.err


def test_one_rejected_is_status_1_and_says_what_the_paper_is(lakes: Workspace) -> None:
    ran = lakes.retest("verify", write(lakes, "a.md", GOOD), write(lakes, "b.jsonl", WRONG_TITLE))
    assert ran.status == 1
    assert (
        "b.jsonl:1: 2504.00123: the paper is 'Seiches of Small Lakes, Part II: Measurements'"
        in ran.out
    )


def test_what_cannot_be_checked_is_status_3_unless_something_is_rejected(lakes: Workspace) -> None:
    later = write(lakes, "a.txt", "See arXiv:2611.30002 for more.\n")
    assert lakes.retest("verify", later).status == 3
    assert lakes.retest("verify", later, write(lakes, "b.jsonl", WRONG_TITLE)).status == 1


def test_wrong_input_is_status_2_with_file_and_line(lakes: Workspace) -> None:
    for name, text, said in (
        ("a.jsonl", '{"id": "2504.00123"}\n{"id": 2504.00123}\n', "a.jsonl:2: found"),
        ("b.jsonl", '{"id": "2504.00123", "qoute": "x"}\n', "b.jsonl:1: found"),
        ("c.bib", "@misc{a, title={x}, eprint={2504.00123}\n\n@misc{b, title={y\n", "c.bib:"),
    ):
        ran = lakes.retest("verify", write(lakes, name, text))
        assert ran.status == 2, (name, ran.out, ran.err)
        assert said in ran.err
        assert "Traceback" not in ran.err
    assert lakes.retest("verify", "none.md").status == 2


def test_a_file_without_citations_is_no_failure_and_says_so(lakes: Workspace) -> None:
    ran = lakes.retest("verify", write(lakes, "a.md", "Nothing is cited here.\n"))
    assert (ran.status, ran.out) == (0, "")
    assert "no arXiv citation" in ran.err


def test_json_holds_nothing_that_a_terminal_obeys(lakes: Workspace) -> None:
    hostile = json.dumps({"id": "2504.00123\u202e\x1b[31m\x9b", "title": "x"}, ensure_ascii=False)
    ran = lakes.retest("verify", "--json", write(lakes, "a.jsonl", hostile + "\n"))
    assert ran.out.rstrip("\n").isprintable()
    assert json.loads(ran.out)["cited"] == "2504.00123\u202e\x1b[31m\x9b"


def test_json_is_one_object_a_line_in_order(lakes: Workspace) -> None:
    ran = lakes.retest(
        "verify", "--json", write(lakes, "b.jsonl", WRONG_TITLE), write(lakes, "a.md", GOOD)
    )
    first, second = (json.loads(line) for line in ran.out.splitlines())
    assert list(first)[:7] == ["cited", "id", "version", "status", "rung", "reason", "title"]
    assert (first["status"], first["rung"], first["reason"]) == ("rejected", "title", "wrong-title")
    assert (first["identity"], first["file"], first["line"]) == ("mis-described", "b.jsonl", 1)
    assert (second["status"], second["rung"], second["reason"]) == ("grounded", "title", None)


@pytest.mark.parametrize(
    ("kind", "text", "status"),
    [
        ((), GOOD, 0),
        ((), WRONG_TITLE, 1),
        (("--format", "jsonl"), WRONG_TITLE, 1),
        (
            (),
            "@misc{a, title={Waves on Branes}, eprint={hep-th/9901001}, archiveprefix={arXiv}}\n",
            0,
        ),
        (
            (),
            "@misc{a, title={Waves on Teapots}, eprint={hep-th/9901001}, archiveprefix={arXiv}}\n",
            1,
        ),
        (("--format", "text"), GOOD, 0),
    ],
)
def test_standard_input_is_read_as_what_it_is(
    lakes: Workspace, monkeypatch: pytest.MonkeyPatch, kind: tuple[str, ...], text: str, status: int
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    ran = lakes.retest("verify", *kind, "-")
    assert ran.status == status, ran.out + ran.err


def test_a_folder_is_read_whole(lakes: Workspace) -> None:
    write(lakes, "notes/a.md", GOOD)
    write(lakes, "notes/b.jsonl", WRONG_TITLE)
    ran = lakes.retest("verify", "notes")
    assert "1 grounded, 1 rejected" in ran.err


def test_the_table_fits_80_columns_and_nothing_of_others_moves_a_terminal(lakes: Workspace) -> None:
    hostile = '{"id": "2504.00123", "title": "\\u001b[31m\\u202e' + "long " * 60 + '"}\n'
    ran = lakes.retest("verify", write(lakes, "a-very-long-name-of-a-file-indeed.jsonl", hostile))
    table, _, told = ran.out.partition("\n\n")
    assert max(map(len, table.splitlines())) <= 80
    assert all(c.isprintable() or c == "\n" for c in ran.out)
    assert told


def test_the_bundled_library_cannot_say_that_a_paper_does_not_exist(lakes: Workspace) -> None:
    ran = lakes.retest(
        "verify", "--source", "library", write(lakes, "a.txt", "See arXiv:2503.04567.\n")
    )
    assert ran.status == 3


def test_the_committed_report_and_readme_cite_only_real_papers(lakes: Workspace) -> None:
    ran = lakes.retest(
        "verify", "--source", "library", str(ROOT / "reports" / "scale-anticipation.md")
    )
    assert ran.status == 0, ran.out


def test_the_hook_runs_the_command_that_there_is(lakes: Workspace) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    program, *arguments = shlex.split(hook["entry"])
    assert program == "retest"
    assert lakes.retest(*arguments, write(lakes, "a.md", GOOD)).status == 0
    assert lakes.retest(*arguments, write(lakes, "b.jsonl", WRONG_TITLE)).status == 1


def test_the_workflow_step_runs_the_command_that_there_is(lakes: Workspace) -> None:
    page = (ROOT / "docs" / "verify.md").read_text(encoding="utf-8")
    workflow = yaml.safe_load(page.rpartition("```yaml\n")[2].partition("```")[0])
    steps = [step["run"] for step in workflow["jobs"]["citations"]["steps"] if "run" in step]
    program, *arguments = shlex.split(steps[-1])
    assert program == "retest"
    write(lakes, "reports/a.md", GOOD)
    write(lakes, "README.md", GOOD)
    assert lakes.retest(*arguments).status == 0


@given(st.text(max_size=400))
def test_no_text_whatever_ends_the_reading_of_markdown(text: str) -> None:
    from retest.citations import read_citations

    read_citations([Path("-")], lambda: text.encode("utf-8", "replace"), "markdown")
