"""What is to be measured, from settings and from what `--compare` says of either side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from retest.errors import UsageError
from retest.evaluation.claims.gold import LINE
from retest.evaluation.claims.run import Setup
from retest.llm.budget import Budget, Prices
from retest.prompts import NAMES, load_prompts
from retest.run.job import Job
from retest.run.model_factory import open_model
from retest.run.source_factory import open_source_for_all
from retest.settings import SOURCES, Settings, chosen_model

KEYS = ("model", "verifier", "prompts", "source")
AS_IS = "as-is"
"""What `--compare` takes for the settings as they are."""


def setups(
    settings: Settings,
    environment: Mapping[str, str],
    today: date,
    as_of: date | None,
    budget: Budget,
    sides: Sequence[str] = (AS_IS,),
) -> list[Setup]:
    """The sides, opened; all stand on the same day: `as_of`, or today, or the day on which a source
    ends that ends before. Raises UsageError for all that can be known to be wrong before anything
    is paid for."""
    found = [_setup(settings, environment, today, budget, side) for side in sides]
    for setup in found:
        for spec in dict.fromkeys(setup.job.specs):
            # Looks for keys and files; nothing is asked.
            open_model(spec, setup.job.settings, environment, LINE, None)
            provider, _, name = spec.partition(":")
            budget.check(Prices(provider, name, today))
    day = as_of or min([today, *(setup.source.until for setup in found if setup.source.until)])
    return [replace(setup, job=replace(setup.job, as_of=day)) for setup in found]


def _setup(
    settings: Settings, environment: Mapping[str, str], today: date, budget: Budget, side: str
) -> Setup:
    said = _said(side)
    settings = replace(
        settings,
        model=said.get("model", settings.model),
        verifier=said.get("verifier", settings.verifier),
        source=said.get("source", settings.source),
    )
    if settings.source not in SOURCES:
        raise UsageError(
            f"unknown source {settings.source!r}", f"the sources are {', '.join(SOURCES)}"
        )
    prompts = load_prompts(
        settings.workspace, _folder(said["prompts"]) if "prompts" in said else None
    )
    job = Job(
        lines=(),
        settings=settings,
        environment=environment,
        today=today,
        as_of=today,
        model=chosen_model(settings, environment),
        verifier=settings.verifier,
        budget=budget,
    )
    return Setup(job, prompts, open_source_for_all(settings, environment, today))


def _said(side: str) -> dict[str, str]:
    """What one side names, as `key=value,key=value`."""
    if side == AS_IS:
        return {}
    said: dict[str, str] = {}
    for part in side.split(","):
        key, equals, value = part.partition("=")
        if key not in KEYS or not equals or not value or key in said:
            expected = (
                f"{AS_IS}, or {', '.join(f'{one}=...' for one in KEYS)}, each once, joined by "
                "commas"
            )
            raise UsageError(
                f"--compare has {part!r} in {side!r}",
                f"it takes {expected}; or two results that were saved as .json",
            )
        said[key] = value
    return said


def _folder(name: str) -> Path:
    folder = Path(name)
    if not any((folder / f"{prompt}.md").is_file() for prompt in NAMES):
        expected = f"a folder with at least one of {', '.join(f'{prompt}.md' for prompt in NAMES)}"
        raise UsageError(f"there is no prompt in {folder}", f"prompts= takes {expected}")
    return folder
