"""Provider `manual`: no key needed. Each request becomes a prompt file for any chat; a file answers
it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from retest.errors import FileError, Waiting
from retest.files.private import private_folder
from retest.files.read import read_bytes
from retest.files.replace import replace
from retest.llm.model import Model, Reply, Request
from retest.llm.reading import LONGEST_ANSWER, looked_for

SLUG = re.compile(r"[a-z0-9-]{1,80}")


class ManualModel(Model):
    """A person as a model. `folder` holds `<stem>.prompt.md` and, once written,
    `<stem>.answer.json` (or `.md`).

    The stem comes from what is asked alone, so a later run finds the answers that an earlier one
    waited for.
    """

    provider = "manual"
    name = "chat"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def complete(self, request: Request) -> Reply:
        """The answer, if it is there. Raises Waiting until then, and while the file holds something
        else."""
        stem = _stem(request)
        if answer := written_answer(self._folder, request):
            return Reply(answer)
        prompt = f"{stem}.prompt.md"
        private_folder(self._folder)
        replace(self._folder / prompt, _prompt(request, stem), mode=0o600)
        raise Waiting(
            f"{prompt} waits for its answer",
            f"give it to a chat or a colleague, save the answer beside it as {stem}.answer.json, "
            "and run again",
            awaits="person",
        )

    async def aclose(self) -> None:
        """Nothing is held open."""


def written_answer(folder: Path, request: Request) -> str | None:
    """What a person has answered, or None where nobody has yet. Raises Waiting as `complete`
    does."""
    stem = _stem(request)
    names = (f"{stem}.answer.json", f"{stem}.answer.md")
    return next((answer for name in names if (answer := _answer(folder / name))), None)


def _stem(request: Request) -> str:
    """A file name that no text of strangers can steer: slugs, the schema's name, a hash of all that
    is asked."""
    names = [request.facts.line, *([request.facts.claim] if request.facts.claim else [])]
    for name in names:
        if not SLUG.fullmatch(name):
            raise ValueError(f"{name!r} is not a slug of a claims file: no file is named after it")
    asked = [request.system, request.user, request.schema.model_json_schema(), request.ask]
    digest = hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()[:10]
    return "--".join([*names, f"{request.schema.__name__}-{digest}"])


def _answer(path: Path) -> str | None:
    """The JSON text in an answer file, as `reading` finds it, or None where there is none yet."""
    expected = (
        "expected: the JSON object alone, or a whole reply with exactly one fenced code block, "
        "which holds it"
    )
    if not os.path.lexists(path):
        return None
    try:
        text = read_bytes(path, "an answer", LONGEST_ANSWER).decode("utf-8-sig").strip()
    except FileError as error:
        raise Waiting(f"{path.name} cannot be read: {error.found}", expected) from error
    except UnicodeDecodeError as error:
        raise Waiting(f"{path.name} is not UTF-8 text", expected) from error
    answer, blocks = looked_for(text)
    if text and answer is None:
        raise Waiting(
            f"{path.name} holds {blocks} fenced code blocks and is no JSON itself", expected
        )
    return answer


def _prompt(request: Request, stem: str) -> str:
    schema = json.dumps(request.schema.model_json_schema(), indent=1)
    return (
        "Answer the request below with one JSON object that fits the schema at the end, in one "
        "fenced code block, and nothing else.\n"
        f"(Whoever saves the answer: as `{stem}.answer.json` beside this file. The whole reply "
        "may be saved.)\n\n"
        f"# Instructions\n\n{request.system.strip()}\n\n"
        f"# Request\n\n{request.user.strip()}\n\n"
        f"# JSON schema of the answer (`{request.schema.__name__}`)\n\n```json\n{schema}\n```\n"
    )
