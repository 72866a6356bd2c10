"""Plain text, and lists in general: where an entry begins and ends, whatever the list looks
like."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.citations.reading import read

FIRST = (
    "J. Smith and A. Doe. Dreams of idle agents and what they mean for us. arXiv preprint "
    "arXiv:2401.00001, 2024."
)
SECOND = "B. Lee, C. van der Berg, et al. Busy agents. arXiv preprint arXiv:2401.00002, 2024."
THIRD = (
    "Zhou, K. (2024). Agents at rest: A survey of sleep in models. https://arxiv.org/abs/2401.00003"
)
WRAPPED = """\
J. Smith and A. Doe. Dreams of idle
{0}agents and what they mean for us. arXiv preprint
{0}arXiv:2401.00001, 2024.
"""


@pytest.mark.parametrize(
    ("suffix", "text", "lines"),
    [
        (".txt", f"References\n\n[1] {FIRST}\n\n[2] {SECOND}\n\n[3] {THIRD}\n", (3, 5, 7)),
        (".txt", f"[1] {FIRST}\n[2] {SECOND}\n[3] {THIRD}\n", (1, 2, 3)),
        (".txt", f"1. {FIRST}\n2. {SECOND}\n3. {THIRD}\n", (1, 2, 3)),
        (".txt", f"{FIRST}\n{SECOND}\n{THIRD}\n", (1, 2, 3)),
        (".txt", f"- {FIRST}\n- {SECOND}\n- {THIRD}\n", (1, 2, 3)),
        (".txt", f"See: [1] {FIRST} [2] {SECOND} [3] {THIRD}", (1, 1, 1)),
        (".txt", WRAPPED.format("    ") + SECOND + "\n" + THIRD, (3, 4, 5)),
        (".txt", "[1] " + WRAPPED.format("    ") + f"[2] {SECOND}\n[3] {THIRD}", (3, 4, 5)),
        (".txt", "[1] " + WRAPPED.format("") + f"[2] {SECOND}\n[3] {THIRD}", (3, 4, 5)),
        (".txt", WRAPPED.format("") + SECOND + "\n" + THIRD, (3, 4, 5)),
        (".md", f"- {FIRST}\n- {SECOND}\n- {THIRD}\n", (1, 2, 3)),
        (".md", f"[1] {FIRST}\n[2] {SECOND}\n[3] {THIRD}\n", (1, 2, 3)),
        (".md", f"[^1]: {FIRST}\n[^2]: {SECOND}\n[^3]: {THIRD}\n", (1, 2, 3)),
        (".md", f"{FIRST}\n\n{SECOND}\n\n{THIRD}\n", (1, 3, 5)),
        (".md", "1. " + WRAPPED.format("   ") + f"2. {SECOND}\n3. {THIRD}", (3, 4, 5)),
        (".md", f"> * {FIRST}\n> * {SECOND}\n>\n> {THIRD}", (1, 2, 4)),
    ],
)
def test_each_entry_of_a_list_is_read_by_itself(
    tmp_path: Path, suffix: str, text: str, lines: tuple[int, ...]
) -> None:
    citations = read(tmp_path, text, suffix)
    assert [(c.title, c.authors) for c in citations] == [
        ("Dreams of idle agents and what they mean for us", ("J. Smith", "A. Doe")),
        ("Busy agents", ("B. Lee", "C. van der Berg")),
        ("Agents at rest: A survey of sleep in models", ("Zhou, K.",)),
    ]
    assert tuple(c.line for c in citations) == lines
    for citation, own, other in zip(
        citations, ("Dreams", "Busy", "rest"), ("Busy", "rest", "Dreams"), strict=True
    ):
        assert citation.entry is not None
        assert own in citation.entry
        assert other not in citation.entry, "an entry holds another's title"


def test_a_word_broken_at_its_hyphen_and_an_address_broken_in_two_are_whole(tmp_path: Path) -> None:
    text = (
        "[1] J. Smith and A. Doe. A multi-\n    agent view of sleep. https://arxiv.org/abs/\n    "
        "2401.00001, 2024."
    )
    [citation] = read(tmp_path, text, ".txt")
    assert citation.title == "A multi-agent view of sleep"
    assert (citation.cited, citation.line) == ("https://arxiv.org/abs/2401.00001", 2)


def test_fields_of_plain_text_are_read(tmp_path: Path) -> None:
    text = (
        "Title: Dreams of idle\n  agents\nAuthors: Smith, John; Doe, Alice\narXiv: "
        "2401.00001\nYear: 2024\n"
    )
    [citation] = read(tmp_path, text, ".txt")
    assert (citation.title, citation.authors) == (
        "Dreams of idle agents",
        ("Smith, John", "Doe, Alice"),
    )


def test_a_title_of_the_file_itself_is_no_papers_title(tmp_path: Path) -> None:
    [citation] = read(
        tmp_path,
        "Title: My notes on sleep\nDate: today\n\nSee arXiv:2401.00001 for more.\n",
        ".txt",
    )
    assert citation.title is None
