"""Nothing of a run is sent anywhere unless the user of retest asked for it.

LangGraph runs on langchain-core, which sends every state to LangSmith where a shell has
LANGSMITH_TRACING or LANGCHAIN_TRACING_V2 set. Such variables are often set for another program. The
setting `trace` lets them be obeyed. (The front door drops those that langchain-core refuses to run
with, and Anthropic's client is told by itself whether to make spans.)
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


@asynccontextmanager
async def tracing(asked: bool) -> AsyncIterator[None]:
    """While it is entered, states go out only if `asked`, as the library's own variables then say;
    at the end it is waited for those that are on their way."""
    from langchain_core.tracers.langchain import wait_for_all_tracers
    from langsmith.run_helpers import tracing_context

    if asked:
        try:
            yield
        finally:
            await asyncio.to_thread(wait_for_all_tracers)
        return
    with tracing_context(enabled=False):
        yield
