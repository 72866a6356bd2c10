"""Nothing of a run is sent anywhere unless the user of retest asked for it.

LangGraph runs on langchain-core, which sends every state to LangSmith where a shell has
LANGSMITH_TRACING or LANGCHAIN_TRACING_V2 set, and refuses to run where it finds LANGCHAIN_TRACING
or LANGCHAIN_HANDLER, of its first version. The SDK of Anthropic makes OpenTelemetry spans wherever
a tracer is installed. Such variables are often set for another program. The setting `trace` lets
them be obeyed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

IN_THE_WAY = ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")
SDK = "ANTHROPIC_OPEN_TELEMETRY"
"""`false` switches the spans of Anthropic's SDK off."""


@asynccontextmanager
async def tracing(asked: bool) -> AsyncIterator[None]:
    """While it is entered, traces go out only if `asked`, as the libraries' own variables then say;
    at the end it is waited for those that are on their way."""
    from langchain_core.tracers.langchain import wait_for_all_tracers
    from langsmith.run_helpers import tracing_context

    if asked:
        try:
            yield
        finally:
            await asyncio.to_thread(wait_for_all_tracers)
        return
    before = {name: os.environ.get(name) for name in (*IN_THE_WAY, SDK)}
    for name in IN_THE_WAY:
        os.environ.pop(name, None)
    os.environ[SDK] = "false"
    try:
        with tracing_context(enabled=False):
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
