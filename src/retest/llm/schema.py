"""JSON schemas as OpenAI-like servers take them."""

from __future__ import annotations

from functools import cache
from typing import Any

import openai
from pydantic import BaseModel

BOUNDS = ("minLength", "maxLength", "minProperties", "maxProperties", "uniqueItems")
"""Keywords that strict mode does not know, and that llama.cpp turns into grammars too long to run:
said in words."""


@cache
def strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """The schema for strict mode: every property required, no others allowed, no defaults, `BOUNDS`
    in descriptions.

    The answer is validated here in any case, so a bound that is only described is still kept.
    """
    strict: dict[str, Any] = _described(
        openai.pydantic_function_tool(schema)["function"]["parameters"]
    )
    return strict


def _described(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    plain = {key: value for key, value in node.items() if key not in (*BOUNDS, "default")}
    for key in ("properties", "$defs"):  # their keys are names, not keywords
        if key in plain:
            plain[key] = {name: _described(value) for name, value in plain[key].items()}
    for key in ("anyOf", "allOf"):
        if key in plain:
            plain[key] = [_described(value) for value in plain[key]]
    if "items" in plain:
        plain["items"] = _described(plain["items"])
    if bounds := ", ".join(f"{key} {node[key]}" for key in BOUNDS if key in node):
        plain["description"] = (
            f"{plain['description']} ({bounds})" if "description" in plain else bounds
        )
    return plain
