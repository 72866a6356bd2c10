"""Which share of the prompt tokens of a run a service could read from its cache of prefixes.

    pip install bpe-openai && python -m benchmarks.prompt_cache --mirror WORKSPACE/.retest/mirror
    [--claims 10]

The bundled line's first claims run against the loopback model of benchmarks.steady, which notes
every prompt in the order of arrival: the answer's schema, the system text, the user text. A prefix
counts as cached if an earlier prompt began with the same tokens (o200k_base). Counted three ways:
with no least length; as OpenAI documents its cache (at least 1,024 tokens, in steps of 128); and as
Anthropic documents its own (the part before the breakpoint, which is the end of the system text, if
it has at least 1,024 tokens; 4,096 with some models).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from datetime import date
from itertools import takewhile
from pathlib import Path

import bpe_openai

from benchmarks import steady
from benchmarks.loopback import Asked, loopback, measured
from retest.data import defaults
from retest.domain import answers
from retest.lines.load import load_line
from retest.settings import Settings

LEAST, STEP = 1024, 128


def tokens(asked: Asked, encoding: bpe_openai.Tokenizer) -> tuple[list[int], int]:
    """A prompt's tokens, and how many of them are before the breakpoint."""
    schema = json.dumps(getattr(answers, asked.schema).model_json_schema())
    fixed = encoding.encode(schema) + encoding.encode(asked.system)
    return fixed + encoding.encode(asked.user), len(fixed)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--mirror", type=Path, required=True)
    parser.add_argument("--claims", type=int, default=10)
    given = parser.parse_args()
    line = load_line(defaults("claims") / "scale-anticipation.yaml")
    line = line.model_copy(update={"claims": line.claims[: given.claims]})
    with (
        tempfile.TemporaryDirectory() as scratch,
        loopback(0.0, temperament=steady.answer) as model,
    ):
        settings = Settings(workspace=Path(scratch), source="mirror")
        (settings.path("home")).mkdir()
        (settings.path("home") / "mirror").symlink_to(given.mirror.resolve())
        measured(line, settings, date(2026, 8, 20), model)
        asked = model.asked()
    encoding = bpe_openai.get_encoding("o200k_base")
    seen: list[list[int]] = []
    total: Counter[str] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    calls, fixed = Counter(one.schema for one in asked), dict[str, int]()
    for one in asked:
        prompt, at = tokens(one, encoding)
        fixed[one.schema] = at
        longest = max((_common(prompt, other) for other in seen), default=0)
        seen.append(prompt)
        total[one.schema] += len(prompt)
        shared["any length", one.schema] += longest
        shared["OpenAI", one.schema] += longest // STEP * STEP if longest >= LEAST else 0
        shared["Anthropic", one.schema] += at if longest >= at >= LEAST else 0
    print("| call | calls | fixed part | prompt tokens | any length | OpenAI | Anthropic |")
    print("|---|---|---|---|---|---|---|")
    for schema in [*calls, ""]:
        names = [schema] if schema else list(calls)
        whole = sum(total[name] for name in names)
        shares = [
            sum(shared[rule, n] for n in names) / whole
            for rule in ("any length", "OpenAI", "Anthropic")
        ]
        print(
            f"| {schema or 'all'} | {sum(calls[n] for n in names)} | {fixed.get(schema, '')} | "
            f"{whole:,} | {' | '.join(f'{share:.0%}' for share in shares)} |"
        )


def _common(one: list[int], other: list[int]) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


if __name__ == "__main__":
    main()
