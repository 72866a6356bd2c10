"""What a shell has set for another program sends nothing of a run anywhere, until the user of
retest asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from tests.brains import Reader
from tests.conftest import Workspace

SPANS = """\
import sys
from opentelemetry import trace
seen = []
class Provider(trace.NoOpTracerProvider):
    def get_tracer(self, *args, **kwargs):
        seen.append(args)
        return super().get_tracer(*args, **kwargs)
trace.set_tracer_provider(Provider())
sys.argv = ["retest", "run", "--line", "tides", "--as-of", "2026-08-21"]
from retest.cli import main
try:
    main()
finally:
    print("TRACERS", len(seen))
"""


def ran(
    workspace: Workspace, variables: Mapping[str, str], *arguments: str
) -> subprocess.CompletedProcess[str]:
    """`retest run` in a process of its own: the libraries remember what they once read of the
    environment."""
    ours = ("RETEST_", "ANTHROPIC", "OPENAI", "LANG", "OTEL")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    command = arguments or ("-m", "retest", "run", "--line", "tides", "--as-of", "2026-08-21")
    return subprocess.run(
        [sys.executable, *command],
        cwd=workspace.folder,
        env={**kept, **workspace.environment, **variables},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def collector(httpserver: HTTPServer) -> HTTPServer:
    """Where traces would arrive."""
    httpserver.expect_request("/info").respond_with_json({})
    httpserver.expect_request("").respond_with_handler(lambda _: Response("{}", status=202))
    return httpserver


def tracing_variables(collector: HTTPServer) -> dict[str, str]:
    url = collector.url_for("").rstrip("/")
    return {
        "LANGSMITH_TRACING": "true",
        "LANGCHAIN_TRACING_V2": "true",
        "LANGSMITH_ENDPOINT": url,
        "LANGCHAIN_ENDPOINT": url,
        "LANGSMITH_API_KEY": "loopback",
        "LANGSMITH_TRACING_SAMPLING_RATE": "1",
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_TRACES_EXPORTER": "otlp",
    }


def test_a_shell_that_traces_another_program_hears_nothing_of_a_run(
    workspace: Workspace, model: Any, collector: HTTPServer
) -> None:
    model(Reader())
    done = ran(workspace, tracing_variables(collector))
    assert done.returncode == 0, done.stderr
    assert collector.log == [], "something of the run was sent"


def test_it_is_traced_where_retests_own_setting_says_so(
    workspace: Workspace, model: Any, collector: HTTPServer
) -> None:
    model(Reader())
    (workspace.folder / "retest.toml").write_text("trace = true\n", encoding="utf-8")
    done = ran(workspace, tracing_variables(collector))
    assert done.returncode == 0, done.stderr
    assert any(request.path.startswith("/runs") for request, _ in collector.log)


def test_variables_of_langchains_first_version_do_not_end_a_run(
    workspace: Workspace, model: Any
) -> None:
    model(Reader())
    done = ran(workspace, {"LANGCHAIN_TRACING": "true", "LANGCHAIN_HANDLER": "langchain"})
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("asked", "tracers"), [("false", "TRACERS 0"), ("true", "TRACERS 1")])
def test_the_models_sdk_makes_spans_only_where_asked(
    workspace: Workspace, model: Any, asked: str, tracers: str
) -> None:
    model(Reader())
    done = ran(workspace, {"RETEST_TRACE": asked}, "-c", SPANS)
    assert tracers in done.stdout, done.stderr
