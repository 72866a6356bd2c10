"""What a run may spend: checked before each call with its worst case, so that it is never overshot.

The worst case of a call is a token for every two bytes of what is sent, and as many tokens of
answer as were allowed. English prose has four to five bytes a token, formulas and other scripts
fewer, none so far fewer than two. Prices come from genai-prices, which the pydantic team keeps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal

from retest.errors import ModelFailed, UsageError
from retest.llm.model import Usage
from retest.llm.providers import provider_of

BYTES_A_TOKEN = 2
BEYOND = 200
"""Tokens that services add to what is sent: roles, and how a schema is wrapped."""
OVER = "the budget of this run is used up"
"""How the error of a call that was not made begins."""
HINT = (
    "what was not reached comes first in the next run: raise the limit, or leave it to the next "
    "night"
)


class OutOfBudget(ModelFailed):
    """A call that might have cost more than is left: it was not made."""


@dataclass(frozen=True, slots=True)
class Prices:
    """What the calls of one model cost on a day, in US dollars; None where no price is known.

    In a batch both services take half, of tokens read from a cache and written into it too: "50% of
    the standard rates", caching multipliers "stack" (platform.claude.com, About Claude, Pricing,
    Batch processing), and the column "Batch" of developers.openai.com/api/docs/pricing.
    genai-prices has the same, but not for every model.
    """

    provider: str
    model: str
    day: date
    batch: bool = False

    def of(self, usage: Usage) -> Decimal | None:
        """The price of some usage; cached tokens are a part of the input, as services count them.
        Of calls that are uncounted it is that of the tokens that were told, and None where no token
        was."""
        if provider_of(self.provider).is_free:
            return Decimal(0)
        if usage.uncounted and not (usage.input or usage.output):
            return None
        from genai_prices import Usage as Priced
        from genai_prices import calc_price

        usage = _sound(usage)
        counted = Priced(
            input_tokens=usage.input,
            cache_read_tokens=usage.cached,
            cache_write_tokens=usage.written,
            output_tokens=usage.output,
        )
        try:
            price = calc_price(
                counted,
                self.model,
                provider_id=self.provider,
                genai_request_timestamp=datetime.combine(self.day, time(12), UTC),
            )
        except LookupError:
            return None
        return price.total_price / 2 if self.batch else price.total_price


def _sound(usage: Usage) -> Usage:
    """What a service says that it counted, as it can be: nothing negative, and no more read from a
    cache and written into one than was sent. Servers that count otherwise must not cost an answer
    that is paid for."""
    sent, output = max(0, usage.input), max(0, usage.output)
    cached = min(max(0, usage.cached), sent)
    return Usage(usage.calls, sent, cached, output, min(max(0, usage.written), sent - cached))


class Budget:
    """The limits of one run, for all its models. None is no limit. Not for several threads."""

    def __init__(self, max_usd: Decimal | None = None, max_tokens: int | None = None) -> None:
        self.max_usd, self.max_tokens = max_usd, max_tokens
        self._usd, self._tokens = Decimal(0), 0  # spent and reserved

    def check(self, prices: Prices) -> None:
        """Raise UsageError where a limit in dollars cannot be kept, since the model has no
        price."""
        if self.max_usd is not None and prices.of(Usage(input=1000, output=1000)) is None:
            raise UsageError(
                f"no price is known of {prices.provider}:{prices.model}",
                "limit the run with --max-tokens instead",
            )

    def reserve(self, prices: Prices, sent: str, max_output_tokens: int) -> Usage:
        """Set aside the worst case of a call, and say what it is. Raises OutOfBudget where it does
        not fit."""
        most = len(sent.encode(errors="replace")) // BYTES_A_TOKEN + BEYOND
        worst = Usage(
            1, most, 0, max_output_tokens, most
        )  # what is written into a cache costs more than what is read
        usd, tokens = self._cost(prices, worst), worst.input + worst.output
        if self.max_usd is not None and self._usd + usd > self.max_usd:
            raise OutOfBudget(f"{OVER} (--max-usd {self.max_usd})", HINT)
        if self.max_tokens is not None and self._tokens + tokens > self.max_tokens:
            raise OutOfBudget(f"{OVER} (--max-tokens {self.max_tokens})", HINT)
        self._usd, self._tokens = self._usd + usd, self._tokens + tokens
        return worst

    def settle(self, prices: Prices, worst: Usage, used: Usage) -> None:
        """Put what was really used in the place of what was set aside. The worst case stays where
        the service did not say what was used."""
        if used.uncounted:
            return
        used = _sound(used)
        self._usd += self._cost(prices, used) - self._cost(prices, worst)
        self._tokens += used.input + used.output - worst.input - worst.output

    def _cost(self, prices: Prices, usage: Usage) -> Decimal:
        """In dollars, if they are limited; `check` has seen to it that there is a price then."""
        return (prices.of(usage) or Decimal(0)) if self.max_usd is not None else Decimal(0)
