"""Provider `scripted`: answers from a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from retest.errors import FileError, KeyRejected, ModelFailed
from retest.llm.failures import Unusable
from retest.llm.scripted import ScriptedModel
from retest.retry import Transient
from tests.llm.requests import RIGHT, judgment


def script(folder: Path, *rules: Any, lines: bool = False) -> ScriptedModel:
    path = folder / "script.json"
    text = "\n\n".join(json.dumps(rule) for rule in rules) if lines else json.dumps(rules, indent=1)
    path.write_text(text, encoding="utf-8")
    return ScriptedModel(path)


@pytest.mark.parametrize("lines", [False, True])
async def test_the_first_rule_that_fits_and_is_not_spent_answers(
    tmp_path: Path, lines: bool
) -> None:
    model = script(
        tmp_path,
        {"schema": "Synthesis", "text": "another schema"},
        {"schema": "Judgment", "claim": "another", "text": "another claim"},
        {"schema": "Judgment", "contains": "2506.01234", "text": "contains"},
        {"schema": "Judgment", "ask": 2, "text": "second ask"},
        {"schema": "Judgment", "times": 2, "text": "twice"},
        {"schema": "Judgment", "answer": RIGHT},
        lines=lines,
    )
    questions = [judgment(), judgment("on 2506.01234"), judgment(), judgment(ask=2), judgment()]
    texts = [(await model.complete(question)).text for question in questions]
    assert texts[:4] == ["twice", "contains", "twice", "second ask"]
    assert json.loads(texts[4]) == RIGHT


async def test_tokens_are_counted(tmp_path: Path) -> None:
    usage = (
        await script(tmp_path, {"schema": "Judgment", "answer": RIGHT}).complete(judgment())
    ).usage
    assert usage.calls == 1
    assert usage.input > 0
    assert usage.output > 0


async def test_a_request_that_no_rule_fits_fails_and_says_what_it_was(tmp_path: Path) -> None:
    model = script(tmp_path, {"schema": "Judgment", "claim": "another", "answer": RIGHT})
    with pytest.raises(ModelFailed, match="Judgment of claim 'a-claim', ask 1"):
        await model.complete(judgment())


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("transient", Transient),
        ("refusal", Unusable),
        ("cut-off", Unusable),
        ("key-rejected", KeyRejected),
    ],
)
async def test_errors_are_those_of_a_real_service(
    tmp_path: Path, kind: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await script(tmp_path, {"schema": "Judgment", "error": {"kind": kind}}).complete(judgment())


async def test_a_pause_can_be_asked_for(tmp_path: Path) -> None:
    model = script(
        tmp_path, {"schema": "Judgment", "error": {"kind": "transient", "retry_after": 2}}
    )
    with pytest.raises(Transient) as caught:
        await model.complete(judgment())
    assert caught.value.retry_after == 2


def test_another_script_is_another_model(tmp_path: Path) -> None:
    one = script(tmp_path, {"schema": "Judgment", "text": "a"}).name
    assert one.startswith("script.json@")
    assert script(tmp_path, {"schema": "Judgment", "text": "b"}).name != one


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"schema": "A", "text": ""}\n{"schema": ', "script:2: found no JSON"),
        ('[\n {"schema": "A", "text": ""},\n {"schema"\n]', "script:4: found no JSON"),
        (
            '{"schema": "A", "text": ""}\n\n{"schema": "B"}',
            "script:3: found rule 2: .*exactly one of answer, text",
        ),
        (
            '[{"schema": "A", "text": "", "answer": {}}]',
            "script: found rule 1: .*exactly one of answer, text",
        ),
        ('[{"schema": "A", "anwser": {}}]', "rule 1 at anwser: Extra inputs"),
        ('[{"schema": "A", "error": {"kind": "sulk"}}]', "rule 1 at error.kind"),
        ('[{"schema": "A", "text": "", "times": 0}]', "rule 1 at times"),
        ('["A"]', "rule 1"),
    ],
)
def test_a_bad_script_is_named_with_the_place(tmp_path: Path, text: str, found: str) -> None:
    path = tmp_path / "script"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError, match=found):
        ScriptedModel(path)


def test_a_script_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="nowhere"):
        ScriptedModel(tmp_path / "nowhere")
