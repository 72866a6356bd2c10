"""linkml-reference-validator on the quote cases.

    python -m benchmarks.rivals.linkml_quotes --corpus FOLDER --mirror FOLDER

Each abstract is a local file, as the tool takes them (`file:PATH`), so that nothing is fetched.
`min_excerpt_length` is 21, which is our 25 characters without the four spaces between five words;
everything else is the tool's default.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import time
from pathlib import Path

from linkml_reference_validator.models import ReferenceValidationConfig  # type: ignore[import-not-found]  # not ours
from linkml_reference_validator.validation.supporting_text_validator import (  # type: ignore[import-not-found]  # not among our dependencies
    SupportingTextValidator,
)

from benchmarks.rivals import Known, cases, write


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("corpus", "mirror"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()
    logging.disable()
    known = Known(options.mirror)
    with tempfile.TemporaryDirectory() as scratch:
        config = ReferenceValidationConfig(
            cache_dir=Path(scratch) / "cache",
            reference_base_dir=Path(scratch),
            min_excerpt_length=21,
        )
        validator = SupportingTextValidator(config)
        found: dict[int, str] = {}
        began = time.perf_counter()
        for number, line, _ in cases(options.corpus):
            paper = known.paper(line.get("id", ""))
            if (
                "quote" not in line or "claim" in line or paper is None
            ):  # of claims the tool knows nothing
                continue
            name = f"{paper.id.replace('/', '-')}.txt"
            (Path(scratch) / name).write_text(paper.abstract, encoding="utf-8")
            result = validator.validate(line["quote"], f"file:{name}")
            found[number] = (
                "unverifiable"
                if result.unavailable
                else "grounded"
                if result.is_valid
                else "rejected"
            )
        print(f"{len(found)} quotes in {time.perf_counter() - began:.1f} s")
    write(options.corpus, "linkml", found)


if __name__ == "__main__":
    main()
