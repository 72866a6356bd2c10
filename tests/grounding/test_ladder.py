"""A finding's way up rungs 1 to 5, and what its gaps are to the verifier."""

from __future__ import annotations

from datetime import date

import pytest

from retest.domain.answers import Finding
from retest.domain.evidence import Evidence, Rejection
from retest.domain.line import Window
from retest.domain.paper import Candidate, Lookup, Missing, Paper, Unknown
from retest.grounding.entailment import left_out
from retest.grounding.ladder import MOST_POINTS, climb, context, cut, place, points_apart, where
from tests.answers import POINTS, point

CLAIM = "Wind alone drives the tides of small lakes."
WINDOW = Window(opens=date(2025, 1, 10), as_of=date(2026, 8, 21))
SENTENCES = (
    "It is often said that wind drives the tides.",
    "We gauge the tides of ninety small lakes.",
    "In summer the wind explains 80% of them.",
    "Under ice the wind explains none at all.",
    "The moon explains the rest of the tides.",
    "Fish were not counted in any of the lakes.",
)


def paper(day: date = date(2025, 3, 1), **more: object) -> Paper:
    given = {
        "id": "2503.00001",
        "version": 2,
        "published": day,
        "title": "Tides under ice",
        "abstract": " ".join(SENTENCES),
    }
    return Paper.model_validate({**given, **more})


def finding(*sentences: int, cited: str = "2503.00001", stance: str = "qualifies") -> Finding:
    return Finding.model_validate(
        {
            "arxiv_id": cited,
            **dict(zip(("side", "case"), POINTS[stance], strict=True)),
            "which": "under ice" if stance == "qualifies" else "",
            "sentences": list(sentences),
            "why": "It measures it.",
            "lever": "domain",
        }
    )


def climbed(
    said: Finding, known: Paper | None = None, anchors: tuple[str, ...] = ()
) -> Evidence | Rejection:
    known = known or paper()
    shown = {known.id: Candidate(paper=known, found_by=("wind",))}
    return climb(said, shown, {}, CLAIM, WINDOW, anchors)


def reason(said: Evidence | Rejection | Paper) -> str:
    return said.reason if isinstance(said, Rejection) else "passes"


@pytest.mark.parametrize(
    ("day", "becomes"),
    [
        (date(2025, 1, 9), "not-newer"),
        (date(2025, 1, 10), "not-newer"),
        (date(2025, 1, 11), "passes"),
        (date(2026, 8, 21), "passes"),
        (date(2026, 8, 22), "after-as-of"),
    ],
)
def test_newer_is_after_the_windows_first_day_and_not_after_its_last(
    day: date, becomes: str
) -> None:
    assert reason(climbed(finding(3), paper(day))) == becomes
    assert reason(place("2503.00001", paper(day), WINDOW, ())) == becomes


def test_a_quote_with_gaps_has_each_sentence_whole_in_order_and_a_mark_for_each_gap() -> None:
    assert cut(paper(), [3]) == SENTENCES[2]
    assert cut(paper(), [3, 4]) == f"{SENTENCES[2]} {SENTENCES[3]}"
    assert cut(paper(), [4, 2]) == f"{SENTENCES[1]} ... {SENTENCES[3]}"
    assert cut(paper(), [6, 1, 2, 4, 4]) == (
        f"{SENTENCES[0]} {SENTENCES[1]} ... {SENTENCES[3]} ... {SENTENCES[5]}"
    )
    assert where(paper(), [4, 2, 2]) == "abstract, sentences 2, 4"
    assert where(paper(), [4]) == "abstract, sentence 4"


def test_the_verifier_sees_the_ends_of_every_gap_and_the_sentences_around_the_quote() -> None:
    assert left_out(paper(), [1, 2]) == ""
    assert left_out(paper(), [1, 3]) == SENTENCES[1]
    assert left_out(paper(), [1, 4]) == f"{SENTENCES[1]} {SENTENCES[2]}"
    assert left_out(paper(), [1, 5]) == f"{SENTENCES[1]} ... {SENTENCES[3]}"
    assert left_out(paper(), [6, 3, 1]) == (f"{SENTENCES[1]} ... {SENTENCES[3]} {SENTENCES[4]}")
    assert context(paper(), [2, 4]) == (SENTENCES[0], SENTENCES[4])
    assert context(paper(), [1, 6]) == ("", "")


@pytest.mark.parametrize(
    ("numbers", "becomes"),
    [((), "no-quote"), ((0,), "no-such-sentence"), ((3, 7), "no-such-sentence"), ((6,), "passes")],
)
def test_sentences_are_numbered_from_one_to_the_last(
    numbers: tuple[int, ...], becomes: str
) -> None:
    assert reason(climbed(finding(*numbers))) == becomes


def test_the_librarians_sentences_stand_in_for_an_abstract() -> None:
    known = paper(
        synopsis=("The tides of ninety small lakes were gauged.", "Wind drives them all.")
    )
    said = climbed(finding(1), known)
    assert isinstance(said, Evidence)
    assert (said.quote, said.where) == (known.synopsis[0], "synopsis, sentence 1")
    assert reason(climbed(finding(3), known)) == "no-such-sentence"


@pytest.mark.parametrize(
    ("sentence", "becomes"),
    [
        ("Four words are few.", "quote-too-short"),
        ("A b c d e f g h i j.", "quote-too-short"),
        ("wind alone drives the TIDES of small lakes", "quote-is-claim"),
        ("Wind alone drives the tides of small lakes in winter.", "passes"),
    ],
)
def test_a_quote_that_is_short_or_the_claims_own_sentence_grounds_nothing(
    sentence: str, becomes: str
) -> None:
    assert reason(climbed(finding(1), paper(synopsis=(sentence,)))) == becomes


def test_what_passes_is_the_papers_own_and_says_how_far_it_got() -> None:
    said = climbed(finding(4, cited="https://arxiv.org/abs/2503.00001v2"))
    assert said == Evidence(
        arxiv_id="2503.00001",
        version=2,
        title="Tides under ice",
        published=date(2025, 3, 1),
        points=(
            point(
                "qualifies",
                SENTENCES[3],
                "abstract, sentence 4",
                "It measures it.",
                "domain",
                "under ice",
            ),
        ),
        rungs=("id", "resolves", "title", "newer", "quote"),
        found_by=("wind",),
    )


@pytest.mark.parametrize(
    ("cited", "becomes"),
    [
        ("2503.00001v2", "passes"),
        ("2503.00001v1", "passes"),
        ("2503.00001v3", "not-found"),
        ("2503.00002", "not-found"),
        ("paper 1", "malformed-id"),
    ],
)
def test_an_id_names_a_version_that_there_is_of_a_paper_that_there_is(
    cited: str, becomes: str
) -> None:
    assert reason(climbed(finding(3, cited=cited))) == becomes


def test_an_anchor_or_a_withdrawn_paper_is_no_evidence_though_it_was_shown() -> None:
    assert reason(climbed(finding(3), anchors=("2503.00001",))) == "anchor"
    assert reason(climbed(finding(3), paper(withdrawn=True))) == "withdrawn"


def test_a_paper_that_was_not_shown_is_told_by_what_it_is() -> None:
    other = paper(id="2504.00009")
    old = paper(date(2024, 5, 1), id="2405.00009")
    looked_up: dict[str, Lookup] = {
        "2504.00009": other,
        "2405.00009": old,
        "2504.00010": Missing(id="2504.00010"),
        "2504.00011": Unknown(id="2504.00011", reason="it was asked too often"),
    }
    found = {
        name: climb(finding(3, cited=name), {}, looked_up, CLAIM, WINDOW, ())
        for name in (*looked_up, "2504.00012")
    }
    assert {name: reason(said) for name, said in found.items()} == {
        "2504.00009": "not-shown",
        "2405.00009": "not-newer",
        "2504.00010": "not-found",
        "2504.00011": "unverifiable",
        "2504.00012": "not-found",
    }
    assert {name: said.title for name, said in found.items() if isinstance(said, Rejection)} == {
        "2504.00009": other.title,
        "2405.00009": old.title,
        "2504.00010": None,
        "2504.00011": None,
        "2504.00012": None,
    }


@pytest.mark.parametrize(
    ("stances", "kept"),
    [
        (("supports", "qualifies"), 2),
        (("contradicts", "supports"), 2),
        (("undercuts", "contradicts", "qualifies", "supports"), 4),
        (("supports", "supports"), 1),
        (("qualifies", "qualifies"), 1),
    ],
)
def test_a_paper_may_speak_for_and_against_and_a_point_said_twice_is_one(
    stances: tuple[str, ...], kept: int
) -> None:
    spelt = ("2503.00001", "arXiv:2503.00001v1", "2503.00001v2", "https://arxiv.org/abs/2503.00001")
    said = [finding(3, cited=c, stance=s) for c, s in zip(spelt, stances, strict=False)]
    assert points_apart(said) == said[:kept]


def test_special_cases_are_points_of_their_own_by_their_names() -> None:
    ice, depth = (
        finding(4).model_copy(update={"which": which}) for which in ("under ice", "deep lakes")
    )
    again = ice.model_copy(update={"which": "Under ICE"})
    assert points_apart([ice, depth, again]) == [ice, depth]


def test_no_paper_has_more_points_than_an_abstract_has_room_for() -> None:
    every = [finding(1).model_copy(update={"which": f"case {n}"}) for n in range(MOST_POINTS + 3)]
    assert points_apart(every) == every[:MOST_POINTS]


def test_of_a_point_that_is_said_twice_the_first_counts_and_others_stay() -> None:
    first, second, other, odd = (
        finding(3),
        finding(4),
        finding(1, cited="2504.00009"),
        finding(1, cited="see the literature"),
    )
    assert points_apart([first, second, other, odd, odd]) == [first, other, odd]


def test_a_citation_is_listed_up_to_200_characters() -> None:
    said = climbed(finding(3, cited="x" * 500))
    assert isinstance(said, Rejection)
    assert said.cited == "x" * 200
