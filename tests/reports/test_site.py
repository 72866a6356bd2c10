"""The static site: the same words for the same records, nobody's text as markup, nobody's files
lost."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import html  # type: ignore[import-untyped]  # lxml ships no types, and its stubs are another dependency

from retest.domain.record import HistoryEntry, Record
from retest.domain.verdict import Verdict
from retest.errors import UsageError
from retest.reports.site import changes, site
from retest.reports.site_files import MARKER, put_folder
from retest.reports.write import write_report
from retest.text.harmless import one_line
from tests.conftest import Workspace
from tests.reports.any_record import plainly, records
from tests.reports.news import BEFORE, DAY, anchor, claim, flip, line
from tests.reports.records import record
from tests.reports.test_hostile_text import HOSTILE

PAGES = ("index.html", "lines/a-line.html")
SAID = ("content", "title", "aria-label")
"""Attributes that hold words of a record."""
VOID = {"meta", "link", "input", "br", "hr", "img"}


class _Shape(HTMLParser):
    """Elements with their attributes, but for what a record says in them; fails where they do not
    nest."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, ...]] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(
            (tag, *(name if name in SAID else f"{name}={value}" for name, value in attrs))
        )
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, *(name for name, _ in attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    handle_pi = unknown_decl = handle_comment


def shape(page: bytes) -> list[tuple[str, ...]]:
    parser = _Shape()
    parser.feed(page.decode("utf-8"))
    parser.close()
    return parser.seen


def tree(page: bytes) -> list[object]:
    return [element.tag for element in html.document_fromstring(page).iter()]


def page(one: Record, name: str = "lines/a-line.html") -> bytes:
    return site([one], "Ours")[name]


def words(page: bytes) -> str:
    return " ".join(html.document_fromstring(page).text_content().split())


PLAIN = {
    name: (shape(page(record("plain words"), name)), tree(page(record("plain words"), name)))
    for name in PAGES
}


@pytest.mark.parametrize(
    "text", [text for text in HOSTILE if text != "\ud800"]
)  # no JSON file can hold that one
def test_a_hostile_text_leaves_the_pages_as_they_were(text: str) -> None:
    hostile = site([record(f"a {text}")], "Ours")
    for name in PAGES:
        assert (shape(hostile[name]), tree(hostile[name])) == PLAIN[name]


@settings(max_examples=8)
@given(records())
def test_no_record_at_all_has_another_structure_than_its_like_in_plain_words(
    hostile: Record,
) -> None:
    theirs, ours = site([hostile], "Ours"), site([plainly(hostile)], "Ours")
    for name in PAGES:
        assert shape(theirs[name]) == shape(ours[name])
        assert tree(theirs[name]) == tree(ours[name])


def test_the_heading_of_the_index_is_text_too() -> None:
    assert tree(site([record("x")], "<script>alert(1)</script>")["index.html"]) == tree(
        site([record("x")], "y")["index.html"]
    )


def test_a_page_says_all_that_its_record_says() -> None:
    text = "Words that nobody else has, “quoted” & <kept>"
    said = words(page(record(text)))
    every = record(text)
    assert said.count(one_line(text)) >= 25, (
        "question, theses, texts, rationales, titles, quotes, reasons, queries"
    )
    for name in (
        "not-judged",
        "malformed-id",
        "2606.00001v1",
        "Pending flip",
        "not-found",
        every.prompts["plan"],
    ):
        assert name in said, f"{name} is not on the page"


def test_flips_reviews_and_news_of_anchors_are_told() -> None:
    pending = claim("wind", "holds", flip=flip("relaxed"))
    said = words(
        page(line(pending, line="a-line", anchors=(anchor("withdrawn", detail="gone since May"),)))
    )
    assert "one answer says relaxed, a second one does not; it stays holds" in said
    assert "withdrawn 2501.00001 Wind. gone since May" in said


def test_the_index_lists_changes_of_verdict_the_latest_first_and_no_first_verdict() -> None:
    def past(*verdicts: Verdict) -> tuple[HistoryEntry, ...]:
        return tuple(
            HistoryEntry(on=BEFORE.replace(day=n), verdict=verdict)
            for n, verdict in enumerate(verdicts, start=1)
        )

    one = line(
        claim("new", "holds", history=past("undetermined", "holds")),
        claim("fell", "overturned", history=past("holds", "overturned")),
        claim("came-back", "holds", history=past("holds", "undetermined", "holds")),
        claim("later", "relaxed", history=past("holds", "undetermined", "relaxed")),
    )
    assert [(c.claim, c.was, c.now, c.on.day) for c in changes([one])] == [
        ("later", "holds", "relaxed", 3),
        ("fell", "holds", "overturned", 2),
    ]


def test_headings_go_down_one_step_at_a_time_and_landmarks_are_there() -> None:
    for name in PAGES:
        root = html.document_fromstring(page(record("x"), name))
        levels = [int(one.tag[1]) for one in root.iter("h1", "h2", "h3", "h4")]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(below - above <= 1 for above, below in pairwise(levels)), levels
        assert (
            root.get("lang"),
            len(root.findall(".//main")),
            len(root.findall("./body/header")),
        ) == ("en", 1, 1)
        ids = [one.get("id") for one in root.iter() if one.get("id")]
        assert len(ids) == len(set(ids))
        for link in root.iterfind(".//a[@href]"):
            target = link.get("href")
            assert not target.startswith("#") or target[1:] in ids, f"{target} leads nowhere"


def test_no_page_has_an_inline_script_style_or_anything_from_elsewhere() -> None:
    for name in PAGES:
        root = html.document_fromstring(page(record("x"), name))
        assert not root.findall(".//style")
        assert [(one.text, one.get("src")) for one in root.iter("script")] == [
            (None, "site.js" if name == "index.html" else "../site.js")
        ]
        for element in root.iter():
            assert not [key for key in element.attrib if key == "style" or key.startswith("on")]
        loaded = [
            one.get("href") or one.get("src") for one in root.iter("link", "script", "img", "use")
        ]
        assert not [address for address in loaded if "//" in address]


def test_the_same_records_give_the_same_bytes_whatever_their_order() -> None:
    lines = [line(line=name, as_of=day) for name, day in (("b", DAY), ("a", DAY), ("c", BEFORE))]
    assert site(lines, "Ours") == site(lines[::-1], "Ours")


def test_of_a_hundred_lines_each_has_a_page(tmp_path: Path) -> None:
    lines = [line(*(claim(f"c-{k}") for k in range(10)), line=f"line-{n}") for n in range(100)]
    assert put_folder(tmp_path / "site", site(lines, "Ours"))
    assert len(list((tmp_path / "site" / "lines").glob("*.html"))) == 100


def test_the_command_makes_a_site_and_leaves_it_alone_where_nothing_is_new(
    workspace: Workspace,
) -> None:
    write_report(workspace.folder / "reports", line(line="tides"))
    assert workspace.retest("site", "--title", "Lakes").status == 0
    made = workspace.folder / "site"
    assert '<h1 dir="auto">Lakes</h1>' in (made / "index.html").read_text(encoding="utf-8")
    assert json.loads((made / "lines" / "tides.json").read_bytes())["line"] == "tides"
    before = (made / "index.html").stat().st_mtime_ns
    assert "nothing new" in workspace.retest("site", "--title", "Lakes").err
    assert (made / "index.html").stat().st_mtime_ns == before
    (workspace.folder / "reports" / "tides.json").unlink()
    write_report(workspace.folder / "reports", line(line="winds"))
    assert workspace.retest("site").status == 0
    assert sorted(path.name for path in (made / "lines").iterdir()) == ["winds.html", "winds.json"]
    assert not list(workspace.folder.glob(".site.*")), "a temporary folder is left"


def test_without_a_report_there_is_no_site(workspace: Workspace) -> None:
    ran = workspace.retest("site")
    assert ran.status == 2
    assert "there is no report" in ran.err
    assert not (workspace.folder / "site").exists()


@pytest.mark.parametrize("made_before", [False, True])
@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_what_somebody_else_put_there_is_never_lost(
    tmp_path: Path, made_before: bool, kind: str
) -> None:
    folder = tmp_path / "site"
    folder.mkdir()
    if made_before:
        put_folder(folder, {"index.html": b"old"})
    theirs = folder / "theirs"
    if kind == "file":
        theirs.write_text("words", encoding="utf-8")
    elif kind == "folder":
        theirs.mkdir()
    else:
        theirs.symlink_to(tmp_path)
    before = sorted(folder.rglob("*"))
    with pytest.raises(UsageError, match=r"not made by|did not write"):
        put_folder(folder, {"index.html": b"new"})
    assert sorted(folder.rglob("*")) == before
    assert not made_before or (folder / "index.html").read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_a_write_that_fails_leaves_the_site_that_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "site"
    put_folder(folder, {"index.html": b"old"})
    rename = Path.rename

    def failing(self: Path, target: Path) -> Path:
        if self.name == "new":
            raise OSError("no room")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OSError, match="no room"):
        put_folder(folder, {"index.html": b"new"})
    assert (folder / "index.html").read_bytes() == b"old"
    assert (folder / MARKER).is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
