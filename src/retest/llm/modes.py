"""How a server is told the form of the answer, where it does not take every way of it.

    json_schema   the schema as the service's own field for it, which it then keeps to
    tool          the schema as that of a function which must be called
    json_object   any JSON object, and the schema stands in the prompt

The first way that a server takes is kept for the run. A request that is refused because of the form
is billed by nobody.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Literal

from retest.llm.failures import LACKS, Refused, Unusable
from retest.llm.model import Reply, Request

Mode = Literal["json_schema", "tool", "json_object"]
MODES: tuple[Mode, ...] = ("json_schema", "tool", "json_object")
NAMES = {"tool": "a tool", "json_object": "the schema in the prompt"}


@dataclass(slots=True)
class Habits:
    """What was learned of one server and model in a run: the mode that it takes, whether an answer
    has come in it, and under which name it takes the limit of an answer's tokens."""

    mode: Mode = MODES[0]
    sure: bool = False
    limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    untold: str = ""
    """What the next reply says of it."""

    async def ask(self, who: str, call: Callable[[Mode], Awaitable[Reply]]) -> Reply:
        """The reply in the first mode from the present one on that the server takes. Raises the
        first refusal where it takes none, or refuses in a mode that it is known to take."""
        refusal: Refused | None = None
        for mode in (self.mode,) if self.sure else MODES[MODES.index(self.mode) :]:
            try:
                reply = await call(mode)
            except Refused as error:
                if self.sure or error.status not in LACKS:
                    raise
                refusal = refusal or error
                continue
            except Unusable:
                self._takes(who, mode)
                raise
            self._takes(who, mode)
            note, self.untold = self.untold, ""
            return replace(reply, note=note)
        assert refusal is not None  # noqa: S101 - the last mode was either answered or refused
        raise refusal

    def _takes(self, who: str, mode: Mode) -> None:
        if not self.sure and mode != self.mode:
            self.untold = f"{who} takes no JSON schema: it is asked with {NAMES[mode]} instead"
            self.mode = mode
        self.sure = True


def with_schema(request: Request) -> str:
    """The user text with the schema at its end, for a server that is told of it in no other way."""
    schema = json.dumps(request.schema.model_json_schema(), separators=(",", ":"))
    return (
        f"{request.user.rstrip()}\n\n"
        "Answer with one JSON object that fits this JSON schema, and with nothing else:\n"
        f"{schema}\n"
    )
