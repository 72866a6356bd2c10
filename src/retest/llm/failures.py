"""How what goes wrong at a model's service becomes an error of ours: one table for every SDK, none
of them imported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from retest.errors import KeyRejected, ModelFailed, RunError, UsageError
from retest.llm.model import Usage
from retest.retry import BrokeOff, Transient, retry_after
from retest.text.harmless import one_line

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
MAY_PASS = frozenset({408, 409, 429})
"""Beside 5xx, the statuses that both SDKs take for worth another try (`_should_retry` in their
`_base_client.py`)."""


class Unusable(ModelFailed):
    """An answer that was paid for and cannot be used: refused, cut off, or stopped for another
    reason."""

    def __init__(self, message: str, hint: str, usage: Usage) -> None:
        super().__init__(message, hint)
        self.usage = usage


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
    try:
        parts = urlsplit(url)
        fit = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        fit = False  # half a bracket of an IPv6 address
    if not fit:
        raise UsageError(
            f"{shown(url)!r} is not the address of a server of {service.name}",
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
    seen = f"{service.name} answered {status} to {model}: {shown(said)}"
    if status == 402 or OUT_OF_CREDIT.intersection(filter(None, codes)):
        return RunError(
            seen,
            f"the account behind {service.key_variable} has no credit left: top it up and run "
            "again",
        )
    if status in (401, 403):
        return KeyRejected(
            seen, f"check {service.key_variable}, and that its account may use {model}"
        )
    if status == 404:
        return NotThere(
            seen, f"check the model's name in --model, and {service.url_variable} if it is set"
        )
    if status in MAY_PASS or status >= 500:
        return Transient(seen, retry_after(headers.get("retry-after")))
    return ModelFailed(seen, "the request was refused as it stands: another --model may take it")


def out_of_reach(service: Service, url: str, error: BaseException) -> BrokeOff:
    """The error to raise for a connection that failed, broke or timed out."""
    cause, host = (
        error.__cause__ or error,
        urlsplit(url).hostname,
    )  # never the whole address: it may hold a password
    return BrokeOff(
        f"{service.name} could not be reached at {host}: "
        f"{shown(str(cause)) or type(cause).__name__}"
    )


def read_body(service: Service, shape: type[Shape], body: bytes) -> Shape:
    """The parts of a reply that we use, validated: the SDKs build their objects without looking.

    Raises Transient for a body of another kind (a proxy's HTML page with status 200): nothing was
    answered.
    """
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise Transient(
            f"{service.name} sent something that is no reply ({shown(where)}: {first['msg']})"
        ) from error


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


def stopped(service: Service, model: str, reason: str, usage: Usage) -> Unusable:
    """An answer that ended for a reason that none of ours can have."""
    return Unusable(
        f"{service.name}: {model} stopped before it had answered ({shown(reason)})",
        "run again; if it happens again, use another model (--model)",
        usage,
    )
