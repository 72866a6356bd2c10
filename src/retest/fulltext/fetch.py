"""Where full texts come from: what is kept, a folder of copies, and arXiv in three forms.

arXiv's HTML of that very version comes first, then the e-print's LaTeX source, then the PDF. What
cannot be had or read costs nobody a claim: the abstract is read then, and the report says so.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from retest.domain.paper import Paper
from retest.files.replace import replace
from retest.fulltext.archive import unpacked
from retest.fulltext.copies import SUFFIXES
from retest.fulltext.document import Form, FullText, NoText, NotThatPaper
from retest.fulltext.html import read_html
from retest.fulltext.latex import read_latex
from retest.fulltext.pdf import read_pdf
from retest.papers.day_cache import DayCache
from retest.papers.host import Host
from retest.retry import Transient
from retest.transport import Answer, Bounds, Moved

LARGEST = 40 << 20
"""Bytes of an answer, unpacked once. arXiv takes e-prints of up to 50 MB, most of which is
pictures."""
BOUNDS = Bounds(timeout=30.0, longest=180.0, largest=LARGEST)
LARGEST_KEPT = 20_000_000
READERS: dict[Form, Callable[[bytes, str, int | None], FullText]] = {
    "html": read_html,
    "latex": lambda data, name, version: read_latex(unpacked(data), name, version),
    "pdf": read_pdf,
}
PATHS: dict[Form, str] = {"html": "html", "latex": "e-print", "pdf": "pdf"}
"""How arXiv's addresses begin, in the order in which the forms are asked for."""
log = logging.getLogger("retest")


class FullTexts:
    """Full texts by paper. Safe to use from several threads.

    `kept` is the folder of texts that were read once: those of a version do not change. What could
    not be had is asked for again on another day (`today` has the answers of this one). `copies` is
    a folder of HTML pages, e-prints and PDFs named by id. Without a `host` nobody is asked.
    """

    def __init__(
        self,
        kept: Path,
        today: DayCache,
        *,
        host: Host | None,
        url: str,
        copies: Path | None = None,
    ) -> None:
        self._kept, self._today, self._host = kept, today, host
        self._url, self._copies = url.rstrip("/"), copies

    def get(self, paper: Paper) -> FullText | NoText:
        """The text of the paper's version, or why there is none. Never raises for what a service
        or a file does."""
        if (known := self._recall(paper)) is not None:
            return known
        reasons: list[str] = []
        for form, read in self._forms(paper):
            try:
                text = read()
            except (NotThatPaper, Transient, Moved, OSError) as error:
                reasons.append(f"{form}: {error}")
            else:
                self._keep(paper, text)
                return text
        asked = self._host is not None
        why = "; ".join(reasons) or "nobody was asked"
        missing = NoText(arxiv_id=paper.id, reason=why, asked=asked)
        if asked:  # else another run of the day may ask
            self._today.put(_name(paper), missing.model_dump_json())
        return missing

    def holds(self, paper: Paper) -> bool:
        """Whether the text, or that there is none, is known without asking anybody."""
        return self._recall(paper) is not None or self._host is None

    def _forms(self, paper: Paper) -> Iterator[tuple[str, Callable[[], FullText]]]:
        for copy, form in self._local(paper):
            yield f"copy {copy.name}", partial(_copied, copy, form, paper)
        if self._host is not None:
            for form, path in PATHS.items():
                url = f"{self._url}/{path}/{_name(paper)}"
                yield form, partial(_asked, self._host, url, form, paper)

    def _local(self, paper: Paper) -> Iterator[tuple[Path, Form]]:
        if self._copies is None:
            return
        stem = paper.id.replace("/", "_")
        stems = [f"{stem}v{paper.version}"] if paper.version else []
        for name in (*stems, stem):
            for suffix, form in SUFFIXES:
                if (path := self._copies / f"{name}{suffix}").is_file():
                    yield path, form

    def _recall(self, paper: Paper) -> FullText | NoText | None:
        if paper.version is not None:
            try:
                with self._file(paper).open("rb") as file:
                    text = FullText.model_validate_json(file.read(LARGEST_KEPT))
                if (text.arxiv_id, text.version) == (paper.id, paper.version):
                    return text
            except (OSError, ValidationError):
                pass  # as good as absent
        kept = self._today.get(_name(paper))
        for model in (FullText, NoText):
            try:
                known = model.model_validate_json(kept or "")
            except ValidationError:
                continue
            if known.arxiv_id == paper.id:
                return known
        return None

    def _keep(self, paper: Paper, text: FullText) -> None:
        """Texts of a version are kept for good; of an unknown version for the day. Who asks nobody
        keeps nothing."""
        if self._host is None:
            return
        if paper.version is None:
            self._today.put(_name(paper), text.model_dump_json())
            return
        try:
            self._kept.mkdir(parents=True, exist_ok=True, mode=0o700)
            replace(self._file(paper), text.model_dump_json(), mode=0o600, durable=False)
        except OSError as error:
            log.warning("a full text could not be kept in %s (%s)", self._kept, error.strerror)

    def _file(self, paper: Paper) -> Path:
        return self._kept / f"{_name(paper).replace('/', '_')}.json"


def _name(paper: Paper) -> str:
    """The id with the version, as arXiv's addresses have it. Sources check the ids of papers."""
    return f"{paper.id}v{paper.version}" if paper.version else paper.id


def _copied(path: Path, form: Form, paper: Paper) -> FullText:
    with path.open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise NotThatPaper(f"more than {LARGEST:,} bytes")
    return READERS[form](data, paper.id, paper.version)


def _asked(host: Host, url: str, form: Form, paper: Paper) -> FullText:
    def read(answer: Answer) -> FullText:
        if answer.status != 200:
            raise NotThatPaper(f"status {answer.status}")
        return READERS[form](answer.body, paper.id, paper.version)

    return host.ask(url, read)
