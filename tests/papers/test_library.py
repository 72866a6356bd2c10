"""The annotated library: what it says, and how each fault in it is told."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from retest.domain.line import Window
from retest.domain.paper import Annotation, Query, Unknown
from retest.errors import FileError
from retest.library.source import LibrarySource, load_library

GOOD = """\
snapshot: "2026-11-24"
papers:
  - id: "2401.10100"
    version: 2
    title: "Planning: a study"
    authors: [Ann Author, et al.]
    published: 2024-01-18
    date_source: arxiv
    synopsis:
      - Planning is measured in 12 models of
        several sizes.
      - Size did not matter.
    stances:
      - {claim: size-matters, stance: contradicts, sentences: [2], \
lever: model scale, why: It says so.}
      - {claim: another, stance: unrelated, sentences: [], lever: null, why: It does not say.}
  - id: "hep-th/9901001"
    title: Strings
    authors: []
    published: "1999-01-01"
    date_source: id-month
    synopsis: [Strings are modelled.]
    stances: []
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "library.yaml"
    path.write_text(GOOD)
    return path


def test_reads_papers_and_annotations(file: Path) -> None:
    library = load_library(file)
    assert library.snapshot == date(2026, 11, 24)
    first, second = library.papers
    assert (first.id, first.version, first.title) == ("2401.10100", 2, "Planning: a study")
    assert first.synopsis == (
        "Planning is measured in 12 models of several sizes.",
        "Size did not matter.",
    )
    assert first.abstract == " ".join(first.synopsis)
    assert (second.version, second.authors, second.published) == (None, (), date(1999, 1, 1))
    assert library.annotations == {
        "2401.10100": (
            Annotation(
                claim="size-matters",
                side="against",
                sentences=(2,),
                lever="model scale",
                why="It says so.",
            ),
            Annotation(claim="another", side=None, why="It does not say."),
        ),
        "hep-th/9901001": (),
    }


def test_is_searched_like_the_mirror(file: Path) -> None:
    library = load_library(file)
    source = LibrarySource(library)
    window = Window(opens=date(2020, 1, 1), as_of=date(2026, 1, 1))
    assert source.name == "library"
    assert source.search(Query(all_of=("models",), any_of=("sizes",)), window, 10) == [
        library.papers[0]
    ]
    assert source.search(Query(any_of=("strings",)), window, 10) == []
    assert source.get(["2401.10100", "2401.10101"]) == {
        "2401.10100": library.papers[0],
        "2401.10101": Unknown(id="2401.10101", reason="the bundled library holds only 2 papers"),
    }


FAULTS = {
    "unquoted id": ('"2401.10100"', "2401.10100", 3, "in quotes"),
    "id with version": ('"2401.10100"', '"2401.10100v1"', 3, "without version"),
    "second id": ('"hep-th/9901001"', '"2401.10100"', 16, "each paper once"),
    "unknown key": ("    date_source: arxiv\n", "    date_sauce: arxiv\n", 8, "date_source"),
    "second key": (
        "    date_source: arxiv\n",
        "    date_source: arxiv\n    date_source: arxiv\n",
        9,
        "once",
    ),
    "no title": ('    title: "Planning: a study"\n', "", 3, "title"),
    "title a number": ("title: Strings", "title: 1984", 17, "quote"),
    "title empty": ("title: Strings", 'title: ""', 17, "a text"),
    "authors a text": ("authors: []", "authors: Ed", 18, "a list"),
    "no such day": ("2024-01-18", "2024-01-32", 7, "YYYY-MM-DD"),
    "month only": ('"1999-01-01"', '"1999-01"', 19, "YYYY-MM-DD"),
    "unknown stance": ("contradicts", "denies", 14, "one of supports"),
    "unknown lever": ("model scale", "size", 14, "one of model scale"),
    "no such sentence": ("[2]", "[3]", 14, "1 to 2"),
    "sentence zero": ("[2]", "[0]", 14, "a number from 1"),
    "stance without sentences": ("[2]", "[]", 14, "the numbers of the sentences"),
    "unrelated with sentences": (
        "sentences: [], lever: null",
        "sentences: [1], lever: null",
        15,
        "no sentences",
    ),
    "version a text": ("version: 2", 'version: "2"', 4, "a number from 1"),
    "papers a mapping": ("papers:\n", "papers: {}\nmore:\n", 3, "papers"),
    "not yaml": ("papers:\n", "papers: [\n", None, "YAML"),
    "a tag": ("title: Strings", "title: !!python/object:os.system Strings", 17, "a text"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_told_with_its_line_and_what_was_expected(file: Path, fault: str) -> None:
    old, new, line, expected = FAULTS[fault]
    assert GOOD.count(old) >= 1
    file.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(FileError) as error:
        load_library(file)
    assert expected in error.value.expected
    assert error.value.path == str(file)
    assert error.value.line == (line or error.value.line)
    assert error.value.line


@pytest.mark.parametrize("data", [b"", b"- 1\n", b"\xff\xfe", b"a: &a [*a]\n"])
def test_a_file_that_is_no_library_is_refused(file: Path, data: bytes) -> None:
    file.write_bytes(data)
    with pytest.raises(FileError):
        load_library(file)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no readable file"):
        load_library(tmp_path / "none.yaml")
