"""Every answer of a service is bounded in bytes and in time, and no request goes to another
origin."""

from __future__ import annotations

import asyncio
import gzip
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.paper import Unknown
from retest.errors import ModelFailed, RunError, SearchFailed
from retest.llm.anthropic import AnthropicModel
from retest.llm.batch.anthropic import AnthropicBatches
from retest.llm.openai import OpenAIModel
from retest.llm.openai_chat import OpenAIChatModel
from retest.masking import is_address, shown_url
from retest.papers.arxiv import ArxivSource
from retest.papers.following import Following
from retest.papers.oai import Oai
from retest.papers.oai_page import Ask
from retest.papers.polite import Turns
from retest.retry import BrokeOff, Patience
from retest.transport import Answer, Bounds, Moved, Unreachable, fetch
from tests.fakes.broken import KINDS, Broken, Kind
from tests.fakes.elsewhere import STATUSES, Elsewhere
from tests.llm.requests import judgment
from tests.papers.some import WINDOW

BOUNDS = Bounds(timeout=5.0, longest=0.3, largest=100_000)
MODELS = {"anthropic": AnthropicModel, "openai": OpenAIModel, "openai-chat": OpenAIChatModel}


@pytest.mark.parametrize("kind", KINDS)
def test_no_answer_takes_more_bytes_or_time_than_it_may(kind: Kind) -> None:
    with Broken(kind) as host:
        tracemalloc.start()
        try:
            with pytest.raises(Unreachable) as failed:
                fetch(host.url, bounds=BOUNDS)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert host.requests == 1
    assert str(failed.value), "it is said what was wrong"
    assert peak < 20_000_000, "counted as it is unpacked, not afterwards"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("size", [0, 1, 100_000])
def test_an_answer_within_its_bounds_is_whole(size: int, packed: bool) -> None:
    body = b"x" * size
    with Elsewhere(200, body=gzip.compress(body) if packed else body, packed=packed) as host:
        answer = fetch(host.url, bounds=BOUNDS)
    assert (answer.status, answer.body) == (200, body)


def test_an_answer_one_byte_over_its_bound_is_none() -> None:
    with Elsewhere(200, body=b"x" * 100_001) as host, pytest.raises(Unreachable, match="100,000"):
        fetch(host.url, bounds=BOUNDS)


def test_it_can_be_asked_from_within_a_running_loop() -> None:
    async def inside() -> Answer:
        return fetch(host.url)

    with Elsewhere(200, body=b"{}") as host:
        assert asyncio.run(inside()).body == b"{}"


@pytest.mark.parametrize("status", STATUSES)
def test_no_redirect_leaves_the_origin_and_the_error_names_both(status: int) -> None:
    with Elsewhere(200) as other:
        target = other.url.replace("http://", "http://me:secretword7@") + "/there?key=k123456"
        with Elsewhere(status, target) as host:
            with pytest.raises(Moved) as moved:
                fetch(f"{host.url}/here?key=k123456", headers={"Authorization": "Bearer k"})
            assert len(host.requests) == 1
        assert other.requests == []
    assert host.url in str(moved.value)
    assert other.url in str(moved.value)
    assert "secretword7" not in str(moved.value)
    assert "k123456" not in str(moved.value)


@pytest.mark.parametrize(
    "target", ["//other.example/x", "https://127.0.0.1:{port}/x", "http://[", "ftp://127.0.0.1/"]
)
def test_another_scheme_port_or_host_is_another_origin(target: str) -> None:
    with Elsewhere(302, target) as host, pytest.raises((Moved, Unreachable)):
        fetch(host.url)


def test_a_redirect_within_the_origin_is_followed_and_no_more_than_a_few() -> None:
    with Elsewhere(308, "/next") as host, pytest.raises(Unreachable, match="redirects"):
        fetch(host.url)
    assert 2 < len(host.requests) < 10


# The services through it, with their real SDKs


def arxiv(url: str, folder: Path) -> ArxivSource:
    return ArxivSource(
        url=f"{url}/api/query",
        interval=0.0,
        longest=0.3,
        patience=Patience(1, 0.0, 0.0),
        lock_folder=folder,
    )


@pytest.mark.parametrize("kind", KINDS)
def test_arxivs_api_is_bounded(tmp_path: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retest.papers.arxiv.LARGEST", 100_000)
    with Broken(kind) as host:
        found = arxiv(host.url, tmp_path).get(["2402.00002"])["2402.00002"]
    assert isinstance(found, Unknown)
    assert "arXiv could not be reached" in found.reason


@pytest.mark.parametrize("kind", KINDS)
def test_openalex_is_bounded(tmp_path: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("retest.papers.following.LARGEST", 100_000)
    with Broken(kind) as host:
        following = Following(
            url=host.url,
            interval=0.0,
            longest=0.3,
            patience=Patience(1, 0.0, 0.0),
            lock_folder=tmp_path,
        )
        with pytest.raises(SearchFailed, match="OpenAlex could not be reached"):
            following.citing(["2402.00002"], WINDOW, 10)


@pytest.mark.parametrize("kind", KINDS)
def test_the_harvester_is_bounded(
    tmp_path: Path, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.papers.oai.LARGEST", 100_000)
    with Broken(kind) as host:
        oai = Oai(host.url, Turns(tmp_path, "x", 0.0), Patience(1, 0.0, 0.0), longest=0.3)
        with pytest.raises(RunError, match="arXiv could not be reached"):
            oai.page(Ask(""))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("provider", MODELS)
async def test_a_model_server_is_bounded_and_what_it_wrote_may_be_billed(
    provider: str, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retest.llm.failures.ANSWER", 100_000)
    with Broken(kind) as host:
        model = MODELS[provider]("m", api_key="k", base_url=host.url, timeout=0.3)
        with pytest.raises(BrokeOff, match="could not be reached at 127"):
            await model.complete(judgment())
        await model.aclose()
        assert host.requests == 1


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("provider", MODELS)
async def test_no_prompt_and_no_key_is_redirected_to_another_origin(
    provider: str, status: int
) -> None:
    with Elsewhere(200) as other, Elsewhere(status, f"{other.url}/v1") as host:
        model = MODELS[provider]("m", api_key="k", base_url=host.url)
        with pytest.raises(RunError) as moved:
            await model.complete(judgment())
        await model.aclose()
        assert other.requests == []
    assert not isinstance(moved.value, ModelFailed), "no other question would fare better"
    assert host.url in moved.value.message
    assert other.url in moved.value.message
    variable = "ANTHROPIC_BASE_URL" if provider == "anthropic" else "OPENAI_BASE_URL"
    assert variable in moved.value.hint


async def test_no_paid_answer_is_fetched_from_another_origin() -> None:
    with Elsewhere(200) as other, Elsewhere(307, f"{other.url}/results") as host:
        batches = AnthropicBatches("m", api_key="k", base_url=host.url)
        with pytest.raises(RunError, match="another origin"):
            await batches.create("nonce", b'{"requests":[]}')
        await batches.aclose()
        assert other.requests == []


def test_arxiv_is_not_asked_where_it_redirects_to(tmp_path: Path) -> None:
    with Elsewhere(200) as other, Elsewhere(301, f"{other.url}/api") as host:
        found = arxiv(host.url, tmp_path).get(["2402.00002"])["2402.00002"]
        assert other.requests == []
    assert isinstance(found, Unknown)
    assert host.url in found.reason
    assert other.url in found.reason


# Addresses


@pytest.mark.parametrize(
    "url", ["", "localhost:11434", "file:///etc/passwd", "https://", "http://[", "http://h:70000"]
)
def test_what_is_no_address_is_told_from_one(url: str) -> None:
    assert not is_address(url)


@given(
    st.text("abc:@é%2F_-", min_size=1, max_size=20),
    st.sampled_from(["http://", "https://", ""]),
    st.text("?k=secret#", max_size=12),
)
def test_an_address_is_shown_without_what_stands_before_its_host(
    user: str, scheme: str, rest: str
) -> None:
    shown = shown_url(f"{scheme}{user}@host.example:8080/v1{'?' + rest if rest else ''}")
    assert shown == f"{scheme}host.example:8080/v1"
