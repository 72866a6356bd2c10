"""Where the answer stands in what a model wrote: one rule, and nothing is mended."""

from __future__ import annotations

import json

import pytest

from retest.domain.answers import Judgment
from retest.llm.ask import Asker
from retest.llm.openai_chat import OpenAIChatModel
from retest.llm.reading import LONGEST_ANSWER, answer_in
from retest.retry import Patience
from tests.fakes.models import FakeModels, in_turn, prose
from tests.llm.requests import RIGHT, judgment

GOOD = json.dumps(RIGHT)
READ = {
    "bare": GOOD,
    "with space around": f"\n  {GOOD}\n",
    "in a fence": f"```json\n{GOOD}\n```",
    "in a fence with words around": f"Here it is:\n\n```\n{GOOD}\n```\nAnything else?",
    "behind thoughts": f"<think>\nIt may hold {{}}.\n</think>\n\n{GOOD}",
    "behind thoughts whose beginning the server took": f"It may hold.\n</think>{GOOD}",
    "behind thoughts in a fence": f"<think>```\nx\n```</think>\n```json\n{GOOD}\n```",
}
NOT_READ = {
    "prose": "It holds.",
    "two blocks": f"```\n{GOOD}\n```\n```\n{GOOD}\n```",
    "a fence that is not closed behind prose": "It holds. {",
    "thoughts alone": "<think>hm",
    "in single quotes": GOOD.replace('"', "'"),
    "too long to be looked through": f"```\n{GOOD}\n```" + "x" * LONGEST_ANSWER,
}


@pytest.mark.parametrize("text", READ.values(), ids=READ)
async def test_an_answer_in_one_fence_or_behind_thoughts_is_the_answer(
    text: str,
) -> None:
    with FakeModels(in_turn(prose(text))) as fake:
        model = OpenAIChatModel("some-model", api_key="k", base_url=fake.openai_url)
        asker = Asker(model, cache=None, patience=Patience(1), concurrency=1, ladder_version="1")
        assert await asker.ask(judgment(), Judgment) == Judgment.model_validate(RIGHT)
        await model.aclose()
    assert len(fake.requests) == 1


@pytest.mark.parametrize("text", NOT_READ.values(), ids=NOT_READ)
def test_nothing_in_an_answer_is_mended(text: str) -> None:
    assert answer_in(text) == text


def test_an_answer_that_quotes_the_mark_of_thoughts_is_whole() -> None:
    quoting = json.dumps({**RIGHT, "rationale": "They write </think> at the end. ```x```"})
    assert answer_in(quoting) == quoting
    assert answer_in(f"<think>a</think>{quoting}") == quoting
