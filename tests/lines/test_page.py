"""Pages of a research library: what becomes of each part, and what a hostile page cannot do."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.line import Line
from retest.errors import FileError, UsageError
from retest.lines.load import check_line, check_text
from retest.lines.page import LARGEST_PAGE, MOST, ImportedPage, import_page, read_page

PAGE = """\
INQUIRING LINE

Do small lakes have tides of their own?

This explores whether the water of small lakes moves by itself.

The notes suggest that wind matters more than the moon: \
a *quiet* lake hardly moves Does wind move lakes?.


Sources 2 notes

Does wind move lakes?

Gauges on nine lakes rose with the wind: 3-4x more in storms, # not in calm.

Do lakes answer the moon?

Nobody has measured it in a lake below one square kilometre.

Research prompt for your LLM

Copy into any chat to take this further.

You are a research analyst re-testing claims about lakes. The question remains open: *wind or moon?*

What a curated library found, and when (dated claims, not current truth):
Findings span 2023-2026; treat each as a snapshot:
• Tides of small lakes are driven by *wind*: not by the moon (~2025\u20132026).
• Deep lakes answer later than shallow ones (2024-05).
- Ice stops all tides, "always" (~2023\u201324)
• Salt makes no difference.

Anchor papers (verify; mind their dates):
• arXiv:2410.18890 (2024-10) \u2014 gauges: nine lakes
• arXiv:hep-th/9901001v3 (1999-01) \u2014 moons
• arXiv:2410.1889 (2024-10) \u2014 a zero is lost
• a paper without an id

Your task:
(1) **RE-TEST.** Has newer work relaxed the claim that wind drives the tides of small lakes? \
Isolate what holds.
(2) **Surface** work of the last 6 months that argues the *moon* drives them too.
(3) **Propose 2 questions**: (a) Does ice matter? (b) Can depth and wind be told apart?

Cite arXiv IDs; flag anything you cannot ground.

Next inquiring lines
• Do rivers have tides?
"""


def loaded(page: ImportedPage) -> Line:
    name = yaml.safe_load(page.yaml)["line"]
    checked = check_text(page.yaml, Path(f"{name}.yaml"))
    assert checked.line is not None, [str(fault) for fault in checked.faults]
    return checked.line


def test_a_page_becomes_a_line_that_loads() -> None:
    line = loaded(import_page(PAGE, None))
    assert line.line == "small-lakes-tides-own"
    assert line.question == "Do small lakes have tides of their own?"
    assert line.thesis == "Wind drives the tides of small lakes."
    assert line.counter_thesis == "The moon drives them too."
    assert [(claim.id, claim.text, claim.dated) for claim in line.claims] == [
        (
            "tides-small-lakes-driven-wind",
            "Tides of small lakes are driven by wind: not by the moon.",
            "2025/2026",
        ),
        ("deep-lakes-answer-later-than", "Deep lakes answer later than shallow ones.", "2024-05"),
        ("ice-stops-all-tides-always", 'Ice stops all tides, "always".', "2023/2024"),
    ]
    assert [(anchor.id, anchor.dated, anchor.about) for anchor in line.anchors] == [
        ("2410.18890", "2024-10", "gauges: nine lakes"),
        ("hep-th/9901001", "1999-01", "moons"),
    ]
    assert line.questions == ("Does ice matter?", "Can depth and wind be told apart?")


def test_what_has_no_place_is_listed_with_its_line_and_the_reason() -> None:
    numbers = {line: number for number, line in enumerate(PAGE.splitlines(), 1)}
    unplaced = dict(import_page(PAGE, None).unplaced)
    assert "no finding with a date" in unplaced.pop(numbers["• Salt makes no difference."])
    assert "5 digits" in unplaced.pop(numbers["• arXiv:2410.1889 (2024-10) \u2014 a zero is lost"])
    assert "no arXiv id" in unplaced.pop(numbers["• a paper without an id"])
    assert unplaced == {numbers["• Do rivers have tides?"]: "• Do rivers have tides?"}


def test_nothing_of_the_page_is_lost() -> None:
    imported = import_page(PAGE, None)
    known = " ".join(
        (imported.yaml.replace("#", "") + " ".join(text for _, text in imported.unplaced)).split()
    )
    for words in (
        "rose with the wind: 3-4x more in storms",
        "Nobody has measured it",
        "moves by itself",
        "a quiet lake hardly moves",
        "Isolate what holds",
        "flag anything",
        "treat each as a snapshot",
    ):
        assert words in known, f"{words!r} is neither in the draft nor listed"


def test_the_pages_explanation_is_the_answer_that_the_line_begins_with() -> None:
    answer = loaded(import_page(PAGE, None)).answer
    said = "The notes suggest that wind matters more than the moon: a quiet lake hardly moves."
    assert [(one.text, one.paragraph, one.claims) for one in answer] == [(said, True, ())]


def test_what_is_left_to_do_is_named_by_check_and_keeps_no_line_from_loading(
    tmp_path: Path,
) -> None:
    page = "INQUIRING LINE\n\nWhy?\n\nFindings span 2025:\n• Water is wet (2025).\n"
    path = tmp_path / "line.yaml"
    path.write_text(import_page(page, None).yaml, encoding="utf-8")
    checked = check_line(path)
    assert (checked.line is not None, checked.faults) == (True, ())
    thesis, counter = checked.to_do
    assert "`thesis`" in thesis.found
    assert "`counter_thesis`" in counter.found
    assert thesis.path == str(path)
    assert thesis.line is not None


def test_ids_and_dates_are_quoted() -> None:
    text = import_page(PAGE, None).yaml
    assert '- id: "2410.18890"\n  dated: "2024-10"' in text


def test_the_name_may_be_given_and_must_be_one() -> None:
    assert loaded(import_page(PAGE, "lakes")).line == "lakes"
    with pytest.raises(UsageError, match="the line's name is 'My Lakes'"):
        import_page(PAGE, "My Lakes")


def test_without_thesis_in_the_tasks_the_draft_marks_what_is_to_do_and_still_loads() -> None:
    line = loaded(
        import_page("INQUIRING LINE\n\nWhy?\n\nFindings span 2025:\n• Water is wet (2025).\n", None)
    )
    assert line.thesis.startswith("TODO")
    assert line.counter_thesis.startswith("TODO")
    assert line.line == "line"


def test_wrapped_lines_are_one_finding_and_equal_findings_get_different_names() -> None:
    page = (
        "INQUIRING LINE\nWhy?\nFindings span 2025:\n• Water is\n  wet (2025).\n• Water is wet "
        "(2026)."
    )
    assert [(c.id, c.text) for c in loaded(import_page(page, None)).claims] == [
        ("water-wet", "Water is wet."),
        ("water-wet-2", "Water is wet."),
    ]


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("", "no question"),
        ("\n\n", "no question"),
        ("INQUIRING LINE\n\nWhy?\n", "no dated finding"),
        ("INQUIRING LINE\n\nWhy?\n\nFindings span 2025:\n• Water is wet.\n", "no dated finding"),
        ("<html><body>Not found</body></html>", "no question"),
        ("x" * (LARGEST_PAGE + 1), "at most"),
    ],
)
def test_what_is_no_page_is_refused(page: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        import_page(page, None)


@pytest.mark.parametrize(
    ("raw", "said"),
    [(b"\xff\xfeI", "not UTF-8"), (b"x" * 300_000, "300,000 bytes"), (None, "no such")],
)
def test_a_file_that_is_no_page_is_named(tmp_path: Path, raw: bytes | None, said: str) -> None:
    path = tmp_path / "page.txt"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(FileError, match=said):
        read_page(path)


def test_a_page_with_byte_order_mark_and_foreign_line_ends_reads_as_without(tmp_path: Path) -> None:
    path = tmp_path / "page.txt"
    path.write_bytes(b"\xef\xbb\xbf" + PAGE.replace("\n", "\r\n").encode())
    assert import_page(read_page(path), None) == import_page(PAGE, None)


HOSTILE = [
    'x"\nline: evil',
    "x: y",
    "# x",
    "- x",
    "!!python/object:x",
    "&a *a",
    "{a: b}",
    "'",
    '"',
    "\\",
    "%YAML",
    "---",
    "...",
    "a\u2028line: evil",
    "a\x85line: evil",
    "a\x0bb",
    "a\rline: evil",
    "\u202eevil",
    "\x00",
    "no",
    "~",
    "2401.10",
    "|",
    "\ufeff",
    "**",
    "\\n",
    "${HOME}",
    "{{ x }}",
    "\U000e0041",
    "\ud7ff",
    "😀",
]


@pytest.mark.parametrize("evil", HOSTILE)
def test_a_hostile_page_cannot_break_out_of_the_values(evil: str) -> None:
    page = PAGE
    for words in (
        "Do small lakes",
        "moves by itself",
        "Deep lakes",
        "gauges: nine",
        "Nobody has",
        "Does ice",
        "wind drives",
    ):
        assert page.count(words) == 1
        page = page.replace(words, f"{words} {evil}")
    draft = import_page(page, "lakes")
    line = loaded(draft)
    assert line.line == "lakes"
    assert {"2410.18890", "hep-th/9901001"} == {anchor.id for anchor in line.anchors}
    assert len(line.claims) <= 3
    keys = [
        text.split(":")[0]
        for text in draft.yaml.splitlines()
        if text[:1] not in ("", " ", "#", "-")
    ]
    assert keys == [
        "line",
        "question",
        "thesis",
        "counter_thesis",
        "anchors",
        "claims",
        "questions",
        "answer",
    ]


def test_a_page_of_far_too_many_findings_gives_a_draft_that_loads_and_lists_the_rest() -> None:
    page = PAGE.replace("• Salt", "• Water is wet (2025).\n" * 1000 + "• Salt")
    imported = import_page(page, None)
    assert len(loaded(imported).claims) == MOST
    assert sum("more than" in text for _, text in imported.unplaced) == 1003 - MOST


lines = st.sampled_from(
    [
        *PAGE.splitlines(),
        "• a: b (2025).",
        "• arXiv:2401.10001 (2024) \u2014 x",
        "(3) (a) ?",
        "",
        "* x",
        "?",
    ]
)


@given(st.lists(lines | st.text(max_size=40), max_size=30).map("\n".join))
def test_any_page_gives_a_draft_that_loads_or_a_usage_error(page: str) -> None:
    try:
        imported = import_page(
            f"INQUIRING LINE\nWhy so?\n\nFindings span 2025:\n• It is so (2025).\n{page}", None
        )
    except UsageError:
        return
    loaded(imported)
