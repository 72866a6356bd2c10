"""Writing a report: each file whole or not at all, and only where its bytes change."""

from __future__ import annotations

from pathlib import Path

from retest.domain.record import Record
from retest.files.replace import replace
from retest.text.harmless import escaped


def write_report(reports: Path, record: Record) -> list[Path]:
    """Write what differs of `<line>.json`, `.md` and `.svg`; the paths that were written."""
    from retest.reports.chart import chart
    from retest.reports.markdown import markdown

    reports.mkdir(parents=True, exist_ok=True)
    contents = {
        "md": markdown(record),
        "svg": chart(record),
        "json": escaped(record.model_dump_json(indent=2))
        + "\n",  # last: the other two are drawn from it again if it is there
    }
    return [
        path
        for suffix, text in contents.items()
        if replace(path := reports / f"{record.line}.{suffix}", text)
    ]
