"""From a source's name to the source; its file is imported here, on use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from retest.data import defaults
from retest.domain.line import COUNTER_THESIS
from retest.errors import UsageError
from retest.library.source import Library, load_library
from retest.lines.load import load_line
from retest.masking import Mask, shown_url
from retest.papers.source import Source
from retest.retry import Patience
from retest.settings import OPENALEX_KEY, OPENALEX_URL, Settings

if TYPE_CHECKING:
    from retest.fulltext.fetch import FullTexts
    from retest.papers.circuit import Circuit
    from retest.papers.source import CitationIndex


def open_library(line: str) -> Library | None:
    """The bundled annotated library of a line (a slug by its type), or None."""
    path = defaults("library") / f"{line}.yaml"
    return load_library(path) if path.is_file() else None


def annotated_texts(line: str) -> dict[str, str]:
    """The bundled line's claims and counter-thesis as they are worded, by id: what the library's
    stances are about."""
    bundled = load_line(defaults("claims") / f"{line}.yaml")
    return {claim.id: claim.text for claim in bundled.claims} | {
        COUNTER_THESIS: bundled.counter_thesis
    }


def open_source_for_all(settings: Settings, environment: Mapping[str, str], today: date) -> Source:
    """The source that the settings name, for no line in particular: the library is then all that
    are bundled."""
    if settings.source != "library":
        return open_source(settings, environment, None, today)
    libraries = [load_library(path) for path in sorted(defaults("library").glob("*.yaml"))]
    papers = {paper.id: paper for library in libraries for paper in library.papers}
    every = Library(max(one.snapshot for one in libraries), tuple(papers.values()), {})
    return open_source(settings, environment, every, today)


def open_following(
    settings: Settings,
    environment: Mapping[str, str],
    today: date,
    circuit: Circuit | None = None,
) -> CitationIndex | None:
    """Where papers that cite an anchor are asked for, if the settings want it. Raises UsageError
    without pyalex. With a `circuit` that is shared, a run meets an outage once."""
    if not settings.follow:
        return None
    from retest.papers.day_cache import DayCache
    from retest.papers.following import Following
    from retest.papers.polite import default_lock_folder

    answers = DayCache(settings.path("home") / "answers-openalex", today)
    key = environment.get(OPENALEX_KEY, "")
    own = settings.openalex_url.rstrip("/") == OPENALEX_URL
    if key and not own and "openalex_url" in settings.from_workspace:
        hint = "set RETEST_OPENALEX_URL to it, if the key is to go there; or unset the key"
        raise UsageError(
            f"retest.toml sets openalex_url to {shown_url(settings.openalex_url)}, and "
            f"{OPENALEX_KEY} is not sent where a workspace wants it",
            hint,
        )
    return Following(
        url=settings.openalex_url,
        lock_folder=default_lock_folder(environment),
        key=key,
        patience=_patience(settings),
        answers=answers,
        circuit=circuit,
        mask=Mask(environment),
    )


def open_full_texts(
    settings: Settings,
    environment: Mapping[str, str],
    today: date,
    circuit: Circuit | None = None,
    *,
    ask: bool = True,
) -> FullTexts:
    """Full texts: those that are kept, the copies that `mirror texts` noted, and unless `ask` is
    false arXiv's, in one polite queue with its API."""
    from retest.fulltext.copies import noted_folder
    from retest.fulltext.fetch import BOUNDS, FullTexts
    from retest.papers.circuit import Circuit
    from retest.papers.day_cache import DayCache
    from retest.papers.host import ARXIV_MAY_PASS, Host
    from retest.papers.polite import Turns, default_lock_folder, site

    home = settings.path("home")
    turns = Turns(
        default_lock_folder(environment),
        site(settings.fulltext_url),
        settings.arxiv_interval,
    )
    host = Host(
        "arXiv",
        turns,
        _patience(settings),
        bounds=BOUNDS,
        may_pass=ARXIV_MAY_PASS,
        circuit=circuit or Circuit(),
        mask=Mask(environment),
    )
    return FullTexts(
        home / "full-texts",
        DayCache(home / "full-texts-today", today),
        host=host if ask else None,
        url=settings.fulltext_url,
        copies=noted_folder(home),
    )


def open_source(
    settings: Settings,
    environment: Mapping[str, str],
    library: Library | None,
    today: date,
    circuit: Circuit | None = None,
) -> Source:
    """The source that the settings name; answers of arXiv's API are kept for the day, and masked.
    With a `circuit` that is shared, a run meets an outage of arXiv once. Raises UsageError where
    the source is not there."""
    if settings.source == "library":
        from retest.library.source import LibrarySource

        if library is None:
            raise UsageError(
                "there is no bundled library for this line", "use --source arxiv or --source mirror"
            )
        return LibrarySource(library)
    if settings.source == "mirror":
        from retest.papers.mirror_source import MirrorSource

        return MirrorSource(settings.path("home") / "mirror")
    from retest.papers.arxiv import ArxivSource
    from retest.papers.day_cache import DayCache
    from retest.papers.polite import default_lock_folder

    answers = DayCache(settings.path("home") / "answers-arxiv", today)
    return ArxivSource(
        url=settings.arxiv_url,
        lock_folder=default_lock_folder(environment),
        interval=settings.arxiv_interval,
        patience=_patience(settings),
        answers=answers,
        circuit=circuit,
        mask=Mask(environment),
    )


def _patience(settings: Settings) -> Patience:
    return Patience(attempts=settings.retry_attempts, pause=settings.retry_pause)
