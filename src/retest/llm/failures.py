"""How what goes wrong at a model's service becomes an error of ours: one table for every SDK, none
of them imported."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from retest.errors import KeyRejected, ModelFailed, RunError, UsageError
from retest.llm.model import Usage
from retest.llm.providers import PROVIDERS
from retest.masking import Mask, is_address, shown_url
from retest.retry import BrokeOff, Transient, retry_after
from retest.text.harmless import one_line
from retest.transport import BoundedClient, Bounds, Moved, told

Shape = TypeVar("Shape", bound=BaseModel)

OUT_OF_CREDIT = frozenset(
    {
        # OpenAI, in error.code of a 429:
        "insufficient_quota",
        "billing_hard_limit_reached",
        # Anthropic, in error.type and error.details.error_code:
        "billing_error",
        "contract_spend_limit_reached",
        "enforced_spend_limit_reached",
        "linked_organization_spend_limit_reached",
    }
)
"""What services say when waiting does not help: the account has no money left. A 429 otherwise
passes."""
_NO_CREDIT = re.compile(
    r"credit balance is too low|reached your specified (?:api )?usage limits?"
    r"|insufficient (?:credits?|balance|funds|quota)",
    re.IGNORECASE,
)
"""The same where a service has no code for it: Anthropic's is a plain `invalid_request_error` with
status 400, and only its text tells an empty account from a request that is wrong."""
STATUSES = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "insufficient_quota": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "rate_limit_exceeded": 429,
    "api_error": 500,
    "server_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}
"""The HTTP statuses of error types and codes, for errors that come without a status of their own
(platform.claude.com and developers.openai.com, API reference, Errors)."""
LACKS = frozenset({400, 415, 422, 501})
"""How servers answer a request that has something in it that they do not know."""
MAY_PASS = frozenset({408, 409, 429})
"""Beside 5xx, the statuses that both SDKs take for worth another try (`_should_retry` in their
`_base_client.py`)."""
TIMED_OUT = frozenset({408, 504, 524})
"""Statuses of one who did not wait for the answer (524 is Cloudflare's)."""


ANSWER, RESULTS = 8 << 20, 512 << 20
"""Bytes of one answer, which has some thousand tokens, and of a batch's results or a list of
batches."""


class Unusable(ModelFailed):
    """An answer that was paid for and cannot be used: refused, cut off, or stopped for another
    reason."""

    def __init__(self, message: str, hint: str, usage: Usage) -> None:
        super().__init__(message, hint)
        self.usage = usage


class Refused(ModelFailed):
    """A request that the service does not take as it stands. `status` is that of HTTP, and `said`
    what the service gave as its reason."""

    def __init__(self, message: str, hint: str, status: int, said: str) -> None:
        super().__init__(message, hint)
        self.status, self.said = status, said


class NotThere(RunError):
    """The service knows no such thing (404): a model, a batch, or the whole path."""


@dataclass(frozen=True, slots=True)
class Service:
    """How errors name a service, the variables that hold its key and address, and where it is
    unless they say so."""

    name: str
    key_variable: str
    url_variable: str
    url: str

    @classmethod
    def of(cls, name: str, provider: str) -> Service:
        """As the table of providers has it."""
        known = PROVIDERS[provider]
        return cls(name, known.key, known.url, known.address)


def bounded(timeout: float, mask: Mask | None, *, batches: bool = False) -> BoundedClient:
    """The client that an SDK is to ask through: `timeout` is for an answer as a whole."""
    longest, largest = (max(timeout, 600.0), RESULTS) if batches else (timeout, ANSWER)
    return BoundedClient(Bounds(timeout, longest, largest), mask or Mask())


def shown(text: str, limit: int = 300) -> str:
    """What a stranger said as an error may show it: on one line, at most `limit` characters."""
    line = one_line(text)
    return line if len(line) <= limit else line[: limit - 1] + "…"


def checked_key(service: Service, key: str) -> str:
    """The key without white space around it. Raises UsageError for what no HTTP header can
    carry."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable():
        raise UsageError(
            f"the {service.name} key is empty, or has characters that no key has",
            f"set {service.key_variable} to the key alone, as the service shows it",
        )
    return key


def checked_url(service: Service, given: str | None) -> str:
    """Where the service is: as given, or else its own address. Raises UsageError for what is no
    http(s) address.

    SDKs are always told, or they read the environment themselves and take an empty variable for an
    address.
    """
    url = given or service.url
    if not is_address(url):
        raise UsageError(
            f"{shown(shown_url(url))!r} is not the address of a server of {service.name}",
            f"{service.url_variable} looks like {service.url}",
        )
    return url


def from_status(
    *,
    service: Service,
    model: str,
    status: int,
    headers: Mapping[str, str],
    said: str,
    codes: tuple[str | None, ...],
) -> RunError | Transient:
    """The error to raise for an HTTP status of 400 or more, with what the service `said` and its
    error `codes`."""
    return _failure(
        f"{service.name} answered {status} to {model}: {shown(said)}",
        service=service,
        model=model,
        status=status,
        headers=headers,
        said=said,
        codes=codes,
    )


def _failure(
    seen: str,
    *,
    service: Service,
    model: str,
    status: int,
    headers: Mapping[str, str],
    said: str,
    codes: tuple[str | None, ...],
) -> RunError | Transient:
    no_credit = OUT_OF_CREDIT.intersection(filter(None, codes)) or _NO_CREDIT.search(said)
    if status == 402 or no_credit:
        return RunError(
            seen,
            f"the account behind {service.key_variable} has no credit left, or has reached a limit "
            "of its own: top it up, or raise the limit, and run again",
        )
    if status in (401, 403):
        return KeyRejected(
            seen, f"check {service.key_variable}, and that its account may use {model}"
        )
    if status == 404:
        return NotThere(
            seen, f"check the model's name in --model, and {service.url_variable} if it is set"
        )
    if status in TIMED_OUT:  # a proxy's: the model behind it may have gone on, and be billed
        return BrokeOff(seen, retry_after(headers.get("retry-after")))
    if status in MAY_PASS or (status >= 500 and status not in LACKS):
        return Transient(seen, retry_after(headers.get("retry-after")))
    return Refused(
        seen, "the request was refused as it stands: another --model may take it", status, said
    )


def out_of_reach(service: Service, url: str, error: BaseException) -> BrokeOff | RunError:
    """The error to raise for a connection that failed, broke or timed out, for an answer beyond its
    bounds, and for a redirect to another origin: no other call can succeed then."""
    cause = error if isinstance(error, Moved) else error.__cause__ or error
    if isinstance(cause, Moved):
        return RunError(
            f"{service.name}: {cause}; neither the key nor a question is sent there",
            f"set {service.url_variable} to the address that answers, if it is the right one",
        )
    host = urlsplit(url).hostname  # never the whole address: it may hold a password
    said = told(cause) if isinstance(cause, httpx2.RequestError) else type(cause).__name__
    return BrokeOff(f"{service.name} could not be reached at {host}: {shown(said)}")


def read_body(service: Service, model: str, shape: type[Shape], body: bytes) -> Shape:
    """The parts of a reply that we use, validated: the SDKs build their objects without looking.

    Raises what `from_status` would for an error that came with status 200, and BrokeOff for a body
    of another kind (a proxy's HTML page): whether a model has answered is not known then.
    """
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        told = error_in(service, model, body)
        if told is not None:
            raise told from error
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BrokeOff(
            f"{service.name} sent something that is no reply ({shown(where)}: {first['msg']})"
        ) from error


def error_in(service: Service, model: str, body: bytes) -> RunError | Transient | None:
    """The error to raise for a body that is an error object, as some servers send it with status
    200; None for any other body."""
    try:
        found = from_json(body)
    except ValueError:
        return None
    error = found.get("error") if isinstance(found, dict) else None
    return told_error(service, model, error) if error else None


def told_error(service: Service, model: str, error: Any) -> RunError | Transient:
    """The error to raise for an `error` in an answer: an object with a message and a code or type,
    or a text. One that says neither may pass."""
    told = error if isinstance(error, dict) else {"message": error}
    message, codes = told.get("message"), (told.get("code"), told.get("type"))
    said = message if isinstance(message, str) and message else "no reason given"
    words = tuple(code if isinstance(code, str) else None for code in codes)
    named = [STATUSES.get(word or "") for word in words]
    status = next(filter(None, [*map(_as_status, codes), *named]), 500)
    seen = f"{service.name} answered {model} with an error: {shown(said)}"
    return _failure(
        seen, service=service, model=model, status=status, headers={}, said=said, codes=words
    )


def _as_status(code: object) -> int | None:
    """A status of HTTP that says an error, as a number or in digits."""
    text = str(code) if isinstance(code, int | str) else ""
    return int(text) if re.fullmatch(r"[45]\d\d", text, re.ASCII) else None


def cut_off(service: Service, model: str, limit: int, usage: Usage) -> Unusable:
    """An answer that reached the limit of its length."""
    return Unusable(
        f"{service.name}: the answer of {model} was cut off at {limit} tokens",
        "run again; if it happens again, use a model that thinks or writes less (--model)",
        usage,
    )


def refused(service: Service, model: str, why: str, usage: Usage) -> Unusable:
    """An answer that the model or a filter of the service would not give."""
    return Unusable(
        f"{service.name}: {model} refused to answer{': ' + shown(why) if why else ''}",
        "another model may answer (--model); the claim stays undetermined",
        usage,
    )


def not_read(who: str, counted: int, words: int, usage: Usage) -> Unusable:
    """An answer to a question of which the server had read a part only."""
    return Unusable(
        f"{who} read only a part of the question: the server counted {counted:,} tokens of a text "
        f"of {words:,} words",
        "give the server a larger context and run again: for Ollama set "
        "OLLAMA_CONTEXT_LENGTH=16384 (or num_ctx in the Modelfile), for llama.cpp -c 16384, for "
        "vLLM --max-model-len 16384",
        usage,
    )


def stopped(service: Service, model: str, reason: str, usage: Usage) -> Unusable:
    """An answer that ended for a reason that none of ours can have."""
    return Unusable(
        f"{service.name}: {model} stopped before it had answered ({shown(reason)})",
        "run again; if it happens again, use another model (--model)",
        usage,
    )
