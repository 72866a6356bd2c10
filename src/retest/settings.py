"""What a run is set to: flags before environment before `retest.toml` before defaults."""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from retest.errors import FileError, UsageError
from retest.files.read import read_text
from retest.llm.providers import PROVIDERS
from retest.masking import is_address, shown_url
from retest.text.harmless import one_line

SOURCES = ("arxiv", "mirror", "library")
FULL_TEXT = ("auto", "never", "always")
ARXIV_URL = "https://export.arxiv.org/api/query"
OAI_URL = "https://oaipmh.arxiv.org/oai"
OPENALEX_URL = "https://api.openalex.org"
FULLTEXT_URL = "https://export.arxiv.org"
"""The host that arXiv keeps for programs."""
OPENALEX_KEY = "OPENALEX_API_KEY"
"""The environment variable with OpenAlex's key, which is free of charge."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Every field but `workspace` and `from_workspace` may stand in `retest.toml`, or in the
    environment as RETEST_NAME."""

    workspace: Path
    home: Path = Path(".retest")
    reports: Path = Path("reports")
    source: str = "arxiv"
    model: str = ""
    verifier: str = ""
    candidates: int = 32
    concurrency: int = 8
    timeout: float = 120.0
    """Seconds that one answer of a model may take."""
    retry_attempts: int = 4
    retry_pause: float = 2.0
    arxiv_url: str = ARXIV_URL
    arxiv_interval: float = 3.0
    """Seconds between two requests to arXiv, for all processes of this machine (arXiv's terms of
    use: 3)."""
    oai_url: str = OAI_URL
    full_text: str = "auto"
    """Whether papers are read in full where their abstracts do not decide."""
    fulltext_url: str = FULLTEXT_URL
    follow: bool = False
    """Whether papers that cite an anchor are candidates too, as OpenAlex knows them."""
    openalex_url: str = OPENALEX_URL
    trace: bool = False
    """Whether LangSmith and OpenTelemetry may be told of a run, as their own environment variables
    say."""
    from_workspace: frozenset[str] = frozenset()
    """Fields that `retest.toml` decided. It may be a stranger's: no key goes to an address of
    it."""

    def path(self, name: str) -> Path:
        """`home` or `reports` as an absolute path; relative ones are the workspace's."""
        value: Path = getattr(self, name)
        return value if value.is_absolute() else self.workspace / value


LARGEST = 1_000_000
"""Of any number here; also what keeps infinities out."""
_NUMBERS: dict[str, type[int] | type[float]] = {
    "candidates": int,
    "concurrency": int,
    "timeout": float,
    "retry_attempts": int,
    "retry_pause": float,
    "arxiv_interval": float,
}
_SWITCHES = ("follow", "trace")
_ON, _OFF = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_NAMES = [
    field.name for field in fields(Settings) if field.name not in ("workspace", "from_workspace")
]


def load_settings(
    workspace: Path, environment: Mapping[str, str], flags: Mapping[str, Any]
) -> Settings:
    """Settings for a workspace. `flags` with None are not given. Raises UsageError for what is
    unknown or unfit."""
    written = _from_file(workspace / "retest.toml")
    said = _from_environment(environment)
    said |= {name: value for name, value in flags.items() if value is not None}
    decided = frozenset(written.keys() - said.keys())
    settings = replace(Settings(workspace=workspace), from_workspace=decided, **written | said)
    if settings.source not in SOURCES:
        raise UsageError(
            f"unknown source {settings.source!r}", f"the sources are {', '.join(SOURCES)}"
        )
    if settings.full_text not in FULL_TEXT:
        raise UsageError(
            f"full_text is {settings.full_text!r}", f"it must be one of {', '.join(FULL_TEXT)}"
        )
    for name in ("arxiv_url", "oai_url", "fulltext_url", "openalex_url"):
        if not is_address(getattr(settings, name)):
            raise UsageError(
                f"{name} is {shown_url(getattr(settings, name))!r}",
                "it must be the address of a server, and begin with https:// or http://",
            )
    for name, kind in _NUMBERS.items():
        least = 0 if kind is float else 1
        if getattr(settings, name) < least:
            raise UsageError(f"{name} is {getattr(settings, name)}", f"it must be {least} or more")
    return settings


def _from_file(path: Path) -> dict[str, Any]:
    if not os.path.lexists(path):
        return {}
    hint = "see the README, Settings"
    try:
        found = tomllib.loads(read_text(path, "settings as TOML"))
    except (tomllib.TOMLDecodeError, ValueError) as error:  # the latter for numbers without end
        line = getattr(error, "lineno", None)
        raise FileError(path, line, one_line(str(error))[:200], "TOML", hint) from error
    except RecursionError as error:
        raise FileError(path, None, "lists that nest too deep", "TOML", hint) from error
    for name in found:
        if name not in _NAMES:
            raise FileError(
                path,
                None,
                f"the unknown key {name!r}",
                f"one of {', '.join(_NAMES)}",
                _near(name, _NAMES),
            )
    return {name: _converted(name, value, f"{path}: {name}") for name, value in found.items()}


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    known = {f"RETEST_{name.upper()}": name for name in _NAMES}
    values = {}
    for variable, value in environment.items():
        if not variable.startswith("RETEST_") or not value:
            continue
        if variable not in known:
            raise UsageError(
                f"unknown environment variable {variable}", _near(variable, list(known))
            )
        values[known[variable]] = _converted(known[variable], value, variable)
    return values


def _converted(name: str, value: Any, where: str) -> Any:
    if name in _SWITCHES:
        text = str(value).strip().lower()
        if not isinstance(value, bool | str) or text not in (*_ON, *_OFF):
            raise UsageError(f"{where} is {value!r}", "it must be true or false")
        return text in _ON
    if name not in _NUMBERS:
        if not isinstance(value, str) or not value.strip():
            raise UsageError(f"{where} is {value!r}", "it must be a text in quotes")
        if not value.isprintable():
            raise UsageError(f"{where} is {value!r}", "it must not hold control characters")
        return Path(value) if name in ("home", "reports") else value
    whole = _NUMBERS[name] is int
    try:
        if isinstance(value, bool) or (whole and not isinstance(value, int | str)):
            raise TypeError
        number = _NUMBERS[name](value)
        if not 0 <= number <= LARGEST:
            raise ValueError
    except (TypeError, ValueError) as error:
        kind = "a whole number" if whole else "a number"
        raise UsageError(
            f"{where} is {value!r}", f"it must be {kind} of at most {LARGEST}"
        ) from error
    return number


def _near(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"


def chosen_model(settings: Settings, environment: Mapping[str, str]) -> str:
    """`settings.model`, or the default of the first key that is set. Raises UsageError that names
    both ways out."""
    if settings.model:
        return settings.model
    defaults = {one.key: one.default for one in PROVIDERS.values() if one.default}
    for key, model in defaults.items():
        if environment.get(key):
            return model
    raise UsageError(
        "no model is named and no key is set",
        f"set {' or '.join(defaults)}; retest run --offline reads the bundled library "
        "without any model;\n"
        "  --model manual needs no key either: it writes prompt files for a chat",
    )


def environment() -> dict[str, str]:
    """The process's environment, read at the front door only."""
    return dict(os.environ)
