"""The book of a workspace's batches: what was asked, what came back, and what that means for the
question."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

from retest.domain.answers import Entailment, Extraction, Judgment, Triage
from retest.errors import ModelFailed
from retest.llm.batch.service import Ended, Result
from retest.llm.batch.state import Asked, Failed, Invalid, Sent, Untold, read_state, write_state
from retest.llm.budget import Prices
from retest.llm.failures import Unusable, shown
from retest.llm.model import Reply
from retest.llm.parts import parts_of
from retest.llm.reading import answer_in
from retest.retry import Transient

if TYPE_CHECKING:
    from retest.cache import AnswerCache

SCHEMAS: dict[str, type[BaseModel]] = {
    "Triage": Triage,
    "Extraction": Extraction,
    "Entailment": Entailment,
    "Judgment": Judgment,
}
TRIES = 3
"""How many times a question may come back without an answer before that is its claim's failure, for
the day."""
MISREAD = 3
"""How many times results that are missing or no JSON are waited for: they are paid for, and the
service still has them. After that the questions are asked again."""
FORGOTTEN = timedelta(days=30)
"""When no service has results any more: Anthropic keeps them for 29 days, OpenAI its files for 30.
"""
AGAIN = "run again: the question is asked again"


class Book:
    """The state, and every change of it on the disk at once. Raises FileError where the file is not
    ours."""

    def __init__(self, home: Path, cache: AnswerCache, today: date) -> None:
        self._home, self._cache, self._today = home, cache, today
        self.state = read_state(home)
        self._index()

    def save(self) -> None:
        """Write it, after `state` was changed."""
        write_state(self._home, self.state)
        self._index()

    def _index(self) -> None:
        every = [asked for sent in self.state.sent for asked in sent.asked.values()]
        # What a run with --full asked is under way for the others too: its answers are kept for
        # them.
        self.keys = {key for asked in every for key in (asked.key, *asked.keys)}
        self.parts = {key for asked in every for keys in asked.parts.values() for key in keys}

    @property
    def ids(self) -> set[str]:
        return {sent.id for sent in self.state.sent if sent.id is not None}

    def drop(self, sent: Sent) -> None:
        """There is no such batch: its questions are free."""
        self.state.sent.remove(sent)
        self.save()

    def forget(self) -> list[Sent]:
        """Leave out what is too old to be of use. Gives back the batches among it."""
        oldest, state = self._today - FORGOTTEN, self.state
        gone = [sent for sent in state.sent if sent.day < oldest]
        state.sent = [sent for sent in state.sent if sent.day >= oldest]
        state.failed = {key: one for key, one in state.failed.items() if one.day >= oldest}
        state.invalid = {key: one for key, one in state.invalid.items() if one.day >= oldest}
        if gone:
            self.save()
        return gone

    def failed_today(self, key: str) -> ModelFailed | None:
        """How a question failed for the day, if it did."""
        failed = self.state.failed.get(key)
        return (
            ModelFailed(failed.said, failed.hint)
            if failed and failed.final and failed.day == self._today
            else None
        )

    def gave_up(self, keys: Sequence[str], error: ModelFailed) -> None:
        """None of the answers to a question, asked under these keys in turn, was valid: its failure
        for the day."""
        if any(key in self.state.invalid for key in keys):
            for key in keys:
                self.state.invalid.pop(key, None)
            self.state.failed[keys[0]] = Failed(
                said=error.message, hint=error.hint, day=self._today, times=TRIES, final=True
            )
            self.save()

    def unlogged(self, line: str) -> list[tuple[Untold, Prices]]:
        """What answers about a line used that no log has yet."""
        found = [one for one in self.state.untold if one.line == line]
        return [(one, Prices(one.provider, one.model, self._today, batch=True)) for one in found]

    def logged(self, line: str) -> None:
        """The line's log has it now."""
        kept = [one for one in self.state.untold if one.line != line]
        if kept != self.state.untold:
            self.state.untold = kept
            self.save()

    def take(self, sent: Sent, ended: Ended) -> int:
        """Keep what a batch brought; how many of its results are still waited for. Saved once, at
        the end: a run that dies before takes it up again."""
        for custom_id, result in ended.results.items():
            self._took(sent, sent.asked[custom_id], result)
        lacking = {name: asked for name, asked in sent.asked.items() if name not in ended.results}
        sent.misread += 1
        waits = bool(lacking) and ended.whole and sent.misread < MISREAD
        if waits:
            sent.asked = lacking
        else:
            for asked in lacking.values():
                self._fail(asked, ended.lacking, AGAIN, final=False)
            self.state.sent.remove(sent)
        self.save()
        return len(lacking) if waits else 0

    def _took(self, sent: Sent, asked: Asked, result: Result) -> None:
        if isinstance(result, Reply | Unusable):
            failed = "" if isinstance(result, Reply) else shown(result.message)
            self.state.untold.append(
                Untold(
                    line=asked.line,
                    claim=asked.claim,
                    kind=asked.kind,
                    provider=sent.provider,
                    model=sent.model,
                    usage=result.usage,
                    failed=failed,
                )
            )
        if isinstance(result, Transient):
            self._fail(asked, str(result), AGAIN, final=False)
        elif isinstance(result, ModelFailed):
            self._fail(asked, result.message, result.hint, final=True)
        else:
            self._keep(asked, result.text)

    def _keep(self, asked: Asked, text: str) -> None:
        """A valid answer, and its parts if it speaks of every paper, go to where all answers are;
        an invalid one is shown to the model again."""
        self.state.failed.pop(asked.key, None)
        text = answer_in(text)
        try:
            answer = SCHEMAS[asked.kind].model_validate_json(text, strict=True)
        except ValidationError:
            self.state.invalid[asked.key] = Invalid(text=text, day=self._today)
            return
        for key in asked.keys:
            self._cache.put(key, text)
            self.state.invalid.pop(key, None)
        parts = parts_of(answer, list(asked.parts))
        if parts.keys() == asked.parts.keys():
            for name, part in parts.items():
                for key in asked.parts[name]:
                    self._cache.put(key, part)

    def _fail(self, asked: Asked, said: str, hint: str, *, final: bool) -> None:
        before = self.state.failed.get(asked.key)
        times = 1 if before is None or before.final else before.times + 1
        self.state.failed[asked.key] = Failed(
            said=shown(said), hint=hint, day=self._today, times=times, final=final or times >= TRIES
        )
