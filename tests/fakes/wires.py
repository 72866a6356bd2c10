"""The three languages that the fake host of models speaks, as the SDKs' types have them, and what
can go wrong."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What goes wrong instead of an answer. From `text` on, the kinds are paid for, as at the real
    services. `raw` is the body of a reply with status 200, word for word."""

    kind: Literal[
        "status",
        "hang",
        "reset",
        "html",
        "raw",
        "text",
        "refusal",
        "truncated",
        "filtered",
        "failed",
        "odd",
    ]
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    text: str = ""
    code: str = ""


@dataclass(frozen=True)
class Seen:
    """One request as it arrived. `tokens` estimates the prompt, four characters a token; `at` is
    monotonic seconds."""

    path: str
    schema: str
    system: str
    user: str
    body: Json
    headers: Mapping[str, str]
    tokens: int
    at: float


def _title(user: str) -> str:
    """The name of the schema that stands at the end of a user text."""
    found = re.search(r'"title":"(\w+)","type":"object"\}\s*$', user)
    return found[1] if found else ""


class Wire(Protocol):
    """One language: what is wrong with a request, what it says, and how replies and errors look.
    `mode` is how the form of the answer is asked for: json_schema, tool, json_object, or none."""

    def mode(self, body: Json) -> str: ...
    def problem(self, body: Json) -> str: ...
    def read(self, path: str, body: Json, headers: Mapping[str, str]) -> Seen: ...
    def reply(self, seen: Seen, cached: int, what: Fault) -> Json: ...
    def error(self, code: int, message: str, error_code: str) -> Json: ...


class Messages:
    """anthropic.types.Message"""

    def mode(self, body: Json) -> str:
        return (
            "json_schema"
            if "output_config" in body
            else "tool"
            if "tools" in body
            else "json_object"
            if _title(body["messages"][0]["content"])
            else ""
        )

    def problem(self, body: Json) -> str:
        if missing := {"model", "max_tokens", "messages"} - body.keys():
            return f"{missing}: Field required"
        if odd := {"temperature", "top_p", "top_k"} & body.keys():
            return f"{odd}: not permitted"
        bounds = ("minLength", "maxLength", "minimum", "maximum")
        match self.mode(body):
            case "json_schema":
                return _loose(body["output_config"]["format"]["schema"], bounds)
            case "tool":
                return _loose(body["tools"][0]["input_schema"], bounds)
            case "":
                return "output_config: Field required"
        return ""

    def read(self, path: str, body: Json, headers: Mapping[str, str]) -> Seen:
        system = "".join(block["text"] for block in body["system"])
        user = body["messages"][0]["content"]
        match self.mode(body):
            case "json_schema":
                schema = body["output_config"]["format"]["schema"]["title"]
            case "tool":
                schema = body["tools"][0]["name"]
            case _:
                schema = _title(user)
        return _seen(path, schema, system, user, body, headers)

    def reply(self, seen: Seen, cached: int, what: Fault) -> Json:
        stops = {
            "refusal": "refusal",
            "filtered": "refusal",
            "truncated": "max_tokens",
            "failed": "model_context_window_exceeded",
            "odd": "tool_use",
        }
        text = _text(what)
        marked = any("cache_control" in block for block in seen.body["system"])
        written = len(seen.system) // 4 if marked and not cached else 0
        read = cached if marked else 0
        why = {"type": "refusal", "category": "bio", "explanation": "not this one"}
        called = what.kind == "text" and self.mode(seen.body) == "tool"
        said: Json = {"type": "text", "text": text}
        if called:
            said = {
                "type": "tool_use",
                "id": "toolu_1",
                "name": seen.schema,
                "input": json.loads(text),
            }
        return {
            "id": "msg_fake",
            "type": "message",
            "role": "assistant",
            "model": seen.body["model"],
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                *([said] if text else []),
            ],
            "stop_reason": stops.get(what.kind, "tool_use" if called else "end_turn"),
            "stop_sequence": None,
            "stop_details": why if what.kind == "refusal" else None,
            "usage": {
                "input_tokens": seen.tokens - written - read,
                "output_tokens": len(text) // 4 + 1,
                "cache_creation_input_tokens": written,
                "cache_read_input_tokens": read,
                "service_tier": "standard",
            },
        }

    def error(self, code: int, message: str, error_code: str) -> Json:
        kinds = {
            401: "authentication_error",
            402: "billing_error",
            403: "permission_error",
            404: "not_found_error",
            429: "rate_limit_error",
            529: "overloaded_error",
        }
        kind = kinds.get(code, "api_error" if code >= 500 else "invalid_request_error")
        details = {"error_code": error_code} if error_code else None
        error = {"type": kind, "message": message, "details": details}
        return {"type": "error", "error": error, "request_id": "req_fake"}


class Responses:
    """openai.types.responses.Response"""

    def mode(self, body: Json) -> str:
        return _kind(body, body.get("text", {}).get("format", {}))

    def problem(self, body: Json) -> str:
        if not body["max_output_tokens"] or len(body["prompt_cache_key"]) > 64:
            return "max_output_tokens and a short prompt_cache_key are expected"
        match self.mode(body):
            case "json_schema":
                return _strictly(body["text"]["format"], "schema")
            case "tool":
                return _strictly(body["tools"][0], "parameters")
        return ""

    def read(self, path: str, body: Json, headers: Mapping[str, str]) -> Seen:
        match self.mode(body):
            case "json_schema":
                schema = body["text"]["format"]["name"]
            case "tool":
                schema = body["tools"][0]["name"]
            case _:
                schema = _title(body["input"])
        return _seen(path, schema, body["instructions"], body["input"], body, headers)

    def reply(self, seen: Seen, cached: int, what: Fault) -> Json:
        text = _text(what)
        part: Json = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
        refusal = {"type": "refusal", "refusal": "not this one"}
        message: Json = {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "status": "completed",
        }
        last: Json = {**message, "content": [refusal if what.kind == "refusal" else part]}
        if what.kind == "text" and self.mode(seen.body) == "tool":
            last = {
                "type": "function_call",
                "call_id": "call_1",
                "name": seen.schema,
                "arguments": text,
            }
        reason = {"truncated": "max_output_tokens", "filtered": "content_filter"}.get(what.kind)
        state = {
            "truncated": "incomplete",
            "filtered": "incomplete",
            "failed": "failed",
            "odd": "cancelled",
        }
        return {
            "id": "resp_fake",
            "object": "response",
            "created_at": 1,
            "model": seen.body["model"],
            "status": state.get(what.kind, "completed"),
            "parallel_tool_calls": False,
            "tool_choice": "none",
            "tools": [],
            "error": {"code": "server_error", "message": "it broke"}
            if what.kind == "failed"
            else None,
            "incomplete_details": {"reason": reason} if reason else None,
            "output": [
                {"id": "rs_1", "type": "reasoning", "summary": [], "content": None},
                {**message, "phase": "commentary", "content": [{**part, "text": "Let me see."}]},
                last,
            ],
            "usage": {
                "input_tokens": seen.tokens,
                "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
                "output_tokens": len(text) // 4 + 1,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": seen.tokens + len(text) // 4 + 1,
            },
        }

    def error(self, code: int, message: str, error_code: str) -> Json:
        return {
            "error": {
                "message": message,
                "type": "error",
                "param": None,
                "code": error_code or None,
            }
        }


class Chat(Responses):
    """openai.types.chat.ChatCompletion"""

    def mode(self, body: Json) -> str:
        return _kind(body, body.get("response_format", {}))

    def problem(self, body: Json) -> str:
        if not body.get("max_tokens") and not body.get("max_completion_tokens"):
            return "max_tokens is expected"
        match self.mode(body):
            case "json_schema":
                return _strictly(body["response_format"]["json_schema"], "schema")
            case "tool":
                return _strictly(body["tools"][0]["function"], "parameters")
        return ""

    def read(self, path: str, body: Json, headers: Mapping[str, str]) -> Seen:
        said = {message["role"]: message["content"] for message in body["messages"]}
        match self.mode(body):
            case "json_schema":
                name = body["response_format"]["json_schema"]["name"]
            case "tool":
                name = body["tools"][0]["function"]["name"]
            case _:
                name = _title(said["user"])
        return _seen(path, name, said["system"], said["user"], body, headers)

    def reply(self, seen: Seen, cached: int, what: Fault) -> Json:
        stops = {
            "truncated": "length",
            "filtered": "content_filter",
            "failed": "content_filter",
            "odd": "tool_calls",
        }
        text = _text(what)
        said: Json = (
            {"content": None, "refusal": "not this one"}
            if what.kind == "refusal"
            else {"content": text}
        )
        called = what.kind == "text" and self.mode(seen.body) == "tool"
        if called:
            function = {"name": seen.schema, "arguments": text}
            call = {"id": "call_1", "type": "function", "function": function}
            said = {"content": None, "tool_calls": [call]}
        return {
            "id": "chatcmpl-fake",
            "object": "chat.completion",
            "created": 1,
            "model": seen.body["model"],
            "choices": [
                {
                    "index": 0,
                    "finish_reason": stops.get(what.kind, "tool_calls" if called else "stop"),
                    "logprobs": None,
                    "message": {"role": "assistant", "refusal": None, **said},
                }
            ],
            "usage": {
                "prompt_tokens": seen.tokens,
                "completion_tokens": len(text) // 4 + 1,
                "total_tokens": seen.tokens + len(text) // 4 + 1,
                "prompt_tokens_details": {"cached_tokens": cached},
            },
        }


WIRES: dict[str, Wire] = {
    "/v1/messages": Messages(),
    "/v1/responses": Responses(),
    "/v1/chat/completions": Chat(),
}


def answered(answer: Json) -> Fault:
    """A right answer, for `Wire.reply`."""
    return Fault("text", text=json.dumps(answer))


def _seen(
    path: str, schema: str, system: str, user: str, body: Json, headers: Mapping[str, str]
) -> Seen:
    return Seen(
        path, schema, system, user, body, headers, (len(system) + len(user)) // 4, time.monotonic()
    )


def _text(what: Fault) -> str:
    return '{"verdict": "hol' if what.kind == "truncated" else what.text


def _kind(body: Json, form: Json) -> str:
    return "tool" if "tools" in body else str(form.get("type", "json_schema"))


def _strictly(form: Json, name: str) -> str:
    if not form["strict"]:
        return "strict is expected"
    return _loose(form[name], ("minLength", "maxLength", "default"))


def _loose(schema: Any, bounds: tuple[str, ...]) -> str:
    """What strict mode would not take in a schema, or nothing."""
    if not isinstance(schema, dict):
        return ""
    if schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            return f"{schema.get('title')}: additionalProperties must be false"
        if set(schema.get("required", ())) != set(schema["properties"]):
            return f"{schema.get('title')}: every property must be required"
    if found := [name for name in bounds if name in schema]:
        return f"{schema.get('title')}: {', '.join(found)} not permitted"
    inner = [
        *schema.get("properties", {}).values(),
        *schema.get("$defs", {}).values(),
        *schema.get("anyOf", ()),
    ]
    return next(filter(None, (_loose(one, bounds) for one in [*inner, schema.get("items")])), "")
