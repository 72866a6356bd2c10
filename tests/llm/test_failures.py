"""What providers share: addresses, schemas."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from retest.domain.answers import QueryPlan
from retest.llm.failures import Service, checked_url, out_of_reach
from retest.llm.schema import strict_schema

SERVICE = Service("It", "IT_KEY", "IT_URL", "https://it.example/v1")


@pytest.mark.parametrize("given", [None, ""])
def test_an_empty_address_counts_as_none(given: str | None) -> None:
    assert checked_url(SERVICE, given) == "https://it.example/v1"


def test_a_password_in_an_address_is_not_shown() -> None:
    assert "secret" not in str(
        out_of_reach(SERVICE, "https://me:secret@it.example/v1", OSError("no route"))
    )


def test_bounds_are_said_in_words() -> None:
    plan = strict_schema(QueryPlan)
    assert plan["$defs"]["PlannedQuery"]["properties"]["all_of"]["items"] == {
        "type": "string",
        "description": "minLength 1, maxLength 120",
    }
    assert plan["properties"]["counter_statement"]["description"].endswith(
        "would word it (maxLength 2000)"
    )


def test_properties_named_like_keywords_stay() -> None:
    class Tricky(BaseModel):
        default: str = "x"
        minLength: int | None = None  # noqa: N815 - the point of the test

    strict = strict_schema(Tricky)
    assert {"default", "minLength"} == set(strict["properties"]) == set(strict["required"])
    assert "default" not in strict["properties"]["default"]
