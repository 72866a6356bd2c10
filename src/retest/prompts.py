"""The prompts: one Jinja template per model call, shipped as defaults, overridden by the
workspace's `prompts/`.

A template has two blocks: `system`, the fixed part, and `user`. Every piece of text that we did not
write goes through the filter `data`, which leaves no way out of a fence: no tag, no line break, no
control character.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jinja2

from retest.data import defaults
from retest.errors import FileError
from retest.text.harmless import one_line

NAMES = ("plan", "extract", "entail", "judge", "synthesize")
LONGEST_FIELD = 6000
_OPENING = re.compile("[<\ufe64\uff1c][ <\ufe64\uff1c]*")
"""Runs of `<`, and of the two characters that become one in Unicode's compatibility form, which
some tokenizers use."""


def data(text: object) -> str:
    """Text of others as one line of data: white space folded, invisible characters dropped, and `<`
    written out where it could begin a tag. `p < 0.05` stays as it is. A sign that would begin a
    heading or a code block in the prompt files of `--model manual` is escaped."""
    line = _OPENING.sub(_written_out, one_line(str(text))[:LONGEST_FIELD])
    return f"\\{line}" if line.startswith(("#", "`", "~")) else line


def _written_out(signs: re.Match[str]) -> str:
    following = signs.string[signs.end() : signs.end() + 1]
    if following.isdecimal() or following in tuple("=.~-"):
        return signs[0]
    return re.sub(r"\S", "&lt;", signs[0])


@dataclass(frozen=True, slots=True)
class Prompt:
    """One template: `hash` is the first 12 hex digits of its SHA-256, part of every cache key and
    of the report."""

    name: str
    hash: str
    template: jinja2.Template

    def render(self, values: Mapping[str, Any]) -> tuple[str, str]:
        """The system text and the user text. Raises FileError when the template names a value that
        there is not."""
        try:
            return self._block("system", values), self._block("user", values)
        except Exception as error:
            hint = "the bundled prompts show the values that each call offers"
            said = f"{type(error).__name__}: {error}"
            raise FileError(
                f"prompts/{self.name}.md", None, one_line(said), "a template that renders", hint
            ) from error

    def _block(self, block: str, values: Mapping[str, Any]) -> str:
        context = self.template.new_context(dict(values))
        return "".join(self.template.blocks[block](context)).strip() + "\n"


def load_prompts(workspace: Path, folder: Path | None = None) -> dict[str, Prompt]:
    """The five prompts by name: the workspace's `prompts/NAME.md` where there is one, else the
    bundled one. `folder` stands in for the workspace's `prompts/`."""
    environment = jinja2.Environment(
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,  # noqa: S701 - prompts are not HTML; text of others goes through the filter `data`
    )
    environment.filters["data"] = data
    prompts = {}
    for name in NAMES:
        own = (folder or workspace / "prompts") / f"{name}.md"
        path = own if own.is_file() else defaults("prompts") / f"{name}.md"
        try:
            source = path.read_text(encoding="utf-8")
            template = environment.from_string(source)
        except jinja2.TemplateSyntaxError as error:
            raise FileError(
                path, error.lineno, str(error.message), "a Jinja template", "see docs/prompts.md"
            ) from error
        except UnicodeDecodeError as error:
            raise FileError(
                path, None, f"a byte that is not UTF-8 ({error.reason})", "UTF-8 text"
            ) from error
        if missing := {"system", "user"} - template.blocks.keys():
            raise FileError(
                path,
                None,
                f"no block {min(missing)}",
                "the blocks system and user",
                "see docs/prompts.md",
            )
        prompts[name] = Prompt(name, hashlib.sha256(source.encode()).hexdigest()[:12], template)
    return prompts
