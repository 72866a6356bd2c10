"""JSON objects with a checksum of their own: a byte that flipped on the disk, or a number that was
changed by hand, is found out when they are read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

SUM = "sum"


class NotAsWrittenError(ValueError):
    """The checksum is another one."""


def summed(values: Mapping[str, Any]) -> str:
    """The object as JSON text, its checksum first."""
    return json.dumps({SUM: _sum_of(values), **values}, indent=1) + "\n"


def checked(text: bytes | str) -> dict[str, Any]:
    """The object without its checksum; one that has none was written by an older version. Raises
    ValueError for what is no object, and NotAsWrittenError."""
    try:
        values = json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    if not isinstance(values, dict):
        raise ValueError("no JSON object")
    noted = values.pop(SUM, None)
    if noted is not None and noted != _sum_of(values):
        raise NotAsWrittenError("its checksum is another one")
    return values


def _sum_of(values: Mapping[str, Any]) -> str:
    plain = json.dumps(values, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(plain.encode()).hexdigest()[:16]
