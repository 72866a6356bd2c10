"""The three services through their real SDKs, against a host on the loopback."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import anthropic.types
import openai.types.chat
import openai.types.responses
import pytest
import pytest_asyncio
from pydantic import BaseModel

from retest.domain.answers import Entailment, Extraction, Judgment, QueryPlan, Synthesis
from retest.errors import KeyRejected, ModelFailed, RunError, UsageError
from retest.llm.anthropic import AnthropicModel
from retest.llm.failures import Unusable
from retest.llm.model import Facts, Reply, Request
from retest.llm.openai import OpenAIModel
from retest.llm.openai_chat import OpenAIChatModel
from retest.retry import Transient
from tests.fakes.models import (
    FAILED,
    FILTERED,
    HANG,
    HTML,
    ODD,
    REFUSAL,
    RESET,
    TRUNCATED,
    FakeModels,
    in_turn,
    prose,
    status,
)
from tests.fakes.wires import WIRES, Fault, answered
from tests.llm.requests import RIGHT, SYSTEM, judgment

Service = AnthropicModel | OpenAIModel | OpenAIChatModel
CLASSES: dict[str, Callable[..., Service]] = {
    "anthropic": AnthropicModel,
    "openai": OpenAIModel,
    "openai-chat": OpenAIChatModel,
}
pytestmark = pytest.mark.asyncio(loop_scope="module")


def another(provider: str, fake: FakeModels, **changes: Any) -> Service:
    base = fake.url if provider == "anthropic" else fake.openai_url
    return CLASSES[provider]("some-model", **{"api_key": "k", "base_url": base, **changes})


@dataclass
class Served:
    """A provider's model, and the host that it asks."""

    provider: str
    model: Service
    fake: FakeModels

    def another(self, **changes: Any) -> Service:
        """A second model of the provider; all but what changes is as in the first."""
        return another(self.provider, self.fake, **changes)

    async def meets(self, what: Fault) -> Reply:
        """What the provider makes of this, in one attempt."""
        self.fake.brain = in_turn(what)
        try:
            return await self.model.complete(judgment())
        finally:
            assert len(self.fake.requests) == 1, (
                "a provider must not retry: tenacity is the one owner of retries"
            )


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=CLASSES)
async def host(request: pytest.FixtureRequest) -> AsyncIterator[Served]:
    with FakeModels(in_turn(RIGHT)) as fake:
        model = another(request.param, fake)
        yield Served(request.param, model, fake)
        await model.aclose()


@pytest.fixture
def served(host: Served) -> Served:
    """The host as if nothing had been asked; clients are made once, since each loads all
    certificates."""
    host.fake.forget(in_turn(RIGHT))
    return host


async def test_an_answer_comes_back_as_it_was_written(served: Served) -> None:
    reply = await served.model.complete(judgment("Does it hold?"))
    assert json.loads(reply.text) == RIGHT
    assert (served.model.provider, reply.usage.calls) == (served.provider, 1)
    seen = served.fake.requests[0]
    assert (seen.schema, seen.system, seen.user) == ("Judgment", SYSTEM, "Does it hold?")
    assert not {"temperature", "top_p", "seed"} & seen.body.keys()
    assert seen.body.get("store") is (False if served.provider == "openai" else None), (
        "OpenAI keeps what is not denied"
    )


async def test_usage_counts_all_input_and_says_what_was_cached(served: Served) -> None:
    first = await served.model.complete(judgment("one"))
    second = await served.model.complete(judgment("two"))
    assert first.usage.input == served.fake.requests[0].tokens
    assert first.usage.cached == 0
    assert second.usage.input == served.fake.requests[1].tokens
    assert second.usage.cached == len(SYSTEM) // 4
    assert second.usage.output > 0


@pytest.mark.parametrize("schema", [QueryPlan, Extraction, Entailment, Judgment, Synthesis])
async def test_every_schema_of_the_pipeline_is_one_that_strict_mode_takes(
    served: Served, schema: type[BaseModel]
) -> None:
    request = Request(schema, "s", "u", prompt_hash="0" * 200, facts=Facts(line="l"))
    await served.model.complete(request)
    assert served.fake.requests[0].schema == schema.__name__


@pytest.mark.parametrize("code", [401, 403])
async def test_a_rejected_key_names_the_variable_that_holds_it(served: Served, code: int) -> None:
    with pytest.raises(KeyRejected) as caught:
        await served.meets(status(code))
    variable = "ANTHROPIC_API_KEY" if served.provider == "anthropic" else "OPENAI_API_KEY"
    assert variable in caught.value.hint
    assert str(code) in caught.value.message


async def test_an_unknown_model_stops_the_run_and_points_at_the_flag(served: Served) -> None:
    with pytest.raises(RunError) as caught:
        await served.meets(status(404))
    assert not isinstance(caught.value, ModelFailed)
    assert "--model" in caught.value.hint


@pytest.mark.parametrize("code", [408, 409, 429, 500, 502, 503, 529])
async def test_a_failure_that_may_pass_is_for_the_asker_to_retry(served: Served, code: int) -> None:
    with pytest.raises(Transient, match=str(code)) as caught:
        await served.meets(status(code))
    assert caught.value.retry_after is None


@pytest.mark.parametrize("code", [429, 529])
async def test_the_pause_that_a_service_asks_for_is_handed_on(served: Served, code: int) -> None:
    with pytest.raises(Transient) as caught:
        await served.meets(status(code, retry_after="17"))
    assert caught.value.retry_after == 17.0


async def test_an_account_without_credit_stops_the_run_instead_of_waiting(served: Served) -> None:
    code = (
        "enforced_spend_limit_reached" if served.provider == "anthropic" else "insufficient_quota"
    )
    for fault in (status(429, error_code=code), status(402)):
        served.fake.forget(in_turn(fault))
        with pytest.raises(RunError, match="credit") as caught:
            await served.meets(fault)
        assert not isinstance(caught.value, ModelFailed)


@pytest.mark.parametrize("code", [400, 413, 422])
async def test_a_request_that_is_refused_as_it_stands_costs_one_claim(
    served: Served, code: int
) -> None:
    with pytest.raises(ModelFailed, match=str(code)):
        await served.meets(status(code))


async def test_a_connection_that_breaks_may_pass(served: Served) -> None:
    with pytest.raises(Transient, match=r"127\.0\.0\.1"):
        await served.meets(RESET)


async def test_a_service_that_hangs_is_left_after_the_timeout(served: Served) -> None:
    served.fake.brain = in_turn(HANG)
    hasty = served.another(timeout=0.2)
    with pytest.raises(Transient, match="could not be reached"):
        await hasty.complete(judgment())
    await hasty.aclose()


async def test_nobody_listening_may_pass(served: Served) -> None:
    lost = served.another(base_url="http://127.0.0.1:9")
    with pytest.raises(Transient, match="could not be reached"):
        await lost.complete(judgment())
    await lost.aclose()


async def test_a_sign_in_page_with_status_200_is_no_answer(served: Served) -> None:
    with pytest.raises(Transient, match="no reply"):
        await served.meets(HTML)


@pytest.mark.parametrize("what", [REFUSAL, FILTERED])
async def test_a_refusal_is_a_failure_that_was_paid_for(served: Served, what: Fault) -> None:
    with pytest.raises(Unusable, match="refused") as caught:
        await served.meets(what)
    assert caught.value.usage.calls == 1
    assert caught.value.usage.input > 0


async def test_a_refusal_is_told_in_the_models_own_words(served: Served) -> None:
    with pytest.raises(ModelFailed, match="not this one"):
        await served.meets(REFUSAL)


async def test_a_cut_off_answer_is_a_failure_even_before_it_is_read(served: Served) -> None:
    with pytest.raises(Unusable, match="cut off at 500 tokens") as caught:
        await served.meets(TRUNCATED)
    assert caught.value.usage.output > 0


async def test_a_stop_for_any_other_reason_is_never_an_answer(served: Served) -> None:
    with pytest.raises(
        Unusable, match=r"stopped before it had answered \((tool_use|cancelled|tool_calls)"
    ):
        await served.meets(ODD)


async def test_a_service_that_fails_while_answering_gives_no_answer(served: Served) -> None:
    with pytest.raises(Transient if served.provider == "openai" else Unusable):
        await served.meets(FAILED)


@pytest.mark.parametrize("text", ["It holds, I think.", '{"verdict": "hol', ""])
async def test_text_that_is_no_json_is_handed_on_untouched(served: Served, text: str) -> None:
    assert (await served.meets(prose(text))).text == text


@pytest.mark.parametrize("key", ["k\r\nx-evil: 1", "schlüssel"])
async def test_a_key_that_no_header_can_carry_is_named_before_any_call(
    served: Served, key: str
) -> None:
    with pytest.raises(UsageError, match="key"):
        served.another(api_key=key)


@pytest.mark.parametrize("url", ["localhost:11434", "file:///etc/passwd", "https://"])
async def test_an_address_that_is_none_is_named_before_any_call(served: Served, url: str) -> None:
    with pytest.raises(UsageError, match="address"):
        served.another(base_url=url)


async def test_the_environment_never_overrules_the_address_that_is_given(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("OPENAI_BASE_URL", "ANTHROPIC_BASE_URL"):
        monkeypatch.setenv(variable, "")
    model = served.another()
    assert json.loads((await model.complete(judgment())).text) == RIGHT
    await model.aclose()


async def test_spaces_around_a_key_are_not_part_of_it(served: Served) -> None:
    model = served.another(api_key=" secret\n")
    await model.complete(judgment())
    await model.aclose()
    sent = {name.lower(): value for name, value in served.fake.requests[0].headers.items()}
    assert sent.get("authorization", sent.get("x-api-key", "")).removeprefix("Bearer ") == "secret"


async def test_what_a_service_says_reaches_the_terminal_as_one_plain_line(served: Served) -> None:
    hostile = Fault("status", status=400, text="\x1b[2J gone\nretest: all is well " + "x" * 5000)
    with pytest.raises(ModelFailed, match="all is well") as caught:
        await served.meets(hostile)
    assert "\x1b" not in str(caught.value)
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 500


async def test_the_fake_speaks_as_the_sdks_types_have_it(served: Served) -> None:
    shapes: dict[str, tuple[str, type[BaseModel]]] = {
        "anthropic": ("/v1/messages", anthropic.types.Message),
        "openai": ("/v1/responses", openai.types.responses.Response),
        "openai-chat": ("/v1/chat/completions", openai.types.chat.ChatCompletion),
    }
    path, shape = shapes[served.provider]
    wire = WIRES[path]
    body = {
        "model": "m",
        "max_tokens": 5,
        "system": [{"type": "text", "text": "s"}],
        "messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "u"}],
        "instructions": "s",
        "input": "u",
        "output_config": {"format": {"schema": {"title": "Judgment"}}},
        "text": {"format": {"name": "Judgment"}},
        "response_format": {"json_schema": {"name": "Judgment"}},
    }
    seen = wire.read(path, body, {})
    for what in (answered(RIGHT), REFUSAL, TRUNCATED, FILTERED, FAILED, ODD, prose("")):
        shape.model_validate(wire.reply(seen, 3, what))
