"""Files, folders and standard input: which are read, as what, and what is said of those that cannot
be."""

from __future__ import annotations

from pathlib import Path

import pytest

from retest.citations import read_citations
from retest.errors import FileError, UsageError

BIB = "% a comment\n@misc{a, title={Idle Agents}, eprint={2401.00001}, archiveprefix={arXiv}}\n"


def test_a_folder_is_read_sorted_without_what_is_hidden(tmp_path: Path) -> None:
    for name in (
        "b/z.md",
        "b/a.txt",
        "a.bib",
        "c.jsonl",
        ".git/x.md",
        "b/.retest/x.md",
        "b/.x.md",
        "d.py",
        "e.html",
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(
            "arXiv:2401.00002" if name[-1] in "dty" else "", encoding="utf-8"
        )
    (tmp_path / "a.bib").write_text(BIB, encoding="utf-8")
    (tmp_path / "c.jsonl").write_text('{"id": "2401.00003"}\n', encoding="utf-8")
    found = [
        (Path(c.file).relative_to(tmp_path).as_posix(), c.id)
        for c in read_citations([tmp_path], None)
    ]
    assert found == [
        ("a.bib", "2401.00001"),
        ("b/a.txt", "arXiv:2401.00002"),
        ("b/z.md", "arXiv:2401.00002"),
        ("c.jsonl", "2401.00003"),
    ]


def test_one_bad_file_is_named_and_never_hides_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"caf\xe9 arXiv:2401.00001")
    (tmp_path / "b.bib").write_text(BIB + "@misc{b, title={y\n", encoding="utf-8")
    (tmp_path / "c.jsonl").write_text('{\n{"id": "2401.00003"}\n', encoding="utf-8")
    (tmp_path / "d.txt").write_text("arXiv:2401.00004", encoding="utf-8")
    faults: list[FileError] = []
    paths = [tmp_path / "none.md", tmp_path]
    found = read_citations(paths, None, None, faults.append)
    assert [c.id for c in found] == ["2401.00001", "2401.00003", "arXiv:2401.00004"]
    assert [(Path(f.path).name, f.line) for f in faults] == [
        ("none.md", None),
        ("a.md", 1),
        ("b.bib", 3),
        ("c.jsonl", 1),
    ]


BBL = """\\begin{thebibliography}{2}
\\providecommand{\\url}[1]{\\texttt{#1}}

\\bibitem[Smith et~al.(2024)Smith, Doe, and
  Lee]{smith}
John Smith, Alice Doe, and Bob~van~der Lee. % arXiv:2401.00009
\\newblock Idle agents and
  what they {D}ream of.
\\newblock \\emph{arXiv preprint arXiv:2401.00001}, 2024{\\natexlab{a}}.

\\bibitem[{K\\"onig(2024)}]{koenig}
Ann K\\"onig and Jo Roe. 2024.
\\newblock \\href {https://arxiv.org/abs/2401.00002} {Busy agents at rest}.
\\newblock \\emph{arXiv preprint}.
\\end{thebibliography}
"""


@pytest.mark.parametrize("suffix", [".bbl", ".tex"])
def test_a_bibliography_in_tex_is_read_as_a_list_of_references(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"main{suffix}").write_text(BBL, encoding="utf-8")
    assert [(c.line, c.cited, c.title, c.authors) for c in read_citations([tmp_path], None)] == [
        (
            9,
            "arXiv:2401.00001",
            "Idle agents and what they Dream of",
            ("John Smith", "Alice Doe", "Bob van der Lee"),
        ),
        (
            13,
            "https://arxiv.org/abs/2401.00002",
            "Busy agents at rest",
            ("Ann König", "Jo Roe"),
        ),
    ]


def test_ids_in_the_text_of_a_paper_are_read_and_its_comments_are_not(tmp_path: Path) -> None:
    (tmp_path / "main.tex").write_text(
        "We follow \\href{https://arxiv.org/abs/2401.00001}{them} and 5\\% of\n"
        "\\url{https://arxiv.org/abs/2401.00002} % not arXiv:2401.00003\n"
        "\\entry{x}{article}{}\n  \\field{title}{Nothing}\n  \\verb 2401.00004\n",
        encoding="utf-8",
    )
    found = read_citations([tmp_path], None)
    assert [(c.line, c.cited.rpartition("/")[2], c.title) for c in found] == [
        (1, "2401.00001", None),
        (2, "2401.00002", None),
        (5, "2401.00004", None),
    ]


def test_links_of_a_folder_that_lead_nowhere_or_to_a_device_are_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("arXiv:2401.00001")
    (tmp_path / "self.md").symlink_to("self.md")
    (tmp_path / "gone.md").symlink_to("nowhere.md")
    (tmp_path / "endless.md").symlink_to("/dev/zero")
    (tmp_path / "up").symlink_to(tmp_path)
    assert [Path(citation.file).name for citation in read_citations([tmp_path], None)] == ["a.md"]


def test_a_file_that_is_named_twice_is_read_once(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_text("arXiv:2401.00001")
    assert len(read_citations([file, file], None)) == 1


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('\n {"id": "2401.00001", "title": "As JSON"}', "As JSON"),
        (BIB, "Idle Agents"),
        (
            "- [Idle Agents Dream of Idle Models](https://arxiv.org/abs/2401.00001)",
            "Idle Agents Dream of Idle Models",
        ),
        ("\ufeff" + BIB, "Idle Agents"),
    ],
)
def test_standard_input_is_read_as_what_it_looks_like(text: str, title: str) -> None:
    [citation] = read_citations([Path("-")], text.encode)
    assert (citation.title, citation.file) == (title, "stdin")


def test_kind_overrides_suffix_and_looks(tmp_path: Path) -> None:
    file = tmp_path / "refs.txt"
    file.write_text(BIB)
    [citation] = read_citations([file], None, "bibtex")
    assert citation.title == "Idle Agents"
    [citation] = read_citations([Path("-")], b"[a](https://arxiv.org/abs/2401.00001)".strip, "text")
    assert citation.cited == "https://arxiv.org/abs/2401.00001"


@pytest.mark.parametrize("suffix", [".md", ".txt", ".bib", ".jsonl", ".html"])
def test_an_empty_file_holds_no_citation(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"empty{suffix}"
    file.write_bytes(b"\xef\xbb\xbf")
    assert read_citations([file], None) == []


def test_lines_are_counted_the_same_whatever_ends_them(tmp_path: Path) -> None:
    file = tmp_path / "a.md"
    file.write_bytes(b"\xef\xbb\xbfone\r\ntwo\r\n\r\narXiv:2401.00001\r\n")
    assert [c.line for c in read_citations([file], None)] == [4]


def test_what_cannot_be_read_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes(b"one\ncaf\xe9 arXiv:2401.00001")
    (tmp_path / "empty").mkdir()
    for path, message in [
        (tmp_path / "none.md", "no such file"),
        (tmp_path / "latin.md", "latin.md:2: found the byte 0xe9, which is not UTF-8"),
    ]:
        with pytest.raises(FileError, match=message) as caught:
            read_citations([path], None)
        assert caught.value.exit_status == 2
    with pytest.raises(UsageError, match="holds no file to check"):
        read_citations([tmp_path / "empty"], None)
    with pytest.raises(FileError, match="stdin:2: found the byte 0xe9"):
        read_citations([Path("-")], lambda: b"one\ncaf\xe9")
    with pytest.raises(UsageError, match="no standard input"):
        read_citations([Path("-")], None)
    with pytest.raises(UsageError, match="no kind latex"):
        read_citations([Path("-")], bytes, "latex")
