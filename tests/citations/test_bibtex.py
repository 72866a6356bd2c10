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
        # Any field may name the paper.
        ("ee={https://arxiv.org/abs/2401.00001}", "https://arxiv.org/abs/2401.00001"),
        ("eid={arXiv:2401.00001}, journal={arXiv e-prints}", "arXiv:2401.00001"),
        ("link={arxiv.org/pdf/2401.00001v2}", "arxiv.org/pdf/2401.00001v2"),
        ("pdf={http://arxiv.org/pdf/2401.00001.pdf}", "http://arxiv.org/pdf/2401.00001.pdf"),
        ("html={https://arxiv.org/html/2401.00001}", "https://arxiv.org/html/2401.00001"),
        ("my-own-field={10.48550/arXiv.2401.00001}", "10.48550/arXiv.2401.00001"),
        ("preprint={2401.00001}", "2401.00001"),
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
        "ee={https://doi.org/10.1109/X.2401.00001}",
        "biburl={https://dblp.org/rec/journals/corr/abs-2401-00001.bib}",
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


def test_a_paper_that_an_abstract_mentions_is_cited_without_the_entrys_title(
    tmp_path: Path,
) -> None:
    entry = "@misc{a, title={T}, abstract={We follow arXiv:2401.00009.}, eprint={2401.00001}}"
    assert [(c.id, c.title) for c in read(tmp_path, entry, ".bib")] == [
        ("2401.00001", "T"),
        ("arXiv:2401.00009", None),
    ]


@pytest.mark.parametrize("title", ["2401.00001", "2401.00001v2.pdf", "{paper_final.pdf}"])
def test_the_name_of_a_file_is_no_title(tmp_path: Path, title: str) -> None:
    entry = f"@misc{{a, title={{{title}}}, url={{https://arxiv.org/pdf/2401.00001}}}}"
    assert only(tmp_path, entry, ".bib").title is None


GOOD = "@misc{good, title={Busy agents}, eprint={2401.00002}}\n"


@pytest.mark.parametrize(
    "written",
    [
        "@ misc {a,",
        "@misc\n{a,",
        "@\nmisc\n\n{a,",
        "  @MISC   {a,",
        "@ article (a,",
        "  @ inproceedings\t{a,",
    ],
)
def test_white_space_in_the_head_of_an_entry_hides_nothing(tmp_path: Path, written: str) -> None:
    end = ")" if "(" in written else "}"
    text = f"{written} title={{Idle agents}}, eprint={{2401.00001}}{end}\n{GOOD}"
    assert [(c.line, c.title) for c in read(tmp_path, text, ".bib")] == [
        (1, "Idle agents"),
        (text.count("\n"), "Busy agents"),
    ]


@pytest.mark.parametrize(
    "comment",
    [
        "@comment{@misc{a, title={T}, eprint={2401.00001}}}",
        "@Comment{\n  @misc{a, title={T}, eprint={2401.00001}}\n}",
        "@comment(x)\nfree text with {braces, and = signs",
        "% @misc{a, title={T}, eprint={2401.00001}}",
        "  %% eprint = {2401.00001}",
        "An entry that was switched off:\nmisc{a,\n  title = {T},\n  eprint = {2401.00001}\n}",
        "To do: ask Ann @ work (twice).",
    ],
)
def test_comments_and_text_outside_of_entries_are_not_read_and_hide_nothing(
    tmp_path: Path, comment: str
) -> None:
    assert [c.id for c in read(tmp_path, f"{comment}\n{GOOD}", ".bib")] == ["2401.00002"]


def test_a_percent_sign_between_fields_is_a_comment_and_in_a_value_none(tmp_path: Path) -> None:
    entry = """@misc{a,
  title = {Idle 90% of {all}
    % days}, % the title
  % eprint = {2401.00009},
  note = "50% {of} them",
  eprint = {2401.00001} % the id
}
"""
    citation = only(tmp_path, entry, ".bib")
    assert (citation.id, citation.title) == ("2401.00001", "Idle 90% of all % days")


BROKEN = [
    (
        "@misc{a,\n title={T}\n eprint={2401.00001}\n}\n",
        "cited.bib:2: found the value {T} eprint={2401.00001}",
    ),
    (
        "@misc{a\n title={T},\n eprint={2401.00001}\n}\n",
        "cited.bib:1: found an entry that is broken",
    ),
    ("@misc{a, title={T {x}, eprint={2401.00001}}\n\n", "cited.bib:1: found"),
    (
        "@misc{a,\n title={T}},\n eprint={2401.00001}\n}\n",
        "cited.bib:3: found the field `eprint` outside of any entry",
    ),
    (
        "@misc a,\n title={T},\n eprint={2401.00001}\n}\n",
        "cited.bib:2: found the field `title` outside of any entry",
    ),
    ("@misc{a, archiveprefix={arXiv}}\n", "neither id nor title"),
    (f"@misc{{a, title={{{'x ' * 40_000}}}, eprint={{2401.00001}}}}\n", "80,000 characters for"),
    (f"@misc{{a, title={{T}}, eprint={{{'1' * 80_000}}}}}\n", "80,000 characters for `eprint`"),
]


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=range(len(BROKEN)))
def test_an_entry_that_cannot_be_read_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(FileError) as caught:
        read(tmp_path, text, ".bib")
    assert said in str(caught.value)


@pytest.mark.parametrize(("text", "said"), BROKEN, ids=range(len(BROKEN)))
def test_one_bad_entry_is_named_and_never_hides_the_others(text: str, said: str) -> None:
    faults: list[FileError] = []
    first = GOOD.replace("2401.00002", "2401.00003").replace("good", "first")
    found = list(read_bibtex(first + text + GOOD, "cited.bib", tell=faults.append))
    assert [c.id for c in found] == ["2401.00003", "2401.00002"]
    assert len(faults) == 1
    assert said.split(": ", 1)[-1] in str(faults[0])


def test_the_end_of_the_file_inside_an_entry_is_told_of() -> None:
    faults: list[FileError] = []
    text = f"{GOOD}@misc{{a, eprint={{2401.00001}}\n"
    assert [c.id for c in read_bibtex(text, "f", tell=faults.append)] == ["2401.00002"]
    assert "f:2: found an entry that is broken: Unexpectedly reached end" in str(faults[0])


def test_an_empty_quote_that_is_given_is_not_none(tmp_path: Path) -> None:
    assert only(tmp_path, "@misc{a, quote={}, eprint={2401.00001}}", ".bib").quote == ""


@given(st.text(alphabet='@misc{}()",=#\\%$ \naeprint2401.') | st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(FileError):
        assert all(citation.cited for citation in read_bibtex(text, "f"))
