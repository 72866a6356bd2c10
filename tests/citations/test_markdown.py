"""Markdown: every place in which an id can stand, once, with its exact line."""

from __future__ import annotations

from pathlib import Path

import pytest

from retest.errors import FileError
from tests.citations.reading import only, read

PAGE = """\
---
title: A post about something else
refs: [2401.00001]
---
# Heading [a](https://arxiv.org/abs/2401.00002)

A paragraph that is wrapped
before arXiv:2401.00003 and has a [link
whose text is wrapped](
https://arxiv.org/abs/2401.00004
"and a title") and then
`code over
two lines` before arXiv:2401.00005, <https://arxiv.org/abs/2401.00006>,
https://arxiv.org/abs/
2401.00007, and a hard break\\
before **arXiv:2401.00008**.

Setext with arXiv:2401.00009
and more arXiv:2401.00010
==========

- item
  arXiv:2401.00011

  second paragraph arXiv:2401.00012
  1. nested
     arXiv:2401.00013

> quoted
> arXiv:2401.00014

| a | b |
|---|---|
| x | [link](https://arxiv.org/abs/2401.00015) |
| `2401.00016` | y |

<div><a
  href="https://arxiv.org/abs/2401.00017">in HTML</a>
arXiv:2401.00018</div>

Inline <a href='https://arxiv.org/abs/2401.00019'>HTML</a>, then
![badge](https://img.shields.io/badge/arXiv-2401.00020-red.svg).

    indented by accident
    arXiv:2401.00021

A [used] definition and a footnote[^1].

[used]: https://arxiv.org/abs/2401.00022
[unused]: https://arxiv.org/abs/2401.00023 "Its title"
[^1]: https://arxiv.org/abs/2401.00024

```bibtex
@misc{a,
  eprint = {2401.00025}, title = {T}, archiveprefix = {arXiv}}
```
"""
LINES = {
    1: 3,
    2: 5,
    3: 8,
    4: 10,
    5: 13,
    6: 13,
    7: 14,
    8: 16,
    9: 18,
    10: 19,
    11: 23,
    12: 25,
    13: 27,
    14: 30,
    15: 34,
    16: 35,
    17: 38,
    18: 39,
    19: 41,
    20: 42,
    21: 45,
    22: 47,
    23: 50,
    24: 47,
    25: 54,
}


def test_every_place_is_read_once_and_has_its_line(tmp_path: Path) -> None:
    citations = read(tmp_path, PAGE, ".md")
    assert {int(c.cited.rpartition("2401.")[2]): c.line for c in citations} == LINES
    assert len(citations) == len(LINES)
    assert [c.line for c in citations] == sorted(c.line for c in citations)


def test_code_and_comments_are_not_read(tmp_path: Path) -> None:
    code = "```\narXiv:2401.00001\n```\n\n~~~python\narXiv:2401.00002\n~~~\n\n"
    assert (
        read(tmp_path, f"{code}<!-- arXiv:2401.00003 -->\n\na <!-- 2401.00004 --> b", ".md") == []
    )


def test_broken_bibtex_in_a_fence_has_its_line_in_the_page(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"cited\.md:4: found an entry that is broken"):
        read(tmp_path, "text\n\n```bib\n@misc{a,\n eprint={2401.00001}\n```\n", ".md")


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("[2401.00001](https://arxiv.org/abs/2401.00001)", ["2401.00001"]),
        (
            "[2401.00001](https://arxiv.org/abs/2401.00002)",
            ["2401.00001", "https://arxiv.org/abs/2401.00002"],
        ),
        ("[arXiv:2413.00001](https://arxiv.org/abs/2413.00001)", ["arXiv:2413.00001"]),
        (
            "arXiv:2401.00001, https://arxiv.org/abs/2401.00001v2",
            ["https://arxiv.org/abs/2401.00001v2"],
        ),
        ("arXiv:2401.00001v1 and arXiv:2401.00001v9", ["arXiv:2401.00001v1", "arXiv:2401.00001v9"]),
        (
            "[![arXiv](https://img.shields.io/badge/arXiv-2401.00001-b31b1b.svg)](https://arxiv.org/abs/2401.00001)",
            ["https://arxiv.org/abs/2401.00001"],
        ),
        (
            "[a](https://arxiv.org/abs/hep-th/9901001) [b](https://arxiv.org/pdf/hep-th/9901001v2)",
            ["https://arxiv.org/pdf/hep-th/9901001v2"],
        ),
        ("- arXiv:2401.00001\n- arXiv:2401.00001", ["arXiv:2401.00001", "arXiv:2401.00001"]),
    ],
)
def test_a_paper_is_cited_once_a_place_and_version(
    tmp_path: Path, text: str, cited: list[str]
) -> None:
    assert [c.cited for c in read(tmp_path, text, ".md")] == cited


def test_the_entry_is_the_text_around_the_id(tmp_path: Path) -> None:
    text = """\
Before.

- **Idle Agents** are
  at [rest](https://arxiv.org/abs/2401.00001).
- Others.

| Name | Where |
|--|--|
| *Idle* agents | arXiv:2401.00002 |

Agents (arXiv:2401.00003) dream; models (arXiv:2401.00004) do not.
"""
    assert [c.entry for c in read(tmp_path, text, ".md")] == [
        "Idle Agents are at rest.",
        "Idle agents arXiv:2401.00002",
        "Agents (arXiv:2401.00003",
        "dream; models (arXiv:2401.00004) do not.",
    ]


def test_a_long_entry_is_cut_around_the_id(tmp_path: Path) -> None:
    entry = only(
        tmp_path, "word " * 900 + "Agents at Rest (arXiv:2401.00001) " + "word " * 900, ".md"
    ).entry
    assert entry is not None
    assert len(entry) <= 1_000
    assert "Agents at Rest (arXiv:2401.00001) word" in entry


@pytest.mark.parametrize(
    ("header", "cell", "title"),
    [
        ("Title", "Idle agents dream", "Idle agents dream"),
        (
            "**Paper**",
            "1) **Dreams of Idle Agents** - shows that agents dream. Long.",
            "Dreams of Idle Agents",
        ),
        ("Paper title", "Dreams of idle agents (Smith et al., 2024)", "Dreams of idle agents"),
        ("Paper", "Smith et al., 2024", None),
        ("Title", "LoRA", None),
        ("Finding", "Idle agents dream of models", None),
    ],
)
def test_a_column_of_titles_gives_the_title(
    tmp_path: Path, header: str, cell: str, title: str | None
) -> None:
    table = (
        f"| Year | {header} | Link |\n|---|---|---|\n| 2024 | {cell} | "
        "[pdf](https://arxiv.org/pdf/2401.00001) |\n"
    )
    assert only(tmp_path, table, ".md").title == title


@pytest.mark.parametrize(
    "record",
    [
        "1. **Dreams of Idle Agents**\n   - Authors: John Smith, Alice Doe\n   - arXiv: "
        "2401.00001\n   - Note: Good.",
        "### Dreams of Idle Agents\n**Authors:** John Smith, Alice Doe  \n**Link:** "
        "https://arxiv.org/abs/2401.00001",
        "**Title:** Dreams of Idle Agents\n**Authors:** John Smith and Alice Doe\n**arXiv ID:** "
        "2401.00001",
        "## Dreams of Idle Agents\n\n- *Authors*: John Smith, Alice Doe\n- *PDF*: "
        "<https://arxiv.org/pdf/2401.00001>",
    ],
)
def test_a_record_of_fields_is_one_entry(tmp_path: Path, record: str) -> None:
    citation = only(tmp_path, f"# List\n\n{record}\n\nMore text.", ".md")
    assert (citation.title, citation.authors) == (
        "Dreams of Idle Agents",
        ("John Smith", "Alice Doe"),
    )
    assert citation.entry is not None
    assert "Dreams of Idle Agents" in citation.entry


def test_links_below_a_heading_have_it_in_their_entry_but_not_as_their_title(
    tmp_path: Path,
) -> None:
    citation = only(
        tmp_path,
        "# Dream Kit: Tools for Idle Agents\n\n[arXiv](https://arxiv.org/abs/2401.00001)\n",
        ".md",
    )
    assert (citation.title, citation.entry) == (None, "Dream Kit: Tools for Idle Agents arXiv")
