"""`retest init`, `doctor`, `graph`, `schema`: the workspace and the machine it runs on."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from retest.cli import app
from retest.cli.options import Json, Workspace, claims_folder, today
from retest.errors import RetestError, UsageError

_TOML = """# Settings of this workspace; flags and RETEST_* variables come before them.
# source = "arxiv"                          # arxiv, mirror or library
# model = "anthropic:claude-sonnet-5-5"     # PROVIDER:NAME
# verifier = "openai:gpt-6.1-terra"         # checks quotes and flips; the model itself if left out
# candidates = 32                           # papers of a claim that the model reads
"""
SECONDS = 5.0
"""That doctor waits for an answer."""
KNOWN = "0704.0001"
"""A paper that is asked for to see whether arXiv answers: the first with an id of this form."""
_IGNORE = ".retest/\nsite/\n"


@app.command()
def init(
    folder: Annotated[
        Path, typer.Argument(help="The folder to make; this one if left out.")
    ] = Path(),
) -> None:
    """Make a workspace.

    claims/ with the bundled line as an example, reports/ and retest.toml. Nothing is overwritten.
    """
    from retest.cli.show import out
    from retest.data import defaults
    from retest.files.replace import replace

    contents = {folder / "retest.toml": _TOML, folder / ".gitignore": _IGNORE}
    for path in sorted(defaults("claims").glob("*.yaml")):
        contents[folder / "claims" / path.name] = path.read_text(encoding="utf-8")
    (folder / "reports").mkdir(parents=True, exist_ok=True)
    (folder / "claims").mkdir(exist_ok=True)
    for path, text in contents.items():
        if path.exists():
            out(f"kept   {path}")
            continue
        replace(path, text)
        out(f"wrote  {path}")
    out(f"next:  cd {folder} && retest run --line scale-anticipation --offline")


@app.command()
def graph() -> None:
    """Print the pipeline as a Mermaid diagram."""
    from retest.cli.show import out
    from retest.pipeline.graph import drawn

    out(drawn().rstrip("\n"))


@app.command()
def schema() -> None:
    """Print the JSON Schema of reports/<line>.json."""
    from retest.cli.show import out_json
    from retest.domain.record import published_schema

    out_json(published_schema())


@app.command()
def doctor(as_json: Json = False, workspace: Workspace = Path()) -> None:
    """Say what is configured and what is missing.

    Endpoints are asked whether they answer; nothing is spent, since no model is asked anything.

    Exit status 0 if a run could start as configured, 3 if something is missing.
    """
    from retest.cli.show import out_json, table
    from retest.settings import environment, load_settings

    env = environment()
    settings = load_settings(workspace.resolve(), env, {})
    rows = [*_claims(settings), *_source(settings, env), *_model(settings, env)]
    if as_json:
        out_json([{"what": what, "ok": state, "detail": detail} for what, state, detail in rows])
    else:
        marks = {True: "ok", False: "no", None: "-"}
        table(
            ("what", "", "detail"), [(what, marks[state], detail) for what, state, detail in rows]
        )
    if any(state is False for _, state, _ in rows):
        raise typer.Exit(3)


Row = tuple[str, bool | None, str]


def _claims(settings: Any) -> list[Row]:
    from retest.lines.load import load_line
    from retest.version import __version__

    folder, bundled = claims_folder(settings.workspace)
    rows: list[Row] = [("retest", True, __version__), ("workspace", True, str(settings.workspace))]
    for path in sorted(folder.glob("*.yaml")):
        try:
            line = load_line(path, today())
            rows.append(
                (
                    f"claims/{path.name}",
                    True,
                    f"{len(line.claims)} claims{' (bundled)' if bundled else ''}",
                )
            )
        except RetestError as error:
            rows.append((f"claims/{path.name}", False, error.message))
    return rows


def _source(settings: Any, env: dict[str, str]) -> list[Row]:
    from retest.papers.mirror import Mirror

    rows: list[Row] = [("source", True, settings.source)]
    try:
        found = Mirror.stats(settings.path("home") / "mirror")
        rows.append(("mirror", True, f"{found.records:,} records, {found.first} to {found.last}"))
    except UsageError as error:
        rows.append(("mirror", False if settings.source == "mirror" else None, error.message))
    if settings.source == "arxiv":
        rows.append(_arxiv(settings, env))
    return rows


def _model(settings: Any, env: dict[str, str]) -> list[Row]:
    from retest.llm.providers import PROVIDERS, parsed_model
    from retest.settings import chosen_model

    rows: list[Row] = [
        (key, bool(env.get(key)) or None, "set" if env.get(key) else "not set")
        for key in (one.key for one in PROVIDERS.values() if one.needs_key)
    ]
    try:
        specs = [chosen_model(settings, env), *filter(None, (settings.verifier,))]
    except UsageError as error:
        return [*rows, ("model", False, f"{error.message}: {error.hint}")]
    for spec in specs:
        try:
            provider, _ = parsed_model(spec)
        except UsageError as error:
            rows.append(("model", False, f"{error.message}: {error.hint}"))
            continue
        needed = PROVIDERS[provider]
        if needed.needs_key and not env.get(needed.key):
            rows.append(("model", False, f"{spec} needs {needed.key}"))
            continue
        rows.append(("model", True, spec))
        rows += _endpoint(provider, env)
    return rows


def _endpoint(provider: str, env: dict[str, str]) -> list[Row]:
    """Whether the provider's list of models answers: it costs nothing and needs the key."""
    from retest.llm.providers import PROVIDERS

    known = PROVIDERS[provider]
    key, base = env.get(known.key, ""), (env.get(known.url) or known.address).rstrip("/")
    if provider == "anthropic":
        headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
        return [_answers("Anthropic", base + "/v1/models", headers, env)]
    if known.is_service:
        return [_answers("OpenAI", base + "/models", {"authorization": f"Bearer {key}"}, env)]
    return []


def _answers(what: str, url: str, headers: dict[str, str], env: dict[str, str]) -> Row:
    """Whether a service answers, in time, at the address itself and not at another's."""
    from retest.masking import Mask, is_address, shown_url
    from retest.transport import Bounds, Moved, Unreachable, fetch

    shown = shown_url(url)
    if not is_address(url):
        return (what, False, f"{shown} is not the address of a server")
    try:
        status = fetch(url, headers=headers, bounds=Bounds(SECONDS, SECONDS), mask=Mask(env)).status
    except Unreachable as error:
        return (what, False, f"{shown} does not answer ({error})")
    except Moved as error:
        return (what, False, f"{error}: the key is not sent there")
    if status in (401, 403):
        return (what, False, f"{shown} answers {status}: the key is refused")
    return (what, status < 500, f"{shown} answers {status}")


def _arxiv(settings: Any, env: dict[str, str]) -> Row:
    """Whether arXiv answers a question, which is asked in turn like any other."""
    from retest.domain.paper import Unknown
    from retest.masking import Mask, shown_url
    from retest.papers.arxiv import ArxivSource
    from retest.papers.polite import default_lock_folder
    from retest.retry import Patience

    source = ArxivSource(
        url=settings.arxiv_url,
        interval=settings.arxiv_interval,
        timeout=SECONDS,
        longest=SECONDS,
        patience=Patience(attempts=1),
        lock_folder=default_lock_folder(env),
        mask=Mask(env),
    )
    found = source.get([KNOWN])[KNOWN]
    if isinstance(found, Unknown):
        return ("arXiv", False, f"{shown_url(settings.arxiv_url)}: {found.reason}")
    return ("arXiv", True, f"{shown_url(settings.arxiv_url)} answers")
