"""The front door. Nothing heavy is imported before a command runs."""

from __future__ import annotations

import sys

import typer

app = typer.Typer(
    name="retest",
    help="Re-test the dated claims of a research library against newer arXiv papers.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def main() -> None:
    """Run the command line. Every error of ours becomes one message on stderr and its exit status."""
    from retest.cli import lines, machine, mirror, run  # noqa: F401 - their import registers the commands
    from retest.errors import RetestError

    try:
        app()
    except RetestError as error:
        from retest.cli.show import complain

        complain(error)
        sys.exit(error.exit_status)
    except KeyboardInterrupt:
        sys.exit(130)
