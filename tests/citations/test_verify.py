"""The citation ladder for what people wrote: each case by itself, and the promises about all of
them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from retest.citations.verify import Verified, verify
from retest.domain.citation import Citation
from retest.domain.paper import Lookup, Paper, Unknown
from retest.grounding.quote import Fallen, Place, find_quote
from retest.papers.arxiv import ArxivSource
from retest.papers.mirror import Mirror
from retest.papers.mirror_source import MirrorSource
from retest.papers.source import Source
from retest.retry import Patience
from retest.text.form import canonical, plain, words
from tests.fakes.arxiv import FakeArxiv, Fault
from tests.grounding.cases import CASES, SEICHE, Case, page
from tests.grounding.papers import AS_OF, PAPERS


class Counting(MirrorSource):
    """A mirror that counts how often it is asked."""

    asked = 0

    def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
        self.asked += 1
        return super().get(ids)

    def titled(self, titles: Sequence[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
        self.asked += 1
        return super().titled(titles)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Counting:
    folder = tmp_path_factory.mktemp("mirror")
    with Mirror(folder) as mirror:
        mirror.upsert(PAPERS)
    return Counting(folder)


def only(source: Source, **given: object) -> Verified:
    (one,) = verify(
        [Citation.model_validate({"cited": "x", "file": "f", "line": 1, **given})], source, AS_OF
    )
    return one


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rung}: {case.what}")
def test_each_case_becomes_what_the_table_says(case: Case, source: Counting) -> None:
    (one,) = verify([case.citation], source, AS_OF)
    assert (one.reason or one.status) == case.becomes, one.detail
    if one.status != "grounded" and case.becomes != "unverifiable":
        assert (one.status, one.rung) == ("rejected", case.rung)
        assert one.detail, "a person must be told why"


def test_the_page_of_cases_is_what_the_cases_say() -> None:
    written = Path(__file__).parents[2] / "docs" / "ladder.md"
    assert written.read_text(encoding="utf-8") == page(), "write it anew: make ladder"


def test_many_citations_are_one_look_up(source: Counting) -> None:
    before = source.asked
    verify([Citation(cited="x", id=SEICHE, file="f", line=n) for n in range(500)], source, AS_OF)
    assert source.asked == before + 1


def test_real_mis_described_and_fabricated_are_told_apart(source: Counting) -> None:
    assert only(source, id=SEICHE).identity == "real"
    assert only(source, id=SEICHE, title="Another Thing Altogether").identity == "mis-described"
    assert only(source, id="2513.00001").identity == "fabricated"


def test_a_mirror_that_holds_a_part_of_a_month_does_not_call_a_paper_fabricated(
    source: Counting,
) -> None:
    one = only(source, id="2503.04566")
    assert (one.status, one.reason, one.identity) == ("rejected", "not-found", None)
    assert "of the 4567 or more papers of 2503 the mirror holds 1" in one.detail


def test_the_paper_that_was_meant_is_named(source: Counting) -> None:
    for wrong in ("2504.00123", "2503.00001", "2513.00001"):
        one = only(source, id=wrong, title="Lake Levels Without Labels")
        assert (one.status, one.identity) == ("rejected", "mis-described")
        assert f"a paper of this title is {SEICHE}" in one.detail


def test_a_title_that_stands_in_the_reference_is_believed_before_what_was_read_out_of_it(
    source: Counting,
) -> None:
    entry = "Ł. Brönte-Wójcik, X. Wang. 2025. Lake levels without labels. arXiv:2503.04567"
    assert only(source, id=SEICHE, title="2025", entry=entry).status == "grounded"
    assert (
        only(source, id=SEICHE, title="Ducks", entry="Ducks. arXiv:2503.04567").reason
        == "wrong-title"
    )


@pytest.mark.parametrize(
    "longer",
    [
        "Lake Levels Without Labels Revisited",
        "Revisiting Lake Levels Without Labels",
        "Lake Levels Without Labels: A Survey",
    ],
)
def test_a_title_that_stands_in_a_longer_one_is_not_the_cited_one(
    source: Counting, longer: str
) -> None:
    entry = f"X. Wang. {longer}. arXiv:2503.04567, 2025"
    assert only(source, id=SEICHE, title=longer, entry=entry).reason == "wrong-title"


def test_a_title_that_was_read_as_a_name_is_no_author(source: Counting) -> None:
    entry = "Lake Levels Without Labels, Wang et al., 2025, https://arxiv.org/abs/2503.04567"
    names = ("Lake Levels Without Labels", "Wang")
    assert only(source, id=SEICHE, authors=names, entry=entry).status == "grounded"


def test_names_beside_all_of_a_papers_authors_are_those_of_a_longer_list(source: Counting) -> None:
    names = (
        "B. Other",
        "Ł. Brönte-Wójcik",
        "C. Other",
        "X. Wang",
        "J. Oakes",
        "D. Other",
        "E. Other",
        "F. Other",
    )
    assert only(source, id=SEICHE, authors=names).status == "grounded"


def test_a_part_of_a_title_that_is_another_papers_whole_title_is_the_other_papers(
    tmp_path: Path,
) -> None:
    name = "Waves on Small Lakes"
    long = PAPERS[1].model_copy(
        update={"id": "2501.00001", "title": f"{name}: A Survey", "authors": ()}
    )
    short = PAPERS[1].model_copy(update={"id": "2501.00002", "title": name})
    with Mirror(tmp_path) as mirror:
        mirror.upsert([long, short])
    one = only(MirrorSource(tmp_path), id=long.id, title="Waves on small lakes")
    assert one.reason == "wrong-title"
    assert "a paper of this title is 2501.00002" in one.detail


def test_the_place_of_a_quote_is_its_text_sentence_and_offset(source: Counting) -> None:
    quote = "the model's size matters more than its data"
    one = only(source, id=SEICHE, quote=quote)
    assert one.where == f"abstract, sentence 4, offset {PAPERS[0].abstract.index(quote)}"


def test_what_the_source_cannot_be_asked_is_not_called_false() -> None:
    class Down:
        name, until = "arxiv", None

        def get(self, ids: Sequence[str]) -> dict[str, Lookup]:
            return {i: Unknown(id=i, reason="arXiv answered with status 503") for i in ids}

        def titled(self, titles: Sequence[str]) -> dict[str, tuple[Paper, ...] | Unknown]:
            return {
                title: Unknown(id="", reason="arXiv answered with status 503") for title in titles
            }

    for cited in ({"id": SEICHE}, {"title": "Lake Levels Without Labels"}):
        one = only(Down(), **cited)  # type: ignore[arg-type]  # a source of which two methods are asked
        assert (one.status, one.reason, one.identity) == ("unverifiable", "unverifiable", None)
        assert "503" in one.detail


def test_a_quote_is_not_held_against_a_librarians_synopsis(tmp_path: Path) -> None:
    with Mirror(tmp_path) as mirror:
        mirror.upsert([PAPERS[0].model_copy(update={"synopsis": ("In our own words.",)})])
    one = only(
        MirrorSource(tmp_path), id=SEICHE, quote="the model's size matters more than its data"
    )
    assert one.status == "unverifiable"


@pytest.fixture
def arxiv() -> Iterator[FakeArxiv]:
    with FakeArxiv(
        PAPERS, titles={SEICHE: ("An Earlier Name of the Lakes", "Lake Levels Without Labels")}
    ) as fake:
        yield fake


def live(fake: FakeArxiv, folder: Path) -> ArxivSource:
    return ArxivSource(
        url=fake.url,
        interval=0.0,
        timeout=100.0,
        patience=Patience(1, 0.0, 0.0),
        lock_folder=folder,
    )


def test_arxiv_is_asked_for_all_ids_at_once(arxiv: FakeArxiv, tmp_path: Path) -> None:
    ids = [paper.id for paper in PAPERS] * 20
    found = verify(
        [Citation(cited=i, id=i, file="f", line=1) for i in ids], live(arxiv, tmp_path), AS_OF
    )
    assert {one.status for one in found} == {"grounded", "rejected"}
    assert [request.params["id_list"].count(",") for request in arxiv.requests] == [len(PAPERS) - 1]


def test_an_earlier_versions_title_is_asked_for_before_a_title_is_called_wrong(
    arxiv: FakeArxiv, tmp_path: Path
) -> None:
    plain = [paper.model_copy(update={"other_titles": ()}) for paper in PAPERS]
    arxiv.papers = plain
    source = live(arxiv, tmp_path)
    assert only(source, id=SEICHE, title="An earlier name of the lakes").status == "grounded"
    assert only(source, id=SEICHE, title="A name that it never had at all").reason == "wrong-title"
    arxiv.requests.clear()
    arxiv.always = Fault("status", status=503)
    arxiv.faults = []
    assert only(source, id=SEICHE, title="An earlier name of the lakes").status == "unverifiable"


def test_earlier_titles_of_all_papers_are_one_request_before_anything_is_called_wrong(
    arxiv: FakeArxiv, tmp_path: Path
) -> None:
    later = PAPERS[2].model_copy(update={"version": 14})
    plain = [paper.model_copy(update={"other_titles": ()}) for paper in PAPERS]
    arxiv.papers = [later if paper.id == later.id else paper for paper in plain]
    arxiv.titles[later.id] = ("The First Name of All", *(later.title for _ in range(12)))
    source = live(arxiv, tmp_path)
    cited = [(SEICHE, "An Earlier Name of the Lakes"), (later.id, "The First Name of All")]
    found = verify(
        [Citation(cited=i, id=i, title=title, file="f", line=1) for i, title in cited],
        source,
        AS_OF,
    )
    assert [one.status for one in found] == ["grounded", "grounded"]
    ids, earlier = arxiv.requests
    assert ids.params["id_list"] == f"{SEICHE},{later.id}"
    assert earlier.params["id_list"].split(",")[:4] == [
        f"{SEICHE}v1",
        f"{SEICHE}v2",
        f"{later.id}v1",
        f"{later.id}v5",
    ]


def test_a_title_that_the_first_version_may_have_is_kept_apart_from_another_papers(
    tmp_path: Path,
) -> None:
    retitled = PAPERS[0].model_copy(update={"other_titles": ()})
    with Mirror(tmp_path) as mirror:
        mirror.upsert([retitled, *PAPERS[1:]])
    source = MirrorSource(tmp_path)
    one = only(source, id=SEICHE, title="Lake Levels Without Labels")
    assert (one.status, one.rung, one.identity) == ("unverifiable", "title", None)
    assert one.detail.endswith("title of version 1 unknown")
    other = only(source, id=SEICHE, title="Seiches of Small Lakes, Part I: Theory")
    assert (other.status, other.reason) == ("rejected", "wrong-title")
    assert other.detail.endswith("a paper of this title is 2410.00123")
    single = only(source, id="2410.00123", title="Lake Levels Without Labels")
    assert (single.status, single.reason) == ("rejected", "wrong-title")


def test_an_empty_quote_that_is_given_grounds_nothing(source: Counting, tmp_path: Path) -> None:
    one = only(source, id=SEICHE, quote="")
    assert (one.status, one.rung, one.reason) == ("rejected", "quote", "no-quote")
    with Mirror(tmp_path) as mirror:
        mirror.upsert([PAPERS[0].model_copy(update={"abstract": ""})])
    assert only(MirrorSource(tmp_path), id=SEICHE, quote="").reason == "no-quote"


def test_earlier_titles_that_cannot_be_asked_leave_the_title_open(
    arxiv: FakeArxiv, tmp_path: Path
) -> None:
    class Half(ArxivSource):
        def other_titles(self, papers: Sequence[Paper]) -> dict[str, tuple[str, ...] | Unknown]:
            arxiv.always = Fault("html")
            return super().other_titles(papers)

    arxiv.papers = [paper.model_copy(update={"other_titles": ()}) for paper in PAPERS]
    source = Half(
        url=arxiv.url,
        interval=0.0,
        timeout=100.0,
        patience=Patience(1, 0.0, 0.0),
        lock_folder=tmp_path,
    )
    one = only(source, id=SEICHE, title="An earlier name of the lakes")
    assert (one.status, one.rung) == ("unverifiable", "title")


def test_titles_without_ids_are_several_a_request(arxiv: FakeArxiv, tmp_path: Path) -> None:
    titles = [
        PAPERS[1].title,
        PAPERS[2].title,
        *(f"An invented title of number {n} about lakes" for n in range(12)),
    ]
    given = [Citation(cited=title, title=title, file="f", line=1) for title in titles]
    found = verify(given, live(arxiv, tmp_path), AS_OF)
    assert [one.status for one in found[:2]] == ["grounded", "grounded"]
    assert {one.reason for one in found[2:]} == {"not-found"}
    assert len(arxiv.requests) == 2


@given(st.text(max_size=80), st.text(max_size=200))
def test_no_quote_is_found_in_a_text_that_lacks_one_of_its_words(quote: str, text: str) -> None:
    found = find_quote(quote, [("abstract", text)])
    if not isinstance(found, Fallen):
        assert not set(words(plain(quote))) - set(words(plain(text)))


sentences = st.lists(
    st.sampled_from(
        [
            "no",
            "not",
            "a",
            "the",
            "3",
            "13",
            "113",
            "3.5",
            "-5",
            "wind",
            "waves",
            "GPT-4",
            "self-made",
            "10%",
            "x",
        ]
    ),
    min_size=8,
)


@given(sentences, st.data())
def test_a_run_of_whole_words_is_found_and_one_with_a_word_dropped_is_not(
    said: list[str], data: st.DataObject
) -> None:
    text = " ".join(said)
    first = data.draw(st.integers(0, len(said) - 6))
    run = said[first : first + 6]
    long_enough = len(" ".join(run)) >= 25
    found = find_quote(" ".join(run), [("abstract", text)])
    assert isinstance(found, Place) == long_enough
    shorter = run[:2] + run[3:]
    if long_enough and not any(said[at : at + 5] == shorter for at in range(len(said))):
        assert isinstance(find_quote(" ".join(shorter), [("abstract", text)]), Fallen)


TYPESET = (
    "ab1 \t'\"`\u2018\u201c\xab-\u2013\u2014\u2212[]%<>=+\xb1\xb2\u2082\xbd\u2460\xad\xdf\u0130"
    "\u0301\u0149\u0140.:\xd7\u2192\u2026\u2044\xb7\ufb01\u1100\u1161"
)
"""Signs whose forms meet: quotation marks, dashes, brackets, accents, letters of two."""


@given(st.text(max_size=300) | st.text(TYPESET, max_size=12))
@example("\u2018\u201c")
@example("- \u2014")
@example("[a]\u0301")
@example("[[a]]")
@example("\xdf\u0301")
@example("\u0149")
@example("\u1100-\u1161")
def test_any_text_has_a_form_and_it_is_its_own(text: str) -> None:
    assume(not any(sign in unicodedata.normalize("NFKC", text) for sign in "\\$~{}&^_"))
    assert canonical(canonical(text)) == canonical(text)
