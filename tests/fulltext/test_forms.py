"""The same paper reads the same from arXiv's HTML and from its LaTeX source."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest

from retest.fulltext.archive import unpacked
from retest.fulltext.document import FullText, NotThatPaper
from retest.fulltext.html import read_html
from retest.fulltext.latex import read_latex
from tests.fulltext.papers import BODY, FILES, HTML, ID, LATEX, VERSION, one_file, tar


def of_html() -> FullText:
    return read_html(HTML.encode(), ID, VERSION)


def of_latex() -> FullText:
    return read_latex(unpacked(tar(FILES)), ID, VERSION)


FORMS = pytest.mark.parametrize("read", [of_html, of_latex], ids=["html", "latex"])


def said(text: FullText) -> list[tuple[str, str, str]]:
    return [(passage.role, passage.kind, passage.text) for passage in text.passages]


@FORMS
def test_every_passage_has_its_role_and_its_text(read: Callable[[], FullText]) -> None:
    found = {(role, text) for role, _, text in said(read())}
    assert {
        ("abstract", "We gauge the tides of forty small lakes."),
        ("method", "Gauges stood in the lakes for 3\u00d710^2 days."),
        ("results", "Wind explains 81.5% of the tides. Depth explains none."),
        ("related work", "Smith (2020) found that the moon explains 12% of the tides."),
        ("limitations", "All lakes lie in one valley."),
        ("appendix", "Each gauge was read twice a day."),
    } <= found


@FORMS
def test_a_table_is_rows_with_its_head_and_its_caption_stands_apart(
    read: Callable[[], FullText],
) -> None:
    tables = [text for _, kind, text in said(read()) if kind == "table"]
    captions = [text for _, kind, text in said(read()) if kind == "caption"]
    assert tables == ["Cause | Share\nWind | 81.5\nDepth | 0.2"]
    assert len(captions) == 1
    assert captions[0].endswith("Share of the tides that each cause explains.")


@FORMS
def test_a_reference_is_resolved_to_the_arxiv_id_that_the_bibliography_names(
    read: Callable[[], FullText],
) -> None:
    (introduction,) = [text for role, _, text in said(read()) if role == "introduction"]
    assert "arXiv:2001.08361" in introduction
    assert "footnote" not in introduction
    assert not any("arXiv preprint" in text for _, _, text in said(read()))


@FORMS
def test_the_place_of_a_passage_names_version_section_and_paragraph(
    read: Callable[[], FullText],
) -> None:
    text = read()
    (passage,) = [one for one in text.passages if one.text.startswith("Wind explains")]
    assert text.named(passage) == "full text v2, 2.2 Results, paragraph 1"
    assert passage.anchor == "S2.SS2"


def test_an_e_print_of_one_file_is_read_as_well() -> None:
    assert said(read_latex(unpacked(one_file()), ID, VERSION)) == said(of_latex())


HOSTILE_PAGES = {
    "an error page": "<html><body><h1>404 Not Found</h1></body></html>",
    "a stub": HTML[: HTML.index("<section")] + "</article></body></html>",
    "another paper": HTML.replace("2607.01234v2", "2607.09999v2"),
    "another version": HTML.replace("2607.01234v2", "2607.01234v1"),
    "nothing": "",
    "elements without end": "<html><body><article class='ltx_document'>" + "<div>" * 50_000,
}


@pytest.mark.parametrize("page", HOSTILE_PAGES.values(), ids=HOSTILE_PAGES)
def test_a_page_that_is_not_this_papers_text_is_never_read_as_it(page: str) -> None:
    with pytest.raises(NotThatPaper):
        read_html(page.encode(), ID, VERSION)


HOSTILE_PRINTS = {
    "a PDF": b"%PDF-1.7 ...",
    "a PDF under gzip": gzip.compress(b"%PDF-1.7 ..."),
    "no archive": b"\x00\x01\x02" * 100,
    "a cut archive": tar(FILES)[:60],
    "plain text": b"Dear reader",
    "no main file": tar({"body.tex": BODY.encode()}),
    "only names that lead out": tar({"../paper.tex": LATEX.encode(), "/paper.tex": LATEX.encode()}),
    "an archive in an archive": tar({"inner.tar.gz": tar(FILES)}),
    "links": tar({}, links={"paper.tex": "/etc/passwd"}),
    "a bomb": gzip.compress(b"\\documentclass" + b" " * 70_000_000, 9),
    "an input of itself": tar({"paper.tex": b"\\documentclass{a}\\begin{document}\\input{paper}"}),
    "macros that double": tar(
        {
            "paper.tex": (
                "\\documentclass{a}\n"
                + "".join(f"\\newcommand{{\\m{c}}}{{{'x ' * 150}}}\n" for c in "abc")
                + "\\begin{document}"
                + "\\ma\\mb\\mc " * 5_000
            ).encode()
        }
    ),
    "groups without end": tar(
        {"paper.tex": b"\\documentclass{a}\\begin{document}" + b"{" * 20_000}
    ),
}


@pytest.mark.parametrize("data", HOSTILE_PRINTS.values(), ids=HOSTILE_PRINTS)
def test_an_e_print_that_cannot_be_read_says_so_and_writes_nothing(
    data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(NotThatPaper):
        read_latex(unpacked(data), ID, VERSION)
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_is_not_utf_8_is_read() -> None:
    files = {
        "paper.tex": FILES["paper.tex"].replace(b"it is said", "it is s\xe9id".encode("latin-1")),
        "body.tex": FILES["body.tex"],
    }
    text = read_latex(files, ID, VERSION)
    assert any("séid" in passage.text for passage in text.passages)


def test_of_two_documents_in_an_e_print_the_longer_one_is_the_paper() -> None:
    cover = b"\\documentclass{letter}\\begin{document}Dear editor\\end{document}"
    text = read_latex({**FILES, "cover.tex": cover}, ID, VERSION)
    assert said(text) == said(of_latex())
