"""Any text is read to its end: without an exception, and with no citation lost. How its time grows
is measured by benchmarks/parsers.py."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.citations.blocks import Block
from retest.citations.entries import read_blocks
from retest.citations.markdown import BibTeX, read_markdown
from retest.citations.names import read_names
from retest.citations.plain import read_plain
from retest.domain.arxiv_id import ArxivId, find_ids
from retest.domain.citation import Citation

PIECES = st.sampled_from(
    [
        "arXiv:2401.00001",
        "https://arxiv.org/abs/2401.00002",
        "[a](https://arxiv.org/abs/2401.00003)",
        "2401.00004",
        "[1]",
        "J. Smith",
        "Smith, J.",
        "et al.",
        "and",
        ", ",
        ". ",
        '"',
        "\u201c",
        "\u201d",
        "(2023)",
        "\n",
        "\n\n",
        "- ",
        "| ",
        "|-|\n",
        "**",
        "*",
        "`",
        "<a href='",
        "'>",
        "</a>",
        "Title:",
        "Authors:",
        "Deep Dreaming",
        "in Idle Agents",
        "arXiv preprint",
        "In Proc. of",
        "12.",
        "    ",
        "> ",
        "# ",
        "---\n",
        "![",
        "](",
        "\\",
        "&amp;",
        "<!--",
        "-->",
        "\u00e9",
        "\u4e2d\u6587",
        "\x00",
    ]
)


def papers(texts: Iterable[str]) -> set[str]:
    return {one.id.base for text in texts for one in find_ids(text) if isinstance(one.id, ArxivId)}


def cited(text: str, markdown: bool) -> list[Citation]:
    blocks: list[Block | BibTeX] = list(read_markdown(text) if markdown else read_plain(text))
    return list(read_blocks((block for block in blocks if isinstance(block, Block)), "f"))


@given(st.lists(PIECES, max_size=60).map("".join) | st.text(max_size=200), st.booleans())
def test_any_text_gives_citations_that_can_be_placed(text: str, markdown: bool) -> None:
    lines = text.count("\n") + 1
    for citation in cited(text, markdown):
        assert citation.cited
        assert "\n" not in citation.cited
        assert 1 <= citation.line <= lines
        assert citation.entry is not None
        assert len(citation.entry) <= 1_000
        assert citation.title is None or citation.title == " ".join(citation.title.split()) != ""


@given(st.lists(PIECES, max_size=60).map("".join))
def test_plain_text_loses_no_paper(text: str) -> None:
    folded = "\n".join(" ".join(line.split()) for line in text.split("\n"))
    wanted, found = papers([folded]), papers(citation.cited for citation in cited(folded, False))
    assert wanted == found


HOSTILE = {
    "names": "J. Smith, ",
    "inverted names": "Smith, J., ",
    "words": "Word ",
    "and": "Aa and ",
    "initials": "W. ",
    "quotations": '"a" ',
    "marks": '"',
    "brackets": "([",
    "stops": ". ",
    "commas": ", ",
    "years": "2023, ",
    "hyphens": "A-",
    "labels": "arXiv preprint ",
    "markers": "[1] ",
    "fields": "Title: x\n",
    "authors": "Authors: x\n",
    "lines": "a\n",
    "ids": "2401.00001 ",
    "entries": "A. B. T 2401.00001.\n",
    "cells": "|a|b|\n|-|-|\n",
    "links": "[T](https://arxiv.org/abs/2401.00001) ",
    "emphasis": "*a* ",
    "tags": "<a ",
    "spaces": " ",
    "et al": "Smith et al. ",
    "colons": "A: ",
    "capitals": "ABC DE ",
    "apostrophes": "O'B'",
    "particles": "van der ",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("markdown", [False, True])
def test_a_long_hostile_text_is_read_to_its_end(name: str, markdown: bool) -> None:
    text = HOSTILE[name] * (10_000 // len(HOSTILE[name])) + "\n\nSee arXiv:2401.00002."
    assert "2401.00002" in papers(citation.cited for citation in cited(text, markdown))


def test_of_many_papers_in_one_paragraph_none_is_lost() -> None:
    text = " ".join(f"2401.{number:05}" for number in range(1, 6_001))
    assert len(cited(text, False)) == 6_000


@given(st.text(alphabet="Aab.,&;- \u00c9\u00df'\n", max_size=80), st.integers(0, 10))
def test_names_end_where_they_are_told(text: str, start: int) -> None:
    stop = max(len(text) - 5, start)
    names = read_names(text, start, stop)
    assert names is None or start < names.end <= stop
