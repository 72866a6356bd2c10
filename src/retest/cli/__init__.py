"""The front door. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import logging
import os
import sys
from importlib import import_module
from typing import Annotated

import typer

from retest.cli.streams import flush, prepare

app = typer.Typer(
    name="retest",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # drawing boxes around help costs more than all else that `--help` does
    add_completion=False,
)


def _version(wanted: bool) -> None:
    if wanted:
        from retest.cli.show import out
        from retest.version import __version__

        out(f"retest {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Print the version and leave."
        ),
    ] = False,
) -> None:
    """Re-test the dated claims of a research library against newer arXiv papers."""


OF_OTHERS = ("LANGCHAIN_TRACING", "LANGCHAIN_HANDLER")
"""Variables of LangChain's first version: langchain-core runs nothing where one of them is set, and
a shell that has them has them for another program."""
SILENT = ("bibtexparser", "pylatexenc")
"""Libraries whose warnings say in their own words what an error of ours says with file and line, or
speak of letters that stay as they are."""


def _prepare() -> None:
    """Make this process ours: what a command should not meet in its environment, in its log and on
    its terminal is seen to here."""
    for name in OF_OTHERS:
        os.environ.pop(name, None)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    prepare(os.environ)


def main() -> None:
    """Run the command line. Every error of ours becomes one message on stderr and its exit
    status."""
    from retest.cli.show import as_ours, complain
    from retest.errors import RetestError

    for commands in (
        "run",
        "ask",
        "lines",
        "terms",
        "diff",
        "publish",
        "verify",
        "search",
        "evaluate",
        "backtest",
        "mirror",
        "machine",
    ):  # in the order in which --help lists them
        import_module(f"retest.cli.{commands}")
    try:
        _prepare()
        try:
            app()
        finally:
            flush()
    except (RetestError, OSError) as error:
        ours = as_ours(error)
        complain(ours)
        sys.exit(ours.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
