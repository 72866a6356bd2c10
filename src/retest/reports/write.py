"""Reading the last record and writing a report: each file whole or not at all, and only where its
bytes change."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from retest.domain.record import Record
from retest.errors import FileError
from retest.files.replace import replace
from retest.text.harmless import escaped


def read_record(reports: Path, line: str) -> Record | None:
    """The line's last record, or None. Raises FileError for one that is not a record of this
    format."""
    path = reports / f"{line}.json"
    try:
        text = path.read_text(encoding="utf-8")
        return Record.model_validate_json(text)
    except FileNotFoundError:
        return None
    except UnicodeDecodeError as error:
        raise FileError(path, None, "bytes that are not UTF-8", "a report's record") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        hint = "restore it from version control, or move it away to start this line's record afresh"
        raise FileError(
            path, None, f"{where}: {first['msg']}", "a record of this version of retest", hint
        ) from error


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
