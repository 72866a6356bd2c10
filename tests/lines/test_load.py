"""Claims files: what loads, and what is said of what does not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.line import Line
from retest.errors import FileError
from retest.lines.load import check_line, check_text, load_line

TODAY = date(2026, 11, 24)
GOOD = """\
line: tides
question: What drives the tides of small lakes?
thesis: The wind drives them.
counter_thesis: The moon drives them.
anchors:
  - {id: "2501.00001", dated: 2025-01, about: wind}
  - {id: "hep-th/9901001", dated: 1999, about: moon}
claims:
  - id: wind-drives
    text: >-
      Wind drives the tides
      of small lakes.
    dated: 2024/2025
    anchors: ["2501.00001"]
    levers: [depth]
    queries: [{all_of: [lake tides], any_of: [wind, moon]}]
    review: {verdict: holds, by: A. Person, on: 2026-11-01, because: no}
"""
BUNDLED = Path(__file__).parents[2] / "claims" / "scale-anticipation.yaml"


def write(folder: Path, text: str | bytes, name: str = "tides.yaml") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_line_loads_with_its_values_as_they_are_written(tmp_path: Path) -> None:
    line = load_line(write(tmp_path, GOOD), TODAY)
    (claim,) = line.claims
    assert claim.text == "Wind drives the tides of small lakes."
    assert [anchor.dated for anchor in line.anchors] == ["2025-01", "1999"]
    assert claim.review is not None
    assert (claim.review.because, claim.review.on) == ("no", date(2026, 11, 1))
    assert claim.queries[0].any_of == ("wind", "moon")


def test_line_ends_of_another_system_make_no_difference(tmp_path: Path) -> None:
    assert load_line(write(tmp_path, GOOD.replace("\n", "\r\n"))) == load_line(
        write(tmp_path, GOOD)
    )


@pytest.mark.skipif(
    not BUNDLED.exists(), reason="the installed package has no source tree beside it"
)
def test_the_bundled_line_loads() -> None:
    line = load_line(BUNDLED, TODAY)
    assert line.claims
    assert {anchor for claim in line.claims for anchor in claim.anchors} <= {
        anchor.id for anchor in line.anchors
    }


# old, new, line, and pieces of what must be said
FAULTS = {
    "unquoted id": (
        '"2501.00001", dated',
        "2501.00001, dated",
        6,
        ["unquoted id 2501.00001", '"2501.00001"'],
    ),
    "unquoted id of a claim": (
        '["2501.00001"]',
        "[2501.00001]",
        14,
        ["unquoted id", 'quotes around it: "2501.00001"'],
    ),
    "unquoted id that lost a zero": (
        '"2501.00001", dated',
        "2501.0001, dated",
        6,
        ["unquoted", "5 digits"],
    ),
    "unquoted old id": ('"hep-th/9901001"', "hep-th/9901001", 7, ["unquoted id hep-th/9901001"]),
    "malformed id": (
        '"2501.00001", dated',
        '"2513.00001", dated',
        6,
        ["2513.00001", "an arXiv id", "no month 13"],
    ),
    "id with a version": (
        '"2501.00001", dated',
        '"2501.00001v2", dated',
        6,
        ["without a version", '"2501.00001"'],
    ),
    "id with a prefix": (
        '"2501.00001", dated',
        '"arXiv:2501.00001", dated',
        6,
        ['the id alone: "2501.00001"'],
    ),
    "id of the future": (
        '"2501.00001", dated',
        '"2612.00001", dated',
        6,
        ["2026-12", "after 2026-11-24"],
    ),
    "id listed twice": (
        "hep-th/9901001",
        "2501.00001",
        7,
        ["the anchor 2501.00001 again", "first in line 6"],
    ),
    "id not listed": (
        '["2501.00001"]',
        '["2502.00002"]',
        14,
        ["2502.00002", "in the line's `anchors`"],
    ),
    "id twice in a claim": (
        '["2501.00001"]',
        '["2501.00001", "2501.00001"]',
        14,
        ["again", "first in line 14"],
    ),
    "no id": ('id: "2501.00001"', "id: []", 6, ["an empty list for `id`", "a text"]),
    "unknown key": (
        "    levers:",
        "    lever:",
        15,
        ["unknown key `lever`", "did you mean `levers`?"],
    ),
    "unknown key on top": (
        "thesis: The wind",
        "note: x\nthesis: The wind",
        3,
        ["unknown key `note`", "one of line,"],
    ),
    "unknown key in a review": (
        "because: no",
        "because: no, why: x",
        17,
        ["unknown key `why`", "verdict, by, on"],
    ),
    "missing key": ("    dated: 2024/2025\n", "", 9, ["no `dated`", "needed are id, text, dated"]),
    "missing key on top": ("thesis: The wind drives them.\ncounter", "counter", 1, ["no `thesis`"]),
    "key twice": (
        "thesis: The wind",
        "question: x\nthesis: The wind",
        3,
        ["`question` again", "first in line 2"],
    ),
    "bad date": ("2024/2025", "last year", 13, ["`last year` for `dated`", "YYYY-MM"]),
    "no such month": ("dated: 2025-01", "dated: 2025-13", 6, ["2025-13", "month must be in 1..12"]),
    "span that runs backwards": ("2024/2025", "2025/2024", 13, ["the earlier one first"]),
    "date of the future": ("2024/2025", "2027", 13, ["2027", "not after 2026-11-24"]),
    "date in other digits": (
        "dated: 1999",
        "dated: \u0661\u0669\u0669\u0669",
        7,
        ["YYYY, YYYY-MM or YYYY-MM-DD"],
    ),
    "day that does not exist": (
        "2026-11-01",
        "2026-02-30",
        17,
        ["2026-02-30", "a day that exists"],
    ),
    "seconds for a day": ("on: 2026-11-01", "on: 0", 17, ["`0` for `on`", "YYYY-MM-DD"]),
    "verdict that is none": (
        "verdict: holds",
        "verdict: maybe",
        17,
        ["`maybe` for `verdict`", "'relaxed'"],
    ),
    "claim named counter-thesis": ("id: wind-drives", "id: counter-thesis", 9, ["another name"]),
    "claim with a bad name": ("id: wind-drives", "id: Wind drives", 9, ["lower-case words"]),
    "file named otherwise": (
        "line: tides",
        "line: waves",
        1,
        ["`waves`", "`tides`, as the file is named"],
    ),
    "text for a list": ("[depth]", "depth", 15, ["`depth` for `levers`", "a list"]),
    "list for a text": (
        "thesis: The wind drives them.",
        "thesis: [The wind]",
        3,
        ["a list for `thesis`", "a text"],
    ),
    "text for a claim": (
        "claims:",
        "claims:\n  - The wind.",
        9,
        ["`The wind.` for `claims`", "the keys id, text"],
    ),
    "nothing for a list": ("[depth]", "", 15, ["nothing for `levers`", "a list"]),
    "empty text": ("The moon drives them.", '" "', 4, ["nothing for `counter_thesis`", "a text"]),
    "long text": ("The moon drives them.", "x" * 2001, 4, ["at most 2000 characters"]),
    "empty query": (
        "{all_of: [lake tides], any_of: [wind, moon]}",
        "{all_of: []}",
        16,
        ["a query without a phrase"],
    ),
    "tab": ("    levers:", "\tlevers:", 15, ["a tab as indentation", "spaces"]),
    "colon in a text": (
        "The wind drives them.",
        "the wind: it does",
        3,
        ["broken YAML", "in quotes"],
    ),
    "open bracket": ("[depth]", "[depth", 16, ["broken YAML"]),
    "alias": ("The moon drives them.", "*wind", 4, ["the alias *wind"]),
    "anchor of YAML": ("The moon drives them.", "&m The moon.", 4, ["the YAML anchor &m"]),
    "tag": (
        "The moon drives them.",
        "!!python/object/apply:os.getcwd []",
        4,
        ["the tag", "no tag"],
    ),
    "list as a key": ("line: tides", "? [a]\n: b\nline: tides", 1, ["as a key"]),
    "second document": ("claims:", "---\nclaims:", 8, ["a second document"]),
    "reversed text": ("The moon drives", "The \u202emoon drives", 4, ["U+202E", "can be seen"]),
    "zero-width text in a comment": ("line: tides", "# a\u200b\nline: tides", 1, ["U+200B"]),
    "control character": ("The moon drives", "The\x07 moon drives", 4, ["U+0007"]),
    "NUL": ("The moon drives", "The\x00 moon drives", 4, ["U+0000"]),
    "NUL as an escape": ("The moon drives them.", '"The\\0 moon"', 4, ["U+0000", "an escape"]),
    "reversed text as an escape": (
        "The moon drives them.",
        '"The \\u202e moon"',
        4,
        ["U+202E", "an escape"],
    ),
}


@pytest.mark.parametrize(("old", "new", "number", "said"), FAULTS.values(), ids=FAULTS.keys())
def test_every_fault_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, number: int, said: list[str]
) -> None:
    assert GOOD.count(old) == 1, "the test changes one place"
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(FileError) as raised:
        load_line(path, TODAY)
    error = raised.value
    assert (error.path, error.line, error.exit_status) == (str(path), number, 2)
    assert str(error).startswith(f"{path}:{number}: found ")
    assert [piece for piece in said if piece not in str(error)] == []
    assert error.found
    assert error.expected


@pytest.mark.parametrize(
    ("raw", "number", "said"),
    [
        (b"", 1, "an empty file"),
        (b"# only a comment\n\n", 1, "an empty file"),
        (b"\xef\xbb\xbf" + GOOD.encode(), 1, "a byte order mark"),
        (GOOD.encode("utf-16"), 1, "the byte 0xff, which is not UTF-8"),
        (
            GOOD.replace("wind}", "w\u00ecnd}").encode("latin-1"),
            6,
            "the byte 0xec, which is not UTF-8",
        ),
        (b"- a\n- b\n", 1, "a list for the file"),
        (b"tides", 1, "`tides` for the file"),
        (b"[" * 50_000, 1, "a very large or deep document"),
        (b"a: [" + b"x, " * 30_000 + b"x]", 1, "a very large or deep document"),
        (b"a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", 1, "the YAML anchor &a"),
    ],
    ids=["empty", "comment", "BOM", "UTF-16", "Latin-1", "list", "text", "deep", "wide", "laughs"],
)
def test_what_is_no_claims_file_is_said_to_be_none(
    tmp_path: Path, raw: bytes, number: int, said: str
) -> None:
    with pytest.raises(FileError) as raised:
        load_line(write(tmp_path, raw))
    assert raised.value.line == number
    assert said in str(raised.value)


def test_a_file_of_ten_megabytes_is_refused_without_being_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, GOOD.encode() + b"#" * 10_000_000)
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("the file was opened"))
    with pytest.raises(FileError, match="bytes; expected a claims file of at most 1,000,000 bytes"):
        load_line(path)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"tides\.yaml: found no such file"):
        load_line(tmp_path / "tides.yaml")
    with pytest.raises(FileError, match="found a folder"):
        load_line(tmp_path)


def test_all_faults_of_a_file_are_told_at_once_in_the_order_of_their_lines(tmp_path: Path) -> None:
    text = (
        GOOD.replace("thesis: The wind", "thesys: The wind")
        .replace("[depth]", "depth")
        .replace("2024/2025", "soon")
    )
    path = write(tmp_path, text)
    faults = check_line(path).faults
    assert [fault.line for fault in faults] == [1, 3, 13, 15]
    with pytest.raises(FileError) as raised:
        load_line(path)
    assert all(f"{path}:{fault.line}: found {fault.found}" in str(raised.value) for fault in faults)


def test_a_long_list_of_faults_is_cut_and_counted(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD + "\n".join(f"x{n}: y" for n in range(40)))
    with pytest.raises(FileError) as raised:
        load_line(path)
    assert str(raised.value).count("unknown key") == 20
    assert "and 20 more" in str(raised.value)


def test_without_a_day_nothing_is_of_the_future(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("2501.00001", "2612.00001").replace("2024/2025", "2027"))
    assert load_line(path).claims[0].dated == "2027"


MARKS = [
    "\n",
    "  ",
    "- ",
    "? ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "\t",
    "'",
    '"',
    "&a ",
    "*a",
    "!!x ",
    "|\n",
    ">-\n",
    "%YAML 1.1\n",
    "---\n",
    "...\n",
    "<<: ",
    "~",
    "\u202e",
    "\x85",
]
pieces = st.sampled_from([*GOOD.splitlines(keepends=True), *MARKS])


def outcome(text: str) -> None:
    try:
        checked = check_text(text, Path("tides.yaml"), TODAY)
    except FileError:
        return
    assert isinstance(checked.line, Line) != bool(checked.faults)


@given(st.lists(pieces, max_size=40).map("".join))
def test_any_mixture_of_yaml_gives_a_line_or_faults(text: str) -> None:
    outcome(text)


@given(st.text())
def test_any_text_gives_a_line_or_faults(text: str) -> None:
    outcome(text)


@given(st.sampled_from(GOOD.split()), st.text(max_size=20))
def test_any_change_of_a_good_file_gives_a_line_or_faults(word: str, other: str) -> None:
    outcome(GOOD.replace(word, other, 1))


@given(st.binary(max_size=200))
def test_any_bytes_give_a_line_or_faults(
    tmp_path_factory: pytest.TempPathFactory, raw: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(raw)
    checked = check_line(path)
    assert isinstance(checked.line, Line) != bool(checked.faults)
