"""Model servers as they are: what they leave out, word otherwise or do not take, and what then
counts. Real SDKs against a host on the loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
import pytest_asyncio

from retest.domain.answers import Judgment
from retest.errors import KeyRejected, ModelFailed, RunError
from retest.llm.ask import Asker, Call
from retest.llm.budget import Budget, Prices
from retest.llm.failures import Unusable
from retest.llm.model import Request, Usage
from retest.llm.modes import Habits
from retest.retry import BrokeOff, Patience, Transient
from tests.fakes.models import FakeModels, in_turn, raw, status
from tests.fakes.wires import Fault, Json
from tests.llm.requests import RIGHT, judgment
from tests.llm.test_services import CLASSES, Service, another

GOOD = json.dumps(RIGHT)
DAY = date(2026, 8, 21)
UNKNOWN = Usage(1, uncounted=1)
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Server:
    """A provider, the host that it asks, and new models of it."""

    provider: str
    fake: FakeModels
    models: list[Service]

    def model(self, **changes: Any) -> Service:
        self.models.append(another(self.provider, self.fake, **changes))
        return self.models[-1]

    def says(self, *answers: Json | Fault) -> Service:
        self.fake.brain = in_turn(*answers)
        return self.model()

    def body(self, content: Any = GOOD, **more: Any) -> Json:
        """A reply of the provider's with this content, and nothing that is not needed."""
        if self.provider == "anthropic":
            return {"content": content, **more}
        if self.provider == "openai":
            message = {"type": "message", "content": content}
            return {"status": "completed", "output": [message], **more}
        return {"choices": [{"message": {"content": content}}], **more}


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=CLASSES)
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    with FakeModels(in_turn(RIGHT)) as fake:
        yield Server(request.param, fake, [])


@pytest_asyncio.fixture(loop_scope="module")
async def server(host: Server) -> AsyncIterator[Server]:
    host.fake.forget(in_turn(RIGHT))
    yield host
    while host.models:
        await host.models.pop().aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def chat() -> AsyncIterator[Server]:
    """A server of others, which speaks OpenAI's chat completions in its own way."""
    with FakeModels(in_turn(RIGHT)) as fake:
        made = Server("openai-chat", fake, [])
        yield made
        while made.models:
            await made.models.pop().aclose()


# What they leave out


def counts(sent: Any, output: Any) -> Json:
    """Usage under the names of all three providers."""
    names = {"prompt_tokens": sent, "completion_tokens": output}
    return {**names, "input_tokens": sent, "output_tokens": output}


USAGES: dict[str, tuple[Any, Usage]] = {
    "null": (None, UNKNOWN),
    "empty": ({}, UNKNOWN),
    "a text": ("many", UNKNOWN),
    "a list": ([1], UNKNOWN),
    "nothing known": ({"tokens": 4}, UNKNOWN),
    "null within": (counts(None, None), UNKNOWN),
    "floats": (counts(900.0, 5.5), UNKNOWN),
    "negative": (counts(-1, -1), UNKNOWN),
    "texts": (counts("9", "5"), UNKNOWN),
    "true": (counts(True, True), UNKNOWN),
    "a part": ({"prompt_tokens": 900, "input_tokens": 900}, Usage(1, 900, uncounted=1)),
    "the other part": (
        {"completion_tokens": 5, "output_tokens": 5},
        Usage(1, output=5, uncounted=1),
    ),
    "beyond all bounds": (counts(10**30, 1), Usage(1, output=1, uncounted=1)),
    "zero of a prompt that was sent": (counts(0, 5), Usage(1, output=5, uncounted=1)),
}


@pytest.mark.parametrize(("said", "known"), USAGES.values(), ids=USAGES)
async def test_an_answer_whose_usage_is_no_count_is_used_and_its_usage_unknown(
    server: Server, said: Any, known: Usage
) -> None:
    reply = await server.says(raw(server.body(_parts(server), usage=said))).complete(judgment())
    assert (json.loads(reply.text), reply.usage) == (RIGHT, known)


async def test_an_answer_without_any_usage_is_used(server: Server) -> None:
    reply = await server.says(raw(server.body(_parts(server)))).complete(judgment())
    assert (json.loads(reply.text), reply.usage) == (RIGHT, UNKNOWN)


async def test_details_of_usage_that_are_missing_take_nothing_from_the_rest(server: Server) -> None:
    names = {"openai-chat": ("prompt_tokens", "completion_tokens")}
    sent, output = names.get(server.provider, ("input_tokens", "output_tokens"))
    usage = {sent: 900, output: 5, "prompt_tokens_details": None, "input_tokens_details": {"x": 1}}
    reply = await server.says(raw(server.body(_parts(server), usage=usage))).complete(judgment())
    assert reply.usage == Usage(1, 900, 0, 5)


def _parts(server: Server) -> list[Json]:
    """The answer as the service itself gives it."""
    kind = "output_text" if server.provider == "openai" else "text"
    return [{"type": kind, "text": GOOD}]


async def test_a_call_whose_usage_is_unknown_counts_as_its_worst_case(server: Server) -> None:
    model, prices = server.says(raw(server.body(_parts(server)))), Prices("x", "m", DAY)
    budget = Budget(max_tokens=3000)
    asker = _asker(model, budget=budget, prices=prices)
    asks = [asker.ask(judgment(f"question {number}"), Judgment) for number in range(10)]
    answers = await asyncio.gather(*asks, return_exceptions=True)
    asked = [one for one in answers if isinstance(one, Judgment)]
    assert 0 < len(asked) < 3
    assert {str(one)[:32] for one in answers if one not in asked} == {
        "the budget of this run is used u"
    }
    assert asker.usage.uncounted == len(asked)


async def test_a_reply_that_is_none_counts_as_its_worst_case_too(server: Server) -> None:
    model, budget = server.says(raw("<html>")), Budget(max_tokens=3000)
    asker = _asker(model, budget=budget, prices=Prices("x", "m", DAY), attempts=9)
    with pytest.raises(ModelFailed, match="budget of this run"):
        await asker.ask(judgment(), Judgment)
    assert len(server.fake.requests) < 3


def _asker(model: Any, attempts: int = 2, **more: Any) -> Asker:
    return Asker(
        model,
        cache=None,
        patience=Patience(attempts, 0.0, 0.0),
        concurrency=2,
        ladder_version="1",
        **more,
    )


# How they word it

CONTENTS = {
    "a text": GOOD,
    "a part": [{"type": "text", "text": GOOD}],
    "two parts": [{"type": "text", "text": GOOD[:9]}, {"type": "text", "text": GOOD[9:]}],
    "behind thinking": [
        {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]},
        {"type": "text", "text": GOOD},
    ],
    "with reasoning as text": [
        {"type": "reasoning", "text": "hm, {"},
        {"type": "text", "text": GOOD},
    ],
    "bare texts": [GOOD[:9], GOOD[9:]],
    "with odd ones": [7, None, {"type": "text"}, {"type": "text", "text": 4}, {"text": GOOD}],
}


@pytest.mark.parametrize("content", CONTENTS.values(), ids=CONTENTS)
async def test_content_as_parts_is_put_together_and_reasoning_left_out(
    server: Server, content: Any
) -> None:
    reply = await server.says(raw(server.body(content))).complete(judgment())
    assert json.loads(reply.text) == RIGHT


@pytest.mark.parametrize(
    "word", ["stop", "eos_token", "eos", "", "STOP", "end_turn", "stop_sequence", "done", None, 7]
)
async def test_every_word_for_stop_is_one(chat: Server, word: Any) -> None:
    choice = {"message": {"content": GOOD}, "finish_reason": word}
    assert (await chat.says(raw({"choices": [choice]})).complete(judgment())).text == GOOD


@pytest.mark.parametrize("word", ["length", "LENGTH", "max_tokens", "content_filter", "SAFETY"])
async def test_only_a_limit_of_length_and_a_filter_leave_an_answer_unfinished(
    chat: Server, word: str
) -> None:
    choice = {"message": {"content": GOOD}, "finish_reason": word}
    with pytest.raises(Unusable, match=r"cut off|refused"):
        await chat.says(raw({"choices": [choice]})).complete(judgment())


# Errors that come as answers

ERRORS: dict[str, tuple[Any, type[Exception], str]] = {
    "402": ({"message": "Insufficient credits", "code": 402}, RunError, "Insufficient credits"),
    "in digits": ({"message": "no money", "code": "402"}, RunError, "no money"),
    "by its words": ({"message": "Insufficient balance"}, RunError, "Insufficient balance"),
    "a quota": ({"message": "used up", "code": "insufficient_quota"}, RunError, "used up"),
    "a key": ({"message": "no such key", "code": 401}, KeyRejected, "no such key"),
    "a request": (
        {"message": "too long", "type": "invalid_request_error", "code": None},
        ModelFailed,
        "too long",
    ),
    "busy": ({"message": "overloaded", "code": 503}, Transient, "overloaded"),
    "unnamed": ({"message": "upstream broke"}, Transient, "upstream broke"),
    "a text": ("it is broken", Transient, "it is broken"),
    "silent": ({"code": 500}, Transient, "no reason given"),
}


@pytest.mark.parametrize(("error", "kind", "said"), ERRORS.values(), ids=ERRORS)
async def test_an_error_object_with_status_200_is_that_error_and_its_message_is_shown(
    server: Server, error: Any, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        await server.says(raw({"id": "gen-1", "error": error})).complete(judgment())
    if kind is RunError:
        assert not isinstance(caught.value, ModelFailed), "no credit ends the run"


async def test_an_error_in_a_choice_is_told_and_what_was_written_may_be_billed(
    chat: Server,
) -> None:
    choice = {
        "message": {"content": '{"verdict"'},
        "finish_reason": "error",
        "error": {"message": "the provider went away", "code": 502},
    }
    with pytest.raises(BrokeOff, match="the provider went away"):
        await chat.says(raw({"choices": [choice]})).complete(judgment())


@pytest.mark.parametrize(
    "text",
    [
        "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.",
        "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
    ],
)
async def test_an_account_that_may_spend_no_more_ends_the_run_whatever_the_status(
    server: Server, text: str
) -> None:
    with pytest.raises(RunError, match=text[:30]) as caught:
        await server.says(Fault("status", status=400, text=text)).complete(judgment())
    assert not isinstance(caught.value, ModelFailed)
    assert caught.value.exit_status == 1
    assert "top it up" in caught.value.hint


# What they do not take


@pytest.mark.parametrize(
    ("lacks", "takes"),
    [
        (["json_schema"], "tool"),
        (["json_schema", "tool"], "json_object"),
    ],
)
async def test_a_way_to_ask_for_the_form_that_is_not_taken_is_left_for_the_next_once_and_for_all(
    server: Server, lacks: list[str], takes: str
) -> None:
    server.fake.lacks = dict.fromkeys(lacks, "what is this?")
    notes: list[str] = []
    asker = _asker(server.model(), observer=lambda call: notes.append(call.note))
    for number in range(3):
        assert (await asker.ask(judgment(f"{number}"), Judgment)).parts[0].ordinary == "stands"
    assert server.fake.refused == lacks
    assert [seen.schema for seen in server.fake.requests] == ["Judgment"] * 3
    told = [note for note in notes if note]
    assert len(told) == 1
    assert "takes no JSON schema" in told[0]
    assert {"tool": "a tool", "json_object": "the schema in the prompt"}[takes] in told[0]


async def test_what_one_model_learned_another_of_the_same_server_knows(server: Server) -> None:
    server.fake.lacks = {"json_schema": "no"}
    habits = Habits()
    for _ in range(2):
        await server.model(habits=habits).complete(judgment())
    assert server.fake.refused == ["json_schema"]


async def test_a_server_that_takes_no_way_tells_its_first_reason(server: Server) -> None:
    server.fake.lacks = {"json_schema": "the first", "tool": "the second", "json_object": "last"}
    with pytest.raises(ModelFailed, match="the first"):
        await server.model().complete(judgment())


async def test_a_refusal_by_a_server_that_takes_the_form_is_about_something_else(
    server: Server,
) -> None:
    model = server.says(RIGHT, status(400))
    await model.complete(judgment())
    with pytest.raises(ModelFailed):
        await model.complete(judgment("again"))
    assert len(server.fake.requests) == 2


async def test_a_limit_that_goes_by_its_newer_name_is_given_by_it(chat: Server) -> None:
    chat.fake.lacks = {
        "max_tokens": "Unsupported parameter: 'max_tokens' is not supported with this model. Use "
        "'max_completion_tokens' instead."
    }
    model = chat.model()
    for number in range(2):
        assert (await model.complete(judgment(f"{number}"))).text == GOOD
    assert chat.fake.refused == ["max_tokens"]
    assert all(seen.body["max_completion_tokens"] == 500 for seen in chat.fake.requests)
    assert chat.fake.requests[-1].body["response_format"]["type"] == "json_schema"


# A question that was cut


def _long(words: int) -> Request:
    return judgment(" ".join(f"word{n % 97}" for n in range(words)))


async def test_a_question_that_the_server_cut_to_its_context_is_not_judged_and_says_what_to_set(
    chat: Server,
) -> None:
    calls: list[Call] = []
    usage = {"prompt_tokens": 2048, "completion_tokens": 50}
    asker = _asker(chat.says(raw(chat.body(usage=usage))), observer=calls.append)
    with pytest.raises(ModelFailed, match=r"counted 2,048 tokens of a text of 4,\d+ words") as cut:
        await asker.ask(_long(4000), Judgment)
    assert "OLLAMA_CONTEXT_LENGTH" in cut.value.hint
    assert len(chat.fake.requests) == 1, "another try would be cut as well"
    assert asker.usage == Usage(1, 2048, 0, 50), "it is paid for all the same"


@pytest.mark.parametrize("counted", [4200, 5500, 12_000])
async def test_a_question_that_was_read_whole_is_answered_whatever_the_tokenizer(
    chat: Server, counted: int
) -> None:
    usage = {"prompt_tokens": counted, "completion_tokens": 50}
    asker = _asker(chat.says(raw(chat.body(usage=usage))))
    assert (await asker.ask(_long(4000), Judgment)).parts[0].ordinary == "stands"
