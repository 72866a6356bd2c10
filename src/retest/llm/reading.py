"""What is read of a reply: its text, its usage, and where in the text the answer stands.

One rule says where the answer stands, for every provider and for the files of `manual`:

1. A text that is JSON is the answer.
2. Else what stands before the first `</think>` is the model's reasoning, and is left out.
3. Else, if exactly one fenced code block stands in the rest, its content is the answer.

The answer is then read as it stands: nothing in it is mended. A text without such a place is handed
on as it is, and does not validate.
"""

from __future__ import annotations

import json

from retest.llm.model import Usage

LONGEST_ANSWER = 200_000
"""Characters of a text that is looked through for a fenced block. The longest answer that a request
asks for is a few thousand tokens."""
MOST_TOKENS = 1_000_000_000
"""More than any call uses: what is above it is no count."""
TEXTS = (None, "text", "output_text")
"""Types of the parts of an answer that are its text, as services name them."""
_END = "</think>"


def answer_in(text: str) -> str:
    """The answer in a model's text, or the text where there is no such place."""
    found, _ = looked_for(text)
    return text if found is None else found


def looked_for(text: str) -> tuple[str | None, int]:
    """The answer in a model's text, and how many fenced blocks were looked at. None where the text
    is no JSON and has not exactly one block."""
    whole = text.strip().removeprefix("\ufeff")
    if _is_json(whole):
        return whole, 0
    rest = whole.partition(_END)[2].strip() if _END in whole else whole
    if rest is not whole and _is_json(rest):
        return rest, 0
    blocks = _fenced(rest) if len(rest) <= LONGEST_ANSWER else []
    return (blocks[0] if len(blocks) == 1 else None), len(blocks)


def _fenced(text: str) -> list[str]:
    if "```" not in text and "~~~" not in text:
        return []
    from markdown_it import MarkdownIt  # slow to load, and most answers are JSON

    parser = MarkdownIt("commonmark").disable("inline")
    return [token.content for token in parser.parse(text) if token.type == "fence"]


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def usage_of(sent: int | None, output: int | None, *, cached: int = 0, written: int = 0) -> Usage:
    """What one call used, as its service counts it. Where what was sent or what came back is not
    told, the call is uncounted, and what is told stands; that a prompt had no token tells nothing.
    """
    return Usage(1, sent or 0, cached, output or 0, written, int(not sent or output is None))


def texts(content: object) -> str:
    """What is text of a message's content: a text, or parts of which those of text are joined.
    Reasoning is none."""
    if isinstance(content, str):
        return content
    found: list[str] = []
    for part in content if isinstance(content, list) else ():
        text = part.get("text") if isinstance(part, dict) else part
        if isinstance(text, str) and (part is text or part.get("type") in TEXTS):
            found.append(text)
    return "".join(found)


def count(said: object, *path: str) -> int | None:
    """The whole number at a path of what a service said; None where there is anything else."""
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return said if type(said) is int and 0 <= said <= MOST_TOKENS else None
