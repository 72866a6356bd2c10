"""Where an entry says what the title is, and who wrote it; and where prose names a paper and says
neither."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.citations.reading import only, read

T, C = "Deep dreaming in idle agents", "Deep Dreaming in Idle Agents"
JA = ("J. Smith", "A. Doe")
SJ = ("Smith, J.", "Doe, A.")
URL = "https://arxiv.org/abs/2305.12345"

REFERENCES: list[tuple[str, str | None, tuple[str, ...]]] = [
    # Authors first, as bibliography styles write them.
    (f"J. Smith and A. Doe. {T}. arXiv preprint arXiv:2305.12345, 2023.", T, JA),
    (
        f"[12] John Smith, Alice Doe, and Bob van der Lee. {T}. CoRR, abs/2305.12345, 2023.",
        T,
        ("John Smith", "Alice Doe", "Bob van der Lee"),
    ),
    (
        f"John Smith and Alice Doe. 2023. {T}. arXiv:2305.12345 [cs.CL] {URL}",
        T,
        ("John Smith", "Alice Doe"),
    ),
    (f"Smith, J., & Doe, A. (2023). {T}. arXiv preprint arXiv:2305.12345.", T, SJ),
    (f"Smith, J., & Doe, A. (2023, May 12). {T} (arXiv:2305.12345). arXiv. {URL}", T, SJ),
    (f"Smith, J. and Doe, A., 2023. {T}. arXiv preprint arXiv:2305.12345.", T, SJ),
    (f"Smith, J. & Doe, A. (2023) \u2018{T}\u2019, arXiv preprint arXiv:2305.12345.", T, SJ),
    (f"J. Smith and A. Doe, \u201c{T},\u201d arXiv preprint arXiv:2305.12345, 2023.", T, JA),
    (f'J. Smith, A. Doe, et al. "{T}." In: Proc. of ICML. 2023. arXiv: 2305.12345.', T, JA),
    (
        f'Smith, John, and Alice Doe. "{C}." arXiv preprint arXiv:2305.12345 (2023).',
        C,
        ("Smith, John", "Alice Doe"),
    ),
    (
        f"Smith J, Doe AB, et al. {T}. arXiv [Preprint]. 2023 [cited 2024 May 1]. Available from: "
        f"{URL}",
        T,
        ("Smith J", "Doe AB"),
    ),
    (f"Smith, J., Doe, A.: {T}. arXiv preprint arXiv:2305.12345 (2023)", T, SJ),
    (f"Smith, J. & Doe, A. {T}. Preprint at {URL} (2023).", T, SJ),
    (f"J. Smith, A. Doe, {T}, arXiv preprint arXiv:2305.12345 (2023).", T, JA),
    (f"J. Smith and A. Doe, {T}, Phys. Rev. D 100 (2019) 123, [arXiv:2305.12345].", T, JA),
    (f"Smith, J.; Doe, A. {T}. arXiv 2023, arXiv:2305.12345.", T, SJ),
    (f"Smith, John; Doe, Alice (2023): {T}. arXiv:2305.12345", T, ("Smith, John", "Doe, Alice")),
    (
        f"SMITH, J., AND DOE, A. {T}. arXiv preprint arXiv:2305.12345 (2023).",
        T,
        ("SMITH, J.", "DOE, A."),
    ),
    (
        f"[SD23] Gemini Team, Rohan Anil, et al. {T}. arXiv preprint arXiv:2305.12345, 2023.",
        T,
        ("Gemini Team", "Rohan Anil"),
    ),
    (f"OpenAI. {T}. arXiv preprint arXiv:2305.12345, 2023.", T, ()),
    (f"Smith et al., 2023, {T}, {URL}", T, ("Smith",)),
    (f"Smith and Doe (2023) {T}. arXiv:2305.12345", T, ("Smith", "Doe")),
    (
        f"Smith, J., Pallavi, & al-Khatib, R. (2023). {T}. arXiv:2305.12345",
        T,
        ("Smith, J.", "Pallavi", "al-Khatib, R."),
    ),
    (f"- **Smith et al. (2023)** \u2014 *{T}*. [arXiv:2305.12345]({URL})", T, ("Smith",)),
    (
        f"John Smith and Alice Doe. 2023. [{T}]({URL}). *arXiv preprint*.",
        T,
        ("John Smith", "Alice Doe"),
    ),
    (
        "J. Smith and A. Doe. pix2pix 2.0: Dreams vs. reality? arXiv preprint arXiv:2305.12345, "
        "2023.",
        "pix2pix 2.0: Dreams vs. reality?",
        JA,
    ),
    (
        "Smith, J., et al. (2023). Neural dreaming. arXiv:2305.12345",
        "Neural dreaming",
        ("Smith, J.",),
    ),
    # No title, as physicists write them.
    ("J. Smith and A. Doe, arXiv:2305.12345 (2023).", None, JA),
    ("J. Smith and A. Doe, Phys. Rev. Lett. 130, 012345 (2023), arXiv:2305.12345.", None, JA),
    # Title first.
    (f'"{C}," J. Smith et al., arXiv:2305.12345 (2023)', C, ("J. Smith",)),
    (f"- **{T}** (Smith et al., 2023) [arXiv:2305.12345]({URL})", T, ("Smith",)),
    (
        f'* **"{C}" (Smith et al., 2023)** \u2013 arXiv:2305.12345. Explores dreaming.',
        C,
        ("Smith",),
    ),
    (f"- {C} (Smith et al., 2023), arXiv:2305.12345", C, ("Smith",)),
    (
        f"- {C}. John Smith, Alice Doe. [[paper]({URL})] [[code](https://github.com/x/y)]",
        C,
        ("John Smith", "Alice Doe"),
    ),
    (f"- (2023/05) **{C}** [[pdf]]({URL})", C, ()),
    (f"- {C}: {URL}", C, ()),
    (f"{T}\nJohn Smith, Alice Doe, Bob Lee\n{URL}", T, ("John Smith", "Alice Doe", "Bob Lee")),
    (
        f"**{C}**  \nSmith, John, et al.  \n*arXiv preprint arXiv:2305.12345 (2023)*",
        C,
        ("Smith, John",),
    ),
    (f"### 3. {C} ([arXiv:2305.12345]({URL}))", C, ()),
    # Links.
    (f"- [{T}]({URL}) - J. Smith et al.", T, ("J. Smith",)),
    (f"- [{C} (Smith et al., 2023)]({URL})", C, ("Smith",)),
    (f"- [Smith, J. & Doe, A. (2023). {T}]({URL})", T, SJ),
    (f"- 2023: [{T}]({URL}), by John Smith and Alice Doe", T, ("John Smith", "Alice Doe")),
    (f"- [[2305.12345] {C}]({URL})", C, ()),
    (f"See [{C}: A Study of Sleep]({URL}), which says so.", f"{C}: A Study of Sleep", ()),
    (f"[The paper][1] is short.\n\n- [{C}][1]\n\n[1]: {URL}", C, ()),
    # The id first.
    (f"- [2305.12345]({URL}): {C}", C, ()),
    (f"- 2023-05-12 [2305.12345]({URL}) {C}, contradicts [x](#x). More text.", C, ()),
    (f'- `arXiv:2305.12345` \u2014 "{T}" (Smith et al.)', T, ()),
    (f"- arXiv:2305.12345 \u2013 Smith, J., & Doe, A. (2023). {T}.", T, SJ),
    # In a sentence.
    (f'The paper "{C}" by Smith et al. (arXiv:2305.12345) shows that agents dream.', C, ("Smith",)),
    (f"See *{C}* ([arXiv:2305.12345]({URL})).", C, ()),
]

PROSE = [
    "as shown in 2305.12345, larger models plan ahead.",
    "Related Work. We follow the approach of arXiv:2305.12345.",
    "Following Kaplan et al. (2020), Hoffmann et al. (2022) train longer, arXiv:2305.12345.",
    "After Wei et al. (2022), chain-of-thought prompting became common [arXiv:2305.12345].",
    f"See [paper]({URL}) and [here](https://example.org), or [3](#x), or [the whole of this "
    "paper](#y).",
    f"The [GPT-4]({URL}) report; we use [LoRA](https://example.org) and [RLHF](#x).",
    f"This work on scaling laws ([2305.12345]({URL})) started it.",
    "- Larger models plan better than smaller ones (Smith et al., 2023, arXiv:2305.12345).",
    "- **Larger models plan better than smaller ones.** Smith et al. (arXiv:2305.12345) find this.",
    f"- **Larger models plan better** ([2305.12345]({URL})): three experiments show it.",
    f"- [2305.12345]({URL}): larger models plan better than smaller ones",
    f"Models exploit bugs in their reward [[3]]({URL}).",
    f"We build on [scaling laws for neural language models]({URL}), which say otherwise.",
    f"[Fine-tuning on the same data]({URL}) gives better results.",
    f"- [Models lie when they are asked to]({URL})",
    f"- [Click here to read the full paper]({URL})",
    'Smith says that "attention is all you need" (arXiv:2305.12345), but this is not so.',
    "The *planning horizon of a model* (arXiv:2305.12345) is how far it looks ahead.",
    "- Group Relative Policy Optimization (arXiv:2305.12345)",
    "- Reinforcement Learning from Human Feedback (RLHF) (arXiv:2305.12345)",
    "J. Smith, A. Doe and B. Lee show that models plan ahead (arXiv:2305.12345).",
    "Smith et al. (2023): models lie more when asked, arXiv:2305.12345.",
    "Smith et al. (2023): Shows that models lie more when asked, arXiv:2305.12345.",
    "Training used AdamW. Batch size was 256. All else is as in arXiv:2305.12345, 2023.",
    "Thanks to John Smith, Alice Doe, and Bob Lee for comments on arXiv:2305.12345.",
    "Accepted by EMNLP 2025 Main Conference. arXiv admin note: text overlap with arXiv:2305.12345",
    "Commentary on Futrell, R., & Mahowald, K. arXiv:2305.12345 (in press)",
    "Today, at the Conference on Language Modeling in Montreal, a paper (arXiv:2305.12345) was "
    "shown.",
    "arXiv:2305.12345 shows that Large Language Models Plan Ahead in All Settings.",
    "arXiv:2305.12345. We then show that models plan. Our method is simple.",
    "Table 1: Results on GSM8K, MATH and AIME 2024 (arXiv:2305.12345).",
    f"Paper: {URL}",
    "- [x] read arXiv:2305.12345 before the meeting",
]


@pytest.mark.parametrize(("entry", "title", "authors"), REFERENCES, ids=range(len(REFERENCES)))
def test_a_reference_says_title_and_authors(
    tmp_path: Path, entry: str, title: str | None, authors: tuple[str, ...]
) -> None:
    citation = read(tmp_path, entry, ".md")[-1]
    assert (citation.title, citation.authors) == (title, authors), entry


@pytest.mark.parametrize(
    "entry", [e for e, _, _ in REFERENCES if not any(mark in e for mark in ("](", "][", "**"))]
)
def test_plain_text_says_the_same(tmp_path: Path, entry: str) -> None:
    for_markdown, for_text = only(tmp_path, entry, ".md"), only(tmp_path, entry, ".txt")
    assert (for_text.title, for_text.authors) == (for_markdown.title, for_markdown.authors)


@pytest.mark.parametrize("suffix", [".md", ".txt"])
@pytest.mark.parametrize("sentence", PROSE)
def test_prose_says_no_title(tmp_path: Path, sentence: str, suffix: str) -> None:
    citation = only(tmp_path, f"Before.\n\n{sentence}\n\nBehind.\n", suffix)
    assert citation.title is None
    assert citation.entry is not None


@pytest.mark.parametrize(
    ("sentence", "authors"),
    [
        ("We follow Smith et al. (arXiv:2305.12345), which is simple.", ("Smith",)),
        ("Models plan (Smith et al., 2023, arXiv:2305.12345).", ("Smith",)),
        ("Models plan (Smith and van der Lee, 2023; arXiv:2305.12345).", ("Smith", "van der Lee")),
        (f"Models plan ([Smith et al., 2023]({URL})).", ("Smith",)),
        ("Unlike Smith et al., arXiv:2305.12345 shows it.", ()),
        ("Models such as Mistral and Mixtral (arXiv:2305.12345) plan.", ()),
        (f"We use [Acoustic BPE]({URL}) here.", ()),
        (f"[Monte Carlo and Las Vegas]({URL}) methods.", ()),
    ],
)
def test_authors_in_prose_are_those_the_id_is_put_behind(
    tmp_path: Path, sentence: str, authors: tuple[str, ...]
) -> None:
    citation = only(tmp_path, sentence, ".md")
    assert (citation.title, citation.authors) == (None, authors)
