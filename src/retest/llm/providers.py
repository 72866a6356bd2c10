"""The providers of models, and their traits: one table, which all that treats one provider in
another way than another asks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from retest.errors import UsageError


@dataclass(frozen=True, slots=True)
class Provider:
    """Who answers."""

    name: str
    key: str = ""
    """The environment variable with its key."""
    needs_key: bool = False
    url: str = ""
    """The environment variable that moves its endpoint."""
    address: str = ""
    """Its endpoint unless that variable says another."""
    default: str = ""
    """The model that is asked where none is named and the key is set."""
    has_models: bool = True
    """Whether it is PROVIDER:NAME. Others are named by the provider alone."""
    is_service: bool = False
    """Whether it is asked over the network. Its SDK is slow to load."""
    has_batches: bool = False
    """Whether the service has a batch API, and answers may come from an earlier run's batch."""
    is_free: bool = False
    """Whether nobody is paid for its answers."""
    waits_for_people: bool = False
    """Whether a person answers, some time after the run."""
    is_annotated: bool = False
    """Whether it answers from the annotated library of the line, in which nothing that is read
    costs anything: all that is found is read."""
    is_remembered: bool = True
    """Whether its answers are kept in the cache. They are not where they lie on this machine
    already: a kept one would only be stale."""

    @property
    def may_pass(self) -> bool:
        """Whether a call without an answer is as it should be, and no failure: a person has not
        answered yet, or an annotated library plans no searches."""
        return self.waits_for_people or self.is_annotated


PROVIDERS = {
    one.name: one
    for one in (
        Provider(
            "anthropic",
            key="ANTHROPIC_API_KEY",
            needs_key=True,
            url="ANTHROPIC_BASE_URL",
            address="https://api.anthropic.com",
            default="anthropic:claude-sonnet-5-5",
            is_service=True,
            has_batches=True,
        ),
        Provider(
            "openai",
            key="OPENAI_API_KEY",
            needs_key=True,
            url="OPENAI_BASE_URL",
            address="https://api.openai.com/v1",
            default="openai:gpt-6.1-terra",
            is_service=True,
            has_batches=True,
        ),
        Provider(
            "openai-chat",
            key="OPENAI_API_KEY",
            url="OPENAI_BASE_URL",
            address="https://api.openai.com/v1",
            is_service=True,
        ),
        Provider("manual", has_models=False, is_free=True, waits_for_people=True),
        Provider(
            "annotations", has_models=False, is_free=True, is_annotated=True, is_remembered=False
        ),
        Provider("scripted", is_free=True, is_remembered=False),
    )
}
"""By name, in the order in which people are told of them, and in which keys are looked for."""


def provider_of(spec: str) -> Provider:
    """The provider of a model, by its name alone or as PROVIDER:NAME. One that is not known has no
    traits: a record may name a provider of another version."""
    name = spec.partition(":")[0]
    return PROVIDERS.get(name) or Provider(name)


def waits_for_people(specs: Iterable[str]) -> bool:
    """Whether a person answers for any of these models."""
    return any(provider_of(spec).waits_for_people for spec in specs)


def parsed_model(spec: str) -> tuple[str, str]:
    """Provider and name of `PROVIDER:NAME`. Raises UsageError for another form."""
    provider, _, name = spec.partition(":")
    if provider not in PROVIDERS:
        raise UsageError(
            f"unknown provider in model {spec!r}",
            f"use PROVIDER:NAME with one of {', '.join(PROVIDERS)}",
        )
    if not name and PROVIDERS[provider].has_models:
        raise UsageError(f"model {spec!r} has no name", f"use {provider}:NAME")
    return provider, name
