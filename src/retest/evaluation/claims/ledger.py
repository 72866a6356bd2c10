"""What a claim's answers cost when they were asked for. An evaluation that is made again asks for
nothing, and still says what it took: else its files would differ from those of the first time."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from pydantic import ValidationError

from retest.evaluation.claims.result import Cost
from retest.llm.model import Usage

if TYPE_CHECKING:
    from retest.cache import AnswerCache  # it loads diskcache


class Ledger:
    """Sums by all that a claim's answers depend on, kept in the state folder. What is read from
    there is checked."""

    def __init__(self, kept: AnswerCache) -> None:
        self._kept = kept

    def add(self, about: Sequence[str], usage: Usage, usd: Decimal | None) -> Cost:
        """Add what was just paid to what was paid before; the sum."""
        key = hashlib.sha256(json.dumps(list(about)).encode()).hexdigest()
        before = self._read(key)
        if not usage.calls:
            return before
        known = None if usd is None or before.usd is None else Decimal(before.usd) + usd
        spent = Cost(
            calls=before.calls + usage.calls,
            input=before.input + usage.input,
            cached=before.cached + usage.cached,
            output=before.output + usage.output,
            usd=None if known is None else f"{known.normalize():f}",
        )
        self._kept.put(key, spent.model_dump_json())
        return spent

    def _read(self, key: str) -> Cost:
        text = self._kept.get(key)
        try:
            spent = Cost.model_validate_json(text) if text is not None else Cost()
            Decimal(spent.usd or 0)
        except (ValidationError, ArithmeticError):
            return Cost()
        return spent
