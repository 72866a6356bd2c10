"""Files of pairs are checked like every other input, and hostile texts in them stay text."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retest.domain.arxiv_id import parse_id
from retest.errors import FileError
from retest.evaluation.pairs import files as pairs_files
from retest.evaluation.pairs.load import load_pairs
from retest.evaluation.pairs.pair import Pairs, stand_in
from tests.evaluation.pairs_world import CLAIMS, CORPUS, LABELS, Json, write_lines

TODAY = date(2026, 11, 24)
OWN: Json = {
    "id": "a1",
    "claim": "Wind raises the waves.",
    "stance": "supports",
    "sentences": [2],
    "paper": {
        "id": "2401.00001",
        "title": "On waves",
        "sentences": ["We went out.", "Wind raised them."],
    },
}


def scifact(folder: Path, claims: list[Json], corpus: list[Json] = CORPUS) -> Pairs:
    write_lines(folder / "corpus.jsonl", corpus)
    return load_pairs(str(write_lines(folder / "claims.jsonl", claims)), None, TODAY)


def own(folder: Path, *rows: Json) -> Pairs:
    return load_pairs(str(write_lines(folder / "own.jsonl", list(rows))), None, TODAY)


def evidence(*rationales: Json, doc: str = "11") -> Json:
    return {**CLAIMS[0], "evidence": {doc: list(rationales)}}


def test_scifact_is_read_as_it_is_published(tmp_path: Path) -> None:
    pairs = scifact(tmp_path, CLAIMS)
    first = pairs.claims[0]
    assert (pairs.kind, pairs.name, [one.claim.id for one in pairs.claims]) == (
        "scifact",
        "claims",
        list("1234"),
    )
    assert [(one.name, one.stance, one.rationales) for one in first.pairs] == [
        ("11", "supports", ((2, 3), (5,))),
        ("12", "unrelated", ()),
    ]
    assert first.pairs[0].paper.synopsis == tuple(CORPUS[0]["abstract"])
    assert [len(one.pairs) for one in pairs.claims] == [2, 1, 2, 1]


def test_scitance_is_read_as_it_is_published_with_labels_alone(tmp_path: Path) -> None:
    pairs = scifact(tmp_path, LABELS)
    found = [(one.name, one.stance, one.rationales) for of in pairs.claims for one in of.pairs]
    assert found == [
        ("11", "supports", ()),
        ("12", "unrelated", ()),
        ("13", "contradicts", ()),
        ("14", "supports", ()),
        ("15", "contradicts", ()),
        ("16", "unrelated", ()),
    ]


def test_doc_ids_may_come_with_sentences_too(tmp_path: Path) -> None:
    """As MultiVerS has SciFact's claims."""
    claims = [{("doc_ids" if k == "cited_doc_ids" else k): v for k, v in CLAIMS[0].items()}]
    (first,) = scifact(tmp_path, claims).claims
    assert [one.rationales for one in first.pairs] == [((2, 3), (5,)), ()]


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"evidence": {"11": [{}]}}, "no `label`"),
        ({"evidence": {"11": []}}, "a document of `evidence` without any"),
        ({"evidence": {"11": [{"label": "SUPPORTS"}]}}, 'found "SUPPORTS" for `label`'),
        (
            {"evidence": {"11": [{"label": "SUPPORT"}, {"label": "CONTRADICT"}]}},
            "both SUPPORT and CONTRADICT",
        ),
        ({"evidence": {"11": [{"label": "SUPPORT", "sentences": []}]}}, "without sentences"),
        ({"evidence": {"11": [{"label": "SUPPORT", "sentences": [9]}]}}, "the number 9"),
        ({"doc_ids": 11}, "for `doc_ids`"),
        ({"doc_ids": [99]}, 'the document "99"'),
    ],
)
def test_a_broken_claim_of_scitances_form_is_told_with_its_place(
    tmp_path: Path, changed: Json, found: str
) -> None:
    with pytest.raises(FileError) as caught:
        scifact(tmp_path, [LABELS[1], {**LABELS[0], **changed}])
    assert f"{tmp_path / 'claims.jsonl'}:2" in str(caught.value)
    assert found in f"{caught.value} {caught.value.hint}"


def test_characters_that_nobody_sees_are_dropped_from_a_published_corpus(tmp_path: Path) -> None:
    corpus = [
        {
            **CORPUS[0],
            "abstract": ["Many\u00ad lakes\u2028 were \u202eseen.", "\u200b", *["More."] * 3],
        }
    ]
    (first,) = scifact(tmp_path, [{**CLAIMS[0], "cited_doc_ids": [11]}], corpus).claims
    assert first.pairs[0].paper.synopsis[:3] == ("Many lakes were seen.", "", "More."), (
        "each keeps its number"
    )
    raw = "\n".join(json.dumps(row, ensure_ascii=False) for row in corpus)
    (tmp_path / "corpus.jsonl").write_text(raw, encoding="utf-8")
    (again,) = load_pairs(str(tmp_path / "claims.jsonl"), None, TODAY).claims
    assert again.pairs[0].paper.synopsis == first.pairs[0].paper.synopsis


@pytest.mark.parametrize(
    ("claim", "found", "expected"),
    [
        (
            {"id": 1, "claim": "c"},
            "claims.jsonl:1: found no `evidence`",
            "test claims are published without",
        ),
        (CORPUS[0], "found a document", "name the claims"),
        ({**CLAIMS[0], "id": "1"}, 'found "1" for `id`', "a whole number"),
        ({**CLAIMS[0], "id": -1}, "the number -1 for `id`", "a whole number"),
        ({**CLAIMS[0], "id": 1.5}, "the number 1.5", "a whole number"),
        ({**CLAIMS[0], "claim": ""}, "nothing for `claim`", "a text"),
        ({**CLAIMS[0], "claim": "x" * 2001}, "2,001 characters", "at most 2,000"),
        (
            {k: v for k, v in CLAIMS[0].items() if k != "cited_doc_ids"},
            "no `cited_doc_ids`",
            "the key",
        ),
        ({**CLAIMS[0], "cited_doc_ids": [99]}, 'the document "99"', "documents of corpus.jsonl"),
        (
            {**CLAIMS[0], "cited_doc_ids": "11"},
            'found "11" for `cited_doc_ids`',
            "a list of whole numbers",
        ),
        ({**CLAIMS[0], "evidence": []}, "`evidence` that is no object", "{} where none"),
        (
            evidence(doc="../etc/passwd"),
            'the document "../etc/passwd"',
            "documents of corpus.jsonl",
        ),
        (evidence(), "a document of `evidence` without any", "leave it out"),
        (
            evidence({"sentences": [5], "label": "SUPPORT"}),
            "the number 5 in `sentences`",
            "from 0 to 4",
        ),
        (
            evidence({"sentences": [], "label": "SUPPORT"}),
            "a rationale without sentences",
            "from 0 to 4",
        ),
        (
            evidence({"sentences": [1], "label": "REFUTES"}),
            'found "REFUTES" for `label`',
            "SUPPORT, CONTRADICT",
        ),
        (evidence({"label": "SUPPORT"}), "no `sentences`", "needed are sentences, label"),
        (evidence({"sentences": [1]}), "no `label`", "needed are sentences, label"),
        (
            evidence(
                {"sentences": [1], "label": "SUPPORT"}, {"sentences": [2], "label": "CONTRADICT"}
            ),
            "both SUPPORT and CONTRADICT",
            "one label a document",
        ),
    ],
)
def test_a_broken_claim_is_told_with_its_place(
    tmp_path: Path, claim: Json, found: str, expected: str
) -> None:
    with pytest.raises(FileError) as raised:
        scifact(tmp_path, [claim])
    assert "claims.jsonl:1: " in str(raised.value)
    assert found in str(raised.value)
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({**CORPUS[0], "abstract": []}, "`abstract` that is no list of sentences"),
        ({"doc_id": 11, "title": "t"}, "`abstract` that is no list of sentences"),
        ({**CORPUS[0], "abstract": ["s"] * 301}, "301 sentences in `abstract`"),
        ({**CORPUS[0], "abstract": ["s", 2]}, "the number 2 for `abstract[1]`"),
        ({**CORPUS[0], "abstract": ["s" * 6001]}, "6,001 characters for `abstract[0]`"),
        ({**CORPUS[0], "title": ["t"]}, "a list for `title`"),
        ({"title": "t"}, "no `doc_id`"),
    ],
)
def test_a_broken_document_is_told_with_its_place(
    tmp_path: Path, document: Json, found: str
) -> None:
    with pytest.raises(FileError) as raised:
        scifact(tmp_path, [{**CLAIMS[0], "evidence": {}}], [CORPUS[1], document])
    assert "corpus.jsonl:2: " in str(raised.value)
    assert found in str(raised.value)


def test_the_same_twice_is_a_fault_in_claims_and_corpus(tmp_path: Path) -> None:
    with pytest.raises(
        FileError, match=r"claims\.jsonl:2: found the claim 1 again(.|\n)*first in line 1"
    ):
        scifact(tmp_path, [CLAIMS[0], CLAIMS[0]])
    with pytest.raises(FileError, match=r"corpus\.jsonl:8: found the document 11 again"):
        scifact(tmp_path, CLAIMS, [*CORPUS, CORPUS[0]])


def test_a_corpus_elsewhere_is_named(tmp_path: Path) -> None:
    claims = write_lines(tmp_path / "claims.jsonl", CLAIMS)
    with pytest.raises(FileError, match=r"corpus\.jsonl: found no such file(.|\n)*--corpus FILE"):
        load_pairs(str(claims), None, TODAY)
    elsewhere = write_lines(tmp_path / "abstracts.jsonl", CORPUS)
    assert load_pairs(str(claims), elsewhere, TODAY).claims == scifact(tmp_path, CLAIMS).claims


def test_files_that_are_far_too_large_are_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pairs_files, "LARGEST_CORPUS", 100)
    with pytest.raises(FileError, match=r"corpus\.jsonl: found [\d,]+ bytes"):
        scifact(tmp_path, CLAIMS)


def test_our_own_form_is_read_as_it_is(tmp_path: Path) -> None:
    unnamed = {
        **OWN,
        "paper": {"title": "Still", "sentences": ["Nothing."]},
        "stance": "unrelated",
        "sentences": [],
    }
    pairs = own(tmp_path, OWN, unnamed, {**OWN, "id": "b2", "claim": "Other."})
    assert [(one.claim.id, len(one.pairs)) for one in pairs.claims] == [("a1", 2), ("b2", 1)]
    first, second = pairs.claims[0].pairs
    assert (first.paper.id, first.real, first.name, first.rationales) == (
        "2401.00001",
        True,
        "2401.00001",
        ((2,),),
    )
    assert (second.real, second.name, second.stance, second.rationales) == (
        False,
        "Still",
        "unrelated",
        (),
    )


@pytest.mark.parametrize(
    ("changes", "found", "expected"),
    [
        ({"stence": "supports"}, "the unknown key `stence`", "did you mean `stance`?"),
        ({"id": "A 1"}, 'found "A 1" for `id`', "lower-case words"),
        ({"id": "counter-thesis"}, "counter-thesis", "lower-case words"),
        ({"claim": "wind \u202e waves"}, "U+202E", "text that can be seen"),
        (
            {"stance": "refutes"},
            'found "refutes" for `stance`',
            "one of supports, qualifies, contradicts, unrelated",
        ),
        ({"sentences": [0]}, "the number 0 in `sentences`", "from 1 to 2"),
        ({"sentences": [3]}, "the number 3 in `sentences`", "from 1 to 2"),
        ({"sentences": []}, "no sentences for supports", "the numbers of the sentences"),
        ({"stance": "unrelated"}, "a list with sentences for unrelated", "no sentences"),
        ({"paper": "2401.00001"}, "`paper` that is no object", "as in"),
        ({"paper": {"title": "t"}}, "no `sentences`", "the key"),
        ({"paper": {"sentences": ["s"], "title": ""}}, "nothing for `title`", "a text"),
        ({"paper": {"sentences": [" "], "title": "t"}}, "nothing for `sentences[0]`", "a text"),
        (
            {"paper": {"sentences": ["s", "s"], "title": "t", "id": 2401.00001}},
            "the number 2401.00001",
            "in quotes",
        ),
    ],
)
def test_a_broken_pair_is_told_with_its_place(
    tmp_path: Path, changes: Json, found: str, expected: str
) -> None:
    with pytest.raises(FileError) as raised:
        own(tmp_path, {**OWN, "id": "z9", "claim": "First."}, {**OWN, **changes})
    assert "own.jsonl:2: " in str(raised.value)
    assert found in str(raised.value)
    assert expected in str(raised.value)


def test_lines_of_one_claim_agree(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r'the paper "2401\.00001" again for the claim a1'):
        own(tmp_path, OWN, OWN)
    other = {**OWN, "claim": "Another wording.", "paper": {**OWN["paper"], "id": "2401.00002"}}
    with pytest.raises(
        FileError, match=r"another wording of the claim a1; expected that of line 1"
    ):
        own(tmp_path, OWN, other)


@pytest.mark.parametrize("text", ["", "\n\n", "[1]\n", "{", "\x00", '"a"\n', "[" * 100_000])
def test_a_file_without_pairs_is_an_error_of_the_file(tmp_path: Path, text: str) -> None:
    path = tmp_path / "p.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileError):
        load_pairs(str(path), None, TODAY)


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.data())
def test_whatever_stands_in_a_field_nothing_but_a_file_error_is_raised(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.getbasetemp() / "any"
    folder.mkdir(exist_ok=True)

    def broken(row: Json) -> Json:
        key = data.draw(st.sampled_from(sorted(row)))
        inner = row[key]
        if isinstance(inner, dict) and inner and data.draw(st.booleans()):
            return {**row, key: broken(inner)}
        return {**row, key: data.draw(ANY)}

    with suppress(FileError):
        scifact(
            folder,
            [broken(CLAIMS[0])],
            [*CORPUS[1:], data.draw(st.sampled_from([CORPUS[0], broken(CORPUS[0])]))],
        )
    with suppress(FileError):
        own(folder, broken(OWN), OWN)


@given(st.lists(st.text(max_size=30), max_size=60, unique=True))
def test_a_stand_in_is_an_id_for_the_pipeline_and_no_papers(names: list[str]) -> None:
    taken: list[str] = []
    for name in names:
        taken.append(stand_in(name, taken))
        assert parse_id(taken[-1]) is not None
        assert parse_id(taken[-1], TODAY) is None, "it is of a month that has not come"
    assert len(set(taken)) == len(taken)
    assert [stand_in(name, ()) for name in names] == [stand_in(name, ()) for name in names]


def test_documents_of_the_same_stand_in_are_told_apart() -> None:
    first = stand_in("11", ())
    second = stand_in("11", [first])
    assert second not in (first, stand_in("11", [first, second]))
