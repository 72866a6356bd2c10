"""The prompts: one Jinja template per model call, shipped as defaults, overridden by the
workspace's `prompts/`.

A template has two blocks: `system`, the fixed part, and `user`. Every piece of text that we did not
write goes through the filter `data`, which leaves no way out of a fence: no tag, no line break, no
control character.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import jinja2.nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from retest.data import defaults
from retest.errors import FileError
from retest.files.read import read_text
from retest.text.harmless import one_line

NAMES = ("plan", "triage", "extract", "entail", "judge", "synthesize", "essay")
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


FILTERS = ("default", "first", "join", "last", "length", "lower", "round", "trim", "upper")
"""Jinja's own filters that a template may use, beside `data`."""
LOOP = ("first", "index", "index0", "last", "length", "revindex")
"""What a template may ask of a loop."""
DEEPEST_LOOPS = 3
LONGEST_PROMPT = 400_000
"""Characters of a block; the longest real one has about 20,000."""


class Sandbox(ImmutableSandboxedEnvironment):
    """Renders templates of strangers: a workspace's prompts are data like its claims.

    A template sees the documented values, as plain texts, numbers, lists and mappings, and the
    filters above. It has no attributes, no calls, no globals, no other files, and no operator that
    makes much of little.
    """

    intercepted_binops = frozenset({"*", "**", "%"})

    def __init__(self) -> None:
        super().__init__(
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # prompts are not HTML; text of others goes through `data`
        )
        self.filters = {name: self.filters[name] for name in FILTERS} | {"data": data}
        self.globals = {}

    def getattr(self, obj: Any, attribute: str) -> Any:
        """`paper.id` is the value under that key; only a loop has something else."""
        if isinstance(obj, LoopContext) and attribute in LOOP:
            return getattr(obj, attribute)
        return self.getitem(obj, attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """A value of a mapping by its key, or of a list by its place."""
        if isinstance(obj, dict) and isinstance(argument, str) and argument in obj:
            return obj[argument]
        if isinstance(obj, list) and isinstance(argument, int) and argument < len(obj):
            return obj[argument]
        return self.undefined(obj=obj, name=str(argument)[:80])

    def is_safe_callable(self, obj: Any) -> bool:
        """Nothing is called."""
        del obj
        return False

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """No text is made long by an operator, and none is formatted by one."""
        del context, left, right
        raise jinja2.TemplateRuntimeError(f"the operator {operator} is not for templates")


def _check_loops(node: jinja2.nodes.Node, depth: int) -> None:
    """Raise TemplateSyntaxError for loops in loops in loops: they take time without end."""
    if isinstance(node, jinja2.nodes.For):
        depth += 1
        if depth > DEEPEST_LOOPS:
            found = f"loops that stand {depth} deep; at most {DEEPEST_LOOPS} may"
            raise jinja2.TemplateSyntaxError(found, node.lineno)
    for child in node.iter_child_nodes():
        _check_loops(child, depth)


def plain(value: object) -> object:
    """A value as a template sees it: texts, numbers, lists and mappings of such."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, BaseModel):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, Iterable):
        return [plain(item) for item in value]
    return str(value)


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
        context = self.template.new_context({name: plain(value) for name, value in values.items()})
        pieces: list[str] = []
        size = 0
        for piece in self.template.blocks[block](context):
            size += len(piece)
            if size > LONGEST_PROMPT:
                raise ValueError(f"the block {block} has more than {LONGEST_PROMPT:,} characters")
            pieces.append(piece)
        return "".join(pieces).strip() + "\n"


@lru_cache(maxsize=64)
def _template(source: str) -> jinja2.Template:
    """The template of a text. Remembered: it takes long to make beside what a quiet run takes, and
    evaluations open many runs. Raises as Jinja does."""
    environment = Sandbox()
    tree = environment.parse(source)
    _check_loops(tree, 0)
    return environment.from_string(tree)


def load_prompts(workspace: Path, folder: Path | None = None) -> dict[str, Prompt]:
    """The seven prompts by name: the workspace's `prompts/NAME.md` where there is one, else the
    bundled one. `folder` stands in for the workspace's `prompts/`."""
    prompts = {}
    for name in NAMES:
        own = (folder or workspace / "prompts") / f"{name}.md"
        is_own = own.exists() or own.is_symlink()
        path = own if is_own else defaults("prompts") / f"{name}.md"
        try:
            source = read_text(path, "a Jinja template")
            template = _template(source)
        except jinja2.TemplateSyntaxError as error:
            raise FileError(
                path, error.lineno, str(error.message), "a Jinja template", "see docs/prompts.md"
            ) from error
        except (SyntaxError, RecursionError, MemoryError) as error:
            found = f"a template that nests too deep ({type(error).__name__})"
            raise FileError(path, None, found, "a Jinja template", "see docs/prompts.md") from error
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
