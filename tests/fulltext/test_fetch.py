"""Where a full text comes from: never another paper's, never a failure for want of one."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from retest.domain.paper import Paper
from retest.errors import UsageError
from retest.fulltext.copies import noted_folder
from retest.fulltext.document import FullText, NoText
from retest.fulltext.fetch import FullTexts
from retest.papers.circuit import Circuit
from retest.papers.day_cache import DayCache
from retest.papers.host import ARXIV_MAY_PASS, Host
from retest.papers.polite import Turns
from retest.retry import Patience
from retest.transport import Bounds
from tests.conftest import Workspace
from tests.fulltext.papers import FILES, HTML, ID, VERSION, tar

DAY = date(2026, 8, 21)
PAPER = Paper(id=ID, title="Tides", abstract="a", published=date(2026, 7, 5), version=VERSION)


class Desk:
    """A stand-in for arXiv's pages. `serves` gives a form's answer; what it lacks is 404."""

    def __init__(self, server: HTTPServer, folder: Path) -> None:
        self.server, self.folder = server, folder
        self.serves: dict[str, bytes | int] = {}
        self.asked: list[str] = []
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)

    def _answer(self, request: Request) -> Response:
        form = request.path.split("/")[1]
        self.asked.append(request.path)
        answer = self.serves.get(form, 404)
        if isinstance(answer, int):
            return Response("no", status=answer)
        return Response(answer, status=200)

    def texts(self, day: date = DAY, copies: Path | None = None) -> FullTexts:
        host = Host(
            "arXiv",
            Turns(self.folder / "locks", "loopback", 0.0),
            Patience(attempts=2, pause=0.0),
            bounds=Bounds(timeout=2.0, longest=5.0, largest=1 << 20),
            may_pass=ARXIV_MAY_PASS,
            circuit=Circuit(),
            sleep=lambda _: None,
        )
        kept, today = self.folder / "kept", DayCache(self.folder / "today", day)
        url = self.server.url_for("/")
        return FullTexts(kept, today, host=host, url=url, copies=copies)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with HTTPServer(host="127.0.0.1") as server:
        yield Desk(server, tmp_path)


def read(texts: FullTexts) -> FullText:
    found = texts.get(PAPER)
    assert isinstance(found, FullText), found
    return found


def test_the_page_of_that_very_version_comes_first_and_is_asked_for_once(desk: Desk) -> None:
    desk.serves = {"html": HTML.encode(), "e-print": tar(FILES)}
    first = read(desk.texts())
    assert first.form == "html"
    assert desk.asked == [f"/html/{ID}v{VERSION}"]
    assert read(desk.texts(date(2027, 1, 1))) == first, "a version's text is kept for good"
    assert len(desk.asked) == 1


BROKEN_PAGES: dict[str, bytes | int] = {
    "missing": 404,
    "a stub": b"<html><body>No HTML for this paper</body></html>",
    "another paper": HTML.replace(ID, "2607.09999").encode(),
    "another version": HTML.replace(f"{ID}v2", f"{ID}v1").encode(),
    "throttled": 429,
    "arXiv's throttle": 406,
    "away": 503,
    "too large": b"x" * (2 << 20),
    "nothing": b"",
}


@pytest.mark.parametrize("page", BROKEN_PAGES.values(), ids=BROKEN_PAGES)
def test_a_page_that_cannot_be_read_leaves_the_source_to_be_read(
    desk: Desk, page: bytes | int
) -> None:
    desk.serves = {"html": page, "e-print": tar(FILES)}
    assert read(desk.texts()).form == "latex"


def test_where_nothing_can_be_had_there_is_the_abstract_and_the_reason(desk: Desk) -> None:
    desk.serves = {"e-print": gzip.compress(b"%PDF-1.4"), "pdf": b"%PDF-1.4 broken"}
    found = desk.texts().get(PAPER)
    assert isinstance(found, NoText)
    assert "html: status 404" in found.reason
    assert "an e-print that is a PDF" in found.reason
    asked = len(desk.asked)
    desk.texts().get(PAPER)
    assert len(desk.asked) == asked, "not asked for again on the same day"
    desk.texts(date(2026, 8, 22)).get(PAPER)
    assert len(desk.asked) > asked, "but on another"


def test_a_folder_of_copies_is_read_before_anybody_is_asked(desk: Desk, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    copies.mkdir()
    (copies / f"{ID}v{VERSION}.tar.gz").write_bytes(tar(FILES))
    assert read(desk.texts(copies=copies)).form == "latex"
    assert desk.asked == []


def test_a_kept_text_that_was_tampered_with_is_as_good_as_absent(desk: Desk) -> None:
    desk.serves = {"html": HTML.encode()}
    read(desk.texts())
    (kept,) = (desk.folder / "kept").iterdir()
    kept.write_text(kept.read_text(encoding="utf-8").replace(ID, "2607.09999"), encoding="utf-8")
    assert read(desk.texts()).arxiv_id == ID
    assert len(desk.asked) == 2
    assert kept.stat().st_mode & 0o077 == 0, "state is its owner's alone"


def test_a_folder_of_copies_is_noted_once_and_told_by_its_forms(
    workspace: Workspace, tmp_path: Path
) -> None:
    copies = workspace.folder / "copies"
    copies.mkdir()
    none = workspace.retest("mirror", "texts", str(copies))
    assert none.status == 2
    assert "name files by arXiv id" in none.err
    (copies / f"{ID}v2.html").write_text(HTML, encoding="utf-8")
    (copies / "hep-th_9901001.pdf").write_bytes(b"%PDF-1.4")
    (copies / "notes.txt").write_text("mine", encoding="utf-8")
    ran = workspace.retest("mirror", "texts", str(copies))
    assert ran.status == 0, ran.err
    assert "2 full texts" in ran.out
    assert "1 html, 1 pdf" in ran.out
    assert noted_folder(workspace.folder / ".retest") == copies.resolve()
    copies.rename(workspace.folder / "elsewhere")
    with pytest.raises(UsageError, match="is not there"):
        noted_folder(workspace.folder / ".retest")
