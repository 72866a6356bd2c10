"""BibTeX: which entries are arXiv citations, what they name, and that none is left out in
silence."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.citations.bibtex import read_bibtex
from retest.errors import FileError
from tests.citations.reading import only, read


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ("eprint={2401.00001}, archiveprefix={arXiv}", "2401.00001"),
        ("eprint={2401.00001v3}, eprinttype={arxiv}", "2401.00001v3"),
        ("eprint={arXiv:2401.00001}", "arXiv:2401.00001"),
        ("eprint={2401.00001}", "2401.00001"),
        ("eprint={hep-th/9901001}", "hep-th/9901001"),
        ("eprint={9901001}, archiveprefix={arXiv}, primaryclass={hep-th}", "hep-th/9901001"),
        ("arxivid={2401.00001}", "2401.00001"),
        ("doi={10.48550/arXiv.2401.00001}", "10.48550/arXiv.2401.00001"),
        ("url={https://arxiv.org/abs/2401.00001}", "https://arxiv.org/abs/2401.00001"),
        ("journal={arXiv preprint arXiv:2401.00001}", "arXiv:2401.00001"),
        ("journal={CoRR}, volume={abs/2401.00001}", "abs/2401.00001"),
        ("note={arXiv:2401.00001 [cs.CL]}", "arXiv:2401.00001"),
        (
            r"howpublished={\url{https://arxiv.org/abs/2401.00001}}",
            "https://arxiv.org/abs/2401.00001",
        ),
        # Malformed ones are kept for the ladder to reject.
        ("eprint={2413.00001}, archiveprefix={arXiv}", "2413.00001"),
        ("eprint={2413.00001}", "2413.00001"),
        ("eprint={TBD}, archiveprefix={arXiv}", "TBD"),
        # Said to be on arXiv, but not under which id.
        ("journal={arXiv preprint}", None),
        ("publisher={arXiv}", None),
        ("archiveprefix={arXiv}", None),
    ],
)
def test_an_entry_on_arxiv_is_cited_by_id_or_title(
    tmp_path: Path, fields: str, named: str | None
) -> None:
    citation = only(tmp_path, f"@article{{key,\n title={{Idle agents}},\n {fields}\n}}", ".bib")
    assert (citation.id, citation.cited, citation.title) == (
        named,
        named or "Idle agents",
        "Idle agents",
    )


@pytest.mark.parametrize(
    "fields",
    [
        "journal={Nature}",
        "eprint={hal-01234}, eprinttype={hal}",
        "url={https://openreview.net/forum?id=2401.00001}",
        "",
    ],
)
def test_an_entry_without_a_sign_of_arxiv_is_none(tmp_path: Path, fields: str) -> None:
    assert read(tmp_path, f"@article{{key, title={{Idle agents}}, {fields}}}", ".bib") == []


def test_an_entry_that_names_two_papers_cites_both_and_one_paper_once(tmp_path: Path) -> None:
    entry = "@misc{a, title={T}, eprint={2401.00001}, url={https://arxiv.org/abs/2401.0000%s}}"
    assert [c.id for c in read(tmp_path, entry % 1, ".bib")] == ["2401.00001"]
    assert [c.id for c in read(tmp_path, entry % 2, ".bib")] == [
        "2401.00001",
        "https://arxiv.org/abs/2401.00002",
    ]
    assert [c.id for c in read(tmp_path, entry % "1v9", ".bib")] == [
        "https://arxiv.org/abs/2401.00001v9"
    ]


def test_latex_is_read_and_formulas_stay(tmp_path: Path) -> None:
    entry = (
        r"@misc{a, eprint={2401.00001}, title={{GPT}-4 is 90% {\'e}lite \& $\alpha$-{\L}ike}, "
        r"quote={50% {m}ore},"
        r'author = "K{\"u}ttler, Heinrich and {DeepSeek-AI} and van {\O}st, A. and others"}'
    )
    citation = only(tmp_path, entry, ".bib")
    assert citation.title == r"GPT-4 is 90% élite & $\alpha$-Łike"
    assert citation.authors == ("Küttler, Heinrich", "DeepSeek-AI", "van Øst, A.")
    assert citation.quote == "50% more"


@pytest.mark.parametrize(
    "title",
    [r"\verb", r"\href{http://x}{y} dreams", "{" * 400 + "x" + "}" * 400 + r"\o", r"\sqrt["],
)
def test_latex_that_the_decoder_cannot_read_stays_as_it_is(tmp_path: Path, title: str) -> None:
    assert only(tmp_path, f"@misc{{a, title={{{title}}}, eprint={{2401.00001}}}}", ".bib").title


@pytest.mark.parametrize(
    ("names", "read_as"),
    [
        ("John Smith, Jane Doe, and Bob Lee", ("John Smith", "Jane Doe", "Bob Lee")),
        ("Smith, John and Doe, Jr., Jane", ("Smith, John", "Doe, Jr., Jane")),
        ("Smith J., Doe A.", ("Smith J.", "Doe A.")),
    ],
)
def test_commas_between_authors_are_read_as_they_are_meant(
    tmp_path: Path, names: str, read_as: tuple[str]
) -> None:
    assert (
        only(tmp_path, f"@misc{{a, author={{{names}}}, eprint={{2401.00001}}}}", ".bib").authors
        == read_as
    )


def test_macros_joins_comments_and_brackets_are_understood(tmp_path: Path) -> None:
    text = """\
% @misc is mentioned here, and arXiv:2401.00009
@string{arx = "arXiv preprint "}
@comment{ignored, arXiv:2401.00009}
@preamble{"\\newcommand{\\x}{y}"}
@article{a, title = "Idle" # " and " # {Busy}, journal = arx # {arXiv:2401.00001}, month = jan}
@article(b, title={In parentheses}, eprint={2401.00002})
@inproceedings{c, crossref={proc}, title={A child}, note={arXiv:2401.00003}}
@misc{c, title={Same key}, eprint={2401.00004}}
@misc{d, title={First}, title={Second}, eprint={2401.00005}}
"""
    assert [(c.line, c.id, c.title) for c in read(tmp_path, text, ".bib")] == [
        (5, "arXiv:2401.00001", "Idle and Busy"),
        (6, "2401.00002", "In parentheses"),
        (7, "arXiv:2401.00003", "A child"),
        (8, "2401.00004", "Same key"),
        (9, "2401.00005", "First"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "\n@misc{a,\n title={T}\n eprint={2401.00001}\n}",
            "cited.bib:3: found the value {T} eprint={2401.00001}",
        ),
        (
            "\n@misc{a\n title={T},\n eprint={2401.00001}\n}",
            "cited.bib:2: found an entry that is broken",
        ),
        (
            "@misc{a, title={T {x}, eprint={2401.00001}}\n\n@misc{b, eprint={2401.00002}}",
            "cited.bib:1: found",
        ),
        (
            "@misc{a, eprint={2401.00001}\n",
            "cited.bib:1: found an entry that is broken: Unexpectedly reached end",
        ),
        (
            "@misc{a,\n title={T}},\n eprint={2401.00001}\n}",
            "cited.bib:3: found the field `eprint` outside of any entry",
        ),
        (
            "@misc a,\n title={T},\n eprint={2401.00001}\n}",
            "cited.bib:2: found the field `title` outside of any entry",
        ),
        ("@misc{a, archiveprefix={arXiv}}", "neither id nor title"),
    ],
)
def test_an_entry_that_cannot_be_read_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        read(tmp_path, text, ".bib")
    assert said in str(caught.value)


@given(st.text(alphabet='@misc{}()",=#\\%$ \naeprint2401.') | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(FileError):
        assert all(citation.cited for citation in read_bibtex(text, "f"))
