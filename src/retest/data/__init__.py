"""What ships with the package: the default prompts, the first line, the annotated library."""

from __future__ import annotations

from pathlib import Path


def defaults(name: str) -> Path:
    """The folder of bundled `prompts`, `claims` or `library`.

    A wheel carries copies of the repository's `prompts/` and `claims/` beside this file; a checkout
    has them at its top.
    """
    here = Path(__file__).parent / name
    return here if here.is_dir() else Path(__file__).parents[3] / name
