"""Re-test the dated claims of a research library against newer arXiv papers.

docs/api.md shows how the names below are used. Each is imported when it is first asked for, so that
`import retest` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from retest.version import __version__ as __version__

if TYPE_CHECKING:
    from retest.citations.read import read_citations as read_citations
    from retest.citations.verify import Verified as Verified
    from retest.citations.verify import verify as verify
    from retest.domain.citation import Citation as Citation
    from retest.domain.line import Line as Line
    from retest.domain.record import Record as Record
    from retest.errors import RetestError as RetestError
    from retest.lines.load import load_line as load_line
    from retest.llm.budget import Budget as Budget
    from retest.reports.read import read_record as read_record
    from retest.run.events import Event as Event
    from retest.run.events import LineOutcome as LineOutcome
    from retest.run.job import Job as Job
    from retest.run.lines import run_lines as run_lines
    from retest.run.source_factory import open_source_for_all as open_source_for_all
    from retest.settings import Settings as Settings
    from retest.settings import load_settings as load_settings

_HOMES = {
    "Budget": "retest.llm.budget",
    "Citation": "retest.domain.citation",
    "Event": "retest.run.events",
    "Job": "retest.run.job",
    "Line": "retest.domain.line",
    "LineOutcome": "retest.run.events",
    "Record": "retest.domain.record",
    "RetestError": "retest.errors",
    "Settings": "retest.settings",
    "Verified": "retest.citations.verify",
    "load_line": "retest.lines.load",
    "load_settings": "retest.settings",
    "open_source_for_all": "retest.run.source_factory",
    "read_citations": "retest.citations.read",
    "read_record": "retest.reports.read",
    "run_lines": "retest.run.lines",
    "verify": "retest.citations.verify",
}
"""Where each name is defined."""


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
