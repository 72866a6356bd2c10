"""The picture of docs/design.md as a LangGraph.

    anchors --(Send: each claim, and the counter-thesis)--> claim --> synthesize --> essay

    claim:  plan -> search -> triage -> extract -> ground -> judge -> deepen -> settle
                      ^                              |  ^                |
                      '------------ widen <----------'  '----------------'
                        once, if nothing was grounded     once, where the abstract does not decide

A station that fails in a way we know puts a Failure into the claim's state and the claim goes to
`settle`. What we do not know (a bug) reaches `stumble`, which settles that claim as not judged and
lets its siblings go on.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar, cast

from langgraph.errors import NodeError
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from retest.errors import RetestError
from retest.pipeline.anchors import anchors
from retest.pipeline.deepen import deepen
from retest.pipeline.essay import essay
from retest.pipeline.events import StationDone, StationEntered
from retest.pipeline.extract import extract
from retest.pipeline.ground import ground
from retest.pipeline.judge import judge
from retest.pipeline.plan import plan, widen
from retest.pipeline.search import search
from retest.pipeline.settle import settle
from retest.pipeline.state import ClaimState, Deps, Failure, LineState, Settled
from retest.pipeline.synthesize import synthesize
from retest.pipeline.triage import triage

log = logging.getLogger("retest")
NOTHING = ["widen", "deepen", "settle"]
"""Where a claim may go that has nothing to go on with."""
S = TypeVar("S", bound=Callable[..., Any])


async def stumble(state: ClaimState, error: NodeError, runtime: Runtime[Deps]) -> ClaimState:
    """An error that no station foresaw costs its claim. Errors that must stop the run (a refused
    key) go on."""
    if isinstance(error.error, RetestError):
        raise error.error
    log.error(
        "station %s of claim %s failed", error.node, state["subject"].claim.id, exc_info=error.error
    )
    what = f"an internal error in station {error.node} ({type(error.error).__name__})"
    detail = f"{what}; retest.log in the state folder has the trace"
    return await settle({**state, "failure": Failure(why="not-judged", detail=detail)}, runtime)


def _announced(name: str, station: S) -> S:
    """The station, which says when it is entered and when it is left."""

    async def announced(state: Any, runtime: Runtime[Deps]) -> Any:
        deps, subject = runtime.context, state.get("subject")
        claim = subject.claim.id if subject else ""
        deps.sink(StationEntered(deps.line.line, claim, name))
        try:
            return await station(state, runtime)
        finally:
            deps.sink(StationDone(deps.line.line, claim, name))

    return cast("S", announced)


def _unless_failed(station: str) -> Callable[[ClaimState], str]:
    def route(state: ClaimState) -> str:
        return "settle" if state.get("failure") else station

    return route


def _unless_none(station: str) -> Callable[[ClaimState], str]:
    def route(state: ClaimState) -> str:
        if state.get("failure"):
            return "settle"
        if state["candidates"]:
            return station
        return "deepen" if state["round"] > 1 else "widen"

    return route


def _after_ground(state: ClaimState) -> str:
    if state.get("failure"):
        return "settle"
    if state.get("evidence"):
        return "judge"
    if state.get("deepened"):
        return "settle"
    return "deepen" if state["round"] > 1 else "widen"


def _after_judge(state: ClaimState) -> str:
    return "settle" if state.get("failure") or state.get("deepened") else "deepen"


def _after_deepen(state: ClaimState) -> str:
    """To the judge too where no text was to be had: it held back the second opinion until then."""
    asked = any(one.outcome != "not asked" for one in state["full_texts"])
    return "ground" if asked and not state.get("failure") else "settle"


@cache
def claim_graph() -> CompiledStateGraph[Any, Any, Any, Any]:
    """One claim's way through the stations. It holds nothing, so a process makes it once."""
    graph = StateGraph(ClaimState, context_schema=Deps, output_schema=Settled)
    graph.add_node("plan", _announced("plan", plan), error_handler=stumble)
    graph.add_node("search", _announced("search", search), error_handler=stumble)
    graph.add_node("triage", _announced("triage", triage), error_handler=stumble)
    graph.add_node("extract", _announced("extract", extract), error_handler=stumble)
    graph.add_node("ground", _announced("ground", ground), error_handler=stumble)
    graph.add_node("widen", _announced("widen", widen), error_handler=stumble)
    graph.add_node("judge", _announced("judge", judge), error_handler=stumble)
    graph.add_node("deepen", _announced("deepen", deepen), error_handler=stumble)
    graph.add_node("settle", _announced("settle", settle))
    graph.add_edge(START, "plan")
    graph.add_conditional_edges("plan", _unless_failed("search"), ["search", "settle"])
    graph.add_conditional_edges("search", _unless_none("triage"), ["triage", *NOTHING])
    graph.add_conditional_edges("triage", _unless_none("extract"), ["extract", *NOTHING])
    graph.add_conditional_edges("extract", _unless_failed("ground"), ["ground", "settle"])
    graph.add_conditional_edges("ground", _after_ground, ["judge", *NOTHING])
    graph.add_edge("widen", "search")
    graph.add_conditional_edges("judge", _after_judge, ["deepen", "settle"])
    graph.add_conditional_edges("deepen", _after_deepen, ["ground", "settle"])
    graph.add_edge("settle", END)
    return graph.compile()


def line_graph() -> StateGraph[LineState, Deps, LineState, LineState]:
    """The whole line, to be compiled with a checkpointer."""

    def fan_out(state: LineState) -> list[Send]:
        papers = state["anchor_papers"]
        return [
            Send(
                "claim",
                {"subject": s, "anchor_papers": [p for p in papers if p.id in s.claim.anchors]},
            )
            for s in state["subjects"]
        ]

    graph = StateGraph(LineState, context_schema=Deps)
    graph.add_node("anchors", _announced("anchors", anchors))
    graph.add_node("claim", claim_graph())
    graph.add_node("synthesize", _announced("synthesize", synthesize))
    graph.add_edge(START, "anchors")
    graph.add_conditional_edges("anchors", fan_out, ["claim"])
    graph.add_edge("claim", "synthesize")
    graph.add_node("essay", _announced("essay", essay))
    graph.add_edge("synthesize", "essay")
    graph.add_edge("essay", END)
    return graph


def drawn() -> str:
    """The whole picture as Mermaid: the line's graph with the claim's graph in its place."""
    inner, outer = claim_graph().get_graph(), line_graph().compile().get_graph()
    for name in [name for name in inner.nodes if name.startswith("__error_handler__")]:
        inner.remove_node(inner.nodes[name])
    inner.trim_first_node()
    inner.trim_last_node()
    outer.remove_node(outer.nodes["claim"])
    first, last = outer.extend(inner, prefix="claim")
    if first is None or last is None:
        raise RuntimeError("the claim's graph has no single first and last station")
    outer.add_edge(outer.nodes["anchors"], first, conditional=True)
    outer.add_edge(last, outer.nodes["synthesize"])
    return outer.draw_mermaid()
