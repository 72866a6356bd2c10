"""Provider `manual`: prompt files out, answer files in."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from retest.domain.answers import Judgment
from retest.errors import ModelFailed, Waiting
from retest.llm.ask import Asker
from retest.llm.manual import ManualModel
from retest.llm.model import Facts, Usage
from retest.retry import Patience
from tests.llm.requests import RIGHT, SYSTEM, judgment

GOOD = json.dumps(RIGHT, indent=2)


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def waits(folder: Path, user: str = "Does it hold?", ask: int = 1) -> Path:
    """Ask, be told to wait, and give back the prompt file."""
    with pytest.raises(Waiting) as caught:
        await ManualModel(folder).complete(judgment(user, ask=ask))
    name = caught.value.message.split()[0]
    assert name.endswith(".prompt.md")
    assert name.replace(".prompt.md", ".answer.json") in caught.value.hint
    return folder / name


def answer(prompt: Path, text: str, suffix: str = "json") -> Path:
    path = prompt.with_name(prompt.name.replace(".prompt.md", f".answer.{suffix}"))
    path.write_text(text, encoding="utf-8")
    return path


async def test_a_prompt_file_stands_on_its_own(tmp_path: Path) -> None:
    prompt = await waits(tmp_path / "manual")
    text = prompt.read_text(encoding="utf-8")
    assert prompt.name.startswith("a-line--a-claim--Judgment-")
    assert SYSTEM.strip() in text
    assert "Does it hold?" in text
    schema = text.split("```json\n")[1].split("\n```")[0]
    assert json.loads(schema) == Judgment.model_json_schema()
    assert prompt.name.replace(".prompt.md", ".answer.json") in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize("suffix", ["json", "md"])
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(GOOD, id="bare"),
        pytest.param(f"\ufeff{GOOD}\n", id="with a byte order mark"),
        pytest.param(f"Here it is.\n\n```json\n{GOOD}\n```\nAnything else?", id="a chat's reply"),
        pytest.param(f"- As a list:\n  ~~~\n  {json.dumps(RIGHT)}\n  ~~~", id="inside a list"),
    ],
)
async def test_an_answer_is_taken_bare_or_from_a_whole_reply(
    tmp_path: Path, text: str, suffix: str
) -> None:
    answer(await waits(tmp_path), text, suffix)
    reply = await ManualModel(tmp_path).complete(judgment())
    assert json.loads(reply.text) == RIGHT
    assert reply.usage == Usage(), "a colleague costs no tokens"


async def test_an_empty_answer_file_is_still_awaited(tmp_path: Path) -> None:
    answer(await waits(tmp_path), " \n")
    await waits(tmp_path)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("It holds.", "0 fenced", id="prose"),
        pytest.param(f"```\n{GOOD}\n```\nor rather\n```\n{GOOD}\n```", "2 fenced", id="two blocks"),
        pytest.param("[" * 100_000, "0 fenced", id="nested too deep"),
    ],
)
async def test_a_file_that_holds_no_one_answer_is_named(
    tmp_path: Path, text: str, found: str
) -> None:
    path = answer(await waits(tmp_path), text)
    with pytest.raises(ModelFailed, match=found) as caught:
        await ManualModel(tmp_path).complete(judgment())
    assert isinstance(caught.value, Waiting), (
        "a file to be mended is waited for, and not worked around"
    )
    assert path.name in caught.value.message
    assert "exactly one fenced code block" in caught.value.hint


@pytest.mark.parametrize("raw", [b"\xff\xfe{}", b" " * 200_001])
async def test_a_file_that_is_no_text_or_far_too_long_is_named(tmp_path: Path, raw: bytes) -> None:
    path = answer(await waits(tmp_path), "")
    path.write_bytes(raw)
    with pytest.raises(ModelFailed, match=path.name):
        await ManualModel(tmp_path).complete(judgment())


async def test_the_same_question_has_the_same_file_and_any_other_another(tmp_path: Path) -> None:
    first = await waits(tmp_path)
    assert await waits(tmp_path) == first
    prompts = {first, await waits(tmp_path, "And now?"), await waits(tmp_path, ask=2)}
    assert len(prompts) == 3
    assert files(tmp_path) == {path.name for path in prompts}, "a half-written file is left behind"


async def test_a_prompt_that_is_there_already_is_left_alone(tmp_path: Path) -> None:
    prompt = await waits(tmp_path)
    before = prompt.stat()
    await waits(tmp_path)
    assert (prompt.stat().st_ino, prompt.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("name", ["../evil", "a/b", "", "A", "a b", "a\n", "x" * 81])
async def test_no_file_is_named_after_anything_but_a_slug(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        await ManualModel(tmp_path / "manual").complete(
            replace(judgment(), facts=Facts(line=name, claim="c"))
        )
    assert not (tmp_path / "manual").exists()


async def test_a_question_about_a_whole_line_needs_no_claim(tmp_path: Path) -> None:
    with pytest.raises(Waiting, match=r"^a-line--Judgment-\w+\.prompt\.md"):
        await ManualModel(tmp_path).complete(replace(judgment(), facts=Facts(line="a-line")))


async def test_a_wrong_answer_is_asked_again_in_a_new_file_that_says_what_is_wrong(
    tmp_path: Path,
) -> None:
    asker = Asker(
        ManualModel(tmp_path), cache=None, patience=Patience(), concurrency=1, ladder_version="1"
    )
    first = await waits(tmp_path)
    answer(first, json.dumps({**RIGHT, "moved": "maybe"}))
    with pytest.raises(Waiting) as caught:
        await asker.ask(judgment(), Judgment)
    second = tmp_path / caught.value.message.split()[0]
    assert second != first
    assert "moved: Input should be 'model scale'" in second.read_text(encoding="utf-8")
    answer(second, GOOD)
    assert (await asker.ask(judgment(), Judgment)).parts[0].ordinary == "stands"
