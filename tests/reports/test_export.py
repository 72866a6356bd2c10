"""What is exported reads back as it was, whatever titles and names say; and says so where it is not
whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date

import jsonschema
import pytest
from bibtexparser.entrypoint import parse_string
from bibtexparser.middlewares.names import SeparateCoAuthors
from hypothesis import given, settings
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text  # type: ignore[import-untyped]  # it ships no types

from retest.domain.record import Record, SupersedingRecord
from retest.errors import UsageError
from retest.papers.source import Source
from retest.reports.cited import Item, cited_items, with_authors
from retest.reports.export import bibtex, csl_json, exported, ris
from retest.reports.write import write_report
from retest.text.harmless import one_line
from tests.conftest import Workspace
from tests.papers_small import AGREES, DENIES
from tests.reports.any_record import hostile, records
from tests.reports.news import claim, line, paper

rispy = pytest.importorskip("rispy", reason="rispy is not installed: pip install 'retest[export]'")
NAME = {
    "type": "object",
    "additionalProperties": False,
    "minProperties": 1,
    "properties": {
        part: {"type": "string"} for part in ("family", "given", "non-dropping-particle", "literal")
    },
}
CSL = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": ["type", "id"],
        "properties": {
            "type": {"enum": ["article"]},
            "author": {"type": "array", "items": NAME},
            "issued": {
                "type": "object",
                "additionalProperties": False,
                "properties": {
                    "date-parts": {
                        "type": "array",
                        "minItems": 1,
                        "maxItems": 2,
                        "items": {
                            "type": "array",
                            "minItems": 1,
                            "maxItems": 3,
                            "items": {"type": ["string", "number"]},
                        },
                    }
                },
            },
            **{
                name: {"type": "string"}
                for name in ("id", "title", "genre", "publisher", "number", "DOI", "URL", "keyword")
            },
        },
    },
}
"""Of csl-data.json (CSL 1.0.2), which allows no other fields either, what is used here."""
TITLES = (
    "50% of {LLMs} & co #1: x_1^2 ~ $y$ \\input{/etc/passwd}",
    "}, author = {Nobody}",
    "@article{x, title={y}}",
    "a } unbalanced { b",
    "TY  - JOUR",
    "ER  - ",
    "line\nTY  - JOUR\r\nER  - ",
    "\x00\x1b]0;x\x07\u202e",
    "",
    "“Quoted” -- and --- dashed, ``so'' ?` <<x>>",
    "Gödel, Ørsted & Łukasiewicz → \u03b1 ≤ β",
    "\\",
    "{",
    "%",
)
NAMES = (
    "Donald E. Knuth",
    "Ludwig van Beethoven",
    "Ángel Łukasz Ørsted",
    "The ATLAS Collaboration",
    "Plato",
    "Smith, John",
    "a and b",
    "{",
    "\\relax x",
    "others",
    "X Æ",
    "Tom & Jerry Mouse",
    "Ruth Al-Harbi",
    "D'Arcy 50%",
)


def item(title: str, authors: tuple[str, ...] = (), key: str = "arxiv-2606.00001") -> Item:
    return Item(
        key=key,
        id=key.removeprefix("arxiv-"),
        version=2,
        title=one_line(title),
        published=date(2026, 6, 1),
        keywords=("a-claim: for",),
        authors=authors,
        category="cs.CL",
    )


def from_bibtex(text: str) -> list[tuple[str, str, list[str]]]:
    """Key, title and authors of each entry, as bibtexparser reads them."""
    plain = LatexNodes2Text(math_mode="verbatim").latex_to_text
    library = parse_string(text, append_middleware=[SeparateCoAuthors()])
    assert not library.failed_blocks, library.failed_blocks[0].error
    assert len(library.blocks) == len(library.entries), "something stands outside of the entries"
    read = []
    for entry in library.entries:
        fields = entry.fields_dict
        names = fields["author"].value if "author" in fields else []
        read.append((entry.key, plain(fields["title"].value), [plain(name) for name in names]))
    return read


def from_csl(text: str) -> list[tuple[str, str, list[str]]]:
    found = json.loads(text)
    jsonschema.validate(found, CSL)
    order = ("given", "non-dropping-particle", "family", "literal")
    return [
        (
            one["id"],
            one.get("title", ""),
            [
                " ".join(name[part] for part in order if part in name)
                for name in one.get("author", [])
            ],
        )
        for one in found
    ]


def from_ris(text: str) -> list[tuple[str, str, list[str]]]:
    assert all(line[2:6] == "  - " for line in text.split("\n") if line), (
        "a line that begins no tag"
    )
    read = []
    for one in rispy.loads(text):
        assert set(one) <= {
            "type_of_reference",
            "id",
            "title",
            "authors",
            "year",
            "date",
            "publisher",
            "accession_number",
            "doi",
            "urls",
            "keywords",
        }
        read.append((one["id"], one.get("title", ""), one.get("authors", [])))
    return read


def turned(name: str) -> str:
    """`Beethoven, Ludwig van` and the like as they are spoken."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma else name


@pytest.mark.parametrize("title", TITLES)
def test_no_title_adds_an_entry_a_field_or_a_line(title: str) -> None:
    items = [item(title, ("Ada Lovelace",)), item("Another one", key="arxiv-2606.00002")]
    told = [(one.key, one.title, list(one.authors)) for one in items]
    assert from_bibtex(bibtex(items)) == told
    assert from_csl(csl_json(items)) == told
    assert [
        (key, text, [turned(name) for name in names]) for key, text, names in from_ris(ris(items))
    ] == told


@pytest.mark.parametrize("name", NAMES)
def test_every_name_reads_back_as_one_author(name: str) -> None:
    items = [item("A title", (name, "Ada Lovelace"))]
    assert from_bibtex(bibtex(items))[0][2] == [name, "Ada Lovelace"]
    assert from_csl(csl_json(items))[0][2] == [name, "Ada Lovelace"]
    read = from_ris(ris(items))[0][2]
    assert [read[0], turned(read[0])].count(name), read
    assert read[1:] == ["Lovelace, Ada"]


def test_names_are_taken_apart_for_those_who_sort_by_them() -> None:
    items = [item("A title", ("Ludwig van Beethoven", "The ATLAS Collaboration"))]
    assert json.loads(csl_json(items))[0]["author"] == [
        {"family": "Beethoven", "given": "Ludwig", "non-dropping-particle": "van"},
        {"literal": "The ATLAS Collaboration"},
    ]
    assert from_ris(ris(items))[0][2] == ["van Beethoven, Ludwig", "The ATLAS Collaboration"]
    assert "author = {Ludwig van Beethoven and {The ATLAS Collaboration}}" in bibtex(items)


def test_a_list_that_the_source_has_cut_short_says_so_in_each_format() -> None:
    items = [item("A title", ("Ada Lovelace",)).model_copy(update={"and_others": True})]
    assert "author = {Ada Lovelace and others}" in bibtex(items)
    assert json.loads(csl_json(items))[0]["author"][-1] == {"literal": "others"}
    assert from_ris(ris(items))[0][2] == ["Lovelace, Ada", "et al."]


texts = st.one_of(hostile(), st.text(max_size=30), st.sampled_from(TITLES))


@settings(max_examples=100)
@given(texts, st.lists(texts.map(one_line).filter(bool), max_size=3))
def test_any_title_and_any_names_read_back_the_same(title: str, names: list[str]) -> None:
    one = item(title, tuple(names))
    told = (one.key, one.title, names)
    ((key, text, read),) = from_bibtex(bibtex([one]))
    assert (key, text, [name.strip() for name in read]) == told
    ((key, text, read),) = from_csl(csl_json([one]))
    assert (key, text, read) == told
    ((key, text, read),) = from_ris(ris([one]))
    assert (key, text) == told[:2]
    assert len(read) == len(names)


@settings(max_examples=20)
@given(records())
def test_any_record_has_each_cited_paper_once_under_a_key_of_its_own(record: Record) -> None:
    items = cited_items(record)
    keys = [one.key for one in items]
    assert keys == sorted(set(keys))
    assert [key for key, *_ in from_bibtex(bibtex(items))] == keys
    assert [key for key, *_ in from_csl(csl_json(items))] == keys
    assert [key for key, *_ in from_ris(ris(items))] == keys


def test_nothing_cited_is_an_empty_file_of_each_format() -> None:
    assert (exported((), "bibtex"), exported((), "csl-json"), exported((), "ris")) == (
        "",
        "[]\n",
        "",
    )


WROTE = {AGREES.id: ("Ada Lovelace", "Grace Hopper"), DENIES.id: ("Ludwig van Beethoven",)}


def test_without_rispy_only_ris_is_missing_and_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "rispy.writer", None)
    with pytest.raises(UsageError) as raised:
        exported((), "ris")
    assert "pip install 'retest[export]'" in raised.value.hint
    assert exported((item("A title"),), "bibtex")


def test_an_id_that_is_none_is_an_error_of_the_record_and_no_entry() -> None:
    with pytest.raises(UsageError, match="no arXiv id"):
        cited_items(line(claim(evidence=(paper("2606.00001}, title={x"),))))


def report(workspace: Workspace) -> None:
    """A report that cites two papers, and a mirror that knows who wrote them."""
    workspace.mirror(
        *(one.model_copy(update={"authors": WROTE[one.id]}) for one in (AGREES, DENIES))
    )
    cites = [paper(one.id, title=one.title, version=one.version) for one in (AGREES, DENIES)]
    record = line(
        claim("wind-drives", "relaxed", evidence=(cites[0],)),
        counter_thesis=claim(
            "counter-thesis", "undetermined", why="nothing-newer-found", evidence=()
        ),
        line="tides",
        source="mirror",
        superseding=(SupersedingRecord(claim="wind-drives", evidence=cites[1], argument="x"),),
    )
    write_report(workspace.folder / "reports", record)


@pytest.mark.parametrize(("form", "read"), [("bibtex", from_bibtex), ("csl-json", from_csl)])
def test_the_command_asks_the_report_s_own_source_for_authors(
    workspace: Workspace, form: str, read: Callable[[str], list[tuple[str, str, list[str]]]]
) -> None:
    report(workspace)
    ran = workspace.retest(
        "export", "tides", "--format", form, environment={"RETEST_SOURCE": "arxiv"}
    )
    assert (ran.status, ran.err) == (0, "")
    assert read(ran.out) == [
        (f"arxiv-{one.id}", one.title, list(WROTE[one.id])) for one in (AGREES, DENIES)
    ]


def test_a_source_that_cannot_be_asked_costs_the_authors_and_status_3(workspace: Workspace) -> None:
    report(workspace)
    (workspace.folder / "out").mkdir()
    ran = workspace.retest(
        "export",
        "tides",
        "--source",
        "arxiv",
        "-o",
        "out/tides.bib",
        environment={"RETEST_ARXIV_URL": "http://127.0.0.1:9/", "RETEST_RETRY_ATTEMPTS": "1"},
    )
    assert ran.status == 3
    assert "without authors" in ran.err
    read = from_bibtex((workspace.folder / "out" / "tides.bib").read_text(encoding="utf-8"))
    assert [names for *_, names in read] == [[], []]
    assert [path.name for path in (workspace.folder / "out").iterdir()] == ["tides.bib"], (
        "a temporary file is left"
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("tides", "--format", "word"), "the formats are bibtex"),
        (("moon",), "there is no report of moon"),
    ],
)
def test_what_cannot_be_exported_is_said(
    workspace: Workspace, arguments: tuple[str, ...], said: str
) -> None:
    report(workspace)
    ran = workspace.retest("export", *arguments)
    assert (ran.status, ran.out) == (2, "")
    assert said in ran.err


class _Silent:
    """A source that is asked once at most."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []

    def get(self, ids: list[str]) -> dict[str, object]:
        self.asked.append(ids)
        return {}


def test_all_authors_are_asked_for_in_one_look_up() -> None:
    source = _Silent()
    asked: Source = source  # type: ignore[assignment]  # the one method that is used here
    items = tuple(item("x", key=f"arxiv-2606.0000{n}") for n in range(1, 4))
    _, lacking = with_authors(items, asked)
    assert source.asked == [["2606.00001", "2606.00002", "2606.00003"]]
    assert lacking == ("2606.00001, 2606.00002, 2606.00003: the source names none",)
