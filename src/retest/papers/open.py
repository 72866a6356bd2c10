"""From a source's name to the source; its file is imported here, on use."""

from __future__ import annotations

from retest.data import defaults
from retest.domain.line import COUNTER_THESIS
from retest.errors import UsageError
from retest.lines.load import load_line
from retest.papers.library import Library, load_library
from retest.papers.source import Source
from retest.retry import Patience
from retest.settings import Settings


def open_library(line: str) -> Library | None:
    """The bundled annotated library of a line (a slug by its type), or None."""
    path = defaults("library") / f"{line}.yaml"
    return load_library(path) if path.is_file() else None


def annotated_texts(line: str) -> dict[str, str]:
    """The bundled line's claims and counter-thesis as they are worded, by id: what the library's stances are about."""
    bundled = load_line(defaults("claims") / f"{line}.yaml")
    return {claim.id: claim.text for claim in bundled.claims} | {COUNTER_THESIS: bundled.counter_thesis}


def open_source(settings: Settings, library: Library | None) -> Source:
    """The source that the settings name. Raises UsageError where it is not there."""
    if settings.source == "library":
        from retest.papers.library import LibrarySource

        if library is None:
            raise UsageError("there is no bundled library for this line", "use --source arxiv or --source mirror")
        return LibrarySource(library)
    if settings.source == "mirror":
        from retest.papers.mirror import MirrorSource

        return MirrorSource(settings.path("home") / "mirror")
    from retest.papers.arxiv import ArxivSource

    patience = Patience(attempts=settings.retry_attempts, pause=settings.retry_pause)
    return ArxivSource(url=settings.arxiv_url, interval=settings.arxiv_interval, patience=patience)
