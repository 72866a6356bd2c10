"""Provider `scripted`: answers from a file, for tests and for trying the pipeline without a model.

The file is a JSON array of rules, or one rule a line (JSONL). The first rule that fits a request
and is not spent answers it; a request that none fits fails.

    {"schema": "Judgment", "claim": "my-claim", "contains": "2506.01234", "ask": 2, "times": 1,
    "answer": {...}}

`schema` is the name of the schema asked for. Optional, to narrow it: `claim`, `contains` (a piece
of the user text), `ask` (1, or 2 for the second question about a flip), `times` (how often the rule
answers; without it, as often as asked). Exactly one of: `answer` (JSON), `text` (an answer word for
word, be it prose or half a JSON), `error`:

    {"kind": "transient", "retry_after": 2}     or kind: refusal, cut-off, key-rejected
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, Literal, NoReturn, Self

from pydantic import Field, ValidationError, model_validator

from retest.domain import Frozen
from retest.errors import FileError, KeyRejected, ModelFailed
from retest.llm.failures import Service, cut_off, refused
from retest.llm.model import Model, Reply, Request, Usage
from retest.retry import Transient

_SCRIPT = Service("The script", "", "", "")
_EXPECTED = "a JSON array of rules, or one rule a line"


class _Error(Frozen):
    kind: Literal["transient", "refusal", "cut-off", "key-rejected"]
    retry_after: float | None = None


class _Rule(Frozen):
    schema_: str = Field(alias="schema")
    claim: str | None = None
    contains: str = ""
    ask: Literal[1, 2] | None = None
    times: int | None = Field(default=None, ge=1)
    answer: dict[str, Any] | None = None
    text: str | None = None
    error: _Error | None = None

    @model_validator(mode="after")
    def _one_outcome(self) -> Self:
        if sum(outcome is not None for outcome in (self.answer, self.text, self.error)) != 1:
            raise ValueError("a rule has exactly one of answer, text and error")
        return self

    def fits(self, request: Request) -> bool:
        return (
            self.schema_ == request.schema.__name__
            and self.claim in (None, request.facts.claim)
            and self.ask in (None, request.ask)
            and self.contains in request.user
        )


class ScriptedModel(Model):
    """Answers from `path`. Raises FileError for a file that is not a script.

    Its name holds a hash of the file: answers kept from another script never pass for this one's.
    """

    provider = "scripted"

    def __init__(self, path: Path) -> None:
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(path, None, str(error), _EXPECTED) from error
        self.name = f"{path.name}@{hashlib.sha256(text.encode()).hexdigest()[:8]}"
        self._rules = _rules(path, text)
        self._used = [0] * len(self._rules)

    async def complete(self, request: Request) -> Reply:
        """The outcome of the first rule that fits. Tokens are counted as four characters each."""
        for index, rule in enumerate(self._rules):
            if (rule.times is None or self._used[index] < rule.times) and rule.fits(request):
                self._used[index] += 1
                text = json.dumps(rule.answer) if rule.answer is not None else rule.text or ""
                usage = Usage(1, (len(request.system) + len(request.user)) // 4, 0, len(text) // 4)
                if rule.error:
                    self._fail(rule.error, request, usage)
                return Reply(text, usage)
        about = f"{request.schema.__name__} of claim {request.facts.claim!r}, ask {request.ask}"
        raise ModelFailed(
            f"{self.name}: no rule that is not spent fits {about}", "add a rule to the script"
        )

    def _fail(self, error: _Error, request: Request, usage: Usage) -> NoReturn:
        match error.kind:
            case "transient":
                raise Transient("the script is out of reach", error.retry_after)
            case "refusal":
                raise refused(_SCRIPT, self.name, "", usage)
            case "cut-off":
                raise cut_off(_SCRIPT, self.name, request.max_output_tokens, usage)
            case "key-rejected":
                raise KeyRejected("the script rejects the key")

    async def aclose(self) -> None:
        """Nothing is held open."""


def _rules(path: Path, text: str) -> list[_Rule]:
    """The rules in order. Raises FileError with the line, or the number of the rule in an array."""
    array = text.lstrip().startswith("[")
    pieces = (
        [(1, text)]
        if array
        else [(n, line) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    )
    rules: list[_Rule] = []
    for number, piece in pieces:
        try:
            parsed = json.loads(piece)
        except (ValueError, RecursionError) as error:
            line = number + getattr(error, "lineno", 1) - 1
            raise FileError(path, line, f"no JSON ({error})", _EXPECTED) from error
        for found in parsed if array else [parsed]:
            try:
                rules.append(_Rule.model_validate(found))
            except ValidationError as error:
                first = error.errors(include_url=False, include_input=False)[0]
                where = ".".join(str(part) for part in first["loc"])
                raise FileError(
                    path,
                    None if array else number,
                    f"rule {len(rules) + 1}{' at ' + where if where else ''}: {first['msg']}",
                    "a rule as the top of retest/llm/scripted.py describes it",
                ) from error
    return rules
