"""JSON Lines: what a line may hold, and what is said of one that is wrong."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.citations.jsonl import read_jsonl
from retest.errors import FileError
from tests.citations.reading import only, read


def test_all_keys_are_read_as_they_are_written(tmp_path: Path) -> None:
    line = (
        '{"id": "2401.00001v2", "title": "T", "authors": ["A B", "C D"], "quote": "Q q", "claim": '
        '"C", "year": 2024}'
    )
    citation = only(tmp_path, f"\n{line}\n\n", ".jsonl")
    assert citation.model_dump() == {
        "cited": "2401.00001v2",
        "id": "2401.00001v2",
        "title": "T",
        "authors": ("A B", "C D"),
        "quote": "Q q",
        "claim": "C",
        "entry": None,
        "file": str(tmp_path / "cited.jsonl"),
        "line": 2,
    }


def test_a_title_alone_is_cited_by_it_and_null_is_absent(tmp_path: Path) -> None:
    citation = only(
        tmp_path, '{"id": null, "title": "T", "authors": "A B", "quote": null}', ".ndjson"
    )
    assert (citation.cited, citation.id, citation.authors, citation.quote) == (
        "T",
        None,
        ("A B",),
        None,
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            '{"id": 2401.10}',
            'the number 2401.10 as id; expected a string\n  put the id in quotes: "2401.10"',
        ),
        (
            '{"id": "2401.00001", "qoute": "x"}',
            "the key `qoute`; expected `quote`\n  did you mean `quote`?",
        ),
        ('{"arxiv_id": "2401.00001", "title": "x"}', "did you mean `id`?"),
        ('{"ID": "2401.00001"}', "did you mean `id`?"),
        ('{"id": "2401.00001", "id": "2401.00002"}', "the key `id` twice"),
        ('{"quote": "x"}', "neither id nor title"),
        ('{"id": "", "title": null}', "neither id nor title"),
        ('{"title": 7}', "`title` that is no string"),
        ('{"title": "x", "authors": {"a": 1}}', "`authors` that are no list"),
        ('{"title": "x", "authors": [1]}', "a name in `authors` that is no string"),
        ('{"title": "\\ud800"}', "half a surrogate pair"),
        ('["2401.00001"]', "which is no object"),
        ('{"id": "2401.00001"', "broken JSON"),
        ("{'id': '2401.00001'}", "broken JSON"),
        ('{"title": NaN}', "`title` that is no string"),
        ('{"title": "x", "y": ' + "[" * 100_000 + "}", "JSON that is very deep"),
        ('{"id": ' + "9" * 10_000 + "}", "as id"),
    ],
)
def test_a_wrong_line_is_named_with_what_to_do(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        read(tmp_path, '{"id": "2401.00001"}\n' + line + "\n", ".jsonl")
    assert "cited.jsonl:2: found" in str(caught.value)
    assert said in str(caught.value)


def test_one_bad_line_is_named_and_never_hides_the_others() -> None:
    faults: list[FileError] = []
    lines = ['{"id": "2401.00001"}', "{", '{"id": 2401.10}', '{"title": "T"}', "[]"]
    found = list(read_jsonl("\n".join(lines), "f", faults.append))
    assert [c.line for c in found] == [1, 4]
    assert [fault.line for fault in faults] == [2, 3, 5]


def test_an_empty_quote_that_is_given_is_not_none(tmp_path: Path) -> None:
    for quote in ("", " \n "):
        line = json.dumps({"id": "2401.00001", "quote": quote})
        assert only(tmp_path, line, ".jsonl").quote == ""


@pytest.mark.parametrize("key", ["title", "quote", "authors", "id", "claim"])
def test_a_text_that_is_too_long_to_be_what_it_stands_for_is_refused(
    tmp_path: Path, key: str
) -> None:
    line = json.dumps({"id": "2401.00001", key: "x" * 300_000})
    with pytest.raises(FileError, match=f"300,000 characters for `{key}`"):
        read(tmp_path, line, ".jsonl")


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("Z. Wang et al.", ("Z. Wang",)),
        ("A Bee and C Dee", ("A Bee", "C Dee")),
        ("Smith, John and Doe, Jane", ("Smith, John", "Doe, Jane")),
        ("Smith, John; Doe, Jane", ("Smith, John", "Doe, Jane")),
        ("John Smith, Jane Doe and Max Roe", ("John Smith", "Jane Doe", "Max Roe")),
        ("John Smith, Jane Doe", ("John Smith", "Jane Doe")),
        ("Smith, J., Doe, A., & Roe, B.", ("Smith, J.", "Doe, A.", "Roe, B.")),
        ("Smith J, Doe AB, et al.", ("Smith J", "Doe AB")),
        ("Smith, Doe, and Roe", ("Smith", "Doe", "Roe")),
        ("García Márquez, Gabriel", ("García Márquez, Gabriel",)),
        ("King, Jr., Martin Luther and Doe, J.", ("King, Jr., Martin Luther", "Doe, J.")),
        ("jane doe, john roe, and others", ("jane doe", "john roe")),
        ("et al.", ()),
    ],
)
def test_authors_in_one_string_are_the_names_in_it(
    tmp_path: Path, written: str, names: tuple[str, ...]
) -> None:
    line = json.dumps({"id": "2401.00001", "authors": written})
    assert only(tmp_path, line, ".jsonl").authors == names


@given(st.text(alphabet='{}[]":,0123456789.e-+idtle \\u\n') | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(FileError):
        assert all(citation.cited for citation in read_jsonl(text, "f"))
