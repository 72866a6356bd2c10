"""What a run used, by claim and model, and what that cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from retest.llm.ask import Call
from retest.llm.budget import Prices
from retest.llm.model import Usage


@dataclass(slots=True)
class Spent:
    """What was used for each claim and with which model; calls about the whole line count under "".
    Prices are looked up at the end: their library takes a quarter of a second to load, and no call
    waits for it."""

    used: dict[tuple[str, Prices], Usage] = field(default_factory=dict)

    def add(self, call: Call, prices: Prices) -> None:
        if call.usage.calls:
            key = (call.claim, prices)
            self.used[key] = self.used.get(key, Usage()) + call.usage

    @property
    def usage(self) -> Usage:
        return sum(self.used.values(), Usage())

    def by_claim(self) -> dict[str, Usage]:
        found: dict[str, Usage] = {}
        for (claim, _), usage in self.used.items():
            found[claim] = found.get(claim, Usage()) + usage
        return found

    def usd(self, claim: str | None = None) -> Decimal | None:
        """What a claim cost, or all of them; None where a price is not known."""
        costs = [
            prices.of(usage) for (of, prices), usage in self.used.items() if claim in (None, of)
        ]
        return (
            None if None in costs else sum((cost for cost in costs if cost is not None), Decimal(0))
        )


def shown(usd: Decimal | None) -> float | None:
    """An amount for logs: six places, a thousandth of a cent."""
    return None if usd is None else round(float(usd), 6)
