"""What `--out` writes: the record as JSON, and the Markdown and charts drawn from it. Each file
whole or not at all."""

from __future__ import annotations

from pathlib import Path

from retest.domain import Frozen
from retest.errors import UsageError
from retest.evaluation.claims.charts import charts
from retest.evaluation.claims.compare import Comparison
from retest.evaluation.claims.markdown import compared, markdown
from retest.evaluation.claims.result import Result
from retest.files.replace import replace
from retest.text.harmless import escaped


def write_result(folder: Path, result: Result) -> list[Path]:
    """eval.md, the charts, and last eval.json; the paths of those whose bytes changed."""
    return written(
        folder, {"eval.md": markdown(result), **charts(result), "eval.json": as_json(result)}
    )


def write_comparison(folder: Path, comparison: Comparison) -> list[Path]:
    """compare.md and compare.json; the paths of those whose bytes changed."""
    return written(
        folder, {"compare.md": compared(comparison), "compare.json": as_json(comparison)}
    )


def as_json(record: Frozen) -> str:
    """A record as a file and as `--json` has it."""
    return escaped(record.model_dump_json(indent=2)) + "\n"


def check_folder(folder: Path) -> None:
    """Raise UsageError now rather than after everything is paid for. Makes nothing."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", "name a folder with --out")


def written(folder: Path, files: dict[str, str]) -> list[Path]:
    """Write files by name; the paths of those whose bytes changed."""
    folder.mkdir(parents=True, exist_ok=True)
    return [path for name, text in files.items() if replace(path := folder / name, text)]
