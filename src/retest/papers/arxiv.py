"""arXiv's live API as a paper source, through the arxiv package and guarded where that is silent.

The package has no timeout, takes any broken answer for an empty one and paces itself per object. So the transport here
has a timeout and a name, `atom.check` sees each answer before the package's parser does, `polite.Turns` decides when to
ask, and `retry` how often; the package makes one request at a time of which none is its own decision.
"""

from __future__ import annotations

import os
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import arxiv  # type: ignore[import-untyped]  # the package ships no types
import requests
from requests.adapters import HTTPAdapter

from retest import __version__
from retest.domain.line import Window
from retest.domain.paper import Lookup, Missing, Paper, Query, Unknown
from retest.errors import SearchFailed
from retest.papers.atom import check, paper_of
from retest.papers.polite import Turns
from retest.retry import Patience, Transient, retrying

URL = "https://export.arxiv.org/api/query"
USER_AGENT = f"retest/{__version__} (re-tests dated claims against newer papers; one request at a time)"
LARGEST_PAGE = 2000
"""Results that one request may ask for (arXiv API user's manual, 3.1.1.2)."""
BATCH = 100
"""Ids asked for in one request; their names stay well below what servers take as a URL."""
MOST_WORDS = 40
"""Words of a bag that are sent, for the same reason: which are rare is not known here, so the first."""
_LUCENE = (
    "a an and are as at be but by for if in into is it no not of on or such that the their then there these they this "
    "to was will with"
)
_STOP = frozenset(_LUCENE.split())
"""Lucene's English stop words, as in the local index. They count within a phrase word for word, and nowhere else."""
LONGEST_PHRASE = 6
"""As in the local index: longer texts are not looked for word for word."""
MOST_PHRASES, LONGEST_WORD = 16, 40
_WORD = re.compile(r"\d+(?:\.\d+)+[^\W_]*|[^\W_]+")


class ArxivSource:
    """Safe to call from several threads and processes: all wait for their turn at the host.

    `lock_folder` must be the same for all processes that are to be one polite client.
    """

    name = "arxiv"
    until: date | None = None

    def __init__(
        self,
        *,
        url: str = URL,
        interval: float = 3.0,
        timeout: float = 30.0,
        patience: Patience | None = None,
        lock_folder: Path | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._timeout, self._sleep = url, timeout, sleep
        self._patience = patience or Patience()
        folder = lock_folder or default_lock_folder(os.environ)
        self._turns = Turns(folder, urlsplit(url).netloc.casefold(), interval, clock, sleep)

    def search(self, query: Query, window: Window, limit: int) -> list[Paper]:
        """See Source. At most 2,000 papers, which is what one request may ask for."""
        words = render(query)
        limit = min(limit, LARGEST_PAGE)
        if not words or limit < 1 or window.opens >= window.as_of:
            return []
        days = f"[{window.opens + timedelta(days=1):%Y%m%d}0000 TO {window.as_of:%Y%m%d}2359]"
        search = arxiv.Search(query=f"{words} AND submittedDate:{days}", max_results=limit)
        return [paper for paper in self._ask(search, limit) if paper.published in window]

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        """See Source. One request for up to 100 ids."""
        wanted = list(dict.fromkeys(ids))
        found: dict[str, Lookup] = {}
        for batch in (wanted[i : i + BATCH] for i in range(0, len(wanted), BATCH)):
            try:
                papers = {p.id: p for p in self._ask(arxiv.Search(id_list=batch, max_results=len(batch)), len(batch))}
            except SearchFailed as failed:
                found |= {i: Unknown(id=i, reason=failed.message) for i in batch}
            else:
                found |= {i: papers.get(i) or Missing(id=i) for i in batch}
        return found

    def _ask(self, search: arxiv.Search, page: int) -> list[Paper]:
        """The papers of one request, retried within patience. Raises SearchFailed."""
        try:
            return retrying(self._patience).copy(sleep=self._sleep)(self._once, search, page)
        except Transient as error:
            hint = "try again later, or use --source mirror"
            raise SearchFailed(f"{error}, after {self._patience.attempts} attempts", hint) from error
        except OSError as error:
            raise SearchFailed(f"no turn to ask arXiv can be taken: {error}", "make that folder writable") from error

    def _once(self, search: arxiv.Search, page: int) -> list[Paper]:
        with self._turns.turn(self._patience.longest):
            client = self._client(page)
            try:
                return [paper_of(result) for result in client.results(search)]
            except requests.RequestException as error:
                raise Transient(f"arXiv could not be reached ({type(error).__name__})") from error
            finally:
                client._session.close()

    def _client(self, page: int) -> arxiv.Client:
        client = arxiv.Client(page_size=page, delay_seconds=0, num_retries=0)
        client.query_url_format = self._url.replace("{", "{{").replace("}", "}}") + "?{}"
        session = client._session  # the only seam that the package has
        session.mount("http://", _Transport(self._timeout))
        session.mount("https://", _Transport(self._timeout))
        session.hooks["response"].append(_check)
        return client


def _check(response: requests.Response, *_: object, **__: object) -> None:
    try:
        check(response)
    except (Transient, SearchFailed):
        response.close()  # what nobody reads would stay open
        raise


class _Transport(HTTPAdapter):
    """With a timeout, and under our own name (the package sets its own on each request)."""

    def __init__(self, timeout: float) -> None:
        super().__init__()
        self._timeout = timeout

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        request.headers["User-Agent"] = USER_AGENT
        kwargs["timeout"] = self._timeout
        return super().send(request, *args, **kwargs)


def default_lock_folder(environment: dict[str, str] | os._Environ[str]) -> Path:
    """A folder that all of a user's processes share, whatever workspace they run in."""
    cache = environment.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path("~/.cache").expanduser()) / "retest"


def render(query: Query) -> str:
    """The query in arXiv's grammar; empty if it has no words.

    Only letters, digits and dots within numbers are left of a phrase, and they stand in quotes, where the grammar knows
    no operators: no phrase can be anything but words. What a phrase means is what it means in the local index.
    """
    every = [_phrase(words) for text in query.all_of[:MOST_PHRASES] if (words := _words(text))]
    some = [words for text in query.any_of[:MOST_PHRASES] if (words := _words(text))]
    if every:
        return " AND ".join([*every, *([_either(_phrase(words) for words in some)] if some else [])])
    exact = [_quoted(*words) for words in some if 1 < len(words) <= LONGEST_PHRASE]
    single = dict.fromkeys(word for words in some for word in _content(words))
    return _either([*exact, *(_quoted(word) for word in list(single)[:MOST_WORDS])])


def _phrase(words: Sequence[str]) -> str:
    """All its words but stop words; or, which ranks higher, the phrase word for word."""
    content = [_quoted(word) for word in _content(words)]
    every = content[0] if len(content) == 1 else f"({' AND '.join(content)})"
    return _either([_quoted(*words), every]) if len(words) <= LONGEST_PHRASE else every


def _either(terms: Iterable[str]) -> str:
    different = list(dict.fromkeys(terms))
    return different[0] if len(different) == 1 else f"({' OR '.join(different)})" if different else ""


def _quoted(*words: str) -> str:
    return f'all:"{" ".join(words)}"'


def _content(words: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(word for word in words if word not in _STOP)) or list(dict.fromkeys(words))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold()
    return [word for word in _WORD.findall(plain) if len(word) <= LONGEST_WORD][:MOST_WORDS]
