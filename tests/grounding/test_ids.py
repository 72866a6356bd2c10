"""arXiv ids: what is one, what is none and why, and what is found in prose."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.arxiv_id import ARCHIVES, ArxivId, find_ids, parse_id, read_id

AS_OF = date(2026, 11, 24)

new_ids = st.builds(
    lambda year, month, n: f"{year:02}{month:02}.{n:0{4 if year < 15 else 5}}",
    st.integers(8, 25),
    st.integers(1, 12),
    st.integers(1, 9999),
)
old_ids = st.builds(
    lambda archive, year, month, n: f"{archive}/{year:02}{month:02}{n:03}",
    st.sampled_from(sorted(ARCHIVES)),
    st.sampled_from([92, 95, 99, 0, 3, 6]),
    st.integers(1, 12),
    st.integers(1, 999),
)
ids = st.builds(ArxivId, new_ids | old_ids, st.none() | st.integers(1, 99))
FORMS = [
    "{}",
    "arXiv:{}",
    "ARXIV:{}",
    "arXiv: {}",
    "arXiv preprint arXiv:{}",
    "arXiv ID: {}",
    "arXiv identifier:{}",
    "arXiv e-print: {}",
    "arXiv\uff1a{}",
    "arXiv:\u2009{}",
    "abs/{}",
    "<{}>",
    "[{}]",
    "({}).",
    "“{}”,",
    "https://arxiv.org/abs/{}",
    "http://www.arxiv.org/pdf/{}.pdf",
    "arxiv.org/html/{}",
    "https://export.arxiv.org/abs/{}/",
    "https://arxiv.org/abs/{}?context=cs.CL",
    "https://arxiv.org/pdf/{}#page=2",
    "<https://arxiv.org/abs/{}>.",
    "https://arxiv.org/\nabs/{}",
    "https://arxiv.org/abs/\r\n  {}",
    "https://www.alphaxiv.org/abs/{}",
    "https://huggingface.co/papers/{}",
    "https://ar5iv.labs.arxiv.org/html/{}",
    "https://ar5iv.org/abs/{}",
    "10.48550/arXiv.{}",
    "doi:10.48550/arXiv.{}",
    "https://doi.org/10.48550/ARXIV.{}",
    "oai:arXiv.org:{}",
    "arXiv:{} [cs.CL]",
    "arXiv:{} [cond-mat.supr-con] 7 Jan 2024",
    "{}\n",
    "\u00a0{}",
]


@given(ids, st.sampled_from(FORMS))
def test_every_written_form_of_an_id_names_the_same_paper(arxiv_id: ArxivId, form: str) -> None:
    assert parse_id(form.format(arxiv_id), AS_OF) == arxiv_id


befores, afters = (
    st.sampled_from(["", "See ", "(", "as in ", "见"]),
    st.sampled_from(["", ".", " shows", ", and"]),
)


@given(ids, st.sampled_from(FORMS), befores, afters)
def test_every_written_form_is_found_in_prose(
    arxiv_id: ArxivId, form: str, before: str, after: str
) -> None:
    (found,) = find_ids(f"{before}{form.format(arxiv_id)}{after}", AS_OF)
    assert found.id == arxiv_id


@pytest.mark.parametrize(
    ("text", "base", "version"),
    [
        ("math.GT/0309136", "math/0309136", None),
        ("cond-mat.supr-con/0309136v2", "cond-mat/0309136", 2),
        ("HEP-TH/9901001", "hep-th/9901001", None),
        ("hep\u2010th/9901001", "hep-th/9901001", None),
        ("https://arxiv.org/abs/hep-th%2F9901001", "hep-th/9901001", None),
        ("https://arxiv.org/abs/2401.\n10001", "2401.10001", None),
        ("https://arxiv.org/pdf/2401.100\n01v3.pdf", "2401.10001", 3),
        ("physics.optics/0501001", "physics/0501001", None),
        ("arXiv 2401.10001", "2401.10001", None),
        ("arXiv preprint 2401.10001v2", "2401.10001", 2),
        ("2401.\u200b10001", "2401.10001", None),
        ("arXiv:2401\u200b.10001\u2060v3", "2401.10001", 3),
        ("hep-th\u00ad/9901001", "hep-th/9901001", None),
        ("\ufeff2401.10001\u200b", "2401.10001", None),
        ("arxiv.org/2401.10001", "2401.10001", None),
        ("0704.0001", "0704.0001", None),
        ("1412.9999", "1412.9999", None),
        ("1501.00001", "1501.00001", None),
        ("hep-th/9107001", "hep-th/9107001", None),
        ("hep-th/0703999", "hep-th/0703999", None),
        ("2611.00001", "2611.00001", None),
    ],
)
def test_ids_at_the_edges_of_the_scheme_are_read(text: str, base: str, version: int | None) -> None:
    assert read_id(text, AS_OF) == ArxivId(base, version)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2401.1000", "an id of 2401 has 5 digits"),
        ("1204.56789", "an id of 1204 has 4 digits"),
        ("2401.100012", "an id of 2401 has 5 digits"),
        ("2413.10001", "no month 13"),
        ("2400.10001", "no month 00"),
        ("0703.0001", "begin with 0704"),
        ("0601.0001", "begin with 0704"),
        ("2401.00000", "numbering begins with 1"),
        ("2401.10001v0", "versions begin with v1"),
        ("2401.10001v02", "versions begin with v1"),
        ("2612.00001", "its month, 2026-12, is after 2026-11-24"),
        ("9912.12345", "its month, 2099-12, is after 2026-11-24"),
        ("hep-xx/9901001", "no archive hep-xx"),
        ("hep-th/0704001", "from 9107 to 0703"),
        ("hep-th/9106001", "from 9107 to 0703"),
        ("hep-th/9913001", "no month 13"),
        ("hep-th/9901000", "numbering begins with 1"),
        ("stat/0701001", "no archive stat"),
        ("foo", "is not YYMM.NNNNN"),
        ("foo/bar", "is not an archive and seven digits"),
        ("2401.10001.2", "is not YYMM.NNNNN"),
        ("2401.10001 and 2402.10002", "not an arXiv id"),
        ("2401.10001 and more", "not an arXiv id"),
        ("2401.10001/2402.10002", "followed by more"),
        ("\u0662\u0664\u0660\u0661.10001", "not an arXiv id"),
        ("", "not an arXiv id"),
        ("2401.10001" * 100, "longer than 500"),
    ],
)
def test_what_is_no_id_says_why(text: str, reason: str) -> None:
    found = read_id(text, AS_OF)
    assert isinstance(found, str)
    assert reason in found
    assert parse_id(text, AS_OF) is None


def test_a_later_month_is_only_refused_where_a_day_is_given() -> None:
    assert parse_id("2612.00001") == ArxivId("2612.00001")


@pytest.mark.parametrize(
    "prose",
    [
        "pi is 3.1415 and the year 2024.12 is no month",
        "versions v1204.5, v2401.10001, 3.11.2401.10001 and 1204.5",
        "it costs $2401.10001, € 1204.5678, 1204.5678 USD or 1204.5678€",
        "a rise of 1204.5678% or 1204.5678 per cent, at 2401.10001 MHz, over 1204.5678 km",
        "a loss of -1204.5678, or ±1204.5678, or 1204.5678 ± 0.2, or 1204.5678e5",
        "the numbers 1013.2501, 2000.12345, 2401.1000, 1299.1234, 1204.56789 and 12401.10001",
        "another publisher's doi 10.1234/2401.10001, and github.com/someone/1204.5678",
        "zenodo.org/records/9901001 and submit/0301012 and and/or/9901001",
        "arXiv: a free service. On arXiv: 2000 papers. See arXiv.org for more, or arXiv:cs.CL.",
        "the listing at https://arxiv.org/list/cs.CL/recent and "
        "https://info.arxiv.org/help/prep#comments",
        "section 2401, page 10001; 24/01/2026; 2401,10001",
    ],
)
def test_numbers_money_measures_and_other_addresses_are_no_citations(prose: str) -> None:
    assert find_ids(prose, AS_OF) == []


@pytest.mark.parametrize(
    ("prose", "cited", "reason"),
    [
        ("see arXiv:2401.1000.", "arXiv:2401.1000", "5 digits"),
        ("see arXiv:XXXX.XXXXX for it", "arXiv:XXXX.XXXXX", "not YYMM.NNNNN"),
        ("(arXiv:TBD)", "arXiv:TBD", "not YYMM.NNNNN"),
        ("at https://arxiv.org/abs/foo\nThe", "https://arxiv.org/abs/foo", "not YYMM.NNNNN"),
        ("10.48550/arXiv.2413.10001", "10.48550/arXiv.2413.10001", "no month 13"),
        ("arXiv:hep-xx/9901001", "arXiv:hep-xx/9901001", "no archive"),
        ("arXiv 2413.10001", "arXiv 2413.10001", "no month 13"),
        ("arXiv preprint 2401.1000.", "arXiv preprint 2401.1000", "5 digits"),
        ("arXiv ID: 2413.10001", "arXiv ID: 2413.10001", "no month 13"),
        ("it is 2712.00001 that says so", "2712.00001", "is after"),
    ],
)
def test_a_citation_that_cannot_be_one_is_found_as_malformed(
    prose: str, cited: str, reason: str
) -> None:
    (found,) = find_ids(prose, AS_OF)
    assert found.cited == cited
    assert reason in str(found.id)


def test_citations_are_found_in_order_with_their_places() -> None:
    prose = "_2401.10001v2_,2402.10002; CoRR abs/1204.5678 and \\href{https://arxiv.org/pdf/2403.10003.pdf?x=1}{arXiv}"
    found = find_ids(prose, AS_OF)
    assert [str(item.id) for item in found] == [
        "2401.10001v2",
        "2402.10002",
        "1204.5678",
        "2403.10003",
    ]
    assert all(prose[item.start : item.end] == item.cited for item in found)
    assert found[-1].cited == "https://arxiv.org/pdf/2403.10003.pdf?x=1"


def test_what_nobody_sees_inside_an_id_does_not_hide_it() -> None:
    text = "see 2401.\u200b10001, hep-th\u200b/9901001 and 2402.10002\u200bWe"
    found = find_ids(text, AS_OF)
    assert [str(item.id) for item in found] == ["2401.10001", "hep-th/9901001", "2402.10002"]
    assert all(text[item.start : item.end] == item.cited for item in found)


def test_a_line_break_joins_a_link_but_never_two_sentences() -> None:
    (wrapped,) = find_ids("at https://arxiv.org/abs/2401.\n10001 we", AS_OF)
    assert wrapped.id == ArxivId("2401.10001")
    (whole,) = find_ids("at https://arxiv.org/abs/1204.5678\n5 items", AS_OF)
    assert whole.cited == "https://arxiv.org/abs/1204.5678"
    (short,) = find_ids("see arXiv:2401.1234\n5 items", AS_OF)
    assert "5 digits" in str(short.id)


@given(st.text())
def test_any_text_is_read_without_a_crash(text: str) -> None:
    read_id(text, AS_OF)
    for found in find_ids(text, AS_OF):
        assert text[found.start : found.end] == found.cited


@given(st.text(alphabet="arxivorg.:/abspdfhtm0123456789v-\n []%2F?#X\u2010"))
def test_text_that_is_almost_an_id_is_read_without_a_crash(text: str) -> None:
    read_id(text, AS_OF)
    places = [(found.start, found.end) for found in find_ids(text, AS_OF)]
    assert places == sorted(places)
    assert all(start < end for start, end in places)
