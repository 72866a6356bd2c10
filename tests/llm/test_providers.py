"""The table of providers: who is in it can be opened, and what it says of keys and batches is what
happens."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

import retest
from retest.errors import UsageError
from retest.llm.providers import PROVIDERS, Provider, parsed_model, provider_of
from retest.run.job import Job
from retest.run.model_factory import batches_for, open_model
from retest.run.source_factory import open_library
from retest.settings import Settings, chosen_model

LINE = "scale-anticipation"
SOURCE = Path(retest.__path__[0])
DAY = date(2026, 8, 21)
EVERY = list(PROVIDERS.values())
KEYS = {one.key: "a-key" for one in EVERY if one.key}


def named(provider: Provider) -> str:
    return f"{provider.name}:script.jsonl" if provider.has_models else provider.name


def job(spec: str, folder: Path, environment: Mapping[str, str]) -> Job:
    return Job(
        lines=(),
        settings=Settings(workspace=folder),
        environment=environment,
        today=DAY,
        as_of=DAY,
        model=spec,
        batch=True,
    )


@pytest.mark.parametrize("provider", EVERY, ids=lambda one: one.name)
def test_every_provider_opens_and_calls_itself_as_the_table_does(
    provider: Provider, tmp_path: Path
) -> None:
    (tmp_path / "script.jsonl").write_text("[]", encoding="utf-8")
    settings = Settings(workspace=tmp_path)
    library = open_library(LINE) if provider.is_annotated else None
    model = open_model(named(provider), settings, KEYS, LINE, library)
    assert model.provider == provider.name


@pytest.mark.parametrize("provider", [one for one in EVERY if one.needs_key], ids=lambda o: o.name)
def test_a_provider_that_needs_a_key_is_refused_without_it_before_anything_is_asked(
    provider: Provider, tmp_path: Path
) -> None:
    others = {key: value for key, value in KEYS.items() if key != provider.key}
    with pytest.raises(UsageError, match=provider.key):
        open_model(named(provider), Settings(workspace=tmp_path), others, LINE, None)


@pytest.mark.parametrize("provider", EVERY, ids=lambda one: one.name)
def test_batches_are_refused_for_providers_that_have_none_and_the_others_are_named(
    provider: Provider, tmp_path: Path
) -> None:
    def opened() -> object:
        return batches_for(job(named(provider), tmp_path, KEYS), lambda *_, **__: None)

    if provider.has_batches:
        assert opened()
        return
    with pytest.raises(UsageError, match="no batch API") as error:
        opened()
    assert all(one.name in error.value.hint for one in EVERY if one.has_batches)


@pytest.mark.parametrize("provider", [one for one in EVERY if one.default], ids=lambda o: o.name)
def test_the_model_of_a_key_that_is_set_is_asked_where_none_is_named(
    provider: Provider, tmp_path: Path
) -> None:
    chosen = chosen_model(Settings(workspace=tmp_path), {provider.key: "a-key"})
    assert parsed_model(chosen)[0] == provider.name


NAMED = "|".join(re.escape(one.name) for one in EVERY)
COMPARED = re.compile(
    rf"""(?:==|!=|\bin\b\s*\(?|startswith\()\s*["'](?:{NAMED})["':]|case ["'](?:{NAMED})["']"""
)
OPENED_IN = ("run/model_factory.py", "cli/machine.py")
"""Where a name is looked at to open what it names, or to ask its service whether it answers."""


def test_no_trait_of_a_provider_is_told_by_its_name() -> None:
    files = [path for suffix in ("py", "j2") for path in SOURCE.rglob(f"*.{suffix}")]
    found = [
        f"{name}: {line.strip()}"
        for path in files
        if (name := path.relative_to(SOURCE).as_posix()) not in OPENED_IN
        for line in path.read_text(encoding="utf-8").splitlines()
        if COMPARED.search(line)
    ]
    assert len(files) > 150
    assert found == []


def test_a_provider_of_another_version_has_no_traits() -> None:
    assert provider_of("annotations").is_annotated
    assert provider_of("annotations-of-tomorrow:x") == Provider("annotations-of-tomorrow")
