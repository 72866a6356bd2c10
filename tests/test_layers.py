"""The list of folders in docs/design.md is the import contract that CI checks, and the folders are
there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "retest"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
    "importlinter"
]["contracts"]
LAYERS: list[str] = next(one for one in CONTRACTS if one["type"] == "layers")["layers"]
RANK = {name: at for at, layer in enumerate(LAYERS) for name in layer.split(" | ")}
DESIGN = (ROOT / "docs" / "design.md").read_text(encoding="utf-8").partition("## The folders")[2]
FOLDERS = re.findall(r"^([a-z]+)/ ", DESIGN, re.MULTILINE)
FILES = re.findall(r"\b([a-z]+)\.py\b", DESIGN.partition("Beside them")[2].partition("\n\n")[0])


def test_the_folders_of_the_design_stand_in_the_order_of_the_contracts_layers() -> None:
    ranks = [RANK[name] for name in FOLDERS]
    assert ranks == sorted(ranks)


def test_the_design_names_every_folder_and_file_that_there_is_and_no_other() -> None:
    there = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").is_file()}
    beside = {path.stem for path in SOURCE.glob("*.py")} - {"__init__", "__main__"}
    assert (set(FOLDERS), set(FILES)) == (there, beside)
    assert len(FOLDERS) == len(there)


def test_the_contract_has_no_exceptions() -> None:
    assert all("ignore_imports" not in one for one in CONTRACTS)
    assert {one["type"] for one in CONTRACTS} == {"layers", "acyclic_siblings"}
